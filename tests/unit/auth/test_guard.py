"""Foreign hosts and origins are refused on every path and on sockets (DESIGN, Security)."""

from __future__ import annotations

from typing import Any

import pytest

from hub.auth.guard import Guard, hostname, is_loopback


class NoSessions:
    async def find(self, _: str) -> None:
        return None


async def ask(kind: str = "http", **headers: str) -> Any:
    """Return the first message that comes out, or the scope that was let in."""
    inside: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        inside.append(scope)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": f"{kind}.request"}

    scope = {
        "type": kind,
        "method": "GET",
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    guard = Guard(app, NoSessions(), ("hub.lan",), "hub_x")  # type: ignore[arg-type]
    await guard(scope, receive, send)
    return inside[0] if inside else sent[0]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8420", "localhost", "[::1]:8420", "hub.lan", "HUB.LAN:1", "localhost.:1"]
)
async def test_own_names_come_in(host: str) -> None:
    assert (await ask(host=host))["state"]["person"] is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "hub.lan@evil.example", "[::1", "10.0.0.1"]
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_foreign_hosts_stay_out(kind: str, host: str) -> None:
    answer = await ask(kind, host=host)
    assert answer.get("status") == 403 or answer.get("code") == 1008


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:9999", "null", "http://localhost:8420"]
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_foreign_origins_stay_out(kind: str, origin: str) -> None:
    answer = await ask(kind, host="127.0.0.1:8420", origin=origin)
    assert answer.get("status") == 403 or answer.get("code") == 1008


async def test_the_own_origin_comes_in() -> None:
    assert "state" in await ask("websocket", host="127.0.0.1:8420", origin="http://127.0.0.1:8420")


async def test_a_broken_cookie_is_nobody() -> None:
    assert (await ask(host="localhost", cookie="hub_x=\x01;;;=;"))["state"]["person"] is None


def test_hostname() -> None:
    assert hostname("[::1]:80") == "::1"
    assert hostname("a:b:c") in {"", "a"}


def test_is_loopback() -> None:
    assert is_loopback("127.8.0.1")
    assert not is_loopback("192.168.0.2")
    assert not is_loopback("hub.lan")
