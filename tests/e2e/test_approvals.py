"""Approvals in a browser: by keyboard, by touch, while it is watched, and clean in every dress."""

from __future__ import annotations

import asyncio

import pytest

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DRESSES = (
    {"color_scheme": "light", "viewport": {"width": 1440, "height": 1000}},
    {"color_scheme": "dark", "viewport": {"width": 1440, "height": 1000}},
    {"color_scheme": "light", **PHONE},
    {"color_scheme": "dark", "forced_colors": "active", **PHONE},
)
LONG = "a very long reminder of all that is to be bought, " * 8


async def ask(hub, tool: str, **arguments: str) -> None:
    async with hub.client.post(f"{hub.url}/api/tools/{tool}", json={"arguments": arguments}) as response:
        assert response.status in {200, 202}, await response.text()


async def notes(hub) -> str:
    async with hub.client.post(f"{hub.url}/api/tools/read_notes", json={}) as response:
        return str((await response.json())["result"])


async def until_said(page, text: str) -> None:
    await page.locator("#main .said", has_text=text).wait_for()


async def test_a_yes_and_a_no_by_keyboard(bare, browse) -> None:
    page = await browse(bare, path="/approvals")
    await page.get_by_text("Nothing waits for you.").wait_for()
    await ask(bare, "add_note", text="milk")  # it comes to the open page by itself
    card = page.locator(".ask", has_text="milk")
    await card.wait_for()
    assert (await page.locator("#asked").inner_text()).startswith("1")
    yes = card.get_by_role("button", name="Approve")
    await card.get_by_role("button", name="Deny").focus()
    await page.keyboard.press("Tab")
    assert await yes.evaluate("button => button === document.activeElement")
    await page.until("document.querySelector('.ask [formaction]').getAttribute('aria-disabled') === 'false'")
    await page.keyboard.press("Enter")
    await until_said(page, "Approved, and done.")
    assert await notes(bare) == "- milk"
    assert await page.locator(".ask").count() == 0

    await ask(bare, "destroy_notes")
    card = page.locator(".ask", has_text="It cannot be undone.")
    await card.get_by_role("button", name="Deny").focus()
    await page.keyboard.press("Enter")
    await until_said(page, "Denied. Nothing was done.")
    assert await notes(bare) == "- milk"
    assert page.complaints == []


async def test_a_yes_is_inert_until_all_of_it_was_on_screen_for_a_second(bare, browse) -> None:
    await ask(bare, "add_note", text=LONG[:400])
    page = await browse(bare, path="/approvals", viewport={"width": 390, "height": 420}, has_touch=True)
    inert = "document.querySelector('.ask [formaction]').getAttribute('aria-disabled')"
    await page.evaluate("scrollTo(0, 0)")
    await asyncio.sleep(1.5)
    assert await page.evaluate(inert) == "true"  # its end was never on screen
    await page.locator(".ask [formaction]").evaluate("button => button.click()")
    await page.until("document.getElementById('said').textContent === 'Read all of it first.'")
    assert await notes(bare) == "You have no notes."
    for place in range(0, 2_000, 150):
        await page.evaluate(f"scrollTo(0, {place})")
        await asyncio.sleep(0.15)
    await page.until(f"{inert} === 'false'")
    await page.locator(".ask [formaction]").tap()
    await until_said(page, "Approved, and done.")
    assert "very long reminder" in await notes(bare)


async def test_by_touch_on_a_phone_from_home(bare, browse) -> None:
    await ask(bare, "add_note", text="milk")
    page = await browse(bare, **PHONE)
    assert int(await page.locator("#needs-count").inner_text()) >= 1
    await page.locator("#side-house").tap()
    link = page.locator("#needs").get_by_role("link", name="Answer: Add a note")
    box = await link.bounding_box()
    assert min(box["width"], box["height"]) >= 43.5
    await link.tap()
    await page.wait_for_url("**/approvals#ask-*")
    yes = page.get_by_role("button", name="Approve: Add a note")
    for button in (yes, page.get_by_role("button", name="Deny: Add a note")):
        assert (await button.bounding_box())["height"] >= 48
    await page.until("document.querySelector('.ask [formaction]').getAttribute('aria-disabled') === 'false'")
    await yes.tap()
    await until_said(page, "Approved, and done.")
    assert await notes(bare) == "- milk"

    await ask(bare, "destroy_notes")
    await page.get_by_role("button", name="Deny: Throw all your notes away").tap()
    await until_said(page, "Denied. Nothing was done.")
    assert await notes(bare) == "- milk"
    assert page.complaints == []


