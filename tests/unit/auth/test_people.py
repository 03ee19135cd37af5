"""People come, change, hand over and go; whatever they had ends with them."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.auth.browser import describe
from hub.auth.codes import ALPHABET, WrongCode, short_code, short_digest
from hub.auth.devices import MOST_OWN
from hub.auth.guesses import IN_ALL, PER_PEER, WINDOW_S, Guesses, TooMany, network
from hub.auth.names import MAX_NAME, clean_name
from hub.auth.roles import Forbidden
from hub.auth.sessions import GUEST_IDLE_S, LIFETIME_S
from hub.errors import HubError

HOSTILE = {
    "<script>alert(1)</script>": True,
    "'; DROP TABLE person; --": True,
    "شيرين": True,
    "अनुष्का": True,
    "x" * MAX_NAME: True,
    "x" * 10_000: False,
    "x" * (MAX_NAME + 1): False,
    "Owner\u202eresu": False,
    "a\x00b": False,
    "a\x1b[31mb": False,
    "\u200bEve": False,
    "": False,
    " \t\n ": False,
    "...": False,
    "\ud800x": False,
}


@pytest.mark.parametrize(("name", "good"), HOSTILE.items())
async def test_hostile_names_are_kept_as_text_or_refused(house, name: str, good: bool) -> None:
    if not good:
        with pytest.raises(HubError):
            await house.hub.people.rename(house.guest, house.guest.id, name)
        assert (await house.hub.people.get(house.guest.id)).name == "Gus"
        return
    await house.hub.people.rename(house.guest, house.guest.id, name)
    async with house.client(await house.sign_in("owner")) as owner:
        page = (await owner.get("/people")).text
    assert "<script>alert" not in page
    assert (await house.hub.people.get(house.guest.id)).name == name


@given(st.text())
def test_a_clean_name_is_clean(text: str) -> None:
    try:
        name = clean_name(text)
    except HubError as error:
        assert error.fix
    else:
        assert clean_name(name) == name
        assert 0 < len(name) <= MAX_NAME
        assert name.isprintable() or "\u200c" in name or "\u200d" in name


async def test_nobody_takes_a_name_that_reads_like_anothers(house) -> None:
    for name in ("mia", " MIA ", "\uff2dia"):
        with pytest.raises(HubError, match="already"):
            await house.hub.people.rename(house.guest, house.guest.id, name)
    await house.hub.people.rename(house.member, house.member.id, "MIA")


async def test_a_role_that_cannot_be_given_changes_no_name(house) -> None:
    path = f"/api/people/{house.member.id}"
    async with house.client(await house.sign_in("member")) as member:
        assert (await member.patch(path, json={"name": "Max", "role": "member"})).status_code == 403
    async with house.client(await house.sign_in("owner")) as owner:
        assert (await owner.patch(path, json={"name": "Max", "role": "emperor"})).status_code == 409
        assert (await house.hub.people.get(house.member.id)).name == "Mia"
        assert (await owner.patch(path, json={"name": "Max", "role": "guest"})).json()["role"] == "guest"


async def test_only_the_owner_changes_others(house) -> None:
    people = house.hub.people
    for work in (
        people.rename(house.member, house.guest.id, "Eve"),
        people.set_role(house.guest, house.guest.id, "member"),
        people.remove(house.member, house.guest.id),
        people.hand_over(house.member, house.member.id),
        people.rename(house.tablet, house.tablet.id, "Boss"),
        people.sign_out(house.member, house.guest.id),
    ):
        with pytest.raises(Forbidden):
            await work


async def test_the_owner_cannot_go_or_be_doubled(house) -> None:
    people = house.hub.people
    for work in (
        people.remove(house.owner, house.owner.id),
        people.set_role(house.owner, house.owner.id, "guest"),
        people.set_role(house.owner, house.guest.id, "owner"),
        people.set_role(house.owner, house.guest.id, "device"),
        people.hand_over(house.owner, house.guest.id),
        people.hand_over(house.owner, "nobody"),
    ):
        with pytest.raises(HubError):
            await work
    assert [p.role for p in await people.all()] == ["owner", "member", "guest"]


async def test_handing_over_takes_everything_that_is_the_owners(house) -> None:
    hub = house.hub
    invite = await hub.invites.new(house.owner, "Eve", "member")
    old, new, tablet = [await house.sign_in(role) for role in ("owner", "member", "device")]
    async with house.socket(old) as socket:
        await socket.greet()
        await hub.people.hand_over(house.owner, house.member.id)
        assert (await socket.until("websocket.close"))["code"] == 4401  # the page loads anew, as a member
    assert (await hub.sessions.person(old)).role == "member"
    assert (await hub.sessions.person(new)).role == "owner"
    assert (await hub.sessions.person(tablet)).role == "device"
    with pytest.raises(WrongCode):
        await hub.invites.redeem(invite)
    with pytest.raises(HubError, match="own this hub"):  # who acts with yesterday's role
        await hub.people.hand_over(
            house.owner,
            (await hub.people.set_role(await hub.people.get(house.member.id), house.guest.id, "member")).id,
        )


async def test_nobody_pairs_so_many_devices_that_others_cannot(house) -> None:
    devices = house.hub.devices
    for number in range(MOST_OWN):
        await devices.pair(await devices.offer(house.guest, f"Phone {number}", "personal"), "test")
    with pytest.raises(HubError, match="devices already"):
        await devices.pair(await devices.offer(house.guest, "One more", "personal"), "test")
    await devices.pair(await devices.offer(house.member, "Watch", "personal"), "test")
    await devices.pair(await devices.offer(house.owner, "Wall", "shared"), "test")


async def test_removing_a_person_ends_sessions_devices_and_codes(house) -> None:
    hub, session = house.hub, await house.sign_in("member")
    _, phone = await hub.devices.pair(await hub.devices.offer(house.member, "Phone", "personal"), "test")
    code = await hub.devices.offer(house.member, "Watch", "personal")
    back = await hub.invites.back_in(house.owner, house.member)
    assert (await hub.sessions.person(phone)).id == house.member.id
    await hub.people.remove(house.owner, house.member.id)
    assert await hub.sessions.person(session) is None
    assert await hub.sessions.person(phone) is None
    with pytest.raises(WrongCode):
        await hub.devices.pair(code, "test")
    with pytest.raises(WrongCode):
        await hub.invites.redeem(back)
    with pytest.raises(HubError, match="removed"):
        await hub.sessions.start(house.member, "test")
    names = [event.name for event in hub.bus.recent()]
    assert {"person.joined", "person.left", "session.started", "session.ended", "device.paired"} <= set(names)


async def test_the_talks_of_who_is_removed_are_erased(house) -> None:
    hub, talks = house.hub, house.hub.conversations
    for person in (house.member, house.tablet, house.guest):
        talk = await talks.new(person.id)
        await talk.write("What is 2 plus 2?")
        await talk.settled()
    await hub.people.remove(house.owner, house.member.id)
    await hub.devices.revoke(house.owner, house.tablet.id)
    left = {row[0] for row in await hub.core.rows("SELECT person FROM conversation")}
    assert left == {house.guest.id}


async def test_of_many_who_hold_one_invite_exactly_one_comes_in(house) -> None:
    code = await house.hub.invites.new(house.owner, "Eve", "member")
    tries = (house.hub.invites.redeem(code, f"Eve {n}") for n in range(20))
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in done) == 1
    assert len(await house.hub.people.all()) == 4


async def test_of_many_who_type_one_code_exactly_one_is_paired(house) -> None:
    code = await house.hub.devices.offer(house.owner, "Hall", "shared")
    done = await asyncio.gather(
        *(house.hub.devices.pair(code, "test") for _ in range(20)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in done) == 1


async def test_codes_end_with_their_time_and_when_revoked(house) -> None:
    hub = house.hub
    late, void = [await hub.invites.new(house.owner, name, "guest") for name in ("Ann", "Bob")]
    await hub.core.execute("UPDATE invite SET expires = ? WHERE name = 'Ann'", (time.time() - 1,))
    (waiting,) = await hub.invites.open(house.owner)
    await hub.invites.revoke(house.owner, waiting.id)
    for code in (late, void, "", "x" * 10_000):
        with pytest.raises(WrongCode):
            await hub.invites.redeem(code)
    with pytest.raises(HubError, match="used"):
        await hub.invites.revoke(house.owner, waiting.id)
    code = await hub.devices.offer(house.owner, "Hall", "shared")
    await hub.core.execute("UPDATE pairing SET expires = ?", (time.time() - 1,))
    with pytest.raises(WrongCode):
        await hub.devices.pair(code, "test")
    for hours in (0, -1, 10_000, float("nan")):
        with pytest.raises(HubError):
            await hub.invites.new(house.owner, "Eve", "guest", hours)


async def test_a_name_that_is_taken_leaves_the_invite_good(house) -> None:
    code = await house.hub.invites.new(house.owner, "Eve", "guest")
    with pytest.raises(HubError, match="already"):
        await house.hub.invites.redeem(code, "Mia")
    assert (await house.hub.invites.redeem(code, "Eva")).name == "Eva"


async def test_a_link_lets_a_person_back_in_with_the_role_of_today(house) -> None:
    hub = house.hub
    code = await hub.invites.back_in(house.owner, house.member)
    await hub.people.set_role(house.owner, house.member.id, "guest")
    person = await hub.invites.redeem(code, "Somebody else")
    assert (person.id, person.name, person.role) == (house.member.id, "Mia", "guest")
    with pytest.raises(HubError):
        await hub.invites.back_in(house.owner, house.owner)


async def test_a_code_of_who_lost_the_right_pairs_nothing(house) -> None:
    code = await house.hub.devices.offer(house.owner, "Hall", "shared")
    await house.hub.core.execute("UPDATE person SET role = 'member' WHERE role = 'owner'")
    with pytest.raises(WrongCode):
        await house.hub.devices.pair(code, "test")
    with pytest.raises(Forbidden):
        await house.hub.devices.offer(house.member, "Hall", "shared")
    with pytest.raises(HubError, match="kind"):
        await house.hub.devices.offer(house.member, "Hall", "owner")


async def test_everybody_manages_their_own_devices_and_the_owner_all(house) -> None:
    hub = house.hub
    phone, _ = await hub.devices.pair(await hub.devices.offer(house.member, "Phone", "personal"), "test")
    assert [d.name for d in await hub.devices.all(house.member)] == ["Phone"]
    assert [d.name for d in await hub.devices.all(house.owner)] == ["Kitchen tablet", "Phone"]
    assert await hub.devices.all(house.guest) == []
    for who, device in ((house.guest, phone.id), (house.member, house.tablet.id)):
        with pytest.raises(HubError, match="no such device"):
            await hub.devices.revoke(who, device)
    await hub.devices.rename(house.owner, phone.id, "Mia's phone")
    (device,) = await hub.devices.all(house.member)
    assert (device.name, device.kind, device.seen is not None) == ("Mia's phone", "personal", True)


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_short_code_may_be_typed_as_one_likes(typed) -> None:
    code = short_code()
    assert short_digest(typed(code)) == short_digest(code)
    assert set(code) <= set(ALPHABET) | {"-"}
    assert not set("01ILOU") & set(ALPHABET)


def test_guesses_are_limited_for_a_peer_and_in_all() -> None:
    now = [0.0]
    guesses = Guesses(lambda: now[0])

    def guess(peer: str) -> None:
        with guesses.attempt(peer):
            raise WrongCode("no", fix="none")

    for _ in range(PER_PEER):
        with pytest.raises(WrongCode):
            guess("192.0.2.1")
    with pytest.raises(TooMany):
        guess("192.0.2.1")
    with guesses.attempt("192.0.2.2"):  # a right one is not counted, nor one's own mistakes
        pass
    with pytest.raises(HubError, match="taken"), guesses.attempt("192.0.2.2"):
        raise HubError("taken", fix="none")
    for n in range(IN_ALL - PER_PEER):
        with pytest.raises(WrongCode):
            guess(f"198.51.100.{n}")
    with pytest.raises(TooMany):
        guess("192.0.2.3")
    now[0] = WINDOW_S + 1
    with pytest.raises(WrongCode):
        guess("192.0.2.1")


def test_one_who_holds_a_network_is_one_guesser() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1")
    assert network("somewhere") == "somewhere"


async def test_sessions_end_by_themselves(house) -> None:
    hub, now = house.hub, time.time()
    guest, member, tablet = [await house.sign_in(role) for role in ("guest", "member", "device")]
    sessions = {
        role: await hub.sessions.find(t)
        for role, t in (("guest", guest), ("member", member), ("device", tablet))
    }
    sessions["guest"].seen = now - GUEST_IDLE_S - 1
    sessions["member"].created = now - LIFETIME_S - 1
    sessions["device"].created = now - 2 * LIFETIME_S
    assert await hub.sessions.person(guest) is None
    assert await hub.sessions.person(member) is None
    assert await hub.sessions.person(tablet) == house.tablet  # in use
    sessions["device"].seen = now - LIFETIME_S - 1
    assert await hub.sessions.person(tablet) is None
    assert [device.name for device in await hub.devices.all(house.owner)] == [
        "Kitchen tablet"
    ]  # its talks wait


async def test_sessions_survive_a_restart_and_expired_ones_do_not(house) -> None:
    hub = house.hub
    guest, member, tablet = [await house.sign_in(role) for role in ("guest", "member", "device")]
    await hub.core.execute(
        "UPDATE session SET seen = ? WHERE person = ?", (time.time() - GUEST_IDLE_S - 1, house.guest.id)
    )
    await hub.sessions.open()
    assert await hub.sessions.person(guest) is None
    assert await hub.sessions.person(member) == house.member
    assert await hub.sessions.person(tablet) == house.tablet


async def test_a_socket_dies_with_its_session_and_no_other_does(house) -> None:
    hub = house.hub
    mine, other = await house.sign_in("member"), await house.sign_in("guest")
    phone, paired = await hub.devices.pair(await hub.devices.offer(house.member, "Phone", "personal"), "test")
    async with house.socket(mine) as first, house.socket(other) as second, house.socket(paired) as third:
        for socket in (first, second, third):
            await socket.greet()
        await hub.devices.revoke(house.owner, phone.id)
        assert (await third.until("websocket.close"))["code"] == 4401
        await hub.people.sign_out(house.member, house.member.id)
        assert (await first.until("websocket.close"))["code"] == 4401
        await second.coming.put({"type": "websocket.receive", "text": '{"type": "ping"}'})
        while '"pong"' not in (await second.until("websocket.send"))["text"]:
            pass


async def test_logging_out_everywhere_is_everywhere_and_only_ones_own(house) -> None:
    hub, tokens = house.hub, [await house.sign_in("owner") for _ in range(3)]
    _, phone = await hub.devices.pair(await hub.devices.offer(house.owner, "Phone", "personal"), "test")
    tablet, member = await house.sign_in("device"), await house.sign_in("member")
    assert await hub.people.sign_out(house.owner, house.owner.id) == 4
    assert [await hub.sessions.person(token) for token in (*tokens, phone)] == [None] * 4
    assert await hub.sessions.person(tablet)
    assert await hub.sessions.person(member)
    assert [device.name for device in await hub.devices.all(house.owner)] == ["Kitchen tablet"]
    await hub.sessions.open()
    assert hub.sessions.of(house.owner.id) == []


async def test_nobody_ends_anothers_session(house) -> None:
    token = await house.sign_in("member")
    (session,) = house.hub.sessions.of(house.member.id)
    with pytest.raises(HubError):
        await house.hub.sessions.end_one(house.guest.id, session.id)
    assert await house.hub.sessions.person(token)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        ("curl/8.5.0", "curl"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert describe(agent) == words
