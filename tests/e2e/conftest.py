"""A real hub and a real Chromium: with the models where they are, without them where none is needed."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A signed-in hub without models, which cannot get any: the page must work all the same."""
    async with RunningHub(tmp_path / "bare", env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        yield hub


@pytest.fixture
def axe() -> str:
    """The source of axe-core."""
    if not AXE.is_file():
        pytest.skip("axe-core is not in node_modules: run `make test`, or `npm install axe-core`")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
async def browse() -> AsyncIterator[Browse]:
    """Open pages of a hub: ``await browse(hub, flags=..., path=..., **context options)``.

    A page's console and its errors are gathered in ``page.complaints``.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium: run `make test`, or `apt-get install chromium`")
    from playwright.async_api import async_playwright

    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browsers: dict[tuple[str, ...], Any] = {}

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
                browsers[flags] = await playwright.chromium.launch(
                    executable_path=CHROMIUM, args=[*ALWAYS, *flags]
                )
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
