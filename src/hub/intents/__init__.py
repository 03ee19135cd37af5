"""Exact answers: what can be computed is computed, and never left to a model that guesses.

Each module here owns one subject and lists its intents in ``INTENTS``; the first that answers wins.
A question that none of them is sure of is declined.
"""

from __future__ import annotations

import asyncio
import importlib
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from hub.intents.numbers import numbers
from hub.llm.provider import Caps, Declined, Delta, Done, Piece, Probe, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from hub.intents.intent import Facts, Intent

SUBJECTS = (
    "safety", "courtesy", "clock", "hours", "dates", "counts", "plans", "host", "kitchen", "units", "shares", "stories", "amounts",  # noqa: E501  a pattern
    "integers", "geometry", "arithmetic", "reworded", "series", "groups", "bills",
    "letters", "play", "abilities", "limits",
)  # fmt: skip
"""In the order in which they are asked."""

_LONGEST = 300  # characters; a longer text is a talk, not a question with one exact answer
_MOST_WORDS, _LONGEST_WORD = 40, 40  # more is no such question either: only what is about safety looks at it


@cache
def _intents(*, short: bool = True) -> tuple[Intent, ...]:
    subjects = SUBJECTS if short else SUBJECTS[:1]
    modules = [importlib.import_module(f"hub.intents.{subject}") for subject in subjects]
    return tuple(intent for module in modules for intent in module.INTENTS)


def answer(text: str, now: datetime | None = None, facts: Facts | None = None) -> str | None:
    """Return the exact answer to ``text``, or None.

    ``now``: an aware moment, else this machine's time; ``facts``: what the hub knows of itself.
    """
    from hub.intents.intent import Question  # noqa: PLC0415  with the patterns, at the first question

    if not text.strip() or len(text) > _LONGEST:
        return None
    now = now or local_now()
    for said in _forms(text):
        short = _is_short(said)
        question = Question(numbers(said), text, now, said, facts)
        if told := next(
            (told for intent in _intents(short=short) if (told := intent.try_on(question))), None
        ):
            return told
    return None


def recognise(text: str, now: datetime | None = None) -> tuple[str, dict[str, str]] | None:
    """Return the subject of an exact question, and what is named in it; None for any other text."""
    from hub.intents.intent import Question, compiled  # noqa: PLC0415  with the patterns, at the first question

    if not text.strip() or len(text) > _LONGEST:
        return None
    now = now or local_now()
    for said in _forms(text):
        question = Question(numbers(said), text, now, said, None)
        for intent in _intents(short=_is_short(said)):
            if intent.try_on(question) is not None:
                match = compiled(intent.pattern).fullmatch(question.text)
                named = match.groupdict() if match else {}
                return _subject_of(intent), {name: value for name, value in named.items() if value}
    return None


def _is_short(said: str) -> bool:
    words = said.split()
    return len(words) <= _MOST_WORDS and all(len(word) <= _LONGEST_WORD for word in words)


def _subject_of(intent: Intent) -> str:
    """Return the subject whose list an intent stands in."""
    return next(
        (one for one in SUBJECTS if intent in importlib.import_module(f"hub.intents.{one}").INTENTS), ""
    )


def _forms(text: str) -> Iterator[str]:
    """Return ``text`` in plain words; then, if that has no answer, as it was meant if it was misheard."""
    from hub.intents.words import clean, mended  # noqa: PLC0415  as above

    said = clean(text)
    yield said
    if (better := mended(said)) != said:
        yield better


def local_now() -> datetime:
    """Return the time of this machine in its own zone, daylight saving included."""
    from hub.intents.zone import local_zone  # noqa: PLC0415  as above

    return datetime.now(local_zone())


class Exact:
    """The `Provider` that computes; declines what it is not sure of."""

    name = "exact"
    caps = Caps(local=True, quality="exact", prompt_tokens=2000, fixed_tokens=0, title="computed")

    def __init__(self, facts: Callable[[], Facts] | None = None) -> None:
        self._facts = facts

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer the last message by itself; raises `Declined` when it has no exact answer."""
        del deadline
        text = request.messages[-1].text if request.messages else ""
        facts = self._facts() if self._facts else None
        if told := next((one.text for one in reversed(request.messages) if one.role == "assistant"), ""):
            from hub.intents.intent import Facts  # noqa: PLC0415  with the patterns, as above

            facts = replace(facts or Facts(), told=told)
        said = await asyncio.to_thread(answer, text, None, facts)  # it may look at the disk and the processes
        if said is None:
            raise Declined
        yield Delta(said)
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)
