"""Words from sound and sound from words over HTTP, and who may ask for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from hub import Sound, sound
from hub_voice.routes import door, say

if TYPE_CHECKING:
    from conftest import Voiced

LOUD = Sound(b"\x00\x20" * 16_000)
WAV = sound.pack(LOUD)


async def test_a_raw_body_is_written_down(voiced: Voiced) -> None:
    status, told = await voiced.ask("POST", "/transcribe", WAV)
    assert status == 200
    assert told["text"] == "1.0 seconds at 16000."
    assert (told["language"], told["engine"], told["confidence"]) == ("en", "told-ears", 0.75)
    assert (told["seconds"], told["segments"]) == (1.0, [{"start": 0.0, "end": 1.0, "text": told["text"]}])
    assert told["ms"] >= 0


async def test_a_form_is_written_down_in_its_language(voiced: Voiced) -> None:
    form = aiohttp.FormData()
    form.add_field("language", "de")
    form.add_field("file", WAV, filename="a.wav")
    status, told = await voiced.ask("POST", "/transcribe", form)
    assert (status, told["language"]) == (200, "de")
    assert (await voiced.ask("POST", "/transcribe?language=de", WAV))[1]["language"] == "de"


WRONG = [
    ("/transcribe", b"", 422), ("/transcribe", b"no sound", 415), ("/transcribe?language=tlh", WAV, 422),
    ("/transcribe?language=" + "x" * 99, WAV, 422), ("/transcribe", bytes(door.MOST_SOUND + 1), 413),
    ("/understand", b"{", 422), ("/understand", {"text": ""}, 422), ("/understand", {"text": 3}, 422),
    ("/understand", {"words": "x"}, 422), ("/understand", [], 422), ("/speak", {"text": " "}, 422),
    ("/speak", {"text": "x" * (say.LONGEST + 1)}, 422), ("/speak", {"text": "x", "format": "midi"}, 422),
    ("/speak", {"text": "x", "speed": 9}, 422), ("/speak", {"text": "x", "voice": "nobody"}, 422),
    ("/speak", {"text": "x", "speed": True}, 422), ("/speak", bytes(door.MOST_JSON + 1), 413),
]  # fmt: skip


async def test_what_is_not_right_is_refused_with_a_fix(voiced: Voiced) -> None:
    for path, data, status in WRONG:
        kind = {"content-type": "application/json"} if "understand" in path or "speak" in path else {}
        got, told = await voiced.ask("POST", path, data, **kind)
        assert (got, bool(told["error"]), bool(told["fix"])) == (status, True, True), told


async def test_strangers_are_refused_and_guests_are_not(voiced: Voiced) -> None:
    for path in ("/transcribe", "/understand", "/speak"):
        status, told = await voiced.ask("POST", path, WAV, who="stranger")
        assert (status, bool(told["fix"])) == (401, True), path
    assert (await voiced.ask("POST", "/transcribe", WAV, who="guest"))[0] == 200
    assert (await voiced.ask("POST", "/transcribe", WAV, authorization="Bearer hub_wrong"))[0] == 401
    assert len(voiced.ears.heard) == 1


async def test_the_key_of_an_app_opens_what_is_not_private(voiced: Voiced) -> None:
    assert (await voiced.ask("POST", "/transcribe", WAV, who="key"))[0] == 200
    assert (await voiced.ask("POST", "/speak", {"text": "x"}, who="key"))[0] == 200
    made = (await voiced.ask("POST", "/voices", {"name": "Mine"}))[1]
    status, told = await voiced.ask("GET", "/voices", who="key")
    assert (status, len(told["voices"]), told["own"]) == (200, 2, [])
    for method, path in (
        ("POST", "/voices"), ("GET", f"/voices/{made['id']}"), ("DELETE", f"/voices/{made['id']}"),
        ("GET", f"/voices/{made['id']}/samples"), ("GET", "/training/1"),
    ):  # fmt: skip
        status, told = await voiced.ask(method, path, who="key")
        assert (status, told["error"]) == (403, "A key does not open that."), path


async def test_a_key_that_is_ended_ends_what_runs(voiced: Voiced) -> None:
    voiced.mouth.pause = 0.05
    hub, owner = voiced.hub, voiced.serving.owner
    async with (
        voiced.client("key") as client,
        client.post("/speak", json={"text": "word " * 2_000}) as answer,
    ):
        await answer.content.readany()
        for key in hub.keys.all(owner):
            await hub.keys.revoke(owner, key.id)
        with pytest.raises(aiohttp.ClientError):
            await answer.content.read()
    async with asyncio.timeout(60):
        while not voiced.mouth.stopped:
            await asyncio.sleep(0.02)


async def test_a_page_of_another_site_is_refused(voiced: Voiced) -> None:
    assert (await voiced.ask("POST", "/speak", {"text": "x"}, origin="https://evil.example"))[0] == 403


async def test_a_text_comes_as_wav_and_as_pcm(voiced: Voiced) -> None:
    status, file = await voiced.ask("POST", "/speak", {"text": "one two three", "voice": "high", "speed": 2})
    assert status == 200
    assert sound.read_wav(file) == Sound(b"\x00\x20" * 1_102 * 3, 22_050)
    assert voiced.mouth.said == [("one two three", "high", 2)]
    async with (
        voiced.client() as client,
        client.post("/speak", json={"text": "one", "format": "pcm"}) as answer,
    ):
        assert answer.headers["content-type"] == "audio/pcm; rate=22050; channels=1; encoding=s16le"
        assert await answer.read() == b"\x00\x20" * 2_205


async def test_who_leaves_ends_the_speech(voiced: Voiced) -> None:
    voiced.mouth.pause = 0.02
    async with voiced.client() as client, client.post("/speak", json={"text": "word " * 2_000}) as answer:
        await answer.content.readany()
        answer.close()
    async with asyncio.timeout(60):
        while not voiced.mouth.stopped:
            await asyncio.sleep(0.02)


async def test_one_person_is_answered_a_few_times_at_once(voiced: Voiced) -> None:
    voiced.mouth.pause = 0.05
    held = [asyncio.create_task(voiced.ask("POST", "/speak", {"text": "word " * 40})) for _ in range(12)]
    async with asyncio.timeout(60):
        while len(voiced.mouth.said) < door.AT_ONCE:
            await asyncio.sleep(0.01)
    assert (await voiced.ask("POST", "/speak", {"text": "x"}, who="guest"))[0] == 200
    statuses = sorted(status for status, _ in await asyncio.gather(*held))
    assert statuses == [200] * door.AT_ONCE + [429] * (12 - door.AT_ONCE)
    assert (await voiced.ask("POST", "/speak", {"text": "x"}))[0] == 200


async def test_what_is_meant_is_told_and_not_done(voiced: Voiced) -> None:
    status, told = await voiced.ask("POST", "/understand", {"text": "set a timer for 10 minutes"})
    assert (status, told["intent"], told["entities"], told["confidence"]) == (
        200, "set_timer", {"seconds": 600.0}, 1.0,
    )  # fmt: skip
    assert voiced.hub.timers.list() == []
    status, told = await voiced.ask("POST", "/understand", WAV, **{"content-type": "audio/wav"})
    assert (status, told["text"], told["intent"]) == (200, "1.0 seconds at 16000.", "talk")
    silent = sound.pack(Sound(bytes(32_000)))
    assert (await voiced.ask("POST", "/understand", silent, **{"content-type": "audio/wav"}))[1][
        "intent"
    ] == "silence"


async def test_only_those_who_may_call_tools_hear_of_them(voiced: Voiced) -> None:
    def say_hello(to: str) -> str:
        """Greet."""
        return to

    voiced.hub.tools.add("test", say_hello)
    asked = {"text": "say hello to Ada"}
    assert (await voiced.ask("POST", "/understand", asked, who="member"))[1]["intent"] == "say_hello"
    assert (await voiced.ask("POST", "/understand", asked, who="guest"))[1]["intent"] == "talk"
