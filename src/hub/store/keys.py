"""Make, keep and wrap keys. Whoever has the master key can read everything; nobody else anything."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

import structlog

from hub.errors import HubError
from hub.store.durable import publish

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 32
"""Bytes of a key."""

ENVIRONMENT = "HUB_MASTER_KEY"
_NONCE = 12

log = structlog.get_logger(__name__)


def master_key(data: Path) -> bytes:
    """Return the master key of ``data``: 32 bytes from ``HUB_MASTER_KEY`` (hex) or keys/master.key (hex).

    The file is made on first use, readable by its owner only, and is durable before it is used.
    Raises `HubError` when it is damaged or out of reach, and when it is missing although there is
    data that only the lost key can open: a new one would lock that data for ever.
    """
    given = os.environ.get(ENVIRONMENT)
    if given is not None:
        return _parse(given, ENVIRONMENT)
    path = data / "keys" / "master.key"
    try:
        if not path.exists():
            _refuse_to_lock_out(data, path)
            _create(path, secrets.token_hex(SIZE))
        _keep_private(path)
        return _parse(path.read_bytes().decode("ascii", errors="replace"), str(path))
    except OSError as error:
        raise HubError(
            f"{path} cannot be used: {error.strerror}.",
            fix=f"Make {data} writable for this user, or free disk space.",
        ) from error


def wrap(master: bytes, key: bytes) -> bytes:
    """Return ``key`` encrypted under ``master`` (AES-256-GCM, NIST SP 800-38D; nonce first)."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  11 MiB, needed once a day

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(master).encrypt(nonce, key, None)


def unwrap(master: bytes, wrapped: bytes) -> bytes:
    """Return the key inside ``wrapped``. Raises `HubError` when ``master`` is not the one."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  11 MiB, needed once a day

    try:
        return AESGCM(master).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], None)
    except (InvalidTag, ValueError):
        raise HubError(
            "A key was not made by this master key.", fix="Put back the right keys/master.key."
        ) from None


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise HubError(
            f"{where} does not hold a key of {SIZE} bytes in hex.", fix="Put it back from your backup."
        )
    return key


def _refuse_to_lock_out(data: Path, path: Path) -> None:
    if (data / "core.db").exists():
        raise HubError(
            f"{path} is missing, and {data / 'core.db'} can only be read with it.",
            fix=f"Put it back from your backup, or move {data} away to begin anew.",
        )


def _create(path: Path, text: str) -> None:
    """Write the file whole or not at all; of two at once the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    publish(draft, path)


def _keep_private(path: Path) -> None:
    for item, mode in ((path.parent, 0o700), (path, 0o600)):
        if stat.S_IMODE(item.stat().st_mode) & 0o077:
            log.warning("keys.made_private", path=str(item))
            item.chmod(mode)
