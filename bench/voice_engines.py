"""Measure recognisers and synthesiser by themselves: in the child's engines, and over Wyoming's wire."""

from __future__ import annotations

import asyncio
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import voice_wyoming
from rows import row
from voice_corpus import CACHE, MODELS, RATE, Clip, corpus, noise, wheel, whisper_folder, words
from voice_hub import hub_under_test
from voice_wer import errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from voice_corpus import Pcm

    Row = dict[str, Any]
    Hear = Callable[[Pcm], Awaitable[tuple[float, str]]]

CLIP_S = 5
PEER = "wyoming-faster-whisper"
SAME_CLIENT = "our own Wyoming server in the hub, by the same client as the peer"
SENTENCES = (
    (
        "The old lighthouse at the end of the stone pier has been dark for many years, but the people of "
        "the village still keep its windows clean and bell bright."
    ),
    (
        "When you want a loaf with a crust that crackles, put a tray of hot water in the oven and do not "
        "open its door before half an hour passed."
    ),
    (
        "My neighbour grows tomatoes on a balcony that is hardly larger than a table, and every summer she "
        "gives away so many that nobody here buys any at all, ever."
    ),
    (
        "Bees find their way home by the position of the sun, by the smell of the hive and by a map that "
        "they learn on their first short flights outside."
    ),
    (
        "A good walk for a rainy afternoon leads along the river to the mill, then through the wood, and "
        "ends at the small cafe behind the church with a stove."
    ),
)
"""Thirty words each, and some eight seconds of speech."""


def ears(name: str) -> tuple[Any, Any]:
    """Open our ears as the child does, ``name`` chosen; return them and why."""
    from hub.models import read_manifest
    from hub_voice.engine.hearers import Hearing, open_ears
    from hub_voice.engine.ranks import Traffic
    from hub_voice.engine.runtime import open_model

    listed = read_manifest(Path(__file__).parents[1] / "plugins/voice/src/hub_voice/models.toml")
    paths = {one.name: MODELS / one.file for one in listed if (MODELS / one.file).exists()}
    whisper = str(whisper_folder()) if name == "whisper" else ""
    if name == "moonshine-base":
        base_folder()
    wanted = Hearing(paths, CACHE, ears=name, whisper=whisper, tier=CACHE / "tier.json")
    return open_ears(wanted, open_model(paths["silero"]), Traffic())


