"""Let plugins take words away before a language model sees them, and take note of what it replied.

It fails closed: when a plugin that looks at the words raises, is late or does not run although it did
the last time, only providers on this machine are asked (see `hub.llm.stations.Guard`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.llm.provider import Message, Request
from hub.llm.stations import Seen
from hub.plugin.dispatch import HookError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.plugin.lifecycle import Plugins
    from hub.plugin.remembered import Remembered

BEFORE_S, AFTER_S = 0.25, 1.0
ACCEPTED_S = 120.0
"""Words that are not final by then were taken back: nobody is told of the reply."""

_BEFORE, _AFTER = "hub_before_llm", "hub_after_llm"
_ROLES = {"system", "user", "assistant", "tool"}


class Words:
    """The `Guard` of the router. ``off``: the plugins that a person has switched off, who are not missed."""

    def __init__(self, plugins: Plugins, remembered: Remembered, off: Callable[[], tuple[str, ...]]) -> None:
        self._plugins, self._remembered, self._off = plugins, remembered, off
        self._telling: set[asyncio.Task[None]] = set()

    async def before(self, request: Request) -> Seen:
        """Ask each plugin in turn: what one leaves, the next one sees."""
        why = self._missing()
        for name in self._plugins.hooks.who(_BEFORE):
            outcomes = await self._plugins.hooks.each(
                _BEFORE, BEFORE_S, only=frozenset({name}), request=request
            )
            for outcome in outcomes:
                try:
                    if outcome.error is not None:
                        raise outcome.error
                    request = _checked(request, outcome.value)
                except HubError as error:
                    why = why or f"{self._title(name)} could not look at your words first: {error}"
        return Seen(request, why)

    def after(
        self, request: Request, reply: str, accepted: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Tell the plugins, in the background and once the words are final, what was replied."""
        if self._plugins.hooks.who(_AFTER):
            task = asyncio.create_task(self._tell(request, reply, accepted), name="after_llm")
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(
        self, request: Request, reply: str, accepted: Callable[[], Awaitable[object]] | None
    ) -> None:
        if accepted:
            try:
                await asyncio.wait_for(accepted(), ACCEPTED_S)
            except TimeoutError:
                return
        await self._plugins.hooks.each(_AFTER, AFTER_S, request=request, reply=reply)

    def _missing(self) -> str:
        """Say which plugin looked at all words when it last ran, and does not run now."""
        for name in self._remembered.had(_BEFORE):
            plugin = self._plugins.get(name)
            if plugin and not plugin.running and name not in self._off():
                return f"{plugin.title} looks at your words first, and is not running."
        return ""

    def _title(self, name: str) -> str:
        plugin = self._plugins.get(name)
        return plugin.title if plugin else name


def _checked(asked: Request, answer: object) -> Request:
    """Return what a plugin made of a request; it may change its messages and nothing else."""
    if answer is None:
        return asked
    if not isinstance(answer, Request):
        raise HookError(
            f"It answered with {type(answer).__name__}, not with a Request.", fix="Tell its author."
        )
    told = answer.messages
    sound = isinstance(told, tuple) and all(
        isinstance(one, Message) and one.role in _ROLES and isinstance(one.text, str) for one in told
    )
    if not sound or not told:
        raise HookError("It answered with a request without messages.", fix="Tell its author.")
    return replace(asked, messages=_with_calls(asked.messages, told))


def _with_calls(asked: tuple[Message, ...], told: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return ``told`` with the calls of tools that belong to it: a plugin may change their words alone."""
    if not any(one.calls or one.call for one in (*asked, *told)):
        return told
    if [one.role for one in asked] != [one.role for one in told]:
        raise HookError("It changed the order of a talk in which tools are called.", fix="Tell its author.")
    return tuple(
        replace(new, calls=new.calls if _same(old, new) else old.calls, call=old.call)
        for old, new in zip(asked, told, strict=True)
    )


def _same(old: Message, new: Message) -> bool:
    """Say whether the calls are the same but for what of their arguments was taken away."""
    return [(one.id, one.name) for one in old.calls] == [(one.id, one.name) for one in new.calls]
