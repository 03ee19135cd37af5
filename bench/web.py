"""Measure the page: its weight, its accessibility, its speed under load. Writes bench/out/web.json.

Run ``make bench-web``, or ``python bench/web.py [section ...]``. Chromium must be installed; Lighthouse
comes from npm when it is asked for.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from plugins import install_ten
from rows import row, save
from search import web_search

from hub.testing import RunningHub
from hub.web.nav import PLACES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ROOT = Path(__file__).parents[1]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or ""
PAGES = [*dict.fromkeys(page.path for place in PLACES for page in place.pages), "/style"]
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
SCREENS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1440, "height": 1000}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1440, "height": 1000}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
}
TALKS, VIEWERS, EVENTS = 1_000, 100, 300


@asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    """Start Chromium."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        await started.close()


@asynccontextmanager
async def signed_in(**env: str) -> AsyncIterator[RunningHub]:
    """Run a hub without models, signed in."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        async with RunningHub(Path(folder) / "data", env={"PIP_NO_INDEX": "1", **env}) as hub:
            await hub.sign_in()
            yield hub


async def context(browser: Any, hub: RunningHub, **options: Any) -> Any:
    """Return a browser context with the owner's cookie."""
    made = await browser.new_context(**options)
    await made.add_cookies([{"name": c.key, "value": c.value, "url": hub.url} for c in hub.client.cookie_jar])
    return made


async def first_load() -> list[dict[str, Any]]:
    """Weigh every page with an empty cache: kilobytes as they cross the wire, and foreign requests."""
    weights, foreign = [], []
    async with signed_in() as hub, browser() as chromium:
        for path in PAGES:
            fresh = await context(chromium, hub)
            page = await fresh.new_page()
            answered: list[Any] = []
            page.on("requestfinished", lambda request, answered=answered: answered.append(request))
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            await page.goto(hub.url + path, wait_until="load")
            await page.wait_for_timeout(500)
            sizes = [await request.sizes() for request in answered]
            weights.append(sum(size["responseBodySize"] for size in sizes) / 1024)
            foreign.append(float(sum(not url.startswith((hub.url, "data:", "blob:")) for url in asked)))
            print(f"  {path:20} {weights[-1]:6.1f} KB in {len(answered)} requests")
            await fresh.close()
    return [
        row("web.first_load", "KB", weights, 60, by="max", note=f"One sample a page: {', '.join(PAGES)}."),
        row("web.foreign_requests", "", foreign, 0, by="max"),
    ]


async def axe() -> list[dict[str, Any]]:
    """Count what axe-core finds on every page, in light, in dark and on a phone."""
    found = []
    async with signed_in() as hub, browser() as chromium:
        for options in SCREENS.values():
            shown = await context(chromium, hub, **options)
            for path in PAGES:
                page = await shown.new_page()
                await page.goto(hub.url + path)
                await page.wait_for_timeout(300)
                await page.evaluate(AXE.read_text())
                result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
                found.append(float(len(result["violations"])))
                for fault in result["violations"]:
                    print(f"  {path}: {fault['id']}: {fault['nodes'][0]['html'][:100]}")
                await page.close()
    return [row("web.axe", "", found, 0, by="max", note=f"{len(PAGES)} pages, light, dark and phone.")]


async def lighthouse() -> list[dict[str, Any]]:
    """Run Lighthouse on home and on the talks, phone emulation and throttling as it comes."""
    accessible, fast = [], []
    async with signed_in() as hub:
        cookie = "; ".join(f"{c.key}={c.value}" for c in hub.client.cookie_jar)
        for path in ("/", "/talks", "/settings"):
            for _ in range(3):
                scores = await asyncio.to_thread(_lighthouse, hub.url + path, cookie)
                accessible.append(scores["accessibility"])
                fast.append(scores["performance"])
                print(f"  {path:10} {scores}")
    note = "Lighthouse 12.8.2 by npm, home, talks and settings, three runs each."
    return [
        row("web.lighthouse_a11y", "", accessible, 1.0, by="min", at_least=True, note=note),
        row("web.lighthouse_perf", "", fast, 0.95, at_least=True, note=note),
    ]


