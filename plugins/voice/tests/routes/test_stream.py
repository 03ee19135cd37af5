"""Sound in, words out while it comes: over the real socket, and the cutting by itself."""

from __future__ import annotations

import json
import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import HubError
from hub_voice.routes.samples import Samples
from hub_voice.routes.segments import LONGEST_S, Cut, Segmenter, joined

if TYPE_CHECKING:
    from conftest import Voiced

RATE = 16_000


def loud(seconds: float) -> bytes:
    return (b"\x00\x20" * 40 + b"\x00\xe0" * 40) * int(seconds * RATE / 80)


def speech(seconds: float) -> bytes:
    """Return what has gaps as a voice has, but no pause."""
    return (loud(0.4) + quiet(0.1)) * round(seconds / 0.5)


def quiet(seconds: float) -> bytes:
    return b"\x05\x00\xfb\xff" * int(seconds * RATE / 2)


class Tab:
    """One socket, and what it was told."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Return all messages to the next of that kind."""
        told = []
        while not told or told[-1]["type"] != kind:
            message = await self.socket.receive(timeout=60)
            assert isinstance(message.data, str), message
            told.append(json.loads(message.data))
        return told


async def test_words_come_while_somebody_speaks_and_are_final_at_a_pause(voiced: Voiced) -> None:
    async with voiced.client() as client, client.ws_connect("/stream") as socket:
        tab = Tab(socket)
        assert (await tab.until("ready"))[0]["rate"] == RATE
        for sound in (quiet(0.4), loud(1.0)):
            await socket.send_bytes(sound)
        partial = (await tab.until("transcript"))[0]
        assert partial["is_final"] is False
        assert partial["text"]
        await socket.send_bytes(quiet(1.0))
        told = await tab.until("transcript")
        while not told[-1]["is_final"]:
            told += await tab.until("transcript")
        assert 1.0 <= told[-1]["end"] - told[-1]["start"] <= 2.2
        await socket.send_bytes(loud(0.7))
        await tab.send(type="finish")
        told = await tab.until("finished")
        assert [one["is_final"] for one in told if one["type"] == "transcript"][-1] is True


