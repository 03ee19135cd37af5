# ruff: noqa: E501  a pattern is read as a whole
"""Understand what is said about timers, alarms and reminders; None when it is about something else.

Only sentences that are one clear order or question are taken, whole. One that is clearly meant but
lacks something, or names what cannot be, is answered with a question or a reason instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.intents.words import plain
from hub.timers import handling, setting
from hub.timers.commands import Command, Refuse
from hub.timers.durations import spell
from hub.timers.names import THINGS
from hub.timers.when import Impossible

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_LONGEST = 300  # characters; a longer text is a talk, not an order

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|please|so|um+|uh+|well|hub|timmy|computer|and|now|then|just|actually|oh|yes|no)\b[ ,.!]*)*"
    r"(?:(?:can|could|would|will) you(?: please)?(?: just)? |i (?:want|need|would like)(?: you)? to |i'd like(?: you)? to "
    r"|let's |let us |go ahead and |do me a favou?r and |you (?:can|could|should) |please )?"
    r"(?:please )?(?:help me )?",
    re.IGNORECASE,
)


_CODA = re.compile(
    r"(?:,? (?:(?:would|will|could|can) you(?: please)?(?: love| dear)?|if you (?:would|could|please|do not mind|don't mind|can)|love|dear|darling|mate|pal|sweetheart))+\W*$",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(\d+|an?) (?:more|extra) (minutes?|hours?|seconds?)\b")
_ABLE = re.compile(
    r"(?:so |and |hey |hub )*(?:can|could|are(?= you)|do you (?:do|set|support|handle|offer|know)) ?(?:you|i)?\b(?!.*\d)[a-z' ]*\b(?:timers|alarms|reminders)(?: (?:and|or) (?:timers|alarms|reminders))*(?: (?:too|as well|for me|here|at all))*|how (?:do|can|would|should) (?:i|we|you)\b.*|can you (?:set|run|do|have) (?:more than (?:one|1)|several|two|2|many|multiple)\b.*\b(?:timer|alarm|reminder)s?\b.*|(?:do you have|have you got|can you (?:do|set|use)) (?:a )?(?:timers?|alarms?|reminders?)(?: function| feature)?"
)
"""Questions about what I can do, which are no orders."""


def parse(text: str, now: datetime) -> Command | None:
    """Return what ``text`` orders or asks; None when it is about something else. ``now``: aware."""
    raw = _CODA.sub("", " ".join(text.split()))
    if _ABLE.fullmatch(raw.lower().rstrip(" ?.!")):
        return None
    words = spell(plain(_POLITE.sub("", raw, count=1)))
    words = _MORE.sub(r"\1 \2 more", words)
    if not words or len(raw) > _LONGEST:
        return None
    try:
        return next((found for read in _READERS if (found := read(words, raw, now))), None)
    except Impossible as error:
        return Refuse(str(error))


_MEANT = re.compile(
    rf"(?:(?:set|start|create|make|add|begin|cancel|stop|pause|delete|change|move|reset|restart) (?:a|an|the|my|another|up a|2|3)? ?.*\b{THINGS}\b.*"
    r"|(?:set|start|pause|stop|reset) (?:a |the |my )?stopwatch.*"
    r"|wake me (?:up )?(?:at|in|on|by|tomorrow|every|around|when|before|after)\b(?! you\b).*"
    r"|remind me (?:to|about|in|at|tomorrow|that|on|every|when|tonight)\b.*|(?:timer|alarm) (?:for|in|at) \d.*)"
)
_FICTION = re.compile(
    r".*\b(?:javascript|python|java|code|css|html|react|function|script|system|panel|story|poem|song|app|clock radio)\b.*"
)
UNCLEAR = (
    'I did not understand that, so nothing was changed. Say "set a timer for 10 minutes", or "wake me at 7".'
)


def _meant(words: str, _raw: str, _now: datetime) -> Command | None:
    """Catch what is surely an order of this kind: a language model would only claim to have done it."""
    if "stopwatch" in words and _MEANT.fullmatch(words):
        return Refuse("I have no stopwatch yet; I can count down with a timer.")
    return Refuse(UNCLEAR) if _MEANT.fullmatch(words) and not _FICTION.fullmatch(words) else None


_READERS: tuple[Callable[[str, str, datetime], Command | None], ...] = (
    handling.stop, handling.snooze, handling.listing, handling.left, handling.cancel, handling.add, handling.hold,
    setting.timer, setting.alarm, setting.reminder, _meant,
)  # fmt: skip
