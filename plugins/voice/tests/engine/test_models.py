"""The models one by one: real weights, real speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from plugins.voice.tests.conftest import silence, word_errors
from plugins.voice.tests.even import even_voice

from hub.models import read_manifest
from hub_voice.cli import SOURCES
from hub_voice.engine.hearers import TINY, WHISPER, open_tiny
from hub_voice.engine.moonshine import Moonshine, repeated
from hub_voice.engine.piper import HOP, Raw, Voice, limit, trim
from hub_voice.engine.runtime import open_model
from hub_voice.engine.smart_turn import SmartTurn
from hub_voice.engine.vad import VoiceDetector
from hub_voice.pcm import Samples
from hub_voice.settings import WINDOW
from hub_voice.speech import EXTRA, MODELS

Path_of = Callable[[str], Path]
Speak = Callable[..., Samples]

SAID = (
    "What time is it?",
    "Set a timer for ten minutes.",
    "How much memory is free on this machine?",
    "Turn off the lights in the living room and the kitchen.",
    "Please read the second message, then delete it.",
    "The last backup finished early this morning.",
)


@pytest.fixture(scope="module")
def ears(model: Path_of) -> Moonshine:
    return open_tiny({name: model(name) for name in TINY})


def test_the_manifest_names_what_the_child_needs() -> None:
    manifest = Path(__file__).parents[2] / "src/hub_voice/models.toml"
    entries = read_manifest(manifest)
    assert [entry.name for entry in entries if not entry.optional] == [*MODELS, "speech-sample"]
    optional = {entry.name for entry in entries if entry.optional}
    assert optional >= set(WHISPER) | set(SOURCES)
    assert optional & set(EXTRA) == set(WHISPER)


@pytest.mark.models
def test_what_the_voice_says_the_ears_understand(ears: Moonshine, piper: Speak) -> None:
    errors = [word_errors(text, ears.transcribe(piper(text))) for text in SAID]
    assert sum(errors) / len(errors) <= 0.15


@pytest.mark.models
def test_another_voice_is_understood(ears: Moonshine, espeak: Speak) -> None:
    errors = [word_errors(text, ears.transcribe(espeak(text))) for text in SAID]
    assert sum(errors) / len(errors) <= 0.3


@pytest.mark.models
def test_a_person_is_understood(ears: Moonshine, human: Samples) -> None:
    said = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."
    assert word_errors(said, ears.transcribe(human)) <= 0.1


@pytest.mark.models
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3, 20.0])
def test_any_length_is_survived(ears: Moonshine, seconds: float) -> None:
    assert len(ears.transcribe(silence(seconds))) < 40


def test_loops_are_cut() -> None:
    assert repeated([5, 1, 2, 1, 2, 1, 2]) == 4
    assert repeated([7, 7, 7, 7, 7]) == 4
    assert repeated([7, 7, 7]) == 0
    assert repeated([1, 2, 3, 1, 2, 3]) == 0


@pytest.mark.models
def test_the_detector_tells_speech_from_other_sound(model: Path_of, piper: Speak) -> None:
    network = open_model(model("silero"))

    def share(sound: Samples) -> float:
        detector = VoiceDetector(network)
        heard = [detector.push(sound[at : at + WINDOW]) for at in range(0, len(sound) - WINDOW, WINDOW)]
        return sum(probability > 0.5 for probability in heard) / len(heard)

    time = np.arange(32_000) / 16_000
    hum = (0.2 * np.sign(np.sin(2 * np.pi * 50 * time))).astype(np.float32)
    assert share(piper("The quick brown fox jumps over the lazy dog.")) > 0.6
    assert share(silence(2)) < 0.05
    assert share(hum) < 0.05
    assert share(np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)) < 0.1


@pytest.mark.models
def test_the_turn_model_hears_an_end_and_a_middle(model: Path_of, human: Samples) -> None:
    turns = SmartTurn(model("smart-turn"))
    assert turns.over(human) > 0.5
    assert turns.over(human[: 16_000 * 7]) < 0.5


@pytest.mark.models
@pytest.mark.parametrize("text", ["Yes.", "Everything looks healthy, and it finished early, at noon."])
def test_the_voice_in_slices_is_the_voice_in_one(text: str, model: Path_of, cache: Path) -> None:
    voice = Voice(model("piper-voice"), model("piper-voice-config"), cache)
    flow, decoder = voice._stages
    frames = voice._encode(voice._piper.phonemize(text)[0], 1.0)
    latent = flow.run(None, dict(frames))[0]
    whole = decoder.run(None, {decoder.get_inputs()[0].name: latent})[0].reshape(-1)
    sliced = np.concatenate(list(voice._decode(frames)))
    assert len(whole) == latent.shape[2] * HOP == voice._samples(frames)
    np.testing.assert_allclose(sliced, whole, atol=1e-4)


@pytest.mark.models
def test_the_voice_in_parts_is_the_voice_as_it_came(model: Path_of, cache: Path) -> None:
    """Without the noise that a voice draws, so that two runs can be compared."""
    parts, uncut = (even_voice(model("piper-voice"), model("piper-voice-config"), cache) for _ in range(2))
    uncut._encoder, uncut._stages = open_model(model("piper-voice")), []
    text = "The lamp in the kitchen is on, and the heating is set to twenty degrees until noon."
    one, other = (list(voice.speak(text)) for voice in (uncut, parts))
    assert len(one) == 1 < len(other)
    made = np.concatenate([part.sound for part in other])
    np.testing.assert_allclose(made, one[0].sound, atol=4)
    remaining = np.cumsum([0, *(len(part.sound) for part in reversed(other))])[:-1][::-1]
    assert [part.remaining for part in other] == remaining.tolist()


@pytest.mark.models
@pytest.mark.parametrize("text", ["", "?!", "\u4f60\u597d", "a", "A. B. C.", "word " * 80])
def test_the_voice_can_be_given_anything(model: Path_of, cache: Path, text: str) -> None:
    voice = Voice(model("piper-voice"), model("piper-voice-config"), cache)
    slices = list(voice.speak(text))
    assert not slices or slices[-1].remaining == 0


def test_levels() -> None:
    loud = limit(np.array([0.0, 0.5, -0.5, 2.0, -9.0], np.float32))
    assert loud[1] == 0.5
    assert np.abs(loud).max() <= 1.0


def test_the_silence_in_front_is_cut_however_it_is_sliced() -> None:
    late = np.concatenate([np.zeros(500, np.float32), np.ones(10, np.float32)])
    for size in (510, 100, 7, 1):
        parts = [Raw(late[at : at + size], max(0, 510 - at - size)) for at in range(0, 510, size)]
        left = list(trim(parts, 20))
        assert np.concatenate([part.sound for part in left]).tolist() == [0.0] * 20 + [1.0] * 10
        assert left[-1].remaining == 0
    assert [len(part.sound) for part in trim([Raw(np.zeros(50, np.float32), 0)], 20)] == [50]
