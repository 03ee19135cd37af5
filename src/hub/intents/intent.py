"""What an intent is: a pattern over plain words, and a function that answers exactly or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the hub knows of itself: the models that it holds, and what is not well, a sentence each."""

    models: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question: ``text`` in plain form (`words.plain`), ``said`` the same with its number words kept,
    ``raw`` as it came, ``now`` with its time zone, ``facts`` of the hub that is asked, if any."""

    text: str
    raw: str
    now: datetime
    said: str = ""
    facts: Facts | None = None


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the compiled ``pattern``; `re` keeps fewer than there are here."""
    return re.compile(pattern)


@dataclass(frozen=True, slots=True)
class Intent:
    """``answer`` is called when ``pattern`` matches the whole text; None means: not mine after all.

    ``cues``: when given, one of them must be in the text, so that most patterns are never tried.
    To add one, add it to the ``INTENTS`` of a module here. Patterns are compiled when first used.
    """

    pattern: str
    answer: Callable[[Question, re.Match[str]], str | None]
    cues: tuple[str, ...] = ()

    def try_on(self, question: Question) -> str | None:
        """Return the answer to ``question``, or None."""
        if self.cues and not any(cue in question.text for cue in self.cues):
            return None
        match = compiled(self.pattern).fullmatch(question.text)
        return self.answer(question, match) if match else None


def says(line: str) -> Callable[[Question, re.Match[str]], str]:
    """Return an answer that is always the same ``line``."""
    return lambda _question, _match: line
