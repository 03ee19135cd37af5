"""The page of voices in a real browser: a voice tried, one's own begun and recorded, a persona written."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from hub import Sound, sound
from hub.testing import RunningHub

from .conftest import with_models

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.e2e, pytest.mark.models]

RATE = 24_000
PHONE = {"width": 390, "height": 844}


def recording(seconds: float = 6.0, level: int = 8_000) -> bytes:
    samples = [round(level * math.sin(at / 11) * math.sin(at / 2_400)) for at in range(int(seconds * RATE))]
    return sound.pack(Sound(struct.pack(f"<{len(samples)}h", *samples), RATE))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    data = with_models(tmp_path_factory.mktemp("voices"))
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        yield hub


async def clean(page, axe: str) -> None:
    """Fail for what axe finds, and for a page that is wider than its screen."""
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document)")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_a_voice_is_tried_recorded_and_given_to_a_persona(home, browse, axe, tmp_path) -> None:
    page = await browse(home, path="/voices", viewport=PHONE, bypass_csp=True)
    assert await page.locator("#speaking ~ .rows .row").count() >= 1
    await page.fill("#try-text", "Hello from the page.")
    await page.click("button:has-text('Say it')")
    await page.wait_for_selector("audio.heard")
    await page.until("document.querySelector('audio.heard').duration > 0.5")

    await page.fill("#voice-name", "Grandma")
    await page.click("button:has-text('Begin it')")
    await page.wait_for_selector("h3:has-text('Grandma')")
    await page.click("summary:has-text('Recordings')")
    quiet = tmp_path / "quiet.wav"
    quiet.write_bytes(recording(level=30))
    await page.set_input_files("input[type=file]", quiet)
    await page.click("button:has-text('Add it')")
    await page.wait_for_selector(".wrong:has-text('too quiet')")
    assert await page.locator("details.more[open] .wrong").is_visible()
    good = tmp_path / "reading.wav"
    good.write_bytes(recording())
    await page.set_input_files("input[type=file]", good)
    await page.click("button:has-text('Add it')")
    await page.wait_for_selector(".said:has-text('6 seconds kept.')")
    assert "6 seconds in 1 recording" in await page.inner_text("#main")

    await page.click("summary:has-text('Add a persona')")
    await page.fill("#new-name", "Pirate")
    await page.fill("#new-prompt", "Speak like a pirate.")
    await page.click("button:has-text('Add it'):below(#new-greeting)")
    await page.wait_for_selector("h3:has-text('Pirate')")
    await clean(page, axe)
    await page.click("summary:has-text('Recordings')")
    await page.click("summary:has-text('Change')")
    await clean(page, axe)
    for scheme in ("dark", "light"):
        wide = await browse(
            home, path="/voices", context=None, viewport={"width": 1280, "height": 900}, color_scheme=scheme,
            bypass_csp=True,
        )  # fmt: skip
        await clean(wide, axe)


async def test_the_policy_lets_the_page_work_as_it_is(home, browse) -> None:
    page = await browse(home, path="/voices")
    await page.click("button:has-text('Say it')")
    await page.wait_for_selector("audio.heard")
    await page.until("document.querySelector('audio.heard').duration > 0.5")
    assert page.complaints == []
