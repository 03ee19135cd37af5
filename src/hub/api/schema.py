"""Serve the JSON Schema of a plugin's manifest to the editors of those who write one; it is public."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from hub.plugin import manifest


def router() -> APIRouter:
    """Return the route of the schema."""
    api = APIRouter(prefix="/api/schema", tags=["schema"])

    @api.get("/hub-plugin.json")
    async def hub_plugin() -> JSONResponse:
        """Return the JSON Schema of ``hub-plugin.toml``."""
        return JSONResponse(manifest.json_schema(), media_type="application/schema+json")

    return api
