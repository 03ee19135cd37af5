"""The API of the approvals: what waits for whoever asks, what was answered, and the two answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api.people import needs
from hub.approvals.approval import Done, Failed, Refused
from hub.auth.sessions import Person

if TYPE_CHECKING:
    from hub.approvals.approval import Approval, Outcome
    from hub.hub import Hub

MOST = 200
Answers = Annotated[Person, needs("answer approvals")]


class Shown(BaseModel):
    """A call that waits, or that was answered. Times in Unix seconds; ``digest`` is what a yes must repeat.

    ``call``: the exact call as text in which nothing is hidden. ``person``, ``by``: ids of people. ``read``:
    what a language model had read before it asked.
    """

    id: str
    digest: str
    tool: str
    owner: str
    version: str
    risk: str
    consequence: str
    call: str
    arguments: dict[str, Any]
    person: str
    talk: str
    plugin: str
    asked: float
    expires: float
    left_s: float
    state: str
    decided: float | None
    by: str
    outcome: str
    fix: str
    read: str = ""


class Both(BaseModel):
    """What waits, the oldest first, and what is over, the latest first."""

    waiting: list[Shown]
    history: list[Shown]


class Yes(BaseModel):
    """A yes to exactly what has this digest."""

    digest: str = Field(min_length=64, max_length=64)


class No(BaseModel):
    """A no; with a ``digest`` it is only taken for what has it."""

    digest: str = Field("", max_length=64)


class Said(BaseModel):
    """What came of an answer: ``done`` with the result, ``denied``, or ``failed`` or ``refused`` and why."""

    outcome: str
    result: Any = None
    reason: str = ""
    fix: str = ""


def router(hub: Hub) -> APIRouter:
    """Return the routes under ``/api/approvals``."""
    api = APIRouter(prefix="/api/approvals", tags=["approvals"])

    @api.get("")
    async def see(who: Answers, count: int = 50) -> Both:
        """List what waits and what was answered: all for the owner, their own for everybody else."""
        history = await hub.gate.history(max(1, min(count, MOST)), who)
        return Both(
            waiting=[shown(each) for each in await hub.gate.waiting(who)],
            history=[shown(each) for each in history],
        )

    @api.post("/{id_}/approve")
    async def approve(id_: str, body: Yes, who: Answers, response: Response) -> Said:
        """Say yes to what was shown: it runs at once, and only once."""
        return _said(await hub.gate.approve(id_, body.digest, who), response)

    @api.post("/{id_}/deny")
    async def deny(id_: str, who: Answers, response: Response, body: No | None = None) -> Said:
        """Say no: it is never run."""
        found = await hub.gate.find(id_, who)
        outcome = await hub.gate.deny(id_, who, body.digest if body else "")
        after = await hub.gate.find(id_, who)
        if found and after and found.state == "waiting" and after.state == "denied":
            return Said(outcome="denied")
        return _said(outcome, response)

    return api


def shown(each: Approval) -> Shown:
    """Return an approval as JSON has it."""
    return Shown(
        id=each.id, digest=each.digest, tool=each.tool, owner=each.owner, version=each.version,
        risk=each.risk, consequence=each.consequence, call=each.shown, arguments=dict(each.arguments),
        person=each.person, talk=each.talk, plugin=each.plugin, asked=each.asked, expires=each.expires,
        left_s=each.left(time.time()) if each.state == "waiting" else 0.0, state=each.state,
        decided=each.decided, by=each.by, outcome=each.outcome, fix=each.fix,
        read=each.read,
    )  # fmt: skip


def _said(outcome: Outcome, response: Response) -> Said:
    if isinstance(outcome, Done):
        return Said(outcome="done", result=outcome.result)
    response.status_code = 409
    if isinstance(outcome, Refused):
        word = "failed" if isinstance(outcome, Failed) else "refused"
        return Said(outcome=word, reason=outcome.reason, fix=outcome.fix)
    return Said(outcome="waiting")
