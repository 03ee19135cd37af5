"""Timers in a real browser: set by words and by the page, counted down, rung in every tab, stopped by keyboard."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e

BAR = "#alarms .alarm"


async def say(page, text: str) -> None:
    await page.fill("#write", text)
    await page.press("#write", "Enter")


async def test_a_timer_set_by_words_rings_in_every_tab_until_one_stops_it(bare, browse) -> None:
    home = await browse(bare)
    style = await browse(bare, path="/style", context=home.context)
    await say(home, "set a pasta timer for 2 seconds")
    await home.wait_for_selector(".turn.hub .answer:has-text('Pasta timer set for 2 seconds.')")
    for page in (home, style):
        await page.wait_for_selector(BAR)
        assert "Pasta timer: time is up" in await page.inner_text(BAR)
        await page.until("document.title === 'Pasta timer: time is up'")
    late = await browse(bare, path="/timers", context=home.context)
    assert await late.locator(BAR).is_visible()  # rings in tabs that are opened meanwhile
    assert await late.evaluate("document.activeElement === document.body")  # and takes nobody's focus
    await style.locator(f"{BAR} button", has_text="Stop").focus()
    await style.keyboard.press("Enter")
    for page in (home, style, late):
        await page.locator(BAR).wait_for(state="detached")
        await page.until("!document.title.includes('time is up')")
    assert style.url.endswith("/style")
    await late.reload()
    assert "stopped" in await late.inner_text("#main")
    assert home.complaints == style.complaints == late.complaints == []


async def test_the_page_sets_counts_snoozes_and_undoes(bare, browse, axe) -> None:
    page = await browse(bare, path="/timers", viewport={"width": 390, "height": 844}, bypass_csp=True)
    await page.fill("#timer-name", "Tea")
    await page.click("button.chip:has-text('3 min')")
    await page.wait_for_selector(".said:has-text('Tea timer set')")
    await page.until("/^2:5\\d$/.test(document.querySelector('.countdown').textContent)")
    await page.click("#timers button:has-text('Cancel')")
    await page.click(".said button:has-text('Undo')")
    await page.wait_for_selector("#timers h3:has-text('Tea timer')")
    await page.fill("#timer-minutes", "0.02")
    await page.fill("#timer-name", "Egg")
    await page.press("#timer-name", "Enter")
    await page.wait_for_selector(BAR)
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document)")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.click(f"{BAR} button:has-text('Snooze')")
    await page.locator(BAR).wait_for(state="detached")
    await page.wait_for_selector("#timers h3:has-text('Egg timer')")
    await page.until("/^[45]:\\d\\d$/.test(document.querySelectorAll('.countdown')[1].textContent)")


async def test_without_scripts_everything_is_there(bare, browse) -> None:
    page = await browse(bare, path="/timers", java_script_enabled=False)
    await page.fill("#timer-minutes", "0.02")
    await page.click("button:has-text('Set timer')")
    async with bare.client.get(bare.url + "/api/timers") as response:
        assert len((await response.json())["timers"]) == 1
    await page.wait_for_timeout(1_500)
    await page.goto(bare.url + "/style")
    await page.click(f"{BAR} button:has-text('Stop')")
    assert page.url.endswith("/style")
    assert await page.locator(BAR).count() == 0
