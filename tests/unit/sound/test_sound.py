"""Sound files in and out by the real codecs, cut where they are quiet, and forms with files in them."""

from __future__ import annotations

import asyncio
import itertools
import math
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import Slice, Sound, sound
from hub.errors import HubError
from hub.sound import files


def tone(seconds: float, rate: int = 16_000, level: int = 12_000) -> Sound:
    samples = [round(level * math.sin(2 * math.pi * 440 * at / rate)) for at in range(int(seconds * rate))]
    return Sound(struct.pack(f"<{len(samples)}h", *samples), rate)


async def sliced(whole: Sound, size: int = 4_000):
    for at in range(0, len(whole.pcm), size):
        yield Slice(Sound(whole.pcm[at : at + size], whole.rate))


async def made(kind: str, whole: Sound) -> bytes:
    return b"".join([block async for block in sound.encode(sliced(whole), kind)])


@pytest.mark.parametrize("kind", ["mp3", "opus", "aac", "flac", "wav"])
async def test_every_kind_of_file_comes_back_as_the_same_sound(kind: str) -> None:
    file = await made(kind, tone(1.0, 22_050))
    back, facts = await sound.decode(file, whole=True)
    assert back.rate == 16_000
    assert back.seconds == pytest.approx(1.0, abs=0.12)
    assert facts.channels == 1
    middle = memoryview(back.pcm[8_000:24_000]).cast("h")
    assert 8_000 < max(middle) < 15_000
    crossings = sum((a < 0) != (b < 0) for a, b in itertools.pairwise(middle))
    assert crossings == pytest.approx(440, abs=30)  # 440 Hz for half a second


async def test_pcm_is_what_openais_clients_expect() -> None:
    assert len(await made("pcm", tone(1.0, 22_050))) == pytest.approx(48_000, abs=2_000)


async def test_a_plain_wav_keeps_its_rate_and_needs_no_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WORKER", files.WORKER.with_name("none.py"))
    whole = tone(0.5, 44_100)
    assert (await sound.decode(sound.pack(whole)))[0] == whole
    streamed = b"".join([block async for block in sound.encode(sliced(whole), "wav")])
    assert sound.read_wav(streamed) == whole


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF____WAVEfmt ", bytes(5_000), b"ID3" + bytes(3_000)])
async def test_what_is_no_sound_is_refused_with_a_fix(data: bytes) -> None:
    with pytest.raises(HubError) as error:
        await sound.decode(data)
    assert error.value.fix
    assert getattr(error.value, "status", 0) == 415


async def test_what_is_too_long_or_too_large_is_refused() -> None:
    with pytest.raises(HubError) as error:
        await sound.decode(sound.pack(tone(2.0)), longest=1.0)
    assert error.value.status == 413
    flac = await made("flac", Sound(bytes(16_000 * 2 * 5)))
    with pytest.raises(HubError) as error:
        await sound.decode(flac, longest=1.0)
    assert error.value.status == 413
    with pytest.raises(HubError) as error:
        await sound.decode(bytes(files.LARGEST + 1))
    assert error.value.status == 413


async def test_who_stops_listening_ends_the_work() -> None:
    begun: list[asyncio.subprocess.Process] = []
    begin = files._begin

    async def noted(*args: str) -> asyncio.subprocess.Process:
        begun.append(await begin(*args))
        return begun[-1]

    files._begin = noted
    try:
        stream = sound.encode(sliced(tone(20.0)), "flac")
        await anext(stream)
        await stream.aclose()
    finally:
        files._begin = begin
    assert begun[0].returncode is not None


async def test_nothing_said_is_no_file() -> None:
    async def nothing():
        return
        yield

    assert [block async for block in sound.encode(nothing(), "mp3")] == []


def test_a_long_sound_is_cut_where_it_is_quiet() -> None:
    whole = Sound(tone(15.0).pcm + bytes(16_000) + tone(15.0).pcm)
    pieces = list(sound.cut(whole))
    assert b"".join(piece.sound.pcm for piece in pieces) == whole.pcm
    assert [piece.sound.seconds <= 20 for piece in pieces] == [True, True]
    assert 15.0 <= pieces[1].start <= 15.5


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 200_000), st.sampled_from([8_000, 16_000]))
def test_no_sample_is_lost_or_told_twice(samples: int, rate: int) -> None:
    whole = Sound(bytes(range(256)) * (samples * 2 // 256) + bytes(samples * 2 % 256), rate)
    pieces = list(sound.cut(whole, 3.0))
    assert b"".join(piece.sound.pcm for piece in pieces) == whole.pcm
    assert all(0 < piece.sound.seconds <= 3.0 for piece in pieces)


def test_ten_minutes_are_cut_without_holding_up_anybody_for_long() -> None:
    began = time.process_time()
    assert len(list(sound.cut(Sound(bytes(16_000 * 2 * 600))))) >= 30
    assert time.process_time() - began < 5


def test_silence_is_silent() -> None:
    assert sound.is_silent(Sound(bytes(3_200)))
    assert sound.is_silent(Sound(b""))
    assert not sound.is_silent(tone(0.1))
    assert not sound.is_silent(Sound(struct.pack("<2h", 0, -32_768)))


def form(*parts: tuple[str, bytes, str]) -> bytes:
    lines = b""
    for name, value, filename in parts:
        file = f'; filename="{filename}"' if filename else ""
        lines += (
            f'--XX\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n"
        )
    return lines + b"--XX--\r\n"


KIND = "multipart/form-data; boundary=XX"


def test_a_form_gives_its_fields_and_its_file() -> None:
    got = sound.upload(KIND, form(("language", b"en", ""), ("file", b"\x00\r\n--X\xff", "a.wav")))
    assert (got.fields, got.file, got.filename) == ({"language": "en"}, b"\x00\r\n--X\xff", "a.wav")
    assert sound.upload("audio/wav", b"RIFF").file == b"RIFF"


@pytest.mark.parametrize(
    "body",
    [b"", b"--XX\r\nfoo", b"nonsense", form(("a", b"1", "x"), ("b", b"2", "y")),
     form(*[("a", b"", "")] * 40), form(("a", bytes(70_000), "")), form(("a", b"1", "x"))[:-12]],
)  # fmt: skip
def test_a_bad_form_is_refused_with_a_fix(body: bytes) -> None:
    try:
        got = sound.upload(KIND, body)
    except HubError as error:
        assert error.fix
    else:
        assert not got.found


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400))
def test_no_form_breaks_the_reader(body: bytes) -> None:
    for packed in (body, form(("a", body, "f"))):
        try:
            sound.upload(KIND, packed)
        except HubError as error:
            assert error.fix


def test_subtitles() -> None:
    told = [sound.Segment(0.0, 1.5, "One."), sound.Segment(3_661.001, 3_662.0, "Two --> three.")]
    assert sound.srt(told).startswith("1\n00:00:00,000 --> 00:00:01,500\nOne.\n")
    assert "01:01:01,001 --> 01:01:02,000\nTwo -> three." in sound.srt(told)
    assert sound.vtt(told).startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne.\n")