def _lighthouse(url: str, cookie: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        subprocess.run(
            [
                "npx", "--yes", "lighthouse@12.8.2", url, "--quiet", "--output=json", f"--output-path={out}",
                "--only-categories=accessibility,performance",
                f"--extra-headers={json.dumps({'Cookie': cookie})}",
                f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
            ],
            check=True, env={**os.environ, "CHROME_PATH": CHROMIUM}, capture_output=True, timeout=180,
        )  # fmt: skip
        report = json.loads(out.read_text())
    return {name: float(about["score"]) for name, about in report["categories"].items()}


async def home_loaded() -> list[dict[str, Any]]:
    """Ask for home of a hub with 1,000 talks and 10 plugins, by the server's own clock; and datasette's."""
    with tempfile.TemporaryDirectory(prefix="hub-plugins-") as folder:
        async with signed_in(PYTHONPATH=str(install_ten(Path(folder)))) as hub:
            assert len((await hub.get("/status"))["plugins"]) >= 10
            for number in range(TALKS):
                async with hub.client.post(f"{hub.url}/api/talks") as response:
                    talk = (await response.json())["id"]
                words = {"text": f"What is {number} plus {number}?"}
                async with hub.client.post(f"{hub.url}/api/talks/{talk}/turns", json=words) as response:
                    response.raise_for_status()
            inside, whole = await _ask(hub.client, f"{hub.url}/", 1_000)
    peer = await asyncio.to_thread(_datasette)
    return [
        row("web.home_loaded", "ms", inside, 2, note="Inside the server, by its Server-Timing header."),
        row("web.home_loaded_p99", "ms", inside, 10, by="p99"),
        row("web.home_whole", "ms", whole, 5, peer=peer and "datasette's home", peer_samples=peer,
            note="As a client on this machine sees it; datasette with one table, one connection, no plugin."),
    ]  # fmt: skip


async def _ask(client: aiohttp.ClientSession, url: str, times: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds inside the server and in all, of each request."""
    inside, whole = [], []
    for _ in range(times):
        began = time.perf_counter()
        async with client.get(url) as response:
            await response.read()
            whole.append((time.perf_counter() - began) * 1e3)
            if timing := re.search(r"dur=([\d.]+)", response.headers.get("server-timing", "")):
                inside.append(float(timing[1]))
    return inside, whole


def _datasette() -> list[float] | None:
    """Return the milliseconds of a datasette's home page; None where it cannot be installed."""
    with tempfile.TemporaryDirectory(prefix="hub-peer-") as folder:
        venv, at = Path(folder) / "venv", Path(folder) / "peer.db"
        try:
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, capture_output=True)
            subprocess.run(
                [str(venv / "bin/pip"), "install", "-q", "datasette==0.65.5"], check=True, capture_output=True
            )
        except subprocess.CalledProcessError:
            return None
        import sqlite3

        with sqlite3.connect(at) as made:
            made.execute("CREATE TABLE talk (id INTEGER PRIMARY KEY, title TEXT)")
            made.executemany("INSERT INTO talk (title) VALUES (?)", [(f"Talk {n}",) for n in range(TALKS)])
        serving = subprocess.Popen(
            [str(venv / "bin/datasette"), str(at), "--port", "18001"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return asyncio.run(_peer("http://127.0.0.1:18001/"))
        finally:
            serving.terminate()
            serving.wait(10)


async def _peer(url: str) -> list[float]:
    async with aiohttp.ClientSession() as client:
        for _ in range(100):
            try:
                async with client.get(url):
                    break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        return (await _ask(client, url, 300))[1]


WATCH = """() => {
  window.seen = [];
  new MutationObserver((changes) => {
    const now = performance.timeOrigin + performance.now();
    const rows = changes.flatMap((change) => [...change.addedNodes]);
    window.seen.push(...rows.filter((row) => row.id).map((row) => [row.id, now]));
  }).observe(document.getElementById("stream"), { childList: true });
}"""


async def event_to_dom() -> list[dict[str, Any]]:
    """Time events from the bus to the page of a real browser, while 99 more tabs watch the same stream."""
    async with signed_in() as hub, browser() as chromium:
        cookie = "; ".join(f"{c.key}={c.value}" for c in hub.client.cookie_jar)
        watching = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--watch", hub.url, cookie, stdout=asyncio.subprocess.PIPE
        )
        assert watching.stdout is not None
        assert await watching.stdout.readline() == b"watching\n"
        shown = await context(chromium, hub)
        page = await shown.new_page()
        await page.goto(hub.url + "/events")
        await page.evaluate(WATCH)
        await page.wait_for_timeout(1_000)
        async with hub.client.post(f"{hub.url}/api/talks") as response:
            talk = (await response.json())["id"]
        for number in range(EVENTS):
            title = {"title": f"Name {number}"}
            async with hub.client.patch(f"{hub.url}/api/talks/{talk}", json=title) as response:
                response.raise_for_status()
            await asyncio.sleep(0.05)
        await page.wait_for_timeout(1_000)
        seen = dict(await page.evaluate("window.seen"))
        told = await hub.get(f"/api/events?count={EVENTS + 50}")
        watching.terminate()
        await watching.wait()
    times = [
        seen[f"e{event['serial']}"] - event["at"] * 1e3
        for event in told
        if event["event"] == "talk.renamed" and f"e{event['serial']}" in seen
    ]
    note = f"{VIEWERS} viewers of the event stream: one Chromium, the rest sockets of another process."
    return [row("web.event_to_dom", "ms", times, 20, by="p95", note=note)]


async def watch(url: str, cookie: str) -> None:
    """Be all viewers but one, until ended."""
    address = url.replace("http", "ws", 1) + "/ws/session/"
    hello = {"type": "hello", "page": True, "talk": False, "parts": ["stream", "alarms"]}
    limitless = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=limitless, headers={"cookie": cookie}) as client:
        tabs = [await client.ws_connect(f"{address}{os.urandom(8).hex()}") for _ in range(VIEWERS - 1)]
        for tab in tabs:
            await tab.send_json(hello)
        print("watching", flush=True)
        await asyncio.gather(*(_drain(tab) for tab in tabs))


async def _drain(tab: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in tab:
        pass


SECTIONS: dict[str, Callable[[], Awaitable[list[dict[str, Any]]]]] = {
    "first_load": first_load, "axe": axe, "lighthouse": lighthouse, "home_loaded": home_loaded,
    "event_to_dom": event_to_dom, "search": web_search,
}  # fmt: skip


async def main(wanted: list[str]) -> None:
    """Run the sections wanted and keep their rows."""
    for name in wanted or list(SECTIONS):
        save("web", await SECTIONS[name]())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--watch"]:
        asyncio.run(watch(*sys.argv[2:4]))
    else:
        asyncio.run(main(sys.argv[1:]))
