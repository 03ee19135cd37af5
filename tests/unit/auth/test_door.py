"""The pages of invites, pairing and sessions, asked as a browser asks them."""

from __future__ import annotations

import re

import pytest

from hub.auth.guesses import PER_PEER
from hub.auth.names import MAX_NAME

HUB = {"origin": "http://127.0.0.1:8420"}


async def test_an_invite_is_shown_before_it_is_used_and_used_once(house) -> None:
    async with house.client(await house.sign_in("owner")) as owner:
        page = (await owner.post("/people", data={"name": "Eve", "role": "member", "hours": "24"})).text
        link = re.search(r'value="[^"]*(/invite/[^"]+)"', page)[1]
        assert "this machine only" in page
        assert link.split("/")[-1] not in (await owner.get("/people")).text
        assert "As member" in (await owner.get("/people")).text
    async with house.client() as eve:
        for _ in range(3):  # what previews of links do
            assert "You are invited" in (await eve.get(link)).text
        taken = await eve.post(link, data={"name": "Mia"})
        assert (taken.status_code, 'value="Mia"' in taken.text) == (409, True)
        answer = await eve.post(link, data={"name": "Eva"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        kept = answer.headers["set-cookie"].lower()
        assert all(part in kept for part in ("httponly", "samesite=lax", "path=/"))
        assert "secure" not in kept
        assert "Eva" in (await eve.get("/me")).text
    async with house.client() as late:
        for answer in (await late.get(link), await late.post(link, data={"name": "Late"})):
            assert (answer.status_code, "new one" in answer.text) == (403, True)


async def test_a_shared_tablet_is_paired_by_its_code_and_shut_out(house) -> None:
    async with house.client(await house.sign_in("owner"), host="127.0.0.1:8420") as owner:
        assert "this machine only" in (await owner.get("/me/pair")).text
        code = (await owner.post("/api/devices", json={"name": "Hall", "kind": "shared"})).json()["code"]
        async with house.client(**HUB) as tablet:
            assert code in (await tablet.get("/pair", params={"code": code})).text
            wrong = await tablet.post("/pair", data={"code": "AAAA-AAAA"})
            assert (wrong.status_code, "AAAA-AAAA" in wrong.text) == (403, True)
            assert (await tablet.post("/pair", data={"code": code.lower()})).status_code == 303
            assert "keeps no one" in (await tablet.get("/me")).text
            assert (await tablet.get("/people")).status_code == 403
            page = (await owner.get("/people")).text
            device = next(d for d in (await owner.get("/api/devices")).json() if d["name"] == "Hall")
            assert "Hall" in page
            await owner.post(f"/people/devices/{device['id']}/rename", data={"name": "Corridor"})
            assert "Corridor" in (await tablet.get("/me")).text
            assert (await owner.post(f"/people/devices/{device['id']}/revoke")).status_code == 303
            assert (await tablet.get("/me")).status_code == 401


async def test_where_a_device_can_come_the_code_is_drawn_without_inline_style(house, monkeypatch) -> None:
    monkeypatch.setattr(
        "hub.web.me.outside",
        lambda *_: __import__("hub.web.address", fromlist=["x"]).Address("http://hub.lan:8420"),
    )
    async with house.client(await house.sign_in("member")) as member:
        page = (await member.post("/me/pair", data={"name": "Phone", "kind": "personal"})).text
        shared = await member.post("/me/pair", data={"name": "Wall", "kind": "shared"})
    assert re.search(r">[2-9A-Z]{4}-[2-9A-Z]{4}<", page)
    assert 'class="qr"' in page
    assert "style=" not in page
    assert "microphone only to https" in page
    assert "Only the owner" in shared.text


async def test_who_guesses_waits_and_others_do_not(house) -> None:
    async with house.client() as guesser, house.client(peer="192.0.2.99") as other:
        for n in range(PER_PEER):
            path = f"/invite/{n}" if n % 2 else "/pair"
            method = guesser.get if n % 2 else guesser.post
            assert (await method(path)).status_code == 403
        answers = [await guesser.get("/invite/x"), await guesser.post("/pair"), await guesser.get("/claim/x")]
        assert [answer.status_code for answer in answers] == [429] * 3
        assert "Wait ten minutes" in answers[0].text
        assert (await other.get("/invite/x")).status_code == 403


async def test_a_token_from_before_is_never_taken_over(house) -> None:
    """Session fixation: what the browser brought is neither kept nor valid afterwards."""
    code = await house.hub.invites.new(house.owner, "Eve", "guest")
    before = await house.sign_in("member")
    async with house.client(before) as browser:
        assert "Accepting ends that" in (await browser.get(f"/invite/{code}")).text
        answer = await browser.post(f"/invite/{code}", data={"name": "Eve"})
    given = re.search(rf"{house.cookie}=([^;]+)", answer.headers["set-cookie"])[1]
    assert given != before
    assert await house.hub.sessions.person(before) is None
    assert (await house.hub.sessions.person(given)).name == "Eve"
    async with house.client("x" * 43) as planted:
        code = await house.hub.invites.new(house.owner, "Ann", "guest")
        answer = await planted.post(f"/invite/{code}", data={"name": "Ann"})
        assert "x" * 43 not in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/me/everywhere", "/people", "/pair", "/invite/x", "/api/invites"])
async def test_a_page_elsewhere_cannot_post(house, path: str) -> None:
    async with house.client(await house.sign_in("owner"), origin="https://evil.example") as owner:
        assert (await owner.post(path, data={"name": "Eve"})).status_code == 403
    assert len(house.hub.sessions.of(house.owner.id)) == 1


async def test_the_own_page_renames_ends_and_logs_out(house) -> None:
    hub, other = house.hub, await house.sign_in("guest")
    async with house.client(await house.sign_in("guest"), **HUB) as guest:
        wrong = await guest.post("/me", data={"name": "Mia"})
        assert "already" in wrong.text
        await guest.post("/me", data={"name": "Gustav"})
        page = (await guest.get("/me")).text
        assert "Your name is changed" in page
        assert page.count("/end") == 2
        assert "this one" in page
        theirs = next(s for s in (await guest.get("/api/sessions")).json() if not s["current"])
        await guest.post(f"/me/sessions/{theirs['id']}/end")
        assert await hub.sessions.person(other) is None
        answer = await guest.post("/me/out")
        assert "max-age=0" in answer.headers["set-cookie"].lower()
        assert (await guest.get("/me")).status_code == 401


async def test_over_tls_the_cookie_is_bound_to_the_host(house) -> None:
    code = await house.hub.invites.new(house.owner, "Eve", "guest")
    async with house.client() as plain:
        secure = plain
        secure.base_url = "https://127.0.0.1:8420"
        answer = await secure.post(f"/invite/{code}", data={"name": "Eve"})
        kept = answer.headers["set-cookie"]
        assert kept.startswith(f"__Host-{house.cookie}=")
        assert "secure" in kept.lower()
        assert (await secure.get("/api/me")).json()["name"] == "Eve"


async def test_the_owner_manages_a_person(house) -> None:
    async with house.client(await house.sign_in("owner"), **HUB) as owner:
        page = f"/people/{house.guest.id}"
        assert (await owner.post(f"{page}/role", data={"role": "member"})).status_code == 303
        assert "Gus is a member now" in (await owner.get(page)).text
        assert "already" in (await owner.post(page, data={"name": "Mia"})).text
        assert "/invite/" in (await owner.post(f"{page}/link")).text
        assert (await owner.post(f"{page}/owner")).status_code == 303
        assert (await owner.get(page)).status_code == 403  # a member now
    assert (await house.hub.claims.owner()).name == "Gus"
    async with house.client(await house.hub.sessions.start(await house.hub.claims.owner(), "test")) as heir:
        assert (await heir.post(f"/people/{house.owner.id}/remove")).status_code == 303
        assert "Owner" not in (await heir.get("/api/people")).text


async def test_what_is_said_of_people_and_devices_is_plain(house) -> None:
    lines = [event.line() for event in house.hub.bus.recent() if event.line()]
    assert "Mia joined as a member" in lines
    assert "Kitchen tablet connected" in lines
    assert all(len(line.split()) <= 10 for line in lines)
    assert MAX_NAME == 40
