"""Meet every place in turn: take what others say, tell what is new here, take back what was forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from hub import HubError
from hub_memory.sync.travel import HOUSE, Travel
from hub_memory.sync.wire import Batch, length

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from hub import MemoryChange
    from hub_memory.memory import SqliteMemory
    from hub_memory.sync.ledger import Ledger, Place
    from hub_memory.sync.transport import Transport

FEW, PAGE = 50, 400
"""Changes that are read at a time: few at first, for entries may be of a million characters each."""

ENOUGH = 1 << 20
"""Characters of a batch; at most three times as many, which `hub_memory.sync.seal` can hold in any script."""

AWAY_S, AWAY_MOST_S = 60.0, 3_600.0
"""How long a place that failed is left alone: twice as long each time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is not well with a place, and what to do."""

    place: str
    what: str
    fix: str


@dataclass(slots=True)
class _Away:
    """A place that failed ``times`` in a row, and is left alone ``until`` a time of the event loop."""

    times: int = 0
    until: float = 0.0


class Sync:
    """The memory of one device among those of others. ``travel``: which namespaces do, now."""

    def __init__(
        self,
        memory: SqliteMemory,
        ledger: Ledger,
        travel: Callable[[], Awaitable[Travel]] | None = None,
    ) -> None:
        self._memory, self._ledger = memory, ledger
        self._travel = travel or _house_only
        self.on_taken: Callable[[], Awaitable[object]] | None = None
        """Awaited when something new was taken."""
        self._busy = asyncio.Lock()
        self._away: dict[str, _Away] = {}
        self._troubles: dict[str, list[Trouble]] = {}
        self._looked = 0.0
        self._wrong: dict[str, Trouble] = {}

    async def meet(self, transports: Sequence[Transport], *, patient: bool = True) -> None:
        """Meet each place; what fails is told by `status` and stops no other.

        ``patient``: leave a place that has failed alone for a while.
        """
        now = asyncio.get_running_loop().time()
        async with self._busy:
            await self._ripen()
            for one in transports:
                away = self._away.setdefault(one.place, _Away())
                if not patient or away.until <= now:
                    await self._meet(one, away)

    async def take(self, place: str, batch: Batch) -> int:
        """Merge what another device says, and return how much of it was new."""
        travel, now = await self._travel(), self._memory.now()
        ours, others = await self._ledger.standing({one.id for one in batch.changes}, travel.wire)
        changes = await asyncio.to_thread(travel.incoming, batch.changes, ours, others)
        applied = await self._apply(changes) if changes else await self._ripen()
        await self._ledger.received(place, batch, applied, now)
        if batch.wrong:
            who = batch.name or batch.node
            said = f"{len(batch.wrong)} of what {who} says cannot be read. {batch.wrong[0]}"
            self._wrong[place] = Trouble(place, said, "Update the hub on both devices.")
        return applied

    async def batches(self, since: str) -> AsyncGenerator[tuple[list[MemoryChange], str], None]:
        """Yield what changed here after a cursor and may travel, with the cursor after it."""
        travel, size, limit = await self._travel(), 0, FEW
        waiting: list[MemoryChange] = []
        while True:
            changes, after = await self._memory.changes(since, limit=limit)
            if after == since:
                break
            told = await asyncio.to_thread(travel.outgoing, changes)
            more = sum(map(length, told))
            if more > 2 * ENOUGH and limit > 2:  # noqa: PLR2004  one entry: its content and its flags
                limit = max(2, limit // 8)
                continue
            since, size, limit = after, size + more, min(2 * limit, PAGE) if more < ENOUGH else limit
            waiting += told
            if size >= ENOUGH:
                yield waiting, since
                waiting, size = [], 0
        yield waiting, since

    async def status(self) -> dict[str, Any]:
        """Return what a page tells of all this: no word of any entry."""
        told = await self._ledger.status(self._memory.now())
        for peer in told["peers"]:
            peer["place"] = bare(peer["place"])
        names = {one["peer"]: one["name"] for one in told["peers"] if one["name"]}
        troubles = [*self._wrong.values(), *(one for some in self._troubles.values() for one in some)]
        troubles += [
            Trouble(
                "", f"The clock of {names.get(one['node'], one['node'])} runs {one['ahead_s']:,} s ahead:"
                f" {one['changes']} wait.", "Set the clock there, or here if mine is wrong.",
            )
            for one in told["waiting"]
        ]  # fmt: skip
        told["trouble"] = [{"place": bare(one.place), "what": one.what, "fix": one.fix} for one in troubles]
        told["node"] = await self._ledger.node()
        return told

    async def untold(self, place: str) -> int:
        """Return how many entries are to be told to a place of the ledger."""
        sent = (await self._ledger.place(place)).sent
        return await self._ledger.untold(sent, (await self._travel()).wire)

    async def _apply(self, changes: Sequence[MemoryChange]) -> int:
        merged = await self._memory.apply(changes)
        if merged.conflicts:
            await self._ledger.conflicted(merged.conflicts, self._memory.now())
        if merged.applied and self.on_taken:
            await self.on_taken()
        return merged.applied

    async def _ripen(self) -> int:
        """Take changes whose clock ran ahead, now that their time has come; return how many."""
        since, self._looked = self._looked, self._memory.now()
        return await self._apply(()) if await self._ledger.ripe(since, self._looked) else 0

    async def _meet(self, one: Transport, away: _Away) -> None:
        self._troubles.pop(one.place, None)
        try:
            await self._exchange(one)
        except HubError as error:
            away.times += 1
            pause = min(AWAY_S * 2 ** (away.times - 1), AWAY_MOST_S)
            away.until = asyncio.get_running_loop().time() + pause
            self._tell(one.place, str(error), error.fix)
            log.warning("memory.not_synced", place=one.place, reason=str(error), fix=error.fix)
        else:
            away.times, away.until = 0, 0.0
        for what, fix in one.trouble:
            self._tell(one.place, what, fix)

    async def _exchange(self, one: Transport) -> None:
        place = await self._begun(one.place)
        async for batch in one.fetch(place.cursors):
            await self.take(one.place, batch)
        await self._publish(one, "" if one.lost else place.sent)
        went = await self._ledger.gone()  # here, or on another device: then it leaves my files too
        if one.stale or went != place.swept:
            await self._own(one, await one.renew(await self._holding()))
            if one.lost:
                await self._ledger.sent(one.place, "", 0, self._memory.now())
            else:
                await self._ledger.swept(one.place, went)

    async def _begun(self, place: str) -> Place:
        """Return how far I am with a place; under another scope all is told and read anew."""
        scope = (await self._travel()).scope
        found = await self._ledger.place(place)
        if found.scope != scope:
            await self._ledger.begin(place, scope)
            found = await self._ledger.place(place)
        return found

    async def _publish(self, one: Transport, since: str) -> None:
        node = await self._ledger.node()
        async for changes, after in self.batches(since):
            if changes:
                await self._own(one, await one.publish(Batch(node, changes)))
            await self._ledger.sent(one.place, after, len(changes), self._memory.now())

    async def _own(self, one: Transport, cursor: str) -> None:
        if cursor:
            node = await self._ledger.node()
            await self._ledger.received(one.place, Batch(node, cursor=cursor), 0, self._memory.now())

    async def _holding(self) -> Callable[[Sequence[MemoryChange]], Awaitable[list[MemoryChange]]]:
        travel = await self._travel()

        async def holding(changes: Sequence[MemoryChange]) -> list[MemoryChange]:
            return await self._ledger.holding(changes, travel.wire)

        return holding

    def _tell(self, place: str, what: str, fix: str) -> None:
        self._troubles.setdefault(place, []).append(Trouble(place, what, fix))


def bare(place: str) -> str:
    """Return a place of the ledger without the mark of its pair, as a person knows it."""
    return place.rpartition("#")[0] or place


async def _house_only() -> Travel:
    return Travel({HOUSE: HOUSE})
