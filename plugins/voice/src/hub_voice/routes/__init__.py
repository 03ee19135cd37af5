"""The voice for programs: words from sound, sound from words, what was meant, and the voices of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub import Hub, Register


def register_all(register: Register, hub: Hub) -> None:
    """Register every route; each is named as a public path in the manifest, and asks who comes by itself."""
    from hub_voice.routes import say, stream, voices, words  # noqa: PLC0415  the speech child needs none of it

    for part in (words, say, stream, voices):
        part.register_all(register, hub)
