"""Make one-time codes: long ones for links, short ones that a person types."""

from __future__ import annotations

import secrets

from hub.auth.sessions import digest
from hub.errors import HubError

# Nothing that is mistaken for another on a screen across the room: no 0 O, 1 I L, U V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


class WrongCode(HubError):  # noqa: N818  a state, not a fault
    """A code that is mistyped, used or too old."""

    status = 403


def long_code() -> str:
    """Return 144 random bits for a link."""
    return secrets.token_urlsafe(18)


def short_code() -> str:
    """Return 39 random bits as ``ABCD-EFGH``."""
    marks = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{marks[:4]}-{marks[4:]}"


def short_digest(typed: str) -> bytes:
    """Return what is stored of a short code, however it was typed: spaces, dashes and case do not count."""
    return digest("".join(mark for mark in typed[:64].upper() if mark.isalnum()))
