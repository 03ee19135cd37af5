"""What every event has: a serial, a time and a trace; its JSON Schema is the public contract."""

from __future__ import annotations

import itertools
import time
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from hub.telemetry.trace import current_id

_serial = itertools.count(1)


class Event(BaseModel):
    """Something that happened, at a time (Unix seconds), with a serial that only grows.

    ``trace``: the W3C trace id that it shares with all that happened for the same reason; may be "".
    """

    # Built at the first use: some fifty models, few of them needed before the first page is served.
    model_config = ConfigDict(frozen=True, defer_build=True)
    name: ClassVar[str] = "event"

    serial: int = Field(default_factory=lambda: next(_serial))
    at: float = Field(default_factory=time.time)
    trace: str = Field(default_factory=current_id)

    @property
    def fleeting(self) -> bool:
        """Whether it comes by the dozen and matters for a moment only: then it is not kept for long."""
        return False

    def line(self) -> str | None:
        """One short sentence for the page's event list, or None to stay out of it."""
        return None
