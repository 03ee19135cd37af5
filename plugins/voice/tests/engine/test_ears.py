"""Every recogniser of the child: the contract of the port, the guards, who goes first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from plugins.voice.tests.conftest import s16, silence, word_errors
from plugins.voice.tests.engine import optional

from hub import EngineInfo, HubError, Sound, Transcript, Unavailable
from hub.testing import check_speech_to_text
from hub_voice.engine import hearers
from hub_voice.engine.ears import Ear, Ears, known
from hub_voice.engine.hearing import Words, always
from hub_voice.engine.ranks import Rank, Traffic
from hub_voice.engine.repeats import once
from hub_voice.engine.runtime import Model, open_model
from hub_voice.engine.segments import segments, utterances, voiced_ms
from hub_voice.pcm import Samples

Path_of = Callable[[str], Path]
Speak = Callable[..., Samples]
SAID = "Please turn off the lights in the kitchen and the hall."


@pytest.fixture(scope="module")
def detector(model: Path_of) -> Model:
    return open_model(model("silero"))


def hearing(model: Path_of, cache: Path, ears: str = "auto", **more: object) -> hearers.Hearing:
    paths = {name: model(name) for name in (*hearers.TINY, "speech-sample")}
    return hearers.Hearing(paths, cache, ears, **more)  # type: ignore[arg-type]


async def close(ear: object) -> None:
    await ear.close()  # type: ignore[attr-defined]


@pytest.mark.models
async def test_moonshine_tiny_keeps_the_contract(
    model: Path_of, cache: Path, detector: Model, piper: Speak, tmp_path: Path
) -> None:
    ears, choice = hearers.open_ears(hearing(model, cache, tier=tmp_path / "tier.json"), detector, Traffic())
    assert ears.best is ears.quick
    assert choice.ears == "moonshine-tiny"
    assert choice.ms is not None
    assert (tmp_path / "tier.json").exists()
    await check_speech_to_text(lambda: ears, speech=Sound(s16(piper(SAID))), said=SAID, close=close)


@pytest.mark.models
@pytest.mark.slow
async def test_moonshine_base_is_made_quick_and_keeps_the_contract(
    model: Path_of, detector: Model, piper: Speak, human: Samples, tmp_path: Path
) -> None:
    folder = await optional.base()
    assert sum(file.stat().st_size for file in folder.iterdir()) < 100e6
    wanted = hearing(model, folder.parent, "moonshine-base", tier=tmp_path / "tier.json")
    ears, choice = hearers.open_ears(wanted, detector, Traffic())
    assert choice.ears == ears.info.name == "moonshine-base"
    told = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."
    assert word_errors(told, await ears.final(human, always)) <= 0.1
    assert word_errors(SAID, await ears.final(piper(SAID), always)) <= 0.1
    for noise in (silence(3), np.random.default_rng(0).normal(0, 0.05, 48_000).astype(np.float32)):
        assert (await ears.best.hear(noise, always, Rank.FINAL)).text == ""  # type: ignore[attr-defined]
    await check_speech_to_text(lambda: ears, speech=Sound(s16(piper(SAID))), said=SAID, close=close)


@pytest.mark.models
@pytest.mark.slow
async def test_whisper_keeps_the_contract(
    model: Path_of, cache: Path, detector: Model, piper: Speak, tmp_path: Path
) -> None:
    files = await optional.whisper()
    paths = {name: model(name) for name in hearers.TINY} | files
    wanted = hearers.Hearing(paths, cache, "whisper", tier=tmp_path / "tier.json")
    ears, choice = hearers.open_ears(wanted, detector, Traffic())
    assert choice.ears == ears.info.name == "whisper"
    assert ears.info.languages == ("en",)
    await check_speech_to_text(lambda: ears, speech=Sound(s16(piper(SAID))), said=SAID, close=close)
    mine = hearers.Hearing(paths, cache, "whisper", whisper=str(cache / "whisper-tiny-en"))
    assert hearers.open_ears(mine, detector, Traffic())[1].ears == "whisper"


@pytest.mark.models
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"ears": "moonshine-base"}, "is not here"),
        ({"ears": "whisper", "whisper": "/nowhere/model"}, "no Whisper model in model"),
        ({"ears": "wyoming", "wyoming": "not an address"}, "not an address"),
        ({"ears": "moonshine-tiny", "language": "de"}, "does not hear 'de'"),
    ],
)
def test_ears_that_cannot_be_opened_are_replaced_and_say_so(
    model: Path_of, detector: Model, tmp_path: Path, more: dict[str, str], says: str
) -> None:
    wanted = hearing(model, tmp_path, tier=tmp_path / "tier.json", **more)
    ears, choice = hearers.open_ears(wanted, detector, Traffic())
    assert ears.info.name == choice.ears == "moonshine-tiny"
    assert says in choice.reason
    assert choice.fix


class Parrot:
    """Says what it was given, slowly; counts."""

    name, languages = "parrot", ("en",)

    def __init__(self, text: str | Exception, takes: float = 0.0) -> None:
        self.text, self.takes, self.heard = text, takes, list[int]()

    def write(self, samples: Samples, wanted: Callable[[], bool], language: str = "") -> Words:
        time.sleep(self.takes)
        self.heard.append(len(samples))
        if isinstance(self.text, Exception):
            raise self.text
        return Words(self.text, language or "en")


def ear(text: str | Exception, takes: float = 0.0, traffic: Traffic | None = None) -> tuple[Ear, Parrot]:
    bird = Parrot(text, takes)
    return Ear(bird, EngineInfo("parrot", "Parrot"), traffic=traffic), bird


SOUND = np.full(16_000, 0.1, np.float32)


async def test_a_voiced_turn_that_the_best_heard_nothing_in_is_heard_by_the_quick_one() -> None:
    best, quick = ear("")[0], ear("Stop.")[0]
    ears = Ears(best, quick, Traffic())
    assert await ears.final(SOUND, always) == "Stop."
    assert (await ears.transcribe(Sound(s16(SOUND)))).text == "Stop."
    assert await ears.final(SOUND, lambda: False) == ""


async def test_an_engine_that_fails_is_replaced_and_says_so() -> None:
    ears = Ears(ear(RuntimeError("broken"))[0], ear("Yes.")[0], Traffic())
    assert await ears.final(SOUND, always) == "Yes."
    assert ears.trouble is not None
    assert ears.trouble.fix
    assert (await ears.transcribe(Sound(s16(SOUND)))).text == "Yes."
    alone = ear(RuntimeError("broken"))[0]
    with pytest.raises(Unavailable):
        await Ears(alone, alone, Traffic()).final(SOUND, always)


async def test_a_far_engine_is_asked_through_the_port_and_may_be_away() -> None:
    class Far:
        info = EngineInfo("far", "Far", ())
        away = False

        async def transcribe(
            self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
        ) -> Transcript:
            if self.away:
                raise Unavailable("The server is away.", fix="Start it.")
            return Transcript(f"{sound.rate} {language}", language)

    far = Far()
    ears = Ears(far, ear("Near.")[0], Traffic(), "en")
    assert await ears.final(SOUND, always) == "16000 en"
    far.away = True
    assert await ears.final(SOUND, always) == "Near."
    assert str(ears.trouble) == "The server is away."
    far.away = False
    assert await ears.final(SOUND, always) == "16000 en"
    assert ears.trouble is None


async def test_a_talk_goes_before_a_request_and_an_interruption_before_a_caption() -> None:
    one, bird = ear("word", 0.05)
    order = list[str]()

    async def ask(name: str, rank: Rank) -> None:
        await one.hear(SOUND, always, rank)
        order.append(name)

    first = asyncio.create_task(ask("first", Rank.REQUEST))
    await asyncio.sleep(0.01)
    rest = [
        asyncio.create_task(ask(name, rank))
        for name, rank in (
            ("request", Rank.REQUEST), ("caption", Rank.PARTIAL), ("final", Rank.FINAL), ("stop", Rank.BARGE_IN),
        )
    ]  # fmt: skip
    await asyncio.gather(first, *rest)
    assert order == ["first", "stop", "final", "caption", "request"]
    assert len(bird.heard) == 5


async def test_a_request_keeps_off_while_a_talk_needs_the_processor() -> None:
    traffic = Traffic()
    one, bird = ear("word", traffic=traffic)
    async with traffic.live():
        asked = asyncio.create_task(one.transcribe(Sound(s16(SOUND))))
        await asyncio.sleep(0.1)
        assert not bird.heard
    assert (await asked).text == "word"


async def test_a_request_gives_way_in_the_middle_and_begins_anew() -> None:
    begun = list[str]()

    class Slow(Parrot):
        def write(self, samples: Samples, wanted: Callable[[], bool], language: str = "") -> Words:
            begun.append("talk" if len(samples) < 16_000 else "request")
            while begun[-1] == "request" and begun.count("request") < 3:
                if not wanted():
                    return Words("")
                time.sleep(0.002)
            return Words("word")

    one = Ear(Slow("word"), EngineInfo("slow", "Slow"))
    asked = asyncio.create_task(one.transcribe(Sound(s16(SOUND))))
    for times in (1, 2):
        async with asyncio.timeout(60):
            while begun.count("request") < times:
                await asyncio.sleep(0.002)
        assert (await one.hear(SOUND[:8000], always, Rank.FINAL)).text == "word"
    assert (await asked).text == "word"
    assert begun == ["request", "talk", "request", "talk", "request"]


async def test_a_long_sound_is_cut_where_it_is_quiet() -> None:
    loud = np.sin(np.arange(16_000 * 50) / 5).astype(np.float32)
    pauses = [16_000 * at for at in (17, 33)]
    for at in pauses:
        loud[at : at + 3200] = 0
    parts = list(segments(loud))
    assert sum(len(part) for part in parts) == len(loud)
    assert all(len(part) <= 20 * 16_000 for part in parts)
    cuts = np.cumsum([len(part) for part in parts])[:-1]
    assert all(at <= cut <= at + 3200 for at, cut in zip(pauses, cuts, strict=True))
    assert [len(part) for part in segments(np.zeros(0, np.float32))] == [0]


@pytest.mark.models
def test_voice_is_told_from_noise(detector: Model, piper: Speak) -> None:
    assert voiced_ms(piper("Yes."), detector) > 128
    assert voiced_ms(silence(3), detector) < 128
    assert voiced_ms(np.zeros(100, np.float32), detector) == 0


@pytest.mark.models
def test_what_is_said_far_apart_is_heard_apart(detector: Model, piper: Speak) -> None:
    said = piper("Please turn off the lights in the kitchen.")
    long = np.concatenate([said, silence(6), said, silence(5)])
    parts = utterances(long, detector, 128)
    assert len(parts) == 2
    assert all(len(part) < len(said) + 16_000 for part in parts)
    assert utterances(silence(12), detector, 128) == utterances(silence(3), detector, 128) == []
    assert [len(part) for part in utterances(said, detector, 128)] == [len(said)]


def test_what_is_said_over_and_over_is_said_once() -> None:
    assert once("thank you " * 9) == "thank you"
    assert once("I think I think I think I think I think it is so") == "I think it is so"
    assert once("No, no, no, no!") == "No, no, no, no!"
    assert once("one two three four five six") == "one two three four five six"
    assert once("") == ""


def test_languages_are_known_by_their_first_part() -> None:
    english = EngineInfo("one", "One", ("en",))
    assert known("", english) == ""
    assert known("en-GB", english) == known("EN_us", english) == "en"
    assert known("de", EngineInfo("any", "Any", ())) == "de"
    with pytest.raises(HubError, match="One does not hear 'fr-CH', only en") as caught:
        known("fr-CH", english)
    assert caught.value.fix


@pytest.mark.models
async def test_a_wyoming_server_that_is_away_is_stood_in_for_and_it_is_said(
    model: Path_of, detector: Model, piper: Speak, tmp_path: Path
) -> None:
    wanted = hearing(model, tmp_path, "wyoming", wyoming="127.0.0.1:9", tier=tmp_path / "tier.json")
    ears, choice = hearers.open_ears(wanted, detector, Traffic())
    assert choice.ears == "wyoming"
    assert not choice.refused
    assert ears.trouble is None
    assert word_errors(SAID, await ears.final(piper(SAID), always)) <= 0.1
    assert ears.trouble is not None
    assert ears.trouble.fix
    assert (await ears.transcribe(Sound(s16(piper(SAID))))).engine == "moonshine-tiny"
