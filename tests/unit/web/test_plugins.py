"""The pages of plugins: what they say, what their buttons do, who may press them, and the panels."""

from __future__ import annotations

import asyncio
import html
import re
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.hostile import Hostile, install

from hub import config
from hub.hub import Hub
from hub.plugin import journal, manifest
from hub.plugin.entrance import Entrance
from hub.plugin.states import Change
from hub.web import plugins as pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import Site

COOKIE = "hub_test"
GARDEN = '''
from hub import hookimpl
shown = {"beds": 3, "note": "<script>alert(1)</script>"}

def water_{name}(bed: int) -> str:
    """Water a bed."""
    return f"Watered {bed}."

def dig_{name}() -> str:
    """Dig everything up."""
    return "Gone."

def show():
    if shown.get("broken"):
        raise RuntimeError("no beds here")
    return shown

@hookimpl
def hub_tools(register):
    register.tool(water_{name}, risk="write")
    register.tool(dig_{name}, risk="danger")

@hookimpl
def hub_panels(register):
    register.panel("garden.html", show, refresh_on=("timer.*",))
'''
ABOUT = """
nav = "Garden"
[permissions.network]
why = "Asks the <i>weather</i> of tomorrow."
[permissions.tools]
why = "Waters, once you agree."
enforced = true
[settings.greeting]
title = "Greeting"
description = "What it says."
type = "string"
default = "Hello"
"""
PANEL = "<section><h2>Beds</h2><p>{{ beds }} beds. {{ note }}</p></section>"
EVIL = {
    "reaches": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "outside": '{% include "../hub-plugin.toml" %}',
    "linked": '{% include "secret.html" %}',
    "missing": "{{ nothing_of_that_name }}",
    "endless": "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
}


@pytest.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """A hub with a garden, one plugin that fails and one that is switched off."""
    (tmp_path / "secret.html").write_text("TOP SECRET")
    broken = {
        f"evil_{name}": Hostile(
            GARDEN.replace("garden.html", "evil.html"),
            files={"templates/evil.html": template, "templates/secret.html": f"-> {tmp_path}/secret.html"},
        )
        for name, template in EVIL.items()
        if name != "endless"
    }
    folder = install(
        tmp_path / "packages",
        garden=Hostile(GARDEN, about=ABOUT, files={"templates/garden.html": PANEL}),
        away=Hostile(GARDEN.replace("garden.html", "../../secret.html")),
        fails=Hostile("raise ImportError('no <i>CUDA</i> here')"),
        asleep=Hostile("from hub import hookimpl", about=ABOUT),
        **broken,
    )
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(Entrance, "refusal", _none)
    found = {name: entry for name, entry in manifest.installed().items() if entry.module.startswith("hx_")}
    monkeypatch.setattr(manifest, "installed", lambda: dict(found))
    settings = config.load(data=tmp_path / "data")
    hub = Hub(settings, ())
    await hub.configuration.change({("disabled",): ["asleep"]})
    hub.settings = hub.settings.model_copy(update={"disabled": ("asleep",)})
    await hub.open()
    await hub.plugins.start()
    yield hub
    await hub.stop()
    for name in [name for name in sys.modules if name.startswith("hx_")]:
        del sys.modules[name]


async def _none(*_: object) -> None:
    """The probe takes a process for each plugin, and is tested where it is."""


