"""The page of approvals: who sees what, what a yes needs, what a no is, and how pages and tabs hear of it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from hub.approvals.approval import Pending
from hub.web import asks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Site
    from hub.approvals.approval import Approval

COOKIE = "hub_test"
EVIL = 'milk <script>alert("x")</script> \u202eeslaf'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "READ_S", 0.0)


@pytest.fixture
async def mia(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    """A member who is signed in; her id is her client's ``person``."""
    person = await _invited(site, "Mia", "member")
    async with _client(site, await site.hub.sessions.start(person, "test")) as client:
        client.headers["x-person"] = person.id
        yield client


async def _invited(site: Site, name: str, role: str) -> Any:
    owner = next(person for person in await site.hub.people.all() if person.role == "owner")
    return await site.hub.invites.redeem(await site.hub.invites.new(owner, name, role))


def _client(site: Site, token: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookies={COOKIE: token})


async def ask(site: Site, tool: str = "add_note", person: str = "", **arguments: str) -> Approval:
    """Have a tool asked for, which waits."""
    outcome = await site.hub.gate.call(tool, arguments, person=person or site.person)
    assert isinstance(outcome, Pending), outcome
    return outcome.approval


async def text(site: Site, path: str = "/approvals", client: aiohttp.ClientSession | None = None) -> str:
    async with (client or site.client).get(site.url + path) as response:
        assert response.status == 200, path
        return await response.text()


async def answer(
    site: Site,
    one: Approval,
    word: str,
    client: aiohttp.ClientSession | None = None,
    digest: str | None = None,
) -> tuple[int, str]:
    form = {"digest": one.digest if digest is None else digest}
    address = f"{site.url}/approvals/{one.id}/{word}"
    async with (client or site.client).post(address, data=form) as response:
        return response.status, await response.text()


async def notes(site: Site) -> list[str]:
    return [row[0] for row in await site.hub.core.rows("SELECT text FROM note ORDER BY id")]


async def test_an_empty_page_says_what_would_fill_it(site: Site) -> None:
    page = await text(site)
    assert "Nothing waits for you." in page
    assert "I deny it myself after 10 minutes" in page
    assert "by whom, stands here" in page


async def test_it_shows_what_would_happen_and_the_exact_call_with_nothing_hidden(site: Site) -> None:
    one = await ask(site, text=EVIL)
    two = await ask(site, "destroy_notes")
    page = await text(site)
    assert page.index("Add a note?") < page.index("Throw all your notes away?")
    assert "It can be undone." in page
    assert "It cannot be undone." in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\\u202eeslaf" in page
    assert f"sha256 {one.digest}" in page
    assert one.short in page
    assert f'data-due="{round(one.expires, 1)}"' in page
    card = page[page.index(f'id="ask-{two.id}"') :]
    assert card.index(">Deny<") < card.index(">Approve<")
    assert f'formaction="/approvals/{two.id}/approve"' in card
    assert 'class="solid-button" aria-label="Deny' in card


async def test_a_yes_runs_it_once_and_says_so(site: Site) -> None:
    one = await ask(site, text="milk")
    await text(site)
    status, page = await answer(site, one, "approve")
    assert (status, await notes(site)) == (200, ["milk"])
    assert "Approved, and done." in page
    assert re.search(r"You, just now.*?>done<", page, re.DOTALL)
    status, page = await answer(site, one, "approve")
    assert status == 409
    assert "done already" in page
    assert await notes(site) == ["milk"]


async def test_a_no_does_nothing_and_needs_no_reading(site: Site) -> None:
    one = await ask(site, text="milk")
    status, page = await answer(site, one, "deny")
    assert (status, await notes(site)) == (200, [])
    assert "Denied. Nothing was done." in page
    assert ">denied<" in page
    status, page = await answer(site, one, "deny")
    assert status == 409
    assert "The answer was no." in page


async def test_a_yes_that_came_too_soon_to_be_read_is_not_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asks, "READ_S", 3_600.0)
    one = await ask(site, text="milk")
    await text(site)
    status, page = await answer(site, one, "approve")
    assert status == 409
    assert "too quick to be read" in page
    assert await notes(site) == []
    assert await site.hub.gate.waiting(asks._EVERYBODY)


async def test_a_yes_to_what_no_page_has_shown_is_not_taken(site: Site) -> None:
    one = await ask(site, text="milk")
    assert (await answer(site, one, "approve"))[0] == 409
    assert await notes(site) == []


