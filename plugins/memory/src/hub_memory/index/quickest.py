"""Choose what holds many vectors: turbovec where it is installed and runs here, else our own codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_memory.index.codes import CodeIndex
from hub_memory.index.turbo import TurboIndex, usable

if TYPE_CHECKING:
    from hub_memory.index.port import VectorIndex


def quickest(dimensions: int) -> VectorIndex:
    """Return an empty index for vectors of so many values; the first time turbovec is tried in a process."""
    return CodeIndex(dimensions) if usable() else TurboIndex(dimensions)
