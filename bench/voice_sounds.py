"""Make what is heard over an answer, always so: hums, coughs, signs, echoes, music, other rooms, people."""

from __future__ import annotations

import random
import wave
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np
from voice_corpus import _ESPEAK, _PIPER, CACHE, FLOOR, LEVEL, RATE, _espeak, _piper, bounds, level, read_wav
from voice_room import Room, Sound, response

FOLDER = CACHE / "voice-interrupts-1"

SIGNS = ("Mhm.", "Mm-hmm.", "Uh-huh.", "Yeah.", "Okay.", "Right.", "I see.", "Oh, really?")
"""What people say to show that they listen. The voices spell the first two ("em aitch em"): see `hum`."""

INTERRUPTIONS = (
    "Stop.", "Wait a second.", "No, not that one.", "Cancel.", "Please be quiet now.",
    "What about the day after?", "Can you say that more slowly?", "Tell me the short version.",
    "Hang on, where is that?", "I would rather hear some music.", "Skip to the end, please.",
    "That is wrong, try again.", "Hey, how far away is it?", "Turn the volume down.", "Who said so?",
    "Never mind, thanks anyway.",
)  # fmt: skip
"""What people say to take the floor."""

TELEVISION = (
    "And now we go over to our reporter, who has been on the scene since the early morning.",
    "The home team scored twice in the last quarter and wins a game that nobody thought they could.",
    "In tonight's programme we follow the river from its source to the sea.",
    "You never told me that you had a brother, Daniel. What else have you not told me?",
)
"""What a set in another room says."""

ANSWERS = tuple(
    " ".join(lines.split())
    for lines in (
        """
        The aurora is made high above us, where fast particles from the sun meet the thin
        air. Oxygen glows green and red, nitrogen blue and violet, and the curtains follow
        the lines of the magnetic field.
        """,
        """
        First soak the beans over night. Then fry an onion in oil, add the beans with
        plenty of water and a bay leaf, and let it all simmer for about an hour and a
        half. Salt it only at the end.
        """,
        """
        The town was founded by fishermen around the year nine hundred. Its harbour is
        small, but deep, and the houses along the quay are painted in every colour you can
        think of. Most visitors come in June.
        """,
    )
)
"""What sounds meanwhile. None of them stops anybody."""

QUESTION = "Could you tell me something about that?"

