"""What plugins do to the whole process: hold its event loop up, or take it down."""

from __future__ import annotations

from hub.events.event import Event


class LoopBlocked(Event):
    """The event loop stood still for ``seconds``, in line ``lineno`` of a plugin's ``file``.

    ``plugin`` and ``file`` are empty, and ``lineno`` is 0, when no plugin's code was running.
    """

    name = "loop.blocked"
    plugin: str
    file: str
    lineno: int
    seconds: float

    def line(self) -> str | None:
        """Name who it was."""
        if not self.plugin:
            return f"I stood still for {self.seconds:.1f} s"
        return f"{self.plugin} held me up for {self.seconds:.1f} s in {self.file}, line {self.lineno}"


class PluginCrashed(Event):
    """A plugin took the process down, for the ``times``-th time; ``reason`` says how and where."""

    name = "plugin.crashed"
    plugin: str
    title: str
    reason: str
    times: int

    def line(self) -> str | None:
        """Say plainly whose doing it was."""
        return f"{self.title} took me down: {self.reason}"
