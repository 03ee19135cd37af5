"""What a timer is to people: a view of its job, with its name, its time and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from hub.jobs import Clock, Job

Kind = Literal["timer", "alarm", "reminder"]
KINDS: tuple[Kind, ...] = ("timer", "alarm", "reminder")


@dataclass(frozen=True, slots=True)
class Timer:
    """One that is set, paused or rings.

    ``title``: its full name ("Pasta timer"); ``name``: what it was called, perhaps nothing. ``due``:
    Unix seconds, None while paused. ``left``: seconds, negative while it rings. ``every``: its
    recurrence in words. ``span``: the seconds a timer was set for.
    """

    id: str
    kind: Kind
    title: str
    name: str
    state: Literal["set", "paused", "ringing"]
    due: float | None
    left: float
    every: str
    span: float
    created: float


@dataclass(frozen=True, slots=True)
class Ring:
    """One that has rung: when it was due, when it rang, and how it ended (empty while it rings)."""

    timer: str
    kind: Kind
    title: str
    due: float
    rang: float
    ended: float | None
    how: str

    @property
    def late(self) -> float:
        """Seconds that it rang after it was due."""
        return max(0.0, self.rang - self.due)


def view(job: Job, clock: Clock) -> Timer:
    """Return ``job`` as a timer."""
    left = clock.left(job.due) if job.due else float(job.args.get("left", 0.0))
    state: Literal["set", "paused", "ringing"] = "set" if job.due else "paused"
    return Timer(
        id=job.id, kind=cast("Kind", job.kind), title=job.title, name=job.args.get("name", ""),
        state="ringing" if job.state == "running" else state, due=job.due.wall if job.due else None,
        left=left, every=job.args.get("every", ""),
        span=float(job.args.get("span", 0.0)), created=job.created,
    )  # fmt: skip
