"""Reckon with the clock: how long until, between two times, so many hours later, 12 and 24 hours."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.intents.days import find, say
from hub.intents.intent import Intent, Question, also, given

_UTC = ZoneInfo("UTC")
_NUMBER = r"(?:\d+(?:\.\d+)?|an?|half an|a half|a quarter of an|(?:3|1) quarters? of an)"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|h|m)"
SPAN = rf"(?P<span>{_NUMBER} ?{_UNIT}(?:(?: and)? (?:a half|{_NUMBER} ?{_UNIT}))*(?: and (?:a half|a quarter))?|\d+ (?:hours?|hrs?|h) (?:and )?\d{{1,2}}(?= (?:after|before|from|later|ago|past|earlier|what|when)\b|$))"
MOMENT = (
    r"(?P<moment>noon|midday|midnight|(?:half|quarter|\d{1,2}|\d{1,2} minutes|a quarter) (?:past|to|after|before|of|till) (?:\d{1,2}|noon|midnight|midday)(?: oclock)?(?: ?(?:am|pm))?(?: in the (?:morning|afternoon|evening)| at night|(?<! 12) tonight| this (?:morning|afternoon|evening))?"
    r"|half \d{1,2}|\d{1,2}(?:[:.]\d\d| \d\d| 0\d)? ?(?:am|pm|oclock|hours)?(?: in the (?:morning|afternoon|evening)| at night| this (?:morning|afternoon|evening)| tonight)?"
    r"|\d{4} hours|0\d{3}|[12]\d[0-5]\d(?= (?:gmt|utc|zulu|cet|bst|est|edt|pst|et|pt)\b))"
)


def hm(moment_: datetime) -> str:
    """Write a time of day."""
    return f"{moment_:%H:%M}"


def called(at: datetime) -> str:
    """Write a time of day, and midnight by its name."""
    return "midnight" if (at.hour, at.minute) == (0, 0) else hm(at)


def both(at: datetime) -> str:
    """Write a time of day in twelve hours and in 24."""
    return f"{_twelve(at)} ({hm(at)})"


def _twelve(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004


def duration(text: str) -> timedelta | None:
    """Read "3 hours and 20 minutes", "half an hour", "an hour and a half"; None when there is none."""
    total, found = 0.0, False
    text = re.sub(
        r"\b(an?|1) (hour|minute)s? and a (half|quarter)\b",
        lambda m: f"{1.5 if m[3] == 'half' else 1.25} {m[2]}s",
        text,
    )
    text = re.sub(
        r"\b(\d+) (hour|minute)s? and a (half|quarter)\b",
        lambda m: f"{int(m[1]) + (0.5 if m[3] == 'half' else 0.25)} {m[2]}s",
        text,
    )
    text = re.sub(r"(?<=\d )(?:hours?|hrs?|h) (?:and )?(\d{1,2})$", r"hours \1 minutes", text)
    text = re.sub(r"\b(?:half an|a half) hour\b", "30 minutes", text)
    text = re.sub(r"\b(?:half a|half an|a half) minute\b", "30 seconds", text)
    text = re.sub(r"\b(?:a|1) quarter of an hour\b", "15 minutes", text)
    text = re.sub(r"\b3 quarters of an hour\b", "45 minutes", text)
    for number, unit in re.findall(r"(\d+(?:\.\d+)?|\ban?) ?(second|sec|minute|min|hour|hr|h|m)s?\b", text):
        value = 1.0 if number.startswith("a") else float(number)
        total += value * {"s": 1, "m": 60, "h": 3600}[unit[0]]
        found = True
    return timedelta(seconds=total) if found and total < 10**8 else None


def face(text: str) -> list[tuple[int, int]] | None:
    """Read a time of day as the (hour, minute) it can be: two for "5 oclock", one for "5 pm" and "17:20"."""
    text = (
        re.sub(r"^(?:a )?quarter", "15", text.strip())
        .replace("half past", "30 past")
        .replace(" minutes ", " ")
        .replace(" tonight", " in the evening")
        .replace(" this ", " in the ")
    )
    if text in ("noon", "midday", "12 noon"):
        return [(12, 0)]
    if text in ("midnight", "12 midnight"):
        return [(0, 0)]
    if military := re.fullmatch(r"(\d\d)(\d\d)(?: hours)?", text):
        return _valid([(int(military[1]), int(military[2]))])
    part = re.fullmatch(
        r"(\d{1,2}) (past|to|after|before|of|till) (\d{1,2}|noon|midnight|midday)(?: oclock)?(.*)", text
    )
    if not part and (half := re.fullmatch(r"half (\d{1,2})", text)):
        part = re.fullmatch(r"(\d{1,2}) (past) (\d{1,2})(.*)", f"30 past {half[1]}")
    if part:
        sign = 1 if part[2] in ("past", "after") else -1
        hours = face(
            part[3]
            if part[3] in ("noon", "midnight", "midday")
            else f"{part[3]} oclock{part[4]}"
            if not re.search("am|pm|in the|at night", part[4])
            else f"{part[3]}{part[4]}"
        )
        if not hours or int(part[1]) > 59:  # noqa: PLR2004
            return None
        return [divmod((h * 60 + m + sign * int(part[1])) % 1440, 60) for h, m in hours]
    return _digits(text)


def _digits(text: str) -> list[tuple[int, int]] | None:
    found = re.fullmatch(
        r"(\d{1,2})(?:[:. ](\d\d))?(?: ?(am|pm|oclock|hours))?(?: (?:in the (morning|afternoon|evening)|(at night)))?",
        text,
    )
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if not (found[2] or found[3] or found[4] or found[5]):
        return None
    half = (
        found[3]
        if found[3] in ("am", "pm")
        else {"morning": "am", "afternoon": "pm", "evening": "pm"}.get(found[4] or "", "")
    )
    if found[5]:
        half = "pm" if 6 <= hour < 12 else "am" if hour == 12 or hour < 5 else ""  # noqa: PLR2004  what people call night
        if not half:
            return None
    if half:
        return _valid([(hour % 12 + (12 if half == "pm" else 0), minute)]) if 1 <= hour <= 12 else None  # noqa: PLR2004  a clock's face
    if (
        hour > 12  # noqa: PLR2004  a bound of its kind
        or (found[2] and hour == 0)
        or found[3] == "hours"
        or (found[2] and len(found[1]) == 2 and found[1][0] == "0")  # noqa: PLR2004  a bound of its kind
    ):
        return _valid([(hour, minute)])
    return _valid([(hour % 24, minute), ((hour + 12) % 24, minute)])


def _valid(times: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    return times if all(0 <= h < 24 and 0 <= m < 60 for h, m in times) else None  # noqa: PLR2004


def coming(text: str, now: datetime) -> datetime | None:
    """Read a time of day; the next one after ``now``. "18:42" may only be written; 5 oclock is the nearer one."""
    times = face(text)
    if not times:
        return None
    if ":" in text and len(times) == 2:  # noqa: PLR2004  with a colon one reads 24 hours, as this hub writes them
        times = [times[0]] if not re.search("oclock", text) and times[0][0] >= 10 else times  # noqa: PLR2004
    local = now.replace(second=0, microsecond=0)
    candidates = [local.replace(hour=h, minute=m) + timedelta(days=d) for h, m in times for d in (0, 1)]
    return min(c for c in candidates if c > now)


def words(span: timedelta) -> str:
    """Say a span in days, hours and minutes, rounded to the minute."""
    minutes = round(abs(span.total_seconds()) / 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [
        f"{n} {name}{'' if n == 1 else 's'}"
        for n, name in ((days, "day"), (hours, "hour"), (minutes, "minute"))
        if n
    ]
    if not parts:
        return "less than a minute"
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _apart(a: datetime, b: datetime) -> timedelta:
    """Return ``b`` - ``a`` as it passes, changes of the clocks considered."""
    return b.astimezone(_UTC) - a.astimezone(_UTC)


def _shifted(question: Question, match: re.Match[str]) -> str | None:
    span = duration(next(m for k, m in match.groupdict().items() if k.startswith("span") and m))
    if span is None:
        return None
    sign = -1 if re.search(r"\b(?:ago|was it|was)\b", match[0]) else 1
    then = (question.now.astimezone(_UTC) + sign * span).astimezone(question.now.tzinfo)
    days = (then.date() - question.now.date()).days
    day = {0: "", 1: " tomorrow", -1: " yesterday"}.get(days, f" on {then:%A}")
    return f"It {'was' if sign < 0 else 'will be'} {hm(then)}{day}."


def later(_question: Question, match: re.Match[str]) -> str | None:
    """Move a time of day by a span: 3 hours after 10:45 pm."""
    span, times = duration(match["span"]), face(match["moment"])
    if span is None or not times:
        return None
    sign = -1 if match["way"] in ("before", "minus", "earlier than", "-", "prior to") else 1
    told = []
    twelve = len(times) == 2 or bool(  # noqa: PLR2004  a bound of its kind
        re.search(r"am\b|pm\b|morning|afternoon|evening|noon|midnight|midday", match["moment"])
    )
    for hour, minute in times[:1]:
        then = datetime(2001, 1, 10, hour, minute) + sign * span  # noqa: DTZ001  a clock's face has no zone
        days = (then.date() - date(2001, 1, 10)).days
        day = {0: "", 1: " the next day", -1: " the day before"}.get(
            days, f", {abs(days)} days {'later' if days > 0 else 'earlier'}"
        )
        if len(times) == 2:  # noqa: PLR2004  5 oclock: the answer is a face of the clock, too
            return f"That is {then.hour % 12 or 12}:{then:%M}."
        told.append((both(then) if twelve else hm(then)) + day)
    return f"That is {told[0]}."


def _until(question: Question, match: re.Match[str]) -> str | None:
    now, found = question.now, match.groupdict()
    text = found["moment"] if not re.fullmatch(r"1?\d", found["moment"]) else f"{found['moment']} oclock"
    if part := found.get("part"):
        text = f"{found['moment']} in the {part}"
    target = _target(text, found.get("when") or "", now)
    if not target:
        return None
    left, unit = _apart(now, target), (found.get("unit") or "").rstrip("s")
    if left <= timedelta():
        return f"{called(target)} was {words(left)} ago."
    day = (
        ""
        if (target.date() - now.date()).days == 0
        else " tomorrow"
        if (target.date() - now.date()).days == 1
        else f" on {say(target.date())}"
    )
    if unit in ("minute", "second"):
        count = -(-int(left.total_seconds()) // {"minute": 60, "second": 1}[unit])
        return f"It is {count} {unit}{'' if count == 1 else 's'} until {called(target)}{day if found.get('when') else ''}."
    return f"It is {words(left)} until {called(target)}{day if found.get('when') else ''}."


def _target(text: str, when: str, now: datetime) -> datetime | None:
    """Return the moment of a time of day, on the day that was named, else the next one."""
    if not when:
        return coming(text, now)
    day, times = find(when, now.date()), face(text)
    if not day or not times:
        return None
    hour, minute = times[0]
    if text in ("midnight", "12 midnight") or len(times) == 2:  # noqa: PLR2004  which one is meant is not certain
        return None
    return now.replace(
        year=day.year, month=day.month, day=day.day, hour=hour, minute=minute, second=0, microsecond=0
    )


def since(question: Question, match: re.Match[str]) -> str | None:
    """Say how long it is since the last such time of day."""
    now, times = question.now, face(match["moment"])
    if not times:
        return None
    local = now.replace(second=0, microsecond=0)
    past = [local.replace(hour=h, minute=m) - timedelta(days=d) for h, m in times for d in (0, 1)]
    start = max(p for p in past if p <= now)
    gone, unit = _apart(start, now), (match.groupdict().get("unit") or "").rstrip("s")
    if unit in ("minute", "second"):
        count = int(gone.total_seconds()) // {"minute": 60, "second": 1}[unit]
        return f"It is {count} {unit}{'' if count == 1 else 's'} since {called(start)}."
    return f"It is {words(gone)} since {called(start)}."


def apart(first: str, second: str) -> int | None:
    """Return the minutes from one time of day to another: the next one that may be meant."""
    a, b = face(first), face(second)
    if not a or not b:
        return None
    minutes = min((hb * 60 + mb - ha * 60 - ma) % 1440 for ha, ma in a for hb, mb in b)
    return minutes or (720 if len(a) == len(b) == 2 else 1440)  # noqa: PLR2004  from 5 to 5 is half a day


def _between(_question: Question, match: re.Match[str]) -> str | None:
    """Count from one time of day to another: the next one, on a clock's face where am and pm are not said."""
    first, second = match["first"], match["second"]
    half = re.search(r" ?(am|pm)$| (in the (?:morning|afternoon|evening)|at night)$", second)
    if half and face(first) is None and re.fullmatch(r"\d{1,2}", first):
        first = f"{first} oclock"
    bare = all(re.fullmatch(r"\d{1,2}", text) for text in (first, second))
    if bare and not match.groupdict().get("unit") and "how long" not in match[0]:
        return None
    minutes = apart(
        *(text if not re.fullmatch(r"\d{1,2}", text) else f"{text} oclock" for text in (first, second))
    )
    if minutes is None:
        return None
    unit = (match.groupdict().get("unit") or "").rstrip("s")
    told = words(timedelta(minutes=minutes))
    if unit == "minute" and minutes >= 60:  # noqa: PLR2004
        told = f"{minutes} minutes, {told}" if minutes != 60 else "60 minutes"  # noqa: PLR2004
    if unit == "hour" and minutes % 60:
        told = f"{told}, {minutes / 60:.4g} hours" if minutes * 100 % 60 == 0 else told
    if unit == "second":
        told = f"{minutes * 60} seconds"
    return f"That is {told}."


