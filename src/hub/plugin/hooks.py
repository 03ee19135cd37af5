"""Ask every running plugin at once: a failure stays with the plugin that failed."""

from __future__ import annotations

import inspect
from types import CoroutineType
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.plugin.acting import current
from hub.plugin.dispatch import HookError, failure
from hub.plugin.rounds import Round

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    Complain = Callable[[str, str, HookError], None]


class Outcome(NamedTuple):
    """What one plugin's hook came to: its value, or the error that it ended with."""

    plugin: str
    value: Any = None
    error: HookError | None = None


class _Bound(NamedTuple):
    plugin: str
    run: Callable[..., Any]
    wants: frozenset[str]
    takes: int
    """How many arguments that is."""

    nothing: Outcome
    """That it returned None, as most calls do."""


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
                try:
                    wants = frozenset(inspect.signature(run).parameters)
                except (TypeError, ValueError) as error:
                    self._complain(plugin, name, failure(error))
                    continue
                bound.setdefault(name, []).append(_Bound(plugin, run, wants, len(wants), Outcome(plugin)))
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
        everyone = self._bound.get(name)
        if not everyone:
            return []
        outcomes: list[Outcome] = []
        works: list[tuple[str, Coroutine[Any, Any, Any]]] = []
        given, token = len(arguments), current.set("")
        try:
            for plugin, run, wants, takes, nothing in everyone:
                if only is not None and plugin not in only:
                    continue
                current.set(plugin)
                try:
                    if takes == given:
                        value = run(**arguments)
                    else:
                        value = run(**{key: value for key, value in arguments.items() if key in wants})
                except BaseException as error:  # noqa: BLE001  sys.exit in a hook must not end the hub
                    # A CancelledError too is the hook's own: nothing waits here that could be cancelled.
                    outcomes.append(self._failed(plugin, name, failure(error)))
                    continue
                if value is None:
                    outcomes.append(nothing)
                elif type(value) is CoroutineType:
                    works.append((plugin, value))
                elif inspect.isawaitable(value):
                    works.append((plugin, _awaited(value)))
                else:
                    outcomes.append(Outcome(plugin, value))
        finally:
            current.reset(token)
        if works:
            ended = await Round(name, seconds, works, self._complain).run()
            outcomes += [
                Outcome(work[0], value, error) for work, (value, error) in zip(works, ended, strict=True)
            ]
        return outcomes

    def _failed(self, plugin: str, name: str, error: HookError) -> Outcome:
        self._complain(plugin, name, error)
        return Outcome(plugin, error=error)


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value
