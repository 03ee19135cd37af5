"""``hub memory pair``: print a phrase that pairs devices."""

from __future__ import annotations

import click


@click.command()
def pair() -> None:
    """Print a new phrase; it pairs the devices where it is entered."""
    from hub_memory.sync.phrase import new_phrase  # noqa: PLC0415  it loads cryptography

    click.echo(new_phrase())
    click.echo(
        "Enter it in Settings, Memory, on each device. Whoever has it reads what they share.", err=True
    )