async def test_the_form_of_the_sound_is_agreed_on(voiced: Voiced) -> None:
    async with voiced.client() as client, client.ws_connect("/stream") as socket:
        tab = Tab(socket)
        await tab.until("ready")
        await tab.send(type="start", rate=48_000, encoding="f32le", language="de")
        assert (await tab.until("ready"))[0] == {"type": "ready", "rate": 48_000, "encoding": "f32le"}
        wave = [0.3 if at // 60 % 2 else -0.3 for at in range(48_000)]
        await socket.send_bytes(struct.pack("<48000f", *wave))
        await tab.send(type="finish")
        assert "at 48000." in next(one for one in await tab.until("finished") if one.get("is_final"))["text"]


WRONG = (
    "nonsense", "[]", '{"type": 3}', '{"type": "sing"}', '{"type": "start", "rate": 7}',
    '{"type": "start", "encoding": "mp3"}', '{"type": "start", "language": 3}', '{"type": "start", "rate": "8000"}',
)  # fmt: skip


async def test_what_makes_no_sense_is_answered_and_ends_the_stream(voiced: Voiced) -> None:
    async with voiced.client() as client:
        for message in WRONG:
            async with client.ws_connect("/stream") as socket:
                tab = Tab(socket)
                await tab.until("ready")
                await socket.send_str(message)
                wrong = (await tab.until("error"))[0]
                assert wrong["error"], message
                assert wrong["fix"], message
                assert (await socket.receive(timeout=60)).type.name in {"CLOSE", "CLOSED", "CLOSING"}


async def test_a_language_that_the_ears_lack_is_told(voiced: Voiced) -> None:
    async with voiced.client() as client, client.ws_connect("/stream") as socket:
        tab = Tab(socket)
        await tab.send(type="start", language="tlh")
        await socket.send_bytes(loud(1.0))
        await tab.send(type="finish")
        assert "tlh" in (await tab.until("error"))[-1]["error"]


async def test_strangers_get_no_socket(voiced: Voiced) -> None:
    async with voiced.client("stranger") as client:
        with pytest.raises(Exception, match="403"):
            await client.ws_connect("/stream")


def feed(pcm: bytes, size: int = 640) -> list[Cut]:
    segments = Segmenter(RATE)
    found = [cut for at in range(0, len(pcm), size) for cut in segments.feed(pcm[at : at + size])]
    last = segments.finish()
    return [*found, *([last] if last else [])]


def test_silence_and_clicks_are_no_words() -> None:
    assert feed(quiet(5.0)) == []
    assert feed(quiet(1.0) + loud(0.05) + quiet(2.0)) == []


def test_each_stretch_is_cut_with_what_leads_into_it() -> None:
    cuts = feed(quiet(2.0) + loud(1.0) + quiet(1.5) + loud(0.5) + quiet(1.5))
    assert len(cuts) == 2
    assert cuts[0].start <= 2.0 <= cuts[0].start + 0.7
    assert cuts[1].start <= 4.5
    assert not any(cut.overlaps for cut in cuts)


def test_a_long_speech_is_cut_with_half_a_second_of_overlap() -> None:
    cuts = feed(speech(45.0))
    assert [cut.overlaps for cut in cuts] == [False, True, True]
    assert all(cut.end - cut.start <= LONGEST_S + 0.05 for cut in cuts)
    for before, after in pairwise(cuts):
        assert before.end - after.start == pytest.approx(0.5, abs=0.05)
        assert before.pcm[-RATE:] == after.pcm[:RATE]  # bytes: half a second of samples
    assert cuts[-1].end == pytest.approx(45.0, abs=0.05)


def test_a_hum_becomes_the_room() -> None:
    assert sum(cut.end - cut.start for cut in feed(loud(40.0))) < 8.0


def test_a_slow_engine_is_asked_less_often() -> None:
    segments = Segmenter(RATE)
    assert list(segments.feed(loud(1.0))) == []
    assert segments.so_far() is not None
    segments.took(2.0)
    assert list(segments.feed(loud(2.0))) == []
    assert segments.so_far() is None
    assert list(segments.feed(loud(1.5))) == []
    assert segments.so_far() is not None


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.05, 2.0)), max_size=5), st.integers(50, 9_000))
def test_how_the_sound_is_cut_up_on_the_way_changes_nothing(parts, size: int) -> None:
    pcm = b"".join(loud(seconds) if on else quiet(seconds) for on, seconds in parts)
    assert feed(pcm, size) == feed(pcm)


def test_words_at_the_joint_are_told_once() -> None:
    assert joined("I said hello there", "Hello, there! And more.") == "And more."
    assert joined("one two", "three four") == "three four"
    assert joined("", "three") == "three"
    assert joined("a b", "a b") == ""


@settings(deadline=None)
@given(st.binary(max_size=4_000), st.integers(1, 100), st.sampled_from(["s16le", "f32le"]))
def test_samples_come_whole_however_they_are_sent(data: bytes, size: int, encoding: str) -> None:
    one, other = Samples(encoding, RATE), Samples(encoding, RATE)
    pieces = b"".join(one.take(data[at : at + size]) for at in range(0, len(data), size))
    assert pieces == other.take(data)
    assert len(pieces) % 2 == 0


def test_numbers_that_are_none_are_silence_and_too_large_ones_are_cut() -> None:
    nan, inf = float("nan"), float("inf")
    sent = struct.pack("<5f", nan, inf, -inf, 2.0, 0.5)
    assert struct.unpack("<5h", Samples("f32le", RATE).take(sent)) == (0, 32_767, -32_767, 32_767, 16_384)
    with pytest.raises(HubError):
        Samples("s16le", 7_999)
