"""Reckon with the clock times and spans of a plan that is told: when to leave, when it is done, how long a shift is."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from hub.intents.hours import MOMENT, SPAN, apart, coming, duration, hm, later, since, words
from hub.intents.intent import Intent, Question, given

if TYPE_CHECKING:
    from datetime import datetime

_AT = re.compile(
    rf"\b(?P<prep>at|by|from|before|since|to|until|till|and) (?:about |around )?{MOMENT}(?![\d:])"
)
_RANGE = re.compile(
    r"(?<!at )(?<!by )(?<!since )(?<!is )(?<!about )\b(?:from |between )?(\d{1,2}(?:[:. ]\d\d)?(?: ?[ap]m)?|noon|midday|midnight) (?:to|and|until|till) (?=(?:\d|half|quarter|noon|mid))"
)
"""From nine to five is no time of day, as ten to five is."""
_SPAN = re.compile(rf"\b(?!am\b){SPAN}(?= |$)")
_DOES = re.compile(
    r"\b(?:starts?|started|begins?|began|finish(?:es|ed)?|ends?|ended|leaves?|left|arrives?|arrived|departs?|departed|lands?|landed|takes? off|took off"
    r"|go to (?:bed|sleep)|goes to (?:bed|sleep)|went to (?:bed|sleep)|get up|gets up|got up|wakes?(?: up)?|woke(?: up)?|asleep|sleeps?|slept|works?|worked|shift|opens?|opened"
    r"|closes?|closed|runs?|ran|lasts?|lasted|clock(?:ed|s)? (?:in|out|on|off)|bus|train|flight|plane|meeting|appointment|class|lesson|film|movie|show|fell asleep|put|meet|meeting)\b"
)
_ENDS = re.compile(
    r"(?:will|does|do|is|are|am|should|can|would|did|shall) (?:it|i|we|they|he|she|that|the [a-z]+|my [a-z]+|dinner)(?: going to)?(?: be)?"
    r"(?: have to| need to)?(?: be)? (?:done|ready|finish(?:ed)?|end|over|there|arrive|get (?:there|in|home|back)|come out|come off|stop|up|home|back|cooked|baked|land|wake up|get up|take (?:it|them) out)"
    r"|(?:do|should|must) i (?:take|get) (?:it|them) out|(?:is|will) (?:it|that)(?: be)?"
)
_STARTS = re.compile(
    r"(?:should|do|must|shall|would|does|will|can) (?:i|we|he|she|they|it|the [a-z]+)(?: have to| need to| be)?"
    r" (?:leave|leaving|go|set (?:off|out)|start|begin|head (?:off|out)|go (?:in|on)|put (?:it|them|the [a-z]+)(?: in| on)?|get (?:up|going)|wake up|go to (?:bed|sleep)|depart)(?: (?:the house|home|cooking|it))?"
)


_NEEDED = re.compile(
    r"\b(?:takes?|needs?|away|drive|walk|journey|trip|ride|cycle|commute|to cook|to get|sleep|want)\b"
)
"""What is over when the time comes, not what begins then."""


def _read(story: str) -> tuple[list[tuple[str, str]], list[str]] | None:
    """Return the times of day, each with the word before it, and the spans; None when other numbers are told."""
    story = re.sub(
        r"\b((?:\d{1,2}|an?) hours?) (?:and )?(\d{1,2})(?= [a-z]|$)(?! (?:min|sec|[ap]m|h))",
        r"\1 \2 minutes",
        story,
    )
    story = _RANGE.sub(r"from \1 until ", story)
    spans = [match["span"] for match in _SPAN.finditer(story)]
    rest = _SPAN.sub(" ", story)
    times = [(match["prep"], match["moment"].strip()) for match in _AT.finditer(rest)]
    return None if re.search(r"\d", _AT.sub(" ", rest)) else (times, spans)


def _on_the_clock(text: str) -> str:
    return f"{text} oclock" if re.fullmatch(r"\d{1,2}", text) else text


def _ends_or_starts(question: Question, match: re.Match[str]) -> str | None:
    """Say when a plan ends that begins now or at a time, or when to begin to be there by a time."""
    read = _read(match["story"])
    if not read or len(read[1]) != 1 or len(read[0]) > 1:
        return None
    times, span = read[0], read[1][0]
    if not times:
        return _from_now(question, span) if _ENDS.fullmatch(match["asked"]) else None
    prep, moment = times[0][0], _on_the_clock(times[0][1])
    if re.search(r"bed|sleep", match["story"]) and re.fullmatch(
        r".* (?:get up|wake up|be up|up)", match["asked"]
    ):
        way = "after"  # whoever goes to bed at a time gets up later
    elif _STARTS.fullmatch(match["asked"]) and (prep in ("by", "before") or _NEEDED.search(match["story"])):
        way = "before"
    elif _ENDS.fullmatch(match["asked"]) and prep in ("at", "from", "and"):
        way = "after"
    else:
        return None
    return later(question, given(match, span=span, moment=moment, way=way))


def _from_now(question: Question, text: str) -> str | None:
    span = duration(text)
    if span is None or not span:
        return None
    then = (question.now.astimezone(UTC) + span).astimezone(question.now.tzinfo)
    return f"If it begins now, at {hm(then)}{_day(then, question.now)}."


def _day(then: datetime, now: datetime) -> str:
    days = (then.date() - now.date()).days
    return {0: "", 1: " tomorrow"}.get(days, f" on {then:%A}")


def _lasts(question: Question, match: re.Match[str]) -> str | None:
    """Say how long it is from one time that is told to another, without the break that is told."""
    read = _read(match["story"])
    if not read or not _DOES.search(match["story"]):
        return None
    times, spans = read
    if len(times) == 1 and not spans:
        return _to_go(question, match, *times[0])
    pause = (
        duration(spans[0])
        if len(spans) == 1 and re.search(r"break|lunch|pause|rest|off", match["story"])
        else None
    )
    if len(times) != 2 or (spans and pause is None):  # noqa: PLR2004  from one to the other
        return None
    minutes = apart(*(_on_the_clock(moment) for _, moment in times))
    if minutes is None:
        return None
    left = timedelta(minutes=minutes) - (pause or timedelta())
    return f"That is {words(left)}{', the break taken off' if pause else ''}." if left > timedelta() else None


def _to_go(question: Question, match: re.Match[str], prep: str, moment: str) -> str | None:
    """Say how long it is until the one time that is told, or since it."""
    asked = match["asked"] or ""
    if prep == "since":
        return since(question, given(match, moment=_on_the_clock(moment), unit=None))
    if not re.search(
        r"have (?:i|we) got|(?:do|have) (?:i|we)(?: have)?|until|till|to go|left|is (?:that|it)$", asked
    ):
        return None
    then = coming(_on_the_clock(moment), question.now)
    return f"It is {words(then - question.now)} until {hm(then)}." if then else None


_ASKED = r"(?P<asked>(?:will|does|do|is|are|am|should|can|would|did|shall|must) [a-z ]+)"
INTENTS = (
    Intent(
        rf"(?:if |when )?(?P<story>.*\d.*) (?:so )?(?:when|(?:at )?what time) {_ASKED}",
        _ends_or_starts,
        ("when", "what time"),
    ),
    Intent(
        rf"(?:when|(?:at )?what time) {_ASKED} (?:if|when|to) (?P<story>.*\d.*)",
        _ends_or_starts,
        ("when", "what time"),
    ),
    Intent(
        r"(?:if |when )?(?P<story>.*\d.*) (?:so )?how (?:long|many hours|many minutes|much (?:time|sleep))(?P<asked> [a-z ]+)?",
        _lasts,
        ("how long", "how many", "how much"),
    ),
    Intent(
        r"how (?:long|many hours|many minutes|much (?:time|sleep))(?P<asked> [a-z ]+?)? if (?P<story>.*\d.*)",
        _lasts,
        (" if ",),
    ),
)
