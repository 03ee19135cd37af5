"""Draw how the language models did: for each a lane of ticks, its share, its speed and its cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.llm.figures.timeline import away, spans
from hub.web.ago import span
from hub.web.money import usd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.llm.figures.overview import Standing
    from hub.llm.figures.statistics import Figures, Served, Times
    from hub.llm.figures.timeline import Kind

DAY_S = 86_400.0
TICKS, PITCH, FLOOR = 96, 6, 14
HEIGHTS = {"well": 12, "care": 8, "stop": 4, "off": 2}
CLASSES = {"well": "w", "care": "c", "stop": "s", "off": "o"}
QUICK_S = 0.1
MARKS = 4
"""Parts of the time line that have a time of day below them."""

WORDS = {
    "closed": ("ready", "well"),
    "half": ("coming back", "care"),
    "held": ("pausing", "care"),
    "open": ("away", "stop"),
    "config": ("needs you", "stop"),
    "spent": ("over the limit", "care"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure below a lane."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One who answers, as the page draws it. ``share`` of all answers in per cent; ``part``: in words."""

    name: str
    title: str
    about: str
    word: str
    tone: str
    ticks: list[tuple[str, str]]
    told: str
    why: str
    fix: str
    share: int
    part: str
    facts: tuple[Fact, ...]


def lanes(stands: Sequence[Standing], figures: Figures, since: float, now: float) -> list[Lane]:
    """Return a lane for each; ``since``: when the hub began to watch."""
    served = {one.name: one for one in figures.providers}
    return [_lane(one, served.get(one.name), since, now) for one in stands]


def word_of(one: Standing) -> tuple[str, str]:
    """Return how it stands in a word, and the tone of that."""
    if one.state == "closed" and not one.ok:
        return "not ready", "care"
    return WORDS.get(one.state, (one.state, "care"))


def marks(now: float) -> list[str]:
    """Return the times of day below the lanes, the last of them "now"."""
    steps = (now - DAY_S * (MARKS - number) / MARKS for number in range(MARKS))
    return [*(time.strftime("%H:%M", time.localtime(at)) for at in steps), "now"]


def _lane(one: Standing, did: Served | None, since: float, now: float) -> Lane:
    word, tone = word_of(one)
    kinds = spans(one.changes, now - DAY_S, now, TICKS, since)
    if not one.ok and one.state == "closed":
        kinds[-1] = "stop"  # it was not asked, so nothing was noted of it
    return Lane(
        one.name, one.title, _about(one), word, tone, ticks(kinds), _told(one, since, now), _why(one, now),
        one.fix, round(did.share * 100) if did else 0, _part(did), _facts(did),
    )  # fmt: skip


def _about(one: Standing) -> str:
    place = {"machine": "on this machine", "house": "in your house", "world": "elsewhere"}[one.distance]
    return ", ".join(filter(None, [one.model, place]))


def _why(one: Standing, now: float) -> str:
    """Return why it is not asked, since when, and when I look again."""
    if one.ok and one.state == "closed":
        return ""
    said = [one.why.rstrip(".")] if one.why else []
    if one.since and one.state != "closed":
        said.append(f"since {time.strftime('%H:%M', time.localtime(one.since))}")
    told = f"{', '.join(said)}. " if said else ""
    if one.state == "open" and not one.fix.startswith("Wait") and one.until and one.until > now:
        told += "I look again by myself."
    return (told[:1].upper() + told[1:]).strip()


def _told(one: Standing, since: float, now: float) -> str:
    """Return the lane in words."""
    begin = max(since, now - DAY_S)
    gone = away(one.changes, begin, now)
    watched = f"in the last {span(now - begin)}"
    return f"Away for {span(gone)} {watched}" if gone else f"There all the time {watched}"


def _part(did: Served | None) -> str:
    """Return the share of the answers."""
    if not did or not did.served:
        return "none"
    share = round(did.share * 100)
    return f"{share}\N{NO-BREAK SPACE}%" if share else "under 1\N{NO-BREAK SPACE}%"


def ticks(kinds: Sequence[Kind]) -> list[tuple[str, str]]:
    """Return one path for each kind of tick, the newest on the right."""
    paths: dict[str, str] = {}
    for place, kind in enumerate(kinds):
        height = HEIGHTS[kind]
        name = CLASSES[kind]
        paths[name] = paths.get(name, "") + f"M{2 + place * PITCH} {FLOOR - height}v{height}"
    return sorted(paths.items())


def _facts(did: Served | None) -> tuple[Fact, ...]:
    first = did.first if did else None
    failed = did.failed + did.cut if did else 0
    return (
        Fact("answers", f"{did.served:,}" if did else "0"),
        Fact("first word", seconds(first.usual) if first else "no figure"),
        Fact("1 in 20 waits", seconds(first.slow) if first else "no figure"),
        Fact("failed", f"{failed:,}"),
        Fact("cost", usd(did.cost) if did else "$0"),
    )


def seconds(time_s: float) -> str:
    """Return seconds as a person reads them."""
    return (
        f"{time_s * 1e3:.0f}\N{NO-BREAK SPACE}ms" if time_s < QUICK_S else f"{time_s:.1f}\N{NO-BREAK SPACE}s"
    )


def slowest(first: Times | None) -> str:
    """Return how long the slowest twentieth waited."""
    return f"1 in 20 waits {seconds(first.slow)}" if first else "Nobody has asked yet"
