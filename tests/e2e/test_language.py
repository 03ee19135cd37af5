"""The language page in a browser: clean, answers in its box as it comes, and says by itself who is away."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from hub.testing import RunningHub
from hub.testing.upstream import Upstream, always, never

pytestmark = pytest.mark.e2e

SCREENS = (
    {"color_scheme": "light", "viewport": {"width": 1440, "height": 1000}},
    {"color_scheme": "dark", "viewport": {"width": 820, "height": 1180}},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}, "forced_colors": "active"},
)
SETTINGS = """[providers.lab]
kind = "openai"
title = "Lab"
base_url = "{url}"
model = "big-1"
enabled = true

[budget]
daily_usd = 1.5
"""


@pytest_asyncio.fixture(loop_scope="module")
async def served(tmp_path):
    """A hub that may ask one language server, and that server."""
    async with Upstream(gap_s=0.01) as up:
        (tmp_path / "hub.toml").write_text(SETTINGS.format(url=up.url))
        async with RunningHub(tmp_path, env={"PIP_NO_INDEX": "1"}) as hub:
            await hub.sign_in()
            yield hub, up


async def ask(page, text):
    """Ask by keyboard, and return who answered."""
    await page.locator("#try-text").fill(text)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.until("document.querySelector('#tried-by').textContent.includes('whole after')")
    return await page.locator("#tried-by").inner_text()


async def lead(page, text):
    await page.until(f"document.querySelector('.lead').textContent.includes({text!r})")


async def test_it_answers_and_says_who_is_away_and_back(served, browse):
    hub, up = served
    page = await browse(hub, path="/language")
    await lead(page, "Lab answers.")
    told = await ask(page, "Tell me five things. #1")
    assert told.startswith("Lab, big-1. First word after")
    said = await page.locator("#tried-text").inner_text()
    assert "P1" in said
    assert "P5" in said
    await page.until("document.querySelector('#lane-lab dd').textContent === '1'")
    up.schedule, up.ill = always("error"), True
    for number in (2, 3):
        told = await ask(page, f"And now? #{number}")
        assert told.startswith("A fixed line.")
    assert "Lab" in await page.locator("#tried-passed").inner_text()
    await lead(page, "Lab is away;")
    assert await page.locator("#lane-lab .is").inner_text() == "away"
    up.schedule, up.ill = never, False
    await lead(page, "Lab answers.")
    assert (await ask(page, "Are you back? #4")).startswith("Lab, big-1.")
    await page.until("document.querySelector('#lane-lab .is').textContent === 'ready'")
    assert page.complaints == []


async def test_it_is_clean_on_every_screen_with_figures(served, browse, axe):
    hub, up = served
    up.schedule = always("error")
    async with hub.client.post(f"{hub.url}/language/ask", data={"text": "Who is there?"}) as response:
        assert response.status == 200
    faults = []
    for options in SCREENS:
        page = await browse(hub, path="/language", **options)
        for more in await page.locator("details.more > summary").all():
            await more.click()
        await page.locator("#try-text").fill("x")
        await page.evaluate(axe)
        result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [(options, one["id"], one["nodes"][0]["html"][:120]) for one in result["violations"]]
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.complaints == []
        await page.context.close()
    assert faults == []


async def test_a_tier_is_chosen_by_keyboard_and_stays(served, browse):
    hub, _ = served
    page = await browse(hub, path="/language")
    await page.locator("input[name=privacy]:checked").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".said", has_text="Saved.").wait_for()
    await page.reload()
    assert await page.locator("input[name=privacy]:checked").get_attribute("value") == "local"
    settings = await hub.get("/api/settings")
    assert settings["values"]["privacy"] == "local"


async def test_leaving_the_page_stops_the_answer(served, browse):
    hub, up = served
    up.gap_s, up.sentences = 0.05, 200
    page = await browse(hub, path="/language")
    await page.locator("#try-text").fill("Count. #1")
    await page.locator("#try button").click()
    await page.until(
        "document.querySelector('#tried-text, #try-wrong:not([hidden])').textContent.length > 10"
    )
    assert not await page.locator("#try-wrong").text_content()
    await page.goto(f"{hub.url}/style")
    async with asyncio.timeout(60):
        while up.ledger.entries[-1].ended != "closed":
            await asyncio.sleep(0.02)
