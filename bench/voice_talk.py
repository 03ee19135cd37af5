"""Talk to a real hub, turn after turn, and measure from the person's end of speech to the first sound.

One hub serves the whole talk: so the same half hour also tells of its loop, its memory and its underruns.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows import OUT, quantile, row
from voice_client import calling
from voice_corpus import program, words
from voice_hub import Measured, hub_under_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from voice_client import Caller
    from voice_corpus import Clip

    Row = dict[str, Any]

ANSWER_S = 8.0
"""Who hears nothing for so long gives up, and the turn counts as unanswered."""
TURNS_A_TALK = 25
WHOLE_EVERY = 10
"""Every so many answers are heard to their end; the others are cancelled after a moment, for time's sake."""
MOMENT_S = 0.3
MUTE = 5
"""So many turns without a sound, and the talk is given up."""


@dataclass(slots=True)
class Told:
    """What came of one turn. Times are ms after the true end of speech."""

    clip: str
    kind: str
    voice: str
    manner: str
    text: str
    began: float
    end: float
    heard: float | None = None
    early: int = 0
    """How often the turn was taken before its end."""
    heard_early: bool = False
    accepted: float | None = None
    sure: bool | None = None
    timing: dict[str, Any] | None = None
    calls: int = 0
    """Requests to the language model; and the last words it was asked about."""
    asked: str = ""
    errors: list[str] = field(default_factory=list)


async def turn(caller: Caller, clip: Clip, *, whole: bool = False) -> Told:
    """Say ``clip``, and listen for the first sound of its answer."""
    caller.forget()
    began = time.monotonic()
    spoken = caller.say(clip.tailed)
    spoken.end = spoken.start + clip.end
    told = Told(clip.id, clip.kind, clip.voice, clip.manner, clip.text, began, spoken.end)
    await caller.quiet(spoken.end - time.monotonic())
    await caller.until(lambda: (caller.ear.loud or 0.0) > spoken.end, ANSWER_S)
    loud = caller.ear.loud
    told.heard_early = loud is not None and loud <= spoken.end
    if loud is not None and not told.heard_early:
        told.heard = (loud - spoken.end) * 1e3
    if whole and loud is not None:
        await caller.until(lambda: caller.state in ("recording", "idle"), 20)
    else:
        await caller.quiet(MOMENT_S if loud is not None else 0.1)
        await caller.hush()
    await caller.quiet(0.3)
    _judge(told, caller)
    return told


def _give_up(latest: list[Told]) -> None:
    """Raise when none of the ``latest`` turns was answered."""
    if len(latest) == MUTE and all(one.heard is None and not one.heard_early for one in latest):
        raise RuntimeError(f"{MUTE} turns without an answer: {latest[-1].errors}")


def _judge(told: Told, caller: Caller) -> None:
    taken = [at for at, one in caller.messages("state", told.began) if one["state"] == "processing"]
    told.early = sum(at < told.end for at in taken)
    if late := [at for at in taken if at >= told.end]:
        told.accepted = (late[0] - told.end) * 1e3
    if timed := caller.messages("timing", told.began):
        told.timing = timed[-1][1]
        told.sure = bool(told.timing.get("sure"))
    told.errors = [one.get("message", "") for _, one in caller.messages("error", told.began)]


@dataclass
class Talked:
    """All turns of a program, and what the hub noted meanwhile."""

    turns: list[Told] = field(default_factory=list)
    speaking: list[tuple[float, float]] = field(default_factory=list)
    """When an answer was made or sounding."""
    underruns: list[float] = field(default_factory=list)
    memory: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """How late the bench's own microphone was, ms."""
    broke: list[str] = field(default_factory=list)
    processor: dict[str, float] = field(default_factory=dict)
    """Processor milliseconds of a turn, by process: what a busy machine does not change."""

    def heard(self, kind: str = "") -> list[float]:
        """Return the milliseconds of all turns that were answered, and not before their end."""
        return [one.heard for one in self.turns if one.heard is not None and kind in ("", one.kind)]


