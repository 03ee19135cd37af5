"""A real hub and a real Chromium: with the models where they are, without them where none is needed."""

from __future__ import annotations

import asyncio
import functools
import os
import random
import shutil
import struct
import time
import wave
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from plugins.voice.tests import even

from hub.manifests import known_models
from hub.testing import RunningHub

ROOT = Path(__file__).parents[2]
MODELS = Path(os.environ.get("HUB_MODELS", ROOT / ".data" / "models"))
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Background services of the browser would ask the network.
ALWAYS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking")
FAKE_MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")

PATIENCE_S = 60
"""How long a test waits for what must come: far longer than it takes, for a machine that is busy."""

Browse = Callable[..., Awaitable[Any]]


async def until(page: Any, condition: str, seconds: float = PATIENCE_S) -> None:
    """Wait until ``condition`` holds; Playwright's own wait needs eval, which the page's policy forbids."""
    end = time.monotonic() + seconds
    while not await page.evaluate(condition):
        assert time.monotonic() < end, f"never: {condition}"
        await asyncio.sleep(0.05)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of its own with all models in it."""
    return with_models(tmp_path)


def with_models(folder: Path) -> Path:
    """Return a new data folder in ``folder`` with all models in it."""
    if not MODELS.is_dir():
        pytest.skip(f"no models in {MODELS}: run `hub models pull`")
    data = folder / "data"
    data.mkdir()
    try:
        shutil.copytree(MODELS, data / "models", copy_function=os.link)
    except OSError:
        shutil.rmtree(data / "models", ignore_errors=True)
        shutil.copytree(MODELS, data / "models")
    return data


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the tests of a module share a loop, and so a browser, and a hub where they do no harm to each other."""
    if asyncio.iscoroutinefunction(getattr(item, "obj", None)):
        item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


def even_voice(data: Path) -> Any:
    """Return the hub's own voice in ``data``, but one that says a sentence always alike: so it is heard alike."""
    files = {file.name: data / "models" / file.file for file in known_models()}
    return even.even_voice(files["piper-voice"], files["piper-voice-config"], data / "cache")


def write_microphone(path: Path, pcm: bytes, rate: int) -> None:
    """Save what a browser's microphone hears: ``pcm`` (s16le) in a quiet room, for digital silence is none.

    There is a second before it, for the microphone is open before a busy page listens to it, and ten after it.
    """
    tone = random.Random(1)

    def room(seconds: float) -> bytes:
        return b"".join(struct.pack("<h", tone.randint(-3, 3)) for _ in range(int(rate * seconds)))

    quieter = array("h", (value // 2 for value in array("h", pcm))).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(room(1) + quieter + room(10))


@pytest_asyncio.fixture(loop_scope="module")
async def bare(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A signed-in hub without models, which cannot get any: the page must work all the same."""
    async with _bare(tmp_path) as hub:
        yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """Such a hub for all tests of a module."""
    async with _bare(tmp_path_factory.mktemp("lasting")) as hub:
        yield hub


@asynccontextmanager
async def _bare(folder: Path) -> AsyncIterator[RunningHub]:
    async with RunningHub(folder / "bare", env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        await hub.settled()
        yield hub


@pytest_asyncio.fixture(loop_scope="module")
async def home(lasting: RunningHub) -> RunningHub:
    """The hub of the module, with a new talk in it: the one that its home page shows."""
    await begin(lasting)
    return lasting


async def begin(hub: RunningHub) -> None:
    """Begin a talk; a connection that was idle may just have been closed by the hub, and then a new one is made."""
    for last in (False, True):
        try:
            async with hub.client.post(f"{hub.url}/talks", allow_redirects=False) as begun:
                assert begun.status == 303
                return
        except aiohttp.ClientConnectionError:
            if last:
                raise


@pytest.fixture
def axe() -> str:
    """The source of axe-core."""
    if not AXE.is_file():
        pytest.skip("axe-core is not in node_modules: run `make test`, or `npm install axe-core`")
    return AXE.read_text(encoding="utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    """Start browsers: ``await chromium(*flags)``."""
    if CHROMIUM is None:
        pytest.skip("no chromium: run `make test`, or `apt-get install chromium`")
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=CHROMIUM, args=[*ALWAYS, *flags])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def usual(chromium: Any) -> AsyncIterator[Any]:
    """The browser of all tests of a module that ask for no other flags."""
    browser = await chromium(*FAKE_MICROPHONE)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def browse(chromium: Any, usual: Any) -> AsyncIterator[Browse]:
    """Open pages of a hub: ``await browse(hub, flags=..., path=..., **context options)``.

    Each is of a new profile unless it is given the context of another. A page's console and its errors
    are gathered in ``page.complaints``.
    """
    async with AsyncExitStack() as stack:
        browsers = {FAKE_MICROPHONE: usual}

        async def open_page(
            hub: RunningHub,
            *,
            flags: tuple[str, ...] = FAKE_MICROPHONE,
            path: str = "/",
            url: str = "",
            context: Any = None,
            **options: Any,
        ) -> Any:
            if flags not in browsers:
                browsers[flags] = await chromium(*flags)
                stack.push_async_callback(browsers[flags].close)
            context = context or await browsers[flags].new_context(**options)
            address = url or hub.url
            await context.add_cookies(
                [{"name": c.key, "value": c.value, "url": address} for c in hub.client.cookie_jar]
            )
            page = await context.new_page()
            page.set_default_timeout(PATIENCE_S * 1_000)
            page.complaints = []
            page.until = functools.partial(until, page)
            page.on("console", lambda message: page.complaints.append(message.text))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            await page.goto(address + path)
            await until(page, "document.title !== 'Hub'")
            return page

        yield open_page
    for context in usual.contexts:  # what a test opened by itself too
        await context.close()
