"""The API of the approvals: the same gate, the same rules, in JSON."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from hub import config
from hub.api.app import build
from hub.auth.sessions import Person
from hub.hub import Hub

OWNER, MEMBER, GUEST = Person("o", "Ada", "owner"), Person("m", "Mia", "member"), Person("g", "Gus", "guest")


@pytest.fixture
async def hub(tmp_path):
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    for person in (OWNER, MEMBER, GUEST):
        await hub.core.execute(
            "INSERT INTO person VALUES (?, ?, ?, 0)", (person.id, person.name, person.role)
        )
    yield hub
    await hub.stop()


@pytest.fixture
def client(hub):
    """Ask the API as somebody: ``await client(OWNER, "GET", "/api/approvals")``."""
    api = build(hub)

    async def call(person: Person | None, method: str, path: str, **body: Any) -> tuple[int, Any]:
        async def app(scope, receive, send):
            await api(scope | {"state": {"person": person}}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            response = await client.request(method, path, json=body or None)
            return response.status_code, response.json()

    return call


async def ask(hub, text="milk", person=MEMBER):
    return (await hub.gate.call("add_note", {"text": text}, person=person.id)).approval


async def test_it_lists_what_waits_for_whoever_asks(hub, client):
    hers, his = await ask(hub), await ask(hub, "bread", OWNER)
    status, told = await client(OWNER, "GET", "/api/approvals")
    assert status == 200
    assert [one["id"] for one in told["waiting"]] == [hers.id, his.id]
    one = told["waiting"][0]
    assert (one["digest"], one["risk"], one["arguments"]) == (hers.digest, "write", {"text": "milk"})
    assert one["call"] == 'add_note({"text":"milk"})'
    assert one["consequence"] == "Add a note. It can be undone."
    assert 0 < one["left_s"] <= 600
    _, told = await client(MEMBER, "GET", "/api/approvals")
    assert [one["id"] for one in told["waiting"]] == [hers.id]


async def test_a_yes_must_repeat_the_digest_and_runs_once(hub, client):
    one = await ask(hub)
    path = f"/api/approvals/{one.id}/approve"
    assert (await client(MEMBER, "POST", path))[0] == 422
    status, told = await client(MEMBER, "POST", path, digest="0" * 64)
    assert (status, told["outcome"]) == (409, "refused")
    assert told["fix"]
    answers = await asyncio.gather(*(client(MEMBER, "POST", path, digest=one.digest) for _ in range(20)))
    assert sorted(status for status, _ in answers) == [200] + [409] * 19
    assert next(told for status, told in answers if status == 200)["result"] == "Noted: milk"
    assert (await hub.core.rows("SELECT count(*) FROM note"))[0][0] == 1
    _, told = await client(MEMBER, "GET", "/api/approvals")
    assert [(each["state"], each["by"]) for each in told["history"]] == [("done", "m")]


async def test_a_no_is_a_no(hub, client):
    one = await ask(hub)
    assert await client(MEMBER, "POST", f"/api/approvals/{one.id}/deny") == (
        200, {"outcome": "denied", "result": None, "reason": "", "fix": ""},
    )  # fmt: skip
    status, told = await client(MEMBER, "POST", f"/api/approvals/{one.id}/approve", digest=one.digest)
    assert (status, told["reason"]) == (409, "The answer was no.")
    status, told = await client(MEMBER, "POST", f"/api/approvals/{one.id}/deny")
    assert (status, told["outcome"]) == (409, "refused")


async def test_nobody_answers_for_another(hub, client):
    one = await ask(hub, "bread", OWNER)
    for person, code in ((MEMBER, 409), (GUEST, 403), (None, 401)):
        for word in ("approve", "deny"):
            status, _ = await client(person, "POST", f"/api/approvals/{one.id}/{word}", digest=one.digest)
            assert status == code, (person, word)
    assert (await hub.gate.find(one.id, OWNER)).state == "waiting"
    assert (await client(GUEST, "GET", "/api/approvals"))[0] == 403


async def test_what_a_model_had_read_is_told(hub, client):
    await hub.gate.call("add_note", {"text": "x"}, person=OWNER.id, read="read_page")
    _, both = await client(OWNER, "GET", "/api/approvals")
    [waits] = both["waiting"]
    assert waits["read"] == "read_page"
    assert waits["consequence"].endswith(" Asked for after reading read_page.")
