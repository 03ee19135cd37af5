"""The ``hub`` command. Heavy parts are imported where a command needs them, so that --help is instant."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from hub import __version__
from hub.errors import HubError

_data = click.option("--data", type=click.Path(path_type=Path), help="Folder that holds all the hub knows.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hub")
def hub() -> None:
    """Your own agent hub: press one button and talk."""


@hub.command()
@_data
@click.option("--host", help="Address to listen on (default: this machine only).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default: 8420).")
def serve(**given: Any) -> None:
    """Start the hub and keep it running."""
    from hub import config, guardian

    settings = config.load(**given)

    def work(sockets: list[Any], rebirth: guardian.Rebirth) -> int:
        from hub.serve import run

        return run(settings, sockets, rebirth)

    sys.exit(guardian.serve(settings.host, settings.port, work))


@hub.command()
@_data
def claim(**given: Any) -> None:
    """Print a new one-time link that signs its first visitor in as the owner."""
    from hub import config

    settings = config.load(**given)
    code = asyncio.run(_claim(settings))
    click.echo(f"http://{settings.host}:{settings.port}/claim/{code}")


async def _claim(settings: Any) -> str:
    from hub.auth.claim import Claims
    from hub.store.database import Database
    from hub.store.keys import master_key
    from hub.store.schema import CORE

    core = Database(settings.data / "core.db", master_key(settings.data), CORE)
    await core.open()
    try:
        return await Claims(core).new_code()
    finally:
        await core.close()


@hub.group()
def models() -> None:
    """See, fetch and check the models."""


@models.command("list")
@_data
def list_models(**given: Any) -> None:
    """List the models with their size, licence and state."""
    from hub import config

    shelf = _models(config.load(**given))
    for file in shelf.files:
        state = shelf.state(file.name)
        click.echo(
            f"{file.name:20} {file.size / 1e6:8.1f} MB  {state.state:9} {file.licence:14} {file.title}"
        )


@models.command()
@_data
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


@models.command()
@_data
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


@hub.command()
@_data
def plugins(**given: Any) -> None:
    """List the installed plugins."""
    from hub import config
    from hub.plugin import manifest

    disabled = config.load(**given).disabled
    for name, entry in sorted(manifest.installed().items()):
        try:
            about = manifest.read(entry)
            state = "off" if name in disabled else "on" if about.built else "not built yet"
            click.echo(f"{name:12} {state:14} {about.summary}")
        except HubError as error:
            click.echo(f"{name:12} {'broken':14} {error}")


def main() -> None:
    """Run the command; an error says what happened and what to do."""
    try:
        sys.exit(hub.main(standalone_mode=False) or 0)
    except HubError as error:
        click.echo(f"{error}\n{error.fix}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


if __name__ == "__main__":
    main()
