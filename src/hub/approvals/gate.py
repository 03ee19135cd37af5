"""The gate: every call of a tool passes here, and what does more than read waits for a person's yes.

It fails closed. Who answers must be a person, by the database and not by what they are said to be; what
runs must be what was shown, by its sha256; a yes counts once, by one row that changes once. No plugin
and no agent can answer, whatever it holds.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
import time
import uuid
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from hub.approvals import calling
from hub.approvals.approval import Approval, Done, Failed, Outcome, Pending, Refused, visible
from hub.approvals.audit import Record, records
from hub.approvals.digest import canonical, digest
from hub.approvals.grants import Decided, Grants, TooMany
from hub.auth.roles import allows, require
from hub.auth.sessions import Person
from hub.errors import HubError
from hub.events.approvals import ApprovalAnswered, ApprovalAsked, ApprovalExpired, ToolRefused
from hub.plugin import acting
from hub.plugin.hookspecs import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from hub.approvals.judge import Judge
    from hub.conversation.tools import Tool, Tools
    from hub.events import Bus
    from hub.store.database import Database

    Tell = Callable[[Approval, Outcome], Awaitable[None]]

log = structlog.get_logger(__name__)

EXPIRE_S = 600.0
RUN_S = 60.0
MOST_CHARS = 8_000
"""Of the arguments, as canonical JSON: nobody reads more than that before a yes."""

MOST_OUTCOME = 500
MOST_SAID = 2_000
STOP_S = 2.0
_READ = "read"


class Gate:
    """`hub.gate`. ``version`` returns that of a tool's owner; ``clock`` Unix seconds, ``ticks`` monotonic.

    ``known`` returns the role of who is signed in, as far as that is known at once; to answer, and to run
    what was asked for, the database is asked. ``tell`` is awaited with what became of an approval that a talk
    asked for.
    """

    def __init__(
        self,
        core: Database,
        bus: Bus,
        tools: Tools,
        judge: Judge,
        *,
        version: Callable[[str], str] = lambda _owner: "",
        known: Callable[[str], str] = lambda _person: "",
        expire_s: float = EXPIRE_S,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._core, self._bus, self._tools, self._judge = core, bus, tools, judge
        self._grants = Grants(core)
        self._version, self._expire_s, self._clock, self._ticks = version, expire_s, clock, ticks
        self._known = known
        self._ends: dict[str, float] = {}
        self._runs: set[asyncio.Task[Any]] = set()
        self._unsaid: list[tuple[str, tuple[str, ...]]] = []
        self._asked = asyncio.Event()
        self._attempts: set[tuple[str, str]] = set()
        self.tell: Tell | None = None

    # -- life ----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Close what an earlier process left half-done: a grant that was used is never used again."""
        lost = await self._grants.lose(self._clock())
        for each in lost:
            self._publish_answer(each, "lost")
            self._later(self._tell(each, Failed(each.outcome, each.fix)))
        await self._expire()
        await self._grants.trim()

    async def keep(self) -> None:
        """Expire what nobody answers, at its time, until cancelled."""
        while True:
            self._asked.clear()
            try:
                end = await self._grants.next_end()
                wait = None if end is None else min(30.0, max(0.05, end - self._clock()))
                try:
                    await asyncio.wait_for(self._asked.wait(), wait)
                except TimeoutError:
                    await self._expire()
            except HubError as error:  # a full disk: nothing is let through meanwhile
                log.warning("approvals not expired", reason=str(error))
                await asyncio.sleep(5)

    async def close(self) -> None:
        """Let what runs come to its end for a moment; what does not is told as lost at the next start."""
        if self._runs:
            await asyncio.wait(self._runs, timeout=STOP_S)
        for run in tuple(self._runs):
            run.cancel()

    # -- ask -----------------------------------------------------------------------------------------------

    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        person: str = "",
        talk: str = "",
        read: str = "",
        ask: bool = False,
    ) -> Outcome:
        """Run a tool that only reads; let one that does more wait for a person. Never raises for a refusal.

        ``person``: the id of whom it is done for, "" for the hub itself, which only the owner may allow.
        ``read``: what a language model that asks had read before; ``ask``: wait even with what only reads.
        """
        found = self._tools.get(tool)
        if found is None:
            return Refused(f"There is no tool {tool[:48]!r}.", fix="Ask for the list of tools.")
        try:
            call = self._bound(found, canonical(dict(arguments)), person, talk, acting.current.get(), read)
            found.check(_plain(call))
        except HubError as error:
            return Refused(str(error), error.fix)
        refusal = await self._standing(person) or await self._judge.before(call)
        if refusal:
            return await self._refused(call, refusal)
        if call.risk == _READ and not ask:
            return await self._run(found, call)
        return await self._wait(found, call)

    async def judge(self, call: Call) -> Refused | None:
        """Return why ``call`` may not even be asked for, or None: the decision alone."""
        return await self._standing(call.person) or await self._judge.before(call)

    async def bars(self, person: str) -> Refused | None:
        """Return why somebody may call no tools at all, or None."""
        return await self._standing(person)

    async def _standing(self, person: str, *, fresh: bool = False) -> Refused | None:
        """Return why somebody may call no tools; ``fresh``: by the database, whatever is known."""
        if not person:
            return None
        role = ("" if fresh else self._known(person)) or await self._grants.role(person)
        if allows(Person(person, "", role), "call tools"):
            return None
        if role == "device":
            return Refused("Anyone could be asking here.", fix="Ask me from a device of your own.")
        return Refused("You may talk, but not use tools.", fix="Ask the owner of this hub.")

    async def _wait(self, tool: Tool, call: Call) -> Outcome:
        now = self._clock()
        wanted = Approval(
            call.id, call.digest, call.tool, call.owner, self._version(call.owner), call.risk, tool.about,
            _plain(call), call.person, call.talk, acting.current.get(), now, now + self._expire_s,
            read=call.read,
        )  # fmt: skip
        try:
            approval = await self._grants.ask(wanted)
        except TooMany:
            return await self._refused(
                call, Refused("Too much waits for an answer already.", fix="Answer that first.")
            )
        if approval.id == wanted.id:
            self._ends[approval.id] = self._ticks() + self._expire_s
            self._asked.set()
            self._bus.publish(ApprovalAsked(**_about(approval), expires=approval.expires))
        return Pending(approval)

    def _bound(  # noqa: PLR0917  one call
        self, tool: Tool, arguments: str, person: str, talk: str, plugin: str, read: str = ""
    ) -> Call:
        """Return the call with its digest over all that decides what will happen.

        ``arguments`` in canonical JSON: whoever handed them in keeps no hold on what will run.
        """
        if len(arguments) > MOST_CHARS:
            raise HubError(f"{tool.name}: that is too long to be agreed to.", fix="Do it in smaller steps.")
        given = orjson.loads(arguments)
        over = {
            "arguments": given, "owner": tool.owner, "person": person, "plugin": plugin, "risk": tool.risk,
            "schema": tool.fingerprint, "talk": talk, "tool": tool.name,
            "version": self._version(tool.owner),
        } | ({"read": read} if read else {})  # fmt: skip
        return Call(
            uuid.uuid4().hex, tool.name, tool.owner, _frozen(given), tool.risk, digest(over), person, talk,
            read,
        )  # fmt: skip

    # -- answer --------------------------------------------------------------------------------------------

    async def approve(self, id: str, digest: str, principal: Person | None) -> Outcome:  # noqa: A002
        """Take a person's yes to exactly ``digest``, run it, and return how it went.

        Raises `Forbidden` or `HubError` for whoever may not answer; returns `Refused` when it cannot be
        run any more. Of any number of callers at once one runs it. Cancelled, it still runs to its end.
        """
        person = await self._person(id, principal)
        return await self._to_the_end(self._approve(id, digest, person))

    async def deny(self, id: str, principal: Person | None, digest: str = "") -> Outcome:  # noqa: A002
        """Take a person's no. Raises and returns as `approve`; `Refused` says that it will not be done."""
        person = await self._person(id, principal)
        return await self._to_the_end(self._deny(id, digest or None, person))

    async def waiting(self, person: Person | None) -> list[Approval]:
        """Return what ``person`` may answer, the oldest first: all for the owner, their own for others."""
        if not allows(person, "answer approvals") or person is None:
            return []
        found = await self._grants.waiting(None if person.role == "owner" else person.id, self._clock())
        return [each for each in found if not self._late(each)]

    async def history(self, count: int = 50, person: Person | None = None) -> list[Approval]:
        """Return the latest answered or expired, newest first: all for the owner or nobody in particular."""
        own = person is not None and person.role != "owner"
        return await self._grants.history(count, person.id if person and own else None)

    async def find(self, id: str, person: Person | None) -> Approval | None:  # noqa: A002
        """Return an approval that ``person`` may see."""
        found = await self._grants.find(id) if allows(person, "answer approvals") else None
        mine = found and person and (person.role == "owner" or found.person == person.id)
        return found if mine else None

    async def audit(self, after: int = 0, limit: int = 100) -> list[tuple[int, Record]]:
        """Return what happened here after a serial, oldest first: for whoever seals it."""
        return await records(self._core, after, limit)

    async def forget(
        self, *, person: str = "", talk: str = "", before: float | None = None, topics: tuple[str, ...] = ()
    ) -> int:
        """Destroy approvals, see `Grants.forget`; return how many; what runs, once it ended."""
        if topics and self._runs:
            self._unsaid.append((person, topics))
        return await self._grants.forget(person=person, talk=talk, before=before, topics=topics)

    async def _person(self, id: str, principal: Person | None) -> Person:  # noqa: A002
        """Return who answers. Raises for plugins, agents, shared devices, guests and strangers."""
        if plugin := acting.current.get():
            await self._forbidden(id, plugin)
            raise HubError("Only a person can answer that.", fix="Answer it on the approvals page.")
        return require(principal if isinstance(principal, Person) else None, "answer approvals")

    async def _forbidden(self, id: str, plugin: str) -> None:  # noqa: A002
        """Note that a plugin tried to answer; once each, so that trying fills no disk."""
        log.warning("a plugin tried to answer an approval", plugin=plugin, approval=id[:32])
        found = await self._grants.find(id)
        if found is None or (plugin, id) in self._attempts:
            return
        self._attempts.add((plugin, id))
        reason = f"{plugin} tried to answer it itself."
        self._bus.publish(ToolRefused(tool=found.tool, owner=found.owner, reason=reason))
        await self._grants.note(
            Record(
                self._clock(), "forbidden", found.id, found.digest, found.tool, found.owner, found.risk,
                found.person, plugin,
            )
        )  # fmt: skip

    async def _approve(self, id: str, shown: str, person: Person) -> Outcome:  # noqa: A002
        try:
            found = await self._own(id, shown, person)
            tool, call = self._again(found)
        except _No as no:
            return no.refused
        refusal = await self._standing(call.person, fresh=True) or await self._judge.before(call)
        if refusal:
            return await self._refused(call, refusal)
        taken = await self._grants.consume(id, found.digest, person.id, self._clock())
        if not taken.counted or taken.approval is None:
            return _not_counted(taken)
        self._ends.pop(id, None)
        outcome = await self._run(tool, call)
        await self._finish(taken.approval, outcome)
        return outcome

    async def _deny(self, id: str, shown: str | None, person: Person) -> Outcome:  # noqa: A002
        try:
            found = await self._own(id, shown, person)
        except _No as no:
            return no.refused
        taken = await self._grants.deny(id, found.digest, person.id, self._clock())
        if not taken.counted or taken.approval is None:
            return _not_counted(taken)
        self._ends.pop(id, None)
        self._publish_answer(taken.approval, "denied")
        refused = Refused("It was not done: the answer was no.", fix="Ask again if that was a mistake.")
        self._later(self._tell(taken.approval, refused))
        return refused

    async def _own(self, id: str, shown: str | None, person: Person) -> Approval:  # noqa: A002
        """Return what ``person`` answers. Raises `_No` when it is not theirs, or not what they were shown."""
        found = await self._grants.find(id)
        if found is None or (person.role != "owner" and found.person != person.id):
            raise _No(_unknown())
        if shown is not None and not hmac.compare_digest(
            found.digest.encode(), str(shown).encode("utf-8", "replace")
        ):
            raise _No(Refused("That is not what you were shown.", fix="Look at it again, then answer."))
        return found

    def _again(self, found: Approval) -> tuple[Tool, Call]:
        """Return what would run now. Raises `_No` when it is too late, or not what was asked for then."""
        if found.state != "waiting" or self._late(found):
            raise _No(_over(found))
        tool = self._tools.get(found.tool)
        if tool is None:
            raise _No(Refused(f"The tool {found.tool} is not there now.", fix=f"Start {found.owner}."))
        try:
            call = self._bound(
                tool, canonical(dict(found.arguments)), found.person, found.talk, found.plugin, found.read
            )
        except HubError as error:
            raise _No(Refused(str(error), error.fix)) from error
        if not hmac.compare_digest(call.digest, found.digest):
            raise _No(Refused(f"{found.tool} has changed since I asked.", fix="Ask for it anew."))
        return tool, dataclasses.replace(call, id=found.id)

    # -- run -----------------------------------------------------------------------------------------------

    async def _run(self, tool: Tool, call: Call) -> Outcome:
        """Run what was let through, and tell the recorders. What the tool raises is a `Failed`."""
        outcome, error = await _timed(self._tools.perform(tool, call, _plain(call)), tool.name)
        heard = outcome.result if isinstance(outcome, Done) else error
        await self._judge.after(call, heard)
        return outcome

    async def _finish(self, approval: Approval, outcome: Outcome) -> None:
        done = isinstance(outcome, Done)
        said = spoken(outcome)[:MOST_OUTCOME]
        fix = outcome.fix if isinstance(outcome, Refused) else ""
        ended = None
        try:
            ended = await self._grants.finish(
                approval.id, "done" if done else "failed", said, fix, self._clock()
            )
        except HubError as error:  # it was done all the same; at the next start it is told as lost
            log.warning("outcome not stored", approval=approval.id, reason=str(error))
        self._publish_answer(ended or approval, "done" if done else "failed")
        self._later(self._tell(ended or approval, outcome))
        await self._unsay()

    async def _unsay(self) -> None:
        """Destroy what was to be forgotten while it ran; what still runs then does the same."""
        for person, topics in tuple(self._unsaid):
            try:
                await self._grants.forget(person=person, topics=topics)
            except HubError as error:
                log.warning("approvals not forgotten", reason=str(error), fix=error.fix)

    async def _to_the_end(self, work: Awaitable[Outcome]) -> Outcome:
        """Await ``work``, which goes on when whoever asked goes away."""
        run = asyncio.ensure_future(work)
        self._runs.add(run)
        run.add_done_callback(self._ended)
        return await asyncio.shield(run)

    def _later(self, work: Awaitable[None]) -> None:
        run = asyncio.ensure_future(work)
        self._runs.add(run)
        run.add_done_callback(self._ended)

    def _ended(self, run: asyncio.Task[Any]) -> None:
        self._runs.discard(run)
        if not self._runs:
            self._unsaid.clear()
        if not run.cancelled() and (error := run.exception()):
            log.warning("approval not settled", reason=repr(error))

    # -- tell ----------------------------------------------------------------------------------------------

    async def _tell(self, approval: Approval, outcome: Outcome) -> None:
        if self.tell and approval.talk:
            await self.tell(approval, outcome)

    async def _refused(self, call: Call, refusal: Refused) -> Refused:
        self._bus.publish(
            ToolRefused(tool=call.tool, owner=call.owner, reason=refusal.reason, fix=refusal.fix)
        )
        if call.risk != _READ:
            await self._grants.note(
                Record(
                    self._clock(), "refused", "", call.digest, call.tool, call.owner, call.risk, call.person,
                    acting.current.get() or call.person,
                )  # without the reason: a plugin's may quote the call
            )  # fmt: skip
        return refusal

    def _publish_answer(self, one: Approval, outcome: Any) -> None:
        said = ApprovalAnswered(**_about(one), outcome=outcome, by=one.by, reason=one.fix)
        self._bus.publish(said)

    def _late(self, one: Approval) -> bool:
        """Say whether its time is over by the clock that nobody can set, too."""
        return self._ticks() >= self._ends.get(one.id, float("inf")) or self._clock() >= one.expires

    async def _expire(self) -> None:
        late = [id_ for id_, end in self._ends.items() if self._ticks() >= end]
        for each in await self._grants.expire(self._clock(), late):
            self._ends.pop(each.id, None)
            self._bus.publish(ApprovalExpired(**_about(each)))
            self._later(self._tell(each, _over(each)))