@pytest.fixture
async def mia(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    async with await _as(site, "member") as client:
        yield client


async def _as(site: Site, role: str, name: str = "Mia") -> aiohttp.ClientSession:
    owner = next(person for person in await site.hub.people.all() if person.role == "owner")
    person = await site.hub.invites.redeem(await site.hub.invites.new(owner, name, role))
    return aiohttp.ClientSession(cookies={COOKIE: await site.hub.sessions.start(person, "test")})


async def text(site: Site, path: str, client: Any = None, status: int = 200) -> str:
    async with (client or site.client).get(site.url + path) as response:
        assert response.status == status, path
        return await response.text()


async def post(site: Site, path: str, client: Any = None) -> tuple[int, str]:
    async with (client or site.client).post(site.url + path) as response:
        return response.status, await response.text()


async def test_the_list_says_how_each_does_and_what_would_mend_it(site: Site) -> None:
    page = await text(site, "/plugins")
    here, off = page.index(">Here<"), page.index(">Off<")
    assert here < page.index('href="/plugins/garden"') < off < page.index('href="/plugins/asleep"')
    assert "no &lt;i&gt;CUDA&lt;/i&gt; here" in page
    assert re.search(r'is stop">disabled', page)
    assert re.search(r'is well">ready', page)
    assert 'href="/p/garden/"' in page
    assert "A test." in page
    assert "Look for new ones" in page


async def test_a_page_tells_all_about_one(site: Site) -> None:
    journal.keep(None, "", {"event": "the <b>hose</b> leaks", "drops": 7, "plugin": "garden"})
    page = await text(site, "/plugins/garden")
    assert re.search(r"<b>Ready</b>", page)
    assert "Asks the &lt;i&gt;weather&lt;/i&gt; of tomorrow." in page
    assert re.search(r"Network.*?declared", page, re.DOTALL)
    assert re.search(r"Tools</h3>.*?enforced", page, re.DOTALL)
    assert re.search(r"<code>water_garden</code>.*?changes, asks first", page, re.DOTALL)
    assert re.search(r"<code>dig_garden</code>.*?cannot be undone, asks first", page, re.DOTALL)
    assert "1, of <code>hx-garden</code>" in page
    assert 'href="/settings#p-garden"' in page
    assert "the &lt;b&gt;hose&lt;/b&gt; leaks · drops=7" in page
    assert ">Restart<" in page
    assert "Garden stops, with its page and its tools." in page
    assert re.search(r'class="is well">ready', page[page.index(">History<") :])


async def test_why_it_failed_and_the_fix_stand_there(site: Site) -> None:
    page = await text(site, "/plugins/fails")
    assert "ImportError: no &lt;i&gt;CUDA&lt;/i&gt; here" in page
    assert site.hub.plugins.get("fails").fix in html.unescape(page)  # type: ignore[union-attr]
    assert ">Try again<" in page
    assert "There is no such plugin." in await text(site, "/plugins/nonsense", status=404)


async def test_what_it_asks_for_is_shown_before_it_is_enabled(site: Site) -> None:
    page = await text(site, "/plugins/asleep")
    question = page[page.index("<summary>Enable") : page.index('action="/plugins/asleep/enable"')]
    assert "Asks the &lt;i&gt;weather&lt;/i&gt;" in question
    assert "declared" in question
    assert "Waters, once you agree." in question
    assert "enforced" in question
    assert "<b>Off</b>" in page
    assert "It asks for nothing." in await text(site, "/plugins/fails")


async def test_the_buttons(site: Site) -> None:
    status, page = await post(site, "/plugins/asleep/enable")
    assert status == 200
    assert "Asleep is ready now." in page
    assert site.hub.plugins.get("asleep").running  # type: ignore[union-attr]
    status, page = await post(site, "/plugins/garden/disable")
    assert "Garden is off now." in page
    assert not [tool for tool in site.hub.tools if tool.owner == "garden"]
    assert "garden" in site.hub.settings.disabled
    await text(site, "/p/garden/", status=404)
    await post(site, "/plugins/garden/enable")
    garden = site.hub.plugins.get("garden")
    assert garden is not None
    changes = len(garden.history)
    status, page = await post(site, "/plugins/garden/restart")
    assert "Garden is ready now." in page
    assert list(garden.history)[changes].state == "stopping"
    status, page = await post(site, "/plugins/garden/check")
    assert "Asked Garden how it is." in page
    assert (await post(site, "/plugins/nonsense/enable"))[0] == 404
    status, page = await post(site, "/plugins/look")
    assert "Nothing new is installed." in page


async def test_members_look_and_do_not_touch(site: Site, mia: aiohttp.ClientSession) -> None:
    page = await text(site, "/plugins/garden", mia)
    assert "Network" in page
    for hidden in ("<button", "hose", "/settings#p-garden", ">Log<", "Quality"):
        assert hidden not in page[page.index('id="about-garden"') :], hidden
    for act in ("enable", "disable", "restart", "check"):
        assert (await post(site, f"/plugins/garden/{act}", mia))[0] == 403
    assert site.hub.plugins.get("garden").running  # type: ignore[union-attr]
    async with await _as(site, "guest", "Gus") as guest:
        await text(site, "/plugins", guest, 403)


async def test_a_tab_sees_a_plugin_change(site: Site) -> None:
    parts = ["plugins", "about-garden"]
    async with site.tab({"parts": parts, "talk": False}) as tab:
        await site.hub.plugins.disable("garden")
        seen: set[str] = set()
        async with asyncio.timeout(60):
            while seen != {"#plugins", "#about-garden"}:
                message = await tab.until("swap")
                if "Enable" in message["html"] or "off</span>" in message["html"]:
                    seen.add(message["target"])


async def test_the_quality_is_looked_at_in_a_process_of_its_own(site: Site) -> None:
    assert "I am looking." in await text(site, "/plugins/garden")
    async with asyncio.timeout(60):
        while "I am looking." in (page := await text(site, "/plugins/garden")):
            await asyncio.sleep(0.05)
    assert re.search(r"<dt>Quality</dt><dd>(below bronze|bronze|silver|gold)\. For", page)


def test_states_it_only_passed_through_are_left_out() -> None:
    passed = [
        Change(0.0, "imported"), Change(0.1, "starting"), Change(0.2, "ready"),
        Change(9.0, "degraded", "The hose leaks", "Mend it."), Change(12.0, "stopping"),
        Change(12.1, "disabled", "Switched off"),
    ]  # fmt: skip
    told = pages.moments(passed)
    assert [(one.state, one.tone) for one in told] == [
        ("disabled", ""),
        ("degraded", "care"),
        ("ready", "well"),
    ]
    assert told[1].fix == "Mend it."


# -- panels --------------------------------------------------------------------------------------------


async def test_a_panel_is_shown_in_the_dress_of_the_hub(site: Site) -> None:
    page = await text(site, "/p/garden/")
    assert "<h1>Garden</h1>" in page
    assert "3 beds." in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert 'class="places"' in page
    tabs = page[page.index('class="tabs"') :]
    assert 'href="/p/garden/" aria-current="page">Garden<' in tabs
    async with site.client.get(f"{site.url}/p/garden/") as response:
        assert "script-src 'self'" in response.headers["content-security-policy"]


async def test_a_panel_is_made_anew_after_the_events_it_names(site: Site) -> None:
    shown = sys.modules["hx_garden"].shown
    await text(site, "/p/garden/")
    async with site.tab({"parts": ["panel-garden"], "talk": False}) as tab:
        shown["beds"] = 4
        await site.hub.timers.timer(60, "water")
        async with asyncio.timeout(60):
            while "4 beds." not in (await tab.until("swap"))["html"]:
                pass


async def test_a_panel_that_raises_says_so_and_costs_only_itself(site: Site) -> None:
    sys.modules["hx_garden"].shown["broken"] = True
    page = await text(site, "/p/garden/")
    assert "no beds here" in page
    assert 'href="/plugins/garden"' in page
    assert site.hub.plugins.get("garden").budget.total  # type: ignore[union-attr]
    await text(site, "/")


@pytest.mark.parametrize("name", [name for name in EVIL if name != "endless"])
async def test_a_template_reaches_neither_the_hub_nor_other_files(site: Site, name: str) -> None:
    page = await text(site, f"/p/evil_{name}/")
    assert "TOP SECRET" not in page
    assert "subprocess" not in page
    assert "hub-plugin.toml cannot" not in page
    assert re.search(r'class="wrong" role="alert">', page), page[-600:]
    assert site.hub.plugins.get(f"evil_{name}").budget.total  # type: ignore[union-attr]


async def test_a_template_outside_its_folder_is_not_read(site: Site) -> None:
    page = await text(site, "/p/away/")
    assert "TOP SECRET" not in page
    assert "outside its folder" in page
    assert site.hub.plugins.get("away").budget.total  # type: ignore[union-attr]


async def test_who_sees_panels_and_what_is_none(site: Site) -> None:
    async with await _as(site, "guest") as guest:
        assert "3 beds." in await text(site, "/p/garden/", guest)
    async with aiohttp.ClientSession() as nobody:
        await text(site, "/p/garden/", nobody, 401)
    assert "ImportError" in await text(site, "/p/fails/", status=404)
    assert "Switched off" in await text(site, "/p/asleep/", status=404)
    await text(site, "/p/nonsense/", status=404)
