"""A hub just large enough for embedders, and MiniLM, fetched once into the checkout's own folder."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from hub.events import Bus
from hub.jobs import Jobs
from hub.models import Models, read_manifest
from hub.store.database import Database
from hub.store.schema import CORE
from hub.supervise.children import Children

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

ROOT = Path(__file__).parents[4]
MANIFEST = ROOT / "plugins/memory/src/hub_memory/models.toml"
HOME = ROOT / ".data/optional"


class SmallHub:
    """What the embedders use of a hub: the real bus, models, jobs and children."""

    def __init__(self, data: Path, models: Path) -> None:
        self.data, self.bus, self.children = data, Bus(), Children()
        self.models = Models(models, read_manifest(MANIFEST), self.bus)
        self.settings = SimpleNamespace(providers={})
        self.core = Database(data / "core.db", b"k" * 32, CORE)
        self.jobs = Jobs(self.core, self.bus)
        self.checks = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def recheck(self, plugin: str) -> None:
        assert plugin == "memory"
        self.checks += 1


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[SmallHub]:
    """A hub without MiniLM."""
    small = SmallHub(tmp_path, tmp_path / "models")
    await small.core.open()
    await small.jobs.open()
    small.jobs.start()
    yield small
    await small.jobs.stop()
    await small.core.close()


@pytest.fixture
async def able(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallHub:
    """A hub that has MiniLM."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'plugins/memory/src'}")
    small = SmallHub(tmp_path, HOME / "models")
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        await small.models.want("minilm")
        await small.models.ensure(["minilm"])
    return small
