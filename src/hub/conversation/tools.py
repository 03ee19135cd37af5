"""The tools that may be called in a talk: what each takes, and how much harm it could do."""

from __future__ import annotations

import inspect
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from hub.errors import HubError
from hub.events import ToolCalled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.events import Bus
    from hub.plugin.hookspecs import Risk

_NAME = re.compile(r"^[a-z_]{1,48}$")  # S0-46


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that may be called by name. ``schema``: JSON Schema of its arguments."""

    name: str
    owner: str
    about: str
    risk: Risk
    run: Callable[..., Any]
    schema: dict[str, Any]


class Tools:
    """All tools, by name."""

    def __init__(self, bus: Bus | None = None) -> None:
        self._all: dict[str, Tool] = {}
        self._bus = bus

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._all.values())

    def add(self, owner: str, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Add ``run``. Raises `HubError` for a bad or taken name, or types that have no schema."""
        name = name or getattr(run, "__name__", "")
        if not _NAME.match(name):
            raise HubError(f"{name!r} is no name for a tool.", fix="Use small letters and underscores.")
        if name in self._all:
            raise HubError(
                f"The tool {name} is already {self._all[name].owner}'s.", fix="Choose another name."
            )
        about = (inspect.getdoc(run) or "").split("\n", 1)[0]
        self._all[name] = Tool(name, owner, about, risk, run, _typed(run).json_schema())

    def drop(self, owner: str) -> None:
        """Remove the tools of ``owner``."""
        self._all = {name: tool for name, tool in self._all.items() if tool.owner != owner}

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Run a tool with checked arguments. Only read-only ones: there is no approval gate yet."""
        tool = self._all.get(name)
        if tool is None:
            raise HubError(f"There is no tool {name!r}.", fix="Ask for the list of tools.")
        if tool.risk != "read":
            raise HubError(f"{name} changes things, and nothing can approve it yet.", fix="Update the hub.")
        began, outcome = time.monotonic(), "failed"
        try:
            result = await _run(tool, arguments)
            outcome = "done"
            return result
        finally:
            self._tell(tool, began, outcome)

    def _tell(self, tool: Tool, began: float, outcome: Any) -> None:
        if self._bus is not None:
            ms = (time.monotonic() - began) * 1_000
            self._bus.publish(ToolCalled(tool=tool.name, owner=tool.owner, outcome=outcome, ms=ms))


async def _run(tool: Tool, arguments: dict[str, Any]) -> Any:
    try:
        result = _typed(tool.run).validator.validate_python(_arguments(arguments))
    except ValidationError as error:
        raise HubError(f"{tool.name}: {error.errors()[0]['msg']}.", fix="Mend the arguments.") from error
    return await result if inspect.isawaitable(result) else result


def _typed(run: Callable[..., Any]) -> TypeAdapter[Any]:
    """Return pydantic's view of a function: its arguments, checked."""
    whole: Any = run
    return TypeAdapter(whole)


def _arguments(named: dict[str, Any]) -> Any:
    from pydantic_core import ArgsKwargs  # noqa: PLC0415  only where a tool is called

    return ArgsKwargs((), named)