Truth = Literal["false", "true"]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One sound over an answer. ``at``: seconds from the answer's first sound to the sound's."""

    id: str
    group: str
    truth: Truth
    sound: Sound
    at: float
    answer: int = 0
    room: Room = field(default_factory=Room)
    asker: str = "joe"
    onset: float = 0.0
    """Seconds into ``sound`` at which it first can be heard."""


def cases() -> list[Case]:
    """Return all cases, some 300."""
    made = [*_hums(), *_coughs(), *_signs(), *_echoes(), *_music(), *_television(), *_noises(), *_people()]
    dice = random.Random(6)
    return [_placed(case, dice) for case in made]


def question(voice: str) -> Sound:
    """Return what is asked first, in ``voice``."""
    return spoken(voice, QUESTION)


def spoken(voice: str, text: str) -> Sound:
    """Return ``text`` said in ``voice`` at the usual level, without silence around it; made once."""
    slug = "".join(letter if letter.isalnum() else "-" for letter in text.lower())[:40]
    path = FOLDER / f"{voice}-{slug}.wav"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        sound = level(_voice(voice)(text))
        first, last = bounds(sound)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            kept = sound[int(first * RATE) : int(last * RATE)]
            file.writeframes((np.clip(kept, -1, 1) * 32767).astype("<i2").tobytes())
    return read_wav(path)[0].astype(np.float32) / 32768


@cache
def _voice(name: str) -> Any:
    return _piper(name) if name in _PIPER else _espeak(name)


def _placed(case: Case, dice: random.Random) -> Case:
    audible = np.flatnonzero(np.abs(case.sound) > 8 * FLOOR)
    onset = float(audible[0]) / RATE if len(audible) else 0.0
    at = dice.uniform(0.3, 4.5)
    return Case(
        case.id,
        case.group,
        case.truth,
        case.sound,
        at,
        dice.randrange(len(ANSWERS)),
        case.room,
        case.asker,
        onset,
    )


def _people() -> list[Case]:
    voices, made = [*_PIPER, *_ESPEAK], []
    for number, text in enumerate(INTERRUPTIONS):
        for place, voice in enumerate(voices):
            loud = (0, -6, 3)[(number + place) % 3]
            room = Room(-34, 0.08, response(0.2, number)) if (number + place) % 4 == 0 else Room()
            sound = spoken(voice, text) * 10 ** (loud / 20)
            made.append(
                Case(f"{voice} {loud:+} dB: {text}", "person", "true", sound, 0, room=room, asker=voice)
            )
    return made


def _signs() -> list[Case]:
    made = []
    for number, text in enumerate(SIGNS):
        for place, voice in enumerate((*_PIPER, *_ESPEAK)):
            loud = (0, -6, -3)[(number + place) % 3]
            sound = spoken(voice, text) * 10 ** (loud / 20)
            made.append(Case(f"{voice} {loud:+} dB: {text}", "sign", "false", sound, 0, asker=voice))
    return made


def _hums() -> list[Case]:
    return [Case(f"hum {seed}", "hum", "false", hum(seed), 0) for seed in range(16)]


def _coughs() -> list[Case]:
    return [Case(f"cough {seed}", "cough", "false", cough(seed), 0) for seed in range(24)] + [
        Case(f"throat {seed}", "cough", "false", throat(seed), 0) for seed in range(8)
    ]


def _echoes() -> list[Case]:
    made = []
    for seed, gain in enumerate((-40, -34, -28, -22, -16, -12, -8, -6)):
        for place, (delay, ring) in enumerate(
            ((0.02, 0.05), (0.06, 0.2), (0.12, 0.4), (0.25, 0.25), (0.18, 0.6))
        ):
            room = Room(gain, delay, response(ring, 10 * seed + place))
            nothing = np.zeros(RATE * 8, np.float32)
            made.append(
                Case(f"echo {gain} dB, {delay} s, rings {ring} s", "echo", "false", nothing, 0, room=room)
            )
    return made


def _music() -> list[Case]:
    return [
        Case(f"music {seed}, {loud} dB", "music", "false", music(seed) * 10 ** (loud / 20), 0)
        for seed in range(8)
        for loud in (-14, -8, 0)
    ]


def _television() -> list[Case]:
    made = []
    for number, text in enumerate(TELEVISION):
        for place, voice in enumerate(("joe-low", "joe-high", "espeak-us", "espeak-gb")):
            for loud in (-28, -22, -17):
                far = np.convolve(spoken(voice, text), response(0.5, 100 + 10 * number + place))
                sound = level(_muffled(far), LEVEL) * 10 ** (loud / 20)
                made.append(Case(f"{voice} {loud} dB: {text[:30]}", "television", "false", sound, 0))
    return made


def _noises() -> list[Case]:
    made = []
    for seed in range(5):
        dice = np.random.default_rng(seed)
        count, seconds = RATE * 3, np.arange(RATE * 3) / RATE
        hiss = dice.normal(0, 0.03, count)
        hum = 0.1 * np.sin(2 * np.pi * 50 * seconds) + 0.05 * np.sin(2 * np.pi * 150 * seconds)
        keys = np.zeros(count)
        for at in dice.integers(0, count - 800, 25):
            keys[at : at + 400] += dice.normal(0, 0.2, 400) * np.exp(-np.arange(400) / 60)
        slam = np.zeros(count)
        slam[4000:12000] = dice.normal(0, 0.5, 8000) * np.exp(-np.arange(8000) / 900)
        made += [
            Case(f"{name} {seed}", "noise", "false", sound.astype(np.float32), 0)
            for name, sound in (("hiss", hiss), ("hum", hum), ("keys", keys), ("slam", _muffled(slam)))
        ]
    return made


def _muffled(sound: Any) -> Sound:
    """Return ``sound`` through a wall: little above 1 kHz."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return np.fft.irfft(spectrum / (1 + (hertz / 1000) ** 2), len(sound)).astype(np.float32)


