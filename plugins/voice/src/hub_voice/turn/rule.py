"""Say how much silence ends a turn: by its words, by the turn model, and by the person's patience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_voice.settings import windows
from hub_voice.turn.endings import asks, asks_outright, dangles, is_brief, looks_complete
from hub_voice.turn.grammar import wants_more

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub_voice.settings import Waits


def needed(waits: Waits, text: str, looks: Sequence[float], factor: float = 1.0) -> int:
    """Return the windows of silence that end a turn that says ``text``.

    ``looks``: what the turn model said in this pause, the probability of an end each time. ``factor``:
    learned patience.
    """
    return windows(_silence(waits, text, looks) * waits.factor * factor)


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
    return waits.likely_ms if asks(text) else waits.unmarked_ms


def _whole(waits: Waits, text: str, looks: Sequence[float], twice: float) -> float:
    """Return the same for whole sentences: a full stop is what a recogniser puts behind any pause, though."""
    if asks_outright(text) and looks[0] > waits.surest and not is_brief(text):
        return waits.sure_ms
    if twice > (waits.sure if asks(text) else waits.surer):
        return waits.likely_ms if is_brief(text) else waits.sure_ms
    if twice > waits.sure or (asks(text) and looks[-1] > waits.sure):
        return waits.likely_ms
    return waits.plain_ms if max(looks) > waits.possible else waits.doubtful_ms
