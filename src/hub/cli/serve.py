"""``hub serve``."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from hub.cli.data import data
from hub.errors import HubError


@click.command()
@data
@click.option("--host", help="Address to listen on (default: this machine only).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default: 8420).")
@click.option("--safe", is_flag=True, help="Start no plugin but those that came with the hub.")
def command(*, safe: bool, **given: Any) -> None:
    """Start the hub and keep it running."""
    from hub import config, guardian

    settings = config.load(**given)

    def work(sockets: list[Any], rebirth: guardian.Rebirth) -> int:
        gc.disable()  # all that is imported stays; to look for garbage in it costs an eighth of the start
        from hub.serve import run

        gc.freeze()
        gc.enable()
        return run(settings, sockets, rebirth, safe=safe)

    def address() -> tuple[str, int]:
        nonlocal settings
        try:
            settings = config.load(**given)
        except HubError as error:  # what was good before is good enough to say so on the page
            click.echo(f"{error} I start with the settings that I had.\n{error.fix}", err=True)
        return settings.host, settings.port

    sys.exit(guardian.serve(settings.host, settings.port, work, address))
