"""How every part does, as JSON under /status: plugins, language models, model files, the voice, personas."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from hub import ports
from hub.api.people import needs

if TYPE_CHECKING:
    from hub.hub import Hub


def router(hub: Hub) -> APIRouter:
    """Return the route."""
    api = APIRouter(tags=["status"], dependencies=[needs("see the hub's state")])

    @api.get("/status")
    async def status() -> dict[str, Any]:
        """Tell how every part does, with the reason and the fix.

        ``voice``: what hears and speaks, how many talk now, and what is ``missing``, each as reason and fix.
        """
        speech = hub.port(ports.Speech)  # type: ignore[type-abstract]  # a Protocol is the key
        named = ("name", "title", "state", "reason", "fix", "since")
        return {
            "version": hub.version,
            "uptime_s": round(time.time() - hub.started, 1),
            "plugins": [{name: getattr(plugin, name) for name in named} for plugin in hub.plugins],
            "providers": await hub.router.status(),
            "models": [
                {"name": file.name, **dataclasses.asdict(hub.models.state(file.name))}
                for file in hub.models.files
            ],
            "voice": dataclasses.asdict(ports.state_of(speech)),
            "personas": [{"name": one.name, "voice": one.voice} for one in hub.personas.all()],
        }

    return api
