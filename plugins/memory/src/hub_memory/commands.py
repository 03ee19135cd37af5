"""``hub memory``: what the memory brings to the command line."""

from __future__ import annotations

import click

from hub_memory.sync.command import pair


@click.group()
def command() -> None:
    """Pair devices whose memories are to be alike."""


command.add_command(pair)
