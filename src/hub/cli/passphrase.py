"""Ask for the passphrase of a backup, or read it from a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.errors import HubError

SHORTEST = 10
_LARGEST = 4096

key_file = click.option(
    "--key-file", type=click.Path(path_type=Path, dir_okay=False), help="Read the passphrase from this file."
)


def new_passphrase(file: Path | None) -> bytes:
    """Return the passphrase of ``file``, or one typed twice. Raises `HubError` when it is too short."""
    secret = read_file(file) if file else _ask("Passphrase for this backup", confirm=True)
    if len(secret) < SHORTEST:
        raise HubError(
            f"A passphrase needs at least {SHORTEST} characters.",
            fix="Take four words that nobody would guess.",
        )
    return secret


def passphrase(file: Path | None) -> bytes:
    """Return the passphrase of ``file``, or one typed once."""
    return read_file(file) if file else _ask("Passphrase of this backup", confirm=False)


def read_file(path: Path) -> bytes:
    """Return what stands in ``path``, without the line's end."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST).rstrip(b"\r\n")
    except OSError as error:
        raise HubError(f"{path} cannot be read: {error.strerror}.", fix="Name another --key-file.") from error
    try:
        return _secret(content.decode())
    except UnicodeDecodeError:
        return content


def _secret(text: str) -> bytes:
    from hub.backup.seal import secret_of

    return secret_of(text)


def _ask(question: str, *, confirm: bool) -> bytes:
    if not sys.stdin.isatty():
        raise HubError("I need a passphrase and there is no terminal.", fix="Give it by --key-file FILE.")
    typed: str = click.prompt(question, hide_input=True, confirmation_prompt=confirm, err=True)
    return _secret(typed)
