"""Make, keep and wrap keys. Whoever has the master key can read everything; nobody else anything."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import HubError

SIZE = 32
_NONCE = 12


def master_key(data: Path) -> bytes:
    """Return the master key of ``data``: 32 bytes from ``HUB_MASTER_KEY`` (hex) or keys/master.key.

    The file is made on first use, readable by its owner only, and is durable before it is used.
    """
    if given := os.environ.get("HUB_MASTER_KEY"):
        return _parse(given.strip(), "HUB_MASTER_KEY")
    path = data / "keys" / "master.key"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path, secrets.token_hex(SIZE))
        return _parse(path.read_text(encoding="ascii").strip(), str(path))
    except OSError as error:
        raise HubError(
            f"{path} cannot be used: {error.strerror}.", fix=f"Make {data} writable for this user, or free disk space."
        ) from error
    except UnicodeDecodeError as error:
        raise HubError(f"{path} is damaged.", fix="Put it back from your backup.") from error


def wrap(master: bytes, key: bytes) -> bytes:
    """Return ``key`` encrypted under ``master`` (AES-256-GCM, NIST SP 800-38D; nonce first)."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(master).encrypt(nonce, key, None)


def unwrap(master: bytes, wrapped: bytes) -> bytes:
    """Return the key inside ``wrapped``. Raises `HubError` when ``master`` is not the one."""
    try:
        return AESGCM(master).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise HubError("A key was not made by this master key.", fix="Put back the right keys/master.key.") from error


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise HubError(f"{where} does not hold a key of {SIZE} bytes in hex.", fix="Put it back from your backup.")
    return key


def _create(path: Path, text: str) -> None:
    """Write the file whole or not at all; of two at once the first wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
