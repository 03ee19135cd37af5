"""Keys for apps as JSON: made once, listed without their secrets, ended at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hub.api.people import Known, needs

if TYPE_CHECKING:
    from hub.auth.keys import Key
    from hub.hub import Hub


class NewKey(BaseModel):
    """For which app a key is, and whose: ``personal`` or ``shared``."""

    name: str = Field(max_length=500)
    kind: str = "personal"


def router(hub: Hub) -> APIRouter:
    """Return the routes about keys."""
    api = APIRouter(prefix="/api/keys", dependencies=[needs("pair own devices")])

    @api.get("")
    async def keys(who: Known) -> list[dict[str, Any]]:
        """List one's own keys for apps; for the owner the shared ones too."""
        return [_told(key) for key in hub.keys.all(who)]

    @api.post("")
    async def make(body: NewKey, who: Known) -> dict[str, Any]:
        """Make a key for one app; it is returned once and kept nowhere."""
        key, secret = await hub.keys.make(who, body.name, body.kind)
        return {**_told(key), "key": secret}

    @api.delete("/{key}")
    async def end(key: str, who: Known) -> dict[str, Any]:
        """End a key at once."""
        return _told(await hub.keys.revoke(who, key))

    return api


def _told(key: Key) -> dict[str, Any]:
    return {"id": key.id, "name": key.name, "kind": key.kind, "created": key.created, "seen": key.seen}
