"""Write down what was forgotten, so that the restore of an older backup forgets it again.

One JSON line before the deed and one after it, in ``forgotten.jsonl`` of the data folder. Only the
names of days, talks and people stand there, nothing of what was said. A backup carries the journal as it was
before its databases were copied: a deed that is done in there is done in them; all others are not.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from hub.store.connection import plainly
from hub.store.durable import sync_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

NAME = "forgotten.jsonl"


@dataclass(frozen=True, slots=True)
class Deed:
    """What was to be forgotten: all days before ``before`` (YYYY-MM-DD), and these ``talks``, by id.

    ``selector``: what plugins were to forget, as `hub.store.owed` writes it.
    """

    id: str
    before: str = ""
    talks: tuple[str, ...] = ()
    selector: str = ""


@asynccontextmanager
async def noted(
    data: Path, *, before: str = "", talks: Sequence[str] = (), selector: str = ""
) -> AsyncIterator[None]:
    """Note durably that this is about to be forgotten, and afterwards that it was."""
    deed = uuid.uuid4().hex
    said = {"before": before, "talks": list(talks), "selector": selector}
    await asyncio.to_thread(
        _append, data, {"id": deed} | {name: value for name, value in said.items() if value}
    )
    yield
    await asyncio.to_thread(_append, data, {"id": deed, "done": True})


def read(data: Path) -> bytes:
    """Return the journal as it is; empty when there is none."""
    try:
        return (data / NAME).read_bytes()
    except FileNotFoundError:
        return b""


def later(now: bytes, then: bytes) -> list[Deed]:
    """Return the deeds of the journal ``now`` that were not done yet in the journal ``then``, in order."""
    done = {line["id"] for line in _lines(then) if line.get("done")}
    return [
        Deed(
            line["id"],
            str(line.get("before", "")),
            tuple(map(str, line.get("talks", ()))),
            str(line.get("selector", "")),
        )
        for line in _lines(now)
        if not line.get("done") and line["id"] not in done
    ]


def joined(now: bytes, then: bytes) -> bytes:
    """Return both journals as one, each line once."""
    whole = dict.fromkeys([*then.splitlines(), *now.splitlines()])
    return b"".join(line + b"\n" for line in whole if line)


def _append(data: Path, line: dict[str, object]) -> None:
    path = data / NAME
    with plainly(path):
        fresh = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # The line break comes first: a line that a crash cut short must not swallow this one.
            os.write(handle, b"\n" + orjson.dumps(line) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        if fresh:
            sync_folder(data)


def _lines(journal: bytes) -> Iterator[dict[str, Any]]:
    """Yield the whole lines; one that a crash cut short was never acted upon."""
    for text in journal.splitlines():
        try:
            line = orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
        if isinstance(line, dict) and isinstance(line.get("id"), str):
            yield line
