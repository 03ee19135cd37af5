"""What is exported comes back as it was: words, kinds, times, pins, tags, sources, and what replaced what."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import MemorySelection, NewMemory
from hub_memory.exchange.exchange import Exchange
from hub_memory.store import upkeep

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub_memory.memory import SqliteMemory

ANNA = "anna"

texts = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30)
entries = st.builds(
    NewMemory,
    text=texts,
    namespace=st.just(ANNA),
    kind=st.sampled_from(("working", "episodic", "fact", "summary")),
    origin=st.sampled_from(("user_voice", "user_text", "assistant", "document")),
    trust=st.integers(0, 1),
    session=st.sampled_from(("", "talk", "document:x")),
    sequence=st.integers(0, 5),
    created=st.floats(1e9, 1.7e9),
    importance=st.floats(0, 1),
    pinned=st.booleans(),
    quarantined=st.booleans(),
    language=st.sampled_from(("", "en")),
    tags=st.lists(texts, max_size=3).map(tuple),
)


async def nothing() -> None:
    """Learn nothing in the background."""


def _order(one: Any) -> tuple[Any, ...]:
    return one.created, one.text, one.session, one.sequence, one.kind, one.quarantined


async def known(memory: SqliteMemory, space: str) -> list[tuple[Any, ...]]:
    """Return all that is kept, with names in place of ids: the place in the order of what they say."""
    kept = await memory.read(lambda db: upkeep.all_of(db, space))
    told = sorted(kept, key=_order)
    place = {one.id: at for at, one in enumerate(told)}
    return [
        (
            replace(one, id="", namespace="", tags=(), sources=(), superseded_by="", recalled=0, last_recalled=0),
            tuple(sorted(tag for tag in one.tags if not tag.startswith("import:"))),
            sorted(place[source] for source in one.sources if source in place),
            place.get(one.superseded_by),
        )
        for one in told
    ]  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_=st.lists(entries, min_size=1, max_size=6), newer=texts, made=texts)
async def test_a_round_trip_loses_nothing(
    memories: Callable[[], Any], given_: list[NewMemory], newer: str, made: str
) -> None:
    here, there = await memories(), await memories()
    ids = list(await here.remember(given_))
    if not given_[0].quarantined and given_[0].text != newer:
        await here.supersede([ANNA], ids[0], NewMemory(newer, ANNA, session="new", created=1.75e9))
    await here.remember([NewMemory(made, ANNA, kind="summary", session="made", sources=tuple(set(ids)))])
    raw = await Exchange(here, nothing).export(ANNA)
    await Exchange(there, nothing).take("anna-elsewhere", raw)
    assert await known(there, "anna-elsewhere") == await known(here, ANNA)
    assert (await Exchange(there, nothing).take("anna-elsewhere", raw)).new == 0


async def test_what_was_forgotten_is_in_no_export(memory: SqliteMemory, exchange: Exchange) -> None:
    ids = await memory.remember([NewMemory("My pin is 1234.", ANNA), NewMemory("I like tea.", ANNA)])
    await memory.forget(MemorySelection(ANNA, (ids[0],)))
    told = json.loads(await exchange.export(ANNA))
    assert [entry["text"] for entry in told["entries"]] == ["I like tea."]
    assert told["format"] == "hub-memory"


@pytest.mark.parametrize("loop", ["superseded_by", "sources"])
async def test_references_that_run_in_a_circle_do_no_harm(
    memory: SqliteMemory, exchange: Exchange, loop: str
) -> None:
    def row(name: str, other: str) -> dict[str, Any]:
        return {
            "id": name,
            "text": f"I am {name}.",
            loop: other if loop == "superseded_by" else [other, "none"],
        }

    told = await exchange.take(
        ANNA,
        json.dumps(
            {"format": "hub-memory", "entries": [row("a", "b"), row("b", "a"), row("c", "c")]}
        ).encode(),
    )
    assert told.new == 3
    assert await exchange.undo(ANNA, told.batch) == 3
    assert not await memory.read(lambda db: upkeep.all_of(db, ANNA))
