"""The memory in one encrypted SQLite file: the port `hub.Memory`; what is kept is kept word for word."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from hub import HubError, MemoryHit, Recalled
from hub_memory.index import kept
from hub_memory.recall.search import search
from hub_memory.recall.when import asked_time
from hub_memory.store import flags, merge, shelf, words
from hub_memory.store.check import checked, known, number
from hub_memory.store.forget import forgetting
from hub_memory.store.guard import Guard
from hub_memory.store.health import counted
from hub_memory.store.rows import AMONG, IDS, UNEXPIRED, entries, insert
from hub_memory.store.sweep import BUDGET, sweeping
from hub_memory.store.where import readable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from hub import (
        Connection,
        Database,
        MemoryChange,
        MemoryEntry,
        MemoryHealth,
        MemoryQuery,
        MemorySelection,
        Merged,
        NewMemory,
        Swept,
    )
    from hub_memory.recall.meaning import Meaning
    from hub_memory.recall.search import Scored
    from hub_memory.recall.when import Span
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

PAGE = 1_000
"""Entries, or hits, that one call returns at most."""

COUNTED_S = 900.0
"""Seconds for which counts hold while nothing changes: meanwhile only what expires is counted too long."""

NOTED = 256
"""Rows whose recalls are counted in RAM before they are written."""

READ_KIB = 64_000
"""What each of two readers may keep of the file: 100,000 entries are 110 MB, read all over the place."""

CACHE_KIB = 8_000
"""What the writer keeps of the file: the digests of all entries are looked up at random."""

AT_ONCE = 500
"""Entries whose vectors one write waits for; more of them are embedded in the background."""

Result = TypeVar("Result")

LEGS = ("words", "meaning", "entity", "neighbour", "recency", "importance")
"""All that an entry can be found by (`hub.ports.Leg`)."""

ABSENT = "Nothing here turns texts into vectors."
FIX = "Install a SQLite that has FTS5; sqlcipher3 does."


class SqliteMemory:
    """`hub.Memory` over ``database``, whose migrations are `hub_memory.store.schema.MIGRATIONS`.

    ``meaning``: finds by vectors, and gives new entries theirs as they are written; one that fails is no
    reason not to remember. It may be changed at any time. ``guard``: knows the hub's own echoes again.
    ``told``: is given the counts of what was ``kept``, ``changed`` and ``forgotten``, after each of these.
    """

    def __init__(
        self,
        database: Database,
        *,
        meaning: Meaning | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self.meaning, self._clock = database, meaning, clock
        self._noted: Counter[int] = Counter()
        self._reason, self._estimate = "", 1.0
        self._last: dict[tuple[str, ...], tuple[Any, float, MemoryHealth]] = {}
        self.guard = Guard()
        self.told: Callable[..., None] = _nobody
        self.on_forgotten: Callable[[], Awaitable[None]] | None = None
        """Awaited when something was forgotten here: other devices are to hear of it at once."""

    def now(self) -> float:
        """Return the time that all of this goes by, in Unix seconds."""
        return self._clock()

    async def open(self) -> None:
        """Open the file; raises `HubError` for one that cannot be: another key, damage, a newer hub's."""
        await self._database.open()
        self._reason = await self._database.write(_prepare)

    async def ready(self) -> None:
        """Read the index of meanings, so that the first question need not wait; without one do nothing."""
        if self.meaning:
            with suppress(HubError):  # whoever asks then is told
                await self._database.read(self.meaning.ready)

    async def close(self) -> None:
        """Write what is still to be noted, and close the file."""
        try:
            await self._note()
            if self.meaning:
                await self._database.write(self.meaning.save)
        finally:
            await self._database.close()

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
        written = iter(await self._database.write(lambda db: insert(db, fresh, now, vectors)))
        self.told(kept=len(fresh))
        return [next(written) if echo is None else echo for echo in echoes]

    async def recall(self, query: MemoryQuery) -> Recalled:
        """Find entries by all legs that there are; an entry's score is the sum of its parts.

        A time that the question names narrows the search, unless nothing is found then.
        """
        number(query.limit, "limit", 1, PAGE)
        text = query.text.encode(errors="replace").decode()  # a question need not be kept exactly
        query = replace(query, now=query.now or self._clock(), text=text)
        readable(query.namespaces)
        missing = {leg: why for leg, why in self._missing().items() if leg in (query.legs or LEGS)}
        vector = await self._question(query, missing)
        legs = usable(missing, query.legs or LEGS)
        span = asked_span(query)
        if span and span.firm:
            narrow = replace(query, since=span.since, until=span.until)
            if found := await self._search(narrow, legs, vector, span):
                return await self._told(narrow, found, legs, missing)
        return await self._told(query, await self._search(query, legs, vector, span), legs, missing)

    async def get(self, namespaces: Sequence[str], ids: Sequence[str]) -> Sequence[MemoryEntry]:
        """Return those of ``ids`` that may be read, in that order; superseded and quarantined ones too."""
        where, names = readable(namespaces), known(ids)
        where.add(f"id {IDS}", json.dumps(names))
        where.add(UNEXPIRED, self._clock())
        found = {entry.id: entry for entry in (await self._read(where.sql, where.args)).values()}
        return [found[name] for name in names if name in found]

    async def browse(
        self, selection: MemorySelection, *, limit: int = 50, after: str = ""
    ) -> Sequence[MemoryEntry]:
        """Return a page of what holds now, the newest first; quarantined ones only when asked for."""
        number(limit, "limit", 1, PAGE)
        self._searchable(selection)
        now = self._clock()
        return await self._database.read(lambda db: shelf.page(db, selection, now, limit, after))

    async def supersede(self, namespaces: Sequence[str], old: str, new: NewMemory) -> str:
        """Keep ``new`` in place of ``old``; what is not confirmed replaces nothing that is."""
        now = self._clock()
        one = checked(new, now)
        vectors = await self._vectors([one])
        name = await self._database.write(
            lambda db: flags.supersede(db, namespaces, old, one, now, vectors=vectors)
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
        after = await self._database.write(lambda db: flags.change(db, namespaces, entry, given, now))
        self.told(changed=1)
        return after

    async def forget(self, selection: MemorySelection) -> int:
        """Destroy what is selected, what was made from it and its earlier wordings; rewrite the file."""
        self._searchable(selection)
        forget = forgetting(selection, self._clock())
        count = await self._database.forget(_underived(forget), rewrite=True)
        self.guard.forget()
        self.told(forgotten=count)
        if count and self.on_forgotten:
            await self.on_forgotten()
        return count

    async def changes(self, since: str = "", *, limit: int = PAGE) -> tuple[Sequence[MemoryChange], str]:
        """Return what changed after the cursor ``since``, its own and what came from other devices."""
        return await self._database.read(lambda db: merge.changes(db, since, limit))

    async def apply(self, changes: Sequence[MemoryChange]) -> Merged:
        """Merge; raises `HubError` for a change that is none, and then takes none of them."""
        now = self._clock()
        merged = await self._database.write(_underived(lambda db: merge.apply(db, changes, now)))
        if merged.applied:
            self.guard.forget()
            self.told(changed=merged.applied)
        return merged

    async def sweep(self, now: float, *, budget: int = BUDGET, rewrite: bool = True) -> Swept:
        """Remove what expired, unless it is pinned, and let one stand for equal ones.

        ``budget``: entries for each reason; without ``rewrite`` the caller rewrites the file, after the last.
        """
        await self._note()
        swept = await self._database.forget(_underived(sweeping(now, budget)))
        if swept.expired and rewrite:
            await self.rewrite()
        self.told(forgotten=swept.expired, changed=swept.duplicates)
        return swept

    async def rewrite(self) -> None:
        """Write the file anew, so that nothing stays readable of what was removed from it."""
        await self._database.forget(lambda _: None, rewrite=True)

    async def health(self, namespaces: Sequence[str] = ()) -> MemoryHealth:
        """Say what is there, and by what it is found; with ``namespaces`` only of those."""
        now, model = self._clock(), self.meaning.model if self.meaning else ""
        health = await self._database.read(lambda db: self._counted(db, now, model, tuple(namespaces)))
        missing, engine = self._missing(), self.meaning.engine if self.meaning else ""
        return replace(
            health, engine=", ".join(filter(None, (health.engine, engine))),
            legs=cast("Any", tuple(usable(missing))), missing=cast("Any", missing),
            reason=self._reason, fix=FIX if self._reason else "", recall_estimate=self._estimate,
        )  # fmt: skip

    def _counted(self, db: Connection, now: float, model: str, spaces: tuple[str, ...]) -> MemoryHealth:
        """Count what is there; anew when something changed, for it takes some 0.3 s of 100,000 entries."""
        key = model, spaces, db.execute("SELECT revision FROM state").fetchone()[0]
        known, at, health = self._last.get(spaces, (None, 0.0, None))
        if health is None or known != key or health.to_embed or not 0 <= now - at < COUNTED_S:
            health = counted(db, now, model, spaces)
            self._last = {**dict(list(self._last.items())[-7:]), spaces: (key, now, health)}
        return health

    async def measure(self) -> float:
        """Find out how much of an exact search the quick one finds; it looks further when that is little."""
        self._estimate = await self._database.read(self.meaning.measure) if self.meaning else 1.0
        return self._estimate

    def _missing(self) -> dict[str, str]:
        """Return why legs cannot be asked, by leg."""
        words_ = {"words": f"{self._reason} {FIX}"} if self._reason else {}
        return words_ if self.meaning else {**words_, "meaning": ABSENT}

    async def _question(self, query: MemoryQuery, missing: dict[str, str]) -> NDArray[np.float32] | None:
        """Return the question's vector; None when it has none, and the reason in ``missing``."""
        if self.meaning is None or "meaning" not in (query.legs or LEGS):
            return None
        try:
            return await self.meaning.question(query.text)
        except HubError as error:
            missing["meaning"] = f"{error} {error.fix}".strip()
            return None

    async def _search(
        self, query: MemoryQuery, legs: Sequence[str], vector: NDArray[np.float32] | None, span: Span | None
    ) -> list[Scored]:
        meaning = self.meaning
        return await self._database.read(
            lambda db: search(db, query, legs, meaning=meaning, vector=vector, span=span)
        )

    async def _told(
        self, query: MemoryQuery, found: Sequence[Scored], legs: Sequence[str], missing: Mapping[str, str]
    ) -> Recalled:
        rids = [rid for rid, _, _ in found]
        entries_ = await self._read(f"rid {AMONG}", [json.dumps(rids)])
        hits = [MemoryHit(entries_[rid], score, parts) for rid, score, parts in found if rid in entries_]
        await self._was_recalled(query, rids, hits)
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

    async def written(
        self, fresh: Sequence[Checked], work: Callable[[Connection, Vectors | None], Result]
    ) -> Result:
        """Run ``work`` in one transaction with the vectors of ``fresh``, which it writes; see `AT_ONCE`."""
        vectors = await self._vectors(fresh) if len(fresh) <= AT_ONCE else None
        result = await self._database.write(lambda db: work(db, vectors))
        self.told(kept=len(fresh))
        return result

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` on what is kept, which it cannot change."""
        return await self._database.read(work)

    async def _read(
        self, where: str, args: Sequence[Any], more: str = "", limit: int = -1
    ) -> dict[int, MemoryEntry]:
        return await self._database.read(lambda db: entries(db, where, args, more, limit=limit))

    def _searchable(self, selection: MemorySelection) -> None:
        if selection.topic and self._reason:
            raise HubError(f"No topic can be found: {self._reason}", fix=FIX)

    async def _was_recalled(self, query: MemoryQuery, rids: Iterable[int], hits: Sequence[MemoryHit]) -> None:
        self.guard.recalled(query.namespaces, [hit.entry for hit in hits])
        self._noted.update(rids)
        if len(self._noted) >= NOTED:
            await self._note()

    async def _note(self) -> None:
        """Write how often entries were recalled; a crash loses at most the last of it."""
        if noted := list(self._noted.items()):
            self._noted.clear()
            now = self._clock()
            await self._database.write(lambda db: _count(db, noted, now))


def _nobody(**_: int) -> None:
    """Tell nobody."""


def _underived(work: Callable[[Connection], Result]) -> Callable[[Connection], Result]:
    """Return ``work`` after which no index is kept that still knows rows which went."""

    def both(db: Connection) -> Result:
        kept.drop(db)
        return work(db)

    return both


def usable(missing: Mapping[str, str], wanted: Sequence[str] = LEGS) -> list[str]:
    """Return the legs that can be asked: those that only judge find nothing by themselves."""
    legs = [leg for leg in wanted if leg not in missing]
    return legs if {"words", "meaning"} & {*legs} else []


def asked_span(query: MemoryQuery) -> Span | None:
    """Return the time that the question names, when it is not given in another way."""
    if query.as_of is not None or query.since is not None or query.until is not None:
        return None
    return asked_time(query.text, datetime.fromtimestamp(query.now).astimezone())


def _prepare(db: Connection) -> str:
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return words.prepare(db)


def _count(db: Connection, noted: Sequence[tuple[int, int]], now: float) -> None:
    db.executemany(
        "UPDATE memory SET recalled = recalled + ?, last_recalled = ? WHERE rid = ?",
        [(times, now, rid) for rid, times in noted],
    )