async def talk(measured: Measured, clips: list[Clip], name: str, *, whole_every: int = WHOLE_EVERY) -> Talked:
    """Say all ``clips``, 25 a talk; a talk that breaks is begun anew. Raw turns go to bench/out."""
    talked = Talked()
    began, used = time.monotonic(), measured.processor()
    for first in range(0, len(clips), TURNS_A_TALK):
        batch = clips[first : first + TURNS_A_TALK]
        try:
            async with calling(measured.hub, seed=first + 1) as caller:
                await caller.quiet(0.7)
                for place, clip in enumerate(batch):
                    number = first + place
                    told = await turn(caller, clip, whole=number % whole_every == whole_every - 1)
                    talked.turns.append(told)
                    _give_up(talked.turns[-MUTE:])
                    with contextlib.suppress(Exception):
                        talked.memory.append((time.monotonic(), measured.memory()))
                _gather(talked, caller)
        except Exception as error:  # noqa: BLE001  what broke is noted, and the next talk goes on
            talked.broke.append(repr(error))
            print(f"  a talk broke: {error!r}", flush=True)
        _progress(name, talked, len(clips), time.monotonic() - began)
    with contextlib.suppress(Exception):
        now = measured.processor()
        count = max(1, len(talked.turns))
        talked.processor = {name: 1e3 * (now[name] - used.get(name, 0.0)) / count for name in now}
        told = ", ".join(f"{process} {ms:.0f}" for process, ms in talked.processor.items())
        print(f"  {name}: processor ms a turn: {told}", flush=True)
    await asyncio.sleep(1.2)
    _count_calls(talked, measured)
    keep(name, talked)
    return talked


def _gather(talked: Talked, caller: Caller) -> None:
    talked.late += [one * 1e3 for one in caller.late]
    talked.underruns += [gap * 1e3 for gap in caller.ear.gaps]
    since: float | None = None
    for at, message in caller.messages("state"):
        busy = message["state"] in ("synthesizing", "playing")
        if busy and since is None:
            since = at
        elif not busy and since is not None:
            talked.speaking.append((since, at))
            since = None


def _count_calls(talked: Talked, measured: Measured) -> None:
    asked = measured.notes("asked")
    ends = [one.began for one in talked.turns[1:]] + [time.monotonic()]
    for told, until in zip(talked.turns, ends, strict=True):
        mine = [line for line in asked if told.began <= line[1] < until]
        told.calls = len(mine)
        told.asked = mine[-1][3] if mine else ""


def _progress(name: str, talked: Talked, of: int, seconds: float) -> None:
    heard = talked.heard()
    middle = (
        f"p50 {quantile(heard, 0.5):.0f} p95 {quantile(heard, 0.95):.0f} ms" if heard else "nothing heard"
    )
    print(f"  {name}: {len(talked.turns)} of {of} turns in {seconds:.0f} s, {middle}", flush=True)


def keep(name: str, talked: Talked) -> None:
    """Keep all that is known of each turn in bench/out/voice-raw."""
    folder = OUT / "voice-raw"
    folder.mkdir(parents=True, exist_ok=True)
    told = [dataclasses.asdict(one) for one in talked.turns]
    Path(folder / f"{name}.json").write_text(
        json.dumps(
            {
                "turns": told,
                "underruns": talked.underruns,
                "broke": talked.broke,
                "processor": talked.processor,
            },
            indent=1,
        )
        + "\n"
    )


# -- what the rows say ----------------------------------------------------------------------------


def latency_rows(id_: str, talked: Talked, p50: float, p95: float, peers: Peers | None = None) -> list[Row]:
    """Return the rows of one latency: all turns, then synthetic and human speech apart."""
    turns = talked.turns
    mute = [one for one in turns if one.heard is None and not one.heard_early]
    soon = sum(one.heard_early for one in turns)
    note = (
        f"{len(turns)} turns, {len(mute)} unanswered, {soon} heard too soon; "
        "as received by a client that plays at once; a browser waits 60 ms more. "
        f"The bench's own microphone was late by {quantile(talked.late or [0.0], 0.95):.1f} ms (p95)."
    )
    name, samples, more = peers or (None, None, "")
    note += f" {more}" if more else ""
    made = [
        row(id_, "ms", there(talked.heard()), p50, note=note, peer=name, peer_samples=samples),
        row(f"{id_}.p95", "ms", there(talked.heard()), p95, by="p95"),
    ]
    kinds = {kind: talked.heard(kind) for kind in ("synthetic", "human")}
    return [*made, *(row(f"{id_}.{kind}", "ms", some, p50) for kind, some in kinds.items() if some)]


def there(samples: list[float]) -> list[float]:
    """Return ``samples``; fail when there are none: no figure is better than a made one."""
    if not samples:
        raise RuntimeError("Nothing was heard at all: see bench/out/voice-raw.")
    return samples


Peers = tuple[str, list[float], str]
"""Who, milliseconds, and what is to be known of it."""


