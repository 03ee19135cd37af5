"""The last rung: one honest sentence that needs no model, no network and no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.llm.provider import Caps, Delta, Done, Piece, Probe, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CAN = "I can still tell the time and the date, calculate, convert units, and say how this machine does."


class Canned:
    """Answers when nothing else could; it cannot fail."""

    name = "canned"
    caps = Caps(local=True, quality="canned", title="a fixed line")

    async def stream(self, request: Request, deadline: float, *, why: str = "") -> AsyncIterator[Piece]:
        """Say what is missing (``why``: a sentence) and what still works."""
        del request, deadline
        yield Delta(self.line(why))
        yield Done()

    @staticmethod
    def line(why: str = "") -> str:
        """Return what to say when nobody could answer, and what still works."""
        return f"{why or 'I have nothing here that can answer that.'} {_CAN}"

    @staticmethod
    def closing() -> str:
        """Return the end of an answer whose model fell silent half-way."""
        return " I lost my thread there: please ask me again."

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)
