"""A turn that waits for a yes, and the hub's own turn that tells what became of it, in an open page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Site


async def test_an_open_page_is_told_what_waits_and_then_what_became_of_it(site: Site) -> None:
    person = next(each for each in await site.hub.people.all() if each.id == site.person)
    talk = await site.hub.conversations.latest(site.person)
    async with site.tab({"conversation": talk.id}) as tab:
        await tab.send(type="write", text="add <b>milk</b> to my notes")
        while (told := await tab.until("llm_response"))["final"] is False:
            pass
        assert told["state"] == "pending"
        [waits] = await site.hub.gate.waiting(person)
        await site.hub.gate.approve(waits.id, waits.digest, person)
        while "Noted" not in (swap := await tab.until("swap"))["html"]:
            pass
        assert "&lt;b&gt;milk" in swap["html"] or "<b>" not in swap["html"]
        assert "Edit my words" not in swap["html"]
    async with site.client.get(f"{site.url}/") as page:
        html = await page.text()
    assert html.count('class="turn you"') == 1
    assert html.count('class="turn hub"') == 2
