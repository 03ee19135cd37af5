"""Health: JSON for machines, a page for people, what is not well first, with what mends it."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest

from hub.errors import HubError
from hub.plugin.hookspecs import Health
from hub.plugin.lifecycle import Plugin
from hub.plugin.manifest import Manifest
from hub.supervise.child import Child, Pace
from hub.supervise.children import Children
from hub.supervise.life import ChildSpec

CHILDREN = Path(__file__).parents[1] / "children"
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def voice(hub) -> Plugin:
    """A plugin that is not well."""
    plugin = Plugin(Manifest(name="voice", title="Voice", summary="It talks."))
    plugin.hooks = {"hub_health": Health}
    hub.plugins._all = {"voice": plugin}
    hub.plugins.mark(plugin, "degraded", "My ears <b>stopped</b>.", "Restart them.")
    return plugin


def _saw(_) -> None:
    """The page asks the child itself."""


async def _ignore(_) -> None:
    return None


@pytest.fixture
async def speech(hub, monkeypatch):
    """A real child process that works for the voice."""
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(map(str, (CHILDREN.parents[2] / "src", CHILDREN.parent)))
    )
    spec = ChildSpec("speech", "children.obedient", {}, 400)
    child = Child(spec, on_event=_ignore, on_state=_saw, pace=Pace(backoff=(0.05,), retry=60))
    hub.children.add(child, plugin="voice")
    await child.start()
    assert await child.ready(60)
    yield child
    await child.stop()


async def get(site, path: str, **headers: str) -> tuple[int, str]:
    async with site.client.get(site.url + path, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_machines_get_the_same_json_as_ever(site, voice) -> None:
    for headers in ({}, {"accept": "*/*"}, {"accept": "application/json"}):
        async with site.client.get(f"{site.url}/health", headers=headers) as answer:
            assert await answer.json() == {
                "status": "ok",
                "version": site.hub.version,
                "plugins": {"voice": "degraded"},
            }
            assert "accept" in answer.headers["vary"]
    site.client.cookie_jar.clear()
    async with site.client.get(f"{site.url}/health", headers=HTML) as answer:
        assert (await answer.json())["status"] == "ok"  # a stranger's browser learns no more


async def test_what_is_not_well_comes_first_with_its_fix(site, voice) -> None:
    status, page = await get(site, "/health", **HTML)
    assert status == 200
    trouble, row = page.index("Voice is degraded"), page.index('id="plugin-voice"')
    assert trouble < row
    assert "<b>stopped" not in page
    assert "My ears &lt;b&gt;stopped&lt;/b&gt;." in page
    assert 'action="/health/plugins/voice/check"' in page
    for part in ("Processes", "Language", "What I keep", "core.db", "This machine", "Disk", "Load", "Clock"):
        assert part in page


async def test_a_broken_child_is_restarted_by_its_button_and_all_is_well_again(site, voice, speech) -> None:
    _, page = await get(site, "/health", **HTML)
    button = re.search(r'action="(/health/children/speech/restart)"', page)
    assert button
    before = speech.pid
    async with site.client.post(site.url + button[1], headers=HTML) as answer:
        assert "Restarting speech." in await answer.text()
    while speech.state == "ready" and speech.pid == before:
        await asyncio.sleep(0.01)
    assert await speech.ready(60)
    assert speech.pid != before
    assert speech.restarts == 1
    while "restarted 1 time<" not in page:  # a page may be a quarter of a second old
        _, page = await get(site, "/health", **HTML)
    assert "it was restarted by hand" not in page  # a reason is for what is not well now


async def test_only_the_owner_mends(site, hub, voice, speech) -> None:
    await hub.core.execute("UPDATE person SET role = 'member'")
    await hub.sessions.open()
    _, page = await get(site, "/health", **HTML)
    assert 'id="plugin-voice"' in page
    assert "<form" not in page[page.index('class="health"') :]
    async with site.client.post(f"{site.url}/health/children/speech/restart") as answer:
        assert answer.status == 403
    assert speech.restarts == 0


async def test_what_does_not_exist_is_explained(site) -> None:
    async with site.client.post(f"{site.url}/health/children/nobody/restart") as answer:
        assert answer.status == 404
        assert "no process called" in await answer.text()
    with pytest.raises(HubError):
        Children().get("nobody")


async def test_a_damaged_day_is_told(site, hub) -> None:
    hub.transcripts.damaged["2026-01-02"] = HubError("It is torn.", fix="Restore a backup.")
    _, page = await get(site, "/health", **HTML)
    assert "The talks of 2026-01-02 cannot be read" in page
    assert "Restore a backup." in page
    assert "1 day of talks cannot be read." in page
