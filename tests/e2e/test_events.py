"""The event stream in a real browser: what happens comes in by itself; filters, pause and one trace's story."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.e2e


async def say(hub, talk: str) -> None:
    async with hub.client.post(
        f"{hub.url}/api/talks/{talk}/turns", json={"text": "what is 2 plus 2"}
    ) as answer:
        assert answer.status == 200


async def test_events_come_in_are_sifted_held_and_followed(bare, browse) -> None:
    async with bare.client.post(f"{bare.url}/api/talks") as begun:
        talk = (await begun.json())["id"]
    page = await browse(bare)
    await page.goto(f"{bare.url}/events")
    rows, shown = page.locator("#stream > li"), page.locator("#stream > li:visible")
    await rows.first.wait_for()
    before = await rows.count()

    await say(bare, talk)  # comes by the socket
    await page.locator("#stream > li", has_text="turn.ended").first.wait_for()
    assert await rows.count() >= before + 2  # and what a hub that has just started tells

    await page.locator(".chip", has_text="Talk").click()
    assert await shown.count() == 2
    assert "kind=talk" in page.url
    await page.locator("#stream-text").fill("ended")
    assert await shown.count() == 1
    await page.locator("#stream-text").fill("no such thing")
    await page.locator("#stream-empty:visible").wait_for()
    await page.locator("#stream-text").fill("")

    await page.locator("#stream-pause").focus()
    await page.keyboard.press("Enter")
    await say(bare, talk)
    await page.locator("#stream-pause", has_text=re.compile(r"[2-9] wait")).wait_for()
    assert await shown.count() == 2
    await page.keyboard.press("Enter")
    await page.locator("#stream-count", has_text=re.compile(r"4 of \d+ shown")).wait_for()

    await shown.first.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.locator("#stream pre", has_text='"turn.ended"').wait_for()
    assert "2 plus 2" not in await page.locator("#stream").inner_text()
    await page.locator("[data-story]").first.click()
    assert await shown.count() == 2
    assert "trace=" in page.url
    await page.reload()  # the address holds the filter
    assert await shown.count() == 2
    assert page.complaints == []
