"""What a phone does to a talk: a call takes the sound away in the middle of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.models]

STATE = "document.body.dataset.state"
TAKE = """async () => {
  const url = [...document.querySelectorAll("link[rel=modulepreload]")].find((one) => one.href.endsWith("audio.js")).href;
  const context = await (await import(url)).ready();
  Object.defineProperty(context, "state", { get: () => "interrupted", configurable: true });
  context.onstatechange();
  delete context.state;
}"""
"""A browser of iOS tells so of a call: the context's state is "interrupted" (no other browser has it)."""


@pytest_asyncio.fixture(loop_scope="module")
async def hub(data: Path) -> AsyncIterator[RunningHub]:
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        yield hub


async def test_a_call_that_takes_the_sound_ends_the_talk_and_says_so(hub: RunningHub, browse: Any) -> None:
    page = await browse(hub)
    await page.evaluate(TAKE)
    assert await page.locator("#notice").is_hidden(), "nobody talks: nothing is told"
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await page.evaluate(TAKE)
    await page.wait_for_selector("#notice h3:has-text('Something else took the sound')")
    await page.until(f"{STATE} === 'ready'")
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
