"""Seal what is sent with the keys of a pair, and open it: what was changed on the way is refused.

AES-256-GCM over deflated text. ``about`` is what it must be opened as, a file's name or a request, so that
nothing sealed can stand in another's place.
"""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

from hub import HubError

if TYPE_CHECKING:
    from hub_memory.sync.phrase import Keys

MAGIC = b"hubsync1"
MOST = 16 << 20
"""Bytes of one sealed thing."""

OPENED = 64 << 20
"""Bytes that it may come to when it is opened."""

_MARK, _NONCE = 8, 12
_HEAD = len(MAGIC) + _MARK


class Unreadable(HubError):  # noqa: N818  a state, not a fault
    """Something sealed that cannot be opened now, or ever."""


def seal(keys: Keys, text: bytes, about: bytes) -> bytes:
    """Return ``text`` so that only the pair can read it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  with the first use

    head, nonce = MAGIC + keys.mark, os.urandom(_NONCE)
    return head + nonce + AESGCM(keys.box).encrypt(nonce, zlib.compress(text), head + about)


def unseal(keys: Keys, sealed: bytes, about: bytes) -> bytes:
    """Return what was sealed. Raises `Unreadable` with why it cannot be."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    if sealed[: len(MAGIC) - 1] == MAGIC[:-1] and not sealed.startswith(MAGIC):
        raise Unreadable("It was written by a newer hub.", fix="Update this hub.")
    if len(sealed) < _HEAD + _NONCE or not sealed.startswith(MAGIC):
        raise Unreadable("It is cut short, or not ours.", fix="Wait until it has arrived, or remove it.")
    if sealed[len(MAGIC) : _HEAD] != keys.mark:
        raise Unreadable("It was sealed with another phrase.", fix="Enter the same phrase on both devices.")
    nonce = sealed[_HEAD : _HEAD + _NONCE]
    try:
        packed = AESGCM(keys.box).decrypt(nonce, sealed[_HEAD + _NONCE :], sealed[:_HEAD] + about)
    except InvalidTag:
        raise Unreadable(
            "It is half there, or was changed on the way.", fix="Wait until it has arrived, or remove it."
        ) from None
    return _inflated(packed)


def _inflated(packed: bytes) -> bytes:
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(packed, OPENED)
    except zlib.error:
        text = b""
    if not inflate.eof:
        raise Unreadable("It is too large, or no text.", fix="Update the hub on both devices.")
    return text