class _No(Exception):  # noqa: N818  an answer
    """It cannot be answered, and why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


def spoken(outcome: Outcome) -> str:
    """Return what an outcome says, for a person."""
    if isinstance(outcome, Refused):
        return f"{outcome.reason} {outcome.fix}".strip()
    if isinstance(outcome, Pending):
        return f"I need your yes first. {outcome.approval.consequence}"
    result = outcome.result
    if result is None or result == "":
        return "Done."
    if isinstance(result, str):
        return result
    try:
        return orjson.dumps(result, default=str).decode()
    except (TypeError, ValueError):
        return str(result)


def aftermath(approval: Approval, outcome: Outcome) -> str:
    """Return what to say in the talk that asked, once it was answered: the result, or why there is none."""
    said = spoken(outcome)[:MOST_SAID]
    if isinstance(outcome, Done):
        return said
    return f"{visible(approval.about).rstrip('.') or approval.tool}: {said[:1].lower()}{said[1:]}"


async def _timed(work: Awaitable[Any], name: str) -> tuple[Outcome, BaseException | None]:
    """Return how ``work`` ended, in `RUN_S` at most; one that does not stop is left behind."""
    task = asyncio.ensure_future(_caught(work))
    try:
        done, _ = await asyncio.wait({task}, timeout=RUN_S)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        late = HubError(f"{name} took longer than {RUN_S:g} s.", fix="See whether it was done.")
        return Failed(str(late), late.fix, late), late
    return task.result()


async def _caught(work: Awaitable[Any]) -> tuple[Outcome, BaseException | None]:
    try:
        return Done(await work), None
    except HubError as error:
        return Failed(str(error), error.fix, error), error
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        stopped = HubError("It stopped itself.", fix="Tell its author.")
        return Failed(str(stopped), stopped.fix, stopped), stopped
    except BaseException as error:  # sys.exit in a tool must not end the hub
        log.exception("tool failed")
        wrong = HubError(f"It went wrong: {type(error).__name__}.", fix="See the log for why.")
        wrong.__cause__ = error
        return Failed(str(wrong), wrong.fix, wrong), wrong


def _about(one: Approval) -> dict[str, Any]:
    return {
        "approval": one.id, "tool": one.tool, "owner": one.owner, "risk": one.risk, "person": one.person,
    }  # fmt: skip


def _unknown() -> Refused:
    return Refused("There is no such approval.", fix="Look at the list again.")


def _not_counted(taken: Decided) -> Refused:
    if taken.stranger:
        return Refused("Only a person of this hub can answer.", fix="Sign in again.")
    return _over(taken.approval) if taken.approval else _unknown()


_OVER = {
    "running": "It is being done.",
    "done": "It is done already.",
    "failed": "It was tried already, and went wrong.",
    "denied": "The answer was no.",
    "lost": "I was stopped while I did it.",
}


def _over(one: Approval) -> Refused:
    said = _OVER.get(one.state, "The time to answer is over.")
    return Refused(said, fix=one.fix or "Ask again if you still want it.")


def _frozen(value: Any) -> Any:
    """Return JSON that nobody can change: what one plugin sees, the next one sees too."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _plain(call: Call) -> dict[str, Any]:
    """Return the arguments of ``call`` as fresh JSON."""
    return {key: _thawed(value) for key, value in call.arguments.items()}


def _thawed(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return {key: _thawed(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_thawed(item) for item in value]
    return value


__all__ = ["Gate", "calling", "spoken"]
