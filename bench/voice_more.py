"""Measure what is not a plain turn: interruptions, noise, several people at once, a long talk."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import voice_talk as talk
from rows import quantile, row
from voice_client import calling
from voice_corpus import LEAD_S, RATE, Clip, corpus, noise, program, words
from voice_hub import hub_under_test

if TYPE_CHECKING:
    from voice_client import Caller
    from voice_corpus import Pcm

    Row = dict[str, Any]

STOP_S = 3.0
"""Who is not silent by then was not interrupted."""


async def real(n: int) -> list[Row]:
    """voice.stop_to_audio_real: the embedded language model answers, unscripted."""
    async with hub_under_test(canned=False) as measured:
        talked = await talk.talk(measured, program(n, 7, ("plain",)), "real")
    note = f"the embedded model, questions that nothing else answers; {len(talked.turns)} turns"
    heard = talk.there(talked.heard())
    return [row("voice.stop_to_audio_real", "ms", heard, 900, note=note)]


# -- interruptions --------------------------------------------------------------------------------


@dataclass(slots=True)
class Stopped:
    """What came of interruptions: ms to silence and to a lowered answer, and the words that did neither."""

    silent: list[float] = field(default_factory=list)
    ducked: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


async def barge_in(n: int) -> list[Row]:
    """voice.barge_in and voice.duck: a true interruption over a sounding answer, one after the other."""
    order = random.Random(11)
    clips = [one for one in corpus() if one.manner == "interruption" and not one.voice.startswith("espeak")]
    said = [order.choice(clips) for _ in range(n)]
    told = Stopped()
    silent, ducked, missed = told.silent, told.ducked, told.missed
    async with hub_under_test() as measured:
        measured.plan(first=0.0, sentences=4)
        for first in range(0, n, talk.TURNS_A_TALK):
            batch = said[first : first + talk.TURNS_A_TALK]
            try:
                async with calling(measured.hub, seed=first + 1) as caller:
                    await caller.quiet(0.5)
                    for clip in batch:
                        await _interrupt(caller, clip, order, told)
            except Exception as error:  # noqa: BLE001  the next talk goes on
                print(f"  a talk broke: {error!r}", flush=True)
            if silent:
                print(f"  barge_in: {len(silent)} stopped, {len(missed)} missed, p95 "
                      f"{quantile(silent, 0.95):.0f} ms", flush=True)  # fmt: skip
    note = (
        f"{len(silent)} of {len(silent) + len(missed)} stopped the answer within {STOP_S:g} s (by Piper, in "
        "a quiet room, no echo); from the first voiced sample to the client's empty buffer"
    )
    share = 100 * len(silent) / max(1, len(silent) + len(missed))
    rows = [
        row("voice.barge_in", "ms", talk.there(silent), 900, by="p95", note=note),
        row("voice.barge_in.heard", "%", [share], 95, at_least=True, note=f"missed: {sorted(set(missed))}"),
    ]
    if ducked:
        rows.append(row("voice.duck", "ms", ducked, 120, by="p95", note=f"{len(ducked)} were ducked"))
    else:
        print("  voice.duck: the hub sent no `duck`", flush=True)
    return rows


async def _interrupt(caller: Caller, clip: Clip, order: random.Random, told: Stopped) -> None:
    """Have an answer sound, speak over it, and note when it fell silent."""
    await _sounding(caller)
    await caller.quiet(order.uniform(0.7, 2.2))
    spoken = caller.say(clip.speech)
    onset = spoken.start + LEAD_S

    def stopped() -> list[float]:
        return [at for at, _ in caller.messages("flush", onset)]

    if await caller.until(stopped, spoken.end - time.monotonic() + STOP_S):
        told.silent.append((stopped()[0] - onset) * 1e3)
    else:
        told.missed.append(clip.text)
        await caller.hush()
    ducks = [at for at, one in caller.messages("duck", spoken.start) if one.get("on")]
    told.ducked += [(ducks[0] - onset) * 1e3] if ducks else []
    await caller.quiet(max(0.0, spoken.end - time.monotonic()))
    caller.forget()


async def _sounding(caller: Caller) -> None:
    """Have a long answer sound: what the last interruption got may be an "All right." that soon is over."""
    await caller.hush()
    await caller.quiet(0.3)
    question = next(one for one in corpus() if one.id == "joe-plain-0")
    caller.forget()
    spoken = caller.say(question.speech)
    if not await caller.until(lambda: (caller.ear.loud or 0) > spoken.end, 8 + question.end):
        raise RuntimeError("There was no answer to speak over.")


async def interrupts(n: int) -> list[Row]:
    """voice.interrupts: the set of `voice_interrupts` in virtual time, all of it from 200 on."""
    import voice_interrupts

    rows: list[Row] = await asyncio.to_thread(voice_interrupts.measure, n if n < 200 else 0)
    return rows


# -- noise ----------------------------------------------------------------------------------------


def sounds() -> dict[str, Pcm]:
    """Return what is no speech: four seconds each, made with fixed seeds."""
    random_ = np.random.default_rng(5)
    size = 4 * RATE
    t = np.arange(size) / RATE
    white = random_.normal(0, 1, size)
    brown = np.cumsum(white)
    brown = (brown - brown.mean()) / np.abs(brown).max()
    clicks, taps, steps = np.zeros(size), np.zeros(size), np.zeros(size)
    for at in random_.integers(0, size - 800, 24):
        clicks[at : at + 30] += random_.normal(0, 0.4, 30)
    for at in range(2000, size - 3000, 5200):
        taps[at : at + 600] += random_.normal(0, 0.15, 600) * np.exp(-np.arange(600) / 120)
        steps[at : at + 2400] += np.sin(2 * np.pi * 70 * t[:2400]) * np.exp(-np.arange(2400) / 500) * 0.3
    hum = sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 5))
    made = {
        "silence": np.zeros(size), "white": 0.03 * white, "loud white": 0.12 * white, "rumble": 0.2 * brown,
        "hum": 0.05 * hum, "loud hum": 0.15 * hum, "clicks": clicks, "typing": taps, "steps": steps,
        "tone": 0.1 * np.sin(2 * np.pi * 440 * t), "whistle": 0.1 * np.sin(2 * np.pi * (900 + 400 * t) * t),
        "fan": 0.04 * white + 0.02 * hum, "bell": 0.3 * np.sin(2 * np.pi * 1200 * t) * np.exp(-t * 2),
    }  # fmt: skip
    floor = noise(size, 9)
    return {
        name: (np.clip(one + floor, -1, 1) * 32767).astype(np.int16) for name, one in made.items()
    }  # fmt: skip


async def noises(n: int) -> list[Row]:
    """voice.noise: words that sounds without speech sent to the model; voice.words: single words heard."""
    made = list(sounds().items())[: max(4, n)]
    spoken = [one for one in corpus() if one.manner == "word"]
    sent: list[float] = []
    led: list[str] = []
    async with hub_under_test() as measured:
        async with calling(measured.hub) as caller:
            await caller.quiet(0.5)
            for name, pcm in made:
                began = time.monotonic()
                caller.say(pcm)
                await caller.quiet(len(pcm) / RATE + 1.2)
                taken = [one for at, one in caller.messages("state", began) if one["state"] == "processing"]
                sent.append(float(len(taken)))
                led += [name] if taken else []
                if taken:
                    await caller.hush()
        await asyncio.sleep(1)
        asked = measured.notes("asked")
        note = f"{len(made)} sounds of 4 s; taken for a turn: {led}; asked: {[one[3] for one in asked][:5]}"
        rows = [row("voice.noise", "requests", [float(len(asked))], 0, by="max", note=note)]
        rows += await _single(measured, spoken, n)
    return rows


async def _single(measured: Any, clips: list[Clip], n: int) -> list[Row]:
    """Say single words by voice and level, and see which were understood."""
    order = random.Random(3)
    told: dict[str, list[bool]] = {"piper": [], "espeak": []}
    wrong: list[str] = []
    tries = [(clip, gain) for clip in clips for gain in (1.0, 0.35)]
    order.shuffle(tries)
    async with calling(measured.hub) as caller:
        await caller.quiet(0.5)
        for clip, gain in tries[: max(6, 3 * n)]:
            began = time.monotonic()
            floor = (noise(len(clip.speech), 4) * 32767).astype(np.int16)
            spoken = caller.say((clip.speech * gain).astype(np.int16) + floor)
            await caller.quiet(spoken.end - time.monotonic())
            await caller.until(lambda at=began: _final(caller, at), 2.5)
            await caller.hush()
            await caller.quiet(0.3)
            heard = " ".join(words(_final(caller, began) or ""))
            right = set(words(heard)) == set(words(clip.text))  # "stop stop" is heard
            told["espeak" if clip.voice.startswith("espeak") else "piper"].append(right)
            wrong += [] if right else [f"{clip.id} at {gain}: {heard!r}"]
    rows = []
    for name, results in told.items():
        if results:
            share = 100 * sum(results) / len(results)
            target = 95 if name == "piper" else 0
            mine = [one for one in wrong if one.startswith("espeak") == (name == "espeak")]
            note = f"{sum(results)} of {len(results)}; wrong: {mine[:8]}"
            rows.append(row(f"voice.words.{name}", "%", [share], target, at_least=True, note=note))
    return rows


def _final(caller: Caller, since: float) -> str:
    """Return the final words of the latest turn, as the hub tells its clients."""
    told = [one for _, one in caller.messages("transcription", since) if one.get("is_final")]
    return str(told[-1].get("text", "")) if told else ""


# -- several at once, and for long ----------------------------------------------------------------


async def sessions(n: int) -> list[Row]:
    """voice.sessions: how many people may talk at once with a p95 within 1.5 times that of one."""
    told: dict[int, list[float]] = {}
    async with hub_under_test() as measured:
        for people in (1, 2, 3):
            programs = [program(n, 20 + number) for number in range(people)]
            talks = [
                talk.talk(measured, clips, f"sessions-{people}-{number}", whole_every=3)
                for number, clips in enumerate(programs)
            ]
            done = await asyncio.gather(*talks)
            told[people] = [ms for one in done for ms in one.heard()]
    alone = quantile(talk.there(told[1]), 0.95)
    # who is not answered was not carried: nine of ten must be
    carried = {people: heard for people, heard in told.items() if len(heard) >= 0.9 * people * n}
    fit = max(
        (people for people, heard in carried.items() if quantile(heard, 0.95) <= 1.5 * alone), default=0
    )
    figures = ", ".join(
        f"{people}: p50 {quantile(heard, 0.5):.0f} p95 {quantile(heard, 0.95):.0f} ms of {len(heard)}"
        for people, heard in told.items()
        if heard
    )
    return [row("voice.sessions", "people", [float(fit)], 2, at_least=True, note=figures)]


async def soak(minutes: float) -> list[Row]:
    """voice.soak: people who hear every answer to its end, for so many minutes; memory, loop, underruns."""
    async with hub_under_test() as measured:
        measured.plan(first=0.05, sentences=2)
        began = time.monotonic()
        whole = talk.Talked()
        number = 0
        while time.monotonic() - began < minutes * 60:
            number += 1
            clips = program(talk.TURNS_A_TALK, 100 + number)
            left = minutes * 60 - (time.monotonic() - began)
            clips = clips[: max(3, int(left / 12))]
            some = await talk.talk(measured, clips, f"soak-{number}", whole_every=1)
            whole.turns += some.turns
            whole.memory += some.memory
            whole.underruns += some.underruns
            whole.speaking += some.speaking
            whole.late += some.late
            print(f"  soak: {(time.monotonic() - began) / 60:.1f} min, {measured.memory()}", flush=True)
        lasted = (time.monotonic() - began) / 60
        loop = talk.loop_rows(whole, measured)
    for one in loop:
        one["id"] = "voice.loop.soak"
    return [*talk.soak_rows(whole, lasted), *loop]
