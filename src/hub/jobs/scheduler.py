"""Run jobs when they are due: claimed once, on disk before they begin, and resumed after a kill."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.events import ClockChanged
from hub.intents.zone import local_zone
from hub.jobs.clock import Clock, Due
from hub.jobs.job import Job, Progress, State
from hub.jobs.ledger import Ledger, whole
from hub.jobs.recurrence import check, next_after
from hub.jobs.running import Running
from hub.plugin import guarded
from hub.plugin.acting import acting, current
from hub.telemetry import trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from datetime import tzinfo

    from hub.events import Bus
    from hub.store.database import Connection, Database

    Run = Callable[[Running], Awaitable[Due | None]]

WATCH_S = 0.25
"""How soon a wall clock that was set, or a machine that slept, is noticed."""

JUMP_S = 0.5
"""A change between the two clocks that is no mere drift."""

TRIES = 5
"""Times that a job may be cut short without a checkpoint, before it counts as what ends the hub."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Kind:
    run: Run
    pauses: tuple[float, ...]
    tries: float
    owner: str = ""
    """The plugin that does these jobs; "" is the core."""


class Jobs:
    """All jobs of a hub. ``zone`` says which local time recurrences follow."""

    def __init__(
        self, core: Database, bus: Bus, clock: Clock | None = None, zone: Callable[[], tzinfo] = local_zone
    ) -> None:
        self.clock, self.zone = clock or Clock(), zone
        self._ledger, self._bus = Ledger(core, bus, self.clock), bus
        self._kinds: dict[str, _Kind] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._scheduler: asyncio.Task[None] | None = None

    def register(self, kind: str, run: Run, *, pauses: tuple[float, ...] = (), tries: float = TRIES) -> None:
        """Let ``run`` do the jobs of ``kind``; those of an unknown kind wait for this.

        ``run`` may be cancelled at any time. It ends with None, or with a `Due` to be run again then.
        After an error it is tried again after each of ``pauses`` (seconds); a `HubError` is final.
        Cut short ``tries`` times without a checkpoint in between, it is given up.
        """
        owner = current.get()
        if kind in self._kinds and owner and self._kinds[kind].owner != owner:
            raise HubError(
                f"Jobs of kind {kind} are already {self._kinds[kind].owner or 'the hub'}'s.",
                fix="Name yours after the plugin.",
            )
        self._kinds[kind] = _Kind(run, pauses, tries, owner)
        self._ledger.changed.set()

    async def drop(self, owner: str) -> None:
        """Do no more jobs of plugin ``owner``: they wait, also those that run, until it registers again."""
        kinds = {kind for kind, about in self._kinds.items() if about.owner == owner}
        if not kinds:
            return
        self._kinds = {kind: about for kind, about in self._kinds.items() if kind not in kinds}
        jobs = [job for job in self._ledger.all() if job.state == "running" and job.kind in kinds]
        tasks = [self._runs[job.id] for job in jobs if job.id in self._runs]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2)
        await self._halt(kinds)

    async def open(self) -> None:
        """Read the jobs; what ran when the hub was killed is to run again, from its checkpoint."""
        await self._ledger.open(self._afresh)

    def start(self) -> None:
        """Begin to run what is due."""
        self._scheduler = asyncio.create_task(self._schedule(), name="jobs")

    async def stop(self) -> None:
        """Stop; what runs goes on at the next start."""
        tasks = [task for task in (self._scheduler, *self._runs.values()) if task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2)
        self._scheduler = None
        await self._halt({job.kind for job in self._ledger.all()})

    async def _halt(self, kinds: Collection[str]) -> None:
        async with self._ledger.lock:
            halted = [job for job in self._ledger.all() if job.state == "running" and job.kind in kinds]
            await self._ledger.write(
                replace(job, state="waiting", attempts=max(0, job.attempts - 1)) for job in halted
            )

    async def add(
        self,
        kind: str,
        title: str,
        *,
        due: Due | float | None = None,
        every: str = "",
        start: datetime | None = None,
        args: dict[str, Any] | None = None,
        id: str = "",  # noqa: A002  as in the table
    ) -> Job:
        """Add a job; durable when this returns. Without ``due`` and ``every`` it is due at once.

        ``due``: Unix seconds, or a `Due` of `clock`. ``every``: a recurrence from ``start`` on (naive,
        local; default now). With the ``id`` of a job that exists, that one is returned instead.
        """
        now = self.clock.wall()
        if every:
            start = (start or datetime.fromtimestamp(now, self.zone())).replace(tzinfo=None, microsecond=0)
            check(every, start)
            due = due if due is not None else next_after(every, start, now, self.zone())
        due = due if isinstance(due, Due) else self.clock.at(now if due is None else due)
        fresh = Job(id or uuid.uuid4().hex, kind, title, "waiting", due, now, now, every, start, args or {})
        return await self._ledger.add(fresh)

    async def change(self, id: str, **fields: Any) -> Job:  # noqa: A002  as in the table
        """Change ``fields`` of a job that waits or runs. Raises `HubError` when there is none."""
        return await self._ledger.change(id, fields)

    async def cancel(self, id: str) -> Job:  # noqa: A002
        """Cancel a job that waits or runs; returns when it has ended. Raises `HubError` without one."""
        return await whole(self._cancel(id))

    async def restore(self, id: str, *kinds: str) -> Job:  # noqa: A002
        """Let a cancelled job, one of ``kinds``, wait again: what was due meanwhile is due at once."""
        return await self._ledger.restore(id, kinds)

    async def ended(self, id: str) -> None:  # noqa: A002
        """Wait until the run of a job has ended, and how it ended is kept."""
        if task := self._runs.get(id):
            await asyncio.wait({task})

    async def past(self, *kinds: str, limit: int = 50) -> Sequence[Job]:
        """Return the jobs of ``kinds`` that have ended, the latest first."""
        return await self._ledger.past(kinds, limit)

    def get(self, id: str) -> Job | None:  # noqa: A002
        """Return a job that waits or runs."""
        return self._ledger.get(id)

    def list(self, *kinds: str) -> Sequence[Job]:
        """Return the jobs of ``kinds`` (default: all) that wait or run, the next due first."""
        found = [job for job in self._ledger.all() if not kinds or job.kind in kinds]
        return sorted(found, key=lambda job: self.clock.left(job.due) if job.due else float("inf"))

    async def keep(
        self,
        id: str,  # noqa: A002
        checkpoint: Any,
        also: Callable[[Connection], None] | None = None,
    ) -> None:
        """Keep the checkpoint of a running job, and what is ``also`` written, in one transaction."""
        await self._ledger.change(id, {"checkpoint": checkpoint, "attempts": 0}, also)

    async def note(self, id: str, progress: Progress, *, durable: bool) -> None:  # noqa: A002
        """Take the progress of a running job; only what is ``durable`` goes to disk."""
        if durable:
            await self._ledger.change(id, {"progress": progress})
        else:
            self._ledger.note(id, progress)

    # -- schedule ------------------------------------------------------------------------------------

    async def _schedule(self) -> None:
        offset = self.clock.wall() - self.clock.elapsed()
        while True:
            self._ledger.changed.clear()
            try:
                now = self.clock.wall() - self.clock.elapsed()
                if abs(now - offset) > JUMP_S:
                    await self._clock_was_set(now - offset)
                    offset = now
                await self._claim()
            except HubError as error:  # the disk is full, say: nothing is lost, and it is tried again
                log.warning("jobs wait", reason=str(error), fix=error.fix)
                await asyncio.sleep(1)
                continue
            await self._pause()

    async def _pause(self) -> None:
        """Wait for the next due; looking up often, since the wall clock may be set meanwhile."""
        waiting = [self.clock.left(job.due) for job in self._ledger.all() if self._waits(job) and job.due]
        if not waiting:
            await self._ledger.changed.wait()
            return
        try:
            async with asyncio.timeout(min(WATCH_S, max(0.0, min(waiting)))):
                await self._ledger.changed.wait()
        except TimeoutError:
            pass

    def _waits(self, job: Job) -> bool:
        return job.state == "waiting" and job.kind in self._kinds and job.id not in self._runs

    async def _claim(self) -> None:
        """Begin all that is due: on disk, in one transaction, before any of it runs."""
        async with self._ledger.lock:
            waiting = [job for job in self._ledger.all() if self._waits(job)]
            due = [job for job in waiting if job.due and self.clock.left(job.due) <= 0]
            lost = [job for job in due if job.attempts >= self._kinds[job.kind].tries]
            begun = [
                replace(job, state="running", attempts=job.attempts + 1, reason="", fix="")
                for job in due
                if job not in lost
            ]
            await self._ledger.write([*begun, *map(_hopeless, lost)])
            for job in begun:
                task = self._runs[job.id] = asyncio.create_task(self._run(job), name=f"job:{job.kind}")
                task.add_done_callback(partial(self._ended, job.id))

    def _ended(self, id_: str, _: asyncio.Task[None]) -> None:
        self._runs.pop(id_, None)
        self._ledger.changed.set()

    async def _clock_was_set(self, shift: float) -> None:
        """Note the new wall time of countdowns, which go on as they were; alarms follow the clock."""
        async with self._ledger.lock:
            waiting = [job for job in self._ledger.all() if job.state == "waiting" and job.due]
            told = [replace(job, due=job.due and self.clock.told(job.due)) for job in waiting]
            await self._ledger.write(job for job in told if job.due and self.clock.counts(job.due))
        self._bus.publish(ClockChanged(shift=shift))

    def _afresh(self, job: Job) -> Job:
        """Return ``job`` as it begins this life of the hub."""
        job = replace(job, state="waiting", due=job.due and self._told(job.due))
        if job.rule and job.due and job.due.elapsed is None and self.clock.left(job.due) > 0:
            # The zone may be another by now: seven is seven where the hub is.
            return replace(job, due=self._next(job, self.clock.wall()))
        return job

    def _told(self, due: Due) -> Due:
        """Return ``due`` with its wall time corrected, if the clock was set meanwhile."""
        told = self.clock.told(due)
        return told if abs(told.wall - due.wall) > JUMP_S else due

    # -- run -----------------------------------------------------------------------------------------

    async def _run(self, job: Job) -> None:
        trace.enter(trace.fresh())  # each run is a story of its own
        kind = self._kinds[job.kind]
        late = max(0.0, -self.clock.left(job.due)) if job.due else 0.0
        try:
            outcome = self._over(job, await self._work(kind, Running(self, job, late)))
        except HubError as error:
            outcome = {"reason": str(error), "fix": error.fix} | self._over(job, None, "failed")
        except Exception as error:
            log.exception("job failed", kind=job.kind, job=job.id)
            outcome = self._broken(job, kind, error)
        await self._settle(job.id, outcome)

    async def _work(self, kind: _Kind, running: Running) -> Due | None:
        if not kind.owner:
            return await kind.run(running)
        with acting(kind.owner):
            done: Due | None = await guarded.task(kind.run(running))
            return done

    def _over(self, job: Job, again: Due | None, state: State = "done") -> dict[str, Any]:
        """Return what becomes of a job that has ended: it is over, or it waits for its next time."""
        if again is None and job.rule:
            now = self.clock.wall()
            again = self._next(job, max(now, job.due.wall) if job.due else now)
        if again is None:
            return {"state": state, "attempts": 0}
        return {"state": "waiting", "due": again, "attempts": 0, "checkpoint": None}

    def _next(self, job: Job, after: float) -> Due | None:
        """Return when ``job`` recurs after the wall clock shows ``after``."""
        found = next_after(job.rule, job.start, after, self.zone()) if job.start else None
        return Due(found) if found is not None else None

    def _broken(self, job: Job, kind: _Kind, error: Exception) -> dict[str, Any]:
        reason = f"{job.title} stopped with {type(error).__name__}: {error}."
        if job.attempts <= len(kind.pauses):
            pause = self.clock.after(kind.pauses[job.attempts - 1])
            return {"state": "waiting", "due": pause, "reason": reason, "fix": "I try again by myself."}
        return {"reason": reason, "fix": "See the log for where."} | self._over(job, None, "failed")

    async def _settle(self, id_: str, outcome: dict[str, Any]) -> None:
        """Keep how a job ended, however long the disk refuses: it has been done, and is not done twice."""
        while True:
            try:
                await self._ledger.change(id_, outcome)
                return
            except HubError as error:
                if self._ledger.get(id_) is None:
                    return  # it was cancelled meanwhile
                log.warning("end of a job not kept yet", job=id_, reason=str(error), fix=error.fix)
                await asyncio.sleep(1)

    async def _cancel(self, id_: str) -> Job:
        async with self._ledger.lock:
            gone = replace(self._ledger.required(id_), state="cancelled")
            await self._ledger.write([gone])  # from here on, nothing that the run still says counts
            if task := self._runs.get(id_):
                task.cancel()
        if task:
            await asyncio.wait({task})
        return gone


def _hopeless(job: Job) -> Job:
    reason = f"{job.title} was cut short {job.attempts} times in a row."
    return replace(job, state="failed", reason=reason, fix="See the log for why, then start it again.")
