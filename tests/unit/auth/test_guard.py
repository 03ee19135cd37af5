"""Foreign hosts and origins are refused on every path and on sockets (DESIGN, Security)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hub.auth.guard import Guard, hostname, is_loopback


class NoSessions:
    async def find(self, _: str) -> None:
        return None


async def ask(kind: str = "http", scheme: str = "http", **headers: str) -> Any:
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
        "scheme": scheme,
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


async def test_an_origin_that_cannot_be_read_stays_out() -> None:
    assert (await ask(host="127.0.0.1:8420", origin="http://["))["status"] == 403


async def test_over_tls_a_page_of_http_is_a_stranger() -> None:
    assert (await ask(scheme="https", host="hub.lan", origin="http://hub.lan"))["status"] == 403
    assert "state" in await ask(scheme="https", host="hub.lan", origin="https://hub.lan")
    assert "state" in await ask(host="hub.lan", origin="https://hub.lan")  # a proxy ended the TLS


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_other_site_embeds_anything_of_ours(site: str) -> None:
    """A picture or a script of another site, or of another port of this host, sends no origin."""
    about = {"host": "localhost", "sec-fetch-site": site}
    assert (await ask(**about, **{"sec-fetch-mode": "no-cors"}))["status"] == 403
    assert "state" in await ask(**about, **{"sec-fetch-mode": "navigate"})
    assert "state" in await ask(host="localhost", **{"sec-fetch-site": "same-origin"})


@pytest.mark.parametrize("others", ['theme={"a":"b"}; ', "a b=c; ", "=; ", "hub_xy=other; ", 'x="\\"; '])
async def test_cookies_of_other_programs_sign_nobody_out(others: str) -> None:
    """Cookies know no ports: whatever else runs on this host sets some too."""
    assert (await ask(host="localhost", cookie=f"{others}hub_x=abc"))["state"]["token"] == "abc"


async def test_a_hostile_cookie_costs_next_to_nothing() -> None:
    """`http.cookies` of Python before 3.11.10 takes ten seconds for this (CVE-2024-7592)."""
    long, longer = [await timed("hub_x=" + '"' + "\\" * count + '"') for count in (10_000, 40_000)]
    assert longer < 8 * max(long, 1e-3)


async def timed(cookie: str) -> float:
    began = time.process_time()
    await ask(host="localhost", cookie=cookie)
    return time.process_time() - began
