"""Questions from files, and answers into them."""

from __future__ import annotations

import array
import wave
from typing import TYPE_CHECKING

import pytest

from hub.errors import HubError
from hub.talking.files import Recording, read

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, pcm: bytes, *, rate: int = 16_000, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path


def test_mono_comes_as_it_is_and_stereo_is_mixed(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.wav", b"\1\0\2\0", rate=48_000)) == read(tmp_path / "a.wav")
    assert read(tmp_path / "a.wav").rate == 48_000
    both = array.array("h", [100, 300, -5, -7]).tobytes()
    assert array.array("h", read(write(tmp_path / "b.wav", both, channels=2)).pcm).tolist() == [200, -6]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "There is no"),
        (lambda path: path.write_bytes(b"RIFFnonsense"), "cannot read"),
        (lambda path: path.write_bytes(b""), "cannot read"),
        (lambda path: write(path, b"\0" * 300, width=3), "16 bits"),
        (lambda path: write(path, b"\0" * 200, rate=4_000), "16 bits"),
        (lambda path: write(path, b""), "no sound"),
        (lambda path: write(path, bytes(2 * 8_000 * 121), rate=8_000), "longer"),
    ],
)
def test_what_is_no_question_is_refused_with_its_fix(tmp_path: Path, make, words: str) -> None:
    make(tmp_path / "q.wav")
    with pytest.raises(HubError, match=words) as caught:
        read(tmp_path / "q.wav")
    assert caught.value.fix


async def test_an_answer_is_written_and_a_silent_one_told(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.wav")
    with pytest.raises(HubError, match="no sound"):
        recording.save()
    await recording.write(22_050, b"\1\0")
    await recording.write(22_050, b"\2\0")
    recording.save()
    assert read(tmp_path / "a.wav").pcm == b"\1\0\2\0"
    with pytest.raises(HubError, match="cannot write"):
        other = Recording(tmp_path / "none" / "a.wav")
        await other.write(8_000, b"\1\0")
        other.save()
