"""The talks on pages and in the API: everyone has their own, and everything works without scripts."""

from __future__ import annotations

import asyncio
import time
import uuid
import zipfile
from contextlib import asynccontextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from hub.api.app import build
from hub.store import search as search_module
from hub.store.transcripts import Turn

from .conftest import COOKIE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .conftest import Site

DAY = 86_400.0


@pytest.fixture
async def talks(site: Site, monkeypatch: pytest.MonkeyPatch) -> Talks:
    monkeypatch.setattr(search_module, "SETTLE_S", 0.0)
    site.hub.search.start()
    return Talks(site)


class Talks:
    """What a person does with talks, by HTTP."""

    def __init__(self, site: Site) -> None:
        self.site, self.hub, self.person = site, site.hub, site.person

    async def said(self, text: str, answer: str = "Yes.", *, days: float = 0, person: str = "") -> str:
        id_, at = uuid.uuid4().hex, time.time() - days * DAY
        await self.hub.core.execute(
            "INSERT INTO conversation (id, title, created, touched, person) VALUES (?, ?, ?, ?, ?)",
            (id_, text[:40], at, at, person or self.person),
        )
        turn = Turn(f"turn-{id_}", id_, at, "text", text, "done", answer, "", "", 0.0)
        await self.hub.transcripts.begin(turn)
        return id_

    async def get(self, path: str, status: int = 200) -> str:
        async with self.site.client.get(self.site.url + path) as response:
            assert response.status == status, (path, response.status)
            return await response.text()

    async def post(self, path: str, status: int = 303, **fields: str) -> str:
        async with self.site.client.post(self.site.url + path, data=fields, allow_redirects=False) as answer:
            assert answer.status == status, (path, answer.status, await answer.text())
            return answer.headers.get("location", "")

    async def found(self, q: str, *parts: str, more: str = "") -> str:
        async with asyncio.timeout(60):
            page = ""
            while any(part not in page for part in parts):
                page = await self.get(f"/talks?q={q}{more}")
                await asyncio.sleep(0.02)
        return page

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[Talks]:
        """A guest of this hub, who has nothing to do with the owner's talks."""
        id_ = uuid.uuid4().hex
        await self.hub.core.execute(
            "INSERT INTO person (id, name, role, created) VALUES (?, 'Guest', 'guest', 0)", (id_,)
        )
        from hub.auth.sessions import Person

        token = await self.hub.sessions.start(Person(id_, "Guest", "guest"), "test")
        async with aiohttp.ClientSession(cookies={COOKIE: token}) as client:
            site = type(self.site)(self.hub, self.site.url, client, id_)
            yield Talks(site)


async def test_an_empty_list_says_what_would_fill_it(talks: Talks) -> None:
    page = await talks.get("/talks")
    assert "No talks yet." in page
    assert 'id="find-text"' in page


