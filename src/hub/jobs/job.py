"""What a job is, and how it is kept: one row of core.db."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from hub.jobs.clock import Due

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.store.database import Connection, Row

State = Literal["waiting", "running", "done", "failed", "cancelled"]
LIVE = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: ``done`` of ``total``, in units of its own; ``note`` says what it does now."""

    done: float = 0.0
    total: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work. Without ``due`` it waits until it is given one.

    ``rule``: RFC 5545 recurrence from the naive local time ``start`` on. ``attempts``: begun since the
    last checkpoint. ``reason`` and ``fix``: why it failed and what to do.
    """

    id: str
    kind: str
    title: str
    state: State
    due: Due | None
    created: float
    changed: float
    rule: str = ""
    start: datetime | None = None
    args: dict[str, Any] = field(default_factory=dict)
    checkpoint: Any = None
    progress: Progress = Progress()
    attempts: int = 0
    reason: str = ""
    fix: str = ""


_COLUMNS = (
    "id, kind, title, state, created, changed, due, elapsed, boot, rule, start, args, checkpoint, done,"
    " total, note, attempts, reason, fix"
)
_PLACES = ", ".join("?" * (_COLUMNS.count(",") + 1))


def save(connection: Connection, jobs: Iterable[Job]) -> None:
    """Write the rows of ``jobs``."""
    connection.executemany(f"REPLACE INTO job ({_COLUMNS}) VALUES ({_PLACES})", [_row(job) for job in jobs])  # noqa: S608  our own constants


def load(connection: Connection, where: str, args: Sequence[Any] = ()) -> list[Job]:
    """Return the jobs ``where`` (SQL, with ``args``) is true of."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE {where}", args)  # noqa: S608  as above
    return [_job(row) for row in rows.fetchall()]


def _row(job: Job) -> Row:
    due = job.due
    return (
        job.id, job.kind, job.title, job.state, job.created, job.changed,
        due.wall if due else None, due.elapsed if due else None, due.boot if due else "",
        job.rule, job.start.isoformat() if job.start else None,
        json.dumps(job.args), json.dumps(job.checkpoint),
        job.progress.done, job.progress.total, job.progress.note, job.attempts, job.reason, job.fix,
    )  # fmt: skip


def _job(row: Row) -> Job:
    (id_, kind, title, state, created, changed, wall, elapsed, boot, rule, start, args, checkpoint,
     done, total, note, attempts, reason, fix) = row  # fmt: skip
    return Job(
        id_, kind, title, state, None if wall is None else Due(wall, elapsed, boot), created, changed,
        rule, datetime.fromisoformat(start) if start else None, json.loads(args), json.loads(checkpoint),
        Progress(done, total, note), attempts, reason, fix,
    )  # fmt: skip
