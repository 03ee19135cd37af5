"""``hub restore``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from hub.cli.bar import bar
from hub.cli.data import data
from hub.cli.passphrase import key_file, passphrase, read_file
from hub.errors import HubError


@click.command()
@data
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verify", "only_verify", is_flag=True, help="Only check that it could be brought back.")
@click.option("--replace", is_flag=True, help="Move what is in the folder aside; it is not deleted.")
@key_file
def command(file: Path, only_verify: bool, replace: bool, key_file: Path | None, **given: Any) -> None:
    """Bring the backup FILE back as the data folder, all or nothing, or check that it could be."""
    from hub import config
    from hub.backup.restore import restore, verify

    folder = given["data"] or config.default_data()

    def secret_of(header: Any) -> bytes:
        return passphrase(key_file) if header.lock == "passphrase" else _master(key_file, folder)

    if only_verify:
        with bar("Checking") as draw:
            whole = verify(file, secret_of, draw, folder)
        click.echo(f"{_words(whole)}\nAll of it could be brought back.")
        return
    with bar("Restoring") as draw:
        done = restore(file, secret_of, folder, replace=replace, progress=draw)
    click.echo(f"{_words(done.manifest)}\nAll of it is back in {folder}.")
    if done.forgotten:
        click.echo(f"Forgotten again, as asked after that backup: {done.forgotten}.")
    if done.aside:
        click.echo(f"What was there before lies in {done.aside}.")


def _master(file: Path | None, folder: Path) -> bytes:
    from hub.backup.restore import key_from, known_key

    if file:
        return key_from(read_file(file).decode("ascii", "replace"))
    if key := known_key(folder):
        return key
    raise HubError(
        "This backup was sealed with the hub's master key, and I do not have it.",
        fix="Give it: --key-file .../keys/master.key",
    )


def _words(manifest: Any) -> str:
    made = time.strftime("%d %B %Y, %H:%M", time.localtime(manifest.created))
    left = "".join(f"\nNot in it: {left.name}. {left.why}" for left in manifest.left_out)
    return (
        f"Backup of {made}, by hub {manifest.hub}: {len(manifest.members)} files, "
        f"{manifest.size / 1e6:,.1f} MB, {manifest.rows:,} rows.{left}"
    )
