"""What happens to the money that language models may cost."""

from __future__ import annotations

from typing import Literal

from hub.events.event import Event

ALL = 1.0


class BudgetReached(Event):
    """A limit comes near (``share`` 0.8) or is reached (1.0: only what is free is asked).

    ``spent`` and ``limit`` in US dollars; ``person``: whose own limit it is, "" for that of the house.
    """

    name = "budget.reached"
    period: Literal["day", "month"]
    share: float
    spent: float
    limit: float
    person: str = ""

    def line(self) -> str | None:
        """Say it in a few words."""
        when = "today" if self.period == "day" else "this month"
        whose = "Somebody's own limit" if self.person else "The limit"
        if self.share >= ALL:
            return f"{whose} of ${self.limit:.2f} for {when} is reached"
        return f"{whose} for {when} is {self.share:.0%} spent"
