"""Sum what was spent and is put aside since a day: today, this month, and today by each person.

Days are those of the calendar where the hub stands. A window has no end: what was spent on a day that the
clock has yet to reach again counts too, so setting the clock back opens no limit.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.llm.money.spending import Ledger
    from hub.store.spending import Account

_LATEST = 253_400_000_000.0  # in the year 9999: a broken clock must not break the names of days


class Aside(Protocol):
    """Money put aside: whose, and how much, in billionths of a dollar."""

    account: Account
    nano: int


class Window:
    """What was spent and is held since a day, in billionths of a dollar.

    ``minutes``: those of the clock in which a person was answered by who takes money; ``minute``: the last.
    """

    __slots__ = ("held", "minute", "minutes", "since", "spent")

    def __init__(self, since: str, spent: int = 0, held: int = 0, minutes: int = 0) -> None:
        self.since, self.spent, self.held, self.minutes = since, spent, held, minutes
        self.minute = -1


class Windows:
    """The windows of one hub. ``open``: what is put aside, by id; its owner changes it beside `hold`."""

    def __init__(self, ledger: Ledger, open: Mapping[int, Aside]) -> None:  # noqa: A002
        self._ledger, self._open = ledger, open
        self.day, self.month = Window(""), Window("")
        self.over = 0.0
        """When the day ends, in Unix seconds."""
        self._began = 0.0
        self._people: dict[str, Window] = {}

    def turn(self, now: float) -> bool:
        """Begin another day when the clock says that it is one, later or earlier; say whether it is."""
        if self._began <= now < self.over:
            return False
        now = min(max(now, 0.0), _LATEST)
        year, month, day, *_ = time.localtime(now)
        self._began, self.over = (_midnight(year, month, one) for one in (day, day + 1))
        today, first = f"{year:04}-{month:02}-{day:02}", f"{year:04}-{month:02}-01"
        self._ledger.trim(today)
        self.day, self.month = Window(today, *self._sums(today)), Window(first, *self._sums(first))
        self._people = {}
        return True

    def of(self, person: str) -> Window:
        """Return the window of a person's day."""
        window = self._people.get(person)
        if window is None:
            since = self.day.since
            minutes = sum(
                tally.paid_minutes
                for account, tally in self._ledger.tallies.items()
                if account.person == person and account.day >= since
            )
            window = self._people[person] = Window(since, *self._sums(since, person), minutes)
        return window

    def hold(self, account: Account, nano: int) -> None:
        """Put so much more aside, or with a minus sign less."""
        day, month = self.day, self.month
        if account.day >= month.since:
            month.held += nano
            if account.day >= day.since:
                day.held += nano
                if account.person:
                    self.of(account.person).held += nano

    def spend(self, account: Account, nano: int) -> None:
        """Count what was spent."""
        if account.day >= self.month.since:
            self.month.spent += nano
            if account.day >= self.day.since:
                self.day.spent += nano
                if account.person:
                    self.of(account.person).spent += nano

    def next_month(self) -> float:
        """Return when the month is over, in Unix seconds."""
        return _midnight(int(self.month.since[:4]), int(self.month.since[5:7]) + 1, 1)

    def _sums(self, since: str, person: str | None = None) -> tuple[int, int]:
        """Return what was spent and what is held since a day, by everybody or by one ``person``."""
        days = [people for day, people in self._ledger.days.items() if day >= since]
        spent = sum(sum(one.values()) if person is None else one.get(person, 0) for one in days)
        held = sum(
            one.nano
            for one in self._open.values()
            if one.account.day >= since and person in (None, one.account.person)
        )
        return spent, held


def _midnight(year: int, month: int, day: int) -> float:
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))
