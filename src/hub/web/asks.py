"""Know what waits for whose yes, for pages that are rendered at once; read anew when something changed."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.auth.roles import OWNER, allows
from hub.auth.sessions import Person
from hub.errors import HubError
from hub.web.ago import ago, span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.approvals.approval import Approval
    from hub.hub import Hub

READ_S = 1.0
"""For how long a question must have been on the page before a yes counts."""

SHOWN = 30
_EVERYBODY = Person("", "", OWNER)
"""Who sees all that waits; each page then takes what its own person may see."""

_ENDS = {
    "running": ("being done", ""), "done": ("done", "well"), "failed": ("went wrong", "stop"),
    "denied": ("denied", ""), "expired": ("nobody answered", "care"), "lost": ("unknown", "stop"),
}  # fmt: skip
_RISKS = {"write": "care", "danger": "stop"}


class NotDoneError(HubError):
    """What was asked for did not happen; the page says why."""

    status = 409


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page needs of one approval: what would happen, by which exact call, and until when."""

    id: str
    title: str
    risk: str
    tone: str
    call: str
    digest: str
    short: str
    by: str
    who: str
    when: str
    talk: str
    plugin: str
    expires: float
    left: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page needs of one approval that is over."""

    title: str
    call: str
    short: str
    word: str
    tone: str
    who: str
    when: str
    at: float
    outcome: str
    fix: str


class Asks:
    """All that waits for an answer, and what was answered lately."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: list[Approval] = []
        self._over: list[Approval] = []
        self._names: dict[str, str] = {}
        self._shown: dict[tuple[str, str], float] = {}
        self._open = ExitStack()  # held: a subscription that nobody holds ends
        self._changes = self._open.enter_context(hub.bus.subscribe("approval.*", size=1))
        self._read = False

    async def refresh(self) -> bool:
        """Read what waits, if anything has changed since it was read last; say whether that was so."""
        if self._read and not self._changes.take():
            return False
        self._read = False  # should it fail, the next page reads anew
        self._waiting = await self._hub.gate.waiting(_EVERYBODY)
        self._over = await self._hub.gate.history(4 * SHOWN)
        self._names = {person.id: person.name for person in await self._hub.people.all()}
        known = {each.id for each in self._waiting}
        self._shown = {key: at for key, at in self._shown.items() if key[1] in known}
        self._read = True
        return True

    def waiting(self, person: Person | None) -> list[Ask]:
        """Return what ``person`` may answer, the oldest first."""
        now = time.time()
        return [self._ask(each, person) for each in _visible(self._waiting, person) if each.expires > now]

    def over(self, person: Person | None) -> list[Answer]:
        """Return what was answered of what ``person`` may see, the latest first."""
        return [self._answer(each, person) for each in _visible(self._over, person)][:SHOWN]

    def show(self, person: Person | None, talk: str = "", longest: float = math.inf) -> list[Ask]:
        """Return what ``person`` may answer, of one ``talk`` or of all, and note that it is shown to them.

        A call of more than ``longest`` characters is not shown there, and so not noted.
        """
        asks = [ask for ask in self.waiting(person) if talk in {"", ask.talk}]
        for ask in asks:
            if len(ask.call) > longest:
                continue
            self._shown.setdefault((person.id if person else "", ask.id), time.monotonic())
        return asks

    def read(self, person: Person, id: str) -> bool:  # noqa: A002
        """Say whether ``person`` has had the time to read what they say yes to."""
        at = self._shown.get((person.id, id))
        return at is not None and time.monotonic() - at >= READ_S

    def _ask(self, each: Approval, person: Person | None) -> Ask:
        return Ask(
            each.id, title(each), _risk(each), _RISKS.get(each.risk, ""), each.shown, each.digest, each.short,
            self._owner(each), self._who(each.person, person), ago(each.asked), each.talk,
            self._title(each.plugin), each.expires, span(each.expires - time.time()),
        )  # fmt: skip

    def _answer(self, each: Approval, person: Person | None) -> Answer:
        word, tone = _ENDS.get(each.state, (each.state, ""))
        at = each.decided or each.expires
        who = self._who(each.by, person) if each.by else ""
        # What a tool returned is for whom it was done, and may be long: the talk has it, not this list.
        told = "" if each.state in {"done", "denied"} else each.outcome.removesuffix(each.fix).strip()
        return Answer(
            title(each), each.shown, each.short, word, tone, who, ago(at), at, told, each.fix if told else "",
        )  # fmt: skip

    def _who(self, id: str, person: Person | None) -> str:  # noqa: A002
        if person and id == person.id:
            return "You"
        return self._names.get(id, "Somebody who left") if id else "I"

    def _owner(self, each: Approval) -> str:
        return f"{self._title(each.owner) or 'the hub itself'} {each.version}".strip()

    def _title(self, name: str) -> str:
        plugin = self._hub.plugins.get(name) if name else None
        return plugin.title if plugin else ("" if name in {"", "hub"} else name)


def title(each: Approval) -> str:
    """Return what would be done, as a short line without its full stop."""
    return (each.about or each.tool.replace("_", " ")).rstrip(".").strip() or each.tool


def _risk(each: Approval) -> str:
    return each.consequence.removeprefix(each.about or each.tool).strip()


def _visible(rows: Iterable[Approval], person: Person | None) -> list[Approval]:
    """Return those of ``rows`` that ``person`` may see: the owner all, others their own."""
    if person is None or not allows(person, "answer approvals"):
        return []
    return [each for each in rows if person.role == OWNER or each.person == person.id]
