"""The tools that may be called in a talk: what each takes, and how much harm it could do."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import re
import time
import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from hub.approvals import calling
from hub.approvals.approval import Approval, Failed, Pending, Refused
from hub.errors import HubError
from hub.events import ToolCalled, ToolCallIntent, ToolCallResult
from hub.llm.provider import Held
from hub.plugin.acting import acting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hub.approvals.gate import Gate
    from hub.events import Bus
    from hub.plugin.hookspecs import Call, Risk

_NAME = re.compile(r"^[a-z_]{1,48}$")  # S0-46
_RISKS = ("read", "write", "danger")
MOST_TOLD = 2_000
"""Characters of a result that the bus is told (S0-44)."""

CORE = "hub"
"""The owner of the tools that come with the hub itself."""


class Waiting(Held):
    """The call waits for a person's yes; it will be done after that, not before. ``status``: as HTTP's."""

    status = 202

    def __init__(self, approval: Approval) -> None:
        # the page that shows a talk shows its question, too: nobody who looks at it is sent away
        place = "on my page" if approval.talk else "on the approvals page"
        super().__init__(f"I need your yes first. {approval.consequence}", fix=f"Answer it {place}.")
        self.approval, self.waits = approval, approval.id


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that may be called by name. ``schema``: JSON Schema of its arguments.

    ``fingerprint``: sha256 of that, in hex; ``bind`` returns checked arguments without running anything.
    """

    name: str
    owner: str
    about: str
    risk: Risk
    run: Callable[..., Any]
    schema: dict[str, Any]
    fingerprint: str
    bind: Callable[[Mapping[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Raise `HubError` when ``arguments`` do not fit."""
        self.bind(arguments)


class Tools:
    """All tools, by name. Every call goes through ``gate``; without one, only what reads is run."""

    def __init__(self, bus: Bus | None = None) -> None:
        self._all: dict[str, Tool] = {}
        self._bus = bus
        self._later: list[Callable[[Tools], None]] = []
        self.gate: Gate | None = None

    def __iter__(self) -> Iterator[Tool]:
        self._settle()
        return iter(self._all.values())

    def get(self, name: str) -> Tool | None:
        """Return the tool of that name."""
        self._settle()
        return self._all.get(name)

    def later(self, offer: Callable[[Tools], None]) -> None:
        """Let ``offer`` add tools once they are looked at: schemas are not for the first page's path."""
        self._later.append(offer)

    def _settle(self) -> None:
        while self._later:
            self._later.pop(0)(self)

    def add(self, owner: str, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Add ``run``. Raises `HubError` for a bad or taken name or risk, or types that have no schema."""
        self._settle()
        name = name or getattr(run, "__name__", "")
        if not _NAME.match(name):
            raise HubError(f"{name!r} is no name for a tool.", fix="Use small letters and underscores.")
        if type(risk) is not str or risk not in _RISKS:  # what is no plain word may compare as it likes
            raise HubError(f"{name}: {risk!r} is no risk.", fix=f"Say one of {', '.join(_RISKS)}.")
        if name in self._all:
            raise HubError(
                f"The tool {name} is already {self._all[name].owner}'s.", fix="Choose another name."
            )
        about = (inspect.getdoc(run) or "").split("\n", 1)[0]
        typed = _typed(name, run)
        schema = typed.json_schema()
        print_ = hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
        self._all[name] = Tool(name, owner, about, risk, run, schema, print_, _binder(name, typed))

    def drop(self, owner: str) -> None:
        """Take away all tools of ``owner``."""
        self._all = {name: tool for name, tool in self._all.items() if tool.owner != owner}

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        person: str = "",
        talk: str = "",
        read: str = "",
        ask: bool = False,
    ) -> Any:
        """Call a tool through the gate and return its result; ``read`` and ``ask`` as `Gate.call` has them.

        Raises `Waiting` when a person must say yes first, and `HubError` when it is refused or goes wrong.
        """
        if not talk or self._bus is None:
            return await self._call(name, arguments, person=person, talk=talk, read=read, ask=ask)
        id_ = uuid.uuid4().hex
        about = {"id": id_, "conversation": talk}
        self._bus.publish(ToolCallIntent(tool=name, arguments=dict(arguments), **about))
        try:
            result = await self._call(name, arguments, person=person, talk=talk, read=read, ask=ask)
        except HubError as error:
            self._bus.publish(ToolCallResult(success=False, error=str(error), **about))
            raise
        self._bus.publish(ToolCallResult(success=True, output=str(result)[:MOST_TOLD], **about))
        return result

    async def _call(
        self, name: str, arguments: Mapping[str, Any], *, person: str, talk: str, read: str, ask: bool
    ) -> Any:
        if self.gate is None:
            return await self._ungated(name, arguments, ask=ask)
        outcome = await self.gate.call(name, arguments, person=person, talk=talk, read=read, ask=ask)
        if isinstance(outcome, Pending):
            raise Waiting(outcome.approval)
        if isinstance(outcome, Refused):
            cause = outcome.error if isinstance(outcome, Failed) else None
            raise HubError(outcome.reason, fix=outcome.fix) from cause
        return outcome.result

    async def perform(self, tool: Tool, call: Call, arguments: Mapping[str, Any]) -> Any:
        """Run what the gate let through, as its owner. Only the gate calls this."""
        token = calling.current.set(call)
        try:
            with acting(tool.owner) if tool.owner != CORE else nullcontext():
                return await self._run(tool, arguments)
        finally:
            calling.current.reset(token)

    async def _ungated(self, name: str, arguments: Mapping[str, Any], *, ask: bool) -> Any:
        tool = self.get(name)
        if tool is None:
            raise HubError(f"There is no tool {name!r}.", fix="Ask for the list of tools.")
        if tool.risk != "read" or ask:
            raise HubError(f"{name} needs a yes, and there is no gate to ask.", fix="Restart the hub.")
        return await self._run(tool, arguments)

    async def _run(self, tool: Tool, arguments: Mapping[str, Any]) -> Any:
        began, outcome = time.monotonic(), "failed"
        try:
            args, named = tool.bind(arguments)
            result = tool.run(*args, **named)
            result = await result if inspect.isawaitable(result) else result
            outcome = "done"
            return result
        finally:
            self._tell(tool, began, outcome)

    def _tell(self, tool: Tool, began: float, outcome: Any) -> None:
        if self._bus is not None:
            ms = (time.monotonic() - began) * 1_000
            self._bus.publish(ToolCalled(tool=tool.name, owner=tool.owner, outcome=outcome, ms=ms))


def _binder(
    name: str, typed: TypeAdapter[Any]
) -> Callable[[Mapping[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]:
    def bind(arguments: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        from pydantic_core import ArgsKwargs  # noqa: PLC0415  only where a tool is called

        try:
            args, named = typed.validator.validate_python(ArgsKwargs((), dict(arguments)))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            said = f"{where}: {first['msg']}" if where else first["msg"]
            raise HubError(f"{name}: {said}.", fix="Mend the arguments.") from error
        return args, named

    return bind


def _typed(name: str, run: Callable[..., Any]) -> TypeAdapter[Any]:
    """Return pydantic's view of a function of the same signature that only returns what it is called with.

    So arguments are checked, and turned into what the types say, without anything being run.
    """

    @functools.wraps(run)
    def kept(*args: Any, **named: Any) -> Any:
        return args, named

    try:
        hints = get_type_hints(run, include_extras=True)
    except NameError as error:
        raise HubError(
            f"The tool {name} has a type that is not there: {error}.",
            fix="Import it outside of TYPE_CHECKING.",
        ) from error
    hints.pop("return", None)  # a result is taken as it comes
    kept.__annotations__ = hints
    whole: Any = kept
    return TypeAdapter(whole)
