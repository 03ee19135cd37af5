"""The engines that speak keep the contract of their port; voices of all kinds, and files that are none."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hub.errors import HubError, Unavailable
from hub.ports.engines import EngineInfo, Slice, TextToSpeech, VoiceInfo
from hub.testing import check_text_to_speech
from hub_voice.engine.kokoro import KokoroShelf
from hub_voice.engine.mouths import Mouths
from hub_voice.engine.piper_voices import TIMES, PiperShelf, Tried
from hub_voice.engine.synthesis import LIVE, REQUESTED, Made, Mouth
from hub_voice.engine.voices import Fitted, open_mouths

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

needs_models = pytest.mark.models


class Toy:
    """A voice that hums: one slice a word, so that contracts need no model."""

    rate = 16_000

    def __init__(self, name: str, opened: list[str]) -> None:
        self.name = name
        opened.append(name)

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[Made]:
        words = [word for word in text.split() if any(sign.isalpha() for sign in word)]
        size = int(self.rate * 0.1 / speed)
        for at in range(len(words)):
            yield Made(np.full(size, 500, np.int16), (len(words) - at - 1) * size)


class ToyShelf:
    info = EngineInfo("toy", "A toy")

    def __init__(self, *names: str) -> None:
        self.names, self.opened = names, list[str]()

    def titles(self) -> tuple[VoiceInfo, ...]:
        return tuple(VoiceInfo(name, name) for name in self.names)

    def open(self, name: str) -> Toy:
        if name == "broken":
            raise HubError("It is broken.", fix="Take another.")
        return Toy(name, self.opened)


async def seconds(mouth: Any, text: str, **how: Any) -> float:
    return sum([part.sound.seconds async for part in mouth.speak(text, **how)])


@pytest.fixture
def joe(model: Callable[[str], Path], cache: Path) -> PiperShelf:
    return PiperShelf(model("piper-voice"), model("piper-voice-config"), cache)


async def test_one_made_of_a_toy_keeps_the_contract() -> None:
    await check_text_to_speech(lambda: Mouth(ToyShelf("one", "two")))


async def test_several_keep_the_contract_together() -> None:
    both = Mouths([Mouth(ToyShelf("one")), Mouth(ToyShelf("two", "three"))], "three")
    await check_text_to_speech(lambda: both)
    assert [voice.name for voice in await both.voices()] == ["three", "one", "two"]


async def test_nobody_there_says_so() -> None:
    await check_text_to_speech(lambda: Mouth(ToyShelf()), speaks=False)


@needs_models
async def test_piper_keeps_the_contract(joe: PiperShelf) -> None:
    await check_text_to_speech(lambda: Mouth(joe))


class Mute(Toy):
    """A voice that breaks in the middle."""

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[Made]:
        yield from list(super().speak(text, speed=speed))[:1]
        if text != "Okay.":
            raise RuntimeError("bang")


async def test_a_voice_that_breaks_is_unavailable_and_not_a_hang() -> None:
    shelf = ToyShelf("one")
    shelf.open = lambda name: Mute(name, [])  # type: ignore[method-assign]
    mouth = Mouth(shelf)
    with pytest.raises(Unavailable) as told:
        await seconds(mouth, "one two three")
    assert told.value.fix
    assert await seconds(mouth, "Okay.") > 0


async def test_voices_are_opened_late_and_few_are_kept() -> None:
    shelf = ToyShelf("usual", "a", "b")
    mouth = Mouth(shelf)
    assert shelf.opened == []
    for voice in ("", "a", "b", "usual", "a"):
        await seconds(mouth, "Hello there.", voice=voice)
    assert shelf.opened == ["usual", "a", "b", "a"], "the usual one stays, and one other"


async def test_a_chosen_voice_that_fails_is_replaced_and_told() -> None:
    mouths = Mouths([Mouth(ToyShelf("usual", "broken"))], "broken")
    assert await mouths.prepare() == Toy.rate
    assert await seconds(mouths, "Hello there.") > 0
    assert mouths.trouble is not None
    assert "broken" in str(mouths.trouble)
    with pytest.raises(HubError):
        await seconds(mouths, "Hello there.", voice="broken")


async def test_a_voice_of_another_language_is_known_as_one() -> None:
    shelf = ToyShelf("one", "zwei")
    shelf.titles = lambda: (VoiceInfo("one", "One"), VoiceInfo("zwei", "Zwei", "de-DE"))  # type: ignore[method-assign]
    mouths = Mouths([Mouth(shelf)])
    assert mouths.english()
    await mouths.prepare()
    assert mouths.english()
    assert not mouths.english("zwei")
    mouths = Mouths([Mouth(shelf)], "zwei")
    await mouths.prepare()
    assert not mouths.english()
    assert mouths.english("one")


class Away:
    """A mouth on another machine that has gone."""

    info = EngineInfo("away", "Away", local=False)

    async def voices(self) -> tuple[VoiceInfo, ...]:
        raise Unavailable("It is gone.", fix="Start it.")

    async def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        raise Unavailable(f"It is gone: {text}{voice}{speed}", fix="Start it.")
        yield


async def test_an_engine_that_is_gone_is_left_out() -> None:
    away = Away()
    assert isinstance(away, TextToSpeech)
    mouths = Mouths([Mouth(ToyShelf("usual")), away])
    assert [voice.name for voice in await mouths.voices()] == ["usual"]
    assert await seconds(mouths, "Hello there.") > 0


async def test_a_talk_goes_before_a_request() -> None:
    mouth, order = Mouth(ToyShelf("one")), []

    async def say(name: str, rank: int) -> None:
        order.extend([name async for _ in mouth.speak("a b c d e f", rank=rank)])

    await mouth.prepare()
    await asyncio.gather(say("r1", REQUESTED), say("r2", REQUESTED), say("live", LIVE))
    assert order.index("live") <= 2, order
    last = max(at for at, name in enumerate(order) if name == "live")
    assert last < 12, f"the talk waited for requests: {order}"


async def test_who_gives_up_waiting_blocks_nobody() -> None:
    mouth = Mouth(ToyShelf("one"))
    tasks = [asyncio.create_task(seconds(mouth, "a b c d")) for _ in range(6)]
    await asyncio.sleep(0.005)
    for task in tasks[:5]:
        task.cancel()
    async with asyncio.timeout(20):
        assert await tasks[5] > 0
        assert await seconds(mouth, "again") > 0


def test_any_rate_becomes_that_of_the_session() -> None:
    fitted, made = Fitted(22_050), 0
    for remaining in (16_000, 8_000, 0):
        part = fitted.fit(_slice(8_000, 16_000, remaining))
        made += len(part.sound)
        assert part.remaining == remaining * 22_050 // 16_000
    assert abs(made - 24_000 * 22_050 / 16_000) < 150
    assert len(Fitted(16_000).fit(_slice(100, 16_000, 0)).sound) == 100


def _slice(samples: int, rate: int, remaining: int) -> Slice:
    from hub.ports.engines import Sound

    return Slice(Sound(np.full(samples, 900, np.int16).tobytes(), rate), remaining)


# -- voices that a person put there --------------------------------------------------------------------


def whole_voice(path: Path, speakers: int = 1) -> None:
    """Write a voice of another layout: a hum as long as its text, with no decoder to cut at."""
    import onnx
    from onnx import TensorProto, helper

    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["b", "n"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["b"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["b"]))
    hop = helper.make_tensor("hop", TensorProto.INT64, [1], [512])
    level = helper.make_tensor("level", TensorProto.FLOAT, [], [0.01])
    zero = helper.make_tensor("zero", TensorProto.INT64, [1], [0])
    loud = "sid_f" if speakers > 1 else "level"
    nodes = [
        helper.make_node("Mul", ["input_lengths", "hop"], ["length"]),
        helper.make_node("ConstantOfShape", ["length"], ["still"]),
        helper.make_node("Add", ["still", "level"], ["hum"]),
        *([helper.make_node("Cast", ["sid"], ["sid_f"], to=TensorProto.FLOAT)] if speakers > 1 else []),
        helper.make_node("Mul", ["hum", loud], ["louder"]),
        helper.make_node("Add", ["louder", "level"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "zero"], ["output"]),
    ]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", "t"])
    graph = helper.make_graph(nodes, "voice", inputs, [output], [hop, level, zero])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))


@pytest.fixture
def folder(tmp_path: Path, model: Callable[[str], Path]) -> Path:
    """A voices folder with a whole voice, one of three speakers, one of another model, and junk."""
    told = json.loads(model("piper-voice-config").read_text())
    there = tmp_path / "voices"
    there.mkdir()
    whole_voice(there / "en_GB-hum-low.onnx")
    whole = told | {"language": {"code": "en_GB", "name_english": "English"}, "dataset": "hum"}
    (there / "en_GB-hum-low.onnx.json").write_text(json.dumps(whole))
    whole_voice(there / "many.onnx", speakers=3)
    many = told | {"num_speakers": 3, "speaker_id_map": {"ann": 0, "bob": 1, "cy": 2}}
    (there / "many.onnx.json").write_text(json.dumps(many))
    shutil.copy(model("silero"), there / "foreign.onnx")
    (there / "foreign.onnx.json").write_text(json.dumps(told))
    (there / "torn.onnx").write_bytes(model("piper-voice").read_bytes()[:5000])
    (there / "torn.onnx.json").write_text(json.dumps(told))
    (there / "alone.onnx").write_bytes(b"x")
    (there / "odd.onnx").write_bytes(b"x")
    (there / "odd.onnx.json").write_text("[1, 2")
    return there


@needs_models
async def test_voices_that_a_person_put_there_speak(
    folder: Path, model: Callable[[str], Path], cache: Path
) -> None:
    mouth = Mouth(PiperShelf(model("piper-voice"), model("piper-voice-config"), cache, folder))
    names = [voice.name for voice in await mouth.voices()]
    assert names[0] == "en_US-joe-medium"
    assert {"en_GB-hum-low", "many", "many:ann", "many:bob", "many:cy"} <= set(names)
    assert not {"alone", "odd"} & set(names), "without a description there is no voice"
    assert await seconds(mouth, "Hello there.", voice="en_GB-hum-low") > 0.2
    levels = []
    for speaker in ("many:ann", "many:cy", "many:2", "many"):
        parts = [part async for part in mouth.speak("Hello there.", voice=speaker)]
        levels.append(int(np.frombuffer(parts[0].sound.pcm, np.int16)[-1]))
    assert levels[0] == levels[3] < levels[1] == levels[2]
    with pytest.raises(HubError, match="no speaker"):
        await seconds(mouth, "Hello there.", voice="many:nobody")


@needs_models
@pytest.mark.parametrize("voice", ["foreign", "torn"])
async def test_a_file_for_another_model_is_told_and_the_usual_voice_goes_on(
    voice: str, folder: Path, model: Callable[[str], Path], cache: Path
) -> None:
    paths = {name: model(name) for name in ("piper-voice", "piper-voice-config")}
    mouths = open_mouths(paths, cache, 1.0, voice, folder)
    assert await mouths.prepare() == 22_050
    assert mouths.trouble is not None
    assert mouths.trouble.fix
    assert await seconds(mouths, "Hello there.") > 0.4
    with pytest.raises(HubError):
        await seconds(mouths, "Hello there.", voice=voice)


def test_a_file_that_takes_the_process_down_is_not_tried_for_ever(tmp_path: Path) -> None:
    """A child that dies while it opens a voice leaves its note behind; the next ones count."""
    model = tmp_path / "bad.onnx"
    model.write_bytes(b"x")
    for _ in range(TIMES):
        Tried(tmp_path / "cache", model).__enter__()  # and the process is gone
    with pytest.raises(HubError, match="process down"):
        Tried(tmp_path / "cache", model).__enter__()
    os.utime(model, ns=(1, 1))  # another file
    with Tried(tmp_path / "cache", model):
        pass
    assert not list((tmp_path / "cache").iterdir()), "one that was opened well leaves nothing"


def test_kokoro_says_what_it_lacks(tmp_path: Path) -> None:
    shelf = KokoroShelf(tmp_path / "kokoro")
    lack = shelf.lacks()
    assert lack is not None
    assert "voices-v1.0.bin" in lack.fix
    assert shelf.titles() == ()


def test_kokoro_lists_only_voices_that_espeak_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = np.zeros((510, 1, 256), np.float32)
    with (tmp_path / "voices-v1.0.bin").open("wb") as file:
        np.savez(file, af_heart=style, bm_george=style, jf_alpha=style, zf_xiaoni=style, ff_siwis=style)
    (tmp_path / "kokoro-v1.0.int8.onnx").write_bytes(b"not a model")
    monkeypatch.setattr(KokoroShelf, "lacks", lambda _: None)
    shelf = KokoroShelf(tmp_path)
    assert [(voice.name, voice.language) for voice in shelf.titles()] == [
        ("af_heart", "en-US"), ("bm_george", "en-GB"), ("ff_siwis", "fr"),
    ]  # fmt: skip
    with pytest.raises(HubError) as told:
        shelf.open("af_heart")
    assert told.value.fix
