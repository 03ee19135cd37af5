# ruff: noqa: E501  a pattern is read as a whole
"""Understand orders to set a timer, an alarm or a reminder; what is missing is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.timers.commands import (
    AT_WHAT_TIME,
    HOW_LONG,
    REMIND_WHAT,
    REMIND_WHEN,
    Ask,
    Command,
    Refuse,
    Remind,
    SetAlarm,
    SetTimer,
)
from hub.timers.durations import SPAN, seconds
from hub.timers.names import NAME, SET, clean, fit
from hub.timers.peel import merge, peel

if TYPE_CHECKING:
    from datetime import datetime

    from hub.timers.when import When

LONGEST_S = 30 * 86_400
_ART = r"(?:a|an|the|my|another|one more|new|a new|another new|1|me a|me an|up a|up the|off a|us a)"
_NOUN = r"(?:timer|countdown timer|countdown|time er|egg timer)"

# -- timers -----------------------------------------------------------------------------------------------

_TIMER = re.compile(
    rf"(?:(?P<verb>{SET}|(?:can|could|may) i (?:have|get)) )?(?:(?!an? (?:hour|minute|half|quarter)\b){_ART} )?(?:(?P<span>{SPAN}) )?(?:(?P<name>{NAME}) )?{_NOUN}(?: (?P<rest>.+))?"
)
_COUNT = re.compile(
    rf"(?:count ?down|time|count) (?:from |(?:me )?(?:for )?)?(?P<span>{SPAN})(?: for (?P<name>{NAME}))?"
)
_NUDGE = re.compile(
    rf"(?:(?:give me (?:a|an) (?:shout|nudge|ring|buzz|call|heads up|alert|signal|ding|beep|yell)|(?:nudge|buzz|ping|alert|notify|warn|signal|beep)(?: me| us)?|shout|make a (?:noise|sound)|ring|beep|go off|let me know|tell me) )?"
    rf"(?:in|when|after|once)(?: (?:it has been|the))? (?P<span>{SPAN})(?: time)?(?: (?:is|are|has|have)(?: been)? ?(?:up|over|passed|gone|gone by|done|elapsed|finished)?)?"
)
_NUDGED = re.compile(
    r"\b(?:let (?:me|us) know|tell (?:me|us)|give me an? \w+|nudge|buzz|ping|alert|notify|warn|shout|beep|ring|make a (?:noise|sound)|go off|signal)\b"
)
_LOOSE = re.compile(rf"(?:(?:{SET}|give us|stick) )?(?P<span>{SPAN}) (?:on the clock|timer please)")
_REST = re.compile(
    rf"(?:on )?(?:for|of|to|with|that (?:lasts|runs|rings in|goes off in)|lasting|to (?:go off|ring|end|finish) (?:in|after)|going off in|in|at)? ?(?P<span>{SPAN})(?= |$)"
    rf"|(?:called|named|labell?ed|name it|call it|with the name|and call it|and name it) (?:the )?(?P<called>[a-z0-9' ]+?)(?= for {SPAN}| {SPAN}|$)"
    r"|(?:for|of) (?P<minutes>\d{1,3})$"
    rf"|for (?:the |my |our |some |a |making |cooking |boiling |baking )*(?P<purpose>[a-z0-9' ]+?)(?= (?:for|of|in) {SPAN}| {SPAN}|$)"
)


def timer(words: str, raw: str, _now: datetime) -> Command | None:  # noqa: PLR0911  a reason to leave it a line
    """Read an order to set a timer."""
    if match := _COUNT.fullmatch(words) or _LOOSE.fullmatch(words) or _nudge(words, raw):
        name = clean(match.groupdict().get("name") or "")
        return _made(seconds(match["span"]), name) if not name or fit(name) else None
    words = re.sub(r"^(?:put|stick|switch|turn|set) (.+ timer) on$", r"set \1", words)
    match = _TIMER.fullmatch(words)
    if not match:
        return None
    span = seconds(match["span"]) if match["span"] else None
    name, rest = clean(match["name"] or ""), match["rest"] or ""
    while rest:
        more = _REST.match(rest)
        if not more:
            return None
        if more["span"]:
            if span is not None:
                return None
            span = seconds(more["span"])
        elif more["minutes"] and span is None:
            span = 60.0 * int(more["minutes"])
        else:
            name = name or clean(more["called"] or more["purpose"] or "")
        rest = rest[more.end() :].strip()
    if name and not fit(name):
        return None
    if span is None:
        return Ask(HOW_LONG) if match["verb"] and not re.search(r"\d", words) else None
    return _made(span, name)


def _nudge(words: str, raw: str) -> re.Match[str] | None:
    """Read "let me know in ten minutes", whose first words are politeness elsewhere."""
    return _NUDGE.fullmatch(words) if _NUDGED.search(raw.lower()) else None


def _made(span: float | None, name: str) -> Command:
    if span is None or span <= 0:
        return Refuse("A timer needs at least one second.")
    if span > 30 * 86_400:
        return Refuse("I run timers for 30 days at most. For later, set a reminder on a date.")
    return SetTimer(span, name)


# -- alarms -----------------------------------------------------------------------------------------------

_ALARM = re.compile(
    rf"(?:(?P<verb>{SET}) )?(?:{_ART} )?(?P<before>.+? )??(?:alarms?|alarm clock|wake up call|wake up alarm)(?: (?P<rest>.+))?"
)
_WAKE = re.compile(
    r"(?:wake|get) (?:me|us)(?: up)?(?: (?P<rest>.+))?|wake up (?P<up>(?:at|in|tomorrow|call).+)"
)
_CALLED = re.compile(
    r"^(?:called|named|labell?ed|call it|name it|and call it) (?P<name>[a-z0-9' ]+?)(?= (?:for|at|in|on|every) |$)"
)


def alarm(words: str, _raw: str, now: datetime) -> Command | None:  # noqa: PLR0911  a reason to leave it a line
    """Read an order to set an alarm."""
    if match := _WAKE.fullmatch(words):
        rest = match["rest"] or match["up"] or ""
        when, left = peel(rest, now, end=False, bare=True)
        if left or (words.startswith("get") and (" up" not in words or not when)):
            return None
        return _alarm_at(when, "")
    match = _ALARM.fullmatch(words)
    if not match or "system" in words.split():
        return None
    when, name = peel((match["before"] or "").strip(), now, end=False)
    name, rest = (
        clean(name),
        re.sub(r"^(?:(?:to|that) )?(?:go(?:es)? off|ring|rings) ", "", match["rest"] or ""),
    )
    while rest:
        more, left = peel(rest, now, end=False, bare=True)
        if called := _CALLED.match(left):
            name, left = called["name"], left[called.end() :].strip()
        elif left == rest:
            purpose = re.fullmatch(
                r"(?:for|to) (?:the |my )?(?P<name>[a-z' ]+?)(?: (?P<when>(?:at|in|on|tomorrow|for) .+))?",
                left,
            )
            if not purpose:
                return None
            name, left = name or purpose["name"], purpose["when"] or ""
        merged = merge(when, more)
        if merged is None:
            return None
        when, rest = merged, left
    if (name and not fit(name)) or not (match["verb"] or when):
        return None
    return _alarm_at(when, name)


def _alarm_at(when: When, name: str) -> Command:
    if when.seconds is not None:
        return (
            SetAlarm(when, name) if 0 < when.seconds <= 30 * 86_400 else Refuse("That is no time I can keep.")
        )
    return SetAlarm(when, name) if when.timed else Ask(AT_WHAT_TIME)


# -- reminders --------------------------------------------------------------------------------------------

_REMIND = re.compile(
    rf"(?:remind (?:me|us)|(?:{SET} )?(?:{_ART} )?(?P<before>.+? )??reminder(?: for me)?|do not let me forget)(?: (?P<rest>.+))?"
)
_LATER = re.compile(
    r"(?P<when>(?:in|at|on|tomorrow|tonight|every|next|this|after) ?.*?) (?:please )?remind (?P<who>me|us) (?P<what>(?:to|that|about|of) .+)"
)
_FORGET = re.compile(
    r"^i (?:must|should|had better|do|can) ?not (?:want to )?forget ((?:to|about|that) .+?) (?:so |and |can you |could you |please )*remind me$"
)
_NEED = re.compile(
    r"^(?:(?:i|we) (?:need|want|would like) )?(?:reminding|(?:to )?be reminded) (?=to|about|that)"
)
_TELL = re.compile(r"\b(?:tell|nudge|ping|prompt) (?:me|us) to ", re.IGNORECASE)
"""An order to remind only with a time: "tell me to go away" is none."""
_LINK = re.compile(
    r"^(?:(?:to|that|about|of|for) (?!what\b|how\b|who\b|why\b)|(?=(?:i (?:have|must|need|am|should|will|promised)|we (?:have|must|need|are|should)|my [a-z]+ (?:is|are|has|starts|ends)|the [a-z]+ (?:is|are|has|starts|ends|needs|comes)) ))"
)


def reminder(words: str, raw: str, now: datetime) -> Command | None:  # noqa: PLR0911  a reason to leave it a line
    """Read an order to set a reminder."""
    if (found := _LATER.fullmatch(words)) and not peel(found["when"], now, end=False)[1]:
        words = f"remind {found['who']} {found['when']} {found['what']}"
    words = _FORGET.sub(r"remind me \1", words)
    words = _NEED.sub("remind me ", words)
    if told := bool(_TELL.search(raw)) and words.startswith(("to ", "nudge ", "ping ", "prompt ")):
        words = f"remind me to {words.partition('to ')[2]}"  # "tell me" is politeness elsewhere, so taken off
    match = _REMIND.fullmatch(words)
    if not match or re.match(
        r"remind (?:me|us) (?:what|how|who|why|where|which|when|of (?:my|the|a|you|our))\b", words
    ):
        return None
    if words in ("reminder", "a reminder"):
        return None
    when, before = peel((match["before"] or "").strip(), now, end=False)
    early, rest = peel(match["rest"] or "", now, end=False)
    if before or (both := merge(when, early)) is None:
        return None
    when, link = both, _LINK.match(rest)
    if rest and not link and not early:
        return None
    text = rest[link.end() :] if link else rest
    late, text = peel(text, now, end=True)
    if (whole := merge(when, late)) is None:
        return None
    if (not text and rest and not late) or (told and not whole):
        return None
    return _remind_at(_original(text, raw), whole)


def _remind_at(text: str, when: When) -> Command:
    if not text:
        return Ask(REMIND_WHAT)
    if not when:
        return Ask(REMIND_WHEN)
    if when.seconds is not None and not 0 < when.seconds <= 30 * 86_400:
        return Refuse("That is no time I can keep.")
    if not when.timed and when.usual is None:
        when = replace(when, usual=9)  # a day without a time: its morning
    return Remind(text, when)


def _original(text: str, raw: str) -> str:
    """Return ``text`` as it was written, with its capitals; numbers and all else as understood."""
    found = re.search(r"\W+".join(map(re.escape, text.split())), raw, re.IGNORECASE) if text else None
    said = found[0] if found else text
    return said[:1].upper() + said[1:]
