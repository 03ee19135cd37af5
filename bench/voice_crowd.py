"""Have several people talk at once in virtual time: what the promise of `capacity` is worth.

    python bench/voice_crowd.py [--cores 2] [--clip 58] [--people 1 2 4 6] [--turns 6]

One session each, over the engines of one child; every turn begins at a time of its own, and the next follows
at once when the answer has begun: more than people do, who listen. The models are charged their processor
time, scaled to a machine that hears the 5 s clip in ``--clip`` ms, each engine on its thread and no more of
them at a time than there are cores; the loop itself and the voice detector are free. A talk fits while the
p95 of all stays within 1.5 times that of one.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from typing import TYPE_CHECKING, Any

import voice_room
from rows import quantile
from voice_corpus import program
from voice_virtual import say

if TYPE_CHECKING:
    from voice_corpus import Clip

ANSWERED = 0.9
WITHIN = 1.5


class Loop(voice_room.Loop):
    """A virtual loop of a machine with ``cores``; what runs takes ``speed`` times its processor time."""

    cores, speed, busy = 2, 1.0, 0.0

    def __init__(self) -> None:
        super().__init__()
        self._cores = [0.0] * self.cores

    def done(self, executor: Any, took: float) -> float:
        """Return when work that began now is done, once its thread and a core are free for it."""
        took *= self.speed
        core = self._cores.index(min(self._cores))
        begin = max(self.time(), self._free.get(executor, 0.0), self._cores[core])
        self._free[executor] = self._cores[core] = begin + took
        Loop.busy += took
        return begin + took


async def person(engines: Any, clips: list[Clip], seed: int) -> list[float]:
    """Say ``clips``; return the ms from each true end to the first sound."""
    dice = random.Random(seed)
    heard = []
    for clip in clips:
        await asyncio.sleep(dice.uniform(0.0, 2.0))
        told = await say(engines, clip, 0.0)
        if told.heard is not None:
            heard.append(told.heard)
    return heard


async def crowd(counts: list[int], turns: int, clip_ms: float | None) -> None:
    """Let so many talk at once, and print what it was like."""
    from hub_voice.capacity import capacity
    from hub_voice.engine import hearers, tiers

    engines = (await voice_room.load())._engines  # noqa: SLF001  without the memory for answers: they cost
    from voice_corpus import MODELS, ROOT

    from hub.models import read_manifest

    files = {
        one.name: MODELS / one.file for one in read_manifest(ROOT / "plugins/voice/src/hub_voice/models.toml")
    }
    here = tiers.measure(hearers.open_tiny(files), hearers.read_clip(files["speech-sample"]))
    clip_ms = clip_ms or here
    Loop.speed = clip_ms / here
    promised = capacity(clip_ms, Loop.cores)
    print(f"  the clip takes {here:.0f} ms here, {clip_ms:.0f} ms there; promised: {promised}")
    alone = 0.0
    for people in counts:
        clock = asyncio.get_running_loop()
        began, Loop.busy = clock.time(), 0.0
        each = max(turns, 3 * turns if people == 1 else turns)
        done = await asyncio.gather(*(person(engines, program(each, 20 + one), one) for one in range(people)))
        took = clock.time() - began
        heard = [ms for one in done for ms in one]
        slow = quantile(heard, 0.95)
        alone = alone or slow
        fits = slow <= WITHIN * alone and len(heard) >= ANSWERED * people * each
        print(
            f"  {people:2} at once: p50 {quantile(heard, 0.5):5.0f}  p95 {slow:5.0f} ms ({slow / alone:.2f}x)"
            f" of {len(heard)}/{people * each}  {Loop.busy / took / people * 1000:4.0f} thousandths"
            f" of a core each  {'fits' if fits else 'does not fit'}",
            flush=True,
        )


def main() -> None:
    """Read the options, and do it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cores", type=int, default=2)
    options.add_argument("--clip", type=float, default=None)
    options.add_argument("--people", type=int, nargs="+", default=[1, 2, 4, 6])
    options.add_argument("--turns", type=int, default=6)
    asked = options.parse_args()
    Loop.cores = asked.cores
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(crowd(asked.people, asked.turns, asked.clip))


if __name__ == "__main__":
    main()
