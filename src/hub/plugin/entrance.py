"""Decide whether a plugin may be imported: not what took the hub down, nor what never was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.plugin import origin
from hub.plugin.crash import Crashes, Held
from hub.plugin.origin import Owners
from hub.plugin.probe import Probed

if TYPE_CHECKING:
    from pathlib import Path

    from hub.plugin.crash import Death
    from hub.plugin.states import Plugin

FOLDER = "plugins"
SAFE = Held("Not started in safe mode.", "Start me without --safe.")


class Entrance:
    """The entrance of a hub with the data folder ``data``. ``safe``: only what came with the hub passes."""

    def __init__(self, data: Path) -> None:
        self.crashes = Crashes(data / FOLDER)
        self.safe = False
        self._probed = Probed(data / FOLDER)
        self._plugins: dict[str, Plugin] = {}
        self._owners: tuple[frozenset[str], Owners] = (frozenset(), Owners({}))

    async def open(self, plugins: dict[str, Plugin]) -> list[Death]:
        """Find out what the last life died of, and return whose doing that was; ``plugins``: all by name."""
        self._plugins = plugins
        return await self.crashes.open({one.name: one.entry for one in plugins.values() if one.entry})

    async def refusal(self, plugin: Plugin) -> Held | None:
        """Return why the plugin may not be imported, and what to do; None when it may.

        One that is not of the hub's own is first imported in a process of its own, once for each version.
        """
        if held := self.crashes.held(plugin.name):
            return held
        if plugin.entry is None or origin.bundled(plugin.distribution):
            return None
        if self.safe:
            return SAFE
        finding = await self._probed.check(plugin.entry)
        return None if finding.ok else Held(finding.reason, finding.fix)

    def owners(self) -> Owners:
        """Return who owns which file; may be called from any thread."""
        plugins = dict(self._plugins)
        if self._owners[0] != plugins.keys():
            entries = {name: plugin.entry for name, plugin in plugins.items() if plugin.entry}
            self._owners = (frozenset(plugins), Owners.of(entries))
        return self._owners[1]
