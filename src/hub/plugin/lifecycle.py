"""Find, start, watch and stop plugins; each has a state, and a reason and a fix when it is not well."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import structlog

from hub import schema
from hub.errors import HubError
from hub.events import PluginChanged
from hub.plugin import dispatch, manifest
from hub.plugin.hookspecs import Health, Tile
from hub.plugin.registry import Registrar

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint

    from hub.hub import Hub

log = structlog.get_logger(__name__)

State = Literal[
    "discovered", "imported", "configured", "starting", "ready", "degraded",
    "stopping", "stopped", "disabled",
]  # fmt: skip
BEATS = 30
EVERY_S = 15.0
IMPORT_S = 10.0
HEALTH_S = 1.0
REGISTER_S = 1.0
STOP_S = 5.0


@dataclass(slots=True)
class Plugin:
    """One installed plugin and how it does. ``since``: Unix seconds; ``beats``: health, newest last."""

    manifest: manifest.Manifest
    entry: EntryPoint | None = None
    state: State = "discovered"
    reason: str = ""
    fix: str = ""
    since: float = field(default_factory=time.time)
    beats: deque[str] = field(default_factory=lambda: deque(maxlen=BEATS))
    hooks: dict[str, Any] = field(default_factory=dict)
    show: Callable[[], Tile] | None = None
    flaw: Health | None = None
    """What it failed to register: it stays degraded for that however well it feels."""

    @property
    def name(self) -> str:
        """Its name in settings and paths."""
        return self.manifest.name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.manifest.title

    @property
    def summary(self) -> str:
        """What it is for, in a sentence."""
        return self.manifest.summary

    @property
    def running(self) -> bool:
        """Whether its hooks may be called."""
        return self.state in {"ready", "degraded"}

    def tile(self) -> Tile:
        """Return what its tile shows; a tile that raises shows nothing."""
        if self.show is None or not self.running:
            return Tile()
        try:
            return self.show()
        except Exception:
            log.exception("tile failed", plugin=self.name)
            return Tile()


class Plugins:
    """All plugins of a hub, in the order of their tiles."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._manager = dispatch.validator()
        self._all: dict[str, Plugin] = {}
        self._woken: dict[str, asyncio.Event] = {}

    def __iter__(self) -> Any:
        return iter(sorted(self._all.values(), key=lambda plugin: (plugin.manifest.order, plugin.name)))

    def __len__(self) -> int:
        return len(self._all)

    def get(self, name: str) -> Plugin | None:
        """Return the plugin of that name."""
        return self._all.get(name)

    def discover(self) -> None:
        """Read the manifests of all installed plugins; none of their code runs."""
        for name, entry in manifest.installed().items():
            try:
                self._all[name] = Plugin(manifest.read(entry), entry)
            except HubError as error:
                blank = manifest.Manifest(name=name, title=name.title()[:24], summary="")
                self._all[name] = Plugin(blank, entry)
                self.mark(self._all[name], "disabled", str(error), error.fix)

    async def start(self) -> None:
        """Start all plugins at once; each costs at most its own time and its own tile."""
        await asyncio.gather(*(self._start(plugin) for plugin in self if plugin.state == "discovered"))

    async def stop(self) -> None:
        """Stop all running plugins at once."""
        await asyncio.gather(*(self._stop(plugin) for plugin in self if plugin.running))

    def recheck(self, name: str) -> None:
        """Ask the plugin for its health now instead of at the next beat."""
        if name in self._woken:
            self._woken[name].set()

    def mark(self, plugin: Plugin, state: State, reason: str = "", fix: str = "") -> None:
        """Put ``plugin`` into ``state`` and tell everyone, if anything changed."""
        if (plugin.state, plugin.reason, plugin.fix) == (state, reason, fix):
            return
        if plugin.state != state:
            plugin.since = time.time()
        plugin.state, plugin.reason, plugin.fix = state, reason, fix
        log.info("plugin state", plugin=plugin.name, state=state, reason=reason)
        self._hub.bus.publish(
            PluginChanged(plugin=plugin.name, title=plugin.title, state=state, reason=reason, fix=fix)
        )

    async def _start(self, plugin: Plugin) -> None:
        if not plugin.manifest.built:
            return self.mark(plugin, "disabled", "Not built yet", plugin.manifest.fix)
        if plugin.name in self._hub.settings.disabled:
            return self.mark(plugin, "disabled", "Switched off", f"Remove {plugin.name} from `disabled`.")
        try:
            await self._bring_up(plugin)
        except HubError as error:
            log.warning(
                "plugin did not start", plugin=plugin.name, reason=str(error), exc_info=error.__cause__
            )
            return self.mark(plugin, "disabled", str(error), error.fix)
        self._woken[plugin.name] = asyncio.Event()
        self._hub.spawn(self._watch(plugin), name=f"health:{plugin.name}")
        return None

    async def _bring_up(self, plugin: Plugin) -> None:
        assert plugin.entry is not None  # noqa: S101  discover() sets it
        module = await dispatch.load(plugin.entry.module, IMPORT_S)
        plugin.hooks = dispatch.implementations(self._manager, plugin.name, module)
        self.mark(plugin, "imported")
        settings = await self._settings(plugin)
        self.mark(plugin, "starting")
        if start := plugin.hooks.get("hub_start"):
            await dispatch.call(start, plugin.manifest.start_s, hub=self._hub, settings=settings)
        await self._registrations(plugin)
        await self._check(plugin)

    async def _registrations(self, plugin: Plugin) -> None:
        for name in ("hub_routes", "hub_panels", "hub_tools", "hub_providers"):
            if hook := plugin.hooks.get(name):
                try:
                    await dispatch.call(hook, REGISTER_S, register=Registrar(self._hub, plugin))
                except HubError as error:
                    plugin.flaw = plugin.flaw or Health("degraded", str(error), error.fix)

    async def _settings(self, plugin: Plugin) -> dict[str, Any]:
        known = plugin.manifest.settings
        given = self._hub.settings.plugins.get(plugin.name, {})
        if unknown := sorted(set(given) - set(known)):
            raise HubError(
                f"It has no setting {unknown[0]!r}.", fix=f"Remove it from [plugins.{plugin.name}]."
            )
        for name, value in given.items():
            if schema.is_secret(known[name]):
                raise HubError(f"Its setting {name} is a secret.", fix="Move it from hub.toml to Settings.")
            if wrong := schema.check(known[name], value):
                raise HubError(f"Its setting {name} is not right. {wrong}", fix="Correct it in Settings.")
        secrets = {
            name: await self._hub.secrets.get(f"plugin.{plugin.name}.{name}")
            for name, about in known.items()
            if schema.is_secret(about)
        }
        return {name: given.get(name, about.get("default")) for name, about in known.items()} | secrets

    async def _watch(self, plugin: Plugin) -> None:
        """Ask for the health at every beat, and at once when woken."""
        woken = self._woken[plugin.name]
        while plugin.running:
            beat = False
            try:
                await asyncio.wait_for(woken.wait(), EVERY_S)
                woken.clear()
            except TimeoutError:
                beat = True
            await self._check(plugin)
            if beat and (plugin.beats or plugin.state == "ready"):  # warming up is no missed beat
                plugin.beats.append(plugin.state)

    async def _check(self, plugin: Plugin) -> None:
        health = Health()
        if hook := plugin.hooks.get("hub_health"):
            try:
                health = await dispatch.call(hook, HEALTH_S, hub=self._hub)
            except HubError as error:
                health = Health("degraded", str(error), error.fix)
        if health.state == "ready" and plugin.flaw:
            health = plugin.flaw
        if not plugin.beats and health.state == "ready":
            plugin.beats.append(health.state)
        self.mark(plugin, health.state, health.reason, health.fix)

    async def _stop(self, plugin: Plugin) -> None:
        self.mark(plugin, "stopping")
        if hook := plugin.hooks.get("hub_stop"):
            try:
                await dispatch.call(hook, STOP_S, hub=self._hub)
            except HubError as error:
                log.warning("plugin did not stop well", plugin=plugin.name, reason=str(error))
        self.mark(plugin, "stopped")
