"""Run a real hub for a test or a measurement: a process of its own, a data folder, a signed-in client."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import wave
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import psutil

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

FRAME_S = 0.02
LOUD = 328
"""-40 dBFS in 16 bits: what counts as audible."""

COMING = frozenset(("discovered", "imported", "configured", "starting"))
"""States of a plugin that is not there yet."""

_LINK = re.compile(r"Open\s+(http://\S+)")


class RunningHub:
    """``async with RunningHub(folder) as hub``: ``hub serve`` on a free loopback port, ended at exit.

    ``link`` is what the console printed; `sign_in` follows it. ``output`` keeps the console's lines.
    """

    def __init__(
        self, data: Path, *, env: Mapping[str, str] | None = None, command: tuple[str, ...] = ()
    ) -> None:
        self.data = data
        self._env = {**os.environ, "HUB_DATA": str(data), "HUB_PORT": "0", **(env or {})}
        self._command = command or (sys.executable, "-m", "hub.cli", "serve")
        self.output: list[str] = []
        self.link = ""
        self._linked = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.client.close()

    @property
    def url(self) -> str:
        """``http://host:port`` without a path."""
        return "/".join(self.link.split("/")[:3])

    @property
    def pid(self) -> int:
        """The process that was started: the guardian."""
        assert self._process is not None
        return self._process.pid

    def worker(self) -> psutil.Process:
        """Return the hub's own process, the guardian's only child."""
        return psutil.Process(self.pid).children()[0]

    def children(self) -> dict[str, psutil.Process]:
        """Return the hub's child processes by module name, such as ``hub.llm.onboard.child``.

        Each runs under a keeper, the process that clears away its tree (see `hub.supervise.leash`).
        """
        found = {}
        for keeper in self.worker().children():
            with contextlib.suppress(psutil.Error, IndexError):
                if "leash.py" in " ".join(keeper.cmdline()):
                    found[keeper.cmdline()[-1]] = keeper.children()[0]
        return found

    async def start(self, timeout: float = 60) -> None:
        """Start the process and wait for its link."""
        self._linked.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=self._env
        )
        self._reader = asyncio.create_task(self._read(self._process))
        try:
            await asyncio.wait_for(self._linked.wait(), timeout)
        except TimeoutError:
            await self.stop()
            raise AssertionError("The hub did not come up:\n" + "\n".join(self.output[-40:])) from None

    async def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """End the process and return its exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(with_signal)
        try:
            status = await asyncio.wait_for(self._process.wait(), 15)
        except TimeoutError:
            self._process.kill()
            status = await self._process.wait()
        if self._reader:
            await asyncio.wait({self._reader}, timeout=2)
            self._reader.cancel()
        return status

    async def sign_in(self) -> None:
        """Follow the one-time link; a hub that has an owner prints none, so a new one is asked for."""
        if "/claim/" not in self.link:
            claim = (sys.executable, "-m", "hub.cli", "claim", "--data", str(self.data))
            asked = await asyncio.create_subprocess_exec(*claim, stdout=asyncio.subprocess.PIPE)
            printed, _ = await asked.communicate()
            self.link = f"{self.url}/claim/{printed.decode().strip().rsplit('/', 1)[1]}"
        link = ""
        while self.link != link:
            link = self.link
            async with self.client.get(link) as response:
                if response.status == 403:  # a hub that died meanwhile prints another link
                    await self._newer(link)
        response.raise_for_status()

    async def _newer(self, link: str) -> None:
        """Wait a moment for another link than ``link``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while self.link == link:
                    await asyncio.sleep(0.05)

    async def get(self, path: str) -> Any:
        """Return the JSON at ``path``."""
        async with self.client.get(self.url + path) as response:
            response.raise_for_status()
            return await response.json()

    async def until_ready(self, *plugins: str, timeout: float = 120) -> None:
        """Wait until ``plugins`` are ready and the embedded model answers."""
        end = time.monotonic() + timeout
        while True:
            status = await self.get("/status")
            states = {plugin["name"]: plugin for plugin in status["plugins"]}
            providers = {provider["name"]: provider for provider in status["providers"]}
            if all(states[name]["state"] == "ready" for name in plugins) and providers["embedded"]["ok"]:
                return
            if time.monotonic() > end:
                raise AssertionError(f"Not ready: {states} {providers}")
            await asyncio.sleep(0.1)

    async def settled(self, timeout: float = 120) -> None:
        """Wait until no plugin is starting any more, whatever became of it."""
        end = time.monotonic() + timeout
        while coming := [
            one["name"] for one in (await self.get("/status"))["plugins"] if one["state"] in COMING
        ]:
            if time.monotonic() > end:
                raise AssertionError(f"Still starting: {coming}")
            await asyncio.sleep(0.1)

    @contextlib.asynccontextmanager
    async def tab(self, **hello: Any) -> AsyncIterator[Tab]:
        """Open a tab's socket and greet; ``hello`` goes into the greeting."""
        address = f"{self.url.replace('http', 'ws', 1)}/ws/session/{os.urandom(8).hex()}"
        async with self.client.ws_connect(address, max_msg_size=1 << 22) as socket:
            tab = Tab(socket)
            await tab.send(
                type="hello", **{"page": True, "audio": {"encoding": "s16le", "rate": 16_000}, **hello}
            )
            await tab.until("welcome")
            yield tab

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self.output.append(line)
            if match := _LINK.search(line):
                self.link = match[1]
                self._linked.set()


