# ruff: noqa: E501  a pattern is read as a whole
"""Understand orders and questions about what is set or rings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.timers.commands import Command, Do, Pick
from hub.timers.durations import SPAN, seconds
from hub.timers.names import NAME, THING, THINGS, clean, fit

if TYPE_CHECKING:
    from datetime import datetime

    from hub.timers.timer import Kind

_MY = r"(?:the |my |our |that |this |any |your )*"
_ALL = r"(?:all(?: of)?|every|both|each of|both of)"
_RUNNING = (
    r"(?: (?:there|running|set|active|on|going|pending|left|do i have|i have|have i|have i got|do we have|i have set|have i set"
    r"|did i set|coming up|for today|for tomorrow|today|tomorrow|are there|are|is|there are|still|currently|up|you have"
    r"|do you have|have you got|have you set|you|have|right))*"
)
_SEVERAL = rf"(?P<thing>{THINGS})(?:(?: and| or|) {THINGS})*"
_LISTS = (
    rf"(?:what|which)(?: (?:are|is|other))?(?: all)? ?{_MY}{_SEVERAL}{_RUNNING}",
    rf"(?:list|show|show me|give me|read|read me|read out|check|what about|tell me)(?: all)?(?: of)? ?{_MY}(?:active |current |running )?{_SEVERAL}{_RUNNING}",
    rf"(?:do (?:i|we) have|have (?:i|we|you) got|are there|is there|do you have|did i set)(?: (?:any|an?|some))?(?: (?:active|running|other))* ?{_SEVERAL}{_RUNNING}",
    rf"how many {_SEVERAL}{_RUNNING}",
    rf"(?:my |all |all my ){_SEVERAL}",
    rf"(?:got )?any (?:other |more )?{_SEVERAL}{_RUNNING}",
    r"(?:list|show|show me|read out|tell me|what(?: else)?)(?: (?:everything|all|all the things|things|what|that|is|are|has been|have i|i have|do i have|have we|we have))+ (?:set|running|got set|got running|set up)(?: (?:now|at the moment|up))*",
    rf"(?:is|are) (?:the |my |a |any |there a |there any ){_SEVERAL}{_RUNNING}",
)
_NAME = NAME.replace("' ]", "':. ]")  # one set for 6:45 is called so
_WHICH = rf"(?:(?P<words>{_NAME}) )??"
_LEFTS = (
    rf"how (?:long|much time|much longer|many minutes|much|many seconds)(?: (?:is|does|do i have|have i got|until|till|before|has|on|for|left|remaining|there|it|to go|in|of|are))* (?:the |my |our ){_WHICH}(?P<thing>{THING})(?: (?:has|have|is|does it have|left|remaining|to go|got|go off|goes off|rings?|still|run|end|ends|done|is up))*",
    r"how (?:long|much time|much longer|many minutes)(?: (?:is|does|do i have|have i got|left|remaining|on))+ (?P<words>[a-z' ]+?) (?P<thing>timer)(?: (?:have|has|left|remaining))*",
    rf"(?:the )?(?:time|minutes) (?:left|remaining) (?:on|for|in) (?:the |my )?{_WHICH}(?P<thing>{THING})",
    rf"(?:when|what time) (?:does|will|is|do) (?:the |my |our ){_WHICH}(?P<thing>{THING})(?: (?:go off|ring|end|finish|done|over|due|set for|be done|going off|going to ring|set|up|stop|run out))*",
    rf"what is (?:left|remaining) on (?:the |my ){_WHICH}(?P<thing>{THING})",
    r"(?:what is|(?:the )?(?:time|minutes)) (?:left|remaining) (?:on|of|for) (?:the |my |our )?(?P<words>[a-z' ]+)",
    rf"what is {_MY}{_WHICH}(?P<thing>alarm) set (?:for|to|at)",
    rf"(?:what|when) (?:is|are) (?:my|the) next (?P<thing>{THING})s?",
    rf"(?:check(?: on)?|(?:what is )?(?:the )?status of|how is) (?:the |my ){_WHICH}(?P<thing>timer)(?: doing)?",
    rf"(?:the |my )?{_WHICH}(?P<thing>timer) status",
    r"how (?:long|much time|much longer|many (?:more )?minutes|many (?:more )?seconds)(?: (?:is|are|do i have|have i got|has|left|remaining|there|to go))* (?:for|on|until|till|before|has) (?:the |my |our )?(?!an? )(?P<words>[a-z' ]+?)(?: (?:left|got|to go|have|has|is|are|done|ready))*",
)
_END = r"(?:cancel|stop|delete|remove|clear|end|kill|dismiss|disable|forget|get rid of|abort|drop|turn off|switch off|shut off|scrap|discard|erase|unset|quit)"
_CANCELS = (
    rf"{_END} (?:(?P<all>{_ALL}) )?{_MY}(?:(?P<words>{_NAME}) )??(?P<thing>{THINGS})(?: (?P<more>.+))?",
    rf"(?:turn|switch|shut) {_MY}(?:(?P<words>{_NAME}) )??(?P<thing>{THINGS}) off(?P<more>)",
    rf"(?:i do not need|never mind|nevermind|forget about) {_MY}(?:(?P<words>{_NAME}) )??(?P<thing>{THINGS})(?: any ?more)?(?P<more>)",
    rf"(?:(?P<words>{NAME}) )??(?P<thing>timer|alarm)s? off(?P<more>)",
    rf"{_END} {_MY}(?P<words>{_NAME}) 1(?P<thing>)(?P<more>)",
)
_ADDS = (
    rf"(?P<verb>add|put|give)(?: me)?(?: another| an extra)? (?P<span>{SPAN})(?: more)?(?: (?:to|on|onto|2|on to|for) {_MY}(?:{_WHICH}(?P<thing>{THING})|it|that|(?!(?:the )?clock$)(?P<lone>[a-z' ]+)))?",
    rf"(?P<verb>give|extend|increase|lengthen|prolong|push|delay|postpone|move) (?:{_MY}{_WHICH}(?P<thing>{THING})|it|me)(?: back)?(?: by)?(?: another| an extra)? (?P<span>{SPAN})(?: more)?",
    rf"(?P<verb>take|subtract|remove|deduct|knock) (?P<span>{SPAN}) (?:off(?: of)?|from|away from) {_MY}(?:{_WHICH}(?P<thing>{THING})|it)",
    rf"(?P<verb>shorten|reduce|decrease|cut|shrink) (?:{_MY}{_WHICH}(?P<thing>{THING})|it) by (?P<span>{SPAN})",
    rf"make {_MY}(?:{_WHICH}(?P<thing>{THING})|it) (?P<span>{SPAN}) (?P<verb>longer|shorter|later|earlier)",
    rf"(?P<verb>)(?:another (?P<extra>{SPAN})|(?P<span>{SPAN}) more)(?: (?:on|for|to) {_MY}{_WHICH}(?P<thing>{THING}))?",
)
_LESS = (
    "take",
    "subtract",
    "remove",
    "deduct",
    "knock",
    "shorten",
    "reduce",
    "decrease",
    "cut",
    "shrink",
    "shorter",
    "earlier",
)
_HOLDS = (
    rf"(?P<verb>pause|hold|freeze|halt) {_MY}{_WHICH}(?P<thing>timer|countdown)",
    rf"(?P<verb>resume|continue|unpause|unfreeze|go on with|carry on with) {_MY}{_WHICH}(?P<thing>timer|countdown)",
)
_STOPS = re.compile(
    r"(?:stop|stop it|stop that|stop ringing|stop (?:the |that )?(?:ringing|noise|beeping|sound)|be quiet|quiet|silence|silent|hush|shut up"
    r"|enough|that is enough|off|turn it off|turn that off|switch it off|i am up|i am awake|dismiss(?: it)?|cancel(?: it)?|shush|mute|ok stop|stop stop(?: stop)?)"
)
_SNOOZE = re.compile(
    rf"(?:snooze|snews|snoose)(?: (?:it|that|all|(?:the |my )?{_WHICH}(?P<thing>{THING})))?(?: (?:for|by))?(?: (?:another ))?(?: ?(?P<span>{SPAN}))?"
    rf"|(?:ring|remind me) (?:again )?in (?P<later>{SPAN})"
)


def snooze(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read an order to ring again later."""
    match = _SNOOZE.fullmatch(words)
    if not match:
        return None
    said = match["span"] or match["later"]
    return Do(
        "snooze", Pick(_kind(match["thing"]), _named(match["words"])), (seconds(said) or 0.0) if said else 0.0
    )


