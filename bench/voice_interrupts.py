"""Measure what stops an answer and what does not: some 300 sounds over a sounding answer, in virtual time.

    python bench/voice_interrupts.py [--n 40] [--group person] [--show]

Every case is a talk of its own: a question in the asker's voice, an answer that sounds, and then the
sound, at a place fixed by a seed; the room and the client's loudspeaker are in `voice_room`.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import voice_room
from rows import row, save
from voice_corpus import RATE
from voice_sounds import ANSWERS, Case, cases, question

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S = 2.0
"""Seconds after the sound's end in which a true interruption must have stopped the answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case. Times in ms after the sound's first audible sample; None: never."""

    case: Case
    interrupted: bool
    ducked: float | None
    silent: float | None
    counted: tuple[str, ...]
    turns: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it came out as it should."""
        return self.interrupted == (self.case.truth == "true")


async def play(engines: Any, case: Case) -> Outcome:
    """Run one case."""
    from hub import Accepted, BargeIn, Counted, Duck, Started

    talk = voice_room.Talk(engines, case.room)
    await talk.session.listen(push=False)
    asked = np.concatenate([_still(0.4), question(case.asker), _still(2.5)])
    await talk.hear(asked, until=lambda: bool(talk.all(Accepted)))
    await talk.session.say("t", ANSWERS[case.answer], last=True)
    talk.session.release("t")
    await talk.hear(_still(3), until=lambda: bool(talk.all(Started)))
    await talk.hear(_still(case.at + voice_room.LEAD_S))
    before, began = len(talk.events), talk.now + case.onset
    sound = np.concatenate([case.sound, _still(PATIENCE_S)])
    await talk.hear(sound, until=lambda: bool(talk.all(BargeIn)))
    stops = talk.all(BargeIn)
    ducks = [at for at, event in talk.events[before:] if isinstance(event, Duck) and event.on]
    if not stops:
        await talk.hear(_still(0.5))
    turns = tuple(event.text for _, event in talk.all(Accepted)[1:])
    counted = tuple(event.what for _, event in talk.all(Counted))
    await talk.session.close()
    return Outcome(
        case, bool(stops),
        (ducks[0] - began) * 1000 if ducks else None,
        (stops[0][0] - began) * 1000 if stops else None,
        counted, turns,
    )  # fmt: skip


def _still(seconds: float) -> Any:
    return np.zeros(int(seconds * RATE), np.float32)


async def play_all(chosen: list[Case], show: bool = False) -> list[Outcome]:
    """Run ``chosen`` one after the other."""
    engines = await voice_room.load()
    outcomes = []
    for number, case in enumerate(chosen, 1):
        engines.looks.clear()
        outcomes.append(outcome := await play(engines, case))
        if show or not outcome.right:
            silent = "" if outcome.silent is None else f" silent {outcome.silent:.0f} ms"
            ducked = "" if outcome.ducked is None else f" ducked {outcome.ducked:.0f} ms"
            mark = "ok  " if outcome.right else "FAIL"
            at = f"at {case.at:.1f} s"
            said = f" {outcome.counted} {outcome.turns} {engines.looks}"
            print(f"  {mark} {number:3} {case.group}: {case.id} {at}{ducked}{silent}{said}", flush=True)
    return outcomes


def measure(n: int = 0, groups: Sequence[str] = (), show: bool = False) -> list[dict[str, Any]]:
    """Run the set, or ``n`` of it, and return its rows."""
    chosen = [case for case in cases() if not groups or case.group in groups]
    if 0 < n < len(chosen):
        chosen = random.Random(6).sample(chosen, n)
    outcomes = voice_room.run(play_all(chosen, show))
    _tell_groups(outcomes)
    no = [outcome for outcome in outcomes if outcome.case.truth == "false"]
    yes = [outcome for outcome in outcomes if outcome.case.truth == "true"]
    note = f"{len(outcomes)} sounds over an answer, virtual time"
    rows = []
    if no:
        wrong = [100 * sum(outcome.interrupted for outcome in no) / len(no)]
        rows.append(row("voice.interrupts_false", "%", wrong, 5, note=note))
    if yes:
        right = [100 * sum(outcome.interrupted for outcome in yes) / len(yes)]
        rows.append(row("voice.interrupts_true", "%", right, 95, at_least=True, note=note))
        if ducked := [outcome.ducked for outcome in yes if outcome.ducked is not None]:
            rows.append(row("voice.ducked_child", "ms", ducked, 120, by="p95", note=note + "; in the child"))
        if silent := [outcome.silent for outcome in yes if outcome.silent is not None]:
            rows.append(row("voice.silent_child", "ms", silent, 900, by="p95", note=note + "; in the child"))
    return rows


def _tell_groups(outcomes: list[Outcome]) -> None:
    """Print how each class came out: its size, its failures, how soon it was silent, and what failed."""
    for group in dict.fromkeys(outcome.case.group for outcome in outcomes):
        those = [outcome for outcome in outcomes if outcome.case.group == group]
        wrong = [outcome for outcome in those if not outcome.right]
        silent = sorted(outcome.silent for outcome in those if outcome.silent is not None)
        late = f", silent at {silent[-1 - len(silent) // 20]:.0f} ms (p95)" if silent else ""
        share = 100 * len(wrong) / len(those)
        print(f"  {group:12} {len(wrong):3} of {len(those):3} wrong ({share:.0f} %){late}", flush=True)
        for outcome in wrong:
            print(f"      {outcome.case.id}", flush=True)


def main() -> None:
    """Measure and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=0, help="so many of the cases, chosen by a seed")
    kinds = ("hum", "cough", "sign", "echo", "music", "television", "noise", "person")
    parser.add_argument("--group", nargs="+", default=(), choices=kinds, help="only these classes")
    parser.add_argument("--show", action="store_true", help="print what came out right, too")
    asked = parser.parse_args()
    rows = measure(asked.n, asked.group, asked.show)
    if not (asked.n or asked.group):
        save("voice", rows)


if __name__ == "__main__":
    main()
