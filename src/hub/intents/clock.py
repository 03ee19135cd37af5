"""Tell the time, here and in other places, and when the clocks change."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hub.intents.days import MONTH, WEEKDAY, YEAR, month_number, say, year_of
from hub.intents.hours import MOMENT, both, coming, hm, words
from hub.intents.intent import Intent, Question, also, given
from hub.intents.places import several, title, zone


def _now(question: Question, _match: re.Match[str]) -> str:
    return f"It is {hm(question.now)}."


_PARTS = {
    "morning": range(5, 12),
    "afternoon": range(12, 18),
    "evening": range(17, 22),
    "night": (21, 22, 23, 0, 1, 2, 3, 4),
}
"""The hours that people call so; some have two names."""


def _part_of_day(question: Question, match: re.Match[str]) -> str | None:
    """Say whether it is morning, here or elsewhere; only the time where that is not one question."""
    there = zone(match["place"]) if match["place"] else question.now.tzinfo
    if not there:
        return None
    now, asked = question.now.astimezone(there), re.findall(r"morning|afternoon|evening|night", match[0])
    where = f" in {title(match['place'])}" if match["place"] else ""
    if len(asked) == 1 and " or " not in match[0]:
        return f"{'Yes' if now.hour in _PARTS[asked[0]] else 'No'}, it is {hm(now)}{where}."
    part = next((part for part in asked if now.hour in _PARTS[part]), "")
    bare = re.search(r"\b[ap]m\b", match[0]) or (asked and not part)
    half = f", {'am' if now.hour < 12 else 'pm'}" if bare else ""  # noqa: PLR2004  noon
    of_day = {"": "", "night": " at night"}.get(part, f" in the {part}")
    return f"It is {hm(now)}{of_day}{where}{half}."


def _there(question: Question, match: re.Match[str]) -> str | None:
    place = re.sub(r" (?:right now|now|today|at the moment)$", "", match["place"])
    if place in ("here", "this place", "home", "this room", "this house", "my time zone", "my timezone"):
        return f"It is {hm(question.now)}."
    if " and " in place and not zone(place):
        return _both(question, place)
    if cities := several(place):
        told = ", ".join(f"{hm(question.now.astimezone(zone(city)))} in {title(city)}" for city in cities)
        return f"It depends on where: it is {told}."
    there = zone(place)
    if not there:
        vague = re.search(
            r"\d|\b(?:my|your|his|her|the|this|that|it|a|an|our|their|morning|evening|afternoon|night|words?)\b",
            place,
        )
        asked = re.search(r"time is it|the (?:current |local )?time in", match[0])
        return None if vague or not asked or len(place.split()) > 2 or " for " in place else _unknown(place)  # noqa: PLR2004  longer is no place
    then = question.now.astimezone(there)
    return f"It is {hm(then)}{_day(then, question.now)} in {title(place)}."


def _day(then: datetime, now: datetime) -> str:
    return {0: "", 1: " tomorrow", -1: " yesterday"}.get((then.date() - now.date()).days, f" on {then:%A}")


def _unknown(place: str) -> str:
    return f"I do not know one time zone for {place.title()}, so I cannot tell the time there."


def _both(question: Question, places: str) -> str | None:
    found = [(place, zone(place)) for place in re.split(r" and (?:in )?", places)]
    told = [f"{hm(question.now.astimezone(there))} in {title(place)}" for place, there in found if there]
    return f"It is {' and '.join(told)}." if len(told) == len(found) else None


def _there_known(question: Question, match: re.Match[str]) -> str | None:
    place = match["place"] or match["place2"]
    there = zone(place)
    if not there:
        return None
    then = question.now.astimezone(there)
    return f"It is {hm(then)}{_day(then, question.now)} in {title(place)}."


def _day_there(question: Question, match: re.Match[str]) -> str | None:
    """Name the day in another place."""
    there = zone(match["place"])
    return (
        f"In {title(match['place'])} it is {say(question.now.astimezone(there).date())}." if there else None
    )


def _hour_there(question: Question, match: re.Match[str]) -> str | None:
    """Say what the clocks show in one place when they show a given time in another."""
    found = match.groupdict()
    source, target = found.get("from") or "here", found.get("to") or "here"
    home = question.now.tzinfo
    first = home if source == "here" else zone(source)
    second = (
        home
        if target in ("here", "my time", "local time", "local", "my time zone", "my timezone", "my")
        else zone(target)
    )
    if not first or not second or source == target:
        return None
    there = question.now.astimezone(first)
    clock = coming(
        match["moment"], there.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(seconds=1)
    )
    if not clock:
        return None
    then = clock.astimezone(second)
    days = (then.date() - clock.date()).days
    day = {0: "", 1: " the next day", -1: " the day before"}.get(days, "")
    name = "here" if source == "here" else f"in {title(source)}"
    where = "here" if second is home and target != source and not zone(target) else f"in {title(target)}"
    half = re.search(r"am|pm|morning|afternoon|evening", match["moment"])
    show = both if half else hm
    return f"When it is {show(clock)} {name}, it is {show(then)}{day} {where}."


def _difference(question: Question, match: re.Match[str]) -> str | None:
    found = match.groupdict()
    place, other = found["place"], found.get("other")
    place = re.sub(r" (?:ahead|behind|earlier|later)$", "", place)
    if other and not zone(place) and zone(f"{place} {other}"):
        place, other = f"{place} {other}", None
    other = re.sub(r"^(?:us|me|here|ahead of us|of us|ours)$", "here", other) if other else other
    there = zone(place)
    here = (
        question.now.astimezone(zone(other))
        if other and zone(other)
        else None
        if other and other != "here"
        else question.now
    )
    if not there or here is None:
        return None
    gap = (question.now.astimezone(there).utcoffset() or timedelta()) - (here.utcoffset() or timedelta())
    name, home = title(place), title(other) if other and other != "here" else "here"
    if not gap:
        return f"There is no time difference between {name} and {home} today."
    return f"{name} is {words(gap)} {'ahead of' if gap > timedelta() else 'behind'} {home} today."


def _offset(now: datetime) -> str:
    minutes = int((now.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "the same as universal time"
    return f"{words(timedelta(minutes=minutes))} {'ahead of' if minutes > 0 else 'behind'} universal time"


def _zone_of(question: Question, match: re.Match[str]) -> str | None:
    there = zone(match["place"])
    if not there:
        return None
    then = question.now.astimezone(there)
    return f"{title(match['place'])} is on {then.tzname()}, {_offset(then)}."


# -- summer time ----------------------------------------------------------------------------------


def changes(now: datetime, count: int = 2) -> list[datetime]:
    """Return the next moments at which the offset of ``now``'s zone changes, in that zone, within two years."""
    found: list[datetime] = []
    at = now.astimezone(UTC)
    zone_here = now.tzinfo
    for _ in range(740):
        later = at + timedelta(days=1)
        if at.astimezone(zone_here).utcoffset() != later.astimezone(zone_here).utcoffset():
            found.append(_edge(at, later, now))
            if len(found) == count:
                break
        at = later
    return found


