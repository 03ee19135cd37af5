"""Run jobs when they are due: claimed once, on disk before they begin, and resumed after a kill.

What is on disk is the truth; the jobs that still matter are held in memory as well, so that looking
at them costs nothing. Every change is one transaction, one after the other.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.events import ClockChanged, JobChanged
from hub.intents.zone import local_zone
from hub.jobs import job as table
from hub.jobs.clock import Clock, Due
from hub.jobs.job import LIVE, Job, Progress, State
from hub.jobs.recurrence import check, next_after
from hub.telemetry import trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
    from datetime import tzinfo

    from hub.events import Bus
    from hub.store.database import Database

    Run = Callable[["Running"], Awaitable[Due | None]]

WATCH_S = 0.25
"""How soon a wall clock that was set, or a machine that slept, is noticed."""

JUMP_S = 0.5
"""A change between the two clocks that is no mere drift."""

TRIES = 5
"""Times that a job may be cut short without a checkpoint, before it counts as what ends the hub."""

NOTED_S = 1.0
KEPT_S = 30 * 86_400
"""Seconds between two writes of the same job's progress; how long what has ended is kept."""

log = structlog.get_logger(__name__)


class Running:
    """A job that runs: what its function is given. ``late``: seconds after it was due."""

    def __init__(self, jobs: Jobs, job: Job, late: float) -> None:
        self.id, self.kind, self.title, self.args = job.id, job.kind, job.title, job.args
        self.due, self.attempt, self.late = job.due, job.attempts, late
        self.checkpoint = job.checkpoint
        self._jobs, self._noted = jobs, 0.0

    async def progress(self, done: float, total: float = 0.0, note: str = "") -> None:
        """Tell how far it is; cheap enough to be called often."""
        now = self._jobs.clock.elapsed()
        durable = now - self._noted > NOTED_S
        self._noted = now if durable else self._noted
        await self._jobs.note(self.id, Progress(done, total, note), durable=durable)

    async def save(self, checkpoint: Any) -> None:
        """Keep ``checkpoint`` (JSON): after a kill the job begins again with it. Durable when this returns."""
        await self._jobs.change(self.id, checkpoint=checkpoint, attempts=0)
        self.checkpoint = checkpoint


@dataclass(frozen=True, slots=True)
class _Kind:
    run: Run
    pauses: tuple[float, ...]


