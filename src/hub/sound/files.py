"""Turn sound files into PCM and PCM into sound files, each in a process of its own."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import HubError, Unavailable
from hub.ports import Slice, Sound
from hub.sound.wav import read_wav, stream_head

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

WORKER = Path(__file__).with_name("worker.py")
LARGEST = 25 << 20
"""Bytes of a sound file, as OpenAI has it."""

LONGEST_S = 600.0
PATIENCE_S = 60.0
AT_ONCE = 2
"""Files that are worked on at the same time; the others wait."""

KINDS = {
    "mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac",
    "wav": "audio/wav", "pcm": "audio/pcm",
}  # fmt: skip
"""What sound can be sent as, and the media type of each."""

_slots: dict[int, asyncio.Semaphore] = {}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself: Hz and channels as recorded, seconds as far as it is known."""

    rate: int
    channels: int
    seconds: float


async def decode(
    data: bytes, *, rate: int = 16_000, longest: float = LONGEST_S, whole: bool = False
) -> tuple[Sound, Facts]:
    """Return the sound in the file ``data``, mono at ``rate`` Hz, and what the file says of itself.

    A plain WAV keeps its own rate, and needs no process, unless it is to be ``whole`` at ``rate``. Raises
    `HubError` for what is no sound, is too long (seconds) or too large.
    """
    if len(data) > LARGEST:
        raise _TooMuch(f"That is more than {LARGEST >> 20} MB.", fix="Send it in smaller parts.")
    plain = read_wav(data)
    if plain is not None and (not whole or plain.rate == rate):
        _refuse_long(plain.seconds, longest)
        return plain, Facts(plain.rate, 1, plain.seconds)
    async with _slot():
        told, pcm = await _decoded(data, rate, longest)
    sound = Sound(pcm, rate)
    _refuse_long(sound.seconds, longest)
    return sound, Facts(told["rate"], told["channels"], sound.seconds)


async def _decoded(data: bytes, rate: int, longest: float) -> tuple[dict[str, Any], bytes]:
    worker = await _begin("decode", str(rate), str(longest + 1))
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, wrong = await worker.communicate(data)
    except TimeoutError:
        raise HubError("That file takes too long to read.", fix="Send it as WAV or MP3.") from None
    finally:
        await _end(worker)
    if worker.returncode:
        why = wrong.decode(errors="replace").strip().splitlines()
        raise _NoSound(
            f"I cannot read that as sound ({why[-1][:120] if why else 'it ended at once'}).",
            fix="Send WAV, MP3, Ogg, FLAC, M4A or WebM.",
        )
    head, _, pcm = out.partition(b"\n")
    return json.loads(head), pcm


async def encode(slices: AsyncIterator[Slice], kind: str) -> AsyncGenerator[bytes, None]:
    """Yield ``slices`` as a file of ``kind``, one of `KINDS`, while they are still being made.

    ``pcm`` is s16le at 24 kHz, as OpenAI's clients expect it. Closing it ends the work.
    """
    async with aclosing(_closing(slices)) as source:
        first = await anext(source, None)
        if first is None:
            return
        if kind == "wav":
            yield stream_head(first.sound.rate)
            yield first.sound.pcm
            async for one in source:
                yield one.sound.pcm
            return
        async with _slot():
            worker = await _begin("encode", kind, str(first.sound.rate))
            feeding = asyncio.create_task(_feed(worker, first, source))
            try:
                assert worker.stdout is not None  # noqa: S101  it was begun with a pipe
                while block := await worker.stdout.read(1 << 15):
                    yield block
                await feeding
                if await worker.wait():
                    raise HubError(f"I could not make {kind} of it.", fix="Ask for wav.")
            finally:
                feeding.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await feeding
                await _end(worker)


async def _closing(slices: AsyncIterator[Slice]) -> AsyncGenerator[Slice, None]:
    try:
        async for one in slices:
            yield one
    finally:
        if close := getattr(slices, "aclose", None):
            await close()


async def _feed(worker: asyncio.subprocess.Process, first: Slice, rest: AsyncIterator[Slice]) -> None:
    assert worker.stdin is not None  # noqa: S101  it was begun with a pipe
    try:
        worker.stdin.write(first.sound.pcm)
        async for one in rest:
            await worker.stdin.drain()
            worker.stdin.write(one.sound.pcm)
        await worker.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it says why by its exit code
    finally:
        worker.stdin.close()


async def _begin(*args: str) -> asyncio.subprocess.Process:
    if importlib.util.find_spec("av") is None:
        raise Unavailable(
            "I cannot read or make such files here.", fix="Use WAV, or install the voice plugin."
        )
    pipe = asyncio.subprocess.PIPE
    # -I: nothing of the environment or of the folder it is started in takes part.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(WORKER), *args, stdin=pipe, stdout=pipe, stderr=pipe, env={}, limit=1 << 20
    )


async def _end(worker: asyncio.subprocess.Process) -> None:
    if worker.returncode is None:
        with suppress(ProcessLookupError):
            worker.kill()
    await worker.wait()
    transport = getattr(worker, "_transport", None)
    if transport is not None:
        transport.close()


def _slot() -> asyncio.Semaphore:
    """Return the running loop's own semaphore; tests run many loops in one process."""
    loop = id(asyncio.get_running_loop())
    if loop not in _slots:
        _slots.clear()
        _slots[loop] = asyncio.Semaphore(AT_ONCE)
    return _slots[loop]


def _refuse_long(seconds: float, longest: float) -> None:
    if seconds > longest:
        raise _TooMuch(f"That is longer than {longest / 60:g} minutes.", fix="Send it in shorter parts.")


class _TooMuch(HubError):  # noqa: N818  a state, not a fault
    status = 413


class _NoSound(HubError):  # noqa: N818  as above
    status = 415