def base_folder() -> Path:
    """Return the folder of Moonshine base-en as `hub voice prepare` makes it, made once in the cache."""
    from hub_voice.engine.hearers import base_folder as place
    from hub_voice.engine.hearers import is_prepared
    from hub_voice.engine.requantise import requantise

    folder = place(CACHE)
    if not is_prepared(folder):
        print("  making Moonshine base-en, once", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        source = CACHE / "moonshine-base-source"
        source.mkdir(exist_ok=True)
        with zipfile.ZipFile(wheel("moonshine-cpp", "0.1.4", "manylinux2014_x86_64")) as archive:
            for name in archive.namelist():
                if "base-en" in name and not name.endswith("/"):
                    (source / name.rsplit("/", 1)[1]).write_bytes(archive.read(name))
        requantise(source / "encoder_model.ort", source / "decoder_model_merged.ort", folder)
        (folder / "tokens.bin").write_bytes((source / "tokenizer.bin").read_bytes())
    return folder


def five_seconds() -> list[Pcm]:
    """Return clips of exactly five seconds, synthetic and human, speech in most of each."""
    made = []
    for clip in corpus():
        if CLIP_S - 1.6 < clip.end < CLIP_S and not clip.voice.startswith("espeak"):
            rest = (noise(CLIP_S * RATE - len(clip.speech), len(clip.text)) * 32767).astype(np.int16)
            made.append(np.concatenate([clip.speech, rest])[: CLIP_S * RATE])
    return made[:20]


def our_hear(opened: Any) -> Hear:
    """Return what transcribes with our ears, and how long that took."""

    async def hear(pcm: Pcm) -> tuple[float, str]:
        samples = pcm.astype(np.float32) / 32768
        began = time.perf_counter()
        text = await opened.final(samples, lambda: True)
        return (time.perf_counter() - began) * 1e3, text or ""

    return hear


async def timed(hear: Hear, clips: list[Pcm], n: int) -> list[float]:
    """Return the milliseconds of ``n`` transcriptions, the clips in turn; three before them do not count."""
    samples = [(await hear(clips[number % len(clips)]))[0] for number in range(n + 3)]
    return samples[3:]


async def stt(n: int, *, peers: bool = True) -> list[Row]:
    """voice.stt_tiny and voice.stt_base beside wyoming-faster-whisper; tiny over the wire as well."""
    clips = five_seconds()
    peer = await _alone(voice_wyoming.faster_whisper, clips, n) if peers else []
    rows = []
    for id_, name, target in (("tiny", "moonshine-tiny", 65), ("base", "moonshine-base", 90)):
        opened, choice = ears(name)
        if choice.ears != name:
            print(f"  voice.stt_{id_}: {choice.reason} {choice.fix}", flush=True)
            continue
        own = await timed(our_hear(opened), clips, n)
        await opened.close()
        note = (
            f"{len(clips)} clips of {CLIP_S} s; ours in the child's engines, 1 thread; the peer by its wire: "
            "tiny.en, int8, beam 1, 2 threads, alone"
        )
        rows += _beside(f"voice.stt_{id_}", own, target, 3, name=PEER, peer=peer, note=note)
    wire = await _our_wire(lambda port: timed(lambda pcm: voice_wyoming.transcribe(port, pcm), clips, n))
    if wire:
        rows += _beside("voice.stt_wire", wire, 90, 3, name=PEER, peer=peer, note=SAME_CLIENT)
    return rows


async def _alone(server: Any, clips: list[Pcm], n: int) -> list[float]:
    try:
        async with server() as port:
            return await timed(lambda pcm: voice_wyoming.transcribe(port, pcm), clips, n)
    except Exception as error:  # noqa: BLE001  a peer that does not come up leaves its column empty
        print(f"  the peer failed: {error!r}", flush=True)
        return []


async def _our_wire(work: Callable[[int], Awaitable[list[float]]]) -> list[float]:
    """Do ``work`` on the Wyoming server of a hub of its own; nothing when the hub has none."""
    port = voice_wyoming.free_port()
    settings = f'{{"wyoming_server": "{port}"}}'
    try:
        async with hub_under_test(HUB_PLUGINS__VOICE=settings):
            await voice_wyoming.until_open(port)
            return await work(port)
    except Exception as error:  # noqa: BLE001  the rows in the engines stand by themselves
        print(f"  our Wyoming server: {error!r}", flush=True)
        return []


def _beside(
    id_: str, own: list[float], target: float, times: float, *, name: str, peer: list[float], note: str
) -> list[Row]:
    rows = [row(id_, "ms", own, target, peer=name if peer else None, peer_samples=peer or None, note=note)]
    if peer:
        quicker = [float(np.median(peer) / np.median(own))]
        rows.append(row(f"{id_}.times", "times", quicker, times, at_least=True, note=f"medians; {name}"))
    return rows


# -- synthesis ------------------------------------------------------------------------------------


async def tts_first(n: int, *, peers: bool = True) -> list[Row]:
    """voice.tts_first beside wyoming-piper, in the child's engines and over the wire."""
    peer: list[float] = []
    if peers:
        try:
            async with voice_wyoming.piper() as port:
                peer = await _firsts(lambda text: voice_wyoming.first_sound(port, text), n)
        except Exception as error:  # noqa: BLE001  as above
            print(f"  the peer failed: {error!r}", flush=True)
    from hub_voice.engine.voices import open_mouths

    paths = {
        "piper-voice": MODELS / "en_US-joe-medium.onnx",
        "piper-voice-config": MODELS / "en_US-joe-medium.onnx.json",
    }
    mouths = open_mouths(paths, CACHE / "voices", 1.0, "", None)
    await mouths.prepare()

    async def first(text: str) -> float:
        began, took = time.perf_counter(), 0.0
        async for _ in mouths.speak(text):
            took = took or (time.perf_counter() - began) * 1e3
        return took

    own = await _firsts(first, n)
    note = (
        f"{len(SENTENCES)} sentences of 30 words; ours in the child's engines, the peer by its wire, alone; "
        "each said to its end before the next"
    )
    rows = _beside("voice.tts_first", own, 130, 2, name="wyoming-piper", peer=peer, note=note)
    wire = await _our_wire(lambda port: _firsts(lambda text: voice_wyoming.first_sound(port, text), n))
    if wire:
        rows += _beside("voice.tts_wire", wire, 130, 2, name="wyoming-piper", peer=peer, note=SAME_CLIENT)
    return rows


async def _firsts(first: Callable[[str], Awaitable[float]], n: int) -> list[float]:
    samples = [await first(SENTENCES[number % len(SENTENCES)]) for number in range(n + 2)]
    return samples[2:]


# -- words ----------------------------------------------------------------------------------------

SETS: dict[str, Callable[[Clip], bool]] = {
    "human": lambda clip: clip.kind == "human",
    "piper": lambda clip: clip.voice == "joe",
    "espeak": lambda clip: clip.voice == "espeak-us",
}


async def wer(*, peers: bool = True) -> list[Row]:
    """Tell word error rates by engine and set of clips; sizes in the notes. 19 clips are only a hint."""
    clips = [clip for clip in corpus() if clip.manner in ("plain", "paused", "short")]
    sets = {name: [clip for clip in clips if belongs(clip)] for name, belongs in SETS.items()}
    rows = []
    for name in ("moonshine-tiny", "moonshine-base", "whisper"):
        opened, choice = ears(name)
        if choice.ears == name:
            rows += await _rates(name, our_hear(opened), sets)
            await opened.close()
        else:
            print(f"  {name}: {choice.reason}", flush=True)
    if peers:
        try:
            async with voice_wyoming.faster_whisper() as port:
                hear = lambda pcm: voice_wyoming.transcribe(port, pcm)  # noqa: E731
                rows += await _rates("wyoming-faster-whisper", hear, sets)
        except Exception as error:  # noqa: BLE001  as above
            print(f"  the peer failed: {error!r}", flush=True)
    return rows


async def _rates(engine: str, hear: Hear, sets: dict[str, list[Clip]]) -> list[Row]:
    rows = []
    for name, clips in sets.items():
        wrong = [errors(words(clip.text), words((await hear(clip.pcm))[1])) for clip in clips]
        said = sum(len(words(clip.text)) for clip in clips)
        exact = sum(not one for one in wrong)
        note = f"{len(clips)} clips, {said} words, {exact} without an error"
        rows.append(row(f"voice.wer.{engine}.{name}", "%", [100 * sum(wrong) / said], 100, note=note))
    return rows


if __name__ == "__main__":
    print(asyncio.run(stt(10)))
