"""Say what the language models cost, today and this month, beside what they may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.web.money import usd

if TYPE_CHECKING:
    from hub.hub import Hub


_PERIODS = {"day": "today", "month": "this month"}
CARE = 0.8


@dataclass(frozen=True, slots=True)
class Share:
    """What ``who`` cost, with so many requests."""

    who: str
    cost: str
    requests: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What was spent in a ``period``, and its ``cap``, both in US dollars; a cap of 0 is none."""

    period: str
    spent: float
    cap: float = 0.0

    @property
    def value(self) -> str:
        """The sum."""
        return usd(self.spent)

    @property
    def of(self) -> str:
        """The cap, in words."""
        return f"of {usd(self.cap)}" if self.cap else "no cap is set"

    @property
    def tone(self) -> str:
        """Its state: well, care from four fifths of the cap on, stop at the cap."""
        if not self.cap or self.spent < CARE * self.cap:
            return "well"
        return "care" if self.spent < self.cap else "stop"


def costs(hub: Hub) -> list[Cost]:
    """Return the costs of today and of this month."""
    return [Cost(_PERIODS[one.period], one.spent, one.limit) for one in hub.budget.standing()]


async def by_person(hub: Hub) -> list[Share]:
    """Return what each person cost this month, the dearest first; those who cost nothing are left out."""
    names = {person.id: person.name for person in await hub.people.all()}
    return [
        Share(
            names.get(one.name, "Somebody who left") if one.name else "Nobody in particular", usd(one.usd),
            one.requests,
        )
        for one in hub.budget.spent("month", "person")
        if one.usd
    ]  # fmt: skip
