"""The tab's socket over plain HTTP, for networks that let no WebSocket through."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from hub import ports
from hub.web import carrier, messages

from .test_socket import PCM, Speech, eventually


class Client:
    """Reads events and posts messages."""

    def __init__(self, site: Any, name: str = "wall") -> None:
        self.site, self.base = site, f"{site.url}/session/{name}"
        self.lines: Any = None

    @asynccontextmanager
    async def open(self, **hello: Any) -> Any:
        async with self.site.client.get(f"{self.base}/events", timeout=aiohttp.ClientTimeout(None)) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            self.lines = answer.content
            assert await self.send(type="hello", talk=True, audio={"encoding": "s16le"}, **hello) == 204
            yield self

    async def send(self, **message: Any) -> int:
        return await self.post(json.dumps(message).encode(), "application/json")

    async def post(self, body: bytes, kind: str = "application/octet-stream") -> int:
        headers = {"content-type": kind}
        async with self.site.client.post(f"{self.base}/messages", data=body, headers=headers) as answer:
            return answer.status

    async def event(self) -> tuple[str, str]:
        """Return the next event: its name, "message" for most, and its data."""
        name, data = "message", []
        async with asyncio.timeout(60):
            while line := (await self.lines.readline()).decode().rstrip("\n"):
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    data.append(line[6:])
                elif line.startswith(":"):
                    await self.lines.readline()
        return name, "\n".join(data)

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            name, data = await self.event()
            if name == "message" and data and json.loads(data)["type"] == kind:
                return dict(json.loads(data))


@pytest.fixture
def speech(hub) -> Speech:
    made = Speech()
    hub.provide(ports.Speech, made)
    return made


async def test_words_are_written_and_answered(site) -> None:
    """S0-26."""
    async with Client(site).open() as client:
        assert (await client.until("welcome"))["session"] == "wall"
        assert await client.send(type="write", text="What is 6 times 7?") == 204
        answer = await client.until("llm_response")
        while not answer["final"]:
            answer = await client.until("llm_response")
        assert "42" in answer["text"]


async def test_sound_goes_both_ways(site, speech) -> None:
    async with Client(site).open() as client:
        await client.send(type="start_recording")
        await client.until("recording_started")
        assert await client.post(PCM) == 204
        await eventually(lambda: speech.session.pushed == [PCM])
        await speech.session.out.put(ports.Audio(1, 0, 22_050, PCM))
        name, data = await client.event()
        while name != "sound":
            name, data = await client.event()
        assert base64.b64decode(data) == PCM
    await eventually(lambda: "close" in speech.session.calls)  # who no longer reads has left


async def test_strangers_and_sessions_that_are_not_open_are_refused(site) -> None:
    async with aiohttp.ClientSession() as stranger:
        async with stranger.get(f"{site.url}/session/x/events") as answer:
            assert answer.status == 401
        async with stranger.post(f"{site.url}/session/x/messages", data=b"{}") as answer:
            assert answer.status == 401
            assert (await answer.json())["fix"]
    assert await Client(site, "never").send(type="ping") == 404


async def test_too_much_and_nonsense_are_answered_and_the_session_lives_on(site) -> None:
    async with Client(site).open() as client:
        assert await client.post(bytes(messages.MAX_SOUND + 1)) == 413
        assert await client.post(b"{", "application/json") == 204
        assert (await client.until("error"))["fix"]
        assert await client.send(type="ping") == 204
        await client.until("pong")


async def test_the_same_name_of_another_person_is_another_session(site) -> None:
    guest = await site.hub.invites.redeem(
        await site.hub.invites.new(await site.hub.claims.owner(), "Gus", "guest")
    )
    async with Client(site).open() as client:
        await client.until("welcome")
        site.client.cookie_jar.update_cookies({"hub_test": await site.hub.sessions.start(guest, "test")})
        assert await client.send(type="ping") == 404


async def test_opening_it_anew_ends_the_one_before(site) -> None:
    async with Client(site).open() as first:
        await first.until("welcome")
        async with Client(site).open() as second:
            await second.until("welcome")
            name, data = await first.event()
            while name != "closed":
                name, data = await first.event()
            assert data.startswith("1001")


async def test_it_ends_with_the_session_of_who_opened_it(site) -> None:
    async with Client(site).open() as client:
        await client.until("welcome")
        await site.hub.sessions.end_all(site.person)
        name, data = await client.event()
        while name != "closed":
            name, data = await client.event()
        assert data.startswith(str(carrier.SIGNED_OUT))


async def test_a_line_of_nothing_keeps_it_alive(site, monkeypatch) -> None:
    monkeypatch.setattr(carrier, "QUIET_S", 0.05)
    async with Client(site).open() as client:
        await client.until("welcome")
        async with asyncio.timeout(60):
            while not (await client.lines.readline()).startswith(b": quiet"):
                pass
