"""Rewrite one unit of an answer into words that are spoken rightly.

The page keeps the answer as it is written; only the voice gets these words. Everything here is for
English; for a voice of another language the marks go and the words stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub_voice.playback import marks
from hub_voice.playback.abbreviations import ABBREVIATIONS, CHOICES
from hub_voice.playback.addresses import CHANGES as ADDRESSES
from hub_voice.playback.placed import Placed
from hub_voice.playback.quantities import MONEY, NUMBERS, QUANTITIES
from hub_voice.playback.times import TIMES, YEARS

if TYPE_CHECKING:
    from hub_voice.playback.placed import Change

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\u200d\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\u20e3"
    "\U000e0020-\U000e007f\u2122\u00ae\u2190-\u2191\u2193-\u21ff]+"
    r"|(?<!\w)[:;]-?[)(DPp](?!\w)"
)
_HEART = re.compile(r"(?<!\S)<3(?!\w)")
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\uffff]"
)

CLEAN: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"[*_#|~^\\<>{}\[\]`→➜➔⇒]+"), " "),
    (re.compile(r"\(\s*\)"), ""),
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s+(?=[,;:!?)]|\.(?!\w))"), ""),
    (re.compile(r"(?<=\()\s+"), ""),
    (re.compile(r"^[\s,;:.)\]}]+(?=\s|$)|,(?=\s*[,.;:!?])"), ""),
)

WORDS = (*TIMES, *ADDRESSES, *ABBREVIATIONS, *MONEY, *QUANTITIES, *CHOICES, *YEARS, *NUMBERS)


def say(text: Placed, *, starts_line: bool = True, english: bool = True) -> None:
    """Rewrite one unit of an answer as it is said aloud; empty when there is nothing to say."""
    text.change(_KEYCAP, r"\1")
    text.change(_INVISIBLE, "")
    marks.unmark(text, starts_line=starts_line)
    text.change(_HEART, "love")
    text.change(_EMOJI, " ")
    if english:
        for pattern, change in WORDS:
            text.change(pattern, change)
    for pattern, change in CLEAN:
        text.change(pattern, change)
    text.strip()
    if not any(sign.isalnum() for sign in text.text):
        nothing = Placed("", text.places[-1])
        text.text, text.places = nothing.text, nothing.places
