"""The API of the plugins: what it tells, and who may switch."""

from __future__ import annotations

import sys
from typing import Any

import httpx
import pytest
from tests.hostile import CALM, Hostile, install

from hub import config
from hub.api.app import build
from hub.auth.sessions import Person
from hub.hub import Hub
from hub.plugin import manifest
from hub.plugin.entrance import Entrance

OWNER, MEMBER, GUEST = Person("o", "Ada", "owner"), Person("m", "Mia", "member"), Person("g", "Gus", "guest")
ASKS = '[permissions.network]\nwhy = "Asks the weather."\n'


async def _none(*_):
    return None


@pytest.fixture
async def hub(tmp_path, monkeypatch):
    folder = install(
        tmp_path / "packages",
        api_calm=Hostile(CALM.code, about=ASKS),
        api_fails=Hostile("raise ImportError('no CUDA here')"),
    )
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(Entrance, "refusal", _none)  # the probe is tested where it is
    found = {name: entry for name, entry in manifest.installed().items() if entry.module.startswith("hx_api")}
    monkeypatch.setattr(manifest, "installed", lambda: dict(found))
    hub = Hub(config.load(data=tmp_path / "data"), ())
    await hub.open()
    await hub.plugins.start()
    yield hub
    await hub.stop()
    for name in [name for name in sys.modules if name.startswith("hx_")]:
        del sys.modules[name]


@pytest.fixture
def client(hub):
    api = build(hub)

    async def call(person: Person | None, method: str, path: str) -> tuple[int, Any]:
        async def app(scope, receive, send):
            await api(scope | {"state": {"person": person}}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            response = await client.request(method, path)
            return response.status_code, response.json()

    return call


async def test_it_lists_every_plugin_with_why_and_fix(client):
    status, told = await client(MEMBER, "GET", "/api/plugins")
    assert status == 200
    calm, fails = (next(one for one in told if one["name"] == name) for name in ("api_calm", "api_fails"))
    assert (calm["state"], calm["version"], calm["distribution"]) == ("ready", "1", "hx-api_calm")
    assert calm["permissions"] == [{"name": "network", "why": "Asks the weather.", "enforced": False}]
    assert calm["tools"] == ["api_calm_tool"]
    assert (calm["enabled"], calm["panel"], calm["retry_at"]) == (True, "", None)
    assert fails["state"] == "disabled"
    assert "no CUDA here" in fails["reason"]
    assert fails["fix"]


async def test_the_owner_switches_and_reads_the_log(hub, client):
    status, told = await client(OWNER, "POST", "/api/plugins/api_calm/disable")
    assert (status, told["state"], told["enabled"], told["tools"]) == (200, "disabled", False, [])
    status, told = await client(OWNER, "POST", "/api/plugins/api_calm/restart")
    assert (status, told["fix"]) == (409, "Enable it first.")
    status, told = await client(OWNER, "POST", "/api/plugins/api_calm/enable")
    assert (told["state"], told["enabled"]) == ("ready", True)
    status, told = await client(OWNER, "POST", "/api/plugins/api_calm/restart")
    assert (status, told["state"]) == (200, "ready")
    states = [one["state"] for one in told["history"]]
    assert states.count("ready") == 3
    assert "stopping" in states
    status, lines = await client(OWNER, "GET", "/api/plugins/api_calm/log")
    assert status == 200
    assert {"at", "level", "text"} == set(lines[-1]) if lines else True
    assert (await client(OWNER, "GET", "/api/plugins/nonsense"))[0] == 404


async def test_others_may_look_at_most(client):
    for act in ("enable", "disable", "restart"):
        assert (await client(MEMBER, "POST", f"/api/plugins/api_calm/{act}"))[0] == 403
    assert (await client(MEMBER, "GET", "/api/plugins/api_calm/log"))[0] == 403
    assert (await client(MEMBER, "GET", "/api/plugins/api_calm"))[0] == 200
    assert (await client(GUEST, "GET", "/api/plugins"))[0] == 403
    assert (await client(None, "GET", "/api/plugins"))[0] == 401
