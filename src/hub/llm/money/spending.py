"""Count what language models used and cost: in memory at once, the same in core.db a moment later.

What a crash leaves open was perhaps spent: it is counted as if it had been, as estimated.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from hub.jobs.clock import Clock
from hub.store import spending as rows
from hub.store.slots import Slots
from hub.store.spending import DETAIL_DAYS, SUM_DAYS, Account, Held, Tally

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.database import Database

SLOTS = "spending.slots"
LAZY_S = 1.0
"""How long figures may wait for their row; money that is put aside does not wait."""

AGAIN_S = 5.0
"""How long after a write that failed comes the next."""

log = structlog.get_logger(__name__)


class Ledger:
    """The figures of one hub; without a ``core`` they last as long as it runs."""

    def __init__(self, core: Database | None = None) -> None:
        self._core = core
        self.tallies: dict[Account, Tally] = {}
        """All figures of the last `DETAIL_DAYS` on which there were any."""
        self.days: dict[str, dict[str, int]] = {}
        """Billionths of a dollar by day and person, as far back as anything is limited by it."""
        self.recovered = 0
        """Requests that the last run left open."""
        self._fresh: dict[Account, Tally] = {}  # not written yet, as the next two
        self._opened: dict[int, Held] = {}
        self._over: set[int] = set()
        self._writing: dict[int, Held] = {}
        self._settled: list[int] = []  # those whose figures are fresh
        self._slots: Slots | None = None
        self._due, self._soon, self._done = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._lock = asyncio.Lock()
        self._closing, self._failing = False, False
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Read the figures, count what a crash left open, and begin to keep them."""
        if self._core is None:
            return
        left = await self._take_slots(self._core.path.with_name(SLOTS))
        self.recovered, sums, self.tallies = await self._core.write(lambda db: rows.load(db, left))
        if self._slots is not None:
            self._slots.clear()
        for day, person, nano in sums:
            self.days.setdefault(day, {})[person] = nano
        if self.recovered:
            log.warning("spending estimated after a crash", requests=self.recovered)
        self._keeper = asyncio.create_task(self._keep(), name="spending")

    def hold(self, id: int, account: Account, nano: int) -> None:  # noqa: A002
        """Note that money is put aside; its row is written at once, but not waited for."""
        if self._core is not None:
            self._opened[id] = Held(account, nano)
            if self._slots is not None:
                self._slots.take(id, *account, nano)
            self._due.set()
            self._soon.set()

    def drop(self, id: int) -> None:  # noqa: A002
        """Note that this money is not put aside any more, and nothing of it was spent."""
        self._end(id)
        if self._slots is not None:
            self._slots.free(id)

    def count(self, account: Account, tally: Tally, id: int = 0) -> None:  # noqa: A002
        """Add figures: those of the money with this ``id``, if any was put aside."""
        self.tallies.setdefault(account, Tally()).add(tally)
        people = self.days.setdefault(account.day, {})
        people[account.person] = people.get(account.person, 0) + tally.nano
        if self._core is not None:
            self._fresh.setdefault(account, Tally()).add(tally)
            self._due.set()
            if id:
                self._end(id)
                self._settled.append(id)

    async def stored(self, id: int) -> None:  # noqa: A002
        """Return once the row of this money is on disk, or cannot be written: memory still counts it."""
        while id in self._opened or id in self._writing:
            done = self._done
            await done.wait()
            if self._failing:
                return

    async def flush(self) -> None:
        """Write what is not written yet. Raises `HubError` when the disk will not; nothing is lost then."""
        # A write that began is completed whoever stops waiting for it, so its figures must not stay here.
        await asyncio.shield(asyncio.ensure_future(self._flush()))

    async def forget(self, person: str) -> None:
        """Forget whose figures those of ``person`` are; what was spent stays spent."""
        await self.flush()
        async with self._lock:
            for table in (self._fresh, self.tallies):
                for account in [one for one in table if one.person == person]:
                    nobody = account._replace(person="")
                    table.setdefault(nobody, Tally()).add(table.pop(account))
            for people in self.days.values():
                if person in people:
                    people[""] = people.get("", 0) + people.pop(person)
            for id_, held in self._opened.items():
                if held.account.person == person:
                    self._opened[id_] = held._replace(account=held.account._replace(person=""))
            if self._core is not None:
                await self._core.forget(lambda db: rows.erase(db, person))

    async def kept(self, person: str) -> list[dict[str, Any]]:
        """Return the rows of ``person``, the oldest first, with money in US dollars."""
        if self._core is None:
            return []
        await self.flush()
        return await self._core.read(lambda db: rows.of(db, person))

    async def people(self) -> list[str]:
        """Return whose figures there are."""
        if self._core is None:
            return []
        await self.flush()
        return await self._core.read(rows.people)

    async def close(self) -> None:
        """Write all that is left and stop. Raises nothing: the hub must be able to end."""
        self._closing = True
        self._due.set()
        self._soon.set()
        if self._keeper is not None:
            await self._keeper
            try:
                await self._flush()
            except Exception:
                log.exception("spending not kept")
            if self._slots is not None:
                self._slots.close()
                self._slots = None

    def trim(self, today: str) -> None:
        """Let go of figures that nobody asks for any more, but never of the latest."""
        for gone in sorted({one.day for one in self.tallies})[:-DETAIL_DAYS]:
            for account in [one for one in self.tallies if one.day == gone < today]:
                del self.tallies[account]
        for gone in sorted(self.days)[:-SUM_DAYS]:
            if gone < today:
                del self.days[gone]

    def _end(self, id: int) -> None:  # noqa: A002
        if self._core is not None and self._opened.pop(id, None) is None:
            self._over.add(id)
            self._due.set()

    async def _take_slots(self, path: Path) -> list[Any]:
        """Return what the last run left in its slots, and use them; without them there are the rows."""
        try:
            self._slots = await asyncio.to_thread(Slots, path, Clock().boot)
        except (OSError, ValueError) as error:
            log.warning("spending without slots", reason=str(error))
            return []
        return self._slots.left()

    async def _keep(self) -> None:
        while not self._closing:
            await self._due.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAZY_S):
                    await self._soon.wait()
            try:
                await self._flush()
            except Exception as error:  # noqa: BLE001  whatever it is, the figures are still here
                if not self._failing:
                    log.error("spending not written", reason=str(error))  # noqa: TRY400  no need of a trace
                self._failing = True
                self._tell()
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_S):
                        while not self._closing:
                            self._soon.clear()
                            await self._soon.wait()

    async def _flush(self) -> None:
        async with self._lock:
            self._due.clear()
            self._soon.clear()
            fresh, opened, over, settled = self._fresh, self._opened, self._over, self._settled
            if self._core is None or not (fresh or opened or over):
                return
            self._fresh, self._opened, self._over, self._writing = {}, {}, set(), opened
            self._settled = []
            try:
                await self._core.write(lambda db: rows.write(db, fresh, opened, list(over)))
                self._failing = False
            except BaseException:
                self._put_back(fresh, opened, over)
                self._settled += settled
                raise
            finally:
                self._writing = {}
            if self._slots is not None:
                for id_ in (*opened, *settled):
                    self._slots.free(id_)
            self._tell()

    def _put_back(self, fresh: dict[Account, Tally], opened: dict[int, Held], over: set[int]) -> None:
        """Take up again what could not be written, and what was over in the meantime."""
        for account, tally in fresh.items():
            self._fresh.setdefault(account, Tally()).add(tally)
        never = self._over & opened.keys()  # opened and over, and no row was ever written
        self._over = (self._over - never) | over
        self._opened = {id_: held for id_, held in opened.items() if id_ not in never} | self._opened
        self._due.set()

    def _tell(self) -> None:
        done, self._done = self._done, asyncio.Event()
        done.set()
