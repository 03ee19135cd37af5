"""Read the ZIP that an export of ChatGPT or Claude comes in: its talks alone, and never more than fits.

Nothing of it is unpacked to the disk, and names in it lead nowhere.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub import HubError
from hub_memory.exchange import chats
from hub_memory.exchange.texts import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub_memory.exchange.reading import Reading

ZIP = b"PK\x03\x04"
EXPANDED = 256 << 20
"""Bytes that all talks of one ZIP may come to: more than five years of a talker."""

LISTED = 4 << 20
"""Bytes of the list of its files, some 40,000 of them: pictures lie in it one by one."""

_TALKS = re.compile(r"(?:.*/)?conversations(?:-\d{1,6})?\.json", re.DOTALL)
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
_ENCRYPTED = 1
_CHOOSE = "Unpack it, and choose conversations.json."


class _Bounded(io.BytesIO):
    """A ZIP in RAM of which nothing is read in one piece that is longer than a list of files may be."""

    def read(self, size: int | None = -1, /) -> bytes:
        left = len(self.getbuffer()) - self.tell()
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > LISTED:
            raise HubError("That ZIP holds too many files.", fix=_CHOOSE)
        return super().read(wanted)


def read(raw: bytes, namespace: str) -> Reading:
    """Return what a person said in all talks of a ZIP. Raises `HubError` for none, or for a bomb."""
    with _opened(_Bounded(raw)) as archive:
        return chats.read(_texts(archive), namespace)


def slim(path: Path) -> bytes:
    """Return a ZIP of the talks alone of one that is too large, with its pictures. Raises as `read`."""
    out = io.BytesIO()
    with _opened(path) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for at, text in enumerate(_texts(archive)):
            made.writestr(f"conversations-{at:06}.json", text)
    return out.getvalue()


@contextmanager
def _opened(file: Path | _Bounded) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP; what is wrong with it, then or later, is told as a `HubError`."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except _BROKEN as error:
        raise HubError("That ZIP is damaged.", fix="Download it once more.") from error


def _texts(archive: zipfile.ZipFile) -> Iterator[str]:
    talks = [one for one in archive.infolist() if _TALKS.fullmatch(one.filename)]
    if not talks:
        raise HubError("That ZIP holds no conversations.json.", fix="Choose the export of ChatGPT or Claude.")
    left = EXPANDED
    for one in sorted(talks, key=lambda one: one.filename):
        if one.compress_type not in _PLAIN or one.flag_bits & _ENCRYPTED:
            raise HubError("That ZIP is packed in a way I cannot read.", fix=_CHOOSE)
        raw = _expanded(archive, one, left)
        left -= len(raw)
        yield decoded(raw)


def _expanded(archive: zipfile.ZipFile, one: zipfile.ZipInfo, most: int) -> bytes:
    """Return a file's bytes, whatever length it claims. Raises `HubError` at the first one too many."""
    taken = bytearray()
    with archive.open(one) as file:
        while chunk := file.read(1 << 20):
            taken += chunk
            if len(taken) > most:
                raise HubError(
                    f"Its talks come to more than {EXPANDED >> 20} MB.", fix="Cut conversations.json in two."
                )
    return bytes(taken)
