"""Reach every plugin that keeps something of a person: to destroy it, or to hand it out.

What is to be forgotten is written down before anybody is asked. A plugin that fails, or does not run
now, stays on that list: it is asked again, later and later, and at once when it next starts.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from hub.errors import HubError
from hub.events import PluginChanged
from hub.plugin.acting import acting, current
from hub.store import owed
from hub.store.forgotten import noted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hub.events import Bus
    from hub.jobs import Due, Job, Jobs, Running
    from hub.plugin.hooks import Hooks, Outcome
    from hub.plugin.hookspecs import Selector
    from hub.plugin.lifecycle import Plugin, Plugins
    from hub.plugin.remembered import Remembered
    from hub.store.database import Database

log = structlog.get_logger(__name__)

KIND = "plugins.forget"
PATIENCE_S = 30.0
FIRST_S, LONGEST_S = 30.0, 6 * 3600.0
"""A plugin that failed is asked again after the first of these, then after four times as long each time."""

MAX_EXPORT = 64 << 20
"""Bytes of JSON that one plugin may hand out of one person."""

_BEGAN = datetime(2026, 1, 1)  # noqa: DTZ001  local, as recurrences are
_reaching: ContextVar[bool] = ContextVar("hub.plugin.reaching", default=False)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a plugin has yet to forget, since ``asked`` (Unix seconds), and why it has not."""

    plugin: str
    title: str
    selector: Selector
    asked: float
    reason: str
    fix: str
    tries: int = 0
    tried: float = 0.0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many things each plugin destroyed, and who has yet to."""

    counts: Mapping[str, int]
    failed: tuple[Owed, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """What each plugin keeps of a person, as JSON; and why something is missing, by plugin."""

    kept: Mapping[str, bytes]
    failed: Mapping[str, str]


class Reach:
    """All that plugins keep. Safe to ask from anywhere but from inside a plugin's own `hub_forget`."""

    def __init__(  # noqa: PLR0917  where it is kept, who is asked, and when
        self, core: Database, jobs: Jobs, bus: Bus, plugins: Plugins, remembered: Remembered, folder: Path
    ) -> None:
        self._core, self._jobs, self._bus, self._folder = core, jobs, bus, folder
        self._plugins, self._remembered = plugins, remembered
        self._poking: set[asyncio.Task[None]] = set()
        self._born = jobs.clock.wall()
        jobs.register(KIND, self._again)

    @property
    def _hooks(self) -> Hooks:
        return self._plugins.hooks

    async def plan(self) -> Job:
        """See that what is still owed is asked for again, from now on and after every restart."""
        job = await self._jobs.add(
            KIND, "Forget in plugins", every="FREQ=HOURLY;INTERVAL=6", start=_BEGAN, id=KIND
        )
        if await self._core.read(owed.rows):
            await self._soon(0.0)
        return job

    async def follow(self) -> None:
        """Ask those that come back for what they owe, for as long as the hub runs."""
        with self._bus.subscribe(PluginChanged.name) as changes:
            async for event in changes:
                plugin = self._plugins.get(getattr(event, "plugin", ""))
                try:
                    if plugin and plugin.running and await self._owes(plugin.name):
                        self.poke()
                except HubError as error:
                    log.warning("plugin not asked yet", reason=str(error), fix=error.fix)

    async def forget(self, selector: Selector) -> Forgotten:
        """Have all plugins destroy what is selected; durable before the first is asked.

        Returns what was destroyed now, and who has yet to: those are asked again until they succeed.
        Raises `HubError` when the plugins cannot be asked from here.
        """
        if _reaching.get():
            raise HubError("That is being forgotten already.", fix="Do not forget from within hub_forget.")
        if selector.everything and current.get():
            raise HubError("Only a person may have everything forgotten.", fix="Ask on the page for it.")
        if not owed.names_something(selector):
            return Forgotten({})
        if selector.topic or not (selector.person or selector.everything):
            done = await self._round(selector)  # of days and talks the core notes it, and words it must not
        else:
            async with noted(self._folder, selector=owed.written(selector)):
                done = await self._round(selector)
        if done.failed:
            self.poke(FIRST_S)
        return done

    def poke(self, seconds: float = 0.0) -> None:
        """Ask within ``seconds`` for what was written down; returns at once."""
        if self._jobs.get(KIND):  # otherwise the hub is starting, and asks by itself
            with acting(""):
                task = asyncio.create_task(self._poked(seconds), name="forget in plugins")
            self._poking.add(task)
            task.add_done_callback(self._poking.discard)

    async def _poked(self, seconds: float) -> None:
        try:
            await self._jobs.ended(KIND)  # a run that is under way may have read the list before
            await self._soon(seconds)
        except HubError as error:  # the disk is full, say: it is written down, and is done later
            log.warning("plugins are not asked yet", reason=str(error), fix=error.fix)

    async def export(self, person: str) -> Exported:
        """Return all that plugins keep of ``person``. Raises `HubError` when a plugin asks."""
        if current.get():
            raise HubError("Only a person may take their data along.", fix="Ask on the page for it.")
        if not person:
            return Exported({}, {})
        asked = self._running("hub_export")
        outcomes = await self._hooks.each("hub_export", PATIENCE_S, only=frozenset(asked), person=person)
        kept, failed = {}, dict.fromkeys(self._away("hub_export"), "It is not running.")
        failed |= dict.fromkeys(asked, "It was just starting.")
        for outcome in outcomes:
            failed.pop(outcome.plugin, None)
            try:
                if packed := await asyncio.to_thread(_packed, outcome):
                    kept[outcome.plugin] = packed
            except HubError as error:
                failed[outcome.plugin] = str(error)
        return Exported(kept, failed)

    async def owed(self) -> list[Owed]:
        """Return what plugins have yet to forget, the longest owed first."""
        return [self._owed(row) for row in await self._core.read(owed.rows)]

    async def _round(self, selector: Selector, only: frozenset[str] | None = None) -> Forgotten:
        """Write down who is to forget what is selected, ask those who run, and note how it went."""
        names = self._owners() if only is None else sorted(only)
        await self._core.write(lambda db: owed.share(db, selector, names))
        asked = [name for name in self._running("hub_forget") if name in names]
        token = _reaching.set(True)
        try:
            with acting(""):
                outcomes = await self._hooks.each(
                    "hub_forget", PATIENCE_S, only=frozenset(asked), selector=selector
                )
        finally:
            _reaching.reset(token)
        counts, wrong = _judged(outcomes)
        idle = [name for name in names if self._keeps_nothing(name)]
        # A topic is told in words, which are to be gone from the journal and the backups too.
        keep = self._core.forget if selector.topic else self._core.write
        await keep(lambda db: owed.settle(db, selector, [*counts, *idle], wrong))
        text = owed.written(selector)
        rows = await self._core.read(owed.rows)
        left = tuple(self._owed(row) for row in rows if row[1] == text and row[0] in names)
        log.info("plugins forgot", things=sum(counts.values()), plugins=len(counts), owed=len(left))
        return Forgotten(counts, left)

    async def _again(self, _: Running) -> Due | None:
        """Ask once more all who run and owe something whose time has come; say when the next is due."""
        rows = await self._core.read(owed.rows)
        now, skip = self._jobs.clock.wall(), set[str]()
        for text, group in groupby(sorted(rows, key=lambda row: row[1]), key=lambda row: row[1]):
            some = list(group)
            if any(row[0] == owed.EVERYONE for row in some):
                done = await self._round(owed.read(text))
            elif ready := {row[0] for row in some if self._due(row) <= now and self._runs(row[0])} - skip:
                done = await self._round(owed.read(text), frozenset(ready))
            else:
                continue
            # One that just failed is not made to fail, or to be waited for, for everything else it owes.
            skip |= {left.plugin for left in done.failed}
        left = [row for row in await self._core.read(owed.rows) if self._runs(row[0])]
        return self._jobs.clock.at(max(now + 1, min(map(self._due, left)))) if left else None

    def _due(self, row: tuple[Any, ...]) -> float:
        """Return when to ask the plugin of ``row`` again, in Unix seconds; 0: not asked in this life yet."""
        tries, tried = row[3], row[4]
        if not tries or tried < self._born:
            return 0.0
        return float(tried + min(LONGEST_S, FIRST_S * 4 ** min(tries - 1, 9)))

    async def _soon(self, seconds: float) -> None:
        """Have `_again` done within ``seconds``, unless it is due sooner."""
        job, due = self._jobs.get(KIND), self._jobs.clock.after(seconds)
        if job and job.state == "waiting" and (job.due is None or self._jobs.clock.left(job.due) > seconds):
            await self._jobs.change(KIND, due=due)

    async def _owes(self, name: str) -> bool:
        return any(row[0] == name for row in await self._core.read(owed.rows))

    def _owners(self) -> list[str]:
        """Return all who may keep something: who run and say so, and who do not run and may have."""
        return sorted({*self._running("hub_forget"), *self._away("hub_forget")})

    def _running(self, hook: str) -> list[str]:
        return [plugin.name for plugin in self._plugins if plugin.running and hook in plugin.hooks]

    def _away(self, hook: str) -> list[str]:
        """Return who cannot be asked now: those that had ``hook`` when they last ran, and do not run."""
        return [name for name in self._remembered.had(hook) if not self._runs(name)]

    def _runs(self, name: str) -> bool:
        plugin = self._plugins.get(name)
        return name == owed.EVERYONE or (plugin is not None and plugin.running)

    def _keeps_nothing(self, name: str) -> bool:
        plugin = self._plugins.get(name)
        return plugin is not None and plugin.running and "hub_forget" not in plugin.hooks

    def _owed(self, row: tuple[Any, ...]) -> Owed:
        name, text, asked, tries, tried, reason, fix = row
        plugin = self._plugins.get(name)
        if not reason:
            reason, fix = _why(plugin)
        title = plugin.title if plugin else name
        return Owed(name, title, owed.read(text), asked, reason, fix, tries, tried)


