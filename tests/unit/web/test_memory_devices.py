"""The page of the devices that the memory is kept alike with: who may open it, and what it asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import hub_memory
from hub import Database, Memory, MemorySelection, NewMemory
from hub.auth.people import add
from hub.auth.roles import GUEST, MEMBER
from hub.testing.inside import hub_with
from hub.web import nav
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS
from hub_memory.sync.folder import Folder
from hub_memory.sync.ledger import Ledger
from hub_memory.sync.life import SECRET
from hub_memory.sync.phrase import keys, new_phrase
from hub_memory.sync.syncing import Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Site
    from hub.hub import Hub

PATH, STATUS, NOW = "/memory/devices", "/p/memory/sync/status", "/p/memory/sync/now"
SCRIPT = Path(nav.__file__).parent / "static" / "alike.js"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    (tmp_path / "shared").mkdir()
    settings = {"memory": {"sync_folder": str(tmp_path / "shared")}}
    async with hub_with(hub_memory, data=tmp_path / "hub", settings=settings) as hub:
        yield hub


async def page(site: Site, status: int = 200) -> str:
    async with site.client.get(site.url + PATH) as answer:
        assert answer.status == status
        return await answer.text()


async def told(site: Site, path: str = STATUS) -> dict[str, Any]:
    """Return what the page's script is answered."""
    async with site.client.request("POST" if path == NOW else "GET", site.url + path) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def test_the_owner_is_shown_how_to_begin(site: Site) -> None:
    shown = await page(site)
    assert 'data-at="/p/memory/sync"' in shown
    assert "hub memory pair" in shown
    assert 'href="/settings#p-memory"' in shown
    assert 'aria-current="page">Devices<' in shown
    async with site.client.get(site.url + "/settings") as settings:
        assert 'id="p-memory"' in await settings.text()  # where the link leads
    status = await told(site)
    assert (status["paired"], status["peers"]) == (False, [])
    (folder,) = status["places"]
    assert (folder["place"], folder["at"]) == (status["folder"], 0)


@pytest.mark.parametrize("role", [MEMBER, GUEST, "device"])
async def test_nobody_else_is_shown_devices(site: Site, role: str) -> None:
    owner = await site.hub.people.get(site.person)
    if role == "device":
        _, token = await site.hub.devices.pair(await site.hub.devices.offer(owner, "Panel", "shared"), "test")
    else:
        person = await site.hub.core.write(lambda db: add(db, "Ann", role))
        await site.hub.sessions.refresh()
        token = await site.hub.sessions.start(person, "test")
    site.client.cookie_jar.update_cookies({"hub_test": token})
    assert "This page is for the owner." in await page(site, 403)
    for path in (STATUS, NOW):
        async with site.client.request("POST" if path == NOW else "GET", site.url + path) as answer:
            assert answer.status in {403, 404}
    async with site.client.get(site.url + "/memory") as entries:
        assert PATH not in await entries.text()


async def test_without_a_memory_it_says_what_would_help(site: Site) -> None:
    await site.hub.plugins.disable("memory")
    shown = await page(site)
    assert "No memory is installed." in shown
    assert 'id="alike" data-at="/p//sync" hidden' in shown


async def test_its_script_is_told_of_devices_and_of_what_both_changed(site: Site, tmp_path: Path) -> None:
    phrase = new_phrase()
    await site.hub.secrets.set(SECRET, phrase)
    mine = site.hub.port(Memory)
    (heron,) = await mine.remember([NewMemory("A heron.", "house")])
    database = Database(tmp_path / "other.db", bytes(range(32)), MIGRATIONS)
    other = SqliteMemory(database)
    await other.open()
    ledger = Ledger(database)
    node, sync = await ledger.node(), Sync(other, ledger)
    folder = Folder(str(tmp_path / "shared"), keys(phrase), node, "Kitchen")
    await told(site, NOW)
    await sync.meet([folder], patient=False)
    assert [one.text for one in await other.browse(MemorySelection(namespace="house"))] == ["A heron."]
    await mine.change(["house"], heron, pinned=True)
    await other.change(["house"], heron, importance=0.9)
    await sync.meet([folder], patient=False)
    status = await told(site, NOW)
    (device,) = [one for one in status["peers"] if one["peer"] == node]
    assert device.keys() == {"place", "peer", "name", "at", "sent", "received"}
    assert device["name"] == "Kitchen"
    assert device["received"] > 0
    (both,) = status["conflicts"]
    assert (both["id"], both["won"]) == (heron, node)
    async with site.client.get(f"{site.url}/memory/{heron}") as entry:
        assert "A heron." in await entry.text()  # where its link leads
    await other.close()
    script = SCRIPT.read_text(encoding="utf-8")
    assert all(name in script for name in status if name != "people")
