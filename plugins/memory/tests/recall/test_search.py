"""Recall by all legs, through the real store, the real table of meanings and real encrypted files."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import pytest

from hub import Database, HubError, MemoryQuery, MemorySelection, NewMemory, Unavailable
from hub_memory.embed.static import StaticEmbedder
from hub_memory.index.codes import CodeIndex
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = time.mktime((2026, 11, 22, 12, 0, 0, 0, 0, -1))
DAY = 86_400.0
SAID = (
    "The cat is called Mimi.", "We keep the car in the garage behind the house.", "The router stands in the hall.",
    "My doctor moved my appointment.", "Vera plays the violin on Thursdays.", "The dishwasher is broken again.",
    "I paid the electricity bill.", "Tom bought a red bicycle.", "The garden needs water.", "I like strong coffee.",
)  # fmt: skip


def opened(folder: Path, *, meaning: Meaning | None = None) -> SqliteMemory:
    return SqliteMemory(
        Database(folder / "memory.db", bytes(32), MIGRATIONS), meaning=meaning, clock=lambda: NOW
    )


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[SqliteMemory]:
    memory = opened(tmp_path, meaning=Meaning(StaticEmbedder()))
    await memory.open()
    await memory.remember([NewMemory(text, "ann", created=NOW - DAY) for text in SAID])
    yield memory
    await memory.close()


async def texts(memory: SqliteMemory, question: str, **also: Any) -> list[str]:
    found = await memory.recall(MemoryQuery(question, ("ann",), **{"limit": 3, **also}))
    return [hit.entry.text for hit in found.hits]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Where is our vehicle parked?", 1), ("What is my pet's name?", 0), ("Who makes music?", 4)],
)
async def test_it_finds_what_shares_no_word_with_the_question(
    memory: SqliteMemory, question: str, answer: int
) -> None:
    assert SAID[answer] in await texts(memory, question)
    assert SAID[answer] not in await texts(memory, question, legs=("words",))


async def test_a_hit_tells_what_each_leg_added(memory: SqliteMemory) -> None:
    found = await memory.recall(MemoryQuery("When does Vera play the violin?", ("ann",)))
    best = found.hits[0]
    assert best.entry.text == SAID[4]
    assert math.isclose(sum(best.parts.values()), best.score)
    assert {"words", "meaning", "entity"} <= set(best.parts)
    assert found.legs == ("words", "meaning", "entity", "neighbour", "recency", "importance")
    assert not found.missing


async def test_what_was_said_beside_a_hit_is_found_with_it(memory: SqliteMemory) -> None:
    talk = [("How is the new heat pump?", 0), ("Forty degrees, it hums a little.", 1), ("Shall we eat?", 7)]
    await memory.remember(
        [NewMemory(text, "ann", session="t", sequence=at, created=NOW) for text, at in talk]
    )
    found = await memory.recall(MemoryQuery("heat pump", ("ann",), limit=2))
    assert [hit.entry.text for hit in found.hits] == [talk[0][0], talk[1][0]]
    assert found.hits[1].parts["neighbour"] > 0


async def test_an_answer_is_found_by_the_words_of_the_question_before_it(memory: SqliteMemory) -> None:
    talk = ("Which plumber repaired your boiler?", "Kowalski & Sons.", "Nice weather.")
    await memory.remember(
        [NewMemory(text, "ann", session="t", sequence=at, created=NOW) for at, text in enumerate(talk)]
    )
    assert talk[1] in await texts(memory, "Which plumber repaired the boiler?", limit=2)
    assert talk[1] not in await texts(memory, "Which plumber repaired the boiler?", legs=("words", "meaning"))


async def test_who_speaks_in_a_kept_talk_is_looked_for_as_who_says_it(memory: SqliteMemory) -> None:
    lines = ("Bo: I went sailing with Zoë.", "Zoë: Bo, I went sailing with you.")
    await memory.remember([NewMemory(text, "ann", created=NOW) for text in lines])
    for name, line in zip(("Bo", "Zoe"), lines, strict=True):
        found = await memory.recall(MemoryQuery(f"Did {name} go sailing?", ("ann",)))
        named = {hit.entry.text for hit in found.hits if hit.parts.get("entity")}
        assert named == {line}


async def test_a_time_in_the_question_narrows_the_search_unless_nothing_is_left(memory: SqliteMemory) -> None:
    await memory.remember([NewMemory("The boiler was loud.", "ann", created=NOW - 30 * DAY)])
    await memory.remember([NewMemory("The boiler is quiet.", "ann", created=NOW - DAY)])
    found = await memory.recall(MemoryQuery("What did I say about the boiler yesterday?", ("ann",)))
    assert "The boiler is quiet." in [hit.entry.text for hit in found.hits]
    assert "The boiler was loud." not in [hit.entry.text for hit in found.hits]
    assert found.since is not None
    found = await memory.recall(MemoryQuery("What did I say about the boiler in March?", ("ann",)))
    assert len(found.hits) > 1
    assert found.since is None


async def test_all_that_a_query_asks_holds_for_what_is_found_by_meaning(memory: SqliteMemory) -> None:
    question = "Where is our vehicle parked?"
    assert await texts(memory, question, kinds=("fact",)) == []
    assert await texts(memory, question, minimum_trust=2) == []
    assert await texts(memory, question, tags=("car",)) == []
    assert await texts(memory, question, until=NOW - 2 * DAY) == []
    assert not (await memory.recall(MemoryQuery(question, ("tom", "house")))).hits
    await memory.remember([NewMemory("The van is at the station.", "ann", quarantined=True, tags=("car",))])
    assert "The van is at the station." not in await texts(memory, question)
    assert await texts(memory, question, quarantined=True) == ["The van is at the station."]


async def test_what_is_superseded_is_found_as_of_before(memory: SqliteMemory) -> None:
    question = "Where is our vehicle parked?"
    (old,) = [one for one in await memory.browse(MemorySelection("ann"), limit=50) if one.text == SAID[1]]
    await memory.supersede(["ann"], old.id, NewMemory("The car stands in front of the church.", "ann"))
    assert SAID[1] not in await texts(memory, question)
    assert "The car stands in front of the church." in await texts(memory, question)
    assert SAID[1] in await texts(memory, question, as_of=NOW - DAY / 2)


async def test_what_is_forgotten_or_changed_is_followed_at_once(memory: SqliteMemory) -> None:
    question = "Where is our vehicle parked?"
    assert SAID[1] in await texts(memory, question)
    (entry,) = [one for one in await memory.browse(MemorySelection("ann"), limit=50) if one.text == SAID[1]]
    await memory.change(["ann"], entry.id, quarantined=True)
    assert SAID[1] not in await texts(memory, question)
    await memory.change(["ann"], entry.id, quarantined=False)
    assert SAID[1] in await texts(memory, question)
    await memory.forget(MemorySelection("ann", ids=(entry.id,)))
    assert SAID[1] not in await texts(memory, question)


async def test_a_large_index_is_kept_and_is_the_same_after_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_memory.index.tiers.EXACT_BELOW", 4)
    monkeypatch.setattr(
        "hub_memory.index.tiers.TieredIndex.__init__.__defaults__", (CodeIndex, 4), raising=False
    )
    answers = []
    for turn in range(3):
        memory = opened(tmp_path, meaning=Meaning(StaticEmbedder(), large=CodeIndex))
        await memory.open()
        if turn == 0:
            await memory.remember([NewMemory(text, "ann", created=NOW - DAY) for text in SAID])
        if turn == 2:
            await memory.remember([NewMemory("The van is parked at the station.", "ann", created=NOW)])
        answers.append(await texts(memory, "Where is our vehicle parked?"))
        await memory.close()
    assert answers[0] == answers[1]
    assert "The van is parked at the station." in answers[2]


async def test_turbovec_takes_the_place_of_kept_codes_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "hub_memory.index.tiers.TieredIndex.__init__.__defaults__", (CodeIndex, 4), raising=False
    )
    memory = opened(tmp_path, meaning=Meaning(StaticEmbedder(), large=CodeIndex))
    await memory.open()
    await memory.remember([NewMemory(text, "ann", created=NOW - DAY) for text in SAID])
    before = await texts(memory, "Where is our vehicle parked?")
    await memory.close()
    memory = opened(tmp_path, meaning=Meaning(StaticEmbedder()))
    await memory.open()
    assert await texts(memory, "Where is our vehicle parked?") == before
    assert (await memory.health()).engine.endswith("sign codes")
    await memory.ready()
    assert (await memory.health()).engine.endswith("turbovec")
    assert await texts(memory, "Where is our vehicle parked?") == before
    await memory.remember([NewMemory("The van is parked at the station.", "ann", created=NOW)])
    assert "The van is parked at the station." in await texts(memory, "Where is our vehicle parked?")
    await memory.close()


class Tired:
    """An embedder whose model is away after some calls."""

    model, dimensions = "static-256@1", 256

    def __init__(self) -> None:
        self.away, self._inner = False, StaticEmbedder()

    async def embed(self, given: Any, *, query: bool = False) -> Any:
        if self.away:
            raise Unavailable("My embedder is away.", fix="Wait.")
        return await self._inner.embed(given, query=query)


async def test_without_its_embedder_it_finds_by_words_and_says_so(tmp_path: Path) -> None:
    tired = Tired()
    memory = opened(tmp_path, meaning=Meaning(tired))
    await memory.open()
    await memory.remember([NewMemory(SAID[0], "ann")])
    tired.away = True
    await memory.remember([NewMemory(SAID[1], "ann")])
    found = await memory.recall(MemoryQuery("garage", ("ann",)))
    assert [hit.entry.text for hit in found.hits] == [SAID[1]]
    assert found.missing["meaning"] == "My embedder is away. Wait."
    assert "meaning" not in found.legs
    assert (await memory.health()).to_embed == 1
    await memory.close()


async def test_a_question_without_a_known_word_is_answered_by_words(memory: SqliteMemory) -> None:
    assert await texts(memory, "Mimi \ud83d") == [SAID[0]] or SAID[0] in await texts(memory, "Mimi \ud83d")
    assert (await memory.recall(MemoryQuery("☃☃☃", ("ann",)))).hits == ()
    with pytest.raises(HubError):
        await memory.recall(MemoryQuery("Mimi", ()))


async def test_of_many_entries_common_words_are_looked_for_only_where_no_rarer_are(
    memory: SqliteMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_memory.store.words.SCORED", 5)
    await memory.remember([NewMemory(f"The bell rang {n} times.", "ann") for n in range(8)])
    words = {"legs": ("words",), "limit": 20}
    assert await texts(memory, "Did the bell ring for the violin?", **words) == [SAID[4]]
    assert len(await texts(memory, "bell times", **words)) == 8
    assert await texts(memory, "bell garden", **words) == [SAID[8]]
    assert await texts(memory, "bell of Atlantis", **words) == []


async def test_it_says_by_what_it_finds_meanings(memory: SqliteMemory) -> None:
    assert "exact" not in (await memory.health()).engine
    await memory.ready()
    assert (await memory.health()).engine.endswith(", exact vectors")


async def test_it_is_ready_without_an_embedder_too(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    await memory.ready()
    await memory.open()
    await memory.ready()
    assert (await memory.recall(MemoryQuery("Mimi", ("ann",)))).hits == ()
    await memory.close()
