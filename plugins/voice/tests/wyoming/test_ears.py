"""Our ears over Wyoming, against the real server and against servers that misbehave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from wyoming.error import Error

from hub.errors import HubError, Unavailable
from hub.ports.engines import Sound
from hub_voice.wyoming.address import Address, parse
from hub_voice.wyoming.ears import WyomingEars

from .conftest import described, free_port, odd_server, tell, words

if TYPE_CHECKING:
    from wyoming.event import Event

    from hub_voice.pcm import Samples

SECOND = Sound(bytes(32_000))


def pcm(samples: Samples, rate: int = 16_000) -> Sound:
    return Sound((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), rate)


@pytest.mark.models
async def test_the_real_server_writes_down_what_was_said(whisper_server: Address, piper: Any) -> None:
    ears = WyomingEars(whisper_server)
    assert ears.info.local
    said = await ears.transcribe(pcm(piper("Please turn on the light in the kitchen.")), language="en-GB")
    assert "light in the kitchen" in said.text.lower()
    assert said.engine == "wyoming:faster-whisper"
    assert said.ms > 0
    with pytest.raises(HubError, match="does not know the language 'tlh'"):
        await ears.transcribe(SECOND, language="tlh")


@pytest.mark.models
async def test_two_at_once_and_another_rate(whisper_server: Address, piper: Any) -> None:
    ears = WyomingEars(whisper_server)
    slow = np.repeat(piper("The train leaves at noon."), 3)  # 48 kHz
    both = await asyncio.gather(
        ears.transcribe(pcm(slow, 48_000)), ears.transcribe(pcm(piper("My brother lives in Berlin.")))
    )
    assert "train" in both[0].text.lower()
    assert "berlin" in both[1].text.lower()


async def test_nobody_there_is_told_with_what_to_do() -> None:
    with pytest.raises(Unavailable, match="Nobody answers") as caught:
        await WyomingEars(Address("127.0.0.1", free_port())).transcribe(SECOND)
    assert "Start the Wyoming server" in caught.value.fix


async def test_a_server_that_dies_in_the_middle_is_unavailable() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        if event.type == "describe":
            return await tell(writer, described())
        return event.type != "audio-stop"

    async with odd_server(answer) as address:
        with pytest.raises(Unavailable, match="broke off"):
            await WyomingEars(address).transcribe(SECOND)


async def test_a_server_that_says_no_is_quoted() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        told = described() if event.type == "describe" else Error("out of memory").event()
        return await tell(writer, told) if event.type in {"describe", "audio-stop"} else True

    async with odd_server(answer) as address:
        with pytest.raises(Unavailable, match="out of memory"):
            await WyomingEars(address).transcribe(SECOND)


async def test_a_silent_server_is_not_waited_for_for_ever() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        return await tell(writer, described()) if event.type == "describe" else True

    async with odd_server(answer) as address:
        with pytest.raises(Unavailable, match="does not answer"):
            await WyomingEars(address, wait=0.3).transcribe(Sound(bytes(320)))


async def test_the_longer_the_sound_the_longer_a_slow_server_is_waited_for() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        if event.type == "describe":
            return await tell(writer, described())
        if event.type == "audio-stop":
            await asyncio.sleep(0.5)
            await tell(writer, words("slow, and right"))
        return True

    async with odd_server(answer) as address:
        ears = WyomingEars(address, wait=0.05)
        assert (await ears.transcribe(Sound(bytes(1_920_000)))).text == "slow, and right"
        with pytest.raises(Unavailable, match="does not answer"):
            await ears.transcribe(Sound(bytes(320)))


async def test_what_is_no_longer_wanted_is_given_up() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        return await tell(writer, described()) if event.type == "describe" else True

    asked: list[bool] = []

    def wanted() -> bool:
        asked.append(True)
        return len(asked) < 3

    async with odd_server(answer) as address:
        found = await WyomingEars(address).transcribe(SECOND, wanted=wanted)
    assert found.text == ""


@pytest.mark.parametrize(
    "frame",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"type":"info","data_length":99999999999}\n',
        b'{"type":"info","payload_length":-1}\n',
        b'{"type":1}\n',
        b"x" * 200_000 + b"\n",
        b'{"type":"info","data":{"asr":[]}}\n',
        b'{"type":"info","data":{"asr":[{"installed":false}]}}\n',
        b'{"type":"info","data":{"asr":"yes"}}\n',
    ],
)
async def test_what_is_no_description_is_unavailable(frame: bytes) -> None:
    async def answer(_: Event, writer: asyncio.StreamWriter) -> bool:
        writer.write(frame)
        await writer.drain()
        return False

    async with odd_server(answer) as address:
        with pytest.raises(Unavailable):
            await WyomingEars(address).describe()


async def test_bad_sound_is_refused_before_it_is_sent() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        told = described() if event.type == "describe" else words("heard")
        return await tell(writer, told) if event.type in {"describe", "audio-stop"} else True

    async with odd_server(answer) as address:
        ears = WyomingEars(address)
        for sound in (Sound(bytes(10), 4_000), Sound(bytes(10), 200_000), Sound(bytes(20_000_000))):
            with pytest.raises(HubError):
                await ears.transcribe(sound)
        assert (await ears.transcribe(Sound(b""))).text == ""
        assert (await ears.transcribe(Sound(b"\x00"))).text == ""
        assert (await ears.transcribe(Sound(bytes(801), 8_000))).text == "heard"


async def test_one_who_was_not_there_is_looked_for_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        told = described() if event.type == "describe" else words("heard")
        return await tell(writer, told) if event.type in {"describe", "audio-stop"} else True

    async with odd_server(answer) as address:
        there, port = address.port, free_port()
        ears = WyomingEars(Address("127.0.0.1", port))
        with pytest.raises(Unavailable):
            await ears.transcribe(SECOND)
        monkeypatch.setattr(ears, "_address", Address("127.0.0.1", there))
        with pytest.raises(Unavailable, match=str(port)):
            await ears.transcribe(SECOND)
        monkeypatch.setattr(ears, "_absent", None)
        assert (await ears.transcribe(SECOND)).text == "heard"


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":5", "host:70000", "a@b:5", "host:5/x", "h" * 300 + ":5"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(HubError, match="no address"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("pi.local:10300", "pi.local", 10300), ("tcp://10.0.0.2:1", "10.0.0.2", 1), ("[::1]:9", "::1", 9)],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert parse(text) == Address(host, port)
