"""Say how much silence ends a turn: by its words, by the turn model, and by the person's patience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_voice.settings import windows
from hub_voice.turn.endings import (
    asks,
    asks_outright,
    asks_whether,
    dangles,
    is_brief,
    is_lengthy,
    looks_complete,
    switches,
)
from hub_voice.turn.grammar import wants_more

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub_voice.settings import Waits


def needed(waits: Waits, text: str, looks: Sequence[float], factor: float = 1.0) -> int:
    """Return the windows of silence that end a turn that says ``text``.

    ``looks``: what the turn model said in this pause, the probability of an end each time. ``factor``:
    learned patience.
    """
    learned = max(waits.sure_ms, _silence(waits, text, looks) * factor)  # no habit makes it hastier than sure
    return windows(learned * waits.factor)


def agreed(waits: Waits, looks: Sequence[float]) -> bool:
    """Tell whether the turn model need not be asked again: it said "over" twice running."""
    return len(looks) > 1 and min(looks[-2:]) > waits.sure


def is_sure(waits: Waits, text: str, looks: Sequence[float]) -> bool:
    """Tell whether words and turn model agree that the turn is over."""
    return _silence(waits, text, looks) == waits.sure_ms


def _silence(waits: Waits, text: str, looks: Sequence[float]) -> float:
    twice = min(looks[-2:]) if len(looks) > 1 else 0.0
    if wants_more(text):
        return waits.certain_ms if twice > waits.very_sure else waits.open_ms
    if not looks or dangles(text):  # "How many minutes are?": a mark does not make an end of every word
        return waits.certain_ms
    if not looks_complete(text):
        return _unmarked(waits, text, twice)
    return _whole(waits, text, looks, twice)


def _unmarked(waits: Waits, text: str, twice: float) -> float:
    """Return the same for words without a mark of an end, which recognisers forget, too."""
    if twice <= waits.very_sure:
        return waits.certain_ms
    return waits.sure_ms if asks_outright(text) else waits.plain_ms  # "I had two eggs," goes on


def _whole(waits: Waits, text: str, looks: Sequence[float], twice: float) -> float:
    """Return the same for whole sentences: a full stop is what a recogniser puts behind any pause, though."""
    if asks_outright(text) and looks[0] > waits.surest and not is_brief(text):
        return waits.sure_ms
    if twice > (waits.sure if asks(text) else waits.surer):
        return _agreed(waits, text, twice)
    if twice > waits.sure or (asks(text) and looks[-1] > waits.sure):
        return max(waits.likely_ms, _agreed(waits, text, twice))
    return waits.plain_ms if max(looks) > waits.possible else waits.doubtful_ms


def _agreed(waits: Waits, text: str, twice: float) -> float:
    """Return the same for a whole sentence that the model says is over, by what may follow such words."""
    if asks_outright(text):
        return waits.sure_ms
    if is_brief(text):
        return waits.likely_ms
    if switches(text) or is_lengthy(text) or (asks_whether(text) and twice > waits.surest):
        return waits.sure_ms
    return waits.further_ms if asks(text) else waits.plain_ms