async def test_it_works_without_scripts_and_the_hub_itself_waits_a_second(bare, browse) -> None:
    await ask(bare, "add_note", text="milk")
    page = await browse(bare, path="/approvals", java_script_enabled=False)
    await asyncio.sleep(1.2)
    await page.get_by_role("button", name="Approve: Add a note").click()
    await page.get_by_text("Approved, and done.").wait_for()
    assert await notes(bare) == "- milk"


async def test_a_talk_asks_and_tells_what_came_of_it(bare, browse) -> None:
    page = await browse(bare)
    await page.fill("#write", "add milk to my notes")
    await page.press("#write", "Enter")
    await page.locator("#lines .hub[data-state=pending]", has_text="Answer it on my page.").wait_for()
    await page.locator("#needs", has_text="Add a note?").wait_for()
    other = await browse(bare, path="/approvals", context=page.context)
    await other.until(
        "document.querySelector('.ask [formaction]')?.getAttribute('aria-disabled') === 'false'"
    )
    await other.get_by_role("button", name="Approve: Add a note").click()
    await until_said(other, "Approved, and done.")
    await page.locator("#lines .hub", has_text="Noted: milk").wait_for()
    await page.until("document.getElementById('needs').textContent.includes('Add a note') === false")
    assert page.complaints == other.complaints == []


async def test_a_talk_is_answered_where_it_asks(bare, browse, axe) -> None:
    page = await browse(bare)
    inert = "document.querySelector('.talk-asks [formaction]')?.getAttribute('aria-disabled')"

    async def ask_in_talk(words: str) -> None:
        await page.fill("#write", words)
        await page.press("#write", "Enter")

    await ask_in_talk("add milk to my notes")
    card = page.locator(".talk-asks .ask", has_text="milk")
    await card.wait_for()
    yes = card.get_by_role("button", name="Approve: Add a note")
    await yes.evaluate("button => button.click()")
    assert await notes(bare) == "You have no notes."  # that was too quick to be read
    await page.evaluate(axe)
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in result["violations"]] == []
    await page.until(f"{inert} === 'false'")
    await card.get_by_role("button", name="Deny").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator("#lines .hub", has_text="Noted: milk").wait_for()
    await card.wait_for(state="detached")
    assert await notes(bare) == "- milk"

    await ask_in_talk("throw all my notes away")
    await page.locator(".talk-asks .ask", has_text="cannot be undone").wait_for()
    await page.get_by_role("button", name="Deny: Throw all your notes away").press("Enter")
    await page.locator("#lines .hub", has_text="Throw all your notes away:").wait_for()
    await page.locator(".talk-asks .ask").wait_for(state="detached")
    assert await notes(bare) == "- milk"
    assert page.url.startswith(f"{bare.url}/")
    assert "/approvals" not in page.url
    assert page.complaints == []


async def test_what_lies_beside_the_screen_of_a_phone_is_not_read(bare, browse) -> None:
    page = await browse(bare, **PHONE)
    await page.locator("#side-house").tap()
    await page.until("document.getElementById('house').getBoundingClientRect().left < 20")
    async with bare.client.get(f"{bare.url}/api/talks") as response:
        talk = (await response.json())[0]["id"]
    words = {"text": "add milk to my notes"}
    async with bare.client.post(f"{bare.url}/api/talks/{talk}/turns", json=words) as response:
        assert response.status < 300, await response.text()
    inert = "document.querySelector('.talk-asks [formaction]')?.getAttribute('aria-disabled')"
    await page.until(f"{inert} === 'true'")
    await asyncio.sleep(1.5)
    assert await page.evaluate(inert) == "true"
    await page.evaluate("document.getElementById('panes').scrollTo({left: 0, behavior: 'instant'})")
    await page.until(f"{inert} === 'false'")


async def test_no_accessibility_fault_while_something_waits(bare, browse, axe) -> None:
    await ask(bare, "add_note", text="milk")
    async with bare.client.get(f"{bare.url}/api/approvals") as response:
        one = (await response.json())["waiting"][0]
    async with bare.client.post(f"{bare.url}/api/approvals/{one['id']}/deny", json={}) as response:
        assert response.status == 200
    await ask(bare, "destroy_notes")
    await ask(bare, "add_note", text=LONG[:300])
    faults = []
    for dress in DRESSES:
        page = await browse(bare, **dress)
        for path in ("/", "/approvals", "/plugins", "/plugins/voice", "/plugins/memory"):
            await page.goto(bare.url + path)
            if path == "/plugins/voice":
                await page.locator("summary", has_text="Disable").click()
            await page.evaluate(axe)
            result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            told = [(fault["id"], fault["nodes"][0]["html"][:160]) for fault in result["violations"]]
            faults += [(path, dress, fault) for fault in told]
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (path, dress)
        assert page.complaints == []
        await page.context.close()
    assert faults == []
