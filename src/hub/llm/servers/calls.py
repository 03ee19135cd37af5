"""Put the calls of tools together that an answer brings in parts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.llm.provider import ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 64


class Calls:
    """The calls of one answer, in the order in which they began; OpenAI's format and how servers bend it."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[object, _Call] = {}
        self.size = 0
        """Characters of all arguments."""

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, told: object) -> bool:
        """Take the ``tool_calls`` of a chunk; return whether there were any."""
        parts = [part for part in told if isinstance(part, dict)] if isinstance(told, list) else []
        for place, part in enumerate(parts):
            self._add(part, part.get("index", place))
        return bool(parts)

    def whole(self) -> Iterator[ToolCall]:
        """Yield them; one without a name is none."""
        for number, call in enumerate(self._calls):
            if call.name:
                yield ToolCall(call.id or f"call_{number}", call.name, "".join(call.arguments) or "{}")

    def torn(self) -> bool:
        """Say whether the last one's arguments are not whole: the answer ended within them."""
        try:
            json.loads("".join(self._calls[-1].arguments) or "{}")
        except (ValueError, RecursionError):
            return True
        return False

    def _add(self, part: dict[str, Any], index: object) -> None:
        about = part.get("function")
        about = about if isinstance(about, dict) else {}
        name, id_ = _words(about.get("name")), _words(part.get("id"))
        call = self._by_index.get(index if isinstance(index, int) else 0)
        # Some servers give all their calls the same index, and a new id.
        if call is None or (name and id_ and call.id and id_ != call.id):
            if len(self._calls) >= _MOST:
                return
            call = self._by_index[index if isinstance(index, int) else 0] = _Call()
            self._calls.append(call)
        call.id = call.id or id_
        call.name = call.name or name
        arguments = about.get("arguments")
        if isinstance(arguments, dict):  # whole and unpacked
            arguments = json.dumps(arguments)
        if isinstance(arguments, str):
            call.arguments.append(arguments)
            self.size += len(arguments)


class _Call:
    __slots__ = ("arguments", "id", "name")

    def __init__(self) -> None:
        self.id = self.name = ""
        self.arguments: list[str] = []


def _words(told: object) -> str:
    return told[:200] if isinstance(told, str) else ""
