"""``hub models``."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from hub.cli.data import data
from hub.errors import HubError


@click.group()
def command() -> None:
    """See, fetch and check the models."""


@command.command("list")
@data
def list_models(**given: Any) -> None:
    """List the models with their size, licence and state."""
    from hub import config

    shelf = _models(config.load(**given))
    for file in shelf.files:
        state = shelf.state(file.name)
        click.echo(
            f"{file.name:20} {file.size / 1e6:8.1f} MB  {state.state:9} {file.licence:14} {file.title}"
        )


@command.command()
@data
@click.argument("names", nargs=-1)
def pull(names: tuple[str, ...], **given: Any) -> None:
    """Fetch what is missing; all models, or those named."""
    from hub import config

    asyncio.run(_pull(config.load(**given), names))


async def _pull(settings: Any, names: tuple[str, ...]) -> None:
    from hub.events import Bus
    from hub.terminal import show_progress

    bus = Bus()
    shelf = _models(settings, bus)
    shown = asyncio.create_task(show_progress(shelf))
    await asyncio.sleep(0)
    try:
        await shelf.ensure(names or None)
        await shelf.wait(*(names or [file.name for file in shelf.files]))
        await asyncio.sleep(0)
    finally:
        shown.cancel()


@command.command()
@data
def verify(**given: Any) -> None:
    """Check every byte of every model."""
    from hub import config

    damaged = _models(config.load(**given)).verify()
    if damaged:
        raise HubError(f"Damaged: {', '.join(damaged)}.", fix="Run `hub models pull`.")
    click.echo("All models are whole.")


def _models(settings: Any, bus: Any = None) -> Any:
    from hub.events import Bus
    from hub.manifests import known_models
    from hub.models import Models

    return Models(settings.data / "models", known_models(), bus or Bus())
