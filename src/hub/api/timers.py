"""Timers, alarms and reminders as JSON, under /api/timers."""

from __future__ import annotations

import dataclasses
from datetime import datetime  # noqa: TC003  FastAPI and pydantic read annotations
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, model_validator

from hub.api.people import needs
from hub.timers import SNOOZE_S, Timer
from hub.timers.weekly import weekly

if TYPE_CHECKING:
    from hub.hub import Hub

Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class NewTimer(BaseModel):
    """What to set. A timer takes ``seconds``; an alarm and a reminder take ``seconds`` or ``at``.

    ``at``: ISO 8601, local to the hub without an offset; ``days`` repeat it every week at that time.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["timer", "alarm", "reminder"] = "timer"
    seconds: float | None = Field(None, gt=0, allow_inf_nan=False)
    at: AwareDatetime | NaiveDatetime | None = None
    days: list[Day] = Field(default_factory=list, max_length=7)
    name: str = Field("", max_length=500, description="Its name; of a reminder, its words.")

    @model_validator(mode="after")
    def _one_time(self) -> NewTimer:
        if (self.seconds is None) == (self.at is None):
            raise ValueError("give either seconds or at")
        if self.kind == "timer" and self.seconds is None:
            raise ValueError("a timer takes seconds")
        if self.days and self.at is None:
            raise ValueError("days need at")
        return self

    @property
    def when(self) -> datetime | float:
        """The moment, or the seconds to it."""
        return self.at if self.at is not None else self.seconds or 0.0


class Snooze(BaseModel):
    """For how many seconds."""

    seconds: float = Field(SNOOZE_S, gt=0, allow_inf_nan=False)


def router(hub: Hub) -> APIRouter:
    """Return the routes about timers."""
    api = APIRouter(prefix="/api/timers", dependencies=[needs("talk")])
    timers = hub.timers

    @api.get("")
    async def all_of_them() -> dict[str, Any]:
        """List what is set or rings, the next first, and the latest rings."""
        rings = [dataclasses.asdict(ring) for ring in await timers.rings()]
        return {"timers": [dataclasses.asdict(timer) for timer in timers.list()], "rings": rings}

    @api.post("", status_code=201)
    async def new(wanted: NewTimer) -> Timer:
        """Set one."""
        if wanted.kind == "timer":
            return await timers.timer(wanted.seconds or 0.0, wanted.name)
        rule, every = weekly(wanted.days)
        put = timers.alarm if wanted.kind == "alarm" else timers.remind
        return await put(wanted.when, wanted.name, rule=rule, every=every)

    @api.delete("/{id_}")
    async def cancel(id_: str) -> Timer:
        """Cancel one; one that rings is stopped."""
        return await timers.cancel(id_)

    @api.post("/{id_}/stop")
    async def stop(id_: str) -> Timer:
        """Stop a ring."""
        return await timers.stop(id_)

    @api.post("/{id_}/snooze")
    async def snooze(id_: str, pause: Snooze | None = None) -> Timer:
        """Let a ring be silent for a while."""
        return await timers.snooze(id_, pause.seconds if pause else SNOOZE_S)

    return api
