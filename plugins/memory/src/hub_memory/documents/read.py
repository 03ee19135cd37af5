"""Read a file that a person hands over as a document: its name, and its text; what is no text is refused."""

from __future__ import annotations

import codecs
import unicodedata

from hub import HubError

LARGEST = 8 << 20
"""Bytes of one document."""

LONGEST_NAME = 180
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def named(name: str) -> str:
    """Return the bare name of a file, without folders. Raises `HubError` for one that cannot be shown."""
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if not bare or bare.strip(".") == "":
        raise HubError("This document has no name.", fix="Give it one, such as notes.md.")
    if len(bare) > LONGEST_NAME:
        raise HubError("This document's name is too long.", fix=f"Take at most {LONGEST_NAME} characters.")
    if any(unicodedata.category(sign)[0] == "C" for sign in bare):
        raise HubError("This document's name holds hidden characters.", fix="Rename the file.")
    return bare


def text_of(raw: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a byte order mark. Raises `HubError` for others.

    Lines end as on Unix.
    """
    if len(raw) > LARGEST:
        raise HubError("That document is too large.", fix=f"Cut it: I take {LARGEST >> 20} MB at once.")
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise HubError(
            f"That is no text that I can read: byte {error.start:,} is wrong.", fix="Save it as UTF-8 text."
        ) from error
    if "\0" in text:
        raise HubError("That is no text: it holds zero bytes.", fix="Save it as UTF-8 text or markdown.")
    if not text.strip():
        raise HubError("That document is empty.", fix="Choose another file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")
