"""Every page, as a browser gets it: light, nothing from elsewhere, clean of accessibility faults, usable by keys."""

from __future__ import annotations

import pytest

from hub.web.nav import PLACES

pytestmark = pytest.mark.e2e

PAGES = [*dict.fromkeys(page.path for place in PLACES for page in place.pages), "/style", "/me/data"]
HEAVIEST_KB = 60
SCREENS = (
    {"color_scheme": "light", "viewport": {"width": 1440, "height": 1000}},
    {"color_scheme": "dark", "viewport": {"width": 1440, "height": 1000}},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "forced_colors": "active"},
)
WIDE = """[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""


async def test_no_page_has_an_accessibility_fault(home, browse, axe) -> None:
    faults = []
    for options in SCREENS:
        page = await browse(home, **options)
        for path in PAGES:
            answer = await page.goto(home.url + path)
            assert answer.status == 200, path
            await page.evaluate(axe)
            result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            told = [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in result["violations"]]
            faults += [(path, options, fault) for fault in told]
        assert page.complaints == []
        await page.context.close()
    assert faults == []


async def test_every_page_is_light_and_asks_nobody_else(home, browse) -> None:
    for path in PAGES:
        page = await browse(home)  # a context of its own: nothing is in its cache
        finished, asked = [], []
        page.on("requestfinished", lambda request, finished=finished: finished.append(request))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        await page.goto(home.url + path, wait_until="load")
        weight = sum([(await request.sizes())["responseBodySize"] for request in finished])
        assert weight < HEAVIEST_KB * 1024, f"{path}: {weight:,} bytes"
        assert [url for url in asked if not url.startswith((home.url, "data:", "blob:"))] == []
        await page.context.close()


async def test_pages_fit_a_phone_and_every_target_a_thumb(home, browse) -> None:
    page = await browse(home, viewport={"width": 360, "height": 740}, has_touch=True)
    small = """() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')]
      .filter((one) => one.checkVisibility() && !one.closest('p, .state, .skip, .text, pre, td, li > code'))
      .map((one) => [one, (one.closest('label') ?? one).getBoundingClientRect()])
      .filter(([one, box]) => box.width && box.height < 43.5)
      .map(([one, box]) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)} ${box.height}`)"""
    for path in PAGES:
        await page.goto(home.url + path)
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide: {await page.evaluate(WIDE)}"
        assert await page.evaluate(small) == [], path


async def test_keys_lead_everywhere(home, browse) -> None:
    page = await browse(home)
    await page.keyboard.press("?")
    assert "search the talks" in await page.locator("dialog[open]").inner_text()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("t")
    await page.wait_for_url("**/talks")
    await page.keyboard.press("Control+k")
    assert await page.evaluate("document.activeElement.id") == "find-text"
    await page.goto(home.url + "/style")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
