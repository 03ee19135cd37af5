"""All that is kept of a person, by the core and by every plugin: hand it out as one file, or forget it."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import orjson

from hub.approvals.forgetting import erase
from hub.auth.sessions import Person
from hub.conversation import export as talks
from hub.plugin.hookspecs import Selector

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.hub import Hub
    from hub.plugin.reach import Forgotten, Owed


async def export(hub: Hub, person: Person, form: talks.Format) -> AsyncIterator[bytes]:
    """Yield a zip: ``about.json``, ``approvals.json``, ``spending.json``, what plugins keep, the talks.

    Plugins are asked when the first piece is; one that fails is named in ``about.json``, with the reason.
    """
    found = await hub.reach.export(person.id)
    about = {
        "person": {"id": person.id, "name": person.name, "role": person.role},
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "hub": hub.version,
        "plugins": sorted(found.kept),
        "missing": dict(found.failed),
        "privacy": hub.tiers.own(person.id) or "",
    }
    files = {"about.json": orjson.dumps(about, option=orjson.OPT_INDENT_2)}
    files["approvals.json"] = orjson.dumps(await _decided(hub, person), option=orjson.OPT_INDENT_2)
    files["spending.json"] = orjson.dumps(await hub.budget.kept(person.id), option=orjson.OPT_INDENT_2)
    files |= {f"plugins/{name}.json": packed for name, packed in sorted(found.kept.items())}
    async for piece in talks.archive(hub.transcripts, hub.conversations.all(person.id), form, files):
        yield piece


async def _decided(hub: Hub, person: Person) -> dict[str, Any]:
    """Return the notes of a person, and what was asked for them and what came of it."""
    own = Person(person.id, person.name, "member")  # the owner sees all of them, but takes along their own
    asked = [*await hub.gate.waiting(own), *await hub.gate.history(10_000, own)]
    notes = await hub.core.rows("SELECT at, text FROM note WHERE person = ? ORDER BY id", (person.id,))
    return {
        "notes": [{"at": at, "text": text} for at, text in notes],
        "approvals": [dataclasses.asdict(one) for one in asked],
    }


async def forget(hub: Hub, person: str) -> Forgotten:
    """Erase all talks of a person, and have all plugins forget them; they themselves stay."""
    await hub.conversations.leave(person)
    await hub.budget.forget(person)
    hub.privacy.forget()
    hub.replies.forget()
    return await hub.reach.forget(Selector(person=person))


async def forget_everything(hub: Hub) -> Forgotten:
    """Erase all talks of everybody, and have all plugins forget everything; people and settings stay."""
    for person in await hub.conversations.everybody():
        await hub.conversations.leave(person)
    hub.privacy.forget()
    hub.replies.forget()
    for person in await hub.budget.people():
        await hub.budget.forget(person)
    await hub.core.forget(lambda db: erase(db, everything=True))
    return await hub.reach.forget(Selector(everything=True))


async def owed_to(hub: Hub, person: Person) -> list[Owed]:
    """Return what plugins have yet to forget, as far as it is ``person``'s to know: the owner knows all."""
    found = await hub.reach.owed()
    return [one for one in found if person.role == "owner" or one.selector.person == person.id]
