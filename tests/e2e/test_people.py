"""Somebody is invited and a tablet paired, each in a browser of its own, while the owner looks on."""

from __future__ import annotations

import pytest

from hub.testing import RunningHub

pytestmark = pytest.mark.e2e

NAME = "hub.test"
FLAGS = (f"--host-resolver-rules=MAP {NAME} 127.0.0.1",)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"}


async def test_invite_and_pair_in_browsers_of_their_own(tmp_path, browse, axe) -> None:
    async with RunningHub(tmp_path / "hub", env={"PIP_NO_INDEX": "1", "HUB_NAMES": f'["{NAME}"]'}) as hub:
        await hub.sign_in()
        url = hub.url.replace("127.0.0.1", NAME)
        owner = await browse(hub, flags=FLAGS, path="/people", url=url, bypass_csp=True)
        await judge(owner, axe)

        link = await invite(owner, "Anna", axe)
        anna = await stranger(owner, **PHONE)
        await anna.goto(link)
        await judge(anna, axe)
        await anna.get_by_role("button", name="Accept").click()
        await anna.locator("#press").wait_for()
        await owner.get_by_text("Anna joined as a member").wait_for()
        for path in ("/me", "/people", "/me/pair"):
            await anna.goto(url + path)
            await judge(anna, axe)

        code = await offer(owner, url, axe)
        tablet = await stranger(owner)
        await tablet.goto(f"{url}/pair")
        await judge(tablet, axe)
        await tablet.get_by_label("Code").fill(code.lower())
        await tablet.keyboard.press("Enter")
        await tablet.locator("#press").wait_for()
        await owner.get_by_text("Kitchen tablet connected").wait_for()

        await owner.goto(f"{url}/people")
        await judge(owner, axe)
        await owner.get_by_text("Disconnect", exact=True).click()
        await owner.get_by_role("button", name="Disconnect it").click()
        await tablet.get_by_text("somebody's, and locked").wait_for()  # its socket told it at once
        await owner.locator("#main .said", has_text="Kitchen tablet is disconnected").wait_for()

        await owner.get_by_label("Change Anna").click()
        await judge(owner, axe)
        await owner.get_by_text("Sign them out everywhere").click()
        await owner.get_by_role("button", name="Sign them out").click()
        await anna.get_by_text("somebody's, and locked").wait_for()


async def invite(owner, name: str, axe: str) -> str:
    await owner.get_by_label("Name", exact=True).fill(name)
    await owner.get_by_label("Role").select_option("member")
    await owner.get_by_role("button", name="Make an invite").click()
    await owner.locator(".qr").wait_for()
    await judge(owner, axe)
    return await owner.get_by_label("Link", exact=True).input_value()


async def offer(owner, url: str, axe: str) -> str:
    await owner.goto(f"{url}/me/pair?kind=shared")
    await judge(owner, axe)
    await owner.get_by_label("Name").fill("Kitchen tablet")
    await owner.keyboard.press("Enter")
    await owner.locator("#pairing-code").wait_for()
    await judge(owner, axe)
    return await owner.locator("#pairing-code").inner_text()


async def stranger(page, **options):
    """Return a page of a browser that knows nothing."""
    context = await page.context.browser.new_context(bypass_csp=True, **options)
    return await context.new_page()


async def judge(page, axe: str) -> None:
    await page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == [], page.url
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
