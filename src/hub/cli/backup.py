"""``hub backup``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from hub.cli.bar import bar
from hub.cli.data import data
from hub.cli.passphrase import key_file, new_passphrase

NOT_WHOLE = 2
"""Exit status when a damaged file had to be left out."""


@click.command()
@data
@click.argument("file", required=False, type=click.Path(path_type=Path))
@key_file
@click.option("--no-keys", is_flag=True, help="Leave my master key out, and seal with it: keep it elsewhere.")
@click.option("--no-verify", is_flag=True, help="Do not read the backup back.")
def command(file: Path | None, key_file: Path | None, no_keys: bool, no_verify: bool, **given: Any) -> None:
    """Write all the hub knows into one FILE, sealed with a passphrase; the hub may be running.

    FILE may be a folder, and is never overwritten. Models are not in it: they can be fetched again.
    """
    from hub import config
    from hub.backup.create import create

    folder, target = config.load(**given).data, _target(file)
    secret = None if no_keys else new_passphrase(key_file)
    with bar("Backing up") as draw:
        made = create(folder, target, secret, draw)
    click.echo(f"{target}  {target.stat().st_size / 1e6:,.1f} MB, {made.rows:,} rows")
    for left in made.left_out:
        click.echo(f"Left out: {left.name}. {left.why}", err=True)
    if not no_verify:
        _verify(target, secret, folder)
    if no_keys:
        click.echo("My master key is not in it. Without keys/master.key nobody can open it.")
    if made.left_out:
        sys.exit(NOT_WHOLE)


def _verify(target: Path, secret: bytes | None, folder: Path) -> None:
    from hub.backup.restore import verify
    from hub.store.keys import master_key

    with bar("Reading it back") as draw:
        verify(target, lambda _: secret or master_key(folder), draw, folder)
    click.echo("I read it back: all of it is there.")


def _target(file: Path | None) -> Path:
    target = (file or Path()).resolve()
    return target / f"hub-{time.strftime('%Y-%m-%d-%H%M%S')}.backup" if target.is_dir() else target