async def test_talks_are_listed_by_day_a_page_at_a_time(talks: Talks) -> None:
    for number in range(70):
        await talks.said(f"Talk number {number:02d}.", days=number / 24)
    page = await talks.get("/talks")
    assert "<h2>Today</h2>" in page or "<h2>Yesterday</h2>" in page
    assert page.index("number 00") < page.index("number 05")
    assert "number 69" not in page
    older = page.split('class="older"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    rest = await talks.get(older)
    assert "number 69" in rest
    assert "number 59" not in rest


async def test_a_talk_is_found_marked_and_linked_to_its_very_turn(talks: Talks) -> None:
    id_ = await talks.said("Where did we put the <b>red</b> kettle?", "In the cellar.", days=8)
    page = await talks.found("kettle", "<mark>kettle</mark>")
    assert "&lt;b&gt;red&lt;/b&gt;" in page
    link = page.split(f'href="/talks/{id_}')[1].split('"')[0].replace("&amp;", "&")
    assert link.endswith(f"#you-turn-{id_}")
    assert f'id="you-turn-{id_}"' in await talks.get(f"/talks/{id_}{link.split('#')[0]}")
    assert "Nothing found" in await talks.get("/talks?q=kettle&days=7")
    assert "<mark>kettle</mark>" in await talks.get("/talks?q=kettle&days=30")


@pytest.mark.parametrize(
    "query",
    ["%22", "-", "*", "%00", "a%20AND%20(", "%F0%9F%98%80", "%3Cscript%3E", "x" * 5_000, "q&days=x&page=-4"],
)
async def test_a_hostile_search_is_only_a_search_without_hits(talks: Talks, query: str) -> None:
    page = await talks.get(f"/talks?q={query}")
    assert "<script>x" not in page
    assert "Nothing found" in page or "Say a word" in page


async def test_many_hits_come_in_pages(talks: Talks) -> None:
    for number in range(25):
        await talks.said(f"porridge {number:02d}")
    page = await talks.found("porridge", "25 found")
    assert page.count("<mark>") == 20
    rest = await talks.get("/talks?q=porridge&days=0&page=1")
    assert rest.count("<mark>") == 5
    assert "More results" in page
    assert "More results" not in rest


async def test_a_talk_is_renamed_deleted_and_brought_back(talks: Talks) -> None:
    id_ = await talks.said("Some words")
    await talks.post(f"/talks/{id_}/rename", title="Our <summer>")
    assert "Our &lt;summer&gt;" in await talks.get("/talks")
    await talks.post(f"/talks/{id_}/delete")
    page = await talks.get("/talks")
    assert "Bring it back" in page
    assert "no such talk" in await talks.get(f"/?talk={id_}", 404)
    assert "no such talk" in await talks.get(f"/talks/{id_}", 404)
    assert "Nothing found" in await talks.get("/talks?q=words")
    await talks.post(f"/talks/{id_}/restore")
    assert "Our &lt;summer&gt;" in await talks.get(f"/?talk={id_}")


async def test_a_tab_is_told_when_its_talk_is_renamed_and_deleted(talks: Talks) -> None:
    id_ = await talks.said("Some words")
    async with talks.site.tab({"conversation": id_}) as tab:
        await talks.post(f"/talks/{id_}/rename", title="Another")
        assert (await tab.until("title"))["text"] == "Another"
        await talks.post(f"/talks/{id_}/delete")
        await tab.until("gone")
        await tab.send(type="write", text="hello?")
        assert "deleted" in (await tab.until("error"))["message"]
        await talks.post(f"/talks/{id_}/restore")
        await tab.until("back")


async def test_the_last_words_are_asked_again_from_the_page(talks: Talks) -> None:
    id_ = await talks.said("What is 2 + 3?", "Six, I think.")
    page = await talks.get(f"/?talk={id_}")
    assert f'action="/talks/{id_}/turns/turn-{id_}/retry"' in page
    await talks.post(f"/talks/{id_}/turns/turn-{id_}/retry")
    talk = await talks.hub.conversations.get(id_, talks.person)
    await talk.settled()
    page = await talks.get(f"/?talk={id_}")
    assert "Six, I think." not in page
    turn = talk.history()[-1].id
    await talks.post(f"/talks/{id_}/turns/{turn}/edit", text="What is 2 + 4?")
    await talk.settled()
    assert [t.text for t in talk.history()] == ["What is 2 + 4?"]
    async with talks.site.client.post(f"{talks.site.url}/talks/{id_}/turns/{turn}/retry") as answer:
        assert answer.status == 404
        assert "only do that with your last words" in await answer.text()


async def test_a_tab_sees_the_old_answer_go(talks: Talks) -> None:
    id_ = await talks.said("What is 2 + 3?", "Six, I think.")
    async with talks.site.tab({"conversation": id_}) as tab:
        await tab.send(type="edit", turn=f"turn-{id_}", text="What is 2 + 5?")
        assert (await tab.until("replaced"))["turn"] == f"turn-{id_}"
        assert "What is 2 + 5?" in (await tab.until("swap"))["html"]
        final = await tab.until("llm_response")
        while not final.get("final"):
            final = await tab.until("llm_response")
        await tab.send(type="retry", turn="nonsense")
        assert "last words" in (await tab.until("error"))["message"]


async def test_an_answer_with_markup_is_shown_with_it(talks: Talks) -> None:
    id_ = await talks.said("Show me", "**Well** then:\n\n```python\nx = 1 < 2\n```\n<script>x</script>")
    for path in (f"/?talk={id_}", f"/talks/{id_}"):
        page = await talks.get(path)
        assert "<strong>Well</strong>" in page
        assert 'data-copy="code"' in page
        assert "<script>x" not in page


async def test_earlier_turns_of_a_long_talk_are_reached(talks: Talks) -> None:
    id_ = await talks.said("turn number 000", days=1)
    began = time.time() - DAY
    for number in range(1, 121):
        at = began + number
        turn = Turn(
            f"n{number:03d}", id_, at, "text", f"turn number {number:03d}", "done", "Yes.", "", "", 0.0
        )
        await talks.hub.transcripts.begin(turn)
    page = await talks.get(f"/?talk={id_}")
    assert "number 120" in page
    assert "number 070" not in page
    link = page.split('hx-get="')[1].split('"')[0]
    earlier = await talks.get(link)
    assert "number 070" in earlier
    assert "number 021" in earlier
    assert "number 020" not in earlier
    assert "<html" not in earlier
    whole = await talks.get(f"/talks/{id_}?at={began + 60}")
    assert "number 060" in whole
    assert "number 120" not in whole
    later = whole.split("/talks/" + id_ + "?after=")[1].split('"')[0]
    assert "number 090" in await talks.get(f"/talks/{id_}?after={later}")


async def test_talks_are_downloaded(talks: Talks) -> None:
    id_ = await talks.said("Grüße an alle")
    await talks.said("another")
    for kind, mime in (("md", "text/markdown"), ("txt", "text/plain"), ("json", "application/json")):
        async with talks.site.client.get(f"{talks.site.url}/talks/{id_}/export?format={kind}") as answer:
            assert answer.headers["content-type"].startswith(mime)
            assert "filename*=UTF-8''Gr%C3%BC%C3%9Fe" in answer.headers["content-disposition"]
            assert "Grüße an alle" in await answer.text()
    async with talks.site.client.get(f"{talks.site.url}/talks/export?format=md") as answer:
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(BytesIO(await answer.read())) as pack:
            assert len(pack.namelist()) == 2
    assert "do not write that format" in await talks.get(f"/talks/{id_}/export?format=exe", 404)


async def test_a_guest_finds_and_touches_nothing_of_the_owners(talks: Talks) -> None:
    id_ = await talks.said("a marzipan secret")
    await talks.found("marzipan", "<mark>marzipan</mark>")
    async with talks.stranger() as guest:
        assert "marzipan" not in (await guest.get("/talks?q=marzipan")).replace('value="marzipan"', "")
        assert "marzipan" not in await guest.get("/talks")
        assert "marzipan" not in await guest.get("/")
        for path in (
            f"/?talk={id_}",
            f"/talks/{id_}",
            f"/talks/{id_}/export",
            f"/talks/{id_}/earlier?before=9e9",
        ):
            assert "no such talk" in await guest.get(path, 404)
        for act in ("rename", "delete", "stop", "turns", f"turns/turn-{id_}/retry", f"turns/turn-{id_}/edit"):
            await guest.post(f"/talks/{id_}/{act}", 404, text="x", title="x")
        async with guest.site.tab({"conversation": id_}) as tab:
            await tab.send(type="write", text="mine")
        assert await talks.hub.transcripts.of(id_) != []
    assert [turn.text for turn in await talks.hub.transcripts.of(id_)] == ["a marzipan secret"]


async def test_the_api_does_all_of_it(talks: Talks) -> None:
    from httpx import ASGITransport, AsyncClient

    from hub.auth.sessions import Person

    api = build(talks.hub)
    who = {"person": Person(talks.person, "Owner", "owner")}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await api({**scope, "state": dict(who)}, receive, send)

    id_, other = await talks.said("a red kettle"), await talks.said("theirs", person="somebody")
    async with AsyncClient(transport=ASGITransport(app), base_url="http://hub") as client:
        assert [talk["id"] for talk in (await client.get("/api/talks")).json()] == [id_]
        assert (await client.get(f"/api/talks/{other}")).status_code == 409
        hits = {"hits": []}
        async with asyncio.timeout(60):
            while not hits["hits"]:
                hits = (await client.get("/api/talks/search", params={"q": "kettle"})).json()
                await asyncio.sleep(0.02)
        assert (hits["hits"][0]["talk"], hits["total"], hits["reading"]) == (id_, 1, None)
        assert ["kettle", True] in hits["hits"][0]["pieces"]
        renamed = await client.patch(f"/api/talks/{id_}", json={"title": "Kettles"})
        assert renamed.json()["title"] == "Kettles"
        told = (await client.post(f"/api/talks/{id_}/turns", json={"text": "What is 2 + 3?"})).json()
        again = (await client.post(f"/api/talks/{id_}/turns/{told['id']}/retry")).json()
        edited = await client.post(
            f"/api/talks/{id_}/turns/{again['id']}/edit", json={"text": "What is 2 + 4?"}
        )
        assert edited.json()["text"] == "What is 2 + 4?"
        turns = (await client.get(f"/api/talks/{id_}")).json()
        assert [turn["text"] for turn in turns] == ["a red kettle", "What is 2 + 4?"]
        before = (await client.get(f"/api/talks/{id_}", params={"before": turns[1]["at"]})).json()
        assert [turn["text"] for turn in before] == ["a red kettle"]
        whole = (await client.get(f"/api/talks/{id_}/export")).json()
        assert len(whole["turns"]) == 4
        assert (await client.get("/api/talks/export")).headers["content-type"] == "application/zip"
        assert (await client.delete(f"/api/talks/{id_}")).status_code == 200
        assert (await client.get("/api/talks")).json() == []
        assert (await client.post(f"/api/talks/{id_}/restore")).status_code == 200
        assert len((await client.get("/api/talks")).json()) == 1
        for bad in ("limit=0", "limit=x", "before=-1", "limit=99999999"):
            assert (await client.get(f"/api/talks?{bad}")).status_code == 422
