"""Put money aside before a language model is asked and count what it cost after, so that no limit is passed.

The decision is made in memory and waits for nothing; `hub.llm.money.spending` keeps the figures, and
`hub.llm.money.windows` says what counts towards which limit.
"""

from __future__ import annotations

import itertools
import math
import time
from typing import TYPE_CHECKING, Any

from hub.events import BudgetReached
from hub.llm.money.limits import Limited, dearest, level, standing, used, why
from hub.llm.money.pricing import DEAR, longest, plausible, price_of
from hub.llm.money.spending import Ledger
from hub.llm.money.windows import Windows
from hub.llm.provider import Usage
from hub.llm.stations import Refusal
from hub.store.spending import NANO, Account, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.events import Bus
    from hub.llm.money.limits import By, Limits, Period, Spent, Standing
    from hub.llm.money.windows import Window
    from hub.llm.provider import Caps, Price, Request
    from hub.store.database import Database
    from hub.store.spending import Purpose

STRETCH = 64.0
"""As many times what it can cost at most is put aside for a model that was seen to cost more."""


class Reservation:
    """Money put aside for one request; ends by the first of `settle` and `release`."""

    __slots__ = ("_began", "_budget", "_over", "account", "cost", "id", "most", "nano", "price")

    def __init__(
        self, budget: Budget, id: int, account: Account, *, nano: int, price: Price | None, most: int  # noqa: A002
    ) -> None:  # fmt: skip
        self._budget, self.id, self.account, self.nano, self.price = budget, id, account, nano, price
        self.most = most
        self._began = time.monotonic()
        self._over, self.cost = False, 0.0

    @property
    def usd(self) -> float:
        """US dollars that are put aside."""
        return self.nano / NANO

    def settle(self, usage: Usage | None) -> float:
        """Count what it really was, and return that in US dollars. None: nobody knows, so all is counted."""
        if not self._over:
            self._over = True
            self.cost = self._budget.settle(self, usage, time.monotonic() - self._began)
        return self.cost

    def release(self) -> None:
        """Give it back: nothing was asked, or nothing is billed for it."""
        if not self._over:
            self._over = True
            self._budget.release(self)

    async def stored(self) -> None:
        """Return once it is on disk: from then on not even a loss of power forgets it."""
        await self._budget.ledger.stored(self.id)


