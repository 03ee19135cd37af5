"""The tools that may be called in a talk: what each takes, and how much harm it could do."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from hub.approvals import calling
from hub.approvals.approval import Approval, Failed, Pending, Refused
from hub.errors import HubError
from hub.events import ToolCalled
from hub.plugin.acting import acting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hub.approvals.gate import Gate
    from hub.events import Bus
    from hub.plugin.hookspecs import Call, Risk

_NAME = re.compile(r"^[a-z_]{1,48}$")  # S0-46
_RISKS = ("read", "write", "danger")
CORE = "hub"
"""The owner of the tools that come with the hub itself."""


class Waiting(HubError):  # noqa: N818  a state, not a fault
    """The call waits for a person's yes; it will be done after that, and not before. ``status``: as HTTP's."""

    status = 202

    def __init__(self, approval: Approval) -> None:
        super().__init__(
            f"I need your yes first. {approval.consequence}", fix="Answer it on the approvals page."
        )
        self.approval = approval


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
        self.gate: Gate | None = None

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._all.values())

    def get(self, name: str) -> Tool | None:
        """Return the tool of that name."""
        return self._all.get(name)

    def add(self, owner: str, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Add ``run``. Raises `HubError` for a bad or taken name or risk, or types that have no schema."""
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
        schema = _typed(run).json_schema()
        print_ = hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
        self._all[name] = Tool(name, owner, about, risk, run, schema, print_, _binder(name, run))

    def drop(self, owner: str) -> None:
        """Take away all tools of ``owner``."""
        self._all = {name: tool for name, tool in self._all.items() if tool.owner != owner}

    async def call(
        self, name: str, arguments: Mapping[str, Any], *, person: str = "", talk: str = ""
    ) -> Any:
        """Call a tool through the gate and return its result.

        Raises `Waiting` when a person must say yes first, and `HubError` when it is refused or goes wrong.
        """
        if self.gate is None:
            return await self._ungated(name, arguments)
        outcome = await self.gate.call(name, arguments, person=person, talk=talk)
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

    async def _ungated(self, name: str, arguments: Mapping[str, Any]) -> Any:
        tool = self._all.get(name)
        if tool is None:
            raise HubError(f"There is no tool {name!r}.", fix="Ask for the list of tools.")
        if tool.risk != "read":
            raise HubError(f"{name} changes things, and there is no gate to ask.", fix="Restart the hub.")
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
    name: str, run: Callable[..., Any]
) -> Callable[[Mapping[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]:
    """Return what turns named arguments into those that ``run`` is called with, checked by its types."""

    @functools.wraps(run)
    def kept(*args: Any, **named: Any) -> Any:
        return args, named

    checked = _typed(kept)

    def bind(arguments: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        from pydantic_core import ArgsKwargs  # noqa: PLC0415  only where a tool is called

        try:
            args, named = checked.validator.validate_python(ArgsKwargs((), dict(arguments)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise HubError(
                f"{name}: {where}: {first['msg']}." if where else f"{name}: {first['msg']}.",
                fix="Mend the arguments.",
            ) from error
        return args, named

    return bind


def _typed(run: Callable[..., Any]) -> TypeAdapter[Any]:
    """Return pydantic's view of a function: its arguments, checked."""
    whole: Any = run
    return TypeAdapter(whole)
