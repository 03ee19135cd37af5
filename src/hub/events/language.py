"""What happens to the language models that are asked."""

from __future__ import annotations

from typing import Literal

from hub.events.event import Event


class BreakerChanged(Event):
    """A provider is asked from now on, or is not: ``state`` as in `hub.llm.breakers.breaker.State`.

    ``reason`` and ``fix``: sentences, "" where all is well. ``until``: Unix seconds of the next look at it,
    or of the end of its pause; 0 when nothing is due.
    """

    name = "breaker.changed"
    provider: str
    title: str = ""
    state: Literal["closed", "open", "half", "held", "config"]
    reason: str = ""
    fix: str = ""
    until: float = 0.0

    def line(self) -> str | None:
        """Name what a person may notice."""
        if self.state in {"open", "config"}:
            return self.reason or f"{self.title or self.provider} does not answer"
        return f"{self.title or self.provider} answers again" if self.state == "closed" else None
