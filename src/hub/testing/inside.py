"""Open a real hub in the test's own process, with the plugins under test and nothing fetched or started.

Its stores, router, talks, tools and plugins are the real ones; the embedded language model and the
downloads stay off, and a `ScriptedModel` answers in their place.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import tempfile
import time
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

import tomlkit

from hub import config
from hub.hub import Hub
from hub.plugin import manifest
from hub.testing.model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
    from types import ModuleType, TracebackType

    Settings = Mapping[str, Mapping[str, Any]]

PATIENCE_S = 60.0


def entry_of(plugin: ModuleType | str) -> EntryPoint:
    """Return the entry point that ``plugin``, a package or its name, has or would have once installed."""
    module = importlib.import_module(plugin) if isinstance(plugin, str) else plugin
    folder = Path(module.__file__ or "").parent
    try:
        name = tomllib.loads((folder / "hub-plugin.toml").read_text(encoding="utf-8"))["name"]
    except FileNotFoundError as error:
        raise AssertionError(f"{module.__name__} has no hub-plugin.toml beside its __init__.py.") from error
    except (KeyError, ValueError) as error:
        raise AssertionError(f"{module.__name__}: hub-plugin.toml cannot be read: {error!r}") from error
    return EntryPoint(str(name), module.__name__, manifest.GROUP)


@contextlib.asynccontextmanager
async def hub_with(
    *plugins: ModuleType | str,
    settings: Settings | None = None,
    model: ScriptedModel | None = None,
    data: Path | None = None,
) -> AsyncIterator[Hub]:
    """Yield a hub in which ``plugins`` and no others were started.

    ``settings``: by plugin, written into hub.toml; ``data``: its folder, to open it again (default: one
    that goes with it).
    """
    entries = {entry.name: entry for entry in map(entry_of, plugins)}
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-")))
        # Only those under test: what else is installed here must not take part.
        stack.enter_context(mock.patch.object(manifest, "installed", return_value=entries))
        if settings:
            folder.mkdir(parents=True, exist_ok=True)
            written = tomlkit.dumps({"plugins": {name: {**given} for name, given in settings.items()}})
            (folder / config.FILE).write_text(written, encoding="utf-8")
        hub = Hub(config.load(data=folder), ())
        hub.router.add(model or ScriptedModel())
        try:
            await hub.open()
            if await hub.claims.owner() is None:
                await hub.claims.redeem(await hub.claims.new_code())
            await hub.plugins.start()
            yield hub
        finally:
            await hub.stop()


async def ask(hub: Hub, text: str) -> str:
    """Write ``text`` into the latest talk of the hub's owner and return the answer, whole."""
    owner = await hub.claims.owner()
    talk = await hub.conversations.latest(owner.id if owner else "")
    turn = await talk.write(text)
    await asyncio.wait_for(talk.settled(), PATIENCE_S)
    return next(one.answer for one in talk.history() if one.id == turn)


class PluginHub:
    """A hub for tests that are not ``async``: ``with PluginHub(hub_hello) as home: home.say("hello")``.

    Its arguments are those of `hub_with`.
    """

    def __init__(
        self,
        *plugins: ModuleType | str,
        settings: Settings | None = None,
        model: ScriptedModel | None = None,
        data: Path | None = None,
    ) -> None:
        self.model = model or ScriptedModel()
        self._opening = hub_with(*plugins, settings=settings, model=self.model, data=data)
        self._loop = asyncio.Runner()
        self.hub: Hub

    def __enter__(self) -> Self:
        self._loop.__enter__()
        try:
            self.hub = self._loop.run(self._opening.__aenter__())
        except BaseException:
            self._loop.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._loop.run(self._opening.__aexit__(kind, error, traceback))
        finally:
            self._loop.close()

    def state(self, plugin: str) -> tuple[str, str, str]:
        """Return state, reason and fix of ``plugin``, as its page shows them."""
        found = self.hub.plugins.get(plugin)
        assert found is not None, f"There is no plugin {plugin!r} in this hub."
        return found.state, found.reason, found.fix

    def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool as a talk does and return its result. Raises `hub.HubError` when it is refused."""
        return self._loop.run(self.hub.tools.call(tool, arguments))

    def say(self, text: str) -> str:
        """Write ``text`` into a talk and return the hub's answer."""
        return self._loop.run(ask(self.hub, text))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Await ``work`` where the hub runs and return its result."""
        return self._loop.run(work)

    def until(self, holds: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        """Let the hub go on until ``holds()``; an `AssertionError` when it does not come to it."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"It did not come to it within {seconds:g} s."
            self._loop.run(asyncio.sleep(0.01))
