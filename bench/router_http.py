"""Measure the router as an HTTP server: what it adds, how many it serves, how soon it lets go.

``python bench/router_http.py [id ...]``, or by `bench/router.py`, which imports `SECTIONS`. The hub runs as a
process of its own with everything on (keys, guard, log, metrics, redaction, budget, breakers); the server
behind it is `hub.testing.upstream`, another process; and the client is this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import orjson
from router_peers import gateways
from rows import quantile, row, save

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import psutil

T = TypeVar("T")
CALM_S = 60
ROUNDS, EACH = int(os.environ.get("HUB_BENCH_ROUNDS", "6")), int(os.environ.get("HUB_BENCH_EACH", "400"))
AT_ONCE, RPS_S = 16, float(os.environ.get("HUB_BENCH_RPS_S", "4"))
CANCELS = int(os.environ.get("HUB_BENCH_CANCELS", "200"))
HUB_TOML = """
[providers.lab]
kind = "openai"
base_url = "{url}"
model = "big-1"
enabled = true
"""


@dataclass
class Setting:
    """A hub and the server behind it. ``behind``, ``hub``: host and port; ``key``: that of the hub."""

    behind: tuple[str, int]
    hub: tuple[str, int]
    key: str
    pid: int

    async def plan(self, **plan: Any) -> None:
        """Have the server behind answer otherwise, and begin its ledger anew."""
        async with aiohttp.ClientSession() as client:
            await client.post(f"http://{self.behind[0]}:{self.behind[1]}/v1/plan", json=plan)

    async def ledger(self) -> dict[str, Any]:
        """Return what the server behind noted."""
        async with aiohttp.ClientSession() as client:
            answer = await client.get(f"http://{self.behind[0]}:{self.behind[1]}/v1/ledger")
            return dict(await answer.json())


@asynccontextmanager
async def setting() -> AsyncIterator[Setting]:
    """Start both, and end them."""
    upstream = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub.testing.upstream",
        "--sentences",
        "1",
        "--burst",
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert upstream.stdout is not None
        url = (await upstream.stdout.readline()).decode().strip()
        with tempfile.TemporaryDirectory(prefix="hub-router-") as folder:
            data = Path(folder) / "hub"
            data.mkdir()
            (data / "hub.toml").write_text(HUB_TOML.format(url=url))
            log = {"HUB_LOG": "info"}  # the line of each request is written, and counted in
            async with RunningHub(data, env=log) as hub:
                await hub.sign_in()
                made = await hub.client.post(f"{hub.url}/api/keys", json={"name": "Bench"})
                key = (await made.json())["key"]
                await hub.client.get(f"{hub.url}/v1/models")
                await _calm(hub.worker())
                yield Setting(_place(url), _place(hub.url), key, hub.worker().pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            upstream.terminate()
        await upstream.wait()


async def _calm(process: psutil.Process) -> None:
    """Wait until the hub has loaded its plugins and models, which is not what is measured."""
    process.cpu_percent()
    for _ in range(CALM_S):
        await asyncio.sleep(1)
        if process.cpu_percent() < 10:
            return


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


class Line:
    """One kept connection that asks the same again and again, with as little work as there is."""

    def __init__(
        self, place: tuple[str, int], model: str, key: str = "", *, stream: bool = False, more: str = ""
    ) -> None:
        asked = {
            "model": model, "messages": [{"role": "user", "content": "Tell me about whales."}],
            "stream": stream, "max_tokens": 40, "temperature": 0.7,
        }  # fmt: skip
        body = orjson.dumps(asked)
        auth = f"Authorization: Bearer {key}\r\n" if key else ""
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\n{auth}{more}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._place, self._sent = place, head.encode() + body
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self) -> float:
        """Ask once; return the milliseconds to the end of the answer."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._place)
        assert self._reader
        began = time.perf_counter()
        self._writer.write(self._sent)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise RuntimeError(head.decode())
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        await self._reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
        return (time.perf_counter() - began) * 1e3

    async def begin(self) -> None:
        """Ask once, and return with the first piece of the stream."""
        self._reader, self._writer = await asyncio.open_connection(*self._place)
        self._writer.write(self._sent)
        await self._reader.readuntil(b'"content":"P')

    def close(self) -> None:
        """Leave."""
        if self._writer:
            self._writer.transport.abort()
        self._reader = self._writer = None


