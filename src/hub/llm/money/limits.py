"""Say what may be spent and how that stands: limits, what was used, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from hub.store.spending import NANO

if TYPE_CHECKING:
    from hub.llm.money.windows import Window
    from hub.store.spending import Tally

Period = Literal["day", "month"]
By = Literal["", "day", "provider", "model", "person", "purpose"]

WARN = 0.8
"""The share of a limit at which it is told that it comes near."""


CENT = 0.01


class Limits(Protocol):
    """What may be spent, in US dollars and minutes; 0 is without limit."""

    @property
    def daily_usd(self) -> float:
        """By all of the house, a day."""
        ...

    @property
    def monthly_usd(self) -> float:
        """By all of the house, a month."""
        ...

    @property
    def person_daily_usd(self) -> float:
        """By each person, a day."""
        ...

    @property
    def person_daily_minutes(self) -> int:
        """Minutes a day in which a person is answered by who takes money."""
        ...


@dataclass(frozen=True, slots=True)
class Limited:
    """Limits as they are given; by default none."""

    daily_usd: float = 0.0
    monthly_usd: float = 0.0
    person_daily_usd: float = 0.0
    person_daily_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used, for one ``name`` (a provider, model, person, day or purpose; "" for all).

    ``usd`` includes ``guessed_usd``: requests that told no figures, at what they cost at most.
    """

    name: str
    usd: float
    guessed_usd: float
    requests: int
    guessed: int
    prompt: int
    cached: int
    completion: int
    minutes: int
    paid_minutes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a limit stands, in US dollars. ``held``: for what is being asked; ``limit``: 0 is none."""

    period: Period
    since: str
    spent: float
    held: float
    limit: float

    @property
    def share(self) -> float:
        """How much of the limit is spent: 0 to 1 and, seldom, more."""
        return self.spent / self.limit if self.limit else 0.0


def level(spent: int, limit: float) -> float:
    """Return 1 when a limit is reached, `WARN` when it comes near, else 0; ``spent`` in billionths."""
    cap = limit * NANO
    return 1.0 if spent >= cap else WARN if spent >= WARN * cap else 0.0


def why(period: Period, window: Window, limit: float, person: str, *, alone: bool) -> tuple[str, str]:
    """Say why there is no money for a request, and what to do; ``alone``: even if no other were asked."""
    left, later = max(0.0, limit - window.spent / NANO), "tomorrow" if period == "day" else "next month"
    if not alone:
        later, why = "in a moment", f"Other questions hold the last {dollars(left)} just now."
    elif not level(window.spent, limit):
        why = f"That could cost more than the {dollars(left)} that are left."
    else:
        whose = (
            "Your limit for today" if person else "Today's limit" if period == "day" else "This month's limit"
        )
        why = f"{whose}, {dollars(limit)}, is spent."
    return why, f"Ask again {later}, or the owner raises the limit."


def dollars(usd: float) -> str:
    """Return a sum as people read it: whole cents, and of less than one the first figures."""
    if usd >= CENT or not usd:
        return f"${usd:.2f}"
    return f"${usd:.4f}".rstrip("0").rstrip(".")


def standing(period: Period, window: Window, limit: float) -> Standing:
    """Return how ``limit`` stands."""
    return Standing(period, window.since, window.spent / NANO, window.held / NANO, limit)


def used(name: str, tally: Tally) -> Spent:
    """Return a tally in US dollars."""
    return Spent(
        name, tally.nano / NANO, tally.guessed_nano / NANO, tally.requests, tally.guessed, tally.prompt,
        tally.cached, tally.completion, tally.minutes, tally.paid_minutes, tally.seconds,
    )  # fmt: skip


def dearest(one: Spent) -> tuple[float, int, str]:
    """Order by what was spent, the most first."""
    return -one.usd, -one.requests, one.name
