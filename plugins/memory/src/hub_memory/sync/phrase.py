"""The phrase that pairs devices: 160 random bits in words of four letters, and the keys made from it.

A folder's service, or whoever is on the way, sees only what these keys have sealed. The keys are made by
HKDF-SHA256 (RFC 5869), one for each use; the phrase is random, so it needs no slow hash.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from hub import HubError

RANDOM = 20
"""Bytes of a phrase that nobody can guess."""

CHECK = 20
"""Bits at its end by which a slip of the pen is noticed."""

_LETTERS = (RANDOM * 8 + CHECK) // 5
_MEANT = str.maketrans("018", "olb", "- \t\n")


@dataclass(frozen=True, slots=True)
class Keys:
    """``box`` seals what is sent, ``door`` signs who asks (32 bytes each); ``mark`` tells two pairs apart."""

    box: bytes = field(repr=False)
    door: bytes = field(repr=False)
    mark: bytes


def new_phrase() -> str:
    """Return a new phrase."""
    return _spelled(secrets.token_bytes(RANDOM))


def keys(phrase: str) -> Keys:
    """Return what a phrase stands for, however it was typed. Raises `HubError` for one that is mistyped."""
    letters = phrase.lower().translate(_MEANT)
    try:
        random = base64.b32decode(letters[: RANDOM * 8 // 5].upper())
    except ValueError:
        random = b""
    if len(letters) != _LETTERS or len(random) != RANDOM or _spelled(random).replace("-", "") != letters:
        raise HubError("That is no phrase of mine.", fix="Run: hub memory pair, then copy all nine words.")
    return Keys(_derived(random, b"box"), _derived(random, b"door"), _derived(random, b"mark", 8))


def _spelled(random: bytes) -> str:
    check = sha256(b"hub memory phrase" + random).digest()
    letters = base64.b32encode(random + check[:5]).decode().lower()[:_LETTERS]
    return "-".join(letters[at : at + 4] for at in range(0, _LETTERS, 4))


def _derived(random: bytes, use: bytes, length: int = 32) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  who is not paired needs none
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415  of it

    return HKDF(SHA256(), length, salt=None, info=b"hub memory sync 1 " + use).derive(random)
