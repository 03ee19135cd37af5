"""Check what people call themselves and their devices: any script, but nothing that misleads the eye."""

from __future__ import annotations

import unicodedata

from hub.errors import HubError

MAX_NAME = 40
# Persian and emoji need joiners; every other format character only hides or reorders text.
_JOINERS = "\u200c\u200d"
_REFUSED = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def clean_name(text: str) -> str:
    """Return ``text`` as a name: NFC, single spaces, at most 40 characters, some of them letters or digits.

    Raises `HubError` for control and direction characters (Unicode TR 36, bidirectional spoofing).
    """
    if len(text) > 10 * MAX_NAME:
        raise HubError("That name is too long.", fix=f"Use at most {MAX_NAME} characters.")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > MAX_NAME:
        raise HubError("That name is too long.", fix=f"Use at most {MAX_NAME} characters.")
    if any(unicodedata.category(mark) in _REFUSED and mark not in _JOINERS for mark in name):
        raise HubError("That name has characters that cannot be seen.", fix="Use letters and digits.")
    if not any(mark.isalnum() for mark in name):
        raise HubError("A name needs a letter or a digit.", fix="Write a name.")
    return name


def alike(name: str) -> str:
    """Return what two names that read the same have in common."""
    return unicodedata.normalize("NFKC", name).casefold()
