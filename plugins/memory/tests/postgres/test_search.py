"""What PostgreSQL finds is what an exact search finds, and what the file finds."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hub import Database, MemoryQuery, MemorySelection, NewMemory
from hub_memory.embed.static import StaticEmbedder
from hub_memory.memory import SqliteMemory
from hub_memory.postgres.search import near
from hub_memory.postgres.where import asked_for
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

_WORDS = (
    "heron tide marsh boat lantern kettle garden fence ladder violin winter harvest bridge candle pepper "
    "market railway engine letter uncle blanket thunder copper saddle orchard pigeon mirror whistle needle "
    "running stands sleeping painted broken quiet yellow early heavy borrowed"
)
WORDS = _WORDS.split()


def texts(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randint(4, 14))).capitalize() + "." for _ in range(count)]


class Points:
    """Embeds each text as a random point of its own."""

    model, dimensions = "points@1", 48

    async def embed(self, texts, *, query=False):
        rows = [np.random.default_rng(abs(hash(text))).normal(size=self.dimensions) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], np.float32)


async def test_the_nearest_are_the_nearest_of_those_the_mask_lets_through(memories):
    embedder = Points()
    memory = await memories(meaning=Meaning(embedder))
    said = texts(3_000, 1)
    spaces = [f"person {at % 20}" for at in range(3_000)]
    ids = await memory.remember(
        [NewMemory(f"{at} {text}", space) for at, (text, space) in enumerate(zip(said, spaces, strict=True))]
    )
    assert len(set(ids)) == 3_000
    vectors = (await embedder.embed([f"{at} {text}" for at, text in enumerate(said)])).astype(np.float16)
    mine = np.array([space == "person 3" for space in spaces])
    hits = wanted = 0
    for question in texts(40, 2):
        (vector,) = await embedder.embed([question])
        where = asked_for(MemoryQuery(question, ("person 3",)), 4e9)
        found = await memory.server.read(lambda of, v=vector, w=where: near(of, (embedder.model, v), w, 10))
        cosines = np.where(mine, vectors.astype(np.float32) @ vector, -1)
        best = {int(at) for at in np.argsort(-cosines)[:10] if cosines[at] >= 0.2}
        told = {rid - 1 for rid in found}
        hits, wanted = hits + len(best & told), wanted + len(best)
    assert wanted > 100
    assert hits / wanted >= 0.98


@pytest.fixture
async def both(memories, tmp_path):
    """The same entries in PostgreSQL and in a file, with the real table."""
    meaning = StaticEmbedder()
    server = await memories(meaning=Meaning(meaning))
    file = SqliteMemory(Database(tmp_path / "memory.db", bytes(32), MIGRATIONS), meaning=Meaning(meaning))
    await file.open()
    yield server, file
    await file.close()


async def test_it_finds_what_the_file_finds(both):
    entries = [
        NewMemory(text, "ann", session=f"talk {at // 20}", sequence=at % 20, created=1.7e9 + 600 * at)
        for at, text in enumerate(texts(600, 3))
    ]
    for memory in both:
        await memory.remember(entries)
    same = 0
    for question in texts(60, 4):
        query = MemoryQuery(question, ("ann",), now=1.7e9 + 600_000)
        server, file = [[hit.entry.text for hit in (await memory.recall(query)).hits] for memory in both]
        same += len(set(server) & set(file)) / 10
        assert server[0] in file[:3]
    assert same / 60 >= 0.9


async def test_the_words_leg_scores_as_the_file_does(both):
    for memory in both:
        await memory.remember([NewMemory(text, "ann") for text in texts(300, 5)])
    for question in ("heron marsh", "the yellow kettle stood early", "needles and mirrors", "violin"):
        query = MemoryQuery(question, ("ann",), legs=("words",), limit=20)
        server, file = [
            {hit.entry.text: hit.score for hit in (await memory.recall(query)).hits} for memory in both
        ]
        shared = server.keys() & file.keys()
        assert len(shared) >= 0.8 * len(file)
        for text in shared:
            assert server[text] == pytest.approx(file[text], abs=0.05)


async def test_a_rare_word_counts_more_than_a_common_one(memory):
    await memory.remember([NewMemory(f"The heron {at} stands near the tide.", "ann") for at in range(50)])
    (rare,) = await memory.remember([NewMemory("A quokka sleeps.", "ann")])
    told = await memory.recall(MemoryQuery("heron or quokka?", ("ann",), limit=1))
    assert [hit.entry.id for hit in told.hits] == [rare]


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Das Café in Zürich war geschlossen.", "cafe ZURICH"), ("She was running late.", "runs"),
        ("日本語 を 話す", "日本語"), ("snake_case_name is odd", "case"), ("It costs 1e5 or 3.14 euro", "1e5"),
        ("Mail ann@example.org today", "example"), ("x" * 3_000 + " plover", "plover"),
    ],
    ids=["accents", "stems", "japanese", "underscores", "numbers", "mail", "long"],
)  # fmt: skip
async def test_words_are_cut_as_people_mean_them(memory, said, question):
    (name,) = await memory.remember([NewMemory(said, "ann")])
    assert [hit.entry.id for hit in (await memory.recall(MemoryQuery(question, ("ann",)))).hits] == [name]


async def test_the_longest_entries_of_odd_words_are_kept_and_forgotten(memory):
    chance = random.Random(6)
    long = " ".join(f"w{chance.randrange(10**9)}" for _ in range(95_000))[:999_000] + " ending"
    wide = "".join(chr(0x20000 + at % 40_000) + " " for at in range(400_000))
    names = await memory.remember([NewMemory(long, "ann"), NewMemory(wide, "ann")])
    assert [one.text for one in await memory.get(["ann"], names)] == [long, wide]
    assert await memory.forget(MemorySelection(topic="ending")) == 1
    assert len(await memory.get(["ann"], names)) == 1


async def test_what_is_counted_of_words_is_what_is_there(memory):
    names = await memory.remember([NewMemory(text, "ann") for text in texts(200, 7)])
    await memory.forget(MemorySelection(ids=tuple(names[:120])))
    await memory.supersede(["ann"], names[150], NewMemory("A new heron.", "ann"))
    await memory.sweep(4e9)

    async def counted(of):
        kept = await (await of.execute("SELECT lexeme, entries FROM stem ORDER BY 1")).fetchall()
        true = await (
            await of.execute("SELECT lexeme, count(*) FROM memory, unnest(words) GROUP BY 1 ORDER BY 1")
        ).fetchall()
        state = await (await of.execute("SELECT entries, said FROM state")).fetchone()
        rows = await (await of.execute("SELECT count(*), sum(size) FROM memory")).fetchone()
        return kept == true, state == rows

    assert await memory.server.read(counted) == (True, True)


async def test_without_an_embedder_words_answer_and_it_is_said(memory):
    await memory.remember([NewMemory("The heron stands.", "ann")])
    told = await memory.recall(MemoryQuery("heron", ("ann",)))
    assert told.hits
    assert told.missing["meaning"]
    assert "meaning" not in told.legs
