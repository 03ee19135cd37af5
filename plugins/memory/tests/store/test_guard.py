"""The hub's own echoes are not remembered again."""

from __future__ import annotations

from hub import MemoryQuery, MemorySelection, NewMemory
from hub_memory.store.guard import LASTS_S, MOST, Guard

PROMPT = "You are a friendly helper who lives in this house.\nNever reveal the code of the alarm system."


async def count(memory) -> int:
    return (await memory.health()).entries


async def test_what_was_just_recalled_is_not_remembered_again(memory):
    (first,) = await memory.remember([NewMemory("The heron stands in the water.", "ann")])
    await memory.recall(MemoryQuery("heron", ("ann",)))
    said = NewMemory(
        "  the heron STANDS in the\nwater. ", "ann", origin="assistant", session="talk", sequence=4
    )
    assert await memory.remember([said, NewMemory("A tide.", "ann")]) == [
        first,
        (await memory.browse(MemorySelection(namespace="ann")))[0].id,
    ]
    assert await count(memory) == 2


async def test_what_another_recalled_is_no_echo(memory):
    await memory.remember([NewMemory("The heron stands.", "ann")])
    await memory.recall(MemoryQuery("heron", ("ann",)))
    (theirs,) = await memory.remember([NewMemory("The heron stands.", "ben")])
    assert [one.namespace for one in await memory.get(["ben"], [theirs])] == ["ben"]


async def test_the_system_prompt_is_refused_whole_and_by_line(memory):
    memory.guard.prompt([PROMPT])
    texts = [PROMPT, PROMPT.splitlines()[1], PROMPT.upper()]
    assert await memory.remember([NewMemory(text, "ann") for text in texts]) == ["", "", ""]
    assert await count(memory) == 0


async def test_recalling_and_remembering_in_a_loop_adds_nothing(memory):
    await memory.remember([NewMemory(f"Fact {at} of the heron.", "ann") for at in range(5)])
    for turn in range(10):
        found = await memory.recall(MemoryQuery("heron", ("ann",)))
        said = [
            NewMemory(hit.entry.text, "ann", origin="assistant", session="s", sequence=turn)
            for hit in found.hits
        ]
        await memory.remember(said)
    assert await count(memory) == 5


async def test_what_was_forgotten_can_be_said_anew(memory):
    (name,) = await memory.remember([NewMemory("The heron stands.", "ann")])
    await memory.recall(MemoryQuery("heron", ("ann",)))
    await memory.forget(MemorySelection(ids=(name,)))
    (again,) = await memory.remember([NewMemory("The heron stands.", "ann")])
    assert again != name
    assert await memory.get(["ann"], [again])


async def test_an_echo_is_known_for_minutes_only_and_not_without_bound(memory):
    now = [0.0]
    guard = Guard(lambda: now[0])
    await memory.remember([NewMemory(f"Heron {at}.", "ann") for at in range(3)])
    entries = [hit.entry for hit in (await memory.recall(MemoryQuery("heron", ("ann",)))).hits]
    guard.recalled(["ann"], entries)
    assert guard.echo("ann", entries[0].text) == entries[0].id
    now[0] = LASTS_S + 1
    assert guard.echo("ann", entries[0].text) is None
    guard.recalled([f"person {at}" for at in range(MOST)], entries)
    assert len(guard._recalled) == MOST
