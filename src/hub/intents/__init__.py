"""Exact answers: what can be computed is computed, and never left to a model that guesses.

Each module here owns one subject and lists its intents in ``INTENTS``; the first that answers wins.
A question that none of them is sure of is declined.
"""

from __future__ import annotations

import importlib
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from hub.llm.provider import Caps, Declined, Delta, Done, Piece, Probe, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.intents.intent import Intent

SUBJECTS = ("courtesy", "clock", "dates", "host", "units", "arithmetic", "play", "limits")
"""In the order in which they are asked."""

_LONGEST = 300  # characters; a longer text is a talk, not a question with one exact answer


@cache
def _intents() -> tuple[Intent, ...]:
    modules = [importlib.import_module(f"hub.intents.{subject}") for subject in SUBJECTS]
    return tuple(intent for module in modules for intent in module.INTENTS)


def answer(text: str, now: datetime | None = None) -> str | None:
    """Return the exact answer to ``text``, or None. ``now``: an aware moment, else this machine's time."""
    from hub.intents.intent import Question  # noqa: PLC0415  with the patterns, at the first question
    from hub.intents.words import plain  # noqa: PLC0415  as above

    if not text.strip() or len(text) > _LONGEST:
        return None
    now = now or local_now()
    question = Question(plain(text), text, now)
    return next((said for intent in _intents() if (said := intent.try_on(question))), None)


def local_now() -> datetime:
    """Return the time of this machine in its own zone, daylight saving included."""
    from hub.intents.zone import local_zone  # noqa: PLC0415  as above

    return datetime.now(local_zone())


class Exact:
    """The `Provider` that computes; declines what it is not sure of."""

    name = "exact"
    caps = Caps(local=True, quality="exact", prompt_tokens=400, fixed_tokens=0, title="computed")

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer the last message by itself; raises `Declined` when it has no exact answer."""
        del deadline
        said = answer(request.messages[-1].text) if request.messages else None
        if said is None:
            raise Declined
        yield Delta(said)
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)
