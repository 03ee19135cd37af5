"""Find the programs that record and play sound on this machine, and run them."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RATE = 16_000
FRAME_S = 0.02
END_S = 2.0
DRAIN_S = 0.5
"""How long a speaker may take to play what it still has."""
MOST_SAID = 400

RECORDERS = {
    "parec": "--raw --format=s16le --rate={rate} --channels=1 --latency-msec=20 --client-name=hub",
    "pw-record": "--rate={rate} --channels=1 --format=s16 --latency=20ms --raw -",
    "arecord": "-q -t raw -f S16_LE -r {rate} -c 1 --buffer-time=80000",
}
PLAYERS = {
    "pacat": "--playback --raw --format=s16le --rate={rate} --channels=1 --latency-msec=60 --client-name=hub",
    "pw-play": "--rate={rate} --channels=1 --format=s16 --latency=60ms --raw -",
    "aplay": "-q -t raw -f S16_LE -r {rate} -c 1 --buffer-time=120000",
}
"""Programs of PulseAudio, PipeWire and ALSA, the most common first: s16le mono by a pipe."""

_INSTALL = "Install pulseaudio-utils, pipewire-bin or alsa-utils; or use --file and --out."


@dataclass(frozen=True, slots=True)
class Program:
    """A program of this machine, and the options that make it give or take plain sound."""

    path: str
    options: str

    def command(self, rate: int) -> list[str]:
        """Return the command line for ``rate`` Hz."""
        return [self.path, *self.options.format(rate=rate).split()]


def find(programs: dict[str, str], what: str) -> Program:
    """Return the first of ``programs`` that is here. Raises `Unavailable` that names them all."""
    for name, options in programs.items():
        if path := shutil.which(name):
            return Program(path, options)
    raise Unavailable(f"No {what} here: I know {', '.join(programs)}.", fix=_INSTALL)


async def record(program: Program, rate: int = RATE) -> AsyncIterator[bytes]:
    """Yield frames of 20 ms, s16le mono, from the microphone. Raises `Unavailable` when it stops."""
    process = await _start(program, rate)
    size = 2 * int(rate * FRAME_S)
    try:
        while frame := await _frame(process, size):
            yield frame
        raise await _trouble(process, program, "microphone")
    finally:
        await _end(process)


class Speaker:
    """The speaker, by a program that takes sound; started with the first of it, anew for another rate."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._rate = 0

    async def write(self, rate: int, pcm: bytes) -> None:
        """Play ``pcm`` (s16le mono). Raises `Unavailable` when the speaker has gone."""
        if self._process is None or rate != self._rate:
            await self.stop()
            self._process, self._rate = await _start(self._program, rate), rate
        try:
            if self._process.stdin:
                self._process.stdin.write(pcm)
                await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await _trouble(self._process, self._program, "speaker") from None

    async def stop(self) -> None:
        """End the program, once it has played what it was given."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await process.wait()
        await _end(process)


async def _start(program: Program, rate: int) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *program.command(rate), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )


async def _frame(process: asyncio.subprocess.Process, size: int) -> bytes:
    """Return the next frame; nothing when the program has ended."""
    try:
        return await process.stdout.readexactly(size) if process.stdout else b""
    except asyncio.IncompleteReadError:
        return b""


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a program, by force when it does not want to."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _trouble(process: asyncio.subprocess.Process, program: Program, what: str) -> Unavailable:
    """Return why a program ended by itself, in its own words."""
    said = b""
    if process.stderr:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                said = await process.stderr.read(MOST_SAID)
    words = said.decode(errors="replace").strip().splitlines()
    why = words[-1] if words else f"{program.path.rsplit('/', 1)[-1]} ended"
    return Unavailable(f"The {what} stopped: {why}.", fix="See that it is plugged in.")
