"""An app gets a key on the page You, asks with it, and loses it; judged by axe in light, dark and on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

if TYPE_CHECKING:
    from hub.testing import RunningHub

pytestmark = pytest.mark.e2e

LOOKS: tuple[dict[str, Any], ...] = (
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "has_touch": True},
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def test_a_key_is_made_used_and_ended(bare: RunningHub, browse: Any, axe: str) -> None:
    for number, look in enumerate(LOOKS):
        page = await browse(bare, path="/me", bypass_csp=True, **look)
        await judge(page, axe, f"keys-{number}-none")
        await page.get_by_label("App", exact=True).fill("Open WebUI")
        await page.get_by_label("It asks", exact=True).select_option("shared")
        await page.get_by_role("button", name="Make a key").click()
        secret = await page.get_by_label("Key", exact=True).input_value()
        assert (await page.get_by_label("Address", exact=True).input_value()).endswith("/v1")
        await judge(page, axe, f"keys-{number}-new")
        assert await models(bare, secret) == 200
        await page.get_by_role("link", name="Done").click()
        await page.get_by_role("heading", name="Open WebUI").wait_for()
        assert secret not in await page.content()
        await page.get_by_label("End it: the key of Open WebUI").click()
        await judge(page, axe, f"keys-{number}-listed")
        await page.get_by_role("button", name="End the key").click()
        await page.locator(".said", has_text="The key of Open WebUI has ended").wait_for()
        assert await models(bare, secret) == 401
        assert page.complaints == []


async def models(hub: RunningHub, key: str) -> int:
    headers = {"authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession() as app, app.get(f"{hub.url}/v1/models", headers=headers) as answer:
        return answer.status


async def judge(page: Any, axe: str, name: str) -> None:
    await page.evaluate(axe)
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == [], page.url
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    if folder := os.environ.get("HUB_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
