"""The memory as JSON, under /api/memory; everyone has their own, and reads the house's."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.api.people import needs
from hub.auth.sessions import Person
from hub.forgetting import LONGEST_TOPIC, Forgetting, Gone, Wanted
from hub.memories import PAGE, READ, Memories, Shelf
from hub.ports.memory import LONGEST, Kind, MemoryEntry

if TYPE_CHECKING:
    from hub.hub import Hub

CUT = 2_000
"""Characters of an entry in a list; the rest is with the entry itself."""

Reader = Annotated[Person, needs("talk")]
Owner = Annotated[Person, needs(READ)]
Of = Annotated[Literal["", "mine", "house"], Query(description="Whose: both by default.")]
Time = Annotated[float | None, Query(ge=0, le=1e11, allow_inf_nan=False, description="Unix seconds")]
Limit = Annotated[int, Query(ge=1, le=200)]


class Change(BaseModel):
    """What is to change of an entry; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    pinned: bool | None = None
    importance: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)


class Words(BaseModel):
    """What is to stand in the place of an entry."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=LONGEST)


class ToForget(BaseModel):
    """What to forget: about a ``topic``, of a span of Unix seconds, or ``everything`` of whoever asks.

    ``talks``: the talks that it is in go too.
    """

    model_config = ConfigDict(extra="forbid")

    topic: str = Field("", max_length=LONGEST_TOPIC)
    since: float | None = Field(None, ge=0, le=1e11, allow_inf_nan=False)
    before: float | None = Field(None, ge=0, le=1e11, allow_inf_nan=False)
    everything: bool = False
    talks: bool = False

    @model_validator(mode="after")
    def _something(self) -> ToForget:
        if not (self.topic.strip() or self.everything or self.since is not None or self.before is not None):
            raise ValueError("name a topic, a time, or everything")
        return self

    @property
    def wanted(self) -> Wanted:
        """The same for the hub."""
        return Wanted(**self.model_dump())


def router(hub: Hub) -> APIRouter:  # noqa: C901  a list of routes
    """Return the routes about the memory."""
    api = APIRouter(prefix="/api/memory", tags=["memory"])
    memories, forgetting = Memories(hub), Forgetting(hub)

    @api.get("")
    async def browse(  # noqa: PLR0917  each is a field of the query
        who: Reader, kind: Kind | None = None, of: Of = "", since: Time = None, before: Time = None,
        pinned: bool = False, waiting: bool = False, documents: bool = False,
        after: Annotated[str, Query(max_length=64)] = "", limit: Limit = PAGE,
    ) -> dict[str, Any]:  # fmt: skip
        """List entries, the newest first; the next page is ``after`` what ``next`` says.

        ``waiting``: what is in quarantine; ``documents``: their parts; each instead of the rest.
        """
        shelf = Shelf(kind, of, since, before, pinned, waiting, documents)
        found, next_ = await memories.browse(who, shelf, after=after, limit=limit)
        return {"entries": [_told(entry) for entry in found], "next": next_}

    @api.get("/search")
    async def search(  # noqa: PLR0917
        who: Reader, q: Annotated[str, Query(min_length=1, max_length=2_000)], kind: Kind | None = None,
        of: Of = "", since: Time = None, until: Time = None, as_of: Time = None, limit: Limit = 20,
    ) -> dict[str, Any]:  # fmt: skip
        """Find what a question is about, the best first, with what each leg added to the score.

        ``since`` and ``until``: the time that the question was read as; ``missing``: legs that did not
        answer, and why.
        """
        found = await memories.search(who, q, Shelf(kind, of, since, until), as_of=as_of, limit=limit)
        return {
            "hits": [
                {"entry": _told(hit.entry), "score": hit.score, "parts": dict(hit.parts)}
                for hit in found.hits
            ],
            "legs": found.legs, "missing": dict(found.missing), "since": found.since, "until": found.until,
        }  # fmt: skip

    @api.get("/health")
    async def health(who: Reader) -> dict[str, Any]:
        """Say how the memory does, and count what whoever asks may read."""
        return dataclasses.asdict(await memories.health(who))

    @api.post("/forget/preview")
    async def would(what: ToForget, who: Owner) -> dict[str, Any]:
        """Say what forgetting would take: entries, at least, and talks. Nothing is changed."""
        found = await forgetting.would(who, what.wanted)
        return {
            "entries": found.entries, "more": found.more,
            "talks": [{"id": talk.id, "title": talk.title} for talk in found.talks],
        }  # fmt: skip

    @api.post("/forget")
    async def forget_some(what: ToForget, who: Owner) -> dict[str, Any]:
        """Forget it, for good; ``owed``: which plugins have yet to, and are asked until they have."""
        return _gone(await forgetting.forget(who, what.wanted))

    @api.get("/{entry}")
    async def one(entry: str, who: Reader) -> dict[str, Any]:
        """Return an entry, what stands in its place now, what stood there before, and what it was made of."""
        return dataclasses.asdict(await memories.whole(who, entry))

    @api.patch("/{entry}")
    async def change(entry: str, what: Change, who: Owner) -> MemoryEntry:
        """Pin it or let it go, or say how much it matters."""
        return await memories.change(who, entry, pinned=what.pinned, importance=what.importance)

    @api.put("/{entry}")
    async def edit(entry: str, words: Words, who: Owner) -> MemoryEntry:
        """Put other words in its place; return the new entry. The old one is found as of before."""
        return await memories.get(who, await memories.edit(who, entry, words.text))

    @api.post("/{entry}/let-in")
    async def let_in(entry: str, who: Owner) -> MemoryEntry:
        """Let it out of quarantine, so that it is found."""
        return await memories.let_in(who, entry)

    @api.delete("/{entry}")
    async def forget(entry: str, who: Owner) -> dict[str, int]:
        """Forget it for good, with its earlier wordings and what was made of it."""
        return {"forgotten": await memories.forget(who, entry)}

    return api


def _told(entry: MemoryEntry) -> dict[str, Any]:
    """Return an entry for a list; ``cut``: whether there is more of it."""
    told = dataclasses.asdict(entry)
    return {**told, "text": entry.text[:CUT], "cut": len(entry.text) > CUT}


def _gone(done: Gone) -> dict[str, Any]:
    owed = [{"plugin": one.title, "reason": one.reason, "fix": one.fix} for one in done.owed]
    return {"entries": done.entries, "talks": done.talks, "owed": owed}