async def hop() -> list[dict[str, Any]]:
    """Ask directly and through the hub in turn; the difference is what the hub adds."""
    async with setting() as both:
        direct, hub = Line(both.behind, "big-1"), Line(both.hub, "lab/big-1", both.key)
        for line in (direct, hub):
            for _ in range(EACH // 2):
                await line.ask()
        added50, added99, plain, through = [], [], [], []
        for _ in range(ROUNDS):
            near = sorted([await direct.ask() for _ in range(EACH)])
            far = sorted([await hub.ask() for _ in range(EACH)])
            added50.append(far[EACH // 2] - near[EACH // 2])
            added99.append(far[EACH * 99 // 100] - near[EACH * 99 // 100])
            plain += near
            through += far
        usual = quantile(plain, 0.5)
        note = f"direct p50 {usual:.3f} ms, through the hub {quantile(through, 0.5):.3f} ms"
        peers = await _peers(both, _added)
        beside: dict[str, Any] = {}
        for name, (half, most) in peers.items():
            note += f"; {name} adds p50 {half:.2f}, p99 {most:.2f} ms"
            beside = beside or {"peer": name}
        if beside:
            one = peers[beside["peer"]]
            return [
                row("router.hop_p50", "ms", added50, 0.6, note=note, **beside, peer_samples=[one[0]]),
                row("router.hop_p99", "ms", added99, 3.0, note=note, **beside, peer_samples=[one[1]]),
            ]
        return [
            row("router.hop_p50", "ms", added50, 0.6, note=note),
            row("router.hop_p99", "ms", added99, 3.0, note=note),
        ]


async def _added(both: Setting, peer: Callable[[], Line]) -> tuple[float, float]:
    """Return what a peer adds, in milliseconds: at p50 and at p99."""
    direct, line = Line(both.behind, "big-1"), peer()
    for _ in range(EACH // 4):
        await line.ask()
    near = [await direct.ask() for _ in range(EACH)]
    far = [await line.ask() for _ in range(EACH)]
    line.close()
    return quantile(far, 0.5) - quantile(near, 0.5), quantile(far, 0.99) - quantile(near, 0.99)


async def _rate(both: Setting, peer: Callable[[], Line]) -> float:
    """Return the requests a second of a peer."""
    del both
    lines = [peer() for _ in range(AT_ONCE)]
    began = time.perf_counter()
    asked = await asyncio.gather(*(_until(line, began + RPS_S) for line in lines))
    for line in lines:
        line.close()
    return sum(asked) / (time.perf_counter() - began)


async def _peers(
    both: Setting, measure: Callable[[Setting, Callable[[], Line]], Awaitable[T]]
) -> dict[str, T]:
    """Measure each peer that is to be had, beside the same server."""
    found: dict[str, T] = {}
    async with gateways(f"http://{both.behind[0]}:{both.behind[1]}/v1") as running:
        for name, (url, headers) in running.items():
            more = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
            peer = partial(Line, _place(url), "big-1", more=more)
            try:
                found[name] = await measure(both, peer)
            except (RuntimeError, ValueError, OSError) as error:
                print(f"{name}: {error}"[:300])
    return found


async def rps() -> list[dict[str, Any]]:
    """Ask in a closed loop, sixteen at once."""
    async with setting() as both:
        rates = []
        for _ in range(ROUNDS):
            lines = [Line(both.hub, "lab/big-1", both.key) for _ in range(AT_ONCE)]
            until = time.perf_counter() + RPS_S / 2
            began, asked = time.perf_counter(), await asyncio.gather(*(_until(line, until) for line in lines))
            rates.append(sum(asked) / (time.perf_counter() - began))
            for line in lines:
                line.close()
        peers = await _peers(both, _rate)
        note = "; ".join(
            (f"{AT_ONCE} at once, one worker", *(f"{one} {rate:.0f}/s" for one, rate in peers.items()))
        )
        first = next(iter(peers), None)
        beside = {"peer": first, "peer_samples": [peers[first]]} if first else {}
        return [row("router.rps", "1/s", rates, 3_000, at_least=True, note=note, **beside)]


async def _until(line: Line, end: float) -> int:
    asked = 0
    while time.perf_counter() < end:
        await line.ask()
        asked += 1
    return asked


async def cancel() -> list[dict[str, Any]]:
    """Leave in the middle of a stream; the server behind notes when its connection was gone."""
    async with setting() as both:
        await both.plan(sentences=400, gap_s=0.02)
        took = []
        for number in range(CANCELS):
            line = Line(both.hub, "lab/big-1", both.key, stream=True)
            await line.begin()
            await asyncio.sleep(0.05)
            left = time.monotonic()
            line.close()
            took.append((await _over(both, number) - left) * 1e3)
        return [row("router.cancel", "ms", took, 100, by="p99")]


async def _over(both: Setting, number: int) -> float:
    """Return when the server saw that stream end; its loop's clock is this one's, `time.monotonic`."""
    while True:
        entries = (await both.ledger())["entries"]
        if len(entries) > number and entries[number]["over"] is not None:
            return float(entries[number]["over"])
        await asyncio.sleep(0.02)


SECTIONS: dict[str, Callable[[], Awaitable[list[dict[str, Any]]]]] = {
    "router.hop": hop,
    "router.rps": rps,
    "router.cancel": cancel,
}


async def _main(wanted: list[str]) -> None:
    for name, section in SECTIONS.items():
        if not wanted or any(name.startswith(one) or one.startswith(name) for one in wanted):
            save("router", await section())


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
