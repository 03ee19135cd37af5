"""Turn a client's sound into s16le and the hub's into what the client takes: PCM at 24 kHz, or G.711.

The tables follow ITU-T G.711 (11/88), 8 bits at 8 kHz. Rates are changed by FFmpeg's resampler, through
PyAV: 3 ms of processor time for a second of sound.
"""

from __future__ import annotations

import array
import asyncio
import base64
import binascii
import importlib
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from hub.api.openai.errors import wrong
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.ports import Audio

Format = Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
FORMATS: tuple[Format, ...] = get_args(Format)
BETA: dict[str, Format] = {"pcm16": "audio/pcm", "g711_ulaw": "audio/pcmu", "g711_alaw": "audio/pcma"}
RATES: dict[Format, int] = {"audio/pcm": 24_000, "audio/pcmu": 8_000, "audio/pcma": 8_000}

_ULAW_BIAS, _ULAW_CLIP = 0x84, 32_635
_SIGN, _TOP = 0x80, 32_767


def decode(text: str, form: Format) -> bytes:
    """Return base64 ``text`` as s16le. Raises `Refused` for what is no base64, or half a sample."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise wrong("audio", "That is no base64.", "Send the sound as base64.") from None
    if form == "audio/pcm":
        if len(raw) % 2:
            raise wrong("audio", "That ends in half a sample.", "Send whole samples of 16 bits.")
        return raw
    table = _expanded(form)
    return _packed(array.array("h", [table[byte] for byte in raw]))


async def prepare() -> None:
    """Load what changes rates, a tenth of a second, off the event loop. Raises `HubError` where it is not."""
    if "av" not in sys.modules:
        try:
            await asyncio.to_thread(importlib.import_module, "av")
        except ImportError as error:
            raise HubError(
                "What changes the rate of sound is not installed.", fix="Run: pip install av"
            ) from error


class Encoder:
    """Brings the hub's sound to ``form``, as it streams; the end of it comes with `rest`."""

    def __init__(self, form: Format) -> None:
        self._form, self._rate = form, RATES[form]
        self._source = self._rate
        self._resampler: Any = None

    def push(self, audio: Audio) -> str:
        """Return the next stretch as base64, perhaps empty."""
        before = b"" if audio.rate == self._source else self._turn_to(audio.rate)
        pcm = audio.pcm[: len(audio.pcm) // 2 * 2]
        return self._written(
            before + (self._bent(_frame(pcm, audio.rate)) if self._resampler and pcm else pcm)
        )

    def rest(self) -> str:
        """Return what the resampler still holds, under a millisecond, as base64; begin anew."""
        return self._written(self._turn_to(self._rate))

    def _turn_to(self, rate: int) -> bytes:
        """Take sound at ``rate`` from now on; return what is left of that before."""
        import av  # noqa: PLC0415  see `prepare`

        left = self._bent(None) if self._resampler else b""
        self._source, same = rate, rate == self._rate
        self._resampler = None if same else av.AudioResampler(format="s16", layout="mono", rate=self._rate)
        return left

    def _bent(self, frame: Any) -> bytes:
        parts = self._resampler.resample(frame)
        own = b"".join(bytes(part.planes[0])[: 2 * part.samples] for part in parts)
        return _packed(array.array("h", own))

    def _written(self, pcm: bytes) -> str:
        if self._form != "audio/pcm":
            pcm = bytes([_pressed(self._form)[(value >> 3) & 0x1FFF] for value in _values(pcm)])
        return base64.b64encode(pcm).decode()


def _frame(pcm: bytes, rate: int) -> Any:
    """Return s16le as a frame; FFmpeg's are in the machine's own order."""
    import av  # noqa: PLC0415  see `prepare`

    frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.sample_rate = rate
    own, plane = _values(pcm).tobytes(), frame.planes[0]
    plane.update(own + bytes(plane.buffer_size - len(own)))
    return frame


def _values(pcm: bytes) -> array.array[int]:
    values = array.array("h", pcm)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _packed(samples: array.array[int]) -> bytes:
    if sys.byteorder == "big":
        samples = array.array("h", samples)
        samples.byteswap()
    return samples.tobytes()


@cache
def _expanded(form: Format) -> tuple[int, ...]:
    """Return the sample of each byte."""
    return tuple((_from_ulaw if form == "audio/pcmu" else _from_alaw)(byte) for byte in range(256))


@cache
def _pressed(form: Format) -> bytes:
    """Return the byte of each of the 8,192 values of a sample's upper 13 bits."""
    to = _to_ulaw if form == "audio/pcmu" else _to_alaw
    return bytes(to((high << 3) - (0x10000 if high & 0x1000 else 0)) for high in range(0x2000))


def _from_ulaw(byte: int) -> int:
    byte = ~byte & 0xFF
    size = (((byte & 0x0F) << 3) + _ULAW_BIAS << (byte >> 4 & 7)) - _ULAW_BIAS
    return -size if byte & _SIGN else size


def _to_ulaw(sample: int) -> int:
    sign, size = (_SIGN, -sample) if sample < 0 else (0, sample)
    size = min(size, _ULAW_CLIP) + _ULAW_BIAS
    step = max(0, size.bit_length() - 8)
    return ~(sign | step << 4 | (size >> step + 3) & 0x0F) & 0xFF


def _from_alaw(byte: int) -> int:
    byte ^= 0x55
    size, step = (byte & 0x0F) << 4, byte >> 4 & 7
    size = size + 8 if step == 0 else (size + 0x108) << step - 1
    return size if byte & _SIGN else -size


def _to_alaw(sample: int) -> int:
    sign, size = (_SIGN, sample) if sample >= 0 else (0, -sample - 1)
    size = min(size, _TOP)
    step = max(0, size.bit_length() - 8)
    return (sign | step << 4 | (size >> max(4, step + 3)) & 0x0F) ^ 0x55
