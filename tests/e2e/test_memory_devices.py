"""The page of devices in a real browser: begun, met, in trouble, with what both had changed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from hub import Database, NewMemory
from hub.testing import RunningHub
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS
from hub_memory.sync.folder import Folder
from hub_memory.sync.ledger import Ledger
from hub_memory.sync.phrase import keys, new_phrase
from hub_memory.sync.syncing import Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PHRASE = new_phrase()


@pytest_asyncio.fixture(loop_scope="module")
async def paired(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub that shares a folder with nobody yet."""
    data = tmp_path / "hub"
    data.mkdir()
    (tmp_path / "shared").mkdir()
    (data / "hub.toml").write_text(f'[plugins.memory]\nsync_folder = "{tmp_path / "shared"}"\n')
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        await hub.settled()
        yield hub


@asynccontextmanager
async def another(folder: Path) -> AsyncIterator[tuple[SqliteMemory, Any]]:
    """Another device, and what lets it meet the others."""
    database = Database(folder / "other.db", bytes(range(32)), MIGRATIONS)
    memory = SqliteMemory(database)
    await memory.open()
    ledger = Ledger(database)
    sync, there = (
        Sync(memory, ledger),
        Folder(str(folder / "shared"), keys(PHRASE), await ledger.node(), "Kitchen <i>Pi</i>"),
    )
    try:
        yield memory, lambda: sync.meet([there], patient=False)
    finally:
        await memory.close()


async def meet(page: Any) -> None:
    """Press the button and wait until it has met them."""
    async with page.expect_response("**/sync/now"):
        await page.focus("#meet")
        await page.keyboard.press("Enter")
    await page.wait_for_selector("#meet:not([aria-disabled])")


async def clean(page: Any, axe: str) -> None:
    """Fail for what axe finds, and for a page that is wider than its screen."""
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document)")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_devices_are_paired_meet_and_tell_what_both_changed(paired, browse, axe, tmp_path) -> None:
    page = await browse(paired, path="/memory/devices", viewport=PHONE, color_scheme="dark", bypass_csp=True)
    await page.wait_for_selector("#alike-state:has-text('Not paired yet, so I meet nobody.')")
    shown = await page.inner_text("#alike-devices .row")
    assert "The folder " in shown
    assert "not met yet: pair my devices first" in shown
    await page.wait_for_selector("#alike-begin:not([hidden])")
    assert not await page.is_visible("#meet")
    await clean(page, axe)
    await page.click("#alike-begin a >> nth=0")
    await page.fill("#f-plugins-memory-sync_phrase", PHRASE)
    await page.click("button[value='plugin:memory']")
    await page.wait_for_selector(".said")

    async with another(tmp_path) as (other, meets):
        (heron,) = await other.remember([NewMemory("A <b>heron</b> lives here.", "house")])
        await meets()
        await page.goto(f"{paired.url}/memory/devices")
        await page.wait_for_selector("#meet")
        await meet(page)
        await page.goto(f"{paired.url}/memory/{heron}")
        await page.click("button:has-text('Pin it')")
        await page.wait_for_selector("button:has-text('Unpin it')")
        await other.change(["house"], heron, importance=0.9)
        await meets()
        await page.goto(f"{paired.url}/memory/devices")
        await page.wait_for_selector("#meet")
        await meet(page)
        await page.wait_for_selector("#alike-state:has-text('Alike with 1 device; last met at ')")
        assert "received" in await page.inner_text("#alike-devices .row")
        assert await page.inner_text("#alike-devices h3") == "Kitchen <i>Pi</i>"
        assert "what holds is of" in await page.inner_text("#alike-conflicts .row p")
        assert "<b>heron</b>" in await page.inner_text("#alike-conflicts h3")  # words, not markup
        await clean(page, axe)

        (tmp_path / "shared").rename(tmp_path / "away")
        await meet(page)
        await page.wait_for_selector("#alike-state:has-text('1 trouble')")
        assert await page.inner_text("#alike-trouble .row p")
        await page.set_viewport_size(DESKTOP)
        await page.emulate_media(color_scheme="light")
        await clean(page, axe)
        (tmp_path / "away").rename(tmp_path / "shared")
        await meet(page)
        await page.wait_for_selector("#alike-state:has-text('Alike with 1 device')")
        await page.click("#alike-conflicts h3 a")
        await page.wait_for_selector("#words")
    # Chromium's advice about the settings' password fields is not about this page.
    assert [told for told in page.complaints if not told.startswith("[DOM]")] == []


async def test_a_memory_on_a_server_needs_none(paired, browse) -> None:
    """As the page is answered where the plugin serves no sync at all."""
    page = await browse(paired, path="/memory", viewport=DESKTOP)
    await page.route("**/p/memory/sync/status", lambda route: route.fulfill(status=404))
    await page.goto(f"{paired.url}/memory/devices")
    await page.wait_for_selector("#alike-state:has-text('Hubs that share a server need none.')")
    assert not await page.is_visible("#meet")
    await page.unroute("**/p/memory/sync/status")
    await page.route("**/p/memory/sync/status", lambda route: route.abort())
    await page.goto(f"{paired.url}/memory/devices")
    await page.wait_for_selector("#alike-wrong:has-text('The hub is away. Try again in a moment.')")
    assert await page.inner_text("#alike-state") == "I cannot tell how my devices are."
