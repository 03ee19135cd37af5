"""What happens to the memory: how much, never what."""

from __future__ import annotations

from hub.events.event import Event


class MemoryChanged(Event):
    """So many entries were ``kept``, ``changed``, ``forgotten``, or ``learnt`` by meaning, since the last.

    There is at most one a second.
    """

    name = "memory.changed"
    kept: int = 0
    changed: int = 0
    forgotten: int = 0
    learnt: int = 0

    @property
    def fleeting(self) -> bool:
        """While people talk there are many of these; only what was forgotten is worth keeping."""
        return not self.forgotten

    def line(self) -> str | None:
        """Say what was destroyed; all else comes too often for a list."""
        if self.forgotten == 1:
            return "One thing was forgotten"
        return f"{self.forgotten:,} things were forgotten" if self.forgotten else None
