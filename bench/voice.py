"""Measure the voice: every row of its promise, each alone or all in turn. Writes bench/out/voice.json.

    python bench/voice.py                      all, each in a process of its own, rows kept as each is done
    python bench/voice.py stop_to_audio sure   some; `--n 200` for how many turns, `--no-peers` without them
    python bench/voice.py --quick              all in some five minutes, with few samples
    python bench/voice.py --plan               what there is, and how long each takes

A part that fails loses none of the others; what it said is in bench/out/voice-raw/<part>.log. Run it on a
machine that does nothing else. Speech and peers are kept in the cache folder (``HUB_BENCH_CACHE``).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows import OUT, save

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Row = dict[str, Any]

TURN_S = 3.8
"""What a turn takes: a question of 2 s, the answer's beginning, and some air."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a part is to be run."""

    n: int
    quick: bool
    peers: bool
    minutes: float


async def _talk(asked: Asked) -> list[Row]:
    """stop_to_audio, sure, early, loop: one talk of n turns with a model that answers at once."""
    import voice_talk as talk

    peer = await _pipecat(asked, 0.0)
    talked, loop, minutes = await talk.plain(asked.n)
    rows = talk.latency_rows("voice.stop_to_audio", talked, 400, 850, peer)
    return [
        *rows, *talk.sure_rows(talked), *talk.early_rows(talked), *loop,
        *talk.soak_rows(talked, minutes, "voice.talk"),
    ]  # fmt: skip


async def _slower(asked: Asked) -> list[Row]:
    """stop_to_audio_300: the same with a first token after 300 ms."""
    import voice_talk as talk

    peer = await _pipecat(asked, 0.3)
    talked, _, _ = await talk.plain(asked.n, "stop_to_audio_300", 0.3)
    return talk.latency_rows("voice.stop_to_audio_300", talked, 540, 740, peer)