def _edge(low: datetime, high: datetime, now: datetime) -> datetime:
    """Return the first minute of the new offset, by halving."""
    before = low.astimezone(now.tzinfo).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(now.tzinfo).utcoffset() == before else (low, middle)
    return (high + timedelta(seconds=30)).replace(second=0, microsecond=0).astimezone(now.tzinfo)


def _clock_change(question: Question, match: re.Match[str]) -> str | None:
    found = match.groupdict()
    now, place = question.now, found.get("place")
    if place:
        there = zone(place)
        if not there:
            return None
        now = now.astimezone(there)
    where = f" in {title(place)}" if place else " here"
    text = match[0]
    if not changes(now, 1):
        return f"The clocks do not change{where}."
    spring = re.search(
        r"forward|ahead|start|begin|spring|summer time (?:start|begin)", text
    ) and not re.search(r"\bend|back|fall|autumn", text)
    autumn = re.search(r"\b(?:back|end|ends|over|fall back|finish|autumn|fall)\b", text)
    if " or " in text:  # "forward or back": which way is the question
        spring = bool(re.search(r"in (?:the )?spring", text))
        autumn = re.search(r"in (?:the )?(?:autumn|fall)", text)
    for edge in _edges(now, found.get("year"), found.get("month"), past="did" in text.split()):
        before = (edge.astimezone(UTC) - timedelta(hours=3)).astimezone(now.tzinfo)
        ahead = (edge.utcoffset() or timedelta()) > (before.utcoffset() or timedelta())
        if (spring and not ahead) or (autumn and ahead):
            continue
        verb, soon = ("went", "") if edge <= now else ("go", "" if found.get("year") else " next")
        hour = f", and we {'lose' if ahead else 'gain'} an hour" if " hour" in text else ""
        return f"The clocks{where} {verb} {'forward' if ahead else 'back'}{soon} on {say(edge.date())}{hour}."
    return None


