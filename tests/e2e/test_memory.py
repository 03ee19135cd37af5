"""The page of the memory in a real browser: searched, changed, let be and forgotten, while it is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hub.testing import RunningHub

pytestmark = pytest.mark.e2e

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


async def say(hub: RunningHub, *texts: str) -> str:
    """Say ``texts`` in a new talk and return its id."""
    async with hub.client.post(f"{hub.url}/api/talks") as begun:
        talk = str((await begun.json())["id"])
    for text in texts:
        async with hub.client.post(f"{hub.url}/api/talks/{talk}/turns", json={"text": text}) as said:
            assert said.status == 200, await said.text()
    return talk


async def clean(page: Any, axe: str) -> None:
    """Fail for what axe finds, and for a page that is wider than its screen."""
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document)")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_what_is_said_appears_is_found_changed_and_forgotten(lasting, browse) -> None:
    page = await browse(lasting, path="/memory", viewport=DESKTOP)
    assert "I remember nothing yet" in await page.inner_text("#memory-health")
    await say(lasting, "Remember that the plumber is Mr Haas.", "Remember that Ann is allergic to nuts.")
    await page.wait_for_selector(".memo:has-text('Mr Haas')")  # by itself
    await page.wait_for_selector("#memory-health:has-text('I remember 2 things')")

    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") == "find-text"
    await page.keyboard.type("who is the plumber")
    await page.wait_for_selector(".why-found:has-text('words')")
    assert "Mr Haas" in await page.inner_text(".memo:first-child h3")
    assert "q=who+is+the+plumber" in page.url
    assert await page.evaluate("document.activeElement.id") == "find-text"  # one goes on typing

    await page.click(".memo:first-child h3 a")
    await page.click("summary:has-text('Change it')")
    await page.fill("#text", "The plumber is Mrs Amsel.")
    await page.click("button:has-text('Change it')")
    await page.wait_for_selector(".said:has-text('Changed.')")
    assert "Mr Haas" in await page.inner_text("section:has(#older)")
    await page.click("button:has-text('Pin it')")
    await page.wait_for_selector("button:has-text('Unpin it')")
    await page.click("summary:has-text('Forget it')")
    await page.click("button:has-text('Forget it for good')")
    await page.wait_for_selector(".said:has-text('Forgotten, for good')")
    await page.wait_for_selector("#memory-live:not(:has-text('plumber'))")
    assert page.complaints == []


async def test_a_topic_goes_with_the_talks_that_say_it(lasting, browse) -> None:
    talk = await say(lasting, "Remember that my knee hurts on the stairs.")
    page = await browse(lasting, path="/memory/forget", viewport=PHONE)
    await page.fill("#topic", "knee")
    await page.click("button:has-text('Show what would go')")
    await page.wait_for_selector("text=That would go")
    assert "one entry" in await page.inner_text(".told")
    assert not await page.is_checked("#talks")  # a talk is more than what was asked for
    await page.check("#talks")
    await page.click("button:has-text('Forget it for good')")
    await page.wait_for_selector("#memory-forgetting .said:not(.care)")
    told = await page.inner_text("#memory-forgetting .said")
    assert told == "Forgotten, for good: one thing and one talk."
    async with lasting.client.get(f"{lasting.url}/api/talks/{talk}") as answer:
        assert answer.status != 200
    assert page.complaints == []


async def test_who_types_goes_on_while_entries_come(lasting, browse) -> None:
    await say(lasting, "Remember that the bins go out on Monday.")
    page = await browse(lasting, path="/memory", viewport=DESKTOP)
    known = await page.inner_text("#memory-health")
    await page.fill("#find-text", "bins")
    await page.wait_for_selector(".why-found")
    await say(lasting, "Remember that the glass bins go out on Friday.")
    await page.wait_for_selector(".memo:has-text('glass bins')")
    await page.wait_for_selector(f"#memory-health:not(:has-text('{known.split(';')[0]}'))")
    assert await page.input_value("#find-text") == "bins"
    assert await page.evaluate("document.activeElement.id") == "find-text"
    assert page.complaints == []


async def test_files_are_given_brought_and_taken_along(lasting, browse, axe, tmp_path) -> None:
    rules = tmp_path / "house-rules.md"
    rules.write_text("# House rules\n\n## Heating\n\nThe boiler is bled in <b>October</b>.\n")
    page = await browse(lasting, path="/memory/files", viewport=PHONE, bypass_csp=True)
    await page.set_input_files("#document", rules)
    await page.wait_for_selector("#documents h3:has-text('house-rules.md')")
    assert "house-rules.md is kept: " in await page.inner_text("#files-said")
    await page.set_input_files("#document", rules)
    await page.wait_for_selector("#files-said:has-text('is as it was')")
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"\xff\xfe\x00\xd8 not a text")
    await page.set_input_files("#document", broken)
    await page.wait_for_selector("#files-wrong:not([hidden])")
    await clean(page, axe)

    other = tmp_path / "other.json"
    other.write_text('[{"text": "The canoe is <i>green</i>.", "<b>place": {"lat": 1}}, {"text": ""}]')
    await page.set_input_files("#import", other)
    await page.wait_for_selector("#preview:not([hidden])")
    assert "1 new entry" in await page.inner_text("#preview-told")
    assert "<i>green</i>" in await page.inner_text("#samples")  # words, not markup
    assert await page.inner_text("#preview-lost") == "Left out of these: <b>place (1)."
    await clean(page, axe)
    await page.click("#import-go")
    await page.wait_for_selector("#imports h3")
    assert "1 entry brought in. Left out of these: <b>place (1)." in await page.inner_text("#files-said")
    async with page.expect_download() as taken:
        await page.click("a:has-text('Download it')")
    assert "canoe" in (await (await taken.value).path()).read_text()

    await page.click("#imports summary")
    await page.click("#imports [data-forget]")
    await page.wait_for_selector("#files-said:has-text('Forgotten, for good: 1 entry.')")
    await page.click("#documents summary")
    await page.click("#documents [data-forget]")
    await page.wait_for_selector("#documents-empty:not([hidden])")
    refused = [told for told in page.complaints if "422" not in told and "400" not in told]
    assert refused == []


async def test_by_keyboard_alone(lasting, browse) -> None:
    await say(lasting, "Remember that the ladder is at the neighbours.")
    page = await browse(lasting, viewport=DESKTOP)

    async def reach(selector: str) -> None:
        """Press Tab until the element has the focus, as a person would."""
        for _ in range(80):
            if await page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            await page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {selector}")

    await page.keyboard.press("g")
    await page.keyboard.press("y")
    await page.wait_for_url("**/memory")
    await page.keyboard.press("/")
    await page.keyboard.type("ladder")
    await page.wait_for_selector(".why-found")
    await reach(".memo button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".memo b:has-text('pinned')")
    await page.evaluate("document.activeElement.blur()")
    await reach(".memo h3 a")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#words")
    await reach(".confirm summary")
    await page.keyboard.press("Enter")
    await reach("button.danger")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".said:has-text('Forgotten, for good')")
    assert page.complaints == []


async def test_it_is_clean_and_fits_in_all_its_states(lasting, browse, axe) -> None:
    await say(lasting, "Remember that the roof leaks.", "Remember that the cellar is damp.")
    paths = ("/memory", "/memory?q=roof", "/memory?q=zeppelin&to=2001-01-01", "/memory/waiting", "/memory/forget",
             "/memory/forget?ask=1&topic=roof", "/memory/forget?ask=1&topic=%21")  # fmt: skip
    for scheme, viewport in (("light", DESKTOP), ("dark", PHONE)):
        page = await browse(lasting, path="/memory", viewport=viewport, color_scheme=scheme, bypass_csp=True)
        for path in paths:
            await page.goto(lasting.url + path)
            await clean(page, axe)
        await page.goto(f"{lasting.url}/memory")
        await page.click(".memo h3 a")
        await page.wait_for_selector("#about")
        await page.click("summary:has-text('Change it')")
        await clean(page, axe)
        await page.click("summary:has-text('Forget it')")
        await clean(page, axe)


async def test_without_scripts_it_works_too(lasting, browse, usual) -> None:
    await say(lasting, "Remember that the kettle is new.")
    context = await usual.new_context(java_script_enabled=False, viewport=PHONE)
    page = await context.new_page()
    await context.add_cookies(
        [{"name": c.key, "value": c.value, "url": lasting.url} for c in lasting.client.cookie_jar]
    )
    await page.goto(f"{lasting.url}/memory")
    await page.fill("#find-text", "kettle")
    await page.click("button:has-text('Search')")
    assert "kettle is new" in await page.inner_text(".memo:first-child")
    await page.click(".memo:first-child button:has-text('Pin')")
    assert "Pinned" in await page.inner_text(".said")
    await context.close()
