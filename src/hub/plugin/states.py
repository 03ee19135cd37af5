"""Keep what one plugin is, how it does now, and how it came to that."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import structlog

from hub.plugin import journal
from hub.plugin.dispatch import HookError
from hub.plugin.errors import Budget
from hub.plugin.hookspecs import Health, LoginMethod, Panel, Tile

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint

    from hub.plugin.manifest import Manifest
    from hub.plugin.provided import Provided

log = structlog.get_logger(__name__)

State = Literal[
    "discovered", "imported", "configured", "starting", "ready", "degraded",
    "stopping", "stopped", "disabled",
]  # fmt: skip
BEATS = 30
CHANGES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A plugin entered ``state`` at ``at`` (Unix seconds), why, and what a person can do about it."""

    at: float
    state: State
    reason: str = ""
    fix: str = ""


@dataclass(slots=True)
class Plugin:
    """One installed plugin and how it does. ``since``: Unix seconds; ``beats``: health, newest last."""

    manifest: Manifest
    entry: EntryPoint | None = None
    state: State = "discovered"
    reason: str = ""
    fix: str = ""
    since: float = field(default_factory=time.time)
    beats: deque[str] = field(default_factory=lambda: deque(maxlen=BEATS))
    hooks: dict[str, Any] = field(default_factory=dict)
    show: Callable[[], Tile] | None = None
    panel: Panel | None = None
    """Its page at ``/p/<name>/``, while it runs."""
    logins: list[LoginMethod] = field(default_factory=list)
    providers: list[Provided] = field(default_factory=list)
    flaw: Health | None = None
    """What it failed to register or lacks: it stays degraded for that however well it feels."""
    history: deque[Change] = field(default_factory=lambda: deque(maxlen=CHANGES))
    """The states it was in, newest last."""
    budget: Budget = field(default_factory=Budget)
    retry_at: float | None = None
    """When it is started again by itself, in Unix seconds; None: when a person asks."""
    version: str = ""
    """Of the distribution it came with; "" when that is not known."""
    distribution: str = ""
    started_before: bool = False
    """Its code is in memory: a change of its files counts after a restart of the hub."""

    @property
    def name(self) -> str:
        """Its name in settings and paths."""
        return self.manifest.name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.manifest.title

    @property
    def summary(self) -> str:
        """What it is for, in a sentence."""
        return self.manifest.summary

    @property
    def running(self) -> bool:
        """Whether its hooks may be called."""
        return self.state in {"ready", "degraded"}

    @property
    def log(self) -> list[journal.Line]:
        """Its last 50 log lines, newest last."""
        return journal.of(self.name)

    def tile(self) -> Tile:
        """Return what its tile shows; a tile that raises, or shows nonsense, shows nothing."""
        if self.show is None or not self.running:
            return Tile()
        try:
            shown = self.show()
        except HookError:
            return Tile()  # it has been told of, see `hub.plugin.guarded`
        except Exception:
            log.exception("tile failed", plugin=self.name)
            return Tile()
        return shown if isinstance(shown, Tile) else Tile()
