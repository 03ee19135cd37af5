"""Texts as points: the port of what makes vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Vectors:
    """Texts as points: one vector a text, in the texts' order, all of the same length.

    ``model`` made them: vectors of different models must not be compared. ``tokens``: what they cost.
    """

    vectors: tuple[tuple[float, ...], ...]
    model: str
    tokens: int = 0


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors that lie close together when the texts mean the same."""

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        """Return the vectors of ``texts``; ``model``: one of its own by name, "" for the usual one.

        Raises `Unavailable` with the reason and the fix when it cannot.
        """
        ...


class NullEmbedder:
    """No embedder: says so to whoever asks."""

    def __init__(
        self,
        reason: str = "Nothing here turns texts into vectors.",
        fix: str = "Choose an embedding model for one of the language servers under Language.",
    ) -> None:
        self.reason, self.fix = reason, fix

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise Unavailable(self.reason, fix=self.fix)
