"""The API of the models: see them; the owner has them fetched, checked, cancelled and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from hub.api.people import needs
from hub.errors import HubError
from hub.llm.onboard import local
from hub.models.shown import describe, licences

if TYPE_CHECKING:
    from hub.hub import Hub


class Named(BaseModel):
    """Models by name; which are meant when none is named, the route says."""

    names: list[str] = Field(default_factory=list, max_length=100)


def router(hub: Hub) -> APIRouter:
    """Return the routes under ``/api/models``."""
    api = APIRouter(prefix="/api/models")
    models = hub.models

    @api.get("", dependencies=[needs("member")])
    async def see() -> dict[str, Any]:
        """List the models with size, source, licence and state; free disk; what is being thought with."""
        models.look_around()
        await models.measure()
        return {
            "models": [card.plain() for card in describe(models)],
            "disk": {"free": models.disk.free, "total": models.disk.total},
            "language_model": hub.embedded.model,
        }

    @api.get("/licences", dependencies=[needs("member")])
    async def terms() -> list[dict[str, Any]]:
        """List whose the models are, and under which terms."""
        return licences(models.files)

    @api.post("/pull", dependencies=[needs("change settings")])
    async def pull(body: Named) -> dict[str, Any]:
        """Have models fetched; their progress is in the list and in the events."""
        await models.want(*body.names)
        return {"wanted": [file.name for file in models.named(*body.names)]}

    @api.post("/cancel", dependencies=[needs("change settings")])
    async def cancel(body: Named) -> dict[str, Any]:
        """Stop downloads."""
        await models.cancel(*body.names)
        return {"cancelled": [file.name for file in models.named(*body.names)]}

    @api.post("/remove", dependencies=[needs("change settings")])
    async def remove(body: Named) -> dict[str, Any]:
        """Delete models; they are not fetched again unasked."""
        await local.remove(hub, *body.names)
        return {"removed": [file.name for file in models.named(*body.names)]}

    @api.post("/verify", dependencies=[needs("change settings")])
    async def verify(body: Named) -> dict[str, Any]:
        """Read every byte of models (default: all) and name the files that are damaged."""
        if models.checks:
            raise HubError("I am checking already.", fix="Wait until that is done.")
        return {"damaged": await models.verify(*body.names)}

    @api.post("/use", dependencies=[needs("change settings")])
    async def use(name: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        """Think with a model from now on."""
        await local.use(hub, name)
        return {"language_model": hub.embedded.model}

    return api