def _other_face(_question: Question, match: re.Match[str]) -> str | None:
    """Turn 17:30 into 5:30 pm, and 5:30 pm into 17:30."""
    text = re.sub(r"(?<=\d) hours$", "", match["clock"])
    times = face(text) or (face(text[:2] + ":" + text[2:]) if re.fullmatch(r"\d{4}", text) else None)
    if not times or len(times) == 2:  # noqa: PLR2004  neither am nor pm: nothing to turn
        return None
    at = datetime(2001, 1, 1, *times[0])  # noqa: DTZ001  as above
    to_24 = re.search(r"24|military|railway", match["to"])
    return (
        f"That is {hm(at)}{' hours' if 'military' in match['to'] else ''}."
        if to_24
        else f"That is {_twelve(at)}."
    )


def _left_today(question: Question, match: re.Match[str]) -> str:
    midnight = (question.now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    left, unit = _apart(question.now, midnight), (match.groupdict().get("unit") or "").rstrip("s")
    if unit in ("minute", "second"):
        count = int(left.total_seconds()) // {"minute": 60, "second": 1}[unit]
        return f"{count} {unit}s are left of today."
    return f"{words(left)[:1].upper()}{words(left)[1:]} are left of today."


def _is_past(question: Question, match: re.Match[str]) -> str | None:
    """Answer whether a time of day has passed today."""
    bare = re.fullmatch(r"\d{1,2}", match["moment"]) and (
        match["way"] or match[0].endswith((" yet", " already"))
    )
    times = face(f"{match['moment']} oclock" if bare else match["moment"])
    if not times or "midnight" in match["moment"]:  # it is always past one midnight and before the next
        return None
    now = question.now
    hour, minute = (
        times[0]
        if len(times) == 1
        else min(times, key=lambda t: abs(t[0] * 60 + t[1] - now.hour * 60 - now.minute))
    )
    here, there = (now.hour, now.minute), (hour, minute)
    right = {"past": here >= there, "after": here >= there, "before": here < there, "": here == there}[
        match["way"] or ""
    ]
    return f"{'Yes' if right else 'No'}, it is {hm(now)}."


def _finish(question: Question, match: re.Match[str]) -> str | None:
    """Say when something ends that begins at a time and lasts a while."""
    return later(question, given(match, way="after"))


_TILL = r"(?:until|till|til|to|before)"
_FOR = r"(?:(?![a-z ]*(?:day|tomorrow|tonight|eve\b|christmas|easter|next|week|month))(?:the |my |our |a )?[a-z]+(?: [a-z]+)? (?:is )?at )?"
"""What a time is for, which does not matter: "until dinner at 7"."""
_WHEN = r"(?:(?: on| this| next)? (?P<when>tomorrow|today|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?: (?P<part>morning|afternoon|evening))?)?"
_M1, _M2 = MOMENT.replace("<moment>", "<first>"), MOMENT.replace("<moment>", "<second>")
_PERIOD = r"(?:12|24|12 hour|24 hour|twelve hour|24 hours|military|railway|normal|standard|regular|am pm|am/pm|american|civilian)"
INTENTS = (
    Intent(
        rf"(?:what time|when|what is the time|what will the time be|what will be the time|what will the clocks? (?:say|show)|time) ?(?:will it be|is it going to be|going to be|is it|is|would it be|it will be)? (?:in {SPAN}|{SPAN.replace('<span>', '<span2>')} (?:from now|later|hence))(?: from now| time)?",
        _shifted,
    ),
    Intent(rf"(?:what|when|what time)(?: is| will)?(?: be)? {SPAN} (?:from now|ago|hence)", _shifted),
    Intent(rf"{SPAN} ago what time was it", _shifted),
    Intent(rf"(?:in )?how many (?P<unit>minutes|hours|seconds) (?:is it|will it be) {MOMENT}", _until, ("how many",)),
    Intent(rf"(?:in )?{SPAN}(?: from now)? what time (?:will it be|is it|will that be)", _shifted),
    Intent(rf"(?:what time was it|what was the time|what time is it|time) {SPAN} (?:ago|before(?: now)?|earlier)", lambda q, m: _shifted(q, m) if "was" in m[0] or "ago" in m[0] else None),
    Intent(rf"(?:what (?:is|time is|time is it|will the time be|time will it be|is the time|time was it|time would it be)|when is|add)? ?{SPAN} (?P<way>after|before|from|past|later than|earlier than|prior to|to|to the time) {MOMENT}", lambda q, m: later(q, m) if m["way"] != "to" or m[0].startswith("add") else None),
    Intent(rf"(?:subtract|take|take away|deduct) {SPAN} (?:from|off|away from) {MOMENT}(?P<way>)", lambda q, m: later(q, given(m, way="before")), ("subtract", "take", "deduct")),
    Intent(rf"(?:what (?:is|time is) )?{MOMENT} (?P<way>plus|minus|\+|-) {SPAN}", later),
    Intent(
        rf"(?:if|when) (?:i|it|we|a [a-z]+|the [a-z]+|my [a-z]+|she|he|you|they)(?: go to (?:bed|sleep)| (?:starts?|begins?|leaves?|departs?|sleeps?|works?|puts? it in|started|left))+ (?:at )?{MOMENT} (?:and )?(?:it |i |we )?(?:takes?|lasts?|sleeps?|is|runs?|cooks?|for|works?|will take|drives?|needs?)(?: for)? {SPAN}(?: long)? (?:when|what time) (?:does|do|will|is|should) (?:it|i|we|the [a-z]+|she|he|they) (?:end|finish|be over|be done|get up|wake up|arrive|be there|be ready|get there|stop|over|done|finished)",
        _finish,
        ("if ", "when "),
    ),
    Intent(
        rf"how (?:long|much time|much longer)(?: is it| is there| is left| do i have| left| do we have| have i got| to go)?(?: from now)? {_TILL} (?:it is |we reach )?{_FOR}{MOMENT}{_WHEN}",
        _until,
        ("how ",),
    ),
    Intent(
        rf"how many (?P<unit>minutes|hours|seconds)(?: are there| are left| is it| left| do i have| to go)?(?: from now)? {_TILL} (?:it is )?{_FOR}{MOMENT}{_WHEN}",
        _until,
        ("how ",),
    ),
    Intent(rf"how long (?:is it )?until (?P<when>tomorrow|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day) at {MOMENT}", _until, ("how long",)),
    Intent(rf"how (?:long|many (?P<unit>minutes|hours|seconds)|much time)(?: has it been| is it| have passed| has passed| passed)* since {MOMENT}|how long ago was {MOMENT.replace('<moment>', '<moment2>')}", lambda q, m: since(q, also(m, moment="moment2")), ("since", "ago")),
    Intent(
        rf"(?:how (?:long|many (?P<unit>minutes|hours|seconds)|much time)|(?:what is )?the time|the difference)(?: is it| is there| are there| is| are| passes| elapsed)? (?:between|from) {_M1} (?:and|to|until|till) {_M2}",
        _between,
        ("from", "between"),
    ),
    Intent(
        rf"(?:(?:if|when) )?(?:it is|it was|the time is) {MOMENT}(?: now)? (?:then )?what (?:time )?(?:will it be|would it be|is it|was it|will the time be|is the time) (?:in )?{SPAN}(?: (?P<way>later|earlier|before|ago|from now|from then|after|time))?",
        lambda q, m: later(q, given(m, way="before" if m["way"] in ("earlier", "before", "ago") else "after")),
        ("what",),
    ),
    Intent(rf"how (?:long|many (?P<unit>minutes|hours|seconds)) is (?:it )?{_M1} (?:to|until|till) {_M2}", _between, ("how",)),
    Intent(rf"(?:from )?{_M1} (?:to|until|till) {_M2} (?:is )?how (?:long|many (?P<unit>hours|minutes))(?: is that| is it)?", _between, ("how",)),
    Intent(
        rf"(?:if )?(?:i|we) (?:work|worked|slept|sleep|start(?:ed)? work) (?:from |at )?{_M1} (?:to|until|till) {_M2} how (?:long|many (?P<unit>hours|minutes)) (?:is that|do i work|did i (?:work|sleep)|have i worked|is it)",
        _between,
        ("how",),
    ),
    Intent(rf"(?:what (?:is|time is) |convert |how do you (?:say|write) )?(?P<clock>\d{{1,2}}(?:[:. ]\d\d)?(?: ?(?:am|pm))|\d{{1,2}}[:.]\d\d|\d{{4}}(?: hours)?|noon|midnight|{MOMENT}) (?:in|to|as|into|on) (?:the |an? )?(?P<to>{_PERIOD})(?: (?:hour )?(?:time|clock|format|hours|hour clock|hour format|hour time))*", _other_face),
    Intent(r"(?:what (?:time )?is |when is )(?P<clock>\d{4}) hours(?P<to>)", _other_face, ("hours",)),
    Intent(r"how much (?P<unit>)(?:of (?:the |this )?day|of today|time) is (?:left|remaining)(?: today)?", _left_today),
    Intent(r"how (?:much time|long|many (?P<unit>hours|minutes|seconds)) (?:is |are |do i have |remain )?(?:there )?(?:left|remaining|remain) (?:(?:in|of|for) )?(?:the |this )?(?:day|today)|how (?:long|many (?P<u2>hours|minutes)) (?:is it )?until (?:the end of (?:the )?day|the day is over|the day ends)", _left_today),
    Intent(r"is (?:12 ?pm|12 ?am|noon|midnight|12 noon|12 midnight) (?:noon|midnight|12 ?am|12 ?pm|am|pm)(?: or (?:noon|midnight|12 ?am|12 ?pm|am|pm))?", lambda _q, _m: "12 pm is noon (12:00), and 12 am is midnight (00:00)."),
    Intent(rf"(?:is it|has it) (?:already |still )?(?:gone )?(?P<way>past|after|before)? ?{MOMENT}(?: yet| already| now)?", lambda q, m: _is_past(q, m)),  # noqa: PLW0108  names the groups
)  # fmt: skip
