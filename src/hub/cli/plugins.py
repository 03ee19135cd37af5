"""``hub plugins``."""

from __future__ import annotations

from typing import Any

import click

from hub.cli.data import data
from hub.errors import HubError


@click.command()
@data
def command(**given: Any) -> None:
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
