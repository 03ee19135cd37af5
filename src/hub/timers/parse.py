# ruff: noqa: E501  a pattern is read as a whole
"""Understand what is said about timers, alarms and reminders; None when it is about something else.

Only sentences that are one clear order or question are taken, whole. One that is clearly meant but
lacks something, or names what cannot be, is answered with a question or a reason instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from hub.intents.words import plain
from hub.timers.durations import SPAN, seconds, spell
from hub.timers.when import Impossible, When, merge, peel

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.timers.timer import Kind


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Set a timer."""

    seconds: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class SetAlarm:
    """Set an alarm."""

    when: When
    name: str = ""


@dataclass(frozen=True, slots=True)
class Remind:
    """Set a reminder of ``text``."""

    text: str
    when: When


@dataclass(frozen=True, slots=True)
class Ask:
    """The sentence lacks something: ``question`` asks for it, and the answer is read as its end."""

    question: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """What was asked cannot be; ``reason`` says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pick:
    """Which of those that are set: of ``kind``, called ``words``; or ``all`` of them."""

    kind: Kind | None = None
    words: str = ""
    all: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """Do something with what is set. ``seconds``: how much to add, or how long to snooze."""

    what: Literal["cancel", "add", "pause", "resume", "snooze", "stop", "list", "left"]
    pick: Pick
    seconds: float = 0.0


Command = SetTimer | SetAlarm | Remind | Ask | Refuse | Do

HOW_LONG = "For how long?"
AT_WHAT_TIME = "At what time?"
REMIND_WHEN = "When shall I remind you?"
REMIND_WHAT = "What shall I remind you of?"
QUESTIONS = (HOW_LONG, AT_WHAT_TIME, REMIND_WHEN, REMIND_WHAT)

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|please|so|um+|uh+|well|hub|timmy|computer|and|now|then|just|actually|oh|yes|no)\b[ ,.!]*)*"
    r"(?:(?:can|could|would|will) you(?: please)?(?: just)? |i (?:want|need|would like)(?: you)? to |i'd like(?: you)? to "
    r"|let's |let us |go ahead and |do me a favou?r and |you (?:can|could|should) |please )?"
    r"(?:please )?(?:help me )?",
    re.IGNORECASE,
)
_SET = r"(?:set|said|sat|sets|setup|set up|start|begin|make|create|put on|put|give me|give|run|do|get me|get|add|have|i need|i want|i would like|fire up|new)"
_ART = r"(?:a|an|the|my|another|one more|new|a new|another new|1|me a|me an|up a|up the|off a|us a)"
_NOUN = r"(?:timer|countdown timer|countdown|time er|egg timer)"
_THINGS = r"(?:timers?|alarms?|reminders?|countdowns?|alarm clocks?|wake up calls?)"
_THING = r"(?:timer|alarm|reminder|countdown|alarm clock|wake up call)"
_NAME = r"[a-z0-9][a-z0-9' ]{0,40}?"
_STOP_WORDS = frozenset(
    ["is", "are", "was", "what", "how", "why", "who", "when", "where", "does", "do", "did", "i", "you", "it", "if",
     "and", "or", "not", "no", "because", "that", "which", "whether", "then", "tell", "javascript", "python", "java",
     "code", "css", "html", "app", "story", "poem", "song", "on", "off", "to", "from", "for"]
)  # fmt: skip
_EMPTY_NAMES = frozenset(
    ["", "new", "another", "second", "2nd", "third", "3rd", "other", "quick", "short", "simple", "countdown", "little",
     "me", "single", "timer", "kitchen", "first", "1st", "long"]
)  # fmt: skip


def parse(text: str, now: datetime) -> Command | None:
    """Return what ``text`` orders or asks; None when it is about something else. ``now``: aware."""
    raw = " ".join(text.split())
    words = spell(plain(_POLITE.sub("", raw, count=1)))
    if not words or len(raw) > 300:  # noqa: PLR2004  a talk, not an order
        return None
    try:
        return next((found for read in _READERS if (found := read(words, raw, now))), None)
    except Impossible as error:
        return Refuse(str(error))


# -- timers -----------------------------------------------------------------------------------------------

_TIMER = re.compile(
    rf"(?:(?P<verb>{_SET}) )?(?:{_ART} )?(?:(?P<span>{SPAN}) )?(?:(?P<name>{_NAME}) )?{_NOUN}(?: (?P<rest>.+))?"
)
_COUNT = re.compile(rf"(?:count ?down|time|count) (?:from |me (?:for )?)?(?P<span>{SPAN})")
_LOOSE = re.compile(rf"(?P<span>{SPAN}) (?:on the clock|timer please)")
_REST = re.compile(
    rf"(?:for|of|to|with|that (?:lasts|runs|rings in|goes off in)|lasting|in|at)? ?(?P<span>{SPAN})(?= |$)"
    rf"|(?:called|named|labell?ed|name it|call it|with the name|and call it|and name it) (?:the )?(?P<called>[a-z0-9' ]+?)(?= for {SPAN}| {SPAN}|$)"
    r"|(?:for|of) (?P<minutes>\d{1,3})$"
    rf"|for (?:the |my |our |some |a |making |cooking |boiling |baking )*(?P<purpose>[a-z0-9' ]+?)(?= (?:for|of|in) {SPAN}| {SPAN}|$)"
)


def _timer(words: str, _raw: str, _now: datetime) -> Command | None:
    if match := _COUNT.fullmatch(words) or _LOOSE.fullmatch(words):
        return _made(seconds(match["span"]), "")
    match = _TIMER.fullmatch(words)
    if not match:
        return None
    span = seconds(match["span"]) if match["span"] else None
    name, rest = _clean(match["name"] or ""), match["rest"] or ""
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
            name = name or _clean(more["called"] or more["purpose"] or "")
        rest = rest[more.end() :].strip()
    if name and not _fit(name):
        return None
    if span is None:
        return Ask(HOW_LONG) if match["verb"] and not re.search(r"\d", words) else None
    return _made(span, name)


def _clean(name: str) -> str:
    name = re.sub(r"^(?:the|my|a|an|our|some) ", "", name.strip())
    name = re.sub(r"^(?:new|another|second|2nd|quick|short|countdown) (?=\w)", "", name)
    return "" if name in _EMPTY_NAMES else name


def _fit(name: str) -> bool:
    """Say whether ``name`` may be a name: a few words, none of which asks or tells something."""
    words = name.split()
    return len(words) <= 5 and not _STOP_WORDS.intersection(words)  # noqa: PLR2004


def _made(span: float | None, name: str) -> Command:
    if span is None or span <= 0:
        return Refuse("A timer needs at least one second.")
    if span > 30 * 86_400:
        return Refuse("I run timers for 30 days at most. For later, set a reminder on a date.")
    return SetTimer(span, name)


# -- alarms -----------------------------------------------------------------------------------------------

_ALARM = re.compile(
    rf"(?:(?P<verb>{_SET}) )?(?:{_ART} )?(?P<before>.+? )??(?:alarms?|alarm clock|wake up call|wake up alarm)(?: (?P<rest>.+))?"
)
_WAKE = re.compile(r"(?:wake|get) (?:me|us)(?: up)?(?: (?P<rest>.+))?|wake up (?P<up>(?:at|in|tomorrow|call).+)")
_CALLED = re.compile(r"^(?:called|named|labell?ed|call it|name it|and call it) (?P<name>[a-z0-9' ]+?)(?= (?:for|at|in|on|every) |$)")


def _alarm(words: str, _raw: str, now: datetime) -> Command | None:
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
    name, rest = _clean(name), match["rest"] or ""
    while rest:
        more, left = peel(rest, now, end=False, bare=True)
        if called := _CALLED.match(left):
            name, left = called["name"], left[called.end() :].strip()
        elif left == rest:
            purpose = re.fullmatch(r"(?:for|to) (?:the |my )?(?P<name>[a-z' ]+?)(?: (?P<when>(?:at|in|on|tomorrow|for) .+))?", left)
            if not purpose:
                return None
            name, left = name or purpose["name"], purpose["when"] or ""
        merged = merge(when, more)
        if merged is None:
            return None
        when, rest = merged, left
    if (name and not _fit(name)) or not (match["verb"] or when):
        return None
    return _alarm_at(when, name)


def _alarm_at(when: When, name: str) -> Command:
    if when.seconds is not None:
        return SetAlarm(when, name) if 0 < when.seconds <= 30 * 86_400 else Refuse("That is no time I can keep.")
    return SetAlarm(when, name) if when.timed else Ask(AT_WHAT_TIME)


# -- reminders --------------------------------------------------------------------------------------------

_REMIND = re.compile(
    rf"(?:remind (?:me|us)|(?:{_SET} )?(?:{_ART} )?(?P<before>.+? )??reminder(?: for me)?|do not let me forget)(?: (?P<rest>.+))?"
)
_LINK = re.compile(r"^(?:to|that|about|of|for) (?!what\b|how\b|who\b|why\b)")


def _reminder(words: str, raw: str, now: datetime) -> Command | None:
    match = _REMIND.fullmatch(words)
    if not match or re.match(r"remind (?:me|us) (?:what|how|who|why|where|which|when|of (?:my|the|a|you|our))\b", words):
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
    if not text and rest and not late:
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


# -- what is set --------------------------------------------------------------------------------------------

_MY = r"(?:the |my |our |that |this |any |your )*"
_ALL = r"(?:all(?: of)?|every|both|each of|both of)"
_RUNNING = (
    r"(?: (?:there|running|set|active|on|going|pending|left|do i have|i have|have i|have i got|do we have|i have set|have i set"
    r"|did i set|coming up|for today|for tomorrow|today|tomorrow|are there|are|is|there are|still|currently|up|you have"
    r"|do you have|have you got|have you set|you|have|right))*"
)
_SEVERAL = rf"(?P<thing>{_THINGS})(?:(?: and| or|) {_THINGS})*"
_LISTS = (
    rf"(?:what|which)(?: (?:are|is|other))?(?: all)? ?{_MY}{_SEVERAL}{_RUNNING}",
    rf"(?:list|show|show me|give me|read|read me|read out|check|what about|tell me)(?: all)?(?: of)? ?{_MY}(?:active |current |running )?{_SEVERAL}{_RUNNING}",
    rf"(?:do (?:i|we) have|have (?:i|we|you) got|are there|is there|do you have|did i set)(?: (?:any|an?|some))?(?: (?:active|running|other))* ?{_SEVERAL}{_RUNNING}",
    rf"how many {_SEVERAL}{_RUNNING}",
    rf"(?:my |all |all my ){_SEVERAL}",
    rf"(?:is|are) (?:the |my |a |any |there a |there any ){_SEVERAL}{_RUNNING}",
)
_WHICH = rf"(?:(?P<words>{_NAME}) )??"
_LEFTS = (
    rf"how (?:long|much time|much longer|many minutes|much|many seconds)(?: (?:is|does|do i have|have i got|until|till|before|has|on|for|left|remaining|there|it|to go|in|of|are))* (?:the |my |our ){_WHICH}(?P<thing>{_THING})(?: (?:has|have|is|does it have|left|remaining|to go|got|go off|goes off|rings?|still|run|end|ends|done|is up))*",
    r"how (?:long|much time|much longer|many minutes)(?: (?:is|does|do i have|have i got|left|remaining|on))+ (?P<words>[a-z' ]+?) (?P<thing>timer)(?: (?:have|has|left|remaining))*",
    rf"(?:the )?(?:time|minutes) (?:left|remaining) (?:on|for|in) (?:the |my )?{_WHICH}(?P<thing>{_THING})",
    rf"(?:when|what time) (?:does|will|is|do) (?:the |my |our ){_WHICH}(?P<thing>{_THING})(?: (?:go off|ring|end|finish|done|over|due|set for|be done|going off|going to ring|set|up|stop|run out))*",
    rf"what is (?:left|remaining) on (?:the |my ){_WHICH}(?P<thing>{_THING})",
    rf"what is {_MY}{_WHICH}(?P<thing>alarm) set (?:for|to|at)",
    rf"(?:what|when) (?:is|are) (?:my|the) next (?P<thing>{_THING})s?",
    rf"(?:check(?: on)?|status of|how is) (?:the |my ){_WHICH}(?P<thing>timer)(?: doing)?",
    rf"(?:the |my )?{_WHICH}(?P<thing>timer) status",
)
_END = r"(?:cancel|stop|delete|remove|clear|end|kill|dismiss|disable|forget|get rid of|abort|drop|turn off|switch off|shut off|scrap|discard|erase|unset|quit)"
_CANCELS = (
    rf"{_END} (?:(?P<all>{_ALL}) )?{_MY}(?:(?P<words>{_NAME}) )??(?P<thing>{_THINGS})(?: (?P<more>.+))?",
    rf"(?:turn|switch|shut) {_MY}(?:(?P<words>{_NAME}) )??(?P<thing>{_THINGS}) off(?P<more>)",
    rf"(?:i do not need|never mind|nevermind|forget about) {_MY}(?:(?P<words>{_NAME}) )??(?P<thing>{_THINGS})(?: any ?more)?(?P<more>)",
    rf"(?:(?P<words>{_NAME}) )??(?P<thing>timer|alarm)s? off(?P<more>)",
)
_ADDS = (
    rf"(?P<verb>add|put|give)(?: me)?(?: another| an extra)? (?P<span>{SPAN})(?: more)?(?: (?:to|on|onto|2|on to|for) {_MY}(?:{_WHICH}(?P<thing>{_THING})|it|that|(?P<lone>[a-z' ]+)))?",
    rf"(?P<verb>give|extend|increase|lengthen|prolong|push|delay|postpone) (?:{_MY}{_WHICH}(?P<thing>{_THING})|it|me)(?: by)?(?: another| an extra)? (?P<span>{SPAN})(?: more)?",
    rf"(?P<verb>take|subtract|remove|deduct|knock) (?P<span>{SPAN}) (?:off(?: of)?|from|away from) {_MY}(?:{_WHICH}(?P<thing>{_THING})|it)",
    rf"(?P<verb>shorten|reduce|decrease|cut|shrink) (?:{_MY}{_WHICH}(?P<thing>{_THING})|it) by (?P<span>{SPAN})",
    rf"make {_MY}(?:{_WHICH}(?P<thing>{_THING})|it) (?P<span>{SPAN}) (?P<verb>longer|shorter|later|earlier)",
    rf"(?P<verb>)(?:another (?P<extra>{SPAN})|(?P<span>{SPAN}) more)(?: (?:on|for|to) {_MY}{_WHICH}(?P<thing>{_THING}))?",
)
_LESS = ("take", "subtract", "remove", "deduct", "knock", "shorten", "reduce", "decrease", "cut", "shrink", "shorter", "earlier")
_HOLDS = (
    rf"(?P<verb>pause|hold|freeze|halt) {_MY}{_WHICH}(?P<thing>timer|countdown)",
    rf"(?P<verb>resume|continue|unpause|unfreeze|go on with|carry on with) {_MY}{_WHICH}(?P<thing>timer|countdown)",
)
_STOPS = re.compile(
    r"(?:stop|stop it|stop that|stop ringing|stop (?:the |that )?(?:ringing|noise|beeping|sound)|be quiet|quiet|silence|silent|hush|shut up"
    r"|enough|that is enough|off|turn it off|turn that off|switch it off|i am up|i am awake|dismiss(?: it)?|cancel(?: it)?|shush|mute|ok stop|stop stop(?: stop)?)"
)
_SNOOZE = re.compile(
    rf"(?:snooze|snews|snoose)(?: (?:it|that|all|(?:the |my )?{_WHICH}(?P<thing>{_THING})))?(?: (?:for|by))?(?: (?:another ))?(?: ?(?P<span>{SPAN}))?"
    rf"|(?:ring|remind me) (?:again )?in (?P<later>{SPAN})"
)


def _snooze(words: str, _raw: str, _now: datetime) -> Command | None:
    match = _SNOOZE.fullmatch(words)
    if not match:
        return None
    said = match["span"] or match["later"]
    return Do("snooze", Pick(_kind(match["thing"]), _named(match["words"])), (seconds(said) or 0.0) if said else 0.0)


def _stop(words: str, _raw: str, _now: datetime) -> Command | None:
    return Do("stop", Pick()) if _STOPS.fullmatch(words) else None


def _list(words: str, _raw: str, _now: datetime) -> Command | None:
    match = _first(_LISTS, words)
    if not match:
        return None
    kinds = {_kind(word) for word in re.findall(_THINGS, words)}
    return Do("list", Pick(kinds.pop() if len(kinds) == 1 else None, all=True))


def _left(words: str, _raw: str, _now: datetime) -> Command | None:
    if re.fullmatch(r"how (?:much time|long) (?:is )?(?:there )?(?:left|remaining)|how much longer|time left", words):
        return Do("left", Pick())
    match = _first(_LEFTS, words)
    return Do("left", Pick(_kind(match["thing"]), _named(match.groupdict().get("words")))) if match else None


def _cancel(words: str, _raw: str, _now: datetime) -> Command | None:
    if re.fullmatch(rf"(?:cancel|delete|clear|remove|stop) (?:everything|{_ALL} of them)", words):
        return Do("cancel", Pick(all=True))
    match = _first(_CANCELS, words)
    if not match:
        return None
    several = match["thing"].endswith("s")
    named = " ".join(part for part in (_named(match["words"]), _told(match["more"])) if part)
    if not _fit(named):
        return None
    every = bool(match.groupdict().get("all")) or (several and not named)
    pick = Pick(_kind(match["thing"]), "" if every and not named else named, all=every)
    return Do("cancel", pick)


def _told(more: str | None) -> str:
    """Return what follows "the timer": "for the pasta", "at 7", "called tea"."""
    text = re.sub(r"^(?:for|called|named|at|to|about|set for|on|of|that) ", "", (more or "").strip())
    return re.sub(r"^(?:the|my) ", "", text)


def _add(words: str, _raw: str, _now: datetime) -> Command | None:
    match = _first(_ADDS, words)
    if not match:
        return None
    named = match.groupdict()
    lone = named.get("lone")
    sign = -1 if match["verb"] in _LESS else 1
    pick = Pick(_kind(named.get("thing")), _named(named.get("words") or lone))
    span = match["span"] or named.get("extra") or ""
    return Do("add", pick, sign * (seconds(span) or 0.0))


def _hold(words: str, _raw: str, _now: datetime) -> Command | None:
    for what, pattern in zip(("pause", "resume"), _HOLDS, strict=True):
        if match := re.fullmatch(pattern, words):
            pick = Pick(_kind(match["thing"]), _named(match["words"]))
            return Do("pause", pick) if what == "pause" else Do("resume", pick)
    return None


# -- what is meant, but not understood ------------------------------------------------------------------------

_MEANT = re.compile(
    rf"(?:(?:set|start|create|make|add|begin|cancel|stop|pause|delete|change|move|reset|restart) (?:a|an|the|my|another|up a|2|3)? ?.*\b{_THINGS}\b.*"
    r"|(?:set|start|pause|stop|reset) (?:a |the |my )?stopwatch.*"
    r"|wake me (?:up )?(?:at|in|on|by|tomorrow|every|around|when|before|after)\b(?! you\b).*"
    r"|remind me (?:to|about|in|at|tomorrow|that|on|every|when|tonight)\b.*|(?:timer|alarm) (?:for|in|at) \d.*)"
)
_FICTION = re.compile(r".*\b(?:javascript|python|java|code|css|html|react|function|script|system|panel|story|poem|song|app|clock radio)\b.*")
UNCLEAR = 'I did not understand that, so nothing was changed. Say "set a timer for 10 minutes", or "wake me at 7".'


def _meant(words: str, _raw: str, _now: datetime) -> Command | None:
    """Catch what is surely an order of this kind: a language model would only claim to have done it."""
    if "stopwatch" in words and _MEANT.fullmatch(words):
        return Refuse("I have no stopwatch yet; I can count down with a timer.")
    return Refuse(UNCLEAR) if _MEANT.fullmatch(words) and not _FICTION.fullmatch(words) else None


def _first(patterns: tuple[str, ...], words: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := re.fullmatch(pattern, words))), None)


def _kind(thing: str | None) -> Kind | None:
    if not thing:
        return None
    if thing.startswith(("timer", "countdown")):
        return "timer"
    return "reminder" if thing.startswith("reminder") else "alarm"


def _named(words: str | None) -> str:
    return _clean(words or "")


_READERS: tuple[Callable[[str, str, datetime], Command | None], ...] = (
    _stop, _snooze, _list, _left, _cancel, _add, _hold, _timer, _alarm, _reminder, _meant,
)  # fmt: skip
