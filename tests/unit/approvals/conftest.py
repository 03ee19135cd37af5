"""A gate over a real database, real hooks and real tools; the clock is the test's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from hub.approvals.gate import Gate
from hub.approvals.judge import Judge
from hub.auth.sessions import Person
from hub.conversation.tools import Tools
from hub.events import Bus
from hub.plugin.hooks import Hooks
from hub.store.database import Database
from hub.store.schema import CORE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

OWNER, MEMBER, OTHER = (
    Person("o", "Ada", "owner"), Person("m", "Bob", "member"), Person("n", "Eve", "member"),
)  # fmt: skip
GUEST, TABLET = Person("g", "Guest", "guest"), Person("t", "Tablet", "device")
KEY = b"k" * 32


@dataclass
class Running:
    """A plugin as the judge sees it."""

    state: str = "ready"
    since: float = 0.0

    @property
    def running(self) -> bool:
        return self.state in {"ready", "degraded"}


@dataclass
class World:
    core: Database
    bus: Bus = field(default_factory=Bus)
    now: float = field(default_factory=time.time)
    ticks: float = 0.0
    ran: list[str] = field(default_factory=list)
    plugins: dict[str, Running] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    complaints: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hooks = Hooks(lambda plugin, hook, _: self.complaints.append((plugin, hook)))
        self.tools = Tools(self.bus)
        self.tools.add("notes", self.look, name="look")
        self.tools.add("notes", self.write, name="write", risk="write")
        self.tools.add("notes", self.wipe, name="wipe", risk="danger")
        self.gate = self.made()

    def made(self, **more: Any) -> Gate:
        judge = Judge(lambda: self.hooks, self.plugins.get, self.required, lambda: {"hub": None})
        gate = Gate(
            self.core, self.bus, self.tools, judge, version=lambda owner: self.versions.get(owner, "1"),
            clock=lambda: self.now, ticks=lambda: self.ticks, **more,
        )  # fmt: skip
        self.gate = self.tools.gate = gate
        return gate

    def bind(self, **plugins: dict[str, Callable[..., Any]]) -> None:
        """Let plugins of these names run with these hooks."""
        for name in plugins:
            self.plugins.setdefault(name, Running())
        self.hooks.bind(plugins.items())

    def look(self) -> str:
        """Look at it."""
        self.ran.append("look")
        return "milk"

    async def write(self, text: str, times: int = 1) -> str:
        """Write it down."""
        self.ran.append(f"write {text} {times}")
        return f"wrote {text}"

    async def wipe(self) -> None:
        """Throw everything away."""
        self.ran.append("wipe")

    async def audit(self) -> list[str]:
        return [record.what for _, record in await self.gate.audit()]


async def opened(path: Path) -> Database:
    core = Database(path / "core.db", KEY, CORE)
    await core.open()
    return core


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    core = await opened(tmp_path)
    for person in (OWNER, MEMBER, OTHER, GUEST):
        await core.execute(
            "INSERT INTO person (id, name, role, created) VALUES (?, ?, ?, 0)",
            (person.id, person.name, person.role),
        )
    await core.execute(
        "INSERT INTO device (id, name, kind, person, created) VALUES ('t', 'Tablet', 'shared', 'o', 0)"
    )
    world = World(core)
    yield world
    await world.gate.close()
    await core.close()
