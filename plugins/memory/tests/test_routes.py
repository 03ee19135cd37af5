"""Documents, imports and the export over HTTP: to people, of their own memory, in JSON with a fix."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.serving import Serving, serving

from hub import Memory, MemorySelection, NewMemory
from hub.testing.inside import entry_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.auth.sessions import Person

HOME = "/p/memory"
RULES = b"# House rules\n\n## Heating\n\nThe boiler is serviced in May.\n"


@dataclass
class House:
    """A served hub with the memory in it, and its people by their sessions."""

    serving: Serving
    tokens: dict[str, str]
    people: dict[str, Person]

    @property
    def memory(self) -> Any:
        return self.serving.hub.port(Memory)

    async def ask(
        self, method: str, path: str, data: bytes | None = None, who: str = "owner", **headers: str
    ) -> tuple[int, Any]:
        """Return status and answer."""
        if token := self.tokens.get(who):
            headers["cookie"] = f"{self.serving.cookie}={token}"
        async with (
            self.serving.client("", **headers) as client,
            client.request(method, HOME + path, data=data) as answer,
        ):
            body = await answer.read()
            return answer.status, json.loads(body) if answer.content_type == "application/json" else body


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("hub.plugin.manifest.installed", lambda: {"memory": entry_of("hub_memory")})
    async with serving(tmp_path / "hub") as served:
        hub = served.hub
        hub.jobs.start()
        await hub.plugins.start()
        people = {"owner": served.owner}
        for role in ("member", "guest"):
            code = await hub.invites.new(served.owner, role.title(), role, 1.0)
            people[role] = await hub.invites.redeem(code, role.title())
        tokens = {role: await hub.sessions.start(person, "test") for role, person in people.items()}
        code = await hub.devices.offer(served.owner, "Kitchen", "shared")
        tokens["device"] = (await hub.devices.pair(code, "test"))[1]
        yield House(served, tokens, people)


async def test_a_document_is_taken_listed_renewed_and_forgotten(house: House) -> None:
    status, told = await house.ask("POST", "/documents?name=rules.md", RULES)
    assert (status, told["added"], told["document"]["name"], told["document"]["parts"]) == (
        200,
        1,
        "rules.md",
        1,
    )
    assert (await house.ask("POST", "/documents?name=rules.md", RULES))[1]["unchanged"] == 1
    status, told = await house.ask("GET", "/documents")
    assert [one["name"] for one in told["documents"]] == ["rules.md"]
    assert (await house.ask("GET", "/documents", who="member")) == (200, {"documents": []})
    name = told["documents"][0]["id"]
    assert (await house.ask("DELETE", f"/documents/{name}", who="member"))[0] == 422
    assert await house.ask("DELETE", f"/documents/{name}") == (200, {"forgotten": 1})
    assert (await house.ask("GET", "/documents"))[1] == {"documents": []}


async def test_an_import_is_looked_at_done_and_undone(house: House) -> None:
    raw = b'{"text": "Anna likes tea.", "place": {"lat": 1}}\nbroken\n{"text": "Anna lives in Bonn."}'
    status, told = await house.ask("POST", "/import/preview", raw)
    assert (status, told["format"], told["new"], told["batch"]) == (200, "jsonl", 2, "")
    assert told["skipped"] == [{"line": 2, "why": "It is no JSON."}]
    assert told["samples"][0] == {"text": "Anna likes tea.", "kind": "fact", "created": 0.0}
    status, done = await house.ask("POST", "/import", raw)
    assert (status, done["new"], done["lost"], told["lost"]) == (200, 2, {"place": 1}, {"place": 1})
    (batch,) = (await house.ask("GET", "/imports"))[1]["imports"]
    assert (batch["id"], batch["entries"]) == (done["batch"], 2)
    status, exported = await house.ask("GET", "/export")
    assert sorted(entry["text"] for entry in exported["entries"]) == [
        "Anna likes tea.",
        "Anna lives in Bonn.",
    ]
    assert (await house.ask("POST", "/import", json.dumps(exported).encode(), "member"))[1]["new"] == 2
    assert await house.ask("DELETE", f"/imports/{done['batch']}") == (200, {"forgotten": 2})
    assert (await house.ask("GET", "/imports"))[1] == {"imports": []}
    assert len((await house.ask("GET", "/export", who="member"))[1]["entries"]) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/documents"), ("POST", "/documents?name=a.md"), ("DELETE", "/documents/0"),
        ("POST", "/import"), ("POST", "/import/preview"), ("GET", "/imports"), ("DELETE", "/imports/0"),
        ("GET", "/export"),
    ],
)  # fmt: skip
async def test_nobody_but_people_is_served_and_no_other_page(house: House, method: str, path: str) -> None:
    body = b"words" if method == "POST" else None
    assert (await house.ask(method, path, body, who="stranger"))[0] == 401
    status, told = await house.ask(method, path, body, who="device")
    assert (status, bool(told["fix"])) == (403, True)
    if path != "/export":
        assert (await house.ask(method, path, body, who="guest"))[0] == 403
    assert (await house.ask(method, path, body, origin="https://evil.example"))[0] == 403
    assert await house.memory.browse(MemorySelection(house.people["owner"].id)) == []


async def test_what_is_refused_says_why_and_what_to_do(house: House) -> None:
    for path, body in (
        ("/documents?name=a.md", b"\xff\xfe\xfd"), ("/documents", b"words"), ("/documents?name=a.md", b""),
        ("/import", b"words"), ("/import", b""),
    ):  # fmt: skip
        status, told = await house.ask("POST", path, body)
        assert status == 422
        assert told["error"]
        assert told["fix"]
    status, told = await house.ask("POST", "/documents?name=a.md", b"a" * ((8 << 20) + 1))
    assert (status, told["fix"]) == (413, "Cut it: I take 8 MB at once.")


async def test_a_large_document_is_learnt_in_the_background(house: House) -> None:
    raw = "\n\n".join(f"# Chapter {at}\n\nIts answer is {at * 7}." for at in range(600))
    assert (await house.ask("POST", "/documents?name=book.md", raw.encode()))[1]["added"] == 600
    async with asyncio.timeout(60):
        while (await house.memory.health()).to_embed:
            await asyncio.sleep(0.05)
    status, told = await house.ask("GET", "/documents")
    assert (status, told["documents"][0]["parts"]) == (200, 600)


async def test_the_person_who_leaves_takes_documents_along(house: House) -> None:
    member = house.people["member"]
    await house.ask("POST", "/documents?name=rules.md", RULES, who="member")
    await house.memory.remember([NewMemory("I like tea.", member.id)])
    exported = await house.serving.hub.plugins.get("memory").hooks["hub_export"](person=member.id)
    assert len(exported["entries"]) == 2
    assert (await house.ask("POST", "/import/preview", json.dumps(exported).encode()))[1]["format"] == "hub"
    await house.serving.hub.people.remove(house.people["owner"], member.id)
    await house.serving.hub.reach.plan()
    from hub import Selector  # the hub asks its plugins so

    await house.serving.hub.plugins.get("memory").hooks["hub_forget"](selector=Selector(person=member.id))
    assert await house.memory.browse(MemorySelection(member.id)) == []
