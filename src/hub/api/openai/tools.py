"""Check the tools that a client offers: names, and JSON Schemas that every model's server can take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from hub.api.openai.errors import wrong
from hub.llm.provider import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 128
"""Tools of one request."""

LARGEST = 1 << 16
"""Bytes of one tool's schema."""

DEEPEST = 32
"""How deep a schema may be."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def spec(name: str, about: str | None, schema: dict[str, Any] | None, at: str) -> ToolSpec:
    """Return the tool ``name``; ``at``: where it stands in the request. Raises `Refused`."""
    if not NAME.fullmatch(name):
        raise wrong(
            f"{at}.name", "That is no name for a tool.", "Use up to 64 letters, digits, dashes, underscores."
        )
    return ToolSpec(name, about or "", _checked(schema or {}, f"{at}.parameters"))


def check_names(tools: Sequence[ToolSpec]) -> None:
    """Raise `Refused` for too many tools, or two of one name."""
    if len(tools) > MOST:
        raise wrong("tools", f"There are {len(tools)} tools.", f"Send at most {MOST}.")
    names = [tool.name for tool in tools]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise wrong(f"tools.{place}", f"Two tools are called {name}.", "Give each its own name.")


def _checked(schema: dict[str, Any], at: str) -> dict[str, Any]:
    if schema.get("type", "object") != "object":
        raise wrong(f"{at}.type", "The arguments of a tool are an object.", 'Say "type": "object".')
    if not isinstance(schema.get("properties", {}), dict):
        raise wrong(f"{at}.properties", "The properties of an object are an object.", "Name each of them.")
    try:
        size = len(orjson.dumps(schema))
    except (TypeError, ValueError, RecursionError):  # numbers beyond 64 bits; deeper than it looks
        raise wrong(
            at, "That schema cannot be passed on.", "Use plain JSON, with numbers of at most 64 bits."
        ) from None
    if size > LARGEST:
        raise wrong(at, f"That schema has {size:,} bytes.", f"Describe the tool in at most {LARGEST:,}.")
    if _is_deeper(schema, DEEPEST):
        raise wrong(at, "That schema is too deep.", f"Nest at most {DEEPEST} levels.")
    return schema if "type" in schema else {"type": "object", "properties": {}, **schema}


def _is_deeper(value: Any, than: int) -> bool:
    """Say whether collections lie deeper than so in each other, without recursion."""
    level = [value]
    for _ in range(than):
        level = [inner for one in level for inner in _within(one)]
        if not level:
            return False
    return True


def _within(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in inner if isinstance(one, dict | list)]