async def test_a_yes_to_something_else_than_was_shown_is_not_taken(site: Site) -> None:
    one = await ask(site, text="milk")
    await text(site)
    for wrong in ("", "0" * 64, one.digest[:-1]):
        status, page = await answer(site, one, "approve", digest=wrong)
        assert status == 409, wrong
        assert "not what you were shown" in page
    assert await notes(site) == []


async def test_what_went_wrong_is_said_and_kept(site: Site) -> None:
    def explode() -> str:
        """Explode."""
        raise RuntimeError("<b>boom</b>")

    site.hub.tools.add("garden", explode, risk="danger")
    one = await ask(site, "explode")
    await text(site)
    status, page = await answer(site, one, "approve")
    assert status == 409
    assert "It went wrong: RuntimeError." in page
    page = await text(site)
    assert ">went wrong<" in page
    assert "See the log for why." in page
    assert "By garden" not in page  # it is over: only its answer stands there


async def test_members_see_and_answer_their_own_and_the_owner_all(
    site: Site, mia: aiohttp.ClientSession
) -> None:
    hers = await ask(site, person=mia.headers["x-person"], text="tea")
    his = await ask(site, text="milk")
    page = await text(site, client=mia)
    assert f"ask-{hers.id}" in page
    assert f"ask-{his.id}" not in page
    assert "milk" not in page
    page = await text(site)
    assert f"ask-{hers.id}" in page
    assert "Mia</bdi> asked" in page
    assert (await answer(site, his, "approve", mia))[0] == 409
    assert (await answer(site, his, "deny", mia))[0] == 409
    assert await notes(site) == []
    assert (await answer(site, hers, "approve", mia))[0] == 200
    assert await notes(site) == ["tea"]
    assert "milk" not in await text(site, client=mia)
    assert "Mia, just now" in await text(site)


async def test_guests_and_strangers_may_not_even_look(site: Site) -> None:
    one = await ask(site, text="milk")
    gus = await _invited(site, "Gus", "guest")
    async with (
        _client(site, await site.hub.sessions.start(gus, "test")) as guest,
        aiohttp.ClientSession() as nobody,
    ):
        for client, status in ((guest, 403), (nobody, 401)):
            async with client.get(f"{site.url}/approvals") as response:
                assert response.status == status
            assert (await answer(site, one, "approve", client))[0] == status
        page = await text(site, "/", guest)
    assert "Add a note" not in page
    assert 'href="/approvals"' not in page
    assert await notes(site) == []


async def test_home_and_every_page_say_how_many_wait(site: Site, mia: aiohttp.ClientSession) -> None:
    page = await text(site, "/timers")
    assert re.search(r'id="asked" hidden', page)
    one = await ask(site, text="milk")
    page = await text(site, "/timers")
    assert re.search(r'id="asked">1<span class="sr"> waiting', page)
    page = await text(site, "/")
    assert "Add a note?" in page
    assert f'href="/approvals#ask-{one.id}"' in page
    assert re.search(r"\d things? needs? you", page)
    page = await text(site, "/", mia)
    assert "Add a note?" not in page
    assert re.search(r'id="asked" hidden', page)


async def test_a_tab_hears_at_once_and_only_of_its_own(site: Site, mia: aiohttp.ClientSession) -> None:
    address = f"{site.url.replace('http', 'ws', 1)}/ws/session/mia"
    parts = ["approvals", "asked", "needs"]
    async with site.tab({"parts": parts, "talk": False}) as tab, mia.ws_connect(address) as other:
        await other.send_json({"type": "hello", "page": True, "parts": parts, "talk": False})
        one = await ask(site, text="milk")
        heard = await swaps(tab.receive, lambda html: f"ask-{one.id}" in html and "milk" in html)
        hers = await ask(site, person=mia.headers["x-person"], text="tea")

        async def receive() -> Any:
            return await other.receive_json(timeout=60)

        seen = await swaps(receive, lambda html: f"ask-{hers.id}" in html)
        assert "milk" not in "".join(seen.values())
        assert set(heard) <= {"#approvals", "#asked", "#needs"}
        owner = next(person for person in await site.hub.people.all() if person.role == "owner")
        await site.hub.gate.deny(one.id, owner)
        await swaps(tab.receive, lambda html: "denied" in html and f'id="ask-{one.id}"' not in html)


