"""Without TLS: what is open, what is sent to the same place with it, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from hub.tls.plain import Plain


def client(peer: str = "192.168.1.50", scheme: str = "http") -> TestClient:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("in")(scope, receive, send)

    return TestClient(Plain(app), f"{scheme}://hub.lan:8420", client=(peer, 5000), follow_redirects=False)


@pytest.mark.parametrize("path", ["/trust", "/trust/hub.crt", "/static/x/hub.css", "/favicon.ico"])
def test_what_a_new_device_needs_is_open(path: str) -> None:
    assert client().get(path).text == "in"


@pytest.mark.parametrize("path", ["/", "/trusted", "/talks?q=a%20b", "/static", "//elsewhere.example/"])
def test_the_rest_is_sent_to_tls(path: str) -> None:
    answer = client().get(f"http://hub.lan:8420{path}")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"https://hub.lan:8420{path}"


def test_what_would_carry_secrets_is_refused() -> None:
    assert client().post("/talks").status_code == 403


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_goes_on_as_before(peer: str) -> None:
    assert client(peer).get("/").text == "in"
    assert client(peer).post("/talks").text == "in"


def test_what_is_secure_passes() -> None:
    assert client(scheme="https").post("/talks").text == "in"


def test_a_socket_is_refused() -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect) as closed, client().websocket_connect("/ws/session/x"):
        pass
    assert closed.value.code == 1008
