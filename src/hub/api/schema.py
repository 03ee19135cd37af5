"""Serve JSON Schemas, which are public: of a plugin's manifest, for editors, and of every event (S0-24)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from hub import events
from hub.plugin import manifest


def router() -> APIRouter:
    """Return the route of the schema."""
    api = APIRouter(prefix="/api/schema", tags=["schema"])

    @api.get("/hub-plugin.json")
    async def hub_plugin() -> JSONResponse:
        """Return the JSON Schema of ``hub-plugin.toml``."""
        return JSONResponse(manifest.json_schema(), media_type="application/schema+json")

    @api.get("/events.json")
    async def all_events() -> JSONResponse:
        """Return the JSON Schema of every event by its class, as clients and plugins are told of them."""
        kinds = {name: getattr(events, name) for name in events.__all__}
        schemas = {
            name: kind.model_json_schema(by_alias=True) | {"x-event": kind.name}
            for name, kind in kinds.items()
            if isinstance(kind, type) and issubclass(kind, events.Event) and "name" in vars(kind)
        }
        return JSONResponse({"$defs": schemas}, media_type="application/schema+json")

    return api
