"""The memory in a PostgreSQL server: the port `hub.Memory`, with the same rules as `SqliteMemory`.

It is for many writers: several hubs may share one memory. While the server is away recall finds nothing and
says why, whoever wants to keep something is refused, and no other store is used in its place.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, cast

import numpy as np
import structlog

from hub import HubError, MemoryHealth, MemoryHit, Recalled, Unavailable
from hub_memory.memory import ABSENT, LEGS, NOTED, PAGE, asked_span, usable
from hub_memory.postgres import flags, merge, upkeep
from hub_memory.postgres.forget import forget, rewrite
from hub_memory.postgres.rows import UNEXPIRED, entries, insert
from hub_memory.postgres.search import search
from hub_memory.postgres.sweep import sweep
from hub_memory.postgres.where import held, readable, selected
from hub_memory.store.check import checked, identity, known, number
from hub_memory.store.guard import Guard
from hub_memory.store.sweep import BUDGET

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from psycopg import AsyncConnection

    from hub import (
        MemoryChange,
        MemoryEntry,
        MemoryQuery,
        MemorySelection,
        Merged,
        NewMemory,
        Swept,
    )
    from hub_memory.postgres.search import Question
    from hub_memory.postgres.server import Server
    from hub_memory.recall.meaning import Meaning
    from hub_memory.recall.search import Scored
    from hub_memory.recall.when import Span
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

log = structlog.get_logger(__name__)

LEFTOVERS = "What was forgotten may still lie in the files of the memory's server."
LEFTOVERS_FIX = "Let me rewrite them: end what reads there for long; I try again every hour."

FILE_ONLY = "Documents and imports do not go into a PostgreSQL server yet."
FILE_ONLY_FIX = "Use a memory in a file of this hub for them."


class PostgresMemory:
    """`hub.Memory` over ``server``. ``meaning`` and ``guard``: as `SqliteMemory` has them.

    ``told``: is given the counts of what was ``kept``, ``changed`` and ``forgotten``, after each of these.
    """

    def __init__(
        self, server: Server, *, meaning: Meaning | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.server, self.meaning, self._clock = server, meaning, clock
        self._noted: Counter[int] = Counter()
        self.guard = Guard()
        self.told: Callable[..., None] = _nobody
        self.on_forgotten: Callable[[], Awaitable[None]] | None = None
        """Awaited when something was forgotten here."""

    def now(self) -> float:
        """Return the time that all of this goes by, in Unix seconds."""
        return self._clock()

    async def open(self) -> None:
        """Connect; a server that is away is waited for in the background."""
        await self.server.open()

    async def close(self) -> None:
        """Write what is still to be noted, and end the connections."""
        try:
            await self._note()
        finally:
            await self.server.close()

    async def remember(self, entries: Sequence[NewMemory]) -> Sequence[str]:
        """Keep all or none; an echo of what was just recalled has that entry's id, one of the prompt "".

        Raises `HubError` for what cannot be kept exactly as it is.
        """
        now = self._clock()
        found = [checked(entry, now) for entry in entries]
        echoes = [self.guard.echo(one.entry.namespace, one.entry.text) for one in found]
        fresh = [one for one, echo in zip(found, echoes, strict=True) if echo is None]
        if not fresh:
            return cast("list[str]", echoes)
        vectors = await self._vectors(fresh)
        written = iter(await self.server.write(lambda to: insert(to, fresh, now, vectors)))
        self.told(kept=len(fresh))
        return [next(written) if echo is None else echo for echo in echoes]

    async def recall(self, query: MemoryQuery) -> Recalled:
        """Find entries by all legs that there are; an entry's score is the sum of its parts.

        A time that the question names narrows the search, unless nothing is found then. When the server is
        away nothing is found, and every leg that was asked is missing with the reason.
        """
        number(query.limit, "limit", 1, PAGE)
        text = query.text.encode(errors="replace").decode()  # a question need not be kept exactly
        query = replace(query, now=query.now or self._clock(), text=text)
        readable(query.namespaces)
        try:
            return await self._recalled(query)
        except Unavailable as error:
            why = f"{error} {error.fix}"
            return Recalled(missing=cast("Any", dict.fromkeys(query.legs or LEGS, why)))

    async def get(self, namespaces: Sequence[str], ids: Sequence[str]) -> Sequence[MemoryEntry]:
        """Return those of ``ids`` that may be read, in that order; superseded and quarantined ones too."""
        where, names = readable(namespaces), known(ids)
        where.add("id = ANY(%s)", [bytes.fromhex(name) for name in names])
        where.add(UNEXPIRED, self._clock())
        rows = await self.server.read(lambda of: entries(of, where.sql, where.args))
        found = {entry.id: entry for entry in rows.values()}
        return [found[name] for name in names if name in found]

    async def browse(
        self, selection: MemorySelection, *, limit: int = 50, after: str = ""
    ) -> Sequence[MemoryEntry]:
        """Return a page of what holds now, the newest first; quarantined ones only when asked for."""
        number(limit, "limit", 1, PAGE)
        where = held(selection, self._clock())
        if after:
            where.add("id < %s", identity(after))
        order = "ORDER BY id DESC"
        rows = await self.server.read(lambda of: entries(of, where.sql, where.args, order, limit=limit))
        return list(rows.values())

    async def supersede(self, namespaces: Sequence[str], old: str, new: NewMemory) -> str:
        """Keep ``new`` in place of ``old``; what is not confirmed replaces nothing that is."""
        now = self._clock()
        one = checked(new, now)
        vectors = await self._vectors([one])
        name = await self.server.write(
            lambda to: flags.supersede(to, namespaces, old, one, now, vectors=vectors)
        )
        self.told(changed=1)
        return name

    async def change(
        self, namespaces: Sequence[str], entry: str, *, pinned: bool | None = None,
        importance: float | None = None, quarantined: bool | None = None, trust: int | None = None,
    ) -> MemoryEntry:  # fmt: skip
        """Set what is given and return the entry as it is then."""
        given = {"pinned": pinned, "importance": importance, "quarantined": quarantined, "trust": trust}
        now = self._clock()
        after = await self.server.write(lambda to: flags.change(to, namespaces, entry, given, now))
        self.told(changed=1)
        return after

    async def forget(self, selection: MemorySelection) -> int:
        """Destroy what is selected, what was made from it and its earlier wordings; rewrite the tables.

        What cannot be rewritten now is rewritten later, and `health` says so. What the server keeps beside
        its tables (log, replicas, backups) is not reached.
        """
        now = self._clock()
        selected(selection)
        count = await self.server.write(lambda to: forget(to, selection, now))
        self.guard.forget()
        await self.rewrite()
        self.told(forgotten=count)
        if count and self.on_forgotten:
            await self.on_forgotten()
        return count

    async def rewrite(self) -> None:
        """Write the tables anew if they still hold what went; `health` tells when that cannot be done."""
        try:
            await self.server.outside(rewrite)
        except Unavailable as error:
            log.warning("memory.not_rewritten", reason=str(error))

    async def changes(self, since: str = "", *, limit: int = PAGE) -> tuple[Sequence[MemoryChange], str]:
        """Return what changed after the cursor ``since``, its own and what came from other devices."""
        return await self.server.read(lambda of: merge.changes(of, since, limit))

    async def apply(self, changes: Sequence[MemoryChange]) -> Merged:
        """Merge; raises `HubError` for a change that is none, and then takes none of them."""
        now, parts = self._clock(), merge.parts_of(changes)
        merged = await self.server.write(lambda to: merge.apply(to, parts, now))
        if merged.applied:
            self.guard.forget()
            await self.rewrite()
            self.told(changed=merged.applied)
        return merged

    async def sweep(self, now: float, *, budget: int = BUDGET, rewrite: bool = True) -> Swept:
        """Remove what expired, unless it is pinned, and let one stand for equal ones.

        ``budget``: entries for each reason; without ``rewrite`` the caller rewrites the tables.
        """
        await self._note()
        swept = await self.server.write(lambda to: sweep(to, now, budget))
        if rewrite:
            await self.rewrite()
        self.told(forgotten=swept.expired, changed=swept.duplicates)
        return swept

    async def health(self, namespaces: Sequence[str] = ()) -> MemoryHealth:
        """Say what is there, and by what it is found; with ``namespaces`` only of those."""
        now, model = self._clock(), self.meaning.model if self.meaning else ""
        try:
            health, due = await self.server.read(lambda of: upkeep.counted(of, now, model, namespaces))
        except Unavailable as error:
            why = cast("Any", dict.fromkeys(LEGS, str(error)))
            return MemoryHealth(
                model=model, missing=why, engine="PostgreSQL", reason=str(error), fix=error.fix
            )
        missing = self._missing()
        return replace(
            health, legs=cast("Any", tuple(usable(missing))), missing=cast("Any", missing),
            encrypted=self.server.encrypted, reason=LEFTOVERS if due else "",
            fix=LEFTOVERS_FIX if due else "",
        )  # fmt: skip

    async def ready(self) -> None:
        """Do nothing: the server has its indexes at hand."""

    async def measure(self) -> float:
        """Return how much of an exact search is found: all, for every search here is exact."""
        return 1.0

    async def read(self, work: object) -> NoReturn:
        """Refuse what knows only the tables of a file."""
        del work
        raise Unavailable(FILE_ONLY, fix=FILE_ONLY_FIX)

    async def written(self, fresh: object, work: object) -> NoReturn:
        """Refuse what knows only the tables of a file."""
        del fresh, work
        raise Unavailable(FILE_ONLY, fix=FILE_ONLY_FIX)

    def _missing(self) -> dict[str, str]:
        """Return why legs cannot be asked, by leg."""
        return {} if self.meaning else {"meaning": ABSENT}

    async def _recalled(self, query: MemoryQuery) -> Recalled:
        missing = {leg: why for leg, why in self._missing().items() if leg in (query.legs or LEGS)}
        question = await self._question(query, missing)
        legs = usable(missing, query.legs or LEGS)
        span = asked_span(query)
        if span and span.firm:
            narrow = replace(query, since=span.since, until=span.until)
            told = await self._found(narrow, legs, missing, question=question, span=span)
            if told.hits:
                return told
        return await self._found(query, legs, missing, question=question, span=span)

    async def _question(self, query: MemoryQuery, missing: dict[str, str]) -> Question | None:
        """Return the question's vector; None when it has none, and the reason in ``missing``."""
        if self.meaning is None or "meaning" not in (query.legs or LEGS):
            return None
        try:
            vector = await self.meaning.question(query.text)
        except HubError as error:
            missing["meaning"] = f"{error} {error.fix}".strip()
            return None
        return None if vector is None else (self.meaning.model, vector)

    async def _found(
        self, query: MemoryQuery, legs: Sequence[str], missing: Mapping[str, str], *,
        question: Question | None, span: Span | None,
    ) -> Recalled:  # fmt: skip
        async def work(of: AsyncConnection) -> tuple[list[Scored], dict[int, MemoryEntry]]:
            found = await search(of, query, legs, question=question, span=span)
            return found, await entries(of, "rid = ANY(%s)", [[rid for rid, _, _ in found]])

        found, rows = await self.server.read(work) if legs else ([], {})
        hits = [MemoryHit(rows[rid], score, parts) for rid, score, parts in found if rid in rows]
        self._was_recalled(query, [rid for rid, _, _ in found], hits)
        if len(self._noted) >= NOTED:
            await self._note()
        return Recalled(tuple(hits), cast("Any", tuple(legs)), cast("Any", missing), query.since, query.until)

    async def _vectors(self, fresh: Sequence[Checked]) -> Vectors | None:
        """Return vectors for new entries; None without an embedder, or with one that cannot now."""
        if self.meaning is None or not fresh:
            return None
        embedder = self.meaning.embedder
        try:
            values = await embedder.embed([one.entry.text for one in fresh])
        except HubError:  # they are embedded later: `MemoryHealth.to_embed` counts them
            return None
        return embedder.model, values.astype(np.float16)

    def _was_recalled(self, query: MemoryQuery, rids: Iterable[int], hits: Sequence[MemoryHit]) -> None:
        self.guard.recalled(query.namespaces, [hit.entry for hit in hits])
        self._noted.update(rids)

    async def _note(self) -> None:
        """Write how often entries were recalled; when the server is away that is noted later."""
        if not (noted := list(self._noted.items())):
            return
        self._noted.clear()
        now = self._clock()

        async def work(to: AsyncConnection) -> None:
            async with to.cursor() as cursor:
                await cursor.executemany(
                    "UPDATE memory SET recalled = recalled + %s, last_recalled = %s WHERE rid = %s",
                    [(times, now, rid) for rid, times in noted],
                )

        try:
            await self.server.write(work)
        except Unavailable:
            self._noted.update(dict(noted))


def _nobody(**_: int) -> None:
    """Tell nobody."""
