"""Our Wyoming server, asked by the official client, by our own, and by somebody who means harm."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.ping import Ping
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeVoice,
)

from hub.errors import HubError, Unavailable
from hub.ports.engines import NullSpeechToText, NullTextToSpeech, Sound
from hub_voice.wyoming import server as served
from hub_voice.wyoming.address import Address
from hub_voice.wyoming.announce import KIND, Announcement
from hub_voice.wyoming.ears import WyomingEars
from hub_voice.wyoming.guest import Offer
from hub_voice.wyoming.mouth import WyomingMouth
from hub_voice.wyoming.server import Server

from .conftest import Counting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FORM: Any = {"rate": 16_000, "width": 2, "channels": 1}


@asynccontextmanager
async def serving(ears: Any = None, mouth: Any = None) -> AsyncIterator[Server]:
    ears, mouth = ears or Counting(), mouth or Counting()
    server = Server(Offer(lambda: ears, lambda: mouth))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def client(server: Server) -> AsyncTcpClient:
    return AsyncTcpClient("127.0.0.1", server.port, connect_timeout=5, read_timeout=30)


async def until(asked: AsyncTcpClient, kind: str) -> list[Any]:
    """Return the events up to the first of ``kind``."""
    found = []
    while True:
        event = await asked.read_event()
        assert event is not None, f"the line ended before {kind}"
        found.append(event)
        if event.type == kind:
            return found


async def test_the_official_client_is_told_what_there_is() -> None:
    async with serving() as server, client(server) as asked:
        await asked.write_event(Describe().event())
        info = Info.from_event((await until(asked, "info"))[-1])
        assert info.asr[0].models[0].languages == ["en"]
        assert [voice.name for voice in info.tts[0].voices] == ["low", "tief"]
        assert info.tts[0].supports_synthesize_streaming
        await asked.write_event(Ping("here?").event())
        assert (await until(asked, "pong"))[-1].data["text"] == "here?"


async def test_what_is_not_there_is_not_offered() -> None:
    async with serving(NullSpeechToText(), NullTextToSpeech()) as server, client(server) as asked:
        await asked.write_event(Describe().event())
        info = Info.from_event((await until(asked, "info"))[-1])
        assert (info.asr, info.tts) == ([], [])
        await asked.write_event(AudioStop().event())
        assert "No voice plugin" in (await until(asked, "error"))[-1].data["text"]


@pytest.mark.parametrize("channels", [1, 2])
async def test_several_utterances_over_one_line(channels: int) -> None:
    form = {**FORM, "channels": channels}
    async with serving() as server, client(server) as asked:
        for seconds in (1, 2):
            await asked.write_event(Transcribe(language="en").event())
            await asked.write_event(AudioStart(**form).event())
            for _ in range(10 * seconds):
                await asked.write_event(AudioChunk(**form, audio=bytes(3200 * channels)).event())
            await asked.write_event(AudioStop().event())
            told = Transcript.from_event((await until(asked, "transcript"))[-1])
            assert told.text == f"{seconds}.0 seconds"


async def test_many_clients_at_once() -> None:
    async with serving() as server:

        async def one(tenths: int) -> str:
            sound = Sound(bytes(3200 * tenths))
            return (await WyomingEars(Address("127.0.0.1", server.port)).transcribe(sound)).text

        said = await asyncio.gather(*(one(tenths) for tenths in range(1, 9)))
    assert said == [f"{tenths / 10:.1f} seconds" for tenths in range(1, 9)]


async def test_one_too_many_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "MOST_GUESTS", 1)
    async with serving() as server, client(server) as first:
        await first.write_event(Ping().event())
        await until(first, "pong")
        async with client(server) as second:
            assert (await until(second, "error"))[-1].data["code"] == "busy"


async def test_a_text_is_made_sayable_and_spoken() -> None:
    mouth = Counting()
    async with serving(mouth=mouth) as server, client(server) as asked:
        await asked.write_event(Synthesize("**Hello** there. See https://example.org/a!").event())
        events = await until(asked, "audio-stop")
    assert [events[0].type, events[1].type] == ["audio-start", "audio-chunk"]
    assert "".join(mouth.texts) == "Hello there.See example dot org!"


async def test_a_text_that_streams_is_spoken_sentence_by_sentence() -> None:
    mouth = Counting()
    async with serving(mouth=mouth) as server, client(server) as asked:
        await asked.write_event(SynthesizeStart(SynthesizeVoice(name="low")).event())
        await asked.write_event(SynthesizeChunk("One two. Three").event())
        await until(asked, "audio-chunk")  # before the rest of the text is there
        await asked.write_event(SynthesizeChunk(" four.").event())
        await asked.write_event(Synthesize("One two. Three four.").event())  # for old servers: not twice
        await asked.write_event(SynthesizeStop().event())
        events = await until(asked, "synthesize-stopped")
    assert mouth.texts == ["One two.", "Three four."]
    assert events[-2].type == "audio-stop"


async def test_a_voice_by_its_language_and_an_unknown_one() -> None:
    async with serving() as server, client(server) as asked:
        await asked.write_event(Synthesize("Hallo.", SynthesizeVoice(language="de_AT")).event())
        await until(asked, "audio-stop")
        await asked.write_event(Synthesize("Salut.", SynthesizeVoice(language="fr")).event())
        assert "no voice for 'fr'" in (await until(asked, "error"))[-1].data["text"]
        await asked.write_event(Synthesize("Well.").event())  # the line goes on
        await until(asked, "audio-stop")


async def test_a_failing_engine_is_told_and_the_line_goes_on() -> None:
    ears = Counting(fails=Unavailable("My ears are starting.", fix="Wait."))
    async with serving(ears) as server, client(server) as asked:
        await asked.write_event(AudioStop().event())
        assert (await until(asked, "error"))[-1].data["text"] == "My ears are starting. Wait."
        ears.fails = None
        await asked.write_event(AudioStop().event())
        await until(asked, "transcript")


@pytest.mark.parametrize(
    "frame",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00" * 100 + b"\n",
        b'{"type":"audio-chunk","payload_length":99999999999}\n',
        b'{"type":"describe","data_length":-5}\n',
        b'{"type":"x","data":[1]}\n',
        b"[" * 60_000 + b"\n",
        b"a" * 300_000,
        b'{"type":"audio-chunk","data":{"rate":"x"}}\n',
        b'{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":40}}\n',
        b'{"type":"synthesize","data":{"voice":7}}\n',
        b'{"type":"synthesize","data":{"text":"<a>","text_format":"ssml"}}\n',
        b'{"type":"synthesize-chunk","data":{"text":"alone"}}\n',
        b'{"type":"transcribe","data":{"language":{}}}\n',
        b'{"type":"nobody-knows"}\n',
    ],
)
async def test_whoever_means_harm_harms_only_himself(frame: bytes) -> None:
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(frame)
        writer.write_eof()
        with suppress(ConnectionResetError):
            async with asyncio.timeout(30):
                await reader.read()
        writer.close()
        async with client(server) as asked:
            await asked.write_event(Describe().event())
            await until(asked, "info")


async def test_too_much_sound_and_too_long_a_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from hub_voice.wyoming import guest

    monkeypatch.setattr(guest, "MOST_SOUND", 10_000)
    async with serving() as server, client(server) as asked:
        for _ in range(4):
            await asked.write_event(AudioChunk(**FORM, audio=bytes(3200)).event())
        assert "too much sound" in (await until(asked, "error"))[-1].data["text"]
        await asked.write_event(Synthesize("a" * 100_001).event())
        assert "too long" in (await until(asked, "error"))[-1].data["text"]


async def test_a_taken_port_is_told() -> None:
    async with serving() as server:
        other = Server(Offer(Counting, Counting), port=server.port)
        with pytest.raises(HubError, match="cannot listen"):
            await other.start()


async def test_stop_lets_every_client_go() -> None:
    async with serving() as server:
        asked = client(server)
        await asked.connect()
        await asked.write_event(Ping().event())
        await until(asked, "pong")
        await server.stop()
        assert await asked.read_event() is None


@pytest.mark.models
async def test_real_engines_behind_it_and_our_own_client_before_it(
    piper_server: Address, whisper_server: Address
) -> None:
    async with serving(WyomingEars(whisper_server), WyomingMouth(piper_server)) as server:
        ours = Address("127.0.0.1", server.port)
        mouth = WyomingMouth(ours)
        text = "The garden gate is open. It is 7 km from here."
        parts = [part.sound async for part in mouth.speak(text, voice="en_US-joe-medium")]
        whole = np.frombuffer(b"".join(part.pcm for part in parts), "<i2")
        heard = await WyomingEars(ours).transcribe(Sound(whole.tobytes(), parts[0].rate))
    words = heard.text.lower()  # whisper's smallest: "the guard and gate is open" has been heard
    assert "gate is open" in words
    assert "kilomet" in words
    assert "from here" in words


async def test_it_is_found_on_the_network_and_gone_at_the_end() -> None:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

    news: asyncio.Queue[tuple[ServiceStateChange, str]] = asyncio.Queue()

    def happened(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        del zeroconf, service_type
        news.put_nowait((state_change, name))

    async def next_of(state: ServiceStateChange, name: str) -> None:
        async with asyncio.timeout(60):
            while await news.get() != (state, name):
                pass

    looking = AsyncZeroconf(interfaces=["127.0.0.1"])
    browser = AsyncServiceBrowser(looking.zeroconf, KIND, handlers=[happened])
    announcement = Announcement(10_555, name="Hub in a test", addresses=("127.0.0.1",))
    name = f"Hub in a test.{KIND}"
    try:
        await announcement.begin()
        await next_of(ServiceStateChange.Added, name)
        found = AsyncServiceInfo(KIND, name)
        assert await found.async_request(looking.zeroconf, 10_000)
        assert found.port == 10_555
        assert found.parsed_addresses() == ["127.0.0.1"]
        await announcement.end()
        await next_of(ServiceStateChange.Removed, name)
    finally:
        await announcement.end()
        await browser.async_cancel()
        await looking.async_close()
