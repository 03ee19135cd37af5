"""The door offers the ways to sign in that plugins bring, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from hub.plugin.hookspecs import LoginMethod
from hub.plugin.lifecycle import Plugin
from hub.plugin.manifest import Manifest

if TYPE_CHECKING:
    from typing import Any


async def test_strangers_see_how_they_may_sign_in(site: Any) -> None:
    plugin = Plugin(Manifest(name="kettle", title="Kettle", summary=""), state="ready")
    plugin.logins.append(LoginMethod("kettle", "<b>Whistle</b>", "/p/kettle/login"))
    site.hub.plugins._all["kettle"] = plugin
    async with aiohttp.ClientSession() as stranger, stranger.get(site.url) as answer:
        page = await answer.text()
        assert answer.status == 401
    assert 'href="/p/kettle/login"' in page
    assert "&lt;b&gt;Whistle&lt;/b&gt;" in page
    plugin.state = "disabled"
    async with aiohttp.ClientSession() as stranger, stranger.get(site.url) as answer:
        assert "/p/kettle/login" not in await answer.text()
