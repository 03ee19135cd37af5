"""Choose the tools that a language model is told of: those this person may call, as far as there is room."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hub.conversation.mediation.sanitiser import sanitise
from hub.llm.provider import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.conversation.tools import Tool

MOST = 48
"""A model that is told of more chooses worse."""

_MOST_ABOUT = 300
_CHARS_PER_TOKEN = 3.6
_SHARE = 3
"""At most one part in so many of a provider's room."""

_MOST_DEEP = 24
_WORD = re.compile(r"[a-z]{3,}")


class Offered:
    """The tools of one turn, in an order that does not change: a provider can keep them evaluated."""

    def __init__(
        self, specs: Sequence[ToolSpec] = (), words: str = "", costs: Mapping[str, int] | None = None
    ) -> None:
        self._said = frozenset(_WORD.findall(words.lower()))
        chosen = specs if len(specs) <= MOST else self._apt(specs)[:MOST]
        self.all = tuple(sorted(chosen, key=lambda spec: spec.name))
        self.names = frozenset(spec.name for spec in self.all)
        self._costs = costs if costs is not None else {spec.name: cost(spec) for spec in self.all}

    def fitting(self, room: int) -> tuple[ToolSpec, ...]:
        """Return those that fit into ``room``, tokens of a whole prompt; the most apt when not all do."""
        left = room // _SHARE
        if self.cost(self.all) <= left:
            return self.all
        chosen = set()
        for spec in self._apt(self.all):
            if self._costs[spec.name] <= left:
                left -= self._costs[spec.name]
                chosen.add(spec.name)
        return tuple(spec for spec in self.all if spec.name in chosen)

    def cost(self, specs: Sequence[ToolSpec]) -> int:
        """Return the tokens, estimated, that telling of ``specs`` takes."""
        return sum(self._costs[spec.name] for spec in specs)

    def _apt(self, specs: Sequence[ToolSpec]) -> list[ToolSpec]:
        """Return ``specs``, those first that share most words with what was said."""
        return sorted(specs, key=lambda spec: -len(self._said & _words(spec)))


class Catalogue:
    """What models are told of each tool, made once: its makers' words are cleaned like all others'."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Tool, ToolSpec, int]] = {}

    def offer(self, tools: Iterable[Tool], words: str = "") -> Offered:
        """Return what is offered of ``tools`` to whoever may call tools, for a question in ``words``."""
        known = {tool.name: self._about(tool) for tool in tools}
        self._known = known
        costs = {name: cost for name, (_, _, cost) in known.items()}
        return Offered([spec for _, spec, _ in known.values()], words, costs)

    def _about(self, tool: Tool) -> tuple[Tool, ToolSpec, int]:
        known = self._known.get(tool.name)
        if known and known[0] is tool:
            return known
        spec = ToolSpec(tool.name, sanitise(tool.about, _MOST_ABOUT), _clean(tool.schema))
        return tool, spec, cost(spec)


def cost(spec: ToolSpec) -> int:
    """Estimate the tokens that it takes to tell of a tool."""
    return int((len(spec.name) + len(spec.about) + len(json.dumps(spec.schema))) / _CHARS_PER_TOKEN) + 12


def _clean(schema: Any, deep: int = 0) -> Any:
    """Return a schema whose descriptions and titles are cleaned; what else it says stays as it is."""
    if isinstance(schema, dict):
        return (
            {}
            if deep > _MOST_DEEP
            else {
                key: sanitise(value, _MOST_ABOUT)
                if key in {"description", "title"} and isinstance(value, str)
                else _clean(value, deep + 1)
                for key, value in schema.items()
            }
        )
    if isinstance(schema, list):
        return [_clean(item, deep + 1) for item in schema]
    return schema


def _words(spec: ToolSpec) -> frozenset[str]:
    return frozenset(_WORD.findall(f"{spec.name.replace('_', ' ')} {spec.about}".lower()))
