from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from hub.auth.sessions import SEEN_EVERY_S, Person
from hub.errors import HubError
from hub.events import ApprovalExpired, ChildChanged
from hub.web import site as module
from hub.web.nav import PLACES, places, tabs
from hub.web.parts import Parts
from hub.web.site import HEADERS, MAX_FIELDS

OWNER, MEMBER, GUEST = (Person("1", "Mira", role) for role in ("owner", "member", "guest"))


def test_everybody_sees_only_where_they_may_go() -> None:
    assert [link.title for link in places("/", OWNER)] == [place.title for place in PLACES]
    assert {link.path for link in tabs("/settings", OWNER)} > {"/models", "/people"}
    assert all(link.path != "/settings" for link in tabs("/me", MEMBER))
    settings = next(link for link in places("/", GUEST) if link.title == "Settings")
    assert settings.path == "/me"


def test_a_page_knows_where_it_is() -> None:
    assert [link.title for link in places("/models", OWNER) if link.here] == ["Settings"]
    assert [link.title for link in tabs("/models", OWNER) if link.here] == ["Models"]
    assert tabs("/talks", OWNER) == []


def test_parts_are_made_once_until_something_happens() -> None:
    parts, made = Parts(), []
    parts.add("count", lambda: made.append(1) or f'<p id="count">{len(made)}</p>')
    assert parts.html("count") == parts.html("count") == '<p id="count">1</p>'
    before = parts.revision(["count"])
    parts.renew()
    assert parts.html("count") == '<p id="count">2</p>'
    assert parts.revision(["count"]) != before


def test_a_part_that_fails_costs_no_other() -> None:
    parts = Parts()
    parts.add("broken", lambda: str(1 / 0))
    parts.add("whole", lambda: "<p id='whole'></p>")
    assert "the log says why" in parts.html("broken")
    assert parts.html("whole") == "<p id='whole'></p>"
    assert parts.html("unknown") == ""


async def test_the_style_page_shows_every_part_with_its_markup(site) -> None:
    async with site.client.get(f"{site.url}/style") as response:
        page = await response.text()
    assert response.headers["content-security-policy"] == HEADERS["content-security-policy"]
    for part in ('class="rows"', 'class="field"', 'class="confirm"', 'class="chips"', 'class="bar"'):
        assert part in page
        assert part.replace('"', "&#34;") in page  # and its source


async def test_the_door_is_on_every_page(site) -> None:
    async with aiohttp.ClientSession() as stranger, stranger.get(f"{site.url}/style") as response:
        assert response.status == 401


@pytest.mark.parametrize("body", ["&".join(f"a{n}=1" for n in range(MAX_FIELDS + 1)), "%zz=%ff", "\x00"])
async def test_odd_forms_are_no_trouble(site, body) -> None:
    talk = await site.hub.conversations.new()
    address = f"{site.url}/talks/{talk.id}/turns"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    async with site.client.post(address, data=body.encode(), headers=headers) as response:
        assert response.status < 500
    assert talk.history() == []


async def test_a_form_that_never_ends_is_not_waited_for(site, monkeypatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)

    async def slow():
        yield b"name="
        await asyncio.sleep(5)
        yield b"x"

    headers = {"content-type": "application/x-www-form-urlencoded"}
    async with site.client.post(f"{site.url}/pair", data=slow(), headers=headers) as response:
        assert response.status == 400
        assert "too slowly" in await response.text()


async def test_a_number_without_end_finds_nothing(site) -> None:
    """Python reads no number of more than 4,300 digits, and a stranger must not break the route."""
    async with aiohttp.ClientSession() as stranger:
        for client, status in ((stranger, 401), (site.client, 404)):
            async with client.get(f"{site.url}/events/{'9' * 5_000}") as response:
                assert response.status == status


def test_a_part_is_shown_only_to_those_who_may_see_it() -> None:
    parts = Parts()
    parts.add("all", lambda: "")
    parts.add("own", lambda: "", "owner")
    parts.stream("events", lambda _event: None, "read every event")
    assert parts.shown_to(OWNER, ("all", "own", "events", "none")) == ("all", "own", "events")
    assert parts.shown_to(GUEST, ("all", "own", "events")) == ("all",)
    assert parts.shown_to(None, ("all",)) == ()


async def test_a_store_that_fails_once_is_told_in_words_and_the_next_page_reads_anew(
    site, hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = hub.gate.waiting, []

    async def waiting(person):
        asked.append(person)
        if len(asked) == 1:
            raise HubError("core.db is in use by another process.", fix="Stop the other hub.")
        return await read(person)

    monkeypatch.setattr(hub.gate, "waiting", waiting)
    async with site.client.get(f"{site.url}/") as response:
        assert response.status < 500
        assert "Stop the other hub." in await response.text()
    async with site.client.get(f"{site.url}/") as response:
        assert response.status == 200
    assert len(asked) == 2


async def test_a_store_that_fails_does_not_end_what_keeps_the_tabs_up_to_date(
    site, hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.tab({}) as tab:

        async def waiting(_):
            raise HubError("core.db is in use by another process.", fix="Stop the other hub.")

        with monkeypatch.context() as patch:
            patch.setattr(hub.gate, "waiting", waiting)
            about = {"tool": "lamp", "owner": "", "risk": "write"}
            hub.bus.publish(ApprovalExpired(approval="a", **about))
            for _ in range(20):
                await asyncio.sleep(0)
        hub.bus.publish(ChildChanged(child="speech", state="failed", reason="It fell."))
        while "It fell." not in json.dumps(await tab.receive()):
            pass


async def test_who_has_not_been_here_for_long_is_let_in_though_that_cannot_be_noted(
    site, hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def execute(*_):
        raise HubError("core.db cannot be written: there is no room left.", fix="Free some space.")

    for session in hub.sessions.of(site.person):
        session.seen -= SEEN_EVERY_S + 1
    monkeypatch.setattr(hub.core, "execute", execute)
    async with site.client.get(f"{site.url}/health", headers={"accept": "text/html"}) as response:
        assert response.status == 200
