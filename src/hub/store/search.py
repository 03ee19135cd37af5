"""Search all talks: answers from the index at once, and keeps it up with the transcripts in the background.

Nothing waits for it: a turn is stored first and found a moment later. What a crash left out is found
by comparing, day by day, what the index has read with what there is.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from hub.errors import HubError
from hub.store.index import Entry, Found, Index
from hub.store.query import parse

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from hub.store.database import Database
    from hub.store.transcripts import Transcripts, Turn

log = structlog.get_logger(__name__)

PAGE = 20
BATCH = 200
SETTLE_S = 0.2
BREATH_S = 0.005
"""Between two batches others may come first."""

OPTIMIZE_FROM = 5_000
PAUSE_S, MOST_PAUSE_S = 1.0, 60.0
LOOK_S = 0.02
"""Between two looks whether all was read."""

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How many days have been read of how many."""

    done: int
    total: int


class Search:
    """Find turns by their words. ``progress`` is set while older talks are still being read."""

    def __init__(self, core: Database, transcripts: Transcripts, path: Path, master: bytes) -> None:
        self._core, self._transcripts = core, transcripts
        self._index = Index(core, path, master)
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._forgotten = 0
        self._broken = False
        self.progress: Progress | None = Progress(0, 0)
        self.settled = asyncio.Event()
        self._reading = False

    def start(self) -> None:
        """Open the index in the background and keep it up to date from now on."""
        self._task = asyncio.create_task(self._follow(), name="search")

    async def close(self) -> None:
        """Stop following and close the index."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._index.close()

    async def find(
        self,
        text: str,
        person: str,
        *,
        days: int = 0,
        hidden: Collection[str] = (),
        page: int = 0,
        size: int = PAGE,
    ) -> Found:
        """Return a page (from 0) of the turns of ``person`` that ``text`` asks for; ``days``: the last only.

        Never raises: what cannot be found now, because the index is being made, is not there yet.
        """
        query = parse(text)
        if not query.match or self._stale:
            return Found()
        since = time.time() - days * DAY_S if days else 0.0
        try:
            return await self._index.find(query, person, since=since, hidden=hidden, page=page, size=size)
        except HubError as error:
            if self.progress is None:
                self._mend(error)
            return Found()

    async def caught_up(self, seconds: float) -> bool:
        """Wait until what was said by now can be found; return whether it can within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                while self.progress or self._stale or self._reading or self._transcripts.changed:  # noqa: ASYNC110  four things
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return False
        return True

    async def drop(self, talk: str, days: Collection[str]) -> None:
        """Forget a talk that was erased; the rest of its ``days`` is read once more."""
        async with self._lock:
            try:
                await self._index.drop_talk(talk)
                # The latest change of a day may have gone with the talk, and its number may come again.
                for day in days:
                    await self._index.put(day, (), 0)
            except HubError as error:  # it is being made anew, without that talk, or has to be
                self._mend(error)
        self._transcripts.changed.update(days)
        self._transcripts.stirred.set()

    @property
    def _stale(self) -> bool:
        """Whether the index must be made anew: days were forgotten that it has read, or it is damaged."""
        return self._broken or self._forgotten != self._transcripts.forgotten

    def _mend(self, error: HubError) -> None:
        log.warning("search.damaged", reason=str(error))
        self.progress, self._broken = Progress(0, 0), True
        self._transcripts.stirred.set()

    async def _follow(self) -> None:
        """Read everything there is, and then whatever changes; an index that fails begins anew."""
        self._forgotten = self._transcripts.forgotten
        pause = PAUSE_S
        while True:
            try:
                await self._index.open()
                await self._read_all()
                pause = PAUSE_S
                await self._read_on()
            except HubError as error:
                log.warning("search.failed", reason=str(error), fix=error.fix)
                await asyncio.sleep(pause)
                pause = min(pause * 2, MOST_PAUSE_S)
            self.progress = Progress(0, 0)
            with suppress(HubError):
                await self._renew()

    async def _renew(self) -> None:
        forgotten = self._transcripts.forgotten
        await self._index.renew()
        self._broken, self._forgotten = False, forgotten

    async def _read_all(self) -> None:
        """Compare all days, those that were never read first, the newest before the oldest."""
        known, days = await self._index.days(), await self._transcripts.known_days()
        for day in known.keys() - set(days):
            await self._index.drop_day(day)
        new, read = [day for day in days if day not in known], 0
        for number, day in enumerate(new + [day for day in days if day in known]):
            if self._stale:
                return
            self.progress = Progress(number, len(new)) if number < len(new) else None
            read += await self._compare(day, *known.get(day, (0, 0)))
        if read >= OPTIMIZE_FROM:
            await self._index.optimize()
        self.progress = None
        self.settled.set()

    async def _read_on(self) -> None:
        """Read what changes until the index must be made anew."""
        while not self._stale:
            await self._transcripts.stirred.wait()
            await asyncio.sleep(SETTLE_S)
            self._transcripts.stirred.clear()
            days, self._transcripts.changed = self._transcripts.changed, set()
            self._reading = True
            try:
                await self._read_days(days)
            finally:
                self._reading = False

    async def _read_days(self, days: Collection[str]) -> None:
        for day in days:
            try:
                await self._read(day, (await self._index.day(day))[0])
            except HubError as error:
                log.warning("search.day_unreadable", day=day, reason=str(error))

    async def _compare(self, day: str, change: int, count: int) -> int:
        """Read what the index lacks of a day; all of it when the two do not tell the same story."""
        try:
            turns, latest = await self._transcripts.count(day)
            if (change, count) == (latest, turns):
                return 0
            read = await self._read(day, change)
            if (await self._index.day(day))[1] != turns:
                await self._index.drop_day(day)
                read += await self._read(day, 0)
        except HubError as error:
            log.warning("search.day_unreadable", day=day, reason=str(error))
            await self._index.drop_day(day)
            return 0
        return read

    async def _read(self, day: str, change: int) -> int:
        """Take over what changed in a day after ``change``; return how many turns that were."""
        read = 0
        while True:
            async with self._lock:  # nothing is put in that was erased after it was read
                turns = await self._transcripts.changes(day, change, BATCH)
                change = turns[-1][0] if turns else change
                await self._index.put(day, await self._entries([turn for _, turn in turns]), change)
            read += len(turns)
            if len(turns) < BATCH:
                return read
            await asyncio.sleep(BREATH_S)

    async def _entries(self, turns: list[Turn]) -> list[Entry]:
        """Return what the index keeps; of a talk that is gone, nothing but that there was a turn."""
        owners = await self._owners_of({turn.conversation for turn in turns})
        return [
            Entry(
                turn.id, turn.conversation, owners.get(turn.conversation, ""), turn.at, turn.text,
                turn.answer, told=not turn.replaced_by and turn.conversation in owners,
            )
            for turn in turns
            if turn.state != "answering"
        ]  # fmt: skip

    async def _owners_of(self, talks: set[str]) -> dict[str, str]:
        marks = ", ".join("?" * len(talks))
        rows = await self._core.rows(
            f"SELECT id, person FROM conversation WHERE id IN ({marks})",  # noqa: S608  only marks
            tuple(talks),
        )
        return dict(row for row in rows)
