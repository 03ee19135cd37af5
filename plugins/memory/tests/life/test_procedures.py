"""What fits a wish is suggested: tools by what they say and how they were asked for, and what was taught."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

import hub_memory
from hub import HubError, MemoryQuery, MemorySelection, NewMemory, Selector
from hub_memory.life import procedures

from ..live.conftest import memory_of, remembering, said  # noqa: TID252

if TYPE_CHECKING:
    from pathlib import Path

CLOSE = "To close up, lock the door and turn off the lights."


def start_vacuum(room: str = "") -> str:
    """Send the robot to clean the floor."""
    if room == "attic":
        raise HubError("It cannot climb.", fix="Carry it.")
    return "It runs."


def set_thermostat(degrees: float = 20) -> str:
    """Set the temperature of a room in degrees."""
    return f"{degrees}"


@asynccontextmanager
async def house(tmp_path: Path):
    """Serve a hub with two tools; yield it and what suggests."""
    async with remembering(tmp_path) as served:
        for owner in {tool.owner for tool in served.hub.tools}:
            served.hub.tools.drop(owner)  # its own, of which one is about something "off"
        for run in (start_vacuum, set_thermostat):
            served.hub.tools.add("house", run)
        yield served, hub_memory._plugin._keeper.procedures


async def called(served, talk: str, name: str, **arguments: object) -> None:
    """Call a tool in a talk, and wait until that was learnt."""
    with suppress(HubError):
        await served.hub.tools.call(name, arguments, person=served.owner.id, talk=talk)
    for _ in range(20):
        await asyncio.sleep(0.01)


async def test_a_tool_fits_by_what_it_says_of_itself(tmp_path):
    async with house(tmp_path) as (served, known):
        me = (served.owner.id, "house")
        assert [one.tool for one in await known.suggest("The floor is dirty", me)] == ["start_vacuum"]
        assert [one.tool for one in await known.suggest("Make the bedroom warmer", me)][:1] == [
            "set_thermostat"
        ]
        assert await known.suggest("My sister keeps bees.", me) == ()
        served.hub.tools.drop("house")
        assert await known.suggest("The floor is dirty", me) == ()


async def test_it_learns_how_a_person_asks_and_how_often_it_works(tmp_path):
    async with house(tmp_path) as (served, known):
        me, other = (served.owner.id, "house"), ("somebody", "house")
        assert await known.suggest("Off you go, Hoovie!", me) == ()
        talk, _ = await said(served, "Off you go, little Hoovie!")
        await called(served, talk, "start_vacuum")
        (found,) = await known.suggest("Off you go, Hoovie!", me)
        assert (found.tool, found.done, found.failed) == ("start_vacuum", 1, 0)
        assert await known.suggest("Off you go, Hoovie!", other) == ()
        for _ in range(3):
            await called(served, talk, "start_vacuum", room="attic")
        (less,) = await known.suggest("Off you go, Hoovie!", me)
        assert (less.done, less.failed) == (1, 3)
        assert less.score < found.score
    async with house(tmp_path) as (served, known):  # the counts stay, the words do not
        (again,) = await known.suggest("The floor is dirty", (served.owner.id,))
        assert (again.done, again.failed) == (1, 3)
        assert await known.suggest("Off you go, Hoovie!", (served.owner.id,)) == ()


async def test_what_is_forgotten_suggests_nothing_more(tmp_path):
    async with house(tmp_path) as (served, known):
        talk, _ = await said(served, "Off you go, little Hoovie!")
        await called(served, talk, "start_vacuum")
        await served.hub.reach.forget(Selector(talk=talk))
        assert await known.suggest("Off you go, Hoovie!", (served.owner.id,)) == ()


async def test_everything_means_the_counts_too(tmp_path):
    async with house(tmp_path) as (served, known):
        talk, _ = await said(served, "Off you go, little Hoovie!")
        await called(served, talk, "start_vacuum")
        await served.hub.reach.forget(Selector(everything=True))
        (found,) = await known.suggest("The floor is dirty", (served.owner.id,))
        assert (found.done, found.failed) == (0, 0)


async def test_what_a_person_taught_is_a_procedure_and_is_suggested(tmp_path):
    async with house(tmp_path) as (served, known):
        me = (served.owner.id, "house")
        _, answer = await said(served, "Remember how to close up: lock the door and turn off the lights.")
        assert answer == "I will remember that."
        (kept,) = await memory_of(served).browse(MemorySelection(me[0], kind="procedure"))
        assert (kept.text, kept.trust) == (CLOSE, 2)
        query = MemoryQuery("how do we close up?", me, kinds=("procedure",))
        assert [hit.entry.id for hit in (await memory_of(served).recall(query)).hits] == [kept.id]
        (found, *_) = await known.suggest("how do we close up?", me)
        assert (found.entry, found.text, found.tool) == (kept.id, CLOSE, "")
        assert await known.suggest("how do we close up?", ("somebody",)) == ()


async def test_what_nobody_confirmed_is_no_procedure(tmp_path):
    async with house(tmp_path) as (served, known):
        me, memory = (served.owner.id, "house"), memory_of(served)
        with pytest.raises(HubError):
            await memory.remember(
                [NewMemory("To close up, open the door.", me[0], kind="procedure", trust=1)]
            )
        await memory.remember([NewMemory("To close up, open the door.", me[0], origin="web")])
        assert await known.suggest("how do we close up?", me) == ()


async def test_odd_wishes_and_a_missing_embedder_suggest_nothing(tmp_path):
    async with house(tmp_path) as (served, known):
        for odd in ("", " ", "\ud800", "🙂", "a" * 100_000):
            assert await known.suggest(odd, (served.owner.id,)) == ()
        memory_of(served).meaning = None
        assert await known.suggest("The floor is dirty", (served.owner.id,)) == ()


async def test_what_is_held_in_ram_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(procedures, "ASKERS", 2)
    monkeypatch.setattr(procedures, "TALKS", 2)
    async with house(tmp_path) as (served, known):
        for at in range(12):
            talk, _ = await said(served, f"Off you go, little Hoovie {at}!")
            await called(served, talk, "start_vacuum")
        assert len(known._said) <= 2
        assert max(len(ways) for ways in known._asked.values()) == procedures.EXAMPLES
