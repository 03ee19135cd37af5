"""What an intent is: a pattern over plain words, and a function that answers exactly or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the hub knows of itself: the models that it holds, and what is not well, a sentence each.

    ``told``: the last answer in this talk, for whoever did not hear it. ``remembers``: there is a memory,
    which takes what it is told to remember.
    """

    models: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    told: str = ""
    remembers: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question: ``text`` in plain form (`words.plain`), ``raw`` as it came, ``now`` with its time zone.

    ``said``: the plain form with its number words kept; ``facts`` of the hub that is asked, if any.
    """

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


class _Given:
    """A match of which some groups have other values."""

    def __init__(self, match: re.Match[str], values: dict[str, str | None]) -> None:
        self._match, self._values = match, values

    def __getitem__(self, name: str | int) -> Any:
        return self._values[str(name)] if name in self._values else self._match[name]

    def groupdict(self) -> dict[str, Any]:
        return self._match.groupdict() | self._values


def given(match: re.Match[str], **values: str | None) -> re.Match[str]:
    """Return ``match`` with other ``values`` in some of its groups."""
    return cast("re.Match[str]", _Given(match, values))


def also(match: re.Match[str], **names: str) -> re.Match[str]:
    """Return ``match`` with each group that is empty filled from another, as alternatives name theirs."""
    return given(match, **{name: match[name] or match[other] for name, other in names.items()})


def says(line: str) -> Callable[[Question, re.Match[str]], str]:
    """Return an answer that is always the same ``line``."""
    return lambda _question, _match: line