def _edges(now: datetime, named: str | None, month: str | None, *, past: bool) -> list[datetime]:
    """Return the changes in the year or month that was ``named``; else the next ones, or the ``past`` ones, last first."""
    year = year_of(named, now.date()) if named else None
    start = now.replace(year=year, month=1, day=1) if year else now - timedelta(days=366 * past)
    found = [edge for edge in changes(start, 3) if not month or edge.month == month_number(month)]
    if year:
        return [edge for edge in found if edge.year == year]
    return [edge for edge in found if edge <= now][::-1] if past else found


def _has_summer(question: Question, match: re.Match[str]) -> str | None:
    """Say whether the clocks of a place are changed."""
    here = match["place"] in ("we", "you", "i")
    there = question.now.tzinfo if here else zone(match["place"])
    if not there:
        return None
    where = "here" if here else f"in {title(match['place'])}"
    changed = changes(question.now.astimezone(there), 1)
    return f"{'Yes' if changed else 'No'}, the clocks {where} {'change' if changed else 'do not change'}."


def _changes_then(question: Question, match: re.Match[str]) -> str | None:
    """Answer whether the clocks change within some days, by saying when they do."""
    coming = changes(question.now, 1)
    if not coming:
        return "The clocks do not change here."
    return _clock_change(question, match)


def _is_summer(question: Question, match: re.Match[str]) -> str:
    dst = question.now.dst() or timedelta()
    if re.search("winter|standard|clocks (?:change|go)|end|start|begun|finish", match[0]):
        return f"The clocks here are on {'summer' if dst else 'standard'} time now."
    if not changes(question.now, 1):
        return "No, the clocks do not change here."
    return f"{'Yes' if dst else 'No'}, the clocks here are {'on summer time' if dst else 'on standard time'} now."


