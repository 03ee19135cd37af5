"""The wake word in a tab: listened for only where it was switched on, and only while nobody talks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.unit.web.test_socket import PCM, Speech

from hub import ports

if TYPE_CHECKING:
    from collections.abc import Callable


class Word:
    """A wake word that was said when the test says so."""

    word = "Hey Test"

    def __init__(self) -> None:
        self.pushed: list[bytes] = []
        self.closed = 0
        self.audio: ports.AudioFormat | None = None
        self.said: Callable[[], None] = lambda: None

    async def watch(self, session: str, audio: ports.AudioFormat, woken: Callable[[], None]) -> Word:
        assert session
        self.audio, self.said = audio, woken
        return self

    async def push(self, pcm: bytes) -> None:
        self.pushed.append(pcm)

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def speech(hub) -> Speech:
    made = Speech()
    hub.provide(ports.Speech, made)
    return made


@pytest.fixture
def word(hub) -> Word:
    made = Word()
    hub.provide(ports.WakeWord, made)
    return made


async def until(pushed: list[bytes], count: int) -> None:
    async with asyncio.timeout(60):
        while len(pushed) < count:
            await asyncio.sleep(0.01)


async def test_without_a_word_the_switch_is_answered_with_what_to_do(site) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="wake", on=True)
        error = await tab.until("error")
        assert error["message"] == "No wake word is chosen."
        assert "Plugins" in error["fix"]


async def test_the_word_begins_a_talk_and_its_sound_goes_where_it_belongs(site, speech, word) -> None:
    async with site.tab({}) as tab:
        await tab.socket.send_bytes(PCM)
        await tab.send(type="wake", on=True)
        assert await tab.until("wake") == {"type": "wake", "on": True, "word": "Hey Test"}
        assert word.pushed == [], "nothing of it is heard before it is switched on"
        assert word.audio == ports.AudioFormat("s16le", 16_000)
        await tab.socket.send_bytes(PCM)
        await until(word.pushed, 1)
        word.said()
        await tab.until("woken")
        await tab.until("recording_started")
        await tab.socket.send_bytes(PCM)
        await until(speech.session.pushed, 1)
        assert len(word.pushed) == 1, "who talks is not listened to for the word"
        await tab.send(type="cancel")
        while (await tab.until("state"))["state"] != "idle":
            pass
        await tab.socket.send_bytes(PCM)
        await until(word.pushed, 2)
        await tab.send(type="wake", on=False)
        assert (await tab.until("wake"))["on"] is False
        assert word.closed == 1
        await tab.socket.send_bytes(PCM)
        await tab.send(type="ping")
        await tab.until("pong")
        assert len(word.pushed) == 2


async def test_a_tab_that_leaves_is_listened_to_no_more(site, word) -> None:
    async with site.tab({}) as tab:
        await tab.send(type="wake", on=True)
        await tab.until("wake")
    async with asyncio.timeout(60):
        while not word.closed:
            await asyncio.sleep(0.01)