class Budget:
    """The money of one hub. ``limits`` is asked each time; ``clock``: Unix seconds."""

    def __init__(
        self,
        core: Database | None = None,
        bus: Bus | None = None,
        limits: Callable[[], Limits] = Limited,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ledger = Ledger(core)
        self._bus, self._limits, self._clock = bus, limits, clock
        self._ids = itertools.count(1)
        self._open: dict[int, Reservation] = {}
        self._windows = Windows(self.ledger, self._open)
        self._stretch: dict[tuple[str, str], float] = {}  # how far a model went beyond what it can cost
        self._talked: dict[tuple[str, bool], int] = {}  # the minute in which a person was last answered
        self._told: dict[tuple[str, str, str, float], float] = {}

    async def open(self) -> None:
        """Read what was spent; tell nothing that was told before."""
        await self.ledger.open()
        self._windows = Windows(self.ledger, self._open)
        self._turn()
        for period, window, limit, person in self._limited(""):
            self._told[period, window.since, person, limit] = level(window.spent, limit)

    async def close(self) -> None:
        """Count what is still being asked as if it were over, and write everything."""
        for reservation in tuple(self._open.values()):
            reservation.settle(None)
        await self.ledger.close()

    def reserve(
        self, name: str, caps: Caps, request: Request, *, hedged: bool = False
    ) -> Reservation | Refusal:
        """Put aside what the longest answer of the provider of that name can cost, or say why not."""
        self._turn()
        price = price_of(caps)
        model = caps.model or name
        most = math.ceil(price.of(longest(request, caps)) * NANO) if price else 0
        nano = math.ceil(most * self._stretch.get((name, model), 1.0))
        if nano and (refusal := self._refusal(nano, request.person)):
            return refusal
        purpose: Purpose = "speculative" if request.speculative else "hedged" if hedged else "asked"
        account = Account(self._windows.day.since, name, model, request.person, purpose)
        reservation = Reservation(self, next(self._ids), account, nano=nano, price=price, most=most)
        if nano:
            self._open[reservation.id] = reservation
            self._windows.hold(account, nano)
            self.ledger.hold(reservation.id, account, nano)
        return reservation

    def settle(self, reservation: Reservation, usage: Usage | None, seconds: float) -> float:
        """Count what a reservation came to; `Reservation.settle` sees to it that this is done once."""
        self._end(reservation)
        account, price = reservation.account, reservation.price
        used = plausible(usage or Usage(0, 0, estimated=True))
        nano = reservation.nano if usage is None else round(price.of(used) * NANO) if price else 0
        guessed = used.estimated or price is DEAR
        minutes = self._minutes(account.person, paid=price is not None)
        tally = Tally(
            1, int(guessed), used.prompt, used.cached, used.completion, nano, nano if guessed else 0,
            *minutes, seconds,
        )  # fmt: skip
        self.ledger.count(account, tally, reservation.id if reservation.nano else 0)
        if nano > reservation.nano and reservation.most:  # it thought longer than it was allowed to answer
            key = account.provider, account.model
            self._stretch[key] = min(max(self._stretch.get(key, 1.0), nano / reservation.most), STRETCH)
        if nano:
            self._windows.spend(account, nano)
            for period, window, limit, whose in self._limited(account.person):
                self._say(period, window, limit, whose, level(window.spent, limit))
        return nano / NANO

    def release(self, reservation: Reservation) -> None:
        """Give a reservation back; `Reservation.release` sees to it that this is done once."""
        if self._end(reservation):
            self.ledger.drop(reservation.id)

    def standing(self, person: str = "") -> tuple[Standing, ...]:
        """Return how the limits stand: the day's and the month's, or the day of one ``person``."""
        self._turn()
        limits, windows = self._limits(), self._windows
        if person:
            return (standing("day", windows.of(person), limits.person_daily_usd),)
        return (
            standing("day", windows.day, limits.daily_usd),
            standing("month", windows.month, limits.monthly_usd),
        )

    def over(self) -> Refusal | None:
        """Return why nobody is asked now who takes money, once a limit of the house is reached."""
        self._turn()
        for period, window, limit, _ in self._limited(""):
            reached = max(level(window.spent, limit), self._told.get((period, window.since, "", limit), 0.0))
            if reached >= 1.0:
                return Refusal(*why(period, window, limit, "", alone=True), self._until(period))
        return None

    def spent(self, period: Period = "day", by: By = "", person: str | None = None) -> list[Spent]:
        """Return what was used in the period ``by`` what, the dearest first; ``person``: only theirs."""
        self._turn()
        since = (self._windows.day if period == "day" else self._windows.month).since
        found: dict[str, Tally] = {} if by else {"": Tally()}
        for account, tally in self.ledger.tallies.items():
            if account.day >= since and person in (None, account.person):
                found.setdefault(getattr(account, by) if by else "", Tally()).add(tally)
        return sorted((used(name, tally) for name, tally in found.items()), key=dearest)

    async def forget(self, person: str) -> None:
        """Forget whose figures those of ``person`` are; what they spent today still limits them today."""
        for one in self._open.values():
            if one.account.person == person:
                self._windows.of(person).held -= one.nano
                one.account = one.account._replace(person="")
        await self.ledger.forget(person)

    async def kept(self, person: str) -> list[dict[str, Any]]:
        """Return all figures that are kept of ``person``, as plain data, the oldest first."""
        return await self.ledger.kept(person)

    async def people(self) -> list[str]:
        """Return the ids of all whose figures are kept by name."""
        return await self.ledger.people()

    def _end(self, reservation: Reservation) -> bool:
        """Hold the money of a reservation no more; say whether any was held."""
        self._turn()
        held = self._open.pop(reservation.id, None) is not None
        if held:
            self._windows.hold(reservation.account, -reservation.nano)
        return held

    def _turn(self) -> None:
        if self._windows.turn(self._clock()):
            month = self._windows.month.since
            self._talked = {}
            self._told = {key: share for key, share in self._told.items() if key[1] >= month}

    def _refusal(self, nano: int, person: str) -> Refusal | None:
        for period, window, limit, whose in self._limited(person):
            cap = int(limit * NANO)
            if window.spent + window.held + nano > cap:
                alone = window.spent + nano > cap  # and not only because of what is being asked just now
                if alone and level(window.spent, limit):  # what is left is too little
                    self._say(period, window, limit, whose, 1.0)
                until = self._until(period) if alone else None
                return Refusal(*why(period, window, limit, whose, alone=alone), until)
        most = self._limits().person_daily_minutes
        if most and person:
            window = self._windows.of(person)
            if window.minutes >= most and window.minute != int(self._clock() // 60):
                reason = f"Your {most} minutes of today are used up."
                return Refusal(reason, "Go on tomorrow, or ask the owner for more.", self._windows.over)
        return None

    def _until(self, period: Period) -> float:
        return self._windows.over if period == "day" else self._windows.next_month()

    def _limited(self, person: str) -> Iterator[tuple[Period, Window, float, str]]:
        """Yield the limits that there are for ``person``."""
        limits = self._limits()
        if limits.daily_usd:
            yield "day", self._windows.day, limits.daily_usd, ""
        if limits.monthly_usd:
            yield "month", self._windows.month, limits.monthly_usd, ""
        if limits.person_daily_usd and person:
            yield "day", self._windows.of(person), limits.person_daily_usd, person

    def _say(self, period: Period, window: Window, limit: float, person: str, share: float) -> None:
        """Tell once that a limit comes near, and once that it is reached."""
        key = (period, window.since, person, limit)
        if share > self._told.get(key, 0.0):
            self._told[key] = share
            if self._bus is not None:
                spent = window.spent / NANO
                self._bus.publish(
                    BudgetReached(period=period, share=share, spent=spent, limit=limit, person=person)
                )

    def _minutes(self, person: str, *, paid: bool) -> tuple[int, int]:
        """Return 1 for a minute of the clock that counts for the first time, and 1 if by who takes money."""
        now, free_key, paid_key = int(self._clock() // 60), (person, False), (person, True)
        minute, self._talked[free_key] = int(self._talked.get(free_key) != now), now
        if not paid:
            return minute, 0
        paid_minute, self._talked[paid_key] = int(self._talked.get(paid_key) != now), now
        if person:
            window = self._windows.of(person)
            window.minutes += paid_minute
            window.minute = now
        return minute, paid_minute
