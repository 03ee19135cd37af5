"""Everybody sees what they themselves cost, the owner what the house does; and it goes with them when they go."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import orjson

from hub import kept
from hub.llm.provider import Caps, Message, Price, Request, Usage

if TYPE_CHECKING:
    from auth.conftest import House

CAPS = Caps(local=False, quality="full", distance="world", model="m", price=Price(1.0, 1.0, 1.0))


def spend(house: House, person: str, millionths: int, name: str = "grok") -> None:
    made: Any = house.hub.budget.reserve(name, CAPS, Request((Message("user", "hello"),), person=person))
    made.settle(Usage(0, millionths))


async def ask(house: House, role: str, query: str = "") -> Any:
    async with house.client(await house.sign_in(role)) as client:
        answer = await client.get(f"/api/spending{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_the_owner_sees_the_house_and_all_others_themselves(house: House) -> None:
    spend(house, house.owner.id, 100)
    spend(house, house.member.id, 20, "other")
    spend(house, house.tablet.id, 3)
    told = await ask(house, "owner", "?by=person")
    assert told["of"] == "house"
    assert round(told["all"]["usd"] * 1e6) == 123
    assert {one["name"]: round(one["usd"] * 1e6) for one in told["used"]} == {
        house.owner.id: 100, house.member.id: 20, house.tablet.id: 3
    }  # fmt: skip
    assert [one["period"] for one in told["limits"]] == ["day", "month"]
    told = await ask(house, "owner", "?mine=true")
    assert (told["of"], round(told["all"]["usd"] * 1e6)) == ("me", 100)
    told = await ask(house, "member", "?by=person&period=month")
    assert (told["of"], told["period"]) == ("me", "month")
    assert [(one["name"], round(one["usd"] * 1e6)) for one in told["used"]] == [(house.member.id, 20)]
    assert [one["name"] for one in (await ask(house, "member"))["used"]] == ["other"]
    told = await ask(house, "guest", "?mine=false")
    assert told["all"]["requests"] == 0
    assert house.owner.id not in str(told)


async def test_a_wrong_question_is_told_what_is_wrong(house: House) -> None:
    async with house.client(await house.sign_in("owner")) as client:
        answer = await client.get("/api/spending?period=century&by=shoes")
        assert answer.status_code == 422
        assert "century" in answer.text
        assert "day" in answer.text


async def test_a_limit_that_the_owner_sets_holds_at_once_and_is_for_nobody_else_to_set(house: House) -> None:
    spend(house, house.member.id, 900)
    changes = {"budget": {"daily_usd": 0.001, "person_daily_usd": 0.0005}}
    async with house.client(await house.sign_in("member")) as client:
        assert (await client.patch("/api/settings", json=changes)).status_code == 403
    async with house.client(await house.sign_in("owner")) as client:
        answer = await client.patch("/api/settings", json=changes)
        assert answer.status_code == 200, answer.text
        assert "budget" not in answer.json()["waiting"]
        wrong = await client.patch("/api/settings", json={"budget": {"daily_usd": -1}})
        assert wrong.status_code == 422
        assert "budget.daily_usd" in wrong.json()["fields"]
        wrong = await client.patch("/api/settings", json={"budget": {"weekly_usd": 1}})
        assert wrong.status_code == 422
    told = await ask(house, "owner")
    assert [(one["limit"], round(one["share"], 3)) for one in told["limits"]] == [(0.001, 0.9), (0, 0)]
    told = await ask(house, "member")
    assert [(one["limit"], round(one["share"], 3)) for one in told["limits"]] == [(0.0005, 1.8)]
    refused: Any = house.hub.budget.reserve("grok", CAPS, Request((Message("user", "x"),)))
    assert refused.why == "Today's limit, $0.001, is spent."
    told = await ask(house, "owner")
    assert round(told["all"]["usd"] * 1e6) == 900


async def test_a_person_takes_their_figures_along_and_can_have_them_forgotten(house: House) -> None:
    for person in (house.member, house.guest):
        spend(house, person.id, 7)
    pack = b"".join([piece async for piece in kept.export(house.hub, house.member, "json")])
    (row,) = orjson.loads(zipfile.ZipFile(io.BytesIO(pack)).read("spending.json"))
    assert (row["person"], row["requests"], row["usd"]) == (house.member.id, 1, 7e-6)
    await kept.forget(house.hub, house.member.id)
    assert await house.hub.budget.kept(house.member.id) == []
    assert await house.hub.budget.people() == [house.guest.id]
    await house.hub.people.remove(house.owner, house.guest.id)
    assert await house.hub.budget.people() == []
    told = await ask(house, "owner", "?by=person")
    assert [(one["name"], one["requests"]) for one in told["used"]] == [("", 2)]


async def test_forgetting_everything_leaves_the_sums(house: House) -> None:
    for person in ("", house.owner.id, house.member.id):
        spend(house, person, 7)
    await kept.forget_everything(house.hub)
    assert await house.hub.budget.people() == []
    assert round((await ask(house, "owner"))["all"]["usd"] * 1e6) == 21
