"""Talks in a real browser: found, read, edited, asked again, copied, deleted and brought back, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conftest import until

if TYPE_CHECKING:
    from hub.testing import RunningHub

    from .conftest import Browse


async def say(hub: RunningHub, talk: str, *lines: str) -> None:
    for text in lines:
        async with hub.client.post(f"{hub.url}/api/talks/{talk}/turns", json={"text": text}) as answer:
            answer.raise_for_status()


async def begun(hub: RunningHub) -> str:
    async with hub.client.post(f"{hub.url}/api/talks") as answer:
        return str((await answer.json())["id"])


async def test_a_talk_is_found_by_typing_and_read_where_it_was(lasting: RunningHub, browse: Browse) -> None:
    talk = await begun(lasting)
    await say(lasting, talk, "What is 17 times 23?", "What is 5 + 6?")
    page = await browse(lasting, path="/talks")
    await page.keyboard.press("/")
    await page.keyboard.type("17 times", delay=20)
    await page.locator("mark").first.wait_for()
    assert await page.evaluate("document.activeElement.value") == "17 times"
    await page.locator(".rows h3 a").first.click()
    await until(page, "location.pathname.startsWith('/talks/')")
    assert await page.locator(".turn.you:target").count() == 1
    assert "17 times 23" in await page.locator(".turn.you:target").text_content()
    assert not page.complaints


async def test_words_are_edited_asked_again_and_copied_by_keyboard(
    lasting: RunningHub, browse: Browse
) -> None:
    talk = await begun(lasting)
    await say(lasting, talk, "What is 2 + 2?")
    page = await browse(lasting, path=f"/?talk={talk}")
    await page.get_by_text("Edit my words").press("Enter")
    field = page.locator(".edit textarea")
    await field.fill("What is 2 + 40?")
    await field.press("Tab")
    await page.keyboard.press("Enter")
    await until(page, "document.querySelector('#lines').textContent.includes('42')")
    assert await page.locator(".turn.you").count() == 1
    before = await page.locator(".turn.hub").get_attribute("id")
    await page.get_by_role("button", name="Answer again").press("Enter")
    await until(page, f"!document.getElementById('{before}')")
    await until(page, "document.querySelector('.turn.hub:last-child')?.dataset.state === 'done'")
    assert await page.locator(".turn.you").count() == 1
    await page.get_by_role("button", name="Copy").press("Enter")
    await until(page, "document.getElementById('said').textContent === 'Copied'")
    assert not page.complaints


async def test_a_talk_is_deleted_and_brought_back(lasting: RunningHub, browse: Browse) -> None:
    talk = await begun(lasting)
    await say(lasting, talk, "What is 2 + 2?")
    reader = await browse(lasting, path=f"/?talk={talk}")
    page = await browse(lasting, path="/talks", context=reader.context)
    await page.get_by_text("More").first.click()
    await page.get_by_role("button", name="Delete").click()
    back = page.get_by_role("button", name="Bring it back")
    await back.wait_for()
    await until(reader, "document.getElementById('notice').textContent.includes('deleted')")
    await back.click()
    await page.get_by_text("It is back.").first.wait_for()
    await until(reader, "document.getElementById('notice').hidden")
    assert not page.complaints
