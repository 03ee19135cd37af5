"""What the memory gives to a turn, and what it keeps of one. A store that fails never breaks a turn.

Before a turn is answered the model is told what is remembered about its words; after it, those words are
kept, as they were said. What is only a command (the time, a timer, a sum) is not worth keeping.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import structlog

from hub.conversation.asking import only_asks
from hub.ports.memory import (
    HOUSE,
    NEXT,
    SAID,
    UNTRUSTED,
    Memory,
    MemoryEntry,
    MemoryHit,
    MemoryQuery,
    NewMemory,
    NullMemory,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub.store.transcripts import Turn

log = structlog.get_logger(__name__)

WAIT_S = 0.25
"""Seconds that an answer waits for what is remembered; after them it does without."""

LOOKED, MOST = 12, 6
"""Entries that are looked at, and that a model is told: what was only asked tells it nothing."""

WAITING = 64
"""Turns that may wait to be kept; a store that is slower than people talk loses the oldest."""

_WORTH: Final = frozenset({"full", "limit", "basic", "canned", ""})
"""Qualities of an answer to words that may tell something: what was computed or done needs no memory."""


class Recollection:
    """Stands between the talks and whatever `Memory` there is at the time.

    ``memory`` returns it; ``known``: whether that id is a person's. Whoever is nobody, such as a device that
    anybody may stand before, reads what the house knows, and nothing that is said to it is kept.
    """

    def __init__(self, memory: Callable[[], Memory], known: Callable[[str], Awaitable[bool]]) -> None:
        self._memory, self._known = memory, known
        self._keeping: asyncio.Queue[NewMemory] = asyncio.Queue(WAITING)
        self._keeper: asyncio.Task[None] | None = None

    async def about(self, text: str, *, person: str, talk: str) -> tuple[MemoryHit, ...]:
        """Return what is remembered about ``text``, the best first; nothing when that fails or takes long."""
        try:
            async with asyncio.timeout(WAIT_S):
                spaces = await self._readable(person)
                query = MemoryQuery(text, spaces, limit=LOOKED, session=talk, now=time.time())
                hits = (await self._memory().recall(query)).hits
                return tuple(hit for hit in hits if not only_asks(hit.entry.text))[:MOST]
        except Exception as error:  # noqa: BLE001  whatever it is, the turn is answered without
            log.warning("memory.not_recalled", reason=repr(error))
            return ()

    async def keep(self, turn: Turn, person: str) -> None:
        """Have what was said in ``turn`` remembered, soon. Never raises, and waits for no disk."""
        try:
            if isinstance(self._memory(), NullMemory) or not await self._known(person):
                return
        except Exception as error:  # noqa: BLE001
            log.warning("memory.not_kept", reason=repr(error))
            return
        for entry in worth_keeping(turn, person):
            if self._keeping.full():
                self._keeping.get_nowait()
                log.warning("memory.not_kept", reason="More is said than can be kept.")
            self._keeping.put_nowait(entry)
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._drain(), name="remember")

    async def settled(self) -> None:
        """Wait until all that was said so far is kept, or could not be."""
        if self._keeper:
            await asyncio.wait({self._keeper})

    async def _drain(self) -> None:
        while not self._keeping.empty():
            entries = [self._keeping.get_nowait() for _ in range(self._keeping.qsize())]
            try:
                await self._memory().remember(entries)
            except Exception as error:  # noqa: BLE001  transcripts have it; the tile says what is wrong
                log.warning("memory.not_kept", reason=repr(error))

    async def _readable(self, person: str) -> tuple[str, ...]:
        return (person, HOUSE) if await self._known(person) else (HOUSE,)


def worth_keeping(turn: Turn, person: str) -> Sequence[NewMemory]:
    """Return what of a turn is to be remembered: the person's words, and a large model's answer to them.

    An answer that was made of what a tool or a page said is nobody's word, and waits in quarantine.
    """
    if turn.source == "hub" or turn.quality not in _WORTH:
        return ()
    session = turn.conversation
    origin = "user_voice" if turn.source == "voice" else "user_text"
    kept = [
        NewMemory(
            turn.text, person, origin=origin, trust=SAID, session=session, sequence=NEXT, created=turn.at
        )
    ]
    if turn.answer and turn.quality == "full":
        kept.append(
            NewMemory(
                turn.answer, person, origin="assistant", trust=UNTRUSTED if turn.read else SAID,
                session=session, sequence=NEXT, created=turn.at, quarantined=bool(turn.read),
            )
        )  # fmt: skip
    return kept


def told(hits: Sequence[MemoryHit], room: int) -> str:
    """Return ``hits`` in lines, the best first, as many as fit into ``room`` characters; "" for none."""
    lines: list[str] = []
    for hit in hits:
        line = _line(hit)
        if len(line) + 1 > room:
            break
        lines.append(line)
        room -= len(line) + 1
    return "\n".join(lines)


def _line(hit: MemoryHit) -> str:
    entry = hit.entry
    day = time.strftime("%d %B %Y", time.localtime(entry.created))
    if entry.origin == "document":
        return _cited(entry)
    return f"{day}, {_who(entry.origin)}: {' '.join(entry.text.split())}"


def _cited(entry: MemoryEntry) -> str:
    """Return what a document says with where it says so: its name and the headings above."""
    name, heading = (
        next((tag.removeprefix(mark) for tag in entry.tags if tag.startswith(mark)), "")
        for mark in ("document:", "heading:")
    )
    where = ", ".join(one for one in (name or "a document", heading) if one)
    return f"From {where}: {' '.join(entry.text.removeprefix(heading).split())}"


def _who(origin: str) -> str:
    if origin == "assistant":
        return "I said"
    return "you said" if origin.startswith("user") else "noted"
