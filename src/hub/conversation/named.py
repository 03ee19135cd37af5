"""Understand a tool's own words: ``say_hello(to)`` by "say hello to Ada", with no language model between.

The words of its name come first, then each argument by the words of its own name; the only one may come
without. So every tool of every plugin can be called offline, and by exactly what was said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hub.conversation.asked import Asked
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.conversation.tools import Tool, Tools

MOST_CHARS = 400
_POLITE = re.compile(
    r"^(?:(?:please|hey|ok(?:ay)?|can you|could you|would you|will you)\b[\s,]*)+", re.IGNORECASE
)
_YES = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


class Named(Asked):
    """The `Provider` that does so; it comes after what is computed: no plugin's tool can hide that."""

    name = "named tools"

    def understand(self, text: str) -> tuple[str, dict[str, Any]] | None:
        """Return the tool that ``text`` names, and its arguments; None for none."""
        return understand(self._tools, text)


def understand(tools: Tools, text: str) -> tuple[str, dict[str, Any]] | None:
    """Return the tool that ``text`` names, the longest first, and its arguments; None for none."""
    if len(text) > MOST_CHARS:
        return None
    said = _POLITE.sub("", text.strip()).rstrip(" .!?")
    for tool in sorted(tools, key=lambda one: -len(one.name)):
        rest = _after(tool.name, said)
        arguments = None if rest is None else _arguments(tool.schema, rest)
        if arguments is not None and _fits(tool, arguments):
            return tool.name, arguments
    return None


def _after(name: str, said: str) -> str | None:
    """Return what follows the words of ``name``; None when ``said`` does not begin with them."""
    words = r"\s+".join(re.escape(word) for word in name.split("_") if word)
    match = re.match(rf"{words}(?:[\s,:]+|$)", said, re.IGNORECASE)
    return said[match.end() :].strip() if match else None


def _arguments(schema: dict[str, Any], rest: str) -> dict[str, Any] | None:
    """Return the values in ``rest`` by argument; None when something is left over."""
    known = schema.get("properties", {})
    if not rest:
        return {}
    names = sorted(known, key=len, reverse=True)
    marks = "|".join(r"\s+".join(map(re.escape, name.split("_"))) for name in names)
    parts = re.split(rf"(?:^|\s+)({marks})\s+", f" {rest}", flags=re.IGNORECASE) if marks else [rest]
    if parts[0].strip() or len(parts) < 2:  # noqa: PLR2004  words before the first name of an argument
        return {names[0]: _value(known[names[0]], rest)} if len(names) == 1 else None
    if len(names) == 1:  # all that follows is its value, whatever words are in it
        return {names[0]: _value(known[names[0]], rest[len(parts[1]) :].strip())}
    found: dict[str, Any] = {}
    for mark, value in zip(parts[1::2], parts[2::2], strict=True):
        name = "_".join(mark.lower().split())
        if name in found or not value.strip():
            return None
        found[name] = _value(known[name], value.strip())
    return found


def _value(schema: dict[str, Any], said: str) -> Any:
    """Read a value as its schema has it; what cannot be read stays text, for the tool to refuse."""
    try:
        match schema.get("type"):
            case "integer":
                return int(said)
            case "number":
                return float(said)
            case "boolean":
                return _YES.get(said.lower(), said)
    except ValueError:
        pass
    return said


def _fits(tool: Tool, arguments: dict[str, Any]) -> bool:
    try:
        tool.check(arguments)
    except HubError:
        return False
    return True