def stop(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read an order to fall silent; whether anything rings is for others to know."""
    return Do("stop", Pick()) if _STOPS.fullmatch(words) else None


def listing(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read a question for what is set."""
    match = _first(_LISTS, words)
    if not match:
        return None
    kinds = {_kind(word) for word in re.findall(THINGS, words)}
    return Do("list", Pick(kinds.pop() if len(kinds) == 1 else None, all=True))


def left(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read a question for when one rings."""
    if re.fullmatch(
        r"how (?:much time|long) (?:is )?(?:there )?(?:left|remaining)|how much longer|time left", words
    ):
        return Do("left", Pick())
    match = _first(_LEFTS, words)
    if not match:
        return None
    named = match.groupdict()
    return Do("left", Pick(_kind(named.get("thing")), _named(named.get("words"))))


def cancel(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read an order to cancel."""
    if re.fullmatch(rf"(?:cancel|delete|clear|remove|stop) (?:everything|{_ALL} of them)", words):
        return Do("cancel", Pick(all=True))
    match = _first(_CANCELS, words)
    if not match:
        return None
    several = match["thing"].endswith("s")
    named = " ".join(part for part in (_named(match["words"]), _told(match["more"])) if part)
    if not fit(named):
        return None
    every = bool(match.groupdict().get("all")) or (several and not named)
    pick = Pick(_kind(match["thing"]), "" if every and not named else named, all=every)
    return Do("cancel", pick)


def _told(more: str | None) -> str:
    """Return what follows "the timer": "for the pasta", "at 7", "called tea"."""
    text = re.sub(r"^(?:for|called|named|at|to|about|set for|on|of|that) ", "", (more or "").strip())
    return re.sub(r"^(?:the|my) ", "", text)


def add(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read an order to ring later, or earlier."""
    match = _first(_ADDS, words)
    if not match:
        return None
    named = match.groupdict()
    lone = named.get("lone")
    sign = -1 if match["verb"] in _LESS else 1
    pick = Pick(_kind(named.get("thing")), _named(named.get("words") or lone))
    span = match["span"] or named.get("extra") or ""
    return Do("add", pick, sign * (seconds(span) or 0.0))


def hold(words: str, _raw: str, _now: datetime) -> Command | None:
    """Read an order to pause a timer, or to go on with it."""
    words = re.sub(r"^put (.+) on (?:hold|pause)$", r"pause \1", words)
    for what, pattern in zip(("pause", "resume"), _HOLDS, strict=True):
        if match := re.fullmatch(pattern, words):
            pick = Pick(_kind(match["thing"]), _named(match["words"]))
            return Do("pause", pick) if what == "pause" else Do("resume", pick)
    return None


def _first(patterns: tuple[str, ...], words: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := re.fullmatch(pattern, words))), None)


def _kind(thing: str | None) -> Kind | None:
    if not thing:
        return None
    if thing.startswith(("timer", "countdown")):
        return "timer"
    return "reminder" if thing.startswith("reminder") else "alarm"


def _named(words: str | None) -> str:
    return clean(words or "")
