"""Set, change and ring timers, alarms and reminders; each is one durable job that rings when it runs.

A timer counts time that passes; an alarm or a reminder at a time of day follows the wall clock. A
ring goes on until somebody stops or snoozes it, or until nobody came for `RING_S`.
"""

from __future__ import annotations

import asyncio
import math
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.events import TimerEnded, TimerRang, TimerSet
from hub.jobs import Due
from hub.timers import phrases
from hub.timers.timer import KINDS, Kind, Ring, Timer, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.events import Bus
    from hub.jobs import Job, Jobs, Running
    from hub.store.database import Connection, Database

RING_S = 600.0
SNOOZE_S = 300.0
"""How long a ring waits for somebody, and how long a snooze is unless told otherwise."""

LONGEST_S = 30 * 86_400.0
FARTHEST_S = 10 * 366 * 86_400.0
"""The longest timer, and how far ahead an alarm or a reminder may be."""

MOST = 500
NAME, TEXT = 60, 200
KEPT_S = 30 * 86_400.0


class Timers:
    """All timers, alarms and reminders of the household."""

    def __init__(self, jobs: Jobs, core: Database, bus: Bus) -> None:
        self._jobs, self._core, self._bus = jobs, core, bus
        self._bells: dict[str, asyncio.Future[float]] = {}
        for kind in KINDS:
            jobs.register(kind, self._ring, tries=math.inf)  # however often the hub is killed, it rings

    def now(self) -> datetime:
        """Return the local time."""
        return datetime.fromtimestamp(self._jobs.clock.wall(), self._jobs.zone())

    def local(self, at: float) -> datetime:
        """Return Unix seconds as local time."""
        return datetime.fromtimestamp(at, self._jobs.zone())

    # -- set -----------------------------------------------------------------------------------------

    async def timer(self, seconds: float, name: str = "") -> Timer:
        """Set a timer that rings when ``seconds`` have passed. Raises `HubError` for what cannot be."""
        due, name = self._after(seconds), _short(name, NAME)
        title = f"{_capital(name)} timer" if name else f"{_capital(phrases.adjective(seconds))} timer"
        return await self._add("timer", title, due=due, args={"name": name, "span": seconds})

    async def alarm(self, at: datetime | float, name: str = "", *, rule: str = "", every: str = "") -> Timer:
        """Set an alarm at a local time, or after so many seconds.

        ``rule``: its recurrence (RFC 5545) from that time on; ``every``: the same in words.
        """
        name = _short(name, NAME)
        title = f"{_capital(name)} alarm" if name else "Alarm"
        return await self._add("alarm", title, **self._when(at, rule), args={"name": name, "every": every})

    async def remind(self, at: datetime | float, text: str, *, rule: str = "", every: str = "") -> Timer:
        """Set a reminder of ``text``; the rest as for `alarm`."""
        text = _short(text, TEXT)
        if not text:
            raise HubError("A reminder needs words.", fix="Say what I shall remind you of.")
        title = f"Reminder: {text}"
        return await self._add("reminder", title, **self._when(at, rule), args={"name": text, "every": every})

    # -- look ----------------------------------------------------------------------------------------

    def list(self, *kinds: Kind) -> Sequence[Timer]:
        """Return those of ``kinds`` (default: all) that are set or ring, the next first."""
        return [view(job, self._jobs.clock) for job in self._jobs.list(*(kinds or KINDS))]

    def ringing(self) -> Sequence[Timer]:
        """Return those that ring now."""
        return [timer for timer in self.list() if timer.state == "ringing"]

    async def rings(self, limit: int = 20) -> Sequence[Ring]:
        """Return the latest rings, newest first."""
        rows = await self._core.rows(
            "SELECT job, kind, title, due, rang, ended, how FROM ring ORDER BY rang DESC LIMIT ?", (limit,)
        )
        return [Ring(*row) for row in rows]

    async def cancelled(self, id: str) -> Timer | None:  # noqa: A002  as in the table
        """Return one that was cancelled and can be restored."""
        past = await self._jobs.past(*KINDS)
        found = next((job for job in past if job.id == id and job.state == "cancelled"), None)
        return view(found, self._jobs.clock) if found else None

    # -- change --------------------------------------------------------------------------------------

    async def cancel(self, id: str) -> Timer:  # noqa: A002
        """Cancel one that is set; one that rings is stopped. Raises `HubError` when there is none."""
        timer = self._required(id)
        if timer.state == "ringing":
            return await self.stop(id)
        gone = await self._jobs.cancel(id)
        self._tell_end(gone, gone.due.wall if gone.due else self._jobs.clock.wall(), "cancelled")
        return timer

    async def restore(self, id: str) -> Timer:  # noqa: A002
        """Set a cancelled one again, for the time it had."""
        self._need_room()
        return self._tell_set(await self._jobs.restore(id, *KINDS))

    async def add(self, id: str, seconds: float) -> Timer:  # noqa: A002
        """Let it ring ``seconds`` later, or earlier when negative; one that rings is snoozed for so long."""
        timer, clock = self._required(id), self._jobs.clock
        if timer.state == "ringing":
            return await self.snooze(id, seconds)
        if timer.left + seconds <= 0:
            raise HubError(
                f"{timer.title} has only {phrases.span(timer.left)} left.",
                fix="Cancel it if you need it no more.",
            )
        if timer.state == "paused":
            return self._tell_set(await self._with(id, left=timer.left + seconds))
        job = self._job(id)
        counts = job.due and clock.counts(job.due)
        due = self._after(timer.left + seconds) if counts else Due((timer.due or 0.0) + seconds)
        return self._tell_set(await self._jobs.change(id, due=due))

    async def pause(self, id: str) -> Timer:  # noqa: A002
        """Hold a timer. Raises `HubError` for what is no timer that runs."""
        timer = self._required(id)
        if timer.kind != "timer" or timer.state != "set":
            raise HubError(f"{timer.title} cannot be paused.", fix="Only a timer that runs can be paused.")
        return view(await self._with(id, due=None, left=timer.left), self._jobs.clock)

    async def resume(self, id: str) -> Timer:  # noqa: A002
        """Let a paused timer go on."""
        timer = self._required(id)
        if timer.state != "paused":
            raise HubError(f"{timer.title} is not paused.", fix="Only a paused timer can go on.")
        return self._tell_set(await self._jobs.change(id, due=self._jobs.clock.after(timer.left)))

    async def stop(self, id: str) -> Timer:  # noqa: A002
        """Stop a ring, for good; returns when that is kept. Raises `HubError` when it does not ring."""
        return await self._hush(id, 0.0)

    async def snooze(self, id: str, seconds: float = SNOOZE_S) -> Timer:  # noqa: A002
        """Let a ring be silent, and ring again after ``seconds``."""
        self._after(seconds)
        return await self._hush(id, seconds)

    # -- ring ----------------------------------------------------------------------------------------

    async def _ring(self, job: Running) -> Due | None:
        """Ring until somebody stops it; this is what runs when the job is due, and again after a kill."""
        clock = self._jobs.clock
        now, wall, end = clock.wall(), job.due.wall if job.due else clock.wall(), clock.after(RING_S)
        if job.checkpoint:  # it rang already when the hub was killed
            wall, end = job.checkpoint[0], Due(*job.checkpoint[1:])
        bell = self._bells[job.id] = asyncio.get_running_loop().create_future()
        self._bus.publish(
            TimerRang(timer=job.id, kind=_kind(job.kind), title=job.title, due=wall, late=job.late)
        )
        try:
            if not job.checkpoint:
                ring = (job.id, wall, job.kind, job.title, now)
                await job.save([wall, end.wall, end.elapsed, end.boot], partial(_rang, ring))
            pause = await asyncio.wait_for(bell, max(0.0, clock.left(end)))
            how = "snoozed" if pause else "stopped"
        except TimeoutError:
            pause, how = 0.0, "missed"
        finally:
            del self._bells[job.id]
        await self._core.execute(
            "UPDATE ring SET ended = ?, how = ? WHERE job = ? AND due = ?", (clock.wall(), how, job.id, wall)
        )
        self._tell_end(job, wall, how)
        return clock.after(pause) if pause else None

    async def _hush(self, id: str, pause: float) -> Timer:  # noqa: A002
        timer, bell = self._required(id), self._bells.get(id)
        if bell is None or bell.done():
            raise HubError(f"{timer.title} does not ring.", fix="Cancel it if you need it no more.")
        bell.set_result(pause)
        await self._jobs.ended(id)
        return timer

    # -- insides -------------------------------------------------------------------------------------

    async def _add(self, kind: Kind, title: str, **what: Any) -> Timer:
        self._need_room()
        return self._tell_set(await self._jobs.add(kind, title, **what))

    def _need_room(self) -> None:
        if len(self.list()) >= MOST:
            raise HubError(f"There are {MOST} timers already.", fix="Cancel some that you need no more.")

    def _when(self, at: datetime | float, rule: str) -> dict[str, Any]:
        """Return ``at`` and ``rule`` as a job takes them."""
        if not isinstance(at, datetime):
            return {"due": self._after(at)} if not rule else {"every": rule}
        try:
            at = at.astimezone(self._jobs.zone()) if at.tzinfo else at.replace(tzinfo=self._jobs.zone())
            ahead = at.timestamp() - self._jobs.clock.wall()
        except (OverflowError, ValueError):  # the first and the last day there is, in another zone
            ahead = math.inf
        # What repeats may have begun before, but is counted from there: not from the year 1.
        if ahead <= (-FARTHEST_S if rule else 0):
            raise HubError(f"{at:%d.%m.%Y %H:%M} has passed.", fix="Name a time to come.")
        if ahead > FARTHEST_S:
            raise HubError(f"The year {at.year} is too far away.", fix="Name a time within ten years.")
        return {"every": rule, "start": at.replace(tzinfo=None)} if rule else {"due": at.timestamp()}

    def _after(self, seconds: float) -> Due:
        if not 1 <= seconds <= LONGEST_S:
            few = seconds < 1
            raise HubError(
                "A timer needs at least one second." if few else "A timer runs for 30 days at most.",
                fix="Name a longer time." if few else "Set a reminder for that day instead.",
            )
        return self._jobs.clock.after(seconds)

    async def _with(self, id: str, **fields: Any) -> Job:  # noqa: A002
        """Change the due of a job, or what its arguments say is left."""
        args = self._job(id).args | {"left": fields.pop("left")}
        return await self._jobs.change(id, args=args, **fields)

    def _job(self, id: str) -> Job:  # noqa: A002
        job = self._jobs.get(id)
        if job is None or job.kind not in KINDS:
            raise HubError("That timer is over, or never was.", fix="Look at the list for what is set now.")
        return job

    def _required(self, id: str) -> Timer:  # noqa: A002
        return view(self._job(id), self._jobs.clock)

    def _tell_set(self, job: Job) -> Timer:
        if job.due:
            self._bus.publish(TimerSet(timer=job.id, kind=_kind(job.kind), title=job.title, due=job.due.wall))
        return view(job, self._jobs.clock)

    def _tell_end(self, job: Job | Running, due: float, how: str) -> None:
        about = {"timer": job.id, "kind": job.kind, "title": job.title, "due": due, "how": how}
        self._bus.publish(TimerEnded.model_validate(about))


def _rang(ring: tuple[Any, ...], connection: Connection) -> None:
    """Keep that it rang: once for each time it was due, however often the hub is killed meanwhile."""
    connection.execute(
        "INSERT OR IGNORE INTO ring (job, due, kind, title, rang, how) VALUES (?, ?, ?, ?, ?, '')", ring
    )
    connection.execute("DELETE FROM ring WHERE rang < ?", (ring[-1] - KEPT_S,))


def _kind(kind: str) -> Kind:
    return next(known for known in KINDS if known == kind)


def _short(text: str, limit: int) -> str:
    """Return ``text`` in one line, without what cannot be printed, cut to ``limit`` characters."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split())).strip()[:limit].strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
