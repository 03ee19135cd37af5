"""Choose the tools that a language model is told of: those this person may call, as far as there is room."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hub.conversation.mediation.sanitiser import sanitise
from hub.llm.provider import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.conversation.tools import Tool, Tools

MOST = 48
"""A model that is told of more chooses worse."""

_MOST_ABOUT = 300
_CHARS_PER_TOKEN = 3.6
_SHARE = 3
"""At most one part in so many of a provider's room."""

_WORD = re.compile(r"[a-z]{3,}")


class Offered:
    """The tools of one turn, in an order that does not change: a provider can keep them evaluated."""

    def __init__(self, specs: Sequence[ToolSpec] = (), words: str = "") -> None:
        self._said = frozenset(_WORD.findall(words.lower()))
        self.all = tuple(sorted(self._first(specs, MOST), key=lambda spec: spec.name))
        self.names = frozenset(spec.name for spec in self.all)
        self._costs = {spec.name: cost(spec) for spec in self.all}

    def fitting(self, room: int) -> tuple[ToolSpec, ...]:
        """Return those that fit into ``room``, tokens of a whole prompt; the most apt when not all do."""
        left = room // _SHARE
        if sum(self._costs.values()) <= left:
            return self.all
        chosen = set()
        for spec in self._first(self.all, MOST):
            if self._costs[spec.name] <= left:
                left -= self._costs[spec.name]
                chosen.add(spec.name)
        return tuple(spec for spec in self.all if spec.name in chosen)

    def cost(self, specs: Sequence[ToolSpec]) -> int:
        """Return the tokens, estimated, that telling of ``specs`` takes."""
        return sum(self._costs[spec.name] for spec in specs)

    def _first(self, specs: Sequence[ToolSpec], count: int) -> list[ToolSpec]:
        """Return the ``count`` that share most words with what was said."""
        if len(specs) <= count and count >= MOST and not self._said:
            return [*specs]
        apt = sorted(specs, key=lambda spec: -len(self._said & _words(spec)))
        return apt[:count]


def offer(tools: Tools, words: str = "") -> Offered:
    """Return what is offered of ``tools`` to whoever may call tools."""
    return Offered([_spec(tool) for tool in tools], words)


def cost(spec: ToolSpec) -> int:
    """Estimate the tokens that it takes to tell of a tool."""
    return int((len(spec.name) + len(spec.about) + len(json.dumps(spec.schema))) / _CHARS_PER_TOKEN) + 12


def _spec(tool: Tool) -> ToolSpec:
    return ToolSpec(tool.name, sanitise(tool.about, _MOST_ABOUT), tool.schema)


def _words(spec: ToolSpec) -> frozenset[str]:
    return frozenset(_WORD.findall(f"{spec.name.replace('_', ' ')} {spec.about}".lower()))
