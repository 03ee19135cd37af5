"""Decode or encode one sound with PyAV, from stdin to stdout; run by path, alone, and bounded.

``decode RATE SECONDS``: any sound file in; out come a line of JSON (rate, seconds and channels of the file)
and mono s16le at RATE, at most SECONDS of it. ``encode KIND RATE``: mono s16le at RATE in, a file out.
What cannot be done ends it with code 3 and one line on stderr. It imports nothing of the hub.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from typing import Any

MEMORY = 2 << 30
CPU_S = 120
BLOCK = 1 << 15
CODECS = {
    "mp3": ("mp3", "libmp3lame", 44_100), "opus": ("ogg", "libopus", 48_000), "flac": ("flac", "flac", 0),
    "aac": ("adts", "aac", 44_100), "pcm": ("s16le", "pcm_s16le", 24_000), "wav": ("wav", "pcm_s16le", 0),
}  # fmt: skip
"""Container, codec and rate (Hz; 0: as it comes) of each kind."""


def main(args: list[str]) -> int:
    """Do what ``args`` say; return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        if args[0] == "decode":
            decode(int(args[1]), float(args[2]))
        else:
            encode(args[1], int(args[2]))
    except BrokenPipeError:
        return 0  # nobody listens any more
    except Exception as error:  # noqa: BLE001  whatever a codec says of a file is the reason
        sys.stderr.write(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}\n")
        return 3
    return 0


def decode(rate: int, seconds: float) -> None:
    """Write what is in the file on stdin."""
    import av  # noqa: PLC0415  after the bounds are set

    out, left = sys.stdout.buffer, int(rate * seconds)
    file: Any
    with av.open(io.BytesIO(sys.stdin.buffer.read()), metadata_errors="ignore") as file:
        if not file.streams.audio:
            raise ValueError("there is no sound in it")
        stream = file.streams.audio[0]
        told = {"rate": stream.rate or 0, "channels": stream.channels or 1}
        length = (stream.duration or 0) * (stream.time_base or 0) or (file.duration or 0) / 1e6
        out.write(json.dumps({**told, "seconds": float(length)}).encode() + b"\n")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        for frame in _frames(file, stream):
            for part in resampler.resample(frame):
                pcm = bytes(part.planes[0])[: part.samples * 2]
                out.write(pcm[: left * 2])
                left -= part.samples
            if left <= 0:
                break
    out.flush()


def _frames(file: Any, stream: Any) -> Any:
    """Yield the frames; what is broken in the middle of a file is passed over."""
    import av  # noqa: PLC0415  as above

    wrong = whole = 0
    for packet in file.demux(stream):
        try:
            for frame in packet.decode():
                frame.pts = None
                whole += 1
                yield frame
        except av.error.InvalidDataError:
            wrong += 1
            if wrong > 100 and not whole:  # noqa: PLR2004  it is no sound at all
                raise
    if not whole:
        raise ValueError("there is no sound in it")
    yield None


class _Out:
    """A file that can only be written to, so that no container goes back to mend its head."""

    def write(self, data: bytes) -> int:
        written = sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return written


def encode(kind: str, rate: int) -> None:
    """Write the PCM on stdin as a file of ``kind``, block by block as it comes."""
    import av  # noqa: PLC0415  as above

    container, codec, wanted = CODECS[kind]
    with av.open(_Out(), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=wanted or rate)
        stream.layout = "mono"
        resampler = av.AudioResampler(
            format=stream.format.name, layout="mono", rate=wanted or rate, frame_size=stream.frame_size or 0
        )
        while pcm := _block():
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
            frame.planes[0].update(pcm)
            frame.rate = rate
            for part in resampler.resample(frame):
                file.mux(stream.encode(part))
        for part in resampler.resample(None):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))


def _block() -> bytes:
    """Return what is there, in whole samples, at least one unless it is the end."""
    data = os.read(0, BLOCK)
    if len(data) % 2:
        data += os.read(0, 1)
    return data[: len(data) // 2 * 2]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
