"""Remember for ten minutes what was answered to harmless questions that have only one answer."""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.llm.provider import Request

KEPT_S = 600.0
MOST, LONGEST = 256, 20_000
"""Answers that are remembered, and characters of the longest."""

_ROLES = {"system", "user", "assistant"}
_OWN = re.compile(
    r"\b(?:i|i'm|i've|i'd|me|my|mine|myself|we|us|our|ours|you|your|here|there|ich|mich|mir|mein\w*|wir|uns\w*|du|dein\w*"
    r"|now|today|tonight|tomorrow|yesterday|current|currently|latest|recent|recently|news|weather|time|date|still"
    r"|yet|ago|next|last|jetzt|heute|morgen|gestern|aktuell\w*|neueste\w*|wetter|again|random|another|else)\b",
    re.IGNORECASE,
)
"""Words of questions that mean somebody, somewhere or some time: their answer is for once."""


class Replies:
    """The `hub.llm.stations.Cache` of the hub. ``finds`` returns what is private in a text."""

    def __init__(
        self, finds: Callable[[str], Sequence[object]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._finds, self._clock = finds, clock
        self._kept: OrderedDict[bytes, tuple[float, str]] = OrderedDict()
        self.hits = 0
        """How often something was told again, since the start."""

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, name: str, request: Request) -> str | None:
        """Return what the provider of that name answered to the same request of the same person."""
        if not self._kept or not _fixed(request):
            return None
        key = _key(name, request)
        until, answer = self._kept.get(key, (0.0, ""))
        if until <= self._clock():
            self._kept.pop(key, None)
            return None
        self.hits += 1
        return answer

    def keep(self, name: str, request: Request, answer: str) -> None:
        """Remember a whole answer, if it is one that may be told again."""
        if not answer or len(answer) > LONGEST or not _fixed(request) or not self._harmless(request, answer):
            return
        key = _key(name, request)
        self._kept[key] = (self._clock() + KEPT_S, answer)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """Forget all of them."""
        self._kept.clear()

    def _harmless(self, request: Request, answer: str) -> bool:
        said = [one.text for one in request.messages if one.role != "system"]
        return (
            bool(said)
            and not any(_OWN.search(text) or self._finds(text) for text in said)
            and not (self._finds(answer))
        )


def _fixed(request: Request) -> bool:
    """Say whether a request asks for the one likeliest answer, and for words alone."""
    return (
        request.temperature == 0
        and not request.tools
        and not request.prefix
        and not request.speculative
        and all(one.role in _ROLES and not one.calls for one in request.messages)
    )


def _key(name: str, request: Request) -> bytes:
    """Return what stands for a request: no word of it can be read from that."""
    made = hashlib.blake2b(digest_size=20)
    told = [name, request.person, str(request.max_tokens), request.think, request.tier]
    told += [part for one in request.messages for part in (one.role, one.text)]
    for part in told:
        raw = part.encode("utf-8", "surrogatepass")
        made.update(len(raw).to_bytes(8, "big") + raw)
    return made.digest()
