"""Serve the voice page: how soon I answer aloud, where that time goes, what was counted, and the engines."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import ports
from hub.conversation.spoken_turns import QUICK_MS
from hub.web.figures import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.conversation.spoken_turns import Figures, SpokenTurn, Step
    from hub.web.site import Site

PATH, PART, NEEDS = "/voice", "voice", "member"

WIDTH = 1_000
"""Units of a bar's whole width."""

LEAST_MS = 1_000.0
MARK_MS = 500.0

TITLES = {
    "tail": "Silence noticed",
    "text": "Words ready",
    "endpoint": "Turn taken as over",
    "token": "Answer begun",
    "sound": "Sound made",
    "sent": "Sound sent",
    "played": "Sound heard",
}
PARTS = {
    "ears": ("tail", "text"),
    "wait": ("endpoint",),
    "answer": ("token",),
    "mouth": ("sound",),
    "sent": ("sent", "played"),
}
"""What a bar is made of, in its order, and up to which steps each part goes."""

PART_TITLES = {
    "ears": "hearing", "wait": "making sure", "answer": "finding words", "mouth": "speaking",
    "sent": "on its way",
}  # fmt: skip
BANDS = {
    "quick": "under half a second", "fair": "half a second to one", "long": "one to one and a half",
    "slow": "longer",
}  # fmt: skip
COUNTS = (
    ("interruption", "Answers somebody spoke over", ""),
    ("false_barge_in", "Noises that stopped no answer", ""),
    ("echo", "Times I heard myself, and knew it", ""),
    ("merge", "Pauses that were not the end", ""),
    ("underrun", "Gaps in the sound", "care"),
    ("dropped", "Pieces of your sound lost", "care"),
    ("slip", "Clocks that ran apart", ""),
    ("error", "Times my voice failed", "stop"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One turn's wait: its parts as (name, from, width) of `WIDTH`, and in words."""

    clock: str
    total: str
    band: str
    parts: tuple[tuple[str, int, int], ...]
    told: str


@dataclass(frozen=True, slots=True)
class Count:
    """Something that was counted."""

    title: str
    number: str
    tone: str


def routes(site: Site) -> list[BaseRoute]:
    """Return the route, and keep the figures up to date in every tab that shows them."""
    pages = VoicePages(site)
    site.part(PART, pages.part, needs=NEEDS)
    return [site.page(PATH, pages.get, needs=NEEDS)]


class VoicePages:
    """The page about the voice."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    async def get(self, request: Request) -> Response:
        """Show how the voice does."""
        return self._site.show(request, "voice.html", title="Voice", parts=(PART,))

    def part(self) -> str:
        """Return what changes by itself: all of it."""
        told = self._hub.spoken.figures()
        speech = self._hub.port(ports.Speech)  # type: ignore[type-abstract]  # a Protocol is the key
        state = ports.state_of(speech)
        widest = scale(told.latest)
        return self._site.renderer.page(
            "parts/voice.html", sentence=sentence(told), figures=figures(told, state), state=state,
            bars=[bar(turn, widest) for turn in told.latest], marks=marks(widest), width=WIDTH,
            steps=[step(one, told.steps) for one in told.steps], counts=counts(told), bands=BANDS,
            told=told, titles=PART_TITLES,
        )  # fmt: skip


def sentence(told: Figures) -> str:
    """Return how soon I answer, in a sentence."""
    if told.first is None:
        return "Nobody has talked with me since I was started."
    if told.first.slow is None:
        return f"I answered {ms(told.first.usual)} after you fell silent, {after(told.first)}."
    return f"I answer {ms(told.first.usual)} after you fall silent, usually."


def figures(told: Figures, state: ports.SpeechState) -> list[Shown]:
    """Return the figures in their order."""
    talks = f"of {state.most} at once" if state.most else "now"
    if told.first is None:
        return [Shown("Talking", f"{state.talking}", talks)]
    quick = told.bands["quick"] / told.kept
    sure = told.sure_first
    return [
        Shown("First sound", ms(told.first.usual), *seldom(told.first, "1 in 20 waits")),
        Shown("Within half a second", percent(quick), "of answers", f"{told.kept:,} looked at"),
        Shown("Sure of the end", percent(told.sure or 0.0), "of turns",
              f"Then {ms(sure.usual)} {seldom(sure, '')[0]}" if sure else "None yet"),
        Shown("Turns aloud", f"{told.turns:,}", "so far"),
        Shown("Talking", f"{state.talking}", talks),
    ]  # fmt: skip


def scale(turns: Sequence[SpokenTurn]) -> float:
    """Return the milliseconds that a bar's whole width stands for: whole marks, and room for nearly all."""
    longest = max([LEAST_MS, *(min(turn.total, 4 * LEAST_MS) for turn in turns)])
    return MARK_MS * -(-longest // MARK_MS)


def marks(widest: float) -> list[tuple[int, str]]:
    """Return where the lines across the bars are, and what they say."""
    count = int(widest // MARK_MS)
    return [(WIDTH * place // count, f"{place * MARK_MS / 1000:g} s") for place in range(1, count + 1)]


def bar(turn: SpokenTurn, widest: float) -> Bar:
    """Draw one turn: the parts follow each other, each from where the ones before it were done."""
    parts, told, done = [], [], 0.0
    for name, steps in PARTS.items():
        known = [value for step in steps if (value := getattr(turn, step)) is not None]
        until = max([done, *known])
        if until > done:
            first, last = (round(WIDTH * min(value, widest) / widest) for value in (done, until))
            parts.append((name, first, max(1, last - first)))
            told.append(f"{PART_TITLES[name]} {ms(until - done)}")
        done = until
    clock = time.strftime("%H:%M:%S", time.localtime(turn.at))
    return Bar(clock, ms(turn.total), turn.band, tuple(parts), f"{ms(turn.total)}: {', '.join(told)}")


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step with its time, what is to be said of it, and its place on a line as wide as the slowest."""

    title: str
    usual: str
    note: str
    usual_at: int
    slow_at: int


def step(one: Step, steps: Sequence[Step]) -> StepShown:
    """Return how ``one`` of ``steps`` is drawn."""
    widest = max([QUICK_MS, *(each.slow or each.usual for each in steps)])
    places = (round(WIDTH * value / widest) for value in (one.usual, one.slow or one.usual))
    note = ", ".join(filter(None, seldom(one, "1 in 20 at")))
    return StepShown(TITLES[one.name], ms(one.usual), note, *places)


def seldom(one: Step, words: str) -> tuple[str, str]:
    """Return what stands behind a usual time: the seldom one, or of how few turns it is."""
    return ("usually", f"{words} {ms(one.slow)}") if one.slow is not None else (after(one), "")


def after(one: Step) -> str:
    """Return of how many turns a figure is."""
    return "after 1 turn" if one.count == 1 else f"after {one.count} turns"


def counts(told: Figures) -> list[Count]:
    """Return what was counted, in its order."""
    return [
        Count(title, f"{number:,}", tone if number else "")
        for name, title, tone in COUNTS
        for number in (told.counts.get(name, 0),)
    ]


def ms(value: float) -> str:
    """Return milliseconds as a person reads them."""
    space = "\N{NO-BREAK SPACE}"
    return f"{value:.0f}{space}ms" if value < 1_000 else f"{value / 1_000:.1f}{space}s"  # noqa: PLR2004  a second


def percent(share: float) -> str:
    """Return a share as a person reads it."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
