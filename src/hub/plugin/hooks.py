"""Ask every running plugin at once: a failure stays with the plugin that failed."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.plugin.acting import current
from hub.plugin.dispatch import HookError, LateError, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    Complain = Callable[[str, str, HookError], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one plugin's hook came to: its value, or the error that it ended with."""

    plugin: str
    value: Any = None
    error: HookError | None = None


@dataclass(frozen=True, slots=True)
class _Bound:
    plugin: str
    run: Callable[..., Any]
    wants: frozenset[str]
    waits: bool
    """Whether it is ``async def``."""


class Hooks:
    """The hooks of all running plugins. ``complain`` is told (plugin, hook, error) of every failure."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self._bound: dict[str, tuple[_Bound, ...]] = {}

    def bind(self, plugins: Iterable[tuple[str, dict[str, Callable[..., Any]]]]) -> None:
        """Take the implementations of ``plugins`` (name, hooks by name) in place of those before."""
        bound: dict[str, list[_Bound]] = {}
        for plugin, hooks in plugins:
            for name, run in hooks.items():
                wants = frozenset(inspect.signature(run).parameters)
                one = _Bound(plugin, run, wants, inspect.iscoroutinefunction(run))
                bound.setdefault(name, []).append(one)
        self._bound = {name: tuple(each) for name, each in bound.items()}

    def who(self, name: str) -> list[str]:
        """Return the plugins that implement hook ``name``."""
        return [each.plugin for each in self._bound.get(name, ())]

    async def each(
        self, name: str, seconds: float, /, only: frozenset[str] | None = None, **arguments: Any
    ) -> list[Outcome]:
        """Call hook ``name`` of all plugins (or of ``only`` these) and return how each ended.

        Plain functions are called in place, one after the other: they must not block. Coroutines run
        together under one timer of ``seconds``; one that is late is cancelled and left behind.
        """
        outcomes: list[Outcome] = []
        tasks: dict[asyncio.Future[Any], str] = {}
        for bound in self._bound.get(name, ()):
            if only is not None and bound.plugin not in only:
                continue
            given = arguments
            if len(bound.wants) != len(arguments):
                given = {key: value for key, value in arguments.items() if key in bound.wants}
            token = current.set(bound.plugin)
            try:
                value = bound.run(**given)
                if bound.waits or inspect.isawaitable(value):
                    tasks[asyncio.ensure_future(_shielded(value))] = bound.plugin
                else:
                    outcomes.append(Outcome(bound.plugin, value))
            except BaseException as error:  # noqa: BLE001  sys.exit in a hook must not end the hub
                # A CancelledError too is the hook's own: nothing waits here that could be cancelled.
                outcomes.append(self._failed(bound.plugin, name, failure(error)))
            finally:
                current.reset(token)
        if tasks:
            outcomes += await self._gather(name, seconds, tasks)
        return outcomes

    async def _gather(
        self, name: str, seconds: float, tasks: dict[asyncio.Future[Any], str]
    ) -> list[Outcome]:
        try:
            done, late = await asyncio.wait(tasks, timeout=seconds)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            raise
        for task in late:
            task.cancel()
            task.add_done_callback(_swallow)
        return [self._outcome(name, seconds, task, plugin, task in done) for task, plugin in tasks.items()]

    def _outcome(
        self, name: str, seconds: float, task: asyncio.Future[Any], plugin: str, in_time: bool
    ) -> Outcome:
        if not in_time:
            late = LateError(
                f"{name} took longer than {seconds:g} s.", fix="See the log, or tell its author."
            )
            return self._failed(plugin, name, late)
        error = asyncio.CancelledError("cancelled itself") if task.cancelled() else task.exception()
        if error is not None:
            return self._failed(plugin, name, failure(error))
        return Outcome(plugin, task.result())

    def _failed(self, plugin: str, name: str, error: HookError) -> Outcome:
        self._complain(plugin, name, error)
        return Outcome(plugin, error=error)


async def _shielded(hook: Coroutine[Any, Any, Any]) -> Any:
    """Await ``hook``; asyncio would hand SystemExit and KeyboardInterrupt to the loop and end the hub."""
    try:
        return await hook
    except (SystemExit, KeyboardInterrupt) as error:
        raise failure(error) from error


def _swallow(task: asyncio.Future[Any]) -> None:
    """Fetch what an abandoned task ended with, so that nobody warns of it."""
    if not task.cancelled():
        task.exception()
