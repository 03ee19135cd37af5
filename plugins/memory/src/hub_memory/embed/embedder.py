"""What turns texts into vectors, as the memory asks for it: `TextEmbedder`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Vectors = NDArray[np.float32]
"""(n, dimensions): one row a text, of length 1; zeros for a text without a known word."""


class TextEmbedder(Protocol):
    """Embeds texts with one model.

    ``model``: its id with its version, kept with each vector: vectors of different ids do not compare.
    ``dimensions``: of its vectors; 0 while an endpoint was never asked.
    """

    @property
    def model(self) -> str:
        """The id of its model."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of its vectors."""
        ...

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Return the vectors of ``texts``, in their order; ``query``: somebody waits for them.

        Raises `hub.Unavailable` with reason and fix when it cannot now.
        """
        ...


def unit(vectors: NDArray[Any]) -> Vectors:
    """Return ``vectors`` (n, d) scaled to length 1; zeros, and what is no number, become zeros."""
    vectors = np.nan_to_num(np.asarray(vectors, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled
