"""A plugin's page is of the hub's own origin: it must not press the hub's buttons, nor learn the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from hub import config
from hub.auth.guard import Guard
from hub.auth.sessions import Person
from hub.errors import HubError
from hub.hub import Hub
from hub.plugin.acting import acting, current
from hub.plugin.served import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

COOKIE = "hub_test"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    yield hub
    await hub.stop()


async def ask(app: Any, method: str, path: str, **headers: str) -> tuple[int, dict[str, list[str]], bytes]:
    """Send one request through an ASGI app; return status, headers and body."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    named = {"host": "127.0.0.1:8420"} | headers
    scope = {
        "type": "http", "method": method, "path": path, "scheme": "http", "query_string": b"", "root_path": "",
        "headers": [(key.encode(), value.encode()) for key, value in named.items()], "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive, send)
    told: dict[str, list[str]] = {}
    for key, value in sent[0]["headers"]:
        told.setdefault(key.decode(), []).append(value.decode())
    return sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:])


def wrapped(hub: Hub, app: Any) -> Guard:
    route = served("evil", "/p/evil/x", app, lambda *_: None, lambda _: True)
    return Guard(route, hub.sessions, (), COOKIE)


async def test_a_plugin_is_told_who_asks_and_never_by_which_session(hub: Hub) -> None:
    ada = await hub.claims.redeem(await hub.claims.new_code())
    token = await hub.sessions.start(ada, "test")
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((dict(scope["headers"]), scope["state"], current.get()))
        await PlainTextResponse("ok")(scope, receive, send)

    cookies = f"mine=1; {COOKIE}={token}; other=2"
    status, _, _ = await ask(wrapped(hub, app), "GET", "/p/evil/x", cookie=cookies)
    [(headers, state, who)] = seen
    assert (status, who, state["person"]) == (200, "evil", ada)
    assert headers[b"cookie"] == b"mine=1; other=2"
    assert token not in str(headers) + str(state)


async def test_a_page_of_a_plugin_has_no_scripts_and_its_forms_lead_back_to_it(hub: Hub) -> None:
    loose = {
        "content-security-policy": "script-src *",
        "x-content-type-options": "",
        "referrer-policy": "no-referrer",
    }
    _, headers, _ = await ask(wrapped(hub, HTMLResponse("<p>", headers=loose)), "GET", "/p/evil/x")
    own = headers["content-security-policy"][-1]
    assert len(headers["content-security-policy"]) == 2  # a browser keeps to both
    assert own.startswith("default-src 'none'")
    assert "script-src" not in own
    assert "form-action" in own
    forms = own.split("form-action ")[1].split(";")[0].split()
    assert set(forms) == {
        f"{way}://127.0.0.1:8420{path}" for way in ("http", "https") for path in ("/p/evil/", "/p/evil/x")
    }
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == (["nosniff"], ["same-origin"])


@pytest.mark.parametrize(
    "kind", ["text/javascript", "application/x-javascript; charset=utf-8", "text/ecmascript"]
)
async def test_a_plugin_serves_no_scripts_to_other_pages(hub: Hub, kind: str) -> None:
    _, headers, _ = await ask(wrapped(hub, Response("alert(1)", media_type=kind)), "GET", "/p/evil/x.js")
    assert headers["content-type"] == ["text/plain; charset=utf-8"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/approvals/1/approve", 403), ("/settings", 403), ("/plugins/guard/disable", 403), ("/p/other/x", 403),
     ("/p/evil/x", 200), ("/timers/1/stop", 200)],
)  # fmt: skip
async def test_a_form_in_a_panel_reaches_only_its_plugin(hub: Hub, path: str, status: int) -> None:
    guard = Guard(PlainTextResponse("ok"), hub.sessions, (), COOKIE)
    origin = "http://127.0.0.1:8420"
    assert (await ask(guard, "POST", path, referer=f"{origin}/p/evil/", origin=origin))[0] == status
    assert (await ask(guard, "POST", path, origin="null"))[0] == 403  # what a page without a referrer sends
    assert (await ask(guard, "POST", path, referer=f"{origin}/approvals", origin=origin))[0] == 200
    assert (await ask(guard, "GET", path, referer=f"{origin}/p/evil/"))[0] == 200


async def test_a_plugin_makes_nobody_an_owner_and_signs_nobody_in(hub: Hub) -> None:
    ada = await hub.claims.redeem(await hub.claims.new_code())
    with acting("evil"):
        for attempt in (
            hub.claims.new_code(),
            hub.sessions.start(ada, "evil"),
            hub.people.hand_over(ada, "x"),
            hub.people.set_role(ada, "x", "member"),
            hub.invites.new(ada, "x", "member"),
        ):
            with pytest.raises(HubError, match="evil may"):
                await attempt
    assert hub.sessions.of(ada.id) == []


async def test_forgetting_reaches_notes_and_approvals_and_export_hands_them_out(hub: Hub) -> None:
    from hub import kept

    ada = await hub.claims.redeem(await hub.claims.new_code())
    talk = await hub.conversations.new(ada.id)
    await hub.core.execute("INSERT INTO note (person, at, text) VALUES (?, 0, 'secret milk')", (ada.id,))
    await hub.gate.call("add_note", {"text": "secret bread"}, person=ada.id, talk=talk.id)
    told = await kept._decided(hub, Person(ada.id, ada.name, ada.role))
    assert "secret milk" in str(told)
    assert "secret bread" in str(told)
    await hub.conversations.leave(ada.id)
    for table in ("note", "approval"):
        assert await hub.core.rows(f"SELECT * FROM {table}") == []
    assert "secret" not in str(await hub.gate.audit())
    assert [record.what for _, record in await hub.gate.audit()] == ["asked"]
