"""What /status tells of the voice and of the personas (S4-25), and to whom."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest

from hub import config, ports
from hub.api.app import build
from hub.auth.sessions import Person
from hub.hub import Hub


@pytest.fixture
async def hub(tmp_path):
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    yield hub
    await hub.stop()


async def ask(hub, role: str = "member") -> httpx.Response:
    api = build(hub)

    async def app(scope, receive, send):
        scope["state"] = {"person": Person("m", "Mia", role) if role else None}
        await api(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        return await client.get("/status")


async def test_it_tells_what_the_voice_is_made_of(hub) -> None:
    state = ports.SpeechState(
        ears="Moonshine", mouth="Piper", voice="joe", tier="quick", open=2, talking=1, most=7
    )
    hub.provide(ports.Speech, SimpleNamespace(open=None, state=lambda: state))
    voice = (await ask(hub)).json()["voice"]
    assert (voice["ears"], voice["mouth"], voice["voice"]) == ("Moonshine", "Piper", "joe")
    assert (voice["open"], voice["talking"], voice["most"], voice["missing"]) == (2, 1, 7, [])


async def test_without_a_voice_it_says_why_and_what_to_do(hub) -> None:
    voice = (await ask(hub)).json()["voice"]
    assert voice["missing"] == [["No voice plugin is running.", "Enable the voice plugin."]]
    assert not voice["ears"]


async def test_it_names_the_personas_and_their_voices_without_their_words(hub) -> None:
    await hub.personas.create(name="Pirate", prompt="Speak like a pirate.", voice="joe")
    told = (await ask(hub)).json()
    assert told["personas"] == [{"name": "Pirate", "voice": "joe"}]
    assert "Speak like" not in str(told)


async def test_strangers_are_told_nothing(hub) -> None:
    assert (await ask(hub, "")).status_code == 401
