"""Decide whether a plugin may be imported: not what took the hub down, nor what never was tried.

All that it takes for that is imported away from the loop, when the first page can be served already.
"""

from __future__ import annotations

import asyncio
import importlib
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hub.guardian import Rebirth
    from hub.plugin.crash import Crashes, Death, Held
    from hub.plugin.origin import Owners
    from hub.plugin.probe import Probed
    from hub.plugin.states import Plugin
    from hub.plugin.watchdog import Stall

FOLDER = "plugins"
PARTS = ("hub.plugin.crash", "hub.plugin.probe", "hub.plugin.watchdog")
SAFE = ("Not started in safe mode.", "Start me without --safe.")


class Entrance:
    """The entrance of a hub with the data folder ``data``. ``safe``: only what came with the hub passes."""

    def __init__(self, data: Path) -> None:
        self.safe = False
        self._folder = data / FOLDER
        self._rebirth: Rebirth | None = None
        self._plugins: Mapping[str, Plugin] = {}
        self._owners: tuple[frozenset[str], Owners] | None = None

    @cached_property
    def crashes(self) -> Crashes:
        """What is known of plugins that took the process down."""
        from hub.plugin.crash import Crashes  # noqa: PLC0415  see above

        return Crashes(self._folder)

    @cached_property
    def _probed(self) -> Probed:
        from hub.plugin.probe import Probed  # noqa: PLC0415  see above

        return Probed(self._folder)

    def guard(self, rebirth: Rebirth) -> None:
        """Say that this process is the hub's own, which may be ended and comes back; before `open`."""
        self._rebirth = rebirth

    async def open(self, plugins: Mapping[str, Plugin], told: Callable[[Stall], None]) -> list[Death]:
        """Find out what the last life died of, and return whose doing that was; ``plugins``: all by name.

        In a process of its own the watchdog begins, too: ``told`` is called with every stall of the loop.
        """
        self._plugins = plugins
        await asyncio.to_thread(lambda: [importlib.import_module(part) for part in PARTS])
        box = self.crashes.watch(self._rebirth) if self._rebirth else None
        deaths = await self.crashes.open({one.name: one.entry for one in plugins.values() if one.entry})
        if box:
            from hub.plugin.watchdog import Watchdog  # noqa: PLC0415  see above

            Watchdog(asyncio.get_running_loop(), self.owners, told, box).start()
        return deaths

    async def refusal(self, plugin: Plugin) -> Held | None:
        """Return why the plugin may not be imported, and what to do; None when it may.

        One that is not of the hub's own is first imported in a process of its own, once for each version.
        """
        from hub.plugin.crash import Held  # noqa: PLC0415  see above
        from hub.plugin.origin import bundled  # noqa: PLC0415  see above

        if held := self.crashes.held(plugin.name):
            return held
        if plugin.entry is None or bundled(plugin.distribution):
            return None
        if self.safe:
            return Held(*SAFE)
        finding = await self._probed.check(plugin.entry)
        return None if finding.ok else Held(finding.reason, finding.fix)

    def owners(self) -> Owners:
        """Return who owns which file; may be called from any thread."""
        from hub.plugin.origin import Owners  # noqa: PLC0415  see above

        plugins = dict(self._plugins)
        if self._owners is None or self._owners[0] != plugins.keys():
            entries = {name: plugin.entry for name, plugin in plugins.items() if plugin.entry}
            self._owners = (frozenset(plugins), Owners.of(entries))
        return self._owners[1]
