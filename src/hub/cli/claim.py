"""``hub claim``."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from hub.cli.data import data


@click.command()
@data
def command(**given: Any) -> None:
    """Print a new one-time link that signs its first visitor in as the owner."""
    from hub import config

    settings = config.load(**given)
    code = asyncio.run(new_code(settings))
    click.echo(f"http://{settings.host}:{settings.port}/claim/{code}")


async def new_code(settings: Any) -> str:
    """Return a fresh code of the hub whose data folder ``settings`` name; earlier codes end."""
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
