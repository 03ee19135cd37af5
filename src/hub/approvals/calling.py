"""Say which call of a tool is being run, so that the tool knows for whom it works."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.plugin.hookspecs import Call

current: ContextVar[Call | None] = ContextVar("hub.approvals.calling", default=None)
"""The call that the gate let through, while its tool runs; None elsewhere."""