def sure_rows(talked: Talked) -> list[Row]:
    """Return how often the detector was sure, and what that brought."""
    told = [one for one in talked.turns if one.sure is not None]
    if not told:
        print("  voice.sure: the hub did not tell how sure it was (no `timing` message)", flush=True)
        return []
    sure = [one.heard for one in told if one.sure and one.heard is not None]
    share = 100 * sum(bool(one.sure) for one in told) / len(told)
    note = f"of {len(told)} turns that were timed"
    made = [row("voice.sure", "%", [share], 40, at_least=True, note=note)]
    if sure:
        made += [
            row("voice.sure_ms", "ms", sure, 290),
            row("voice.sure_ms.p95", "ms", sure, 370, by="p95"),
        ]
    return made


def early_rows(talked: Talked) -> list[Row]:
    """Return how often a turn was taken too soon, what the person heard of it, and what it cost."""
    turns = talked.turns
    early = [one for one in turns if one.early]
    paused = [one for one in turns if one.manner == "paused"]
    note = (
        f"{len(early)} of {len(turns)}; with a pause inside {sum(bool(one.early) for one in paused)} "
        f"of {len(paused)}"
    )
    calls = [float(one.calls) for one in turns if one.calls]
    mean = sum(calls) / max(1, len(calls))
    return [
        row("voice.early", "%", [100 * len(early) / max(1, len(turns))], 10, note=note),
        row("voice.early_heard", "turns", [float(sum(one.heard_early for one in turns))], 0, by="max"),
        row("voice.calls", "a turn", [mean], 1.5, note="the mean of all turns that reached the model"),
        row("voice.live_words", "%", [live_errors(turns)], 15, note=_whole(turns)),
    ]


def live_errors(turns: list[Told]) -> float:
    """Return the word error rate of what the language model was asked at last, %."""
    from voice_wer import errors

    pairs = [(one.text, one.asked) for one in turns if one.asked]
    wrong = sum(errors(words(said), words(heard)) for said, heard in pairs)
    return 100 * wrong / max(1, sum(len(words(said)) for said, _ in pairs))


def _whole(turns: list[Told]) -> str:
    lost = [one.clip for one in turns if one.asked and len(words(one.asked)) < 0.6 * len(words(one.text))]
    return f"what the model was asked at last, against what was said; much was lost in {len(lost)} turns"


def loop_rows(talked: Talked, measured: Measured) -> list[Row]:
    """Return how late the hub's loop was while an answer was made or sounded."""
    late = measured.notes("late")
    spans = sorted(talked.speaking)
    inside: list[float] = []
    place = 0
    for _, at, ms in late:
        while place < len(spans) and spans[place][1] < at:
            place += 1
        if place < len(spans) and spans[place][0] <= at:
            inside.append(ms)
    if not inside:
        return []
    note = "a probe every 10 ms in the hub's own loop, while an answer is made or sounds"
    return [row("voice.loop", "ms", inside[-20_000:], 15, by="p99", note=note)]


def soak_rows(talked: Talked, minutes: float, id_: str = "voice.soak") -> list[Row]:
    """Return what half an hour of talk added to the memory, and the gaps in its sound."""
    if len(talked.memory) < 8:  # too short to say anything
        return []
    # the first minutes fill caches and arenas; growth is from then on, by medians of a tenth
    begin = talked.memory[0][0]
    later = [(at, one) for at, one in talked.memory if at > begin + min(180, 0.2 * minutes * 60)]
    size = max(3, len(later) // 10)
    grown = {
        name: quantile([one[name] for _, one in later[-size:]], 0.5)
        - quantile([one[name] for _, one in later[:size]], 0.5)
        for name in ("hub", "speech")
    }
    note = ", ".join(f"{name} {by:+.1f}" for name, by in grown.items())
    note = f"{minutes:.1f} minutes, {len(talked.turns)} turns; resident MiB: {note}"
    alone = id_ == "voice.soak"
    memory, gaps = (id_, "voice.underruns") if alone else (f"{id_}.memory", f"{id_}.underruns")
    longest = f"; the longest gap {max(talked.underruns):.0f} ms" if talked.underruns else ""
    return [
        row(memory, "MiB", [sum(grown.values())], 20, by="max", note=note),
        row(gaps, "gaps", [float(len(talked.underruns))], 0, by="max", note=note + longest),
    ]


# -- programs -------------------------------------------------------------------------------------


async def plain(n: int, name: str = "stop_to_audio", first: float = 0.0, seed: int = 6) -> tuple[Any, ...]:
    """Talk ``n`` turns on a hub of its own; return what was told, and what the hub noted of its loop."""
    async with hub_under_test() as measured:
        measured.plan(first=first)
        began = time.monotonic()
        talked = await talk(measured, program(n, seed), name)
        return talked, loop_rows(talked, measured), (time.monotonic() - began) / 60


def chosen(rows: list[Row], wanted: Callable[[str], bool]) -> list[Row]:
    """Return the rows whose id is wanted."""
    return [one for one in rows if wanted(one["id"])]
