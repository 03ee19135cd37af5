"""Run the bench's turns through the child's session in virtual time: what the rule costs on a quiet machine.

    python bench/voice_virtual.py [--n 100] [--first 0.3] [--show]

For those who work on the rule while others work on the machine: models are charged their processor time, the
hub and its socket nothing (they add some 20 ms). It writes no rows; `voice.py` measures the real thing.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import voice_room
from rows import quantile
from voice_canned import ANSWERS
from voice_corpus import RATE, Clip, program, words

if TYPE_CHECKING:
    from hub import SpeechEvent

LOUD = 328
STEP_S = 0.02


@dataclass(slots=True)
class Turn:
    """What came of a clip, ms after its true end."""

    clip: Clip
    early: int = 0
    heard_early: bool = False
    accepted: float | None = None
    heard: float | None = None
    sure: bool | None = None
    drafts: int = 0
    text: str = ""


class Hub:
    """The hub's half, small: one draft at a time is answered ahead, what is accepted is heard."""

    def __init__(self, first: float) -> None:
        self.first = first
        self.talk: Any = None
        self.drafts = 0
        self._words: list[str] = []
        self._task: asyncio.Task[None] | None = None

    def take(self, event: SpeechEvent) -> None:
        """Do what the hub does about ``event``."""
        from hub import Accepted, BargeIn, Draft, Withdrawn

        match event:
            case Withdrawn() | BargeIn():
                self._drop()
            case Draft() | Accepted() if words(event.text) != self._words:
                self._drop()
                self.drafts += 1
                self._words = words(event.text)
                self._task = asyncio.ensure_future(self._answer(f"t{self.drafts}"))
        if isinstance(event, Accepted):
            self.talk.session.release(f"t{self.drafts}")

    def _drop(self) -> None:
        self._words = []
        if self._task:
            self._task.cancel()

    async def _answer(self, turn: str) -> None:
        await asyncio.sleep(self.first)
        await self.talk.session.say(turn, ANSWERS[self.drafts % len(ANSWERS)], last=True)


async def say(engines: Any, clip: Clip, first: float) -> Turn:
    """Say ``clip`` into a session of its own."""
    from hub import Accepted, Audio, Timed

    hub = Hub(first)
    talk = hub.talk = voice_room.Talk(engines)
    happened = talk._happened  # noqa: SLF001  the session has one listener, and here are two

    async def both(event: SpeechEvent) -> None:
        await happened(event)
        hub.take(event)

    for part in vars(talk.session).values():  # its halves hold the same callable
        if getattr(part, "_emit", None) is not None:
            part._emit = both  # noqa: SLF001  as above
    await talk.session.listen(push=False)
    await talk.hear(np.zeros(RATE // 2, np.float32))
    end = talk.now + clip.end
    await talk.hear(clip.tailed.astype(np.float32) / 32768)

    def loud() -> list[float]:
        return [
            at for at, one in talk.all(Audio) if np.abs(np.frombuffer(one.pcm, "<i2")).max(initial=0) > LOUD
        ]

    told = Turn(clip, heard_early=any(at < end for at in loud()))
    await talk.hear(np.zeros(4 * RATE, np.float32), until=lambda: any(at > end for at in loud()))
    await talk.hear(np.zeros(RATE // 5, np.float32))
    taken = talk.all(Accepted)
    told.early = sum(at < end for at, _ in taken)
    told.accepted = next(((at - end) * 1e3 for at, _ in taken if at >= end), None)
    told.heard = next(((at - end) * 1e3 for at in loud() if at >= end), None)
    told.text = taken[-1][1].text if taken else ""
    told.drafts = hub.drafts
    timed = talk.all(Timed)
    told.sure = bool(timed[-1][1].sure) if timed else None
    await talk.session.close()
    return told


async def every(clips: list[Clip], first: float, show: bool) -> list[Turn]:
    """Say all ``clips``."""
    engines = await voice_room.load()
    turns = []
    for clip in clips:
        turns.append(told := await say(engines, clip, first))
        if show:
            taken, heard = (f"{ms:.0f}" if ms is not None else "-" for ms in (told.accepted, told.heard))
            print(f"{clip.id:20} taken {taken:>5} heard {heard:>5} {'sure' if told.sure else '    '} "
                  f"early {told.early} drafts {told.drafts} | {told.text}", flush=True)  # fmt: skip
    return turns


def main() -> None:
    """Say what came of it."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    reading.add_argument("--n", type=int, default=100)
    reading.add_argument("--first", type=float, default=0.0)
    reading.add_argument("--show", action="store_true")
    asked = reading.parse_args()
    turns = voice_room.run(every(program(asked.n), asked.first, asked.show))
    for name, some in (
        ("all", turns),
        ("synthetic", [one for one in turns if one.clip.kind == "synthetic"]),
        ("human", [one for one in turns if one.clip.kind == "human"]),
        ("sure", [one for one in turns if one.sure]),
        ("paused", [one for one in turns if one.clip.manner == "paused"]),
    ):
        heard = [one.heard for one in some if one.heard is not None and not one.heard_early]
        soon = sum(one.heard_early for one in some)
        if heard:
            print(
                f"{name:10} {len(some):4} turns: heard p50 {quantile(heard, 0.5):.0f} p95 "
                f"{quantile(heard, 0.95):.0f} ms; mute {sum(one.heard is None for one in some)}, early "
                f"{sum(bool(one.early) for one in some)}, heard early {soon}, "
                f"drafts a turn {sum(one.drafts for one in some) / len(some):.2f}"
            )


if __name__ == "__main__":
    main()
