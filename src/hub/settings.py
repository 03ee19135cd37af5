"""Change the settings of a running hub: written to hub.toml, in force at once where that can be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub import config
from hub.auth.roles import require
from hub.config import LIVE, Settings
from hub.errors import HubError
from hub.plugin import acting
from hub.store import toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hub.auth.sessions import Person

    Key = tuple[str, ...]


class Configuration:
    """hub.toml beside what the hub runs with. ``apply`` is called with settings that take effect at once."""

    def __init__(self, settings: Settings, apply: Callable[[Settings], None]) -> None:
        self._running, self._apply = settings, apply
        self._given = settings.given | {"data": settings.data}
        self._lock = asyncio.Lock()

    async def read(self) -> Settings:
        """Return what is set now, by hand or here, and let it take effect as far as it can.

        Raises `HubError` with line or setting when hub.toml is broken; then all stays as it is.
        """
        async with self._lock:
            content = await asyncio.to_thread(toml.read, self._running.data / config.FILE)
            return self._take(config.load(content, **self._given))

    async def change(self, changes: Mapping[Key, Any], by: Person | None = None) -> Settings:
        """Write ``changes`` (None goes back to the default) and return what is set then.

        ``by``: the person who wants it, without whom nothing of the gate is changed. A plugin changes its
        own settings and no others. Raises `config.Invalid` with what is wrong by setting, or `HubError`;
        then nothing is written.
        """
        _refuse(changes, by)
        if fixed := {".".join(key): f"set by {other}" for key in changes if (other := self.overridden(key))}:
            raise config.Invalid(fixed)
        async with self._lock:
            content = await asyncio.to_thread(
                toml.change, self._running.data / config.FILE, changes, self._check
            )
            return self._take(config.load(content, **self._given))

    def overridden(self, key: Key) -> str:
        """Return the variable or option that sets ``key`` or a part of it, or "" when hub.toml decides."""
        for path, by in self.overrides.items():
            if path == key[: len(path)] or key == path[: len(key)]:
                return by
        return ""

    @property
    def overrides(self) -> dict[Key, str]:
        """By path of a setting, the variable or option that sets it, whatever hub.toml says."""
        return config.overrides(self._running.given)

    def waiting(self, settings: Settings) -> tuple[str, ...]:
        """Return the names of settings that will take effect with a restart."""
        return tuple(
            name
            for name in Settings.model_fields
            if name not in LIVE and getattr(settings, name) != getattr(self._running, name)
        )

    def _check(self, content: dict[str, Any]) -> None:
        config.load(content, **self._given)

    def _take(self, settings: Settings) -> Settings:
        live = {name: getattr(settings, name) for name in LIVE}
        if any(getattr(self._running, name) != value for name, value in live.items()):
            self._running = self._running.model_copy(update=live)
            self._apply(self._running)
        return settings


GUARDED = frozenset({"approvals", "privacy", "privacy_tools"})
"""What only a person changes: how the gate decides, and how far words go."""


def _refuse(keys: Iterable[Key], by: Person | None) -> None:
    """Raise `HubError` when a plugin reaches beyond its own settings, or nobody stands for the gate's."""
    plugin = acting.current.get()
    for key in keys:
        if plugin and key[:2] != ("plugins", plugin):
            raise HubError(f"{plugin} may not change {'.'.join(key)}.", fix="Change it on the settings page.")
        if key[:1] and key[0] in GUARDED:
            require(by, "change settings")
