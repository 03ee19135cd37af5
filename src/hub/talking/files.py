"""Read a question from a WAV file and write an answer into one: for machines without a microphone."""

from __future__ import annotations

import array
import sys
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from pathlib import Path

MOST_S = 120
WIDTH = 2
"""Bytes a sample."""
RATES = range(8_000, 96_001)
_CONVERT = "Convert it: ffmpeg -i yours -ac 1 -ar 16000 -c:a pcm_s16le question.wav"


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono s16le sound at ``rate`` Hz."""

    rate: int
    pcm: bytes


def read(path: Path) -> Sound:
    """Return the sound in ``path``, mixed to mono. Raises `HubError` when it is none that I can take."""
    try:
        with wave.open(str(path)) as file:
            channels, width, rate, frames = file.getparams()[:4]
            if width != WIDTH or channels not in (1, 2) or rate not in RATES:
                raise HubError(f"{path.name} is not 16 bits in mono or stereo at 8 to 96 kHz.", fix=_CONVERT)
            if frames > MOST_S * rate:
                raise HubError(f"{path.name} is longer than {MOST_S} s.", fix="Cut out the question.")
            pcm = file.readframes(frames)
    except FileNotFoundError:
        raise HubError(f"There is no {path}.", fix="Name a WAV file with your question.") from None
    except (wave.Error, EOFError, OSError) as error:
        raise HubError(f"I cannot read {path.name}: {error}.", fix=_CONVERT) from error
    if not pcm:
        raise HubError(f"{path.name} has no sound in it.", fix="Record the question again.")
    return Sound(rate, pcm if channels == 1 else _mixed(pcm))


def _mixed(pcm: bytes) -> bytes:
    both = array.array("h", pcm[: len(pcm) // 4 * 4])
    if sys.byteorder == "big":
        both.byteswap()
    mono = array.array("h", ((a + b) // 2 for a, b in zip(both[::2], both[1::2], strict=True)))
    if sys.byteorder == "big":
        mono.byteswap()
    return mono.tobytes()


class Recording:
    """A speaker that writes down what it is given; `save` makes a file of it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rate, self._pcm = 0, bytearray()

    async def write(self, rate: int, pcm: bytes) -> None:
        """Take sound; a file has one rate, so sound of another is left out."""
        self._rate = self._rate or rate
        if rate == self._rate:
            self._pcm += pcm

    async def stop(self) -> None:
        """Nothing runs."""

    def save(self) -> None:
        """Write the file. Raises `HubError` when nothing was said, or when it cannot be written."""
        if self._path is None:
            return
        if not self._pcm:
            raise HubError("There was no sound to write.", fix="The answer is above, in words.")
        try:
            with self._path.open("wb") as raw, wave.open(raw, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(self._rate)
                file.writeframes(self._pcm)
        except OSError as error:
            raise HubError(
                f"I cannot write {self._path}: {error.strerror}.", fix="Name another file."
            ) from error
