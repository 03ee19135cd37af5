"""Tell the time, here and in the cities that the time zone database knows, and count hours and minutes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.intents.intent import Intent, Question

_CITIES = """
Europe/London london england britain the_uk uk great_britain scotland edinburgh manchester
Europe/Dublin dublin ireland
Europe/Paris paris france
Europe/Berlin berlin germany munich hamburg frankfurt cologne
Europe/Madrid madrid spain barcelona
Europe/Rome rome italy milan
Europe/Vienna vienna austria
Europe/Zurich zurich switzerland geneva bern
Europe/Amsterdam amsterdam netherlands the_netherlands holland
Europe/Brussels brussels belgium
Europe/Lisbon lisbon
Europe/Copenhagen copenhagen denmark
Europe/Stockholm stockholm sweden
Europe/Oslo oslo norway
Europe/Helsinki helsinki finland
Europe/Warsaw warsaw poland
Europe/Prague prague czechia
Europe/Budapest budapest hungary
Europe/Athens athens greece
Europe/Istanbul istanbul turkey ankara
Europe/Moscow moscow
Europe/Kyiv kyiv kiev ukraine
Europe/Bucharest bucharest romania
Atlantic/Reykjavik reykjavik iceland
Africa/Cairo cairo egypt
Africa/Lagos lagos nigeria
Africa/Nairobi nairobi kenya
Africa/Johannesburg johannesburg cape_town south_africa
Africa/Casablanca casablanca morocco
Asia/Jerusalem jerusalem tel_aviv israel
Asia/Dubai dubai abu_dhabi
Asia/Riyadh riyadh saudi_arabia
Asia/Tehran tehran iran
Asia/Karachi karachi pakistan
Asia/Kolkata india mumbai delhi new_delhi kolkata bangalore chennai
Asia/Dhaka dhaka bangladesh
Asia/Kathmandu kathmandu nepal
Asia/Bangkok bangkok thailand
Asia/Ho_Chi_Minh hanoi ho_chi_minh_city saigon vietnam
Asia/Singapore singapore
Asia/Kuala_Lumpur kuala_lumpur malaysia
Asia/Jakarta jakarta
Asia/Manila manila philippines the_philippines
Asia/Hong_Kong hong_kong
Asia/Shanghai shanghai beijing china shenzhen
Asia/Taipei taipei taiwan
Asia/Seoul seoul korea south_korea
Asia/Tokyo tokyo japan osaka kyoto
Australia/Sydney sydney
Australia/Melbourne melbourne
Australia/Brisbane brisbane
Australia/Perth perth
Australia/Adelaide adelaide
Pacific/Auckland auckland new_zealand wellington
Pacific/Honolulu honolulu hawaii
America/New_York new_york new_york_city nyc boston miami washington washington_dc atlanta philadelphia
America/Toronto toronto ottawa montreal
America/Chicago chicago dallas houston austin
America/Denver denver
America/Phoenix phoenix
America/Los_Angeles los_angeles la san_francisco seattle las_vegas san_diego california silicon_valley
America/Vancouver vancouver
America/Anchorage anchorage
America/Mexico_City mexico_city
America/Bogota bogota colombia
America/Lima lima peru
America/Sao_Paulo sao_paulo rio rio_de_janeiro
America/Argentina/Buenos_Aires buenos_aires argentina
America/Santiago santiago
America/Caracas caracas venezuela
America/Halifax halifax
America/Havana havana cuba
UTC utc gmt greenwich
"""

_NUMBER = r"(\d+(?:\.\d+)?|an?|half an|a half)"
_SPAN = (
    rf"(?P<span>{_NUMBER} (?:seconds?|minutes?|mins?|hours?"
    rf"|hrs?)(?: and)?(?: a half)?(?: \d+ (?:minutes?|mins?|seconds?))?)"
)
_MOMENT = (
    r"(?P<moment>noon|midday|midnight|\d{1,2}(?:[:.]\d\d| \d\d)?(?: ?(?:am|pm"
    r"|oclock))?(?: in the (?:morning|afternoon|evening)| at night)?|\d{1,2} oclock"
    r"|half past \d{1,2}|quarter (?:past|to) \d{1,2})"
)


def zone(place: str) -> ZoneInfo | None:
    """Return the time zone of a place that has exactly one, or None."""
    wanted = place.strip().replace(" ", "_")
    for entry in _CITIES.replace("\n", "|").split("|"):
        name, *places = entry.split()[:1] + entry.split()[1:] or [""]
        if wanted in places:
            try:
                return ZoneInfo(name)
            except ZoneInfoNotFoundError:
                return None  # a system without the time zone database
    return None


def hm(moment: datetime) -> str:
    """Write a time of day."""
    return f"{moment:%H:%M}"


def _now(question: Question, _match: re.Match[str]) -> str:
    return f"It is {hm(question.now)}."


def _there(question: Question, match: re.Match[str]) -> str | None:
    place = re.sub(r" (?:right now|now|today|at the moment)$", "", match["place"])
    if " and " in place:
        return _both(question, place)
    if place in ("here", "this place", "home"):
        return f"It is {hm(question.now)}."
    there = zone(place)
    if not there:
        return None if re.search(r"\d|\b(?:my|your|his|her|the|this|that|it|a)\b", place) else _unknown(place)
    moment = question.now.astimezone(there)
    days = (moment.date() - question.now.date()).days
    day = {0: "", 1: " tomorrow", -1: " yesterday"}.get(days, "")
    return f"It is {hm(moment)}{day} in {place.title() if len(place) > 3 else place.upper()}."  # noqa: PLR2004  UTC, UK


def _unknown(place: str) -> str:
    return f"I do not know one time zone for {place.title()}, so I cannot tell the time there."


def _both(question: Question, places: str) -> str | None:
    found = [(place, zone(place)) for place in places.split(" and ")]
    told = [f"{hm(question.now.astimezone(there))} in {place.title()}" for place, there in found if there]
    return f"It is {' and '.join(told)}." if len(told) == len(found) else None


def duration(text: str) -> timedelta | None:
    """Read "3 hours and 20 minutes", "half an hour", "90 minutes"; None when there is none."""
    total, found = 0.0, False
    text = re.sub(r"\b(an?|1) hour and (?:a half|0\.5)\b", "1.5 hours", text)
    text = re.sub(r"\b(?:half an|a half) hour\b", "30 minutes", text)
    for number, unit in re.findall(r"(\d+(?:\.\d+)?|\ban?) ?(second|minute|min|hour|hr)s?\b", text):
        value = 1.0 if number.startswith("a") else float(number)
        total += value * {"s": 1, "m": 60, "h": 3600}[unit[0]]
        found = True
    return timedelta(seconds=total) if found and total < 10**8 else None


def moment(text: str, now: datetime) -> datetime | None:  # noqa: PLR0911  a form of time a line
    """Read a time of day; the next one after ``now``. Bare hours up to twelve count as the next of both."""
    if text in ("noon", "midday"):
        return _next(now, [(12, 0)])
    if text == "midnight":
        return _next(now, [(0, 0)])
    if past := re.fullmatch(r"(half past|quarter past|quarter to) (\d{1,2})", text):
        shift = {"half past": 30, "quarter past": 15, "quarter to": -15}[past[1]]
        hour = int(past[2])
        minutes = hour * 60 + shift
        return (
            _next(now, [divmod(m % 1440, 60) for m in (minutes, minutes + 720)]) if 1 <= hour <= 12 else None  # noqa: PLR2004  a clock's face
        )
    found = re.fullmatch(
        r"(\d{1,2})(?:[:. ](\d\d))?(?: ?(am|pm|oclock))?(?: (in the morning|in the afternoon"
        r"|in the evening|at night))?",
        text,
    )
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > 23 or minute > 59 or not (found[2] or found[3] or found[4]):  # noqa: PLR2004
        return None
    half = (
        found[3]
        if found[3] in ("am", "pm")
        else {"in the morning": "am", "in the afternoon": "pm", "in the evening": "pm"}.get(
            found[4] or "", ""
        )
    )
    if half and 1 <= hour <= 12:  # noqa: PLR2004
        return _next(now, [(hour % 12 + (12 if half == "pm" else 0), minute)])
    if half or (found[4] == "at night"):
        return None
    ambiguous = hour <= 12 and not found[2]  # noqa: PLR2004
    return _next(now, [(hour % 24, minute), ((hour + 12) % 24, minute)] if ambiguous else [(hour, minute)])


def _next(now: datetime, choices: list[tuple[int, int]]) -> datetime:
    local = now.replace(second=0, microsecond=0)
    candidates = [local.replace(hour=h, minute=m) + timedelta(days=d) for h, m in choices for d in (0, 1)]
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


def _shifted(sign: int, verb: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  two small answers of one shape
    def answer(question: Question, match: re.Match[str]) -> str | None:
        span = duration(match["span"])
        if span is None:
            return None
        then = (question.now.astimezone(ZoneInfo("UTC")) + sign * span).astimezone(question.now.tzinfo)
        days = (then.date() - question.now.date()).days
        day = {0: "", 1: " tomorrow", -1: " yesterday"}.get(days, f" on {then:%A}")
        return f"It {verb} {hm(then)}{day}."

    return answer


def _until(question: Question, match: re.Match[str]) -> str | None:
    target = moment(match["moment"], question.now)
    if not target:
        return None
    left = target.astimezone(ZoneInfo("UTC")) - question.now.astimezone(ZoneInfo("UTC"))
    unit = match.groupdict().get("unit")
    if unit and unit.startswith("minute"):
        count = -(-int(left.total_seconds()) // 60)
        return f"It is {count} minute{'' if count == 1 else 's'} until {hm(target)}."
    return f"It is {words(left)} until {hm(target)}."


def _difference(question: Question, match: re.Match[str]) -> str | None:
    here, there = question.now, zone(match["place"])
    if match.groupdict().get("other"):
        first = zone(match["other"])
        if not first:
            return None
        here = here.astimezone(first)
    if not there:
        return None
    gap = (question.now.astimezone(there).utcoffset() or timedelta()) - (here.utcoffset() or timedelta())
    name = match["place"].title()
    place = match["other"].title() if match.groupdict().get("other") else "here"
    if not gap:
        return f"There is no time difference between {name} and {place} today."
    return f"{name} is {words(gap)} {'ahead of' if gap > timedelta() else 'behind'} {place} today."


_IT = r"(?:is it|it is|do we have|do you have|have you got|is it here)"
INTENTS = (
    Intent(
        rf"what time {_IT}(?: (?:here|now|today|exactly))*|what (?:is|was) the (?:current |exact "
        rf"|local )?time(?: (?:here|now|today))*|what hour is it|(?:the |current "
        rf"|local )?time(?: is it)?(?: now)?|(?:do you have|have you got|got"
        rf"|give me) the (?:current )?time|whats? time|what is time now|time check|check the time"
        rf"|how late is it|what does the clock say",
        _now,
    ),
    Intent(
        r"(?:what is |what are |what )?(?:the |today's )?(?:current )?(?:(?:date"
        r"|day) and (?:the )?time|time and (?:the )?(?:date|day))(?: is it)?(?: today)?",
        lambda q, _m: f"It is {hm(q.now)} on {q.now:%A}, {q.now.day} {q.now:%B} {q.now.year}.",
    ),
    Intent(
        rf"what time (?:will it be|is it|is|would it be) (?:in {_SPAN}"
        rf"|{_SPAN.replace('<span>', '<span2>')} from now)",
        lambda q, m: _shifted(1, "will be")(q, re.match(r"(?P<span>.*)", m["span"] or m["span2"])),
    ),
    Intent(rf"what time was it {_SPAN} (?:ago|before)", _shifted(-1, "was")),
    Intent(
        r"(?:what time is it|what is the (?:current |local )?time|what time|time|the time"
        r"|current time|what time do they have)(?: now| right now| currently)? (?:in|over in"
        r"|at) (?P<place>[a-z .']+)",
        _there,
    ),
    Intent(
        r"what is the (?P<place>[a-z ]+?) time|what is (?P<place2>[a-z ]+?) time",
        lambda q, m: _there_known(q, m["place"] or m["place2"]),
    ),
    Intent(
        rf"how (?:long|much time)(?: is it| is there| is left| do i have| left)? (?:until|till|til"
        rf"|to|before) (?:it is )?{_MOMENT}",
        _until,
    ),
    Intent(
        rf"how many (?P<unit>minutes|hours)(?: are there| are left| is it| left)? (?:until|till|til"
        rf"|to|before) (?:it is )?{_MOMENT}",
        _until,
    ),
    Intent(r"what is the time difference (?:to|with|between here and) (?P<place>[a-z ]+)", _difference),
    Intent(r"what is the time difference between (?P<place>[a-z ]+?) and (?P<other>[a-z ]+)", _difference),
    Intent(
        r"is it (?:the )?(?:morning|afternoon|evening|night)(?: or .*)?", lambda q, _m: f"It is {hm(q.now)}."
    ),
    Intent(
        r"what (?:time zone|timezone) (?:am i|are we|are you|is this)(?: in)?|what is (?:my|your"
        r"|the|our) (?:time zone|timezone)",
        lambda q, _m: f"This machine's time zone is {q.now.tzname()}, {_offset(q.now)}.",
    ),
)


def _there_known(question: Question, place: str) -> str | None:
    there = zone(place)
    if not there:
        return None
    return (
        f"It is {hm(question.now.astimezone(there))} in {place.title() if len(place) > 3 else place.upper()}."  # noqa: PLR2004  UTC, UK
    )


def _offset(now: datetime) -> str:
    minutes = int((now.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "the same as universal time"
    return f"{words(timedelta(minutes=minutes))} {'ahead of' if minutes > 0 else 'behind'} universal time"