class Jobs:
    """All jobs of a hub. ``zone`` says which local time recurrences follow."""

    def __init__(
        self, core: Database, bus: Bus, clock: Clock | None = None, zone: Callable[[], tzinfo] = local_zone
    ) -> None:
        self.clock, self.zone = clock or Clock(), zone
        self._core, self._bus = core, bus
        self._kinds: dict[str, _Kind] = {}
        self._live: dict[str, Job] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._cancelled: set[str] = set()
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._scheduler: asyncio.Task[None] | None = None

    def register(self, kind: str, run: Run, *, pauses: tuple[float, ...] = ()) -> None:
        """Let ``run`` do the jobs of ``kind``; those of an unknown kind wait for this.

        ``run`` may be cancelled at any time. It ends with None, or with a `Due` to be run again then.
        After an error it is tried again after each of ``pauses`` (seconds); a `HubError` is final.
        """
        self._kinds[kind] = _Kind(run, pauses)
        self._wake.set()

    async def open(self) -> None:
        """Read the jobs; what ran when the hub was killed is to run again, from its checkpoint."""
        now = self.clock.wall()

        def read(connection: Any) -> list[Job]:
            connection.execute(
                "DELETE FROM job WHERE state NOT IN ('waiting', 'running') AND changed < ?", (now - KEPT_S,)
            )
            jobs = [self._afresh(job) for job in table.load(connection, "state IN ('waiting', 'running')")]
            table.save(connection, jobs)
            return jobs

        self._live = {job.id: job for job in await self._core.write(read)}

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
        async with self._lock:
            halted = [job for job in self._live.values() if job.state == "running"]
            if halted:
                back = [replace(job, state="waiting", attempts=max(0, job.attempts - 1)) for job in halted]
                await self._write(back)

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
        due = self.clock.at(now if due is None else due) if not isinstance(due, Due) else due
        fresh = Job(id or uuid.uuid4().hex, kind, title, "waiting", due, now, now, every, start, args or {})
        return await self._whole(self._add(fresh))

    async def change(self, id: str, **fields: Any) -> Job:  # noqa: A002  as in the table
        """Change ``fields`` of a job that waits or runs. Raises `HubError` when there is none."""
        return await self._whole(self._change(id, fields))

    async def cancel(self, id: str) -> Job:  # noqa: A002
        """Cancel a job that waits or runs; returns when it has ended. Raises `HubError` when there is none."""
        return await self._whole(self._cancel(id))

    async def restore(self, id: str) -> Job:  # noqa: A002
        """Let a cancelled job wait again: what was due meanwhile is due at once."""
        return await self._whole(self._restore(id))

    async def ended(self, id: str) -> None:  # noqa: A002
        """Wait until the run of a job has ended, and how it ended is kept."""
        if task := self._runs.get(id):
            await asyncio.wait({task})

    async def past(self, *kinds: str, limit: int = 50) -> Sequence[Job]:
        """Return the jobs of ``kinds`` that have ended, the latest first."""
        marks = ", ".join("?" * len(kinds))
        where = f"state NOT IN ('waiting', 'running') AND kind IN ({marks}) ORDER BY changed DESC LIMIT ?"
        return await self._core.read(lambda connection: table.load(connection, where, (*kinds, limit)))

    def get(self, id: str) -> Job | None:  # noqa: A002
        """Return a job that waits or runs."""
        return self._live.get(id)

    def list(self, *kinds: str) -> Sequence[Job]:
        """Return the jobs of ``kinds`` (default: all) that wait or run, the next due first."""
        found = [job for job in self._live.values() if not kinds or job.kind in kinds]
        return sorted(found, key=lambda job: self.clock.left(job.due) if job.due else float("inf"))

    async def note(self, id: str, progress: Progress, *, durable: bool) -> None:  # noqa: A002
        """Take the progress of a running job; only what is ``durable`` goes to disk."""
        if durable:
            await self.change(id, progress=progress)
        elif job := self._live.get(id):
            self._live[id] = replace(job, progress=progress)
            self._tell(self._live[id])

    # -- changes, each under the lock, on disk first, and never left half done ------------------------

    async def _whole(self, work: Coroutine[Any, Any, Job]) -> Job:
        """Await ``work``, which goes on to its end even when whoever asked for it is cancelled."""
        return await asyncio.shield(asyncio.create_task(work))

    async def _add(self, fresh: Job) -> Job:
        async with self._lock:
            known = self._live.get(fresh.id) or await self._find(fresh.id)
            if known:
                return known
            await self._write([fresh])
            return fresh

    async def _change(self, id: str, fields: dict[str, Any]) -> Job:  # noqa: A002
        async with self._lock:
            changed = replace(self._required(id), **fields)
            await self._write([changed])
            return changed

    async def _cancel(self, id: str) -> Job:  # noqa: A002
        async with self._lock:
            job = self._required(id)
            if task := self._runs.get(id):
                self._cancelled.add(id)  # whatever it still says, it is cancelled
                task.cancel()
            gone = replace(job, state="cancelled")
            await self._write([gone])
        if task:
            await asyncio.wait({task})
        self._cancelled.discard(id)
        return gone

    async def _restore(self, id: str) -> Job:  # noqa: A002
        async with self._lock:
            job = self._live.get(id) or await self._find(id)
            if job is None or job.state not in (*LIVE, "cancelled"):
                raise _unknown()
            if job.state == "cancelled":
                job = replace(job, state="waiting", attempts=0, checkpoint=None)
                await self._write([job])
            return job

    async def _write(self, jobs: Iterable[Job]) -> None:
        """Put ``jobs`` on disk, then into memory, and tell. Holds the lock."""
        changed = [replace(job, changed=self.clock.wall()) for job in jobs]
        await self._core.write(lambda connection: table.save(connection, changed))
        for job in changed:
            if job.state in LIVE:
                self._live[job.id] = job
            else:
                self._live.pop(job.id, None)
            self._tell(job)
        self._wake.set()

    async def _find(self, id: str) -> Job | None:  # noqa: A002
        found = await self._core.read(lambda connection: table.load(connection, "id = ?", (id,)))
        return found[0] if found else None

    def _required(self, id: str) -> Job:  # noqa: A002
        if id not in self._live:
            raise _unknown()
        return self._live[id]

    def _tell(self, job: Job) -> None:
        at, progress = job.due.wall if job.due else None, job.progress
        self._bus.publish(
            JobChanged(
                job=job.id, kind=job.kind, title=job.title, state=job.state, due=at, done=progress.done,
                total=progress.total, note=progress.note, reason=job.reason, fix=job.fix,
            )
        )  # fmt: skip

    def _afresh(self, job: Job) -> Job:
        """Return ``job`` as it begins this life of the hub."""
        job = replace(job, state="waiting", due=job.due and self.clock.told(job.due))
        coming = job.due and not self.clock.counts(job.due) and self.clock.left(job.due) > 0
        if job.rule and job.start and coming and job.due and job.due.elapsed is None:
            # The zone may be another by now: seven is seven where the hub is.
            due = next_after(job.rule, job.start, self.clock.wall(), self.zone())
            job = replace(job, due=Due(due) if due is not None else None)
        return job

    # -- the scheduler --------------------------------------------------------------------------------

    async def _schedule(self) -> None:
        offset = self.clock.wall() - self.clock.elapsed()
        while True:
            self._wake.clear()
            try:
                now = self.clock.wall() - self.clock.elapsed()
                if abs(now - offset) > JUMP_S:
                    await self._clock_was_set(now - offset)
                    offset = now
                await self._claim()
            except HubError as error:  # the disk is full, say: nothing is lost, and it is tried again
                log.error("jobs wait", reason=str(error), fix=error.fix)
                await asyncio.sleep(1)
                continue
            await self._pause()

    async def _pause(self) -> None:
        """Wait for the next due; looking up often, since the wall clock may be set meanwhile."""
        waiting = [self.clock.left(job.due) for job in self._live.values() if self._waits(job) and job.due]
        if not waiting:
            await self._wake.wait()
            return
        try:
            async with asyncio.timeout(min(WATCH_S, max(0.0, min(waiting)))):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _waits(self, job: Job) -> bool:
        return job.state == "waiting" and job.kind in self._kinds and job.id not in self._runs

    async def _claim(self) -> None:
        """Begin all that is due: on disk, in one transaction, before any of it runs."""
        async with self._lock:
            due = [
                job
                for job in self._live.values()
                if self._waits(job) and job.due and self.clock.left(job.due) <= 0
            ]
            if not due:
                return
            begun = [
                replace(job, state="running", attempts=job.attempts + 1, reason="", fix="")
                for job in due
                if job.attempts < TRIES
            ]
            await self._write([*begun, *(_hopeless(job) for job in due if job.attempts >= TRIES)])
            for job in begun:
                task = asyncio.create_task(self._run(job), name=f"job:{job.kind}")
                self._runs[job.id] = task
                task.add_done_callback(partial(self._ended, job.id))

    def _ended(self, id_: str, _: asyncio.Task[None]) -> None:
        self._runs.pop(id_, None)
        self._wake.set()

    async def _run(self, job: Job) -> None:
        trace.enter(trace.fresh())  # each run is a story of its own
        kind = self._kinds[job.kind]
        late = max(0.0, -self.clock.left(job.due)) if job.due else 0.0
        try:
            again = await kind.run(Running(self, job, late))
            outcome = self._over(job, again)
        except HubError as error:
            outcome = {"reason": str(error), "fix": error.fix} | self._over(job, None, "failed")
        except Exception as error:
            log.exception("job failed", kind=job.kind, job=job.id)
            outcome = self._broken(job, kind, error)
        if job.id not in self._cancelled:
            await self._settle(job.id, outcome)

    def _over(self, job: Job, again: Due | None, state: State = "done") -> dict[str, Any]:
        """Return what becomes of a job that has ended: it is over, or it waits for its next time."""
        if again is None and job.rule and job.start:
            now = self.clock.wall()
            last = max(now, job.due.wall) if job.due else now
            following = next_after(job.rule, job.start, last, self.zone())
            again = Due(following) if following is not None else None
        if again is None:
            return {"state": state, "attempts": 0}
        return {"state": "waiting", "due": again, "attempts": 0, "checkpoint": None}

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
                await self._whole(self._change(id_, outcome))
                return
            except HubError as error:
                if id_ not in self._live:
                    return
                log.error("job's end not kept yet", job=id_, reason=str(error), fix=error.fix)
                await asyncio.sleep(1)

    async def _clock_was_set(self, shift: float) -> None:
        """Note the new wall time of countdowns, which go on as they were; alarms follow the clock."""
        async with self._lock:
            counting = [job for job in self._live.values() if job.due and self.clock.counts(job.due)]
            told = [
                replace(job, due=self.clock.told(job.due))
                for job in counting
                if job.state == "waiting" and job.due
            ]
            await self._write(told)
        self._bus.publish(ClockChanged(shift=shift))


def _hopeless(job: Job) -> Job:
    reason = f"{job.title} was cut short {job.attempts} times in a row."
    return replace(job, state="failed", reason=reason, fix="See the log for why, then start it again.")


def _unknown() -> HubError:
    return HubError("That is over, or never was.", fix="Look at the list for what there is now.")
