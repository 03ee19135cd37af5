"""Write talks out for a person to keep: Markdown, plain text, or JSON with every version of every turn."""

from __future__ import annotations

import asyncio
import io
import time
import unicodedata
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import orjson

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from hub.conversation.conversations import Heading
    from hub.store.transcripts import Transcripts, Turn

Format = Literal["md", "json", "txt"]
KINDS: dict[str, str] = {
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
}
PAGE = 200


async def write(transcripts: Transcripts, talk: Heading, format: Format) -> AsyncIterator[str]:  # noqa: A002
    """Yield a talk in ``format``, oldest turn first; a day that cannot be read is left out."""
    if format == "json":
        about = {"id": talk.id, "title": talk.title, "touched": talk.touched}
        yield f'{orjson.dumps(about).decode()[:-1]},"turns":['
        first = True
        async for turn in _turns(transcripts, talk.id, replaced=True):
            yield f"{'' if first else ','}\n{orjson.dumps(asdict(turn)).decode()}"
            first = False
        yield "\n]}\n"
        return
    yield f"# {talk.title or 'A talk'}\n" if format == "md" else f"{talk.title or 'A talk'}\n"
    async for turn in _turns(transcripts, talk.id):
        yield _markdown(turn) if format == "md" else _plain(turn)


async def archive(
    transcripts: Transcripts,
    talks: AsyncIterator[Heading],
    format: Format,  # noqa: A002
    also: Mapping[str, bytes] | None = None,
) -> AsyncIterator[bytes]:
    """Yield a zip of all ``talks``, a file each, as it is made; memory holds one talk at a time.

    ``also``: further files by their names, which come first.
    """
    out = _Outlet()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in (also or {}).items():
            await asyncio.to_thread(pack.writestr, name, content)
            yield out.take()
        number = 0
        async for talk in talks:
            number += 1
            whole = "".join([part async for part in write(transcripts, talk, format)])
            when = time.gmtime(max(talk.touched, 315_619_200))  # the format knows no time before 1980
            info = zipfile.ZipInfo(f"{number:05d} {_safe(talk.title)}.{format}", when[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            await asyncio.to_thread(pack.writestr, info, whole)
            yield out.take()
    yield out.take()


def disposition(title: str, ending: str) -> str:
    """Return the Content-Disposition of a download (RFC 6266: one name in ASCII, one in full)."""
    name = f"{_safe(title)}.{ending}"
    plain = (
        unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip(" .") or f"talk.{ending}"
    )
    if plain == ending:
        plain = f"talk.{ending}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class _Outlet(io.RawIOBase):
    """What the archive is written to: it cannot be sought in, and gives away what it has."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._at

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # any buffer
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        whole = b"".join(self._parts)
        self._parts = []
        return whole


async def _turns(transcripts: Transcripts, talk: str, *, replaced: bool = False) -> AsyncIterator[Turn]:
    at, seen = 0.0, set[str]()
    while True:
        turns = await transcripts.after(talk, at, PAGE, replaced=replaced)
        for turn in turns:
            if turn.id not in seen:
                yield turn
        if len(turns) < PAGE:
            return
        at, seen = turns[-1].at, {turn.id for turn in turns if turn.at == turns[-1].at}


def _markdown(turn: Turn) -> str:
    if not turn.text:  # a turn of the hub's own
        return f"\n**Hub**, {_when(turn.at)}\n\n{turn.answer.strip()}{_stopped(turn)}\n"
    said = "\n".join(f"> {line}" for line in turn.text.splitlines())
    return f"\n**You**, {_when(turn.at)}\n\n{said}\n\n{turn.answer.strip()}{_stopped(turn)}\n"


def _plain(turn: Turn) -> str:
    you = f"You: {turn.text}\n" if turn.text else ""
    return f"\n[{_when(turn.at)}] {you}Hub: {turn.answer.strip()}{_stopped(turn)}\n"


def _stopped(turn: Turn) -> str:
    return "" if turn.state == "done" else f" [{turn.state}]"


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _safe(title: str) -> str:
    """Return ``title`` as a file name that every system takes."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in title)
    return " ".join(kept.split())[:60] or "talk"
