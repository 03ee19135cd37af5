"""Remember which hooks each plugin had when it last ran, so that one that is gone or ill is still missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.store import owed

if TYPE_CHECKING:
    from hub.plugin.lifecycle import Plugin
    from hub.store.database import Database

WATCHED = frozenset({"hub_forget", "hub_export", "hub_before_llm"})
"""The hooks whose absence matters: data that must be reached, and words that must be looked at."""


class Remembered:
    """What the hub knows of its plugins beyond this life of it; in memory, and durable in core.db."""

    def __init__(self, core: Database) -> None:
        self._core = core
        self._known: dict[str, frozenset[str]] = {}

    async def open(self) -> None:
        """Read what was noted."""
        self._known = await self._core.read(owed.hooks)

    async def note(self, plugin: Plugin) -> None:
        """Note the hooks of a plugin that was imported; writes only what is new."""
        names = frozenset(plugin.hooks) & WATCHED
        if self._known.get(plugin.name) != names:
            self._known[plugin.name] = names
            await self._core.write(lambda db: owed.remember(db, plugin.name, names))

    async def release(self, name: str) -> None:
        """Forget a plugin that was removed for good, and what it had yet to forget."""
        self._known.pop(name, None)
        await self._core.write(lambda db: owed.release(db, name))

    def had(self, hook: str) -> list[str]:
        """Return the plugins that had ``hook`` when they last ran, installed or not."""
        return sorted(name for name, hooks in self._known.items() if hook in hooks)

    def knows(self, name: str) -> bool:
        """Say whether that plugin ever ran here."""
        return name in self._known
