"""The page of voices: what speaks, what was tried, one's own and the personas, each to whom it is meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.engines import Ears, Mouth

from hub import sound
from hub.ports import (
    CloningEngine,
    EngineInfo,
    OwnVoice,
    Sound,
    SpeechToText,
    TextToSpeech,
    Voices,
    VoiceSample,
)

if TYPE_CHECKING:
    from conftest import Site

PAGE = {"accept": "text/html"}


class Kept:
    """Keeps one voice, and notes what it is told."""

    def __init__(self, person: str) -> None:
        self.person, self.done = person, list[Any]()

    async def all(self, person: str) -> list[OwnVoice]:
        if person != self.person:
            return []
        return [OwnVoice("v1", person, "Mine & <b>yours</b>", "", 1.0, 1.0, 1, 12.0, "quick")]

    async def samples(self, person: str, voice: str) -> list[VoiceSample]:
        return [VoiceSample("s1", voice, "reading.wav", 12.0, 24_000, 1.0)]

    def __getattr__(self, name: str) -> Any:
        async def noted(person: str, *args: Any, **more: Any) -> Any:
            self.done.append((name, *args, *more.values()))
            if name == "add_sample":
                return VoiceSample("s2", args[0], "", 3.0, 24_000, 1.0)
            return (await self.all(person))[0]

        return noted


@pytest.fixture
def mouth(site: Site) -> Mouth:
    made = Mouth()
    site.hub.provide(TextToSpeech, made)
    site.hub.provide(SpeechToText, Ears())
    return made


@pytest.fixture
def kept(site: Site) -> Kept:
    site.hub.provide(Voices, made := Kept(site.person))
    return made


async def page(site: Site, path: str = "/voices") -> str:
    async with site.client.get(site.url + path, headers=PAGE) as answer:
        assert answer.status == 200
        return await answer.text()


async def send(site: Site, path: str, **form: str) -> tuple[int, str]:
    async with site.client.post(site.url + path, data=form, headers=PAGE) as answer:
        return answer.status, await answer.text()


async def test_without_a_voice_it_says_what_would_help(site: Site) -> None:
    told = await page(site)
    assert "Enable the voice plugin." in told
    assert "None yet. I speak in my own manner." in told


async def test_a_voice_is_tried_and_only_by_whom_it_was_asked(site: Site, mouth: Mouth) -> None:
    assert "Low" in await page(site)
    status, told = await send(site, "/voices/try", text="one two", voice="high", speed="1.25")
    assert status == 200
    path = told.split('<audio class="heard" controls preload="auto" src="')[1].split('"')[0]
    async with site.client.get(site.url + path) as answer:
        assert answer.content_type == "audio/wav"
        assert sound.read_wav(await answer.read()).seconds == pytest.approx(0.16, abs=0.02)
    assert mouth.said == [("one two", "high", 1.25)]
    hub = site.hub
    guest = await hub.invites.redeem(await hub.invites.new(await hub.people.get(site.person), "Eve", "guest"))
    async with aiohttp.ClientSession(cookies={"hub_test": await hub.sessions.start(guest, "test")}) as other:
        assert (await other.get(site.url + path)).status == 404
        told = await (await other.get(site.url + "/voices", headers=PAGE)).text()
    assert "Your own" not in told
    assert "Add a persona" not in told


@pytest.mark.parametrize("form", [{"text": ""}, {"text": "x" * 301}, {"text": "x", "voice": "nobody"}])
async def test_what_cannot_be_said_is_told(site: Site, mouth: Mouth, form) -> None:
    status, told = await send(site, "/voices/try", **form)
    assert status == 422
    assert 'class="wrong"' in told


async def test_personas_are_written_changed_imported_and_deleted(site: Site, mouth: Mouth) -> None:
    fields = {"name": "Ada <i>", "prompt": "Be exact.", "voice": "high", "skills": "set_lamp, say_hello"}
    status, told = await send(site, "/voices/personas", do="new", **fields, greeting="Hi.")
    assert (status, "Ada &lt;i&gt; is there now." in told, "<i>" in told) == (200, True, False)
    [one] = site.hub.personas.all()
    assert (one.prompt, one.voice, one.skills) == ("Be exact.", "high", ("set_lamp", "say_hello"))
    assert (await send(site, "/voices/personas", do="new", **fields))[0] == 422
    await send(site, "/voices/personas", do=f"save:{one.id}", **{**fields, "name": "Bob"})
    assert site.hub.personas.get(one.id).name == "Bob"
    status, told = await send(site, "/voices/personas", do="import", yaml="- name: Cy\n- nome: x")
    assert status == 422
    assert "nome" in told
    await send(site, "/voices/personas", do="import", yaml="- name: Cy")
    await send(site, "/voices/personas", do=f"remove:{one.id}")
    assert [each.name for each in site.hub.personas.all()] == ["Cy"]
    assert (await send(site, "/voices/personas", do="explode"))[0] == 422


async def test_ones_own_voices_are_shown_and_what_is_pressed_is_done(site: Site, mouth, kept: Kept) -> None:
    told = await page(site)
    assert "Mine &amp; &lt;b&gt;yours&lt;/b&gt;" in told
    assert "I have no engine that learns a voice." in told
    assert "train:v1" not in told
    site.hub.provide(CloningEngine, type("Cloner", (), {"info": EngineInfo("c", "A cloner")})())
    assert "train:v1" in await page(site)
    for do, form in (
        ("create", {"name": "New", "description": "d"}), ("rename:v1", {"name": "Old"}), ("train:v1", {}),
        ("forget:v1", {"sample": "s1"}), ("delete:v1", {}), ("cancel:j1", {}),
    ):  # fmt: skip
        assert (await send(site, "/voices/own", do=do, **form))[0] == 200, do
    form = aiohttp.FormData()
    form.add_field("words", "hello")
    form.add_field("file", sound.pack(Sound(bytes(100))), filename="a.wav")
    async with site.client.post(f"{site.url}/voices/own/v1/samples", data=form, headers=PAGE) as answer:
        assert "3 seconds kept." in await answer.text()
    assert [one[0] for one in kept.done] == [
        "create", "change", "train", "delete_sample", "delete", "cancel", "add_sample",
    ]  # fmt: skip


async def test_a_training_shows_how_far_it_is_to_its_person_only(site: Site, mouth, kept: Kept) -> None:
    from hub.events import TrainingComplete, TrainingProgress, TrainingStarted

    job = await site.hub.jobs.add("voice.train", "Learn the voice Mine", due=2e9)
    about = {"job": job.id, "voice": "v1", "person": site.person}
    site.hub.bus.publish(TrainingStarted(**about))
    site.hub.bus.publish(TrainingProgress(**about, percent=40.0, note="Listening"))
    assert "Learn the voice Mine: Listening, 40 %" in await page(site)
    site.hub.bus.publish(TrainingProgress(**{**about, "person": "eve"}, percent=90.0))
    assert "40 %" in await page(site)
    site.hub.bus.publish(TrainingComplete(**about, spoken="own"))
    assert "Listening" not in await page(site)


async def test_a_program_gets_the_plugins_answer_at_the_same_address(site: Site) -> None:
    from starlette.routing import Route

    async with site.client.get(f"{site.url}/voices") as answer:
        assert answer.content_type == "text/html"  # nobody else serves it
    site.hub.routes.append(Route("/voices", lambda _: None))
    async with site.client.get(f"{site.url}/voices") as answer:
        assert answer.status == 404  # left to others
    await page(site)
