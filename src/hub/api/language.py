"""What the language models do, as JSON: how each stands, the last 24 hours in figures, and what it cost."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from hub.api.people import needs
from hub.llm.figures.overview import sentence, standings
from hub.llm.figures.timeline import away

if TYPE_CHECKING:
    from hub.hub import Hub

DAY_S = 86_400


def router(hub: Hub) -> APIRouter:
    """Return the route about language."""
    api = APIRouter(prefix="/api/language", dependencies=[needs("call tools")])

    @api.get("")
    async def language() -> dict[str, Any]:
        """Say who answers, how each does (times in Unix seconds), and the figures of the last 24 hours.

        ``first``: seconds to the first words, usually and for the slowest twentieth. All money in US dollars.
        """
        stands = standings(hub, await hub.router.status())
        now = time.time()
        begin = max(hub.started, now - DAY_S)
        return {
            "sentence": sentence(stands),
            "providers": [
                dataclasses.asdict(one) | {"away_s": round(away(one.changes, begin, now), 1)}
                for one in stands
            ],
            "figures": dataclasses.asdict(hub.statistics.figures()),
            "spending": [dataclasses.asdict(one) for one in hub.budget.standing()],
        }

    return api