_IT = r"(?:is it|it is|do we have|do you have|have you got|is it here|have we got|do you make it|are we at|is showing|has it got|we got|you got)"
_PLACE = r"[a-z][a-z .']{1,24}"
_PART_OF_DAY = r"(?:morning|afternoon|evening|night|day)(?: ?time)?"
_NO_MONTH = rf"(?!(?:the )?(?:spring|autumn|fall|{MONTH})\b)"
_YEAR = rf"(?: in (?:the )?(?:spring|autumn|fall|(?P<month>{MONTH})))?(?: (?:in )?(?P<year>{YEAR}|this year|next year|last year))?"
INTENTS = (
    Intent(
        rf"what (?:time|oclock) {_IT}(?: (?:here|now|today|exactly|right here))*|what (?:is|was) the (?:current |exact |present "
        rf"|local )*time(?: (?:here|now|today|is it|of day))*|what hour is it|what hour of the day is it|(?:the |current |local )*time(?: is it)?(?: now)?|(?:do you have|have you got|got"
        rf"|give me|may i have|can i (?:have|get)|can you check|check|any chance of|what about) the (?:current |exact )?time(?: on you| of day)?|whats? time|what is time now|time check|check the time"
        rf"|how late is it|what does the clock say|what does my watch say|what is the hour|the current time(?: is)?|what is the time on the clock",
        _now,
    ),
    Intent(
        r"(?:what is |what are |what )?(?:the |today's )?(?:current )?(?:(?:date|day) and (?:the )?time|time and (?:the )?(?:date|day))(?: is it)?(?: today| now)?",
        lambda q, _m: f"It is {hm(q.now)} on {q.now:%A}, {q.now.day} {q.now:%B} {q.now.year}.",
    ),
    Intent(
        rf"(?:what is |what )?(?:the )?(?:current |local )*(?:(?:time|hour) (?:is it |do they have |is it now )?|how late is it |(?:would|will) the time be )(?:right now |now |currently )?(?:(?:(?:over|out|down|up|back) )?(?:there )?in|at|for(?: (?:people|someone|them|him|her) in)?|on(?= the (?:east|west) coast\b)) (?:both )?(?P<place>{_PLACE})",
        _there,
        ("time", "hour", "how late"),
    ),
    Intent(rf"(?:(?:what does the clock say|how is the time) (?:over )?in (?P<place>{_PLACE})|(?:over |and )?in (?P<place2>{_PLACE}?) what (?:time is it|is the time))", _there_known, ("clock", "time")),
    Intent(rf"what is the (?P<place>{_PLACE}?) time|what is (?P<place2>{_PLACE}?) time|(?:current )?time (?P<place3>{_PLACE})", lambda q, m: _there_known(q, m) if m["place"] or m["place2"] else None, ("time",)),
    Intent(rf"(?:what is |what )?time is it (?P<place>{_PLACE}?)(?: time)", lambda q, m: _there_known(q, given(m, place2=None)), ("time",)),
    Intent(
        rf"(?:(?:what|which) (?:day|date|weekday)(?: of the week)?(?: and date)? is it|(?:what is )?(?:the |today's |todays )?(?:current )?(?:date|day|weekday))(?: now| today| right now)? (?:over )?in (?P<place>{_PLACE})"
        rf"|is it (?:already |still )?(?:today|tomorrow|yesterday|{WEEKDAY}|the weekend)(?: already| yet| still| now)? (?:over )?in (?P<place2>{_PLACE}?)(?: yet| already| now)?",
        lambda q, m: _day_there(q, also(m, place="place2")),
        (" in ",),
    ),
    Intent(
        rf"(?:when|if|at) (?:it is |it's |at )?{MOMENT} (?:in |at )?(?P<from>{_PLACE}?)(?: time)? (?:what (?:is the )?time|what is it|what will it be|what hour)(?: is it| will it be| would it be)? (?:in )?(?P<to>{_PLACE})",
        _hour_there,
    ),
    Intent(
        rf"(?:if |when )?(?:it is |it's ){MOMENT} (?:in |at )?(?P<from>{_PLACE}?)(?: time)? (?:what time is it|what is the time|what time is that|what is that|what time will it be) (?:here|for (?:me|us)|in my time|my time|where i am|where we are)",
        _hour_there,
    ),
    Intent(
        rf"what (?:time|hour) (?:is it|will it be|would it be|is that) (?:in )?(?P<to>{_PLACE}?) (?:when|if|at)(?: it is)? {MOMENT}(?: in| at)?(?: (?P<from>{_PLACE}?))?(?: time)?",
        _hour_there,
    ),
    Intent(
        rf"(?:what (?:time )?is |convert |when is )?{MOMENT} (?:in )?(?P<from>{_PLACE}?)(?: time)? (?:is what(?: time)?(?: in)?|in|to|into|for(?: (?:someone|people|them|me|us|him|her) in)?) (?P<to>{_PLACE}?)(?: time)?",
        _hour_there,
    ),
    Intent(
        rf".*\b(?:at|for|is|starts?) {MOMENT} (?:in )?(?P<from>{_PLACE}?)(?: time)? (?:so |and )?what (?:time )?(?:is|would|will) (?:that|it)(?: be)? (?:for (?:me|us)|here|(?:in )?(?P<to>{_PLACE}))",
        _hour_there,
        ("what",),
    ),
    Intent(
        rf"(?:(?:my|our|a) [a-z ]{{2,30}}? (?:is|are|lives?|works?|staying|living|working|now|over|out|away|on holiday| )+ in|if i (?:phone|call|ring|text|phoned|called|rang|was in|were in)(?: [a-z ]+ in)?) (?P<place>{_PLACE}?) (?:now )?(?:so |and )?what (?:is the time|time is it|time would it be)(?: now)? (?:for (?:her|him|them)|there|over there|where (?:she|he|they) (?:is|are|lives?))",
        lambda q, m: _there_known(q, given(m, place2=None)),
    ),
    Intent(rf"what (?:time|hour) (?:is it )?in (?P<to>{_PLACE}?) is {MOMENT} (?:in )?(?P<from>{_PLACE}?)(?: time)?", _hour_there),
    Intent(rf"what (?:time|hour) is {MOMENT} (?:in )?(?P<from>{_PLACE}?)(?: time)? (?:here|for me|for us|my time|in my time zone|local time|locally)", _hour_there),
    Intent(
        rf"(?:what is |how (?:big|large|much|many hours) is )?(?:the )?time (?:zone )?difference (?:to|with|between here and|from here to|between me and) (?P<place>{_PLACE})",
        _difference,
    ),
    Intent(
        rf"(?=.*\b(?:time|hours?)\b)(?:what is |how (?:big|large|much|many hours) (?:is |of )?)?(?:an? |the )?(?:time |hour )?(?:zone )?(?:difference|gap)(?: in (?:time|hours))?(?: (?:is|are) there)? (?:between|from) (?P<place>{_PLACE}?) (?:and|to) (?P<other>{_PLACE})"
        rf"|how many hours apart are (?P<place2>{_PLACE}?) and (?P<other2>{_PLACE})",
        lambda q, m: _difference(q, also(m, place="place2", other="other2")),
        ("difference", "gap", "apart"),
    ),
    Intent(
        rf"how (?:many hours|far|much|much earlier|much later)(?: (?:ahead|behind))? (?:is|are) (?P<place>{_PLACE}?)(?: (?:ahead|behind|earlier|later))?(?:(?: of| from| than)? (?P<other>{_PLACE}))?",
        lambda q, m: _difference(q, m) if re.search(r"ahead|behind|earlier|later|hours", m[0]) else None,
        ("how many hours", "ahead", "behind", "earlier", "later"),
    ),
    Intent(rf"(?:is|are) (?:we|(?P<place>{_PLACE}?)) (?:in|on) the same (?:time zone|timezone|time) (?:as|with) (?P<other>{_PLACE})|are (?P<place2>{_PLACE}?) and (?P<other2>{_PLACE}?) (?:in|on) the same (?:time zone|timezone|time)", lambda q, m: _difference(q, given(m, place=m["place"] or m["place2"] or m["other"], other=(m["other"] or m["other2"]) if m["place"] or m["place2"] else None)), ("same",)),
    Intent(rf"is (?P<place>{_PLACE}?) (?:an?|\d+) hours? (?:ahead of|behind|ahead|earlier than|later than) (?P<other>{_PLACE})", _difference, ("ahead", "behind", "earlier", "later")),
    Intent(rf"how (?:far|many hours|much) (?:ahead|behind|earlier|later) (?:is it in|is it|is|are) (?P<place>{_PLACE}?) (?:than|of|from)(?: it is)?(?: in)? (?P<other>{_PLACE})", _difference, ("ahead", "behind", "earlier", "later")),
    Intent(rf"how (?:far|many hours|much) (?:ahead|behind)(?: of)? (?:us|me|here) (?:is|are) (?P<place>{_PLACE})", _difference, ("ahead", "behind")),
    Intent(rf"(?:is )?(?P<place>{_PLACE}?) (?:is )?(?:ahead of|behind|ahead or behind) (?P<other>{_PLACE})", _difference, ("ahead", "behind")),
    Intent(rf"how many hours (?:is it |are there )?(?:between (?P<place>{_PLACE}?) and (?P<other>{_PLACE})(?: time)?|from (?P<place2>{_PLACE}?) time to (?P<other2>{_PLACE}) time)", lambda q, m: _difference(q, also(m, place="place2", other="other2")), ("hours",)),
    Intent(
        r"(?:what is |give me |show )?(?:the )?(?:unix|epoch|posix) (?:time ?stamp|time|seconds)(?: now)?|(?:what is |give me )?the (?:current )?time ?stamp(?: in unix)?",
        lambda q, _m: f"It is {int(q.now.timestamp())} seconds since the beginning of 1970.",
        ("unix", "epoch", "posix", "stamp"),
    ),
    Intent(
        rf"what (?:time {_IT}|is the (?:current )?time)(?: now)? (?:in|on) (?:the |an? )?(?:24|military|railway)(?: hour)?(?: time| clock| format)*",
        _now,
        ("24", "military", "railway"),
    ),
    Intent(
        rf"(?:is it (?:already |still )?(?:(?:the )?{_PART_OF_DAY}|am|pm)(?: (?:yet|already|still|now))?(?: or (?:the )?(?:{_PART_OF_DAY}|am|pm))?|what part of the day is it)(?: (?:over )?in (?P<place>{_PLACE}))?",
        _part_of_day,
    ),
    Intent(
        r"what (?:time zone|timezone) (?:am i|are we|are you|is this|do you use|is the hub)(?: in| on)?|what is (?:my|your|the|our) (?:current )?(?:time zone|timezone)",
        lambda q, _m: f"This machine's time zone is {q.now.tzname()}, {_offset(q.now)}.",
    ),
    Intent(rf"(?:what|which) (?:time zone|timezone) (?:is|does) (?P<place>{_PLACE}?)(?: (?:in|on|use|have))?|what is the (?:time zone|timezone) (?:of|in|for) (?P<p2>{_PLACE})", lambda q, m: _zone_of(q, also(m, place="p2")), ("zone",)),
    Intent(
        rf"(?:when|(?:on )?(?:what|which) (?:day|date))(?: do| does| did| will| is| are)?(?: the)?(?: (?:next|us|uk|european))? (?:clocks?|clock change|time change|daylight savings?(?: time)?(?: change)?|dst|summer time|british summer time|hour|time)(?: to)? ?(?:next )?(?:go|goes|change|changes|spring|fall|start|starts|begin|begins|end|ends|over|turn|move|due|happen)?(?: (?:forward|forwards|back|backward|backwards|ahead|next|again|change))?(?: (?:in|for) (?P<place>{_NO_MONTH}{_PLACE}?))?{_YEAR}(?: next)?",
        lambda q, m: _clock_change(q, m) if re.search(r"clock|daylight|dst|summer time|time change|(?:hour|time) (?:change|go|spring)", m[0]) else None,
        ("clock", "daylight", "dst", "summer time", "time change"),
    ),
    Intent(rf"do(?:es)? (?P<place>{_PLACE}?) (?:have|use|observe|do|keep|change|change to|go on)(?: to)? (?:daylight savings?(?: time)?|summer time|dst|(?:the |its |their |our )?clocks)", _has_summer, ("daylight", "summer", "dst", "clocks")),
    Intent(
        rf"do (?:we|you|i) (?:lose|gain|get)(?: or (?:lose|gain|get))? an (?:extra )?hour(?: (?:in bed|of sleep))?(?: in (?P<place>{_NO_MONTH}{_PLACE}?))?{_YEAR}",
        _clock_change,
        ("hour",),
    ),
    Intent(
        rf"do(?:es)? (?:the )?(?:clocks?|time) (?:go|move|change|turn|spring) (?:forwards?|backwards?|back|ahead) or (?:forwards?|backwards?|back|ahead)(?: an hour)?(?: next)?(?: in (?P<place>{_NO_MONTH}{_PLACE}?))?{_YEAR}",
        _clock_change,
        ("clock", "time"),
    ),
    Intent(rf"when (?:do|did|will) (?:we|they|you|i)(?: have to| need to)? (?:change|turn|set|put|move) the (?:clocks?|time)(?: (?:forwards?|back|ahead|again))*(?: (?:in|for) (?P<place>{_NO_MONTH}{_PLACE}?))?{_YEAR}", _clock_change, ("clock",)),
    Intent(r"(?:do|will|are) (?:the clocks|we)(?: going to)? (?:change|go|put the clocks|changing|going|turn)(?: (?:forward|back|the clocks))? (?P<when>this weekend|this week|this month|today|tonight|tomorrow|on sunday|next week|next weekend|soon|next month)", _changes_then, ("clock",)),
    Intent(r"when is the next (?:clock change|time change|daylight savings?(?: time)? change)|next clock change", _clock_change, ("change",)),
    Intent(r"(?:is it|are we (?:on|in)|is this|are the clocks (?:on|in)) (?:in |on )?(?:british |european )?(?:daylight savings?(?: time)?|summer time|winter time|standard time|dst)(?: now| time| yet| at the moment)?|(?:has|did) (?:the )?(?:summer time|daylight savings?(?: time)?|winter time|dst) (?:ended|end|started|start|begun|finished|finish)(?: yet| already)?|(?:did|have) the clocks (?:change|changed|go|gone)(?: (?:forward|back))?(?: yet| already)?", _is_summer, ("daylight", "time", "dst", "clocks")),
    Intent(rf"is it (?:nearly|almost|close to|about|getting on for) {MOMENT}(?: yet| already)?", _now, ("is it",)),
)  # fmt: skip
