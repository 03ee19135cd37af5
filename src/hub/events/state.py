"""What changes in the hub itself: plugins, models, child processes, jobs, the clock."""

from __future__ import annotations

from typing import Literal

from hub.events.event import Event


class PluginChanged(Event):
    """A plugin entered a state; ``reason`` and ``fix`` say why and what to do."""

    name = "plugin.changed"
    plugin: str
    title: str
    state: str
    reason: str = ""
    fix: str = ""

    def line(self) -> str | None:
        """Name the states that a person cares about."""
        if self.state == "ready":
            return f"{self.title} is ready"
        if self.state in {"degraded", "disabled"} and self.reason:
            return f"{self.title} {self.state}: {self.reason}"
        return None


class ModelProgress(Event):
    """A model's file is being fetched, or has arrived. Sizes in bytes.

    Several files may make one model and share its ``title``; ``whole`` tells that all of them are there.
    """

    name = "model.progress"
    model: str
    title: str
    state: Literal["missing", "fetching", "checking", "ready", "failed", "off"]
    done: int = 0
    total: int = 0
    reason: str = ""
    fix: str = ""
    whole: bool = False

    @property
    def fleeting(self) -> bool:
        """Progress is; arrival and failure are not."""
        return self.state in {"fetching", "checking"}

    def line(self) -> str | None:
        """Tell of the arrival and of the failure, not of every block."""
        if self.whole:
            return f"Got my {self.title}"
        if self.state == "failed":
            return f"Could not get my {self.title}: {self.reason}"
        return None


class ModelsChecked(Event):
    """The models are being read to their last byte, or have been (``over``). Sizes in bytes."""

    name = "models.checked"
    done: int = 0
    total: int = 0
    files: int = 0
    damaged: tuple[str, ...] = ()
    over: bool = False

    def line(self) -> str | None:
        """Tell of the outcome."""
        if not self.over:
            return None
        return f"Damaged: {', '.join(self.damaged)}" if self.damaged else "Every model is whole"


class ServerSeen(Event):
    """A server that models come from was looked at, to see whether it answers from here."""

    name = "server.seen"
    host: str
    there: bool


class ChildChanged(Event):
    """A child process changed state: starting, ready, restarting, stopped or failed."""

    name = "child.changed"
    child: str
    state: str
    reason: str = ""

    def line(self) -> str | None:
        """Tell of deaths and of returns."""
        if self.state == "restarting":
            return f"The {self.child} process stopped: {self.reason}. Restarting it"
        if self.state == "failed":
            return f"The {self.child} process does not stay up: {self.reason}"
        return None


class HubRecovered(Event):
    """The hub process died and the guardian brought it back; ``down`` in seconds."""

    name = "hub.recovered"
    down: float

    def line(self) -> str | None:
        """Say it plainly."""
        return f"I was stopped and came back after {self.down:.1f} s"


class JobChanged(Event):
    """A job waits, runs, got further, or ended. ``due``: Unix seconds, None while it waits for nothing."""

    name = "job.changed"
    job: str
    kind: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    due: float | None = None
    done: float = 0.0
    total: float = 0.0
    note: str = ""
    reason: str = ""
    fix: str = ""

    def line(self) -> str | None:
        """Tell of failures."""
        return f"{self.title} failed: {self.reason}" if self.state == "failed" else None


class CheckupDone(Event):
    """All that the hub needs was looked at: the ``worst`` state, and how many things to mend (``stop``)."""

    name = "checkup.done"
    worst: Literal["well", "care", "stop"]
    stop: int

    def line(self) -> str | None:
        """Tell when something does not work."""
        return f"The check-up found {self.stop} to mend" if self.stop else None


class ClockChanged(Event):
    """Somebody set the wall clock, by ``shift`` seconds."""

    name = "clock.changed"
    shift: float

    def line(self) -> str | None:
        """Say which way."""
        return f"The clock was set {abs(self.shift):,.0f} s {'forward' if self.shift > 0 else 'back'}"
