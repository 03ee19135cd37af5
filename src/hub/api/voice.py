"""What the voice does, as JSON: where the time to the first sound goes, what was counted, and the engines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from hub import ports
from hub.api.people import needs

if TYPE_CHECKING:
    from hub.hub import Hub


def router(hub: Hub) -> APIRouter:
    """Return the route about the voice."""
    api = APIRouter(prefix="/api/voice", tags=["voice"], dependencies=[needs("call tools")])

    @api.get("")
    async def voice() -> dict[str, Any]:
        """Say how the voice does: figures of the latest spoken turns, counts since the start, the engines.

        Times in ms after the person fell silent; ``usual`` is the median, ``slow`` the 95th percentile, null
        for fewer than 20 turns (``count``).
        ``state`` is null while the voice does not say what it is made of.
        """
        speech = hub.port(ports.Speech)  # type: ignore[type-abstract]  # a Protocol is the key
        state = speech.state() if isinstance(speech, ports.Reporting) else None
        return {
            "figures": dataclasses.asdict(hub.spoken.figures()),
            "state": dataclasses.asdict(state) if state else None,
        }

    return api
