"""Editors are given the schema of the manifest, without signing in."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from hub.api import schema
from hub.plugin import manifest


async def test_the_schema_is_served_as_it_is() -> None:
    app = FastAPI()
    app.include_router(schema.router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        answer = await client.get("/api/schema/hub-plugin.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == manifest.json_schema()
