"""Talks as JSON: list, read, search, write, ask again, rename, delete and export; everyone has their own."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from hub.api.people import needs
from hub.auth.sessions import Person
from hub.conversation import export

if TYPE_CHECKING:
    from hub.conversation.conversation import Conversation
    from hub.hub import Hub

Talker = Annotated[Person, needs("talk")]
Time = Annotated[float | None, Query(ge=0, le=1e11, description="Unix seconds")]


class Words(BaseModel):
    """What a person writes."""

    text: str = Field(min_length=1, max_length=8_000)


class Title(BaseModel):
    """What a talk is to be called; nothing: by its first words."""

    title: str = Field(max_length=500)


def router(hub: Hub) -> APIRouter:  # noqa: C901, PLR0915  a list of routes
    """Return the routes about talks."""
    api = APIRouter(prefix="/api/talks", tags=["talks"])

    @api.get("")
    async def talks(
        who: Talker, limit: Annotated[int, Query(ge=1, le=1_000)] = 100, before: Time = None
    ) -> list[dict[str, Any]]:
        """List the talks, newest first; the next page is ``before`` the last one's ``touched``."""
        listed = await hub.conversations.list(who.id, limit, before)
        return [{"id": talk.id, "title": talk.title, "touched": talk.touched} for talk in listed]

    @api.post("")
    async def begin(who: Talker) -> dict[str, str]:
        """Begin a talk."""
        return {"id": (await hub.conversations.new(who.id)).id}

    @api.get("/search")
    async def search(
        who: Talker,
        q: Annotated[str, Query(max_length=500)],
        days: Annotated[int, Query(ge=0, le=36_500)] = 0,
        page: Annotated[int, Query(ge=0, le=1_000)] = 0,
    ) -> dict[str, Any]:
        """Find turns by their words; ``pieces`` are text and whether it is marked."""
        found, titles = await hub.conversations.search(q, who.id, days=days, page=page)
        progress = hub.search.progress
        return {
            "hits": [{**dataclasses.asdict(hit), "title": titles.get(hit.talk, "")} for hit in found.hits],
            "total": found.total,
            "more": found.more,
            "reading": dataclasses.asdict(progress) if progress else None,
        }

    @api.get("/export")
    async def export_all(who: Talker, format: export.Format = "json") -> StreamingResponse:  # noqa: A002
        """Download all talks as a zip."""
        pack = export.archive(hub.transcripts, hub.conversations.all(who.id), format)
        headers = {"content-disposition": export.disposition("Talks", "zip")}
        return StreamingResponse(pack, media_type="application/zip", headers=headers)

    @api.get("/{talk}")
    async def turns(
        talk: str, who: Talker, limit: Annotated[int, Query(ge=1, le=1_000)] = 50, before: Time = None
    ) -> list[dict[str, Any]]:
        """Return the latest turns of a talk, oldest first; or the latest ``before`` a time."""
        if before is None:
            history = (await hub.conversations.get(talk, who.id)).history()
            if limit <= len(history) or len(history) < limit <= 50:  # noqa: PLR2004  what is in memory
                return [dataclasses.asdict(turn) for turn in history[-limit:]]
        await hub.conversations.heading(talk, who.id)
        found = await hub.transcripts.of(talk, limit, *([] if before is None else [before]))
        return [dataclasses.asdict(turn) for turn in found]

    @api.patch("/{talk}")
    async def rename(talk: str, title: Title, who: Talker) -> dict[str, str]:
        """Give a talk a title."""
        await hub.conversations.rename(talk, title.title, who.id)
        return {"id": talk, "title": (await hub.conversations.heading(talk, who.id)).title}

    @api.delete("/{talk}")
    async def delete(talk: str, who: Talker) -> dict[str, str]:
        """Delete a talk; for some seconds it can be restored."""
        await hub.conversations.delete(talk, who.id)
        return {"deleted": talk}

    @api.post("/{talk}/restore")
    async def restore(talk: str, who: Talker) -> dict[str, str]:
        """Bring a deleted talk back."""
        await hub.conversations.restore(talk, who.id)
        return {"id": talk}

    @api.get("/{talk}/export")
    async def export_one(talk: str, who: Talker, format: export.Format = "json") -> StreamingResponse:  # noqa: A002
        """Download a talk."""
        heading = await hub.conversations.heading(talk, who.id)
        headers = {"content-disposition": export.disposition(heading.title, format)}
        content = export.write(hub.transcripts, heading, format)
        return StreamingResponse(content, media_type=export.KINDS[format], headers=headers)

    @api.post("/{talk}/turns")
    async def write(talk: str, words: Words, who: Talker) -> dict[str, Any]:
        """Say something and wait for the answer."""
        conversation = await hub.conversations.get(talk, who.id)
        try:
            turn = await conversation.write(words.text, "api")
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        return await _answered(conversation, turn)

    @api.post("/{talk}/turns/{turn}/retry")
    async def retry(talk: str, turn: str, who: Talker) -> dict[str, Any]:
        """Answer the last words anew, and wait for the answer."""
        conversation = await hub.conversations.get(talk, who.id)
        return await _answered(conversation, await conversation.retry(turn, "api"))

    @api.post("/{talk}/turns/{turn}/edit")
    async def edit(talk: str, turn: str, words: Words, who: Talker) -> dict[str, Any]:
        """Take other words in the place of the last, and wait for the answer."""
        conversation = await hub.conversations.get(talk, who.id)
        try:
            return await _answered(conversation, await conversation.edit(turn, words.text, "api"))
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    @api.post("/{talk}/stop")
    async def stop(talk: str, who: Talker) -> dict[str, bool]:
        """Stop the answer that is being given."""
        await (await hub.conversations.get(talk, who.id)).interrupt()
        return {"stopped": True}

    return api


async def _answered(conversation: Conversation, turn: str) -> dict[str, Any]:
    await conversation.settled()
    found = next((known for known in reversed(conversation.history()) if known.id == turn), None)
    return dataclasses.asdict(found) if found else {"id": turn}
