"""The page of what is kept: everybody's own, handed out or forgotten, with who has yet to forget."""

from __future__ import annotations

import io
import zipfile

from hub.auth.people import add
from hub.auth.roles import MEMBER
from hub.plugin.hookspecs import Selector
from hub.store import owed


async def page(site, path="/me/data"):
    async with site.client.get(site.url + path) as response:
        assert response.status == 200
        return await response.text()


async def test_it_says_what_is_kept_and_hands_it_out(site):
    assert "0 of yours" in await page(site)
    talk = await site.hub.conversations.new(site.person)
    await talk.write("Keep my words")
    await talk.settled()
    assert "1 of yours" in await page(site)
    async with site.client.get(f"{site.url}/me/data/export") as response:
        assert response.headers["content-type"] == "application/zip"
        assert "attachment" in response.headers["content-disposition"]
        assert response.headers["cache-control"] == "no-store"
        with zipfile.ZipFile(io.BytesIO(await response.read())) as pack:
            assert "about.json" in pack.namelist()
            assert any(b"Keep my words" in pack.read(name) for name in pack.namelist())


async def test_all_of_mine_is_forgotten_and_only_mine(site):
    ann = await site.hub.core.write(lambda db: add(db, "Ann", MEMBER))
    for whose in (site.person, ann.id):
        await site.hub.conversations.new(whose)
    async with site.tab({}) as tab:
        async with site.client.post(f"{site.url}/me/data/forget") as response:
            assert "Forgotten, for good." in await response.text()
        await tab.until("gone")  # the page with the talk open is told
    assert await site.hub.conversations.count(site.person) == 0
    assert await site.hub.conversations.count(ann.id) == 1
    async with site.client.post(f"{site.url}/me/data/forget-everything") as response:
        assert response.status == 200
    assert await site.hub.conversations.count(ann.id) == 0


async def test_what_has_yet_to_be_forgotten_is_shown_with_why_and_without_words(site):
    wanted = (
        Selector(talk="t1"),
        Selector(topic="a <b>secret</b>"),
        Selector(person=site.person),
        Selector(before=1e9),
    )
    for one in wanted:
        await site.hub.core.write(lambda db, one=one: owed.owe(db, one, ["gone"]))
    await site.hub.core.write(
        lambda db: owed.settle(db, wanted[0], [], {"gone": ("The <disk> is full.", "Free some.")})
    )
    shown = await page(site)
    assert "Not forgotten yet" in shown
    assert "The &lt;disk&gt; is full. Free some." in shown
    assert "secret" not in shown
    for words in ("A talk that was deleted", "A topic", "All of you", "What is older than", "tried once"):
        assert words in shown, words


async def test_a_member_sees_only_their_own(site):
    ann = await site.hub.core.write(lambda db: add(db, "Ann", MEMBER))
    await site.hub.sessions.refresh()
    for whose in (site.person, ann.id):
        await site.hub.core.write(lambda db, whose=whose: owed.owe(db, Selector(person=whose), ["gone"]))
    site.client.cookie_jar.update_cookies({"hub_test": await site.hub.sessions.start(ann, "test")})
    shown = await page(site)
    assert "All of you" in shown
    assert "All of a person" not in shown
    assert "everybody" not in shown
    async with site.client.post(f"{site.url}/me/data/forget-everything") as response:
        assert response.status == 403


async def test_a_tile_says_that_its_plugin_is_too_slow(site, monkeypatch):
    plugin = next(iter(site.hub.plugins))
    plugin.state = "ready"
    monkeypatch.setattr(site.hub.plugins.pump, "lost", lambda name: 1_200 if name == plugin.name else 0)
    from hub.web.tiles import tile

    assert tile(site.hub, plugin).note == "Too slow: it missed 1,200 events"


async def test_the_owner_may_say_that_a_plugin_is_gone_for_good(site):
    await site.hub.core.write(lambda db: owed.owe(db, Selector(talk="t1"), ["gone"]))
    assert "/me/data/gone/gone" in await page(site)
    async with site.client.post(f"{site.url}/me/data/gone/gone") as response:
        assert "I ask it no more." in await response.text()
    assert "Not forgotten yet" not in await page(site)
    installed = next(iter(site.hub.plugins)).name
    async with site.client.post(f"{site.url}/me/data/gone/{installed}") as response:
        assert "That plugin is installed." in await response.text()
