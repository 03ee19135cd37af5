# ruff: noqa: E501  a pattern is read as a whole
"""Tell a name that a timer may have from words that mean something else."""

from __future__ import annotations

import re

NAME = r"[a-z0-9][a-z0-9' ]{0,40}?"
"""A pattern of a name, as short as may be; whether it is one, `fit` says."""

THINGS = r"(?:timers?|alarms?|reminders?|countdowns?|alarm clocks?|wake up calls?)"
THING = r"(?:timer|alarm|reminder|countdown|alarm clock|wake up call)"
SET = r"(?:set|said|sat|sets|setup|set up|start|begin|make|create|put on|put|give me|give|run|do|get me|get|add|have|i need|i want|i would like|fire up|new)"
"""What one says to have one; "said" and "sat" are how a recogniser hears "set"."""

_STOP_WORDS = frozenset(
    ["is", "are", "was", "what", "how", "why", "who", "when", "where", "does", "do", "did", "i", "you", "it", "if",
     "and", "or", "not", "no", "because", "that", "which", "whether", "then", "tell", "javascript", "python", "java",
     "code", "css", "html", "app", "story", "poem", "song", "on", "off", "to", "from", "for"]
)  # fmt: skip
_EMPTY_NAMES = frozenset(
    ["", "new", "another", "second", "2nd", "third", "3rd", "other", "quick", "short", "simple", "countdown", "little",
     "me", "single", "timer", "kitchen", "first", "1st", "long"]
)  # fmt: skip


def clean(name: str) -> str:
    """Return a name without articles and such; empty for what is none."""
    name = re.sub(r"^(?:the|my|a|an|our|some) ", "", name.strip())
    name = re.sub(r"^(?:new|another|second|2nd|quick|short|countdown) (?=\w)", "", name)
    return "" if name in _EMPTY_NAMES else name


def fit(name: str) -> bool:
    """Say whether ``name`` may be a name: a few words, none of which asks or tells something."""
    words = name.split()
    return len(words) <= 5 and not _STOP_WORDS.intersection(words)  # noqa: PLR2004
