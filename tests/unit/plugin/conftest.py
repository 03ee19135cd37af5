"""A real hub with real stores, in which planted plugins run and jobs are done; `again` is a restart."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests import keeping

from hub import config
from hub.hub import Hub
from hub.plugin import manifest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from importlib.metadata import EntryPoint
    from pathlib import Path


class Home:
    """A data folder, the plugins that are installed, and the hub that runs on both."""

    def __init__(self, folder: Path) -> None:
        self.plugins, self.data = folder / "plugins", folder / "data"
        self.entries: dict[str, EntryPoint] = {}
        self.hub: Any = None

    def plant(self, name: str, *given: str) -> None:
        self.entries[name] = keeping.plant(self.plugins, name, *given)
        sys.modules.pop(f"hx_{name}", None)

    async def open(self, *disabled: str) -> Hub:
        self.hub = Hub(config.load(data=self.data).model_copy(update={"disabled": disabled}), ())
        await self.hub.open()
        self.hub.jobs.start()
        self.hub.spawn(self.hub.reach.follow(), name="reach")
        await self.hub.reach.plan()
        await self.hub.plugins.start()
        return self.hub

    async def close(self) -> None:
        if self.hub:
            await self.hub.stop()
        self.hub = None

    async def again(self, *disabled: str) -> Hub:
        await self.close()
        return await self.open(*disabled)

    def kept(self, name: str, kind: str) -> str:
        path = self.data / f"{name}-{kind}.json"
        return path.read_text() if path.exists() else ""

    async def until(self, holds: Callable[[], Any]) -> Any:
        """Wait until ``holds()``, which may be awaited, is true; return it."""
        end = time.monotonic() + 60
        while True:
            found = holds()
            found = await found if asyncio.iscoroutine(found) else found
            if found:
                return found
            assert time.monotonic() < end, "it did not come to that"
            await asyncio.sleep(0.01)


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    home = Home(tmp_path)
    home.plugins.mkdir()
    monkeypatch.syspath_prepend(str(home.plugins))
    monkeypatch.setattr(manifest, "installed", lambda: home.entries)
    yield home
    await home.close()
    for name in [name for name in sys.modules if name.startswith("hx_")]:
        del sys.modules[name]