async def swaps(receive: Any, holds: Any) -> dict[str, str]:
    """Return what was swapped until ``holds`` of one of them."""
    seen: dict[str, str] = {}
    async with asyncio.timeout(60):
        while True:
            message = await receive()
            if message["type"] == "swap":
                seen[message["target"]] = message["html"]
                if holds(message["html"]):
                    return seen


async def test_no_tab_gets_the_approvals_by_asking_for_them_as_a_guest(site: Site) -> None:
    gus = await _invited(site, "Gus", "guest")
    await ask(site, text="milk")
    async with _client(site, await site.hub.sessions.start(gus, "test")) as guest:
        address = f"{site.url.replace('http', 'ws', 1)}/ws/session/gus"
        async with guest.ws_connect(address) as socket:
            parts = ["approvals", "needs", "state", "about-voice"]
            await socket.send_json({"type": "hello", "page": True, "parts": parts, "talk": False})
            await ask(site, text="bread")
            seen = ""
            async with asyncio.timeout(60):
                while '"#needs"' not in seen:
                    seen += (await socket.receive(timeout=60)).data
    assert "milk" not in seen
    assert "bread" not in seen
    assert "Add a note" not in seen


async def test_what_expired_is_gone_from_the_page_and_told_as_unanswered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await ask(site, text="milk")
    monkeypatch.setattr(site.hub.gate, "_clock", lambda: one.expires + 1)
    await site.hub.gate._expire()
    page = await text(site)
    assert f"ask-{one.id}" not in page
    assert ">nobody answered<" in page
    assert await notes(site) == []


async def test_a_pending_turn_is_answered_below_it(site: Site) -> None:
    talk = await site.hub.conversations.new(site.person)
    await talk.write("add milk to my notes")
    await talk.settled()
    page = await text(site, f"/?talk={talk.id}")
    assert 'data-state="pending"' in page
    assert "Answer it on my page." in page
    buttons = re.findall(r'<button class="([a-z-]+)"[^>]* aria-label="(Deny|Approve): Add a note"', page)
    assert buttons == [("solid-button", "Deny"), ("plain", "Approve")], "a no comes first and stands out"
    assert "Only with your yes." in page
    page = await text(site)
    assert f'href="/?talk={talk.id}"' in page


async def test_what_a_model_had_read_before_it_asked_stands_in_the_question(site: Site) -> None:
    outcome = await site.hub.gate.call("add_note", {"text": "x"}, person=site.person, read="page <b>\u202e")
    assert isinstance(outcome, Pending)
    page = await text(site)
    assert "It can be undone. Asked for after reading page &lt;b&gt;\\u202e." in page
    assert "\u202e" not in page


async def test_a_talk_shows_what_it_asks_and_nothing_of_another_talk(site: Site, mia) -> None:
    talk, other = [await site.hub.conversations.new(site.person) for _ in range(2)]
    outcome = await site.hub.gate.call("add_note", {"text": EVIL}, person=site.person, talk=talk.id)
    assert isinstance(outcome, Pending)
    one = outcome.approval
    page = await text(site, f"/?talk={talk.id}")
    card = page[page.index(f'id="asks-{talk.id}"') : page.index('id="write-form"')]
    assert card.index(">Deny<") < card.index(">Approve<")
    assert "<script>alert" not in card
    assert "\\u202eeslaf" in card
    assert f'id="ask-{one.id}"' not in await text(site, f"/?talk={other.id}")
    assert f'id="ask-{one.id}"' not in await text(site, "/", mia)
    assert (await answer(site, one, "approve"))[0] == 200
    assert f'id="ask-{one.id}"' not in await text(site, f"/?talk={talk.id}")


async def test_a_long_call_is_not_agreed_to_in_a_talk_which_does_not_show_it(site: Site) -> None:
    talk = await site.hub.conversations.new(site.person)
    outcome = await site.hub.gate.call("add_note", {"text": "long " * 70}, person=site.person, talk=talk.id)
    assert isinstance(outcome, Pending)
    page = await text(site, f"/?talk={talk.id}")
    card = page[page.index(f'id="asks-{talk.id}"') : page.index('id="write-form"')]
    assert "Read all of it" in card
    assert "Approve" not in card
    assert (await answer(site, outcome.approval, "approve"))[0] == 409
    await text(site)
    assert (await answer(site, outcome.approval, "approve"))[0] == 200
