"""Wrap what a plugin hands over, so that it runs in its name and its faults count against it."""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from hub.errors import HubError
from hub.plugin.acting import acting
from hub.plugin.dispatch import HookError, failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from hub.plugin.hooks import Complain


def function(plugin: str, what: str, run: Callable[..., Any], complain: Complain) -> Callable[..., Any]:
    """Return ``run`` with the same signature, run as ``plugin``; a fault is told and becomes a `HookError`.

    A `HubError` is an answer, not a fault, and passes as it is.
    """
    if inspect.iscoroutinefunction(run):

        @functools.wraps(run)
        async def later(*args: Any, **kwargs: Any) -> Any:
            with acting(plugin), _told(plugin, what, complain):
                return await run(*args, **kwargs)

        return later

    @functools.wraps(run)
    def at_once(*args: Any, **kwargs: Any) -> Any:
        with acting(plugin), _told(plugin, what, complain):
            result = run(*args, **kwargs)
        return _awaited(plugin, what, result, complain) if inspect.isawaitable(result) else result

    return at_once


def app(plugin: str, what: str, served: ASGIApp, complain: Complain) -> ASGIApp:
    """Return the ASGI app ``served``, run as ``plugin``; sys.exit in it becomes an error like any other."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        with acting(plugin), _told(plugin, what, complain):
            await served(scope, receive, send)

    return serve


async def task(work: Awaitable[Any]) -> Any:
    """Await a plugin's ``work``; asyncio would hand SystemExit to the loop and end the hub."""
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise failure(error) from error


async def _awaited(plugin: str, what: str, result: Awaitable[Any], complain: Complain) -> Any:
    with acting(plugin), _told(plugin, what, complain):
        return await result


class _told:  # noqa: N801  used as a statement
    """Tell of every fault inside, and let it go on as a `HookError`; answers and cancellation pass."""

    def __init__(self, plugin: str, what: str, complain: Complain) -> None:
        self._plugin, self._what, self._complain = plugin, what, complain

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None or isinstance(error, asyncio.CancelledError | HTTPException | GeneratorExit):
            return
        if isinstance(error, HubError) and not isinstance(error, HookError):
            return
        told = failure(error)
        self._complain(self._plugin, self._what, told)
        raise told from error
