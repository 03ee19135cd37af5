"""Call a plugin's hook so that nothing it does can take its caller down.

pluggy checks that an implementation fits its specification; the calls are ours, because pluggy stops
at the first exception and knows nothing of ``async`` or of time.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import importlib
import inspect
import threading
from typing import TYPE_CHECKING, Any

import pluggy

from hub.errors import HubError
from hub.plugin import hookspecs

if TYPE_CHECKING:
    from types import ModuleType


class HookError(HubError):
    """A hook raised, or took longer than its time; the message is fit for the plugin's tile."""


class LateError(HookError):
    """A hook took longer than its time box."""


def validator() -> pluggy.PluginManager:
    """Return a plugin manager that knows the hook specifications."""
    manager = pluggy.PluginManager("hub")
    manager.add_hookspecs(hookspecs)
    return manager


def implementations(manager: pluggy.PluginManager, name: str, module: ModuleType) -> dict[str, Any]:
    """Register ``module`` and return its hooks by name. Raises `HookError` when one does not fit."""
    try:
        manager.register(module, name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        with contextlib.suppress(ValueError, AssertionError):
            manager.unregister(module)
        # pluggy spreads its explanation over lines; the last one says which argument is wrong.
        raise HookError(" ".join(str(error).split())[:200], fix="Tell its author.") from error
    found = {}
    for caller in manager.get_hookcallers(module) or []:
        for each in caller.get_hookimpls():
            if each.plugin is not module:
                continue
            if each.hookwrapper or each.wrapper:
                manager.unregister(module)
                raise HookError(f"{caller.name} wraps others, which no plugin may.", fix="Tell its author.")
            found[caller.name] = each.function
    return found


async def load(module: str, seconds: float) -> ModuleType:
    """Import ``module`` on a thread of its own. Raises `HookError` when it raises, exits or hangs."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[ModuleType] = loop.create_future()

    def settle(result: ModuleType | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if result is not None:
            outcome.set_result(result)
        else:
            outcome.set_exception(HookError(describe(error), fix="See the log, or tell its author."))

    def work() -> None:
        result, failure = None, None
        try:
            result = importlib.import_module(module)
        except BaseException as error:  # noqa: BLE001  sys.exit at import must not pass
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, result, failure)

    # A daemon thread: one that hangs for ever must not keep the hub from stopping. Threads inherit no
    # context by themselves; what the import logs and starts is the plugin's.
    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(work,), name=f"import:{module}", daemon=True).start()
    done, _ = await asyncio.wait({outcome}, timeout=seconds)
    if not done:
        outcome.cancel()
        raise LateError(f"Its import took longer than {seconds:g} s.", fix="See the log, or tell its author.")
    return outcome.result()


async def call(hook: Any, seconds: float, /, **arguments: Any) -> Any:
    """Call ``hook`` with those of ``arguments`` that it takes and return its result.

    Raises `HookError` when it raises and `LateError` when it takes longer than ``seconds``. A task that
    swallows its cancellation is left behind, never waited for.
    """
    wanted = inspect.signature(hook).parameters
    given = {name: value for name, value in arguments.items() if name in wanted}
    task = asyncio.ensure_future(_run(hook, given))
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.cancel()
        raise LateError(
            f"{hook.__name__} took longer than {seconds:g} s.", fix="See the log, or tell its author."
        )
    error = task.exception() if not task.cancelled() else asyncio.CancelledError("cancelled itself")
    if error is not None:
        raise failure(error) from error
    return task.result()


def failure(error: BaseException) -> HookError:
    """Return what ``error`` says as a `HookError`, with its own fix where it has one."""
    if isinstance(error, HookError):
        return error
    fix = error.fix if isinstance(error, HubError) else "See the log, or tell its author."
    made = HookError(str(error) if isinstance(error, HubError) else describe(error), fix=fix)
    made.__cause__ = error
    return made


async def _run(hook: Any, given: dict[str, Any]) -> Any:
    try:
        result = hook(**given)
        return await result if inspect.isawaitable(result) else result
    except (SystemExit, KeyboardInterrupt) as error:
        # asyncio would hand these to the loop and end the hub.
        raise HookError(describe(error), fix="Tell its author.") from error


def describe(error: BaseException | None) -> str:
    """Return an exception as one line for a tile."""
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
