"""Say which plugin's code is running now, so that no plugin can pass for a person or for the core."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

current: ContextVar[str] = ContextVar("hub.plugin.acting", default="")
"""Name of the plugin whose code runs; "" is the core. Tasks inherit it from whoever creates them."""


@contextmanager
def acting(plugin: str) -> Iterator[None]:
    """Mark all that runs inside as done by ``plugin``."""
    token = current.set(plugin)
    try:
        yield
    finally:
        current.reset(token)