class Tab:
    """One end of a tab's socket. ``at`` of the last message: seconds on the monotonic clock."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.at = 0.0

    async def send(self, **message: Any) -> None:
        """Send a JSON message."""
        await self.socket.send_str(json.dumps(message))

    async def receive(self, timeout: float = 30) -> dict[str, Any]:
        """Return the next message; sound comes as ``{"type": "audio", "data": bytes}``."""
        message = await self.socket.receive(timeout)
        self.at = time.monotonic()
        if message.type is aiohttp.WSMsgType.BINARY:
            return {"type": "audio", "data": message.data}
        if message.type is aiohttp.WSMsgType.TEXT:
            return dict(json.loads(message.data))
        raise ConnectionError(f"The socket was closed: {message.data} {message.extra}")

    async def until(self, *types: str, timeout: float = 30) -> dict[str, Any]:
        """Return the next message of one of ``types``; others are passed over."""
        end = time.monotonic() + timeout
        while True:
            message = await self.receive(max(0.01, end - time.monotonic()))
            if message["type"] in types:
                return message


def speak(text: str, *, voice: str = "en-us", speed: int = 160) -> tuple[bytes, int]:
    """Return ``text`` as speech by espeak-ng, which must be installed: s16le mono PCM and its rate."""
    made = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], check=True, capture_output=True
    ).stdout
    with wave.open(io.BytesIO(made)) as sound:
        # espeak-ng writes to a pipe and cannot fill in the length: read what is there.
        return sound.readframes(len(made) // 2), sound.getframerate()


async def say_into(tab: Tab, pcm: bytes, rate: int) -> float:
    """Send ``pcm`` (s16le) to the tab's socket in real time; return when its speech ended.

    The time is on the monotonic clock; the end is the last sample louder than -40 dBFS, and nothing
    after it is sent. Follow it by `silence`, as a microphone would.
    """
    samples = memoryview(pcm).cast("h")
    loud = max((index for index, value in enumerate(samples) if abs(value) > LOUD), default=0) + 1
    began = time.monotonic()
    await _stream(tab, pcm[: loud * 2], rate)
    return began + loud / rate


async def silence(tab: Tab, rate: int, seconds: float) -> None:
    """Send silence to the tab's socket in real time."""
    await _stream(tab, bytes(2 * int(rate * seconds)), rate)


async def _stream(tab: Tab, pcm: bytes, rate: int) -> None:
    step = int(rate * FRAME_S)
    began = time.monotonic()
    for number, start in enumerate(range(0, len(pcm), 2 * step)):
        await asyncio.sleep(max(0.0, began + (number + 1) * FRAME_S - time.monotonic()))
        await tab.socket.send_bytes(pcm[start : start + 2 * step])


def first_loud(frame: bytes) -> float | None:
    """Return the seconds into a tab's sound frame (8-byte header, s16le) of its first audible sample."""
    rate = struct.unpack_from("<I", frame, 4)[0]
    for index, value in enumerate(memoryview(frame[8:]).cast("h")):
        if abs(value) > LOUD:
            return float(index / rate)
    return None