def cough(seed: int) -> Sound:
    """Return one to three coughs: a burst, then breath through a throat's resonances."""
    dice = np.random.default_rng(seed)
    parts: list[Any] = []
    for _ in range(int(dice.integers(1, 4))):
        burst = int(RATE * dice.uniform(0.03, 0.06))
        tail = int(RATE * dice.uniform(0.15, 0.3))
        sound = dice.normal(0, 1, burst + tail)
        sound[burst:] *= 0.5 * np.exp(-np.arange(tail) / (0.08 * RATE))
        parts += [_formants(sound, dice.uniform(0.9, 1.2)), np.zeros(int(RATE * dice.uniform(0.1, 0.3)))]
    return level(np.concatenate(parts).astype(np.float32), LEVEL * dice.uniform(0.7, 2.0))


def throat(seed: int) -> Sound:
    """Return a throat that is cleared: a rough, low voice for a third of a second, twice."""
    dice = np.random.default_rng(50 + seed)
    count = int(RATE * 0.35)
    pitch = dice.uniform(60, 90) * (1 + 0.1 * np.cumsum(dice.normal(0, 0.05, count)))
    pulses = (np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0) > 0) * dice.uniform(0.5, 1, count)
    once = _formants(pulses * 6 + dice.normal(0, 0.5, count), 1.0) * np.hanning(count)
    return level(np.concatenate([once, np.zeros(RATE // 8), once]).astype(np.float32))


def hum(seed: int) -> Sound:
    """Return an "mhm" or an "mm": one or two notes through a closed mouth, a breath between them."""
    dice = np.random.default_rng(300 + seed)
    first = dice.uniform(95, 220)
    notes = ((first, 0.16), (first * dice.uniform(1.05, 1.3), 0.24)) if seed % 4 else ((first, 0.4),)
    parts: list[Any] = []
    for hertz, seconds in notes:
        count = int(RATE * seconds * dice.uniform(0.8, 1.3))
        glide = hertz * np.linspace(1, dice.uniform(0.85, 1.1), count)
        phase = 2 * np.pi * np.cumsum(glide) / RATE
        tone = sum(np.sin(k * phase) / (1 + (k * hertz / 350) ** 2) for k in range(1, 12))
        breath = 0.02 * dice.normal(0, 1, count)
        parts += [(tone + breath) * np.hanning(count) ** 0.5, 0.05 * dice.normal(0, 1, int(0.05 * RATE))]
    return level(np.concatenate(parts).astype(np.float32), LEVEL * dice.uniform(0.4, 1.2))


def _formants(sound: Any, size: float) -> Any:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    shape = sum(
        1 / (1 + ((hertz - at * size) / width) ** 2) for at, width in ((600, 120), (1400, 200), (2600, 400))
    )
    return np.fft.irfft(spectrum * (shape + 0.05), len(sound))


def music(seed: int) -> Sound:
    """Return four seconds of a band: chords of plucked strings, a bass, a drum, perhaps a lead that bends."""
    dice = np.random.default_rng(200 + seed)
    beat, count = int(RATE * dice.uniform(0.35, 0.55)), RATE * 4
    out, root = np.zeros(count + RATE), 110 * 2 ** (dice.integers(0, 12) / 12)
    for number, at in enumerate(range(0, count, beat)):
        step = (0, 5, 7, 0)[number // 2 % 4]
        for note, loud in ((0, 0.5), (4, 0.3), (7, 0.3), (-12, 0.6)):
            out[at : at + RATE] += loud * _pluck(root * 2 ** ((step + note) / 12), dice)
        drum = dice.normal(0, 0.4, 2000) * np.exp(-np.arange(2000) / 300)
        out[at : at + 2000] += drum
    if seed % 2:
        bend = (
            root
            * 4
            * 2 ** (np.cumsum(dice.normal(0, 0.004, count)) / 12)
            * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * np.arange(count) / RATE))
        )
        out[:count] += 0.4 * np.sign(np.sin(2 * np.pi * np.cumsum(bend) / RATE)) * 0.3
    return level(out[:count].astype(np.float32))


def _pluck(hertz: float, dice: Any) -> Any:
    seconds = np.arange(RATE) / RATE
    tones = sum(np.sin(2 * np.pi * hertz * k * seconds + dice.uniform(0, 6)) / k for k in range(1, 7))
    return tones * np.exp(-seconds * 4)
