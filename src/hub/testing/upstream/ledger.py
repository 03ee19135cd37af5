"""Count what a server was asked, what it wrote and would bill, and which streams were given up early."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Ended = Literal["", "whole", "refused", "broken", "closed"]
"""Not yet; as planned to its end; turned away; broken by the server itself; given up by who asked."""


@dataclass(slots=True)
class Entry:
    """One question. Times in seconds of the loop's clock; tokens are those that would be billed."""

    number: int
    question: str
    attempt: int
    trouble: str
    began: float
    stream: bool = True
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    chunks: int = 0
    first: float | None = None
    """When its first word was sent."""

    ended: Ended = ""
    over: float | None = None
    """When it ended, or the connection was seen to be gone."""


@dataclass(slots=True)
class Ledger:
    """All questions, oldest first."""

    entries: list[Entry] = field(default_factory=list)
    looks: int = 0
    """How often the models were listed: what probes do."""

    embedded: int = 0
    """Texts that were embedded."""

    @property
    def requests(self) -> int:
        """How many questions there were."""
        return len(self.entries)

    @property
    def running(self) -> int:
        """How many are not over."""
        return sum(not entry.ended for entry in self.entries)

    @property
    def prompt_tokens(self) -> int:
        """Tokens read."""
        return sum(entry.prompt_tokens for entry in self.entries)

    @property
    def completion_tokens(self) -> int:
        """Tokens written, heard or not."""
        return sum(entry.completion_tokens for entry in self.entries)

    def of(self, ended: Ended) -> list[Entry]:
        """Return the entries that ended so."""
        return [entry for entry in self.entries if entry.ended == ended]

    def told(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {
            "requests": self.requests, "running": self.running, "looks": self.looks,
            "prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens,
            "ended": Counter(entry.ended for entry in self.entries),
            "troubles": Counter(entry.trouble for entry in self.entries),
            "entries": [asdict(entry) for entry in self.entries],
        }  # fmt: skip
