"""What a body may be: small, JSON, and nobody's who is not signed in; and that no cache keeps the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from hub import config
from hub.api.app import build
from hub.hub import Hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MIB = 1 << 20
JSON = {"content-type": "application/json"}


class Caller:
    """Asks the API in process as the owner, or as a stranger."""

    def __init__(self, hub: Hub, person: Any) -> None:
        self.hub, self.sent = hub, 0
        self._api, self._person = build(hub), person

    async def ask(self, method: str, path: str, *, stranger: bool = False, **options: Any) -> httpx.Response:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["state"] = {"person": None if stranger else self._person}
            await self._api(scope, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return await client.request(method, path, **options)

    async def pour(self) -> AsyncIterator[bytes]:
        """Send 16 MiB, and count what is taken of it."""
        for _ in range(16):
            self.sent += MIB
            yield b" " * MIB


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    yield Caller(hub, await hub.claims.redeem(await hub.claims.new_code()))
    await hub.stop()


async def test_a_stranger_is_refused_before_the_body_is_read(caller: Caller) -> None:
    answer = await caller.ask("POST", "/api/talks/x/turns", stranger=True, content=caller.pour())
    assert (answer.status_code, answer.json()["error"]) == (401, "You are not signed in.")
    assert caller.sent == MIB  # the piece that showed that there is a body


async def test_a_body_without_end_is_cut_off(caller: Caller) -> None:
    answer = await caller.ask("POST", "/api/talks/x/turns", content=caller.pour())
    assert (answer.status_code, caller.sent) == (413, 2 * MIB)


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"text": NaN}', b'{"text": "\\ud800"}', b'{"text": "\xff"}', b"{", b"text=hello"],
)
async def test_what_is_no_json_reaches_no_route(caller: Caller, body: bytes) -> None:
    talk = (await caller.ask("POST", "/api/talks")).json()["id"]
    for path in (f"/api/talks/{talk}/turns", "/api/timers", "/api/invites"):
        answer = await caller.ask("POST", path, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["error"]) == (422, "That is not JSON."), path


async def test_half_a_character_renames_nothing(caller: Caller) -> None:
    talk = (await caller.ask("POST", "/api/talks")).json()["id"]
    half = await caller.ask("PATCH", f"/api/talks/{talk}", content=b'{"title":"\\udfff"}', headers=JSON)
    assert half.status_code == 422
    assert (await caller.ask("PATCH", f"/api/talks/{talk}", json={"title": "Ünïcode 🐈"})).status_code == 200


async def test_no_cache_keeps_an_answer(caller: Caller) -> None:
    for path, stranger in (("/api/talks", False), ("/api/talks/export", False), ("/api/me", True)):
        headers = (await caller.ask("GET", path, stranger=stranger)).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff"), path
