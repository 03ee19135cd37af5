"""The page of settings, as a browser without scripts uses it: forms, faults, keys and what overrides them."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import tomllib

import pytest

from hub.plugin import needs
from hub.plugin.lifecycle import Plugin
from hub.plugin.manifest import Manifest


async def show(site):
    async with site.client.get(site.url + "/settings") as response:
        return response.status, await response.text()


async def send(site, do, **fields):
    """Send a form; return the status, and the page that came of it."""
    data = [
        (name, one)
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    async with site.client.post(
        site.url + "/settings", data=[*data, ("do", do)], allow_redirects=False
    ) as response:
        status, page = response.status, await response.text()
    return (status, (await show(site))[1]) if status == 303 else (status, page)


def core(**changes):
    return {
        "system_prompt": "",
        "forget_after_days": "7",
        "host": "127.0.0.1",
        "port": "8420",
        "names": "",
        **changes,
    }


def field(page, name):
    return next(tag for tag in re.findall(r"<(?:input|textarea)[^>]*>", page) if f'name="{name}"' in tag)


async def test_the_hubs_own_settings_are_made_from_their_schema_and_written(site):
    status, page = await show(site)
    assert status == 200
    assert "Days until a talk is destroyed; 0 keeps all." in page
    status, page = await send(site, "hub", **core(port="9000", names="a.lan, b.lan", disabled=["nostr"]))
    assert status == 303
    assert "Saved. It takes effect with a restart." in page
    assert "Plugins switched off" in page
    assert re.search(r"Takes effect with a restart: (Port|Host names|Plugins switched off), ", page)
    told = (site.hub.data / "hub.toml").read_text()
    assert tomllib.loads(told) == {"port": 9000, "disabled": ["nostr"], "names": ["a.lan", "b.lan"]}
    assert "host" not in told
    await send(site, "hub", **core(system_prompt="Be kind."))
    assert site.hub.settings.system_prompt == "Be kind."
    assert (site.hub.data / "hub.toml").read_text().strip() == 'system_prompt = "Be kind."'


async def test_a_tab_that_is_behind_takes_nothing_back(site):
    """Two tabs show the same; each changes what was changed in it, and leaves the rest."""
    _, page = await show(site)
    was = html.unescape(re.search(r'name="was" value="([^"]*port[^"]*)"', page)[1])
    await send(site, "hub", **core(port="9000", disabled=["voice"], was=was))
    await send(site, "hub", **core(system_prompt="Be kind.", was=was))
    now = await site.hub.configuration.read()
    assert (now.port, now.disabled, now.system_prompt) == (9000, ("voice",), "Be kind.")


async def test_a_tab_that_is_behind_stays_so_after_a_mistake(site):
    _, page = await show(site)
    was = html.unescape(re.search(r'name="was" value="([^"]*port[^"]*)"', page)[1])
    await send(site, "hub", **core(port="9000", was=was))
    status, page = await send(site, "hub", **core(forget_after_days="many", was=was))
    assert status == 422
    assert html.escape(was) in page.replace("&#34;", "&quot;")
    await send(site, "hub", **core(forget_after_days="9", was=was))
    now = await site.hub.configuration.read()
    assert (now.port, now.forget_after_days) == (9000, 9)
    for odd in ("", "[", "[]", '{"port": {}}'):
        assert (await send(site, "hub", **core(was=odd)))[0] == 303


async def test_what_is_wrong_stands_beside_its_field_and_nothing_written_is_lost(site):
    prompt = 'A "prompt" & <b>more</b>'
    status, page = await send(site, "hub", **core(port="70000", forget_after_days="x", system_prompt=prompt))
    assert status == 422
    assert "A whole number from 0 to 65535." in page
    assert "A whole number from 0 to 36500." in page
    assert 'value="70000"' in field(page, "port")
    assert 'aria-invalid="true"' in field(page, "port")
    assert html.escape(prompt, quote=False) in page.replace("&#34;", '"')
    assert "<b>more</b>" not in page
    assert not (site.hub.data / "hub.toml").exists()


async def test_what_the_environment_sets_is_shown_and_cannot_be_changed(site, monkeypatch):
    monkeypatch.setenv("HUB_PORT", "8420")
    _, page = await show(site)
    assert "Set by HUB_PORT." in page
    assert " disabled" in field(page, "port")
    status, _ = await send(site, "hub", **core(port="9000", system_prompt="x"))
    assert status == 303
    assert (site.hub.data / "hub.toml").read_text().strip() == 'system_prompt = "x"'


async def test_a_file_broken_by_hand_is_reported_and_left_alone(site):
    path = site.hub.data / "hub.toml"
    path.write_text("port = 1\nnames = [\n")
    status, page = await show(site)
    assert status == 200
    assert "line 3" in page
    status, page = await send(site, "hub", **core(system_prompt="kept"))
    assert status == 422
    assert "Mend that line" in page
    assert path.read_text() == "port = 1\nnames = [\n"
    assert (await send(site, "restart"))[0] == 422


@pytest.fixture
def garden(site):
    """A plugin with settings of every kind in its manifest."""
    settings = {
        "patience": {"type": "number", "title": "Patience", "minimum": 0.5, "maximum": 9, "default": 1.5},
        "accent": {"enum": ["north", "south"], "title": "Accent", "default": "north"},
        "loud": {"type": "boolean", "title": "Loud", "description": "For the garden.", "default": True},
        "token": {"type": "string", "format": "password", "title": "Token"},
    }
    manifest = Manifest(name="garden", title="Garden", summary="It waters.", settings=settings)
    site.hub.plugins._all["garden"] = Plugin(manifest)
    return site


async def test_a_plugins_form_is_made_from_its_manifest(garden, server):
    _, page = await show(garden)
    assert "For the garden. Takes effect with a restart." in page
    good = {
        "plugins.garden.patience": "2",
        "plugins.garden.accent": "south",
        "plugins.garden.token": server.KEY,
    }
    status, page = await send(garden, "plugin:garden", **good)
    assert status == 303
    assert garden.hub.settings.plugins == {}
    assert (await garden.hub.configuration.read()).plugins["garden"] == {
        "patience": 2.0,
        "accent": "south",
        "loud": False,
    }
    assert (await garden.hub.secrets.get("plugin.garden.token")).get_secret_value() == server.KEY
    assert server.KEY not in page
    assert server.KEY not in (garden.hub.data / "hub.toml").read_text()
    told = await needs.settings(garden.hub, garden.hub.plugins.get("garden"))
    assert server.KEY not in repr(told)
    assert told["token"].get_secret_value() == server.KEY
    status, page = await send(garden, "plugin:garden", **good | {"plugins.garden.patience": "99"})
    assert status == 422
    assert "A number from 0.5 to 9." in page
    assert 'value="99"' in page


async def test_a_restart_is_asked_for_and_said(site):
    _, page = await send(site, "restart")
    assert "I cannot restart myself here." in page
    asked = []
    site.hub.restart = lambda: asked.append(True)
    status, _ = await send(site, "restart")
    assert (status, asked) == (303, [True])


async def test_only_the_owner_sees_settings(site):
    async with site.client.get(site.url + "/settings", cookies={"hub_test": "nobody"}) as response:
        assert response.status == 401
    for role in ("member", "guest"):
        site.hub.sessions._known[next(iter(site.hub.sessions._known))].person = _as(site, role)
        assert (await show(site))[0] == 403
        assert (await send(site, "hub", **core()))[0] == 403


def _as(site, role):
    session = next(iter(site.hub.sessions._known.values()))
    return dataclasses.replace(session.person, role=role)


async def settings_are_no_way_around(owner, garden, server):
    """What the page does not let anyone set, nor a key do, the API does not either."""
    plugin = {"garden": {"token": server.KEY}}
    for changes, field in (
        ({"data": "/tmp/elsewhere"}, "data"),
        ({"plugins": plugin}, "plugins.garden.token"),
        ({"plugins": {"garden": {"patience": 99}}}, "plugins.garden.patience"),
        ({"plugins": {"garden": {"weeds": 1}}}, "plugins.garden.weeds"),
        ({"plugins": {"forest": {"trees": 1}}}, "plugins.forest.trees"),
        ({"providers": {"grok": {"secret": "backup"}}}, "providers.grok.secret"),
        ({"names": ["a"] * 101}, "names"),
    ):
        refused = await owner.patch("/api/settings", json=changes)
        assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    told = garden.hub.data / "hub.toml"
    assert server.KEY not in told.read_text()
    taken = await owner.patch("/api/settings", json={"plugins": {"garden": {"patience": 3}}})
    assert taken.json()["values"]["plugins"] == {"garden": {"patience": 3}}
    for elsewhere in ({"base_url": "https://elsewhere.example/v1"}, None):
        await owner.patch(
            "/api/settings", json={"providers": {"grok": {"kind": "xai", "base_url": server.url}}}
        )
        await garden.hub.secrets.set("provider.grok", server.KEY)
        await owner.patch("/api/settings", json={"providers": {"grok": elsewhere}})
        assert await garden.hub.secrets.get("provider.grok") is None  # it was for that host, and that alone


async def test_the_api_tells_and_changes_the_same(garden, server):
    site = garden
    import httpx

    from hub.api.app import build
    from hub.auth.sessions import Person

    api = build(site.hub)

    class Known:
        """Stands for the guard: says who asks."""

        def __init__(self, role):
            self.person = Person("1", "Ann", role) if role else None

        async def __call__(self, scope, receive, send):
            scope.setdefault("state", {})["person"] = self.person
            await api(scope, receive, send)

    def client(role):
        return httpx.AsyncClient(transport=httpx.ASGITransport(Known(role)), base_url="http://hub")

    async with client("owner") as owner:
        changes = {
            "forget_after_days": 9,
            "providers": {"grok": {"kind": "xai", "base_url": server.url, "model": "big-1"}},
        }
        assert (await owner.patch("/api/settings", json=changes)).json()["values"]["forget_after_days"] == 9
        server.key = server.KEY
        tried = (await owner.put("/api/settings/providers/grok/key", json={"key": server.KEY})).json()
        assert (tried["ok"], tried["models"]) == (True, ["big-1", "big-2"])
        told = (await owner.get("/api/settings")).json()
        assert (told["keys"]["grok"]["set"], told["values"]["providers"]["grok"]["model"]) == (True, "big-1")
        assert told["schema"]["properties"]["port"]["maximum"] == 65535
        assert server.KEY not in json.dumps(told)
        assert server.KEY not in (await owner.get("/status")).text
        assert (await owner.post("/api/settings/providers/grok/test")).json()["ok"]
        assert (await owner.post("/api/settings/providers/nobody/test")).status_code == 409
        wrong = await owner.patch("/api/settings", json={"port": 70000})
        assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["port"])
        wrong = await owner.put(
            "/api/settings/providers/grok/key", json={"key": f"{server.KEY} {server.KEY}"}
        )
        assert (wrong.status_code, server.KEY in wrong.text) == (409, False)
        assert (await owner.patch("/api/settings", json={"nonsense": 1})).status_code == 422
        assert (await owner.patch("/api/settings", json={"providers": {"grok": None}})).json()["keys"] == {}
        assert (await owner.delete("/api/settings/providers/grok/key")).status_code == 409
        await settings_are_no_way_around(owner, garden, server)
    for role, status in (("member", 403), ("guest", 403), ("", 401)):
        async with client(role) as other:
            assert (await other.get("/api/settings")).status_code == status
            assert (await other.patch("/api/settings", json={"port": 1})).status_code == status
            assert (await other.put("/api/settings/providers/x/key", json={"key": "k"})).status_code == status