def _judged(outcomes: Iterable[Outcome]) -> tuple[dict[str, int], dict[str, tuple[str, str]]]:
    """Return how many things each destroyed, and the reason and fix of each who did not."""
    counts: dict[str, int] = {}
    wrong: dict[str, tuple[str, str]] = {}
    for outcome in outcomes:
        if outcome.error is not None:
            wrong[outcome.plugin] = str(outcome.error), "I ask it again. " + outcome.error.fix
        elif outcome.value is None or (type(outcome.value) is int and outcome.value >= 0):
            counts[outcome.plugin] = outcome.value or 0
        else:
            kind = type(outcome.value).__name__
            wrong[outcome.plugin] = f"It answered with {kind}, not with a number.", "Tell its author."
    return counts, wrong


def _packed(outcome: Outcome) -> bytes:
    """Return what a plugin handed out as JSON, empty for nothing. Raises `HubError` when it is none."""
    if outcome.error is not None:
        raise outcome.error
    if not outcome.value:
        return b""
    try:
        packed = orjson.dumps(dict(outcome.value), option=orjson.OPT_INDENT_2)
    except (TypeError, ValueError) as error:
        raise HubError(f"It handed out what is no JSON: {error}.", fix="Tell its author.") from error
    if len(packed) > MAX_EXPORT:
        raise HubError(f"It handed out more than {MAX_EXPORT >> 20} MB.", fix="Tell its author.")
    return packed


def _why(plugin: Plugin | None) -> tuple[str, str]:
    if plugin is None:
        return "It is not installed any more.", "Install it again, or say that it is gone for good."
    if plugin.running:
        return "I have yet to ask it.", "I do that by myself."
    return "It is not running.", plugin.fix or "Start it: then I ask it at once."
