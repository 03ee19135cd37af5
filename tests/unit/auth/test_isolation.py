"""What one person said reaches no other: by no address, search, export, event or socket, in no role."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

SECRET = "hyacinth"
QUESTIONS = (
    SECRET,
    SECRET[:5],
    f'"{SECRET}"',
    f"shed -{SECRET[:3]}x",
    "shed",
    f"{SECRET} OR a",
    f"said:{SECRET}",
    "* NEAR shed",
)
READ = ("/?talk={talk}", "/talks", "/talks/export?format=json", "/talks/{talk}", "/talks/{talk}/earlier?before=9e9",
        "/talks/{talk}/export", "/talks/{talk}/export?format=json", "/api/talks", "/api/talks/{talk}",
        "/api/talks/{talk}?before=9e9", "/api/talks/{talk}/export", "/api/talks/export", "/events", "/events/rows",
        "/api/events?count=500", "/health", "/status", "/")  # fmt: skip
ACTS = (
    ("POST", "/talks/{talk}/turns", {"text": "mine now"}), ("POST", "/talks/{talk}/rename", {"title": "mine"}),
    ("POST", "/talks/{talk}/delete", {}), ("POST", "/talks/{talk}/restore", {}), ("POST", "/talks/{talk}/stop", {}),
    ("POST", "/talks/{talk}/turns/{turn}/retry", {}), ("POST", "/talks/{talk}/turns/{turn}/edit", {"text": "x"}),
    ("PATCH", "/api/talks/{talk}", {"title": "mine"}), ("DELETE", "/api/talks/{talk}", None),
    ("POST", "/api/talks/{talk}/restore", None), ("POST", "/api/talks/{talk}/turns", {"text": "mine now"}),
    ("POST", "/api/talks/{talk}/turns/{turn}/retry", None),
    ("POST", "/api/talks/{talk}/turns/{turn}/edit", {"text": "x"}), ("POST", "/api/talks/{talk}/stop", None),
)  # fmt: skip


@pytest.fixture
async def diary(house: Any) -> dict[str, str]:
    """A talk of the member's, that the search has read."""
    hub = house.hub
    talk = await hub.conversations.new(house.member.id)
    turn = await talk.write(f"The key of the shed is {SECRET}.")
    await talk.settled()
    await hub.conversations.rename(talk.id, f"About the {SECRET}", house.member.id)
    hub.search.start()
    async with asyncio.timeout(60):
        while not (await hub.search.find(SECRET, house.member.id)).total:
            await asyncio.sleep(0.05)
    return {"talk": talk.id, "turn": turn}


@pytest.mark.parametrize("role", ["device", "guest", "owner"])
async def test_nobody_reads_or_touches_what_another_said(
    house: Any, diary: dict[str, str], role: str
) -> None:
    before = (await house.hub.conversations.get(diary["talk"], house.member.id)).history()
    async with house.client(await house.sign_in(role)) as other:
        for path in READ:
            assert SECRET not in (await other.get(path.format(**diary))).text, path
        for question in QUESTIONS:
            for path in ("/talks", "/api/talks/search"):
                answer = await other.get(path, params={"q": question, "days": 0})
                assert "<mark>" not in answer.text, question
                assert path == "/talks" or answer.json()["total"] == 0
        for method, path, body in ACTS:
            form = {"json": body} if path.startswith("/api") else {"data": body}
            answer = await other.request(method, path.format(**diary), **form)
            assert answer.status_code in {404, 409}, path
            assert SECRET not in answer.text, path
    talk = await house.hub.conversations.get(diary["talk"], house.member.id)
    assert talk.history() == before
    assert talk.title == f"About the {SECRET}"


@pytest.mark.parametrize("role", ["device", "guest", "owner"])
async def test_no_socket_enters_anothers_talk(house: Any, diary: dict[str, str], role: str) -> None:
    said = [
        {
            "type": "hello",
            "page": True,
            "conversation": diary["talk"],
            "parts": ["state", "events", "stream"],
        },
        {"type": "retry", "turn": diary["turn"]},
        {"type": "edit", "turn": diary["turn"], "text": "x"},
        {"type": "write", "text": "what time is it?"},
    ]
    async with house.socket(await house.sign_in(role)) as socket:
        await socket.until("websocket.accept")
        for message in said:
            await socket.coming.put({"type": "websocket.receive", "text": json.dumps(message)})
        heard = []
        async with asyncio.timeout(60):
            while not heard or '"final":true' not in heard[-1]:
                heard.append((await socket.until("websocket.send")).get("text", ""))
    assert SECRET not in "".join(heard)
    assert diary["talk"] not in "".join(heard)
    assert len((await house.hub.conversations.get(diary["talk"], house.member.id)).history()) == 1


async def test_another_role_brings_no_other_talks(house: Any, diary: dict[str, str]) -> None:
    await house.hub.people.hand_over(house.owner, house.member.id)
    for person in (house.owner, house.guest):
        assert not (await house.hub.conversations.search(SECRET, person.id))[0].total
    assert (await house.hub.conversations.search(SECRET, house.member.id))[0].total == 1
