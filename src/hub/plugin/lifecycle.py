"""Find, start, watch and stop plugins; each has a state, and a reason and a fix when it is not well."""

from __future__ import annotations

import asyncio
import importlib
import time
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.events import LoopBlocked, PluginChanged, PluginCrashed
from hub.plugin import dispatch, manifest, needs
from hub.plugin.acting import acting, current
from hub.plugin.entrance import Entrance
from hub.plugin.errors import RETRY_S
from hub.plugin.health import ask
from hub.plugin.hooks import Hooks
from hub.plugin.pump import Pump
from hub.plugin.registry import register, withdraw
from hub.plugin.states import Change, Plugin, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    from hub.hub import Hub
    from hub.plugin.crash import Death
    from hub.plugin.dispatch import HookError
    from hub.plugin.hookspecs import LoginMethod
    from hub.plugin.watchdog import Stall

__all__ = ["Plugin", "Plugins", "State"]

log = structlog.get_logger(__name__)

EVERY_S = 15.0
IMPORT_S = 10.0
GONE = "It was removed."
PAGE = "Enable it again on the plugins page."


class Plugins:
    """All plugins of a hub, in the order of their tiles."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._manager = dispatch.validator()
        self._all: dict[str, Plugin] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._watches: dict[str, asyncio.Task[Any]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._followed: tuple[str, ...] = hub.settings.disabled
        self.hooks = Hooks(self.complain)
        self.entrance = Entrance(hub.data)
        self.pump = Pump(hub.bus, self.hooks)
        self.on_imported: Callable[[Plugin], Awaitable[None]] | None = None
        """Awaited before a plugin's own work begins; when it raises, that does not."""

    def __iter__(self) -> Iterator[Plugin]:
        return iter(sorted(self._all.values(), key=lambda plugin: (plugin.manifest.order, plugin.name)))

    def __len__(self) -> int:
        return len(self._all)

    def get(self, name: str) -> Plugin | None:
        """Return the plugin of that name."""
        return self._all.get(name)

    def discover(self) -> None:
        """Read the manifests of all installed plugins that are not known yet; none of their code runs."""
        importlib.invalidate_caches()
        for name, entry in manifest.installed().items():
            if name not in self._all:
                blank = manifest.Manifest(name=name, title=name.title()[:24], summary="")
                self._all[name] = Plugin(blank, entry)
                self._read(self._all[name])

    async def start(self) -> None:
        """Start all plugins at once; each costs at most its own time and its own tile."""
        self._loop = asyncio.get_running_loop()
        for death in await self.entrance.open(self._all, self.held_up):
            self._tell(death)
        await asyncio.gather(*(self._begin(plugin) for plugin in self if plugin.state == "discovered"))

    async def notice(self) -> None:
        """Start what a terminal has installed since, and stop what it has removed."""
        here = await asyncio.to_thread(manifest.installed)
        known = {plugin.name for plugin in self}
        if set(here) - known:
            self.discover()
        gone = [plugin for plugin in self if plugin.entry and plugin.name not in here]
        back = [plugin for plugin in self if plugin.reason == GONE and plugin.name in here]
        for plugin in back:
            plugin.entry = here[plugin.name]
            if plugin.started_before:
                self.mark(plugin, "disabled", "It was installed anew while I ran.", "Restart me to run it.")
        new = [one for one in self if one.name not in known or (one in back and not one.started_before)]
        await asyncio.gather(
            *(self._begin(plugin) for plugin in new),
            *(self._end(plugin, GONE, "Install it again.") for plugin in gone),
        )

    async def stop(self) -> None:
        """Stop all running plugins at once."""
        await asyncio.gather(*(self._end(plugin) for plugin in self if plugin.running))
        await self.entrance.crashes.close()

    async def enable(self, name: str) -> None:
        """Take ``name`` out of the setting ``disabled`` and start it; one just installed is found first.

        Returns once it is ready, or is not: its state says which. Raises `HubError` when there is no such
        plugin, when a plugin asks for it, or when hub.toml cannot be written.
        """
        self._refuse_plugins()
        if name not in self._all:
            await asyncio.to_thread(importlib.invalidate_caches)
            self.discover()
        plugin = self._known(name)
        await self._write(name, off=False)
        await self.entrance.crashes.pardon(name)
        await self._begin(plugin)

    async def disable(self, name: str) -> None:
        """Put ``name`` into the setting ``disabled`` and stop it. Raises as `enable` does."""
        self._refuse_plugins()
        plugin = self._known(name)
        await self._write(name, off=True)
        await self._settle(plugin)

    async def restart(self, name: str) -> None:
        """Stop and start ``name``: all it registered is withdrawn, and registered anew.

        Its modules stay as they were imported: a changed file counts after a restart of the hub.
        """
        self._refuse_plugins()
        plugin = self._known(name)
        if name in self._off:
            raise HubError(f"{plugin.title} is switched off.", fix="Enable it first.")
        await self._end(plugin)
        await self._begin(plugin)

    def follow(self) -> None:
        """Start and stop plugins as the setting ``disabled`` says now, in the background.

        Only those whose switch has changed: one that failed is not tried again for every other setting.
        """
        before, self._followed = self._followed, self._off
        for plugin in self if self._loop else ():
            if (plugin.name in self._off) is not (plugin.name in before):
                self._spawn(self._settle(plugin), f"settle:{plugin.name}")

    def logins(self) -> list[LoginMethod]:
        """Return the ways to sign in that running plugins offer."""
        return [method for plugin in self if plugin.running for method in plugin.logins]

    def recheck(self, name: str) -> None:
        """Ask the plugin for its health now instead of at the next beat."""
        if name in self._woken:
            self._woken[name].set()

    def complain(self, name: str, what: str, error: HookError) -> None:
        """Count a failure of plugin ``name`` in ``what`` (a hook, a tool, a task) against its budget.

        May be called from any thread. Five in a minute degrade it; twenty in five minutes switch it off,
        and ten minutes later it is started again.
        """
        if self._loop is not None and _running() is not self._loop:
            self._loop.call_soon_threadsafe(self._count, name, what, error)
        else:
            self._count(name, what, error)

    def held_up(self, stall: Stall) -> None:
        """Tell everyone that the event loop stood still; each second counts as a failure of who held it."""
        self._hub.bus.publish(
            LoopBlocked(plugin=stall.plugin, file=stall.file, lineno=stall.line, seconds=stall.seconds)
        )
        log.warning("the loop stood still", plugin=stall.plugin, at=stall.where, seconds=stall.seconds)
        error = dispatch.HookError(
            f"It held me up for {stall.seconds:.1f} s in {stall.where}.", fix="Update it, or tell its author."
        )
        for _ in range(int(stall.seconds) if stall.plugin else 0):
            self.complain(stall.plugin, "the event loop", error)

    def mark(self, plugin: Plugin, state: State, reason: str = "", fix: str = "") -> None:
        """Put ``plugin`` into ``state`` and tell everyone, if anything changed."""
        if (plugin.state, plugin.reason, plugin.fix) == (state, reason, fix):
            return
        if plugin.state != state:
            plugin.since = time.time()
        ran = plugin.running
        plugin.state, plugin.reason, plugin.fix = state, reason, fix
        plugin.history.append(Change(time.time(), state, reason, fix))
        if ran is not plugin.running:
            self.hooks.bind((one.name, one.hooks) for one in self if one.running)
            self.pump.follow(plugin) if plugin.running else self.pump.leave(plugin.name)
        log.info("plugin state", plugin=plugin.name, state=state, reason=reason)
        self._hub.bus.publish(
            PluginChanged(plugin=plugin.name, title=plugin.title, state=state, reason=reason, fix=fix)
        )

    @property
    def _off(self) -> tuple[str, ...]:
        return self._hub.settings.disabled

    def _known(self, name: str) -> Plugin:
        if plugin := self._all.get(name):
            return plugin
        raise HubError(f"There is no plugin {name[:40]!r}.", fix="See which are there on the plugins page.")

    def _refuse_plugins(self) -> None:
        """Only people and the core switch plugins: one that could might switch its guard off."""
        if asking := current.get():
            raise HubError(f"The plugin {asking} may not switch plugins.", fix="Ask the owner.")

    async def _write(self, name: str, *, off: bool) -> None:
        now = (await self._hub.configuration.read()).disabled
        if (name in now) is not off:
            then = (*now, name) if off else tuple(one for one in now if one != name)
            await self._hub.configuration.change({("disabled",): list(then) or None})

    def _read(self, plugin: Plugin) -> bool:
        """Read the manifest, unless its code is in memory already; say whether it could be read."""
        entry = plugin.entry
        if entry is None or plugin.started_before:
            return True
        try:
            plugin.manifest = manifest.read(entry)
        except HubError as error:
            self.mark(plugin, "disabled", str(error), error.fix)
            return False
        if entry.dist is not None:
            plugin.version, plugin.distribution = entry.dist.version, entry.dist.name
        return True

    async def _settle(self, plugin: Plugin) -> None:
        """Bring ``plugin`` where the setting ``disabled`` wants it."""
        if plugin.name not in self._off:
            return await self._begin(plugin)
        await self._end(plugin)
        return self.mark(plugin, "disabled", "Switched off", "Enable it on the plugins page.")

    async def _begin(self, plugin: Plugin) -> None:
        async with self._locks.setdefault(plugin.name, asyncio.Lock()):
            if not plugin.running and (plugin.state == "discovered" or self._read(plugin)):
                with acting(""):
                    await self._start(plugin)

    async def _end(self, plugin: Plugin, reason: str = "", fix: str = "") -> None:
        async with self._locks.setdefault(plugin.name, asyncio.Lock()):
            plugin.retry_at = None
            if plugin.running:
                await self._stop(plugin)
            if reason:
                self.mark(plugin, "disabled", reason, fix)

    async def _start(self, plugin: Plugin) -> None:
        plugin.retry_at = None
        if not plugin.manifest.built:
            return self.mark(plugin, "disabled", "Not built yet", plugin.manifest.fix)
        if plugin.name in self._off:
            return self.mark(plugin, "disabled", "Switched off", "Enable it on the plugins page.")
        try:
            needs.lacks(self, plugin)  # before it is tried, which would only say that an import fails
        except HubError as error:
            return self.mark(plugin, "disabled", str(error), error.fix)
        if held := await self.entrance.refusal(plugin):
            return self.mark(plugin, "disabled", held.reason, held.fix)
        if wait := self.entrance.crashes.put_off(plugin.name):
            self.mark(plugin, "discovered", "I was ended again and again as it started.", f"Wait {wait:g} s.")
            await asyncio.sleep(wait)
        try:
            async with self.entrance.crashes.starting(plugin.name):
                await self._bring_up(plugin)
        except Exception as fault:  # whatever it is, it must not reach the others' start
            told = dispatch.failure(fault) if not isinstance(fault, HubError) else fault
            log.warning("plugin did not start", plugin=plugin.name, reason=str(told), exc_info=told.__cause__)
            began = plugin.state == "starting"
            await self._clear(plugin)
            self.mark(plugin, "disabled", str(told), told.fix)
            if began:  # what failed may come back by itself; an import does not
                self._retry(plugin)
            return None
        self._woken[plugin.name] = asyncio.Event()
        self._watches[plugin.name] = self._spawn(self._watch(plugin), f"health:{plugin.name}")
        return None

    async def _bring_up(self, plugin: Plugin) -> None:
        assert plugin.entry is not None  # noqa: S101  discover() sets it
        plugin.budget.forgive()
        flaw = needs.lacks(self, plugin)
        with acting(plugin.name):
            module = await dispatch.load(plugin.entry.module, IMPORT_S)
            plugin.started_before = True
            plugin.hooks = dispatch.implementations(self._manager, plugin.name, module)
        self.mark(plugin, "imported")
        if self.on_imported:
            await self.on_imported(plugin)
        settings = await needs.settings(self._hub, plugin)
        self.mark(plugin, "configured")
        self.mark(plugin, "starting")
        if start := plugin.hooks.get("hub_start"):
            with acting(plugin.name):
                await dispatch.call(start, plugin.manifest.start_s, hub=self._hub, settings=settings)
        plugin.flaw = flaw
        await register(self._hub, plugin, self.complain)
        await self._check(plugin)

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
        health = await ask(self._hub, plugin)
        if not plugin.beats and health.state == "ready":
            plugin.beats.append(health.state)
        self.mark(plugin, health.state, health.reason, health.fix)

    async def _stop(self, plugin: Plugin) -> None:
        self.mark(plugin, "stopping")
        if watch := self._watches.pop(plugin.name, None):
            watch.cancel()
        if hook := plugin.hooks.get("hub_stop"):
            try:
                with acting(plugin.name):
                    await dispatch.call(hook, plugin.manifest.stop_s, hub=self._hub)
            except HubError as error:
                log.warning("plugin did not stop well", plugin=plugin.name, reason=str(error))
                self.mark(plugin, "stopping", f"It did not stop well: {error}", error.fix)
        await self._clear(plugin)
        self.mark(plugin, "stopped")

    async def _clear(self, plugin: Plugin) -> None:
        """Take back all that it registered, provided and began, however it ended."""
        withdraw(self._hub, plugin)
        self._manager.unregister(name=plugin.name) if self._manager.has_plugin(plugin.name) else None
        plugin.hooks = {}
        await self._hub.withdraw(plugin.name)

    def _tell(self, death: Death) -> None:
        """Tell everyone which plugin took the process before this one down."""
        plugin = self._known(death.plugin)
        times = self.entrance.crashes.times(plugin.name)
        log.error("plugin took the hub down", plugin=plugin.name, reason=death.said(), times=times)
        self._hub.bus.publish(
            PluginCrashed(plugin=plugin.name, title=plugin.title, reason=death.said(), times=times)
        )

    def _count(self, name: str, what: str, error: HookError) -> None:
        plugin = self._all.get(name)
        if plugin is None:
            return
        verdict = plugin.budget.add(f"{what}: {error}")
        log.warning("plugin failed", plugin=name, what=what, reason=str(error), exc_info=error.__cause__)
        if verdict == "spent" and plugin.running:
            self._spawn(self._give_up(plugin), f"give up:{name}")
        elif verdict == "sore" and plugin.state == "ready":
            self.mark(plugin, "degraded", plugin.budget.last, "See its log, or restart it.")

    async def _give_up(self, plugin: Plugin) -> None:
        if plugin.running:
            await self._end(plugin, f"Failed too often. {plugin.budget.last}", PAGE)
            self._retry(plugin)

    def _retry(self, plugin: Plugin) -> None:
        plugin.retry_at = at = time.time() + RETRY_S

        async def again() -> None:
            await asyncio.sleep(RETRY_S)
            if plugin.retry_at == at:  # nobody has started or stopped it meanwhile
                await self._begin(plugin)

        self._spawn(again(), f"retry:{plugin.name}")

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run the core's own ``work``: it must not end with the plugin in whose name it was begun."""
        with acting(""):
            return self._hub.spawn(work, name=name)


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
