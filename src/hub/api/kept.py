"""What is kept of a person as JSON: hand it out, forget it, and see who has yet to forget."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from hub import kept
from hub.api.people import needs
from hub.auth.sessions import Person
from hub.conversation import export

if TYPE_CHECKING:
    from hub.hub import Hub
    from hub.plugin.reach import Forgotten, Owed

Self = Annotated[Person, needs("take or forget own data")]


def router(hub: Hub) -> APIRouter:
    """Return the routes about what is kept."""
    api = APIRouter(prefix="/api", tags=["data"])

    @api.get("/me/data")
    async def mine(who: Self, format: export.Format = "json") -> StreamingResponse:  # noqa: A002
        """Download all that is kept of whoever asks: a zip of talks and of what each plugin has."""
        headers = {"content-disposition": export.disposition("My data", "zip"), "cache-control": "no-store"}
        pack = kept.export(hub, who, format)
        return StreamingResponse(pack, media_type="application/zip", headers=headers)

    @api.delete("/me/data")
    async def forget(who: Self) -> dict[str, Any]:
        """Forget all that is kept of whoever asks, for good."""
        return _told(await kept.forget(hub, who.id))

    @api.get("/me/forgetting")
    async def forgetting(who: Self) -> list[dict[str, Any]]:
        """List what plugins have yet to forget; they are asked until they have."""
        return [_owed(one) for one in await kept.owed_to(hub, who)]

    @api.delete("/data", dependencies=[needs("manage people")])
    async def forget_everything() -> dict[str, Any]:
        """Forget what was said by everybody, and all that plugins keep, for good."""
        return _told(await kept.forget_everything(hub))

    return api


def _told(done: Forgotten) -> dict[str, Any]:
    return {"forgotten": dict(done.counts), "owed": [_owed(one) for one in done.failed]}


def _owed(one: Owed) -> dict[str, Any]:
    return dataclasses.asdict(one)