async def _pipecat(asked: Asked, first: float) -> tuple[str, list[float], str] | None:
    """Talk to Pipecat, before our hub is alive; None when it cannot be had."""
    if not asked.peers:
        return None
    from voice_corpus import program
    from voice_peers import pipecat

    try:
        told = await pipecat(program(6 if asked.quick else max(10, asked.n // 7)), first)
    except Exception as error:  # noqa: BLE001  without a peer our own rows stand alone
        print(f"  Pipecat: {error!r}", flush=True)
        return None
    heard = [one["heard"] for one in told if one["heard"] is not None]
    early = sum(bool(one["early"]) for one in told)
    calls = sum(one["calls"] for one in told) / max(1, len(told))
    note = (
        f"Pipecat as it comes (Silero, Smart Turn, whisper tiny.en int8, Piper): {len(heard)} of {len(told)} "
        f"turns heard, {early} taken early, {calls:.2f} model calls a turn"
    )
    print(f"  {note}", flush=True)
    return ("Pipecat 1.14", heard, note) if heard else None


async def _real(asked: Asked) -> list[Row]:
    """stop_to_audio_real: the embedded language model answers."""
    import voice_more

    return await voice_more.real(asked.n)


async def _barge_in(asked: Asked) -> list[Row]:
    """barge_in: over a sounding answer, to ducked and to silence at the client."""
    import voice_more

    return await voice_more.barge_in(asked.n)


async def _noise(asked: Asked) -> list[Row]:
    """noise: what is no speech, and single words."""
    import voice_more

    return await voice_more.noises(asked.n)


async def _sessions(asked: Asked) -> list[Row]:
    """sessions: two and three people at once beside one."""
    import voice_more

    return await voice_more.sessions(asked.n)


async def _soak(asked: Asked) -> list[Row]:
    """soak: whole answers for --minutes (30)."""
    import voice_more

    return await voice_more.soak(asked.minutes)


async def _interrupts(asked: Asked) -> list[Row]:
    """interrupts: >= 200 clips over a sounding answer, through the child's own session."""
    import voice_more

    return await voice_more.interrupts(asked.n)


async def _stt(asked: Asked) -> list[Row]:
    """stt_tiny, stt_base: recognition of 5 s, beside wyoming-faster-whisper."""
    import voice_engines

    return await voice_engines.stt(asked.n, peers=asked.peers)


async def _tts(asked: Asked) -> list[Row]:
    """tts_first: first sound of 30 words, beside wyoming-piper."""
    import voice_engines

    return await voice_engines.tts_first(asked.n, peers=asked.peers)


async def _wer(asked: Asked) -> list[Row]:
    """wer: word error rates by engine and kind of speech."""
    import voice_engines

    return await voice_engines.wer(peers=asked.peers)


@dataclass(frozen=True, slots=True)
class Part:
    """Some ids that are measured together. ``n``: samples in a full and in a quick run."""

    ids: tuple[str, ...]
    run: Callable[[Asked], Awaitable[list[Row]]]
    n: int
    quick: int
    each_s: float
    """Seconds a sample takes; and besides them."""
    besides_s: float

    def seconds(self, n: int) -> float:
        """Return how long it takes, about."""
        return self.besides_s + n * self.each_s


PARTS: dict[str, Part] = {
    "stt": Part(("stt_tiny", "stt_base", "stt_wire"), _stt, 60, 10, 0.8, 25),
    "tts": Part(("tts_first", "tts_wire"), _tts, 40, 6, 1.2, 25),
    "wer": Part(("wer",), _wer, 1, 1, 0, 80),
    "talk": Part(("stop_to_audio", "sure", "early", "calls", "loop"), _talk, 200, 10, TURN_S + 0.8, 30),
    "interrupts": Part(("interrupts",), _interrupts, 200, 20, 0.5, 30),
    "noise": Part(("noise", "words"), _noise, 20, 4, 7.0, 30),
    "barge_in": Part(("barge_in", "duck"), _barge_in, 100, 8, 4.0, 20),
    "slower": Part(("stop_to_audio_300",), _slower, 80, 8, TURN_S + 1.1, 30),
    "real": Part(("stop_to_audio_real",), _real, 20, 5, 5.0, 20),
    "sessions": Part(("sessions",), _sessions, 12, 5, 3 * TURN_S, 20),
    "soak": Part(("soak", "underruns"), _soak, 1, 1, 0, 1800),
}
ALONE = ("soak",)
"""Not among "all": half an hour of its own. The talk of 200 turns says the same of a quarter of an hour."""


def chosen(words: list[str]) -> list[str]:
    """Return the parts that measure ``words``; all but the long one without any."""
    if not words:
        return [name for name in PARTS if name not in ALONE]
    parts = []
    for word in words:
        plain = word.removeprefix("voice.")
        found = [name for name, part in PARTS.items() if plain == name or plain in part.ids]
        if not found:
            known = ", ".join(sorted({*PARTS, *(one for part in PARTS.values() for one in part.ids)}))
            sys.exit(f"There is no {word}. There are: {known}.")
        parts += [name for name in found if name not in parts]
    return parts


def main() -> None:
    """Run what was asked for; each part in a process of its own when there are several."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    reading.add_argument("ids", nargs="*")
    reading.add_argument("--n", type=int, default=0, help="samples of each part")
    reading.add_argument("--minutes", type=float, default=30.0, help="of the soak")
    reading.add_argument("--quick", action="store_true")
    reading.add_argument("--plan", action="store_true")
    reading.add_argument("--no-peers", action="store_true")
    reading.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = reading.parse_args()
    parts = chosen(given.ids)
    if given.plan:
        _plan(parts, given)
    elif given.inside or len(parts) == 1:
        for name in parts:
            asyncio.run(_run(name, given))
    else:
        sys.exit(_all(parts))


def _n(name: str, given: argparse.Namespace) -> int:
    part = PARTS[name]
    return int(given.n or (part.quick if given.quick else part.n))


async def _run(name: str, given: argparse.Namespace) -> None:
    task = asyncio.current_task()
    if task:  # who is ended ends its hub as well
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    asked = Asked(_n(name, given), given.quick, not given.no_peers, 2.0 if given.quick else given.minutes)
    began = time.monotonic()
    load = os.getloadavg()[0]
    print(f"{name}: n = {asked.n}; the machine's load is {load:.1f}", flush=True)
    rows = await PARTS[name].run(asked)
    for one in rows:
        one["note"] = f"{one['note']}; load before {load:.1f}".removeprefix("; ")
    save("voice", rows)
    print(f"{name}: {len(rows)} rows in {time.monotonic() - began:.0f} s", flush=True)


def _plan(parts: list[str], given: argparse.Namespace) -> None:
    whole = 0.0
    for name in parts:
        n = _n(name, given)
        seconds = given.minutes * 60 if name == "soak" else PARTS[name].seconds(n)
        whole += seconds
        print(f"{name:12} n {n:4}  about {seconds / 60:5.1f} min  {', '.join(PARTS[name].ids)}")
    print(f"{'in all':12}         about {whole / 60:5.1f} min")


def _all(parts: list[str]) -> int:
    """Run each part in a process of its own; return how many failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logs = OUT / "voice-raw"
    logs.mkdir(parents=True, exist_ok=True)
    options = [one for one in sys.argv[1:] if one.startswith("--")]
    values = [sys.argv[sys.argv.index(one) + 1] for one in ("--n", "--minutes") if one in sys.argv]
    options = [one for one in options if one not in ("--n", "--minutes")]
    for one, value in zip([o for o in ("--n", "--minutes") if o in sys.argv], values, strict=True):
        options += [one, value]
    failed = []
    for name in parts:
        began = time.monotonic()
        command = [sys.executable, "-u", str(Path(__file__)), name, "--inside", *options]
        with (logs / f"{name}.log").open("w") as log:
            done = _told(command, log)
        print(
            f"== {name}: {'ok' if done == 0 else f'FAILED ({done})'}, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        failed += [name] if done else []
    print(f"Failed: {', '.join(failed)}" if failed else "All done.", flush=True)
    return len(failed)


def _told(command: list[str], log: Any) -> int:
    """Run a part, its words both here and in its log; three times its plan is too long."""
    limit = 3 * PARTS[command[3]].seconds(PARTS[command[3]].n) + 300
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        ends = [threading.Timer(limit, process.terminate), threading.Timer(limit + 30, process.kill)]
        for one in ends:
            one.start()
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                log.write(line)
                log.flush()
        finally:  # also when this run is ended: the part ends its hub
            for one in ends:
                one.cancel()
            if sys.exc_info()[0]:
                process.terminate()
        return process.wait()


if __name__ == "__main__":
    main()
