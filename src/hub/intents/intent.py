"""What an intent is: a pattern over plain words, and a function that answers exactly or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question: ``text`` in plain form (`words.plain`), ``raw`` as it came, ``now`` with its time zone."""

    text: str
    raw: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Intent:
    """``answer`` is called when ``pattern`` matches the whole text; None means: not mine after all.

    To add one, add it to the ``INTENTS`` of a module here. Patterns are compiled when first used.
    """

    pattern: str
    answer: Callable[[Question, re.Match[str]], str | None]

    def try_on(self, question: Question) -> str | None:
        """Return the answer to ``question``, or None."""
        match = re.fullmatch(self.pattern, question.text)
        return self.answer(question, match) if match else None


def says(line: str) -> Callable[[Question, re.Match[str]], str]:
    """Return an answer that is always the same ``line``."""
    return lambda _question, _match: line
