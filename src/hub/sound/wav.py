"""Read and write the plainest sound file there is (RIFF WAVE, mono s16le) without any codec."""

from __future__ import annotations

import struct

from hub.ports import Sound

PCM, EXTENSIBLE = 1, 0xFFFE
_UNKNOWN = 0xFFFFFFFF
LOWEST, HIGHEST = 8_000, 96_000


def pack(sound: Sound) -> bytes:
    """Return ``sound`` as a file."""
    return _head(sound.rate, len(sound.pcm)) + sound.pcm


def stream_head(rate: int) -> bytes:
    """Return the head of a file whose length is not known yet: players read to its end."""
    return _head(rate, None)


def _head(rate: int, size: int | None) -> bytes:
    whole = _UNKNOWN if size is None else size + 36
    data = _UNKNOWN - 36 if size is None else size
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM, 1, rate, rate * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + form + struct.pack("<4sI", b"data", data)


def read_wav(data: bytes) -> Sound | None:
    """Return the sound in ``data``; None when it is no such file and wants a codec.

    A length that is a lie, as streams have it, means to the end.
    """
    if len(data) < 44 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":  # noqa: PLR2004  the least there is
        return None
    at, rate = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt " and at + 16 <= len(data):
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at)
            if kind not in {PCM, EXTENSIBLE} or (channels, bits) != (1, 16) or not LOWEST <= rate <= HIGHEST:
                return None
            if kind == EXTENSIBLE and data[at + 24 : at + 26] != b"\x01\x00":
                return None
        elif name == b"data":
            pcm = data[at : min(len(data), at + size)]
            return Sound(pcm[: len(pcm) // 2 * 2], rate) if rate else None
        at += size + size % 2
    return None
