"""An index is loaded from memory.db, kept there, and follows what changes; here with a real encrypted file."""

from __future__ import annotations

import numpy as np
import pytest

from hub import Database, HubError
from hub_memory.index import kept
from hub_memory.index.codes import OVERSAMPLING, CodeIndex
from hub_memory.index.estimate import adjust, estimate, nearest, sample
from hub_memory.index.exact import ExactIndex
from hub_memory.index.file import KINDS, Namespaces, changed, fetching, gone, load
from hub_memory.index.port import QUARANTINED, Columns, Mask

DIMENSIONS, MODEL = 96, "test@1"
SCHEMA = """
    CREATE TABLE memory (rid INTEGER PRIMARY KEY, revision INTEGER, namespace TEXT, kind TEXT, created REAL,
        trust INTEGER, pinned INTEGER, quarantined INTEGER, superseded_by BLOB);
    CREATE TABLE vector (rid INTEGER, model TEXT, vec BLOB, PRIMARY KEY (rid, model)) WITHOUT ROWID;
    CREATE TABLE gone (revision INTEGER PRIMARY KEY, rid INTEGER);
"""


def unit(rows, seed=0):
    drawn = np.random.default_rng(seed).standard_normal((rows, DIMENSIONS))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float16)


def put(db, rid, vector, *, revision=None, namespace="house", kind="fact", quarantined=0, model=MODEL):
    row = (rid, revision or rid, namespace, kind, 1e9 + rid, 1, 0, quarantined, None)
    db.execute("INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    db.execute("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", (rid, model, vector.tobytes()))


@pytest.fixture
async def file(tmp_path):
    database = Database(tmp_path / "memory.db", b"k" * 32, (SCHEMA,))
    await database.open()
    yield database
    await database.close()


async def filled(file, rows=300):
    vectors = unit(rows)

    def fill(db):
        for rid in range(1, rows + 1):
            put(db, rid, vectors[rid - 1], namespace="ann" if rid % 2 else "ben", kind=KINDS[rid % 5])

    await file.write(fill)
    return vectors


def derived(db, make=CodeIndex):
    index, names = make(DIMENSIONS), Namespaces()
    return index, names, load(index, changed(db, MODEL, DIMENSIONS, names))


async def test_vectors_are_fetched_in_the_order_asked(file):
    vectors = await filled(file)

    def fetch(db):
        put(db, 7, vectors[6], model="other@1")
        db.execute("UPDATE vector SET vec = x'00' WHERE rid = 9")
        db.execute("DELETE FROM vector WHERE rid = 11")
        return fetching(db, MODEL, DIMENSIONS)(np.array([200, 7, 9, 11, 3], np.uint32))

    read = await file.write(fetch)
    assert np.array_equal(read[[0, 1, 4]], vectors[[199, 6, 2]])
    assert not read[[2, 3]].any()
    whole = await file.read(lambda db: fetching(db, MODEL, DIMENSIONS)(np.array([3, 7, 200], np.uint32)))
    assert np.array_equal(whole, vectors[[2, 6, 199]])


async def test_an_index_is_loaded_and_masks_by_what_the_file_says(file):
    vectors = await filled(file)

    def ask(db):
        index, names, left_out = derived(db)
        mask = Mask(names.known(["ben", "nobody"]), kinds=[KINDS.index("fact")], since=1e9 + 50)
        found = index.search(vectors[6], 5, mask, fetching(db, MODEL, DIMENSIONS))[0]
        return len(index), left_out, found

    count, left_out, found = await file.read(ask)
    assert (count, left_out) == (300, 0)
    assert len(found) == 5
    assert all(rid % 2 == 0 and rid % 5 == 2 and rid >= 50 for rid in found.tolist())


async def test_damaged_vectors_are_left_out_and_counted(file):
    await filled(file)

    def spoil(db):
        db.execute("UPDATE vector SET vec = x'0000' WHERE rid = 4")
        db.execute("UPDATE vector SET vec = ? WHERE rid = 5", (np.full(DIMENSIONS, np.nan, "<f2").tobytes(),))
        index, _, left_out = derived(db)
        return len(index), left_out

    assert await file.write(spoil) == (298, 2)


async def test_a_kept_index_answers_as_the_derived_one_and_follows_changes(file, monkeypatch):
    monkeypatch.setattr(kept, "PART", 128)  # several parts
    vectors = await filled(file)

    def keep(db):
        index, names, _ = derived(db)
        kept.save(db, MODEL, index, names, 300)
        kept.save(db, "other@1", index, names, 1)

    await file.write(keep)

    def change(db):
        put(db, 301, unit(1, 9)[0], namespace="new")
        put(db, 2, vectors[1], revision=302, namespace="ben", quarantined=1)
        db.execute("DELETE FROM memory WHERE rid = 8")
        db.execute("DELETE FROM vector WHERE rid = 8")
        db.execute("INSERT INTO gone VALUES (303, 8)")

    await file.write(change)

    def ask(db):
        restored = kept.restore(db, MODEL, DIMENSIONS)
        assert restored
        index, names, revision = restored
        load(index, changed(db, MODEL, DIMENSIONS, names, revision))
        index.remove(gone(db, revision))
        whole, others, _ = derived(db)
        fetch = fetching(db, MODEL, DIMENSIONS)
        for seed in range(30):
            query = unit(1, seed)[0]
            for spaces in (["ann"], ["ben", "new"]):
                a = index.search(query, 5, Mask(names.known(spaces), without=QUARANTINED), fetch)[0]
                b = whole.search(query, 5, Mask(others.known(spaces), without=QUARANTINED), fetch)[0]
                assert a.tolist() == b.tolist()
        return len(index)

    assert await file.read(ask) == 300


async def test_what_was_kept_and_is_dropped_damaged_or_of_another_size_is_derived_anew(file):
    await filled(file)

    def keep(db):
        assert kept.restore(db, MODEL, DIMENSIONS) is None
        kept.drop(db)
        index, names, _ = derived(db)
        kept.save(db, MODEL, index, names, 300)

    await file.write(keep)
    assert await file.read(lambda db: kept.restore(db, MODEL, DIMENSIONS))
    assert await file.read(lambda db: kept.restore(db, MODEL, DIMENSIONS + 1)) is None
    assert await file.read(lambda db: kept.restore(db, "other@1", DIMENSIONS)) is None
    for spoilt in ("rows = substr(rows, 1, 999)", "told = '{}'", "told = 'no'", "told = '{\"format\": 2}'"):
        await file.write(keep_over)
        await file.execute(f"UPDATE kept_index SET {spoilt}")
        assert await file.read(lambda db: kept.restore(db, MODEL, DIMENSIONS)) is None
    await file.write(keep_over)
    await file.write(kept.drop)
    assert await file.rows("SELECT * FROM kept_index") == []


def keep_over(db):
    index, names, _ = derived(db)
    kept.save(db, MODEL, index, names, 300)


async def test_a_poor_choice_is_seen_and_mended(file):
    await filled(file, 1_500)

    def measure(db):
        fetch = fetching(db, MODEL, DIMENSIONS)
        index, exact = derived(db)[0], derived(db, ExactIndex)[0]
        index.oversampling = 1
        asked = sample(index.rows.held.rids[: len(index)], fetch, 20)
        truth = nearest(asked, (rows for _, rows, _ in changed(db, MODEL, DIMENSIONS, Namespaces())))
        shares = [estimate(index, asked, truth, fetch)]
        while adjust(index, shares[-1], OVERSAMPLING):
            shares.append(estimate(index, asked, truth, fetch))
        return shares, estimate(exact, asked, truth, fetch), index.oversampling

    shares, perfect, oversampling = await file.read(measure)
    assert shares[0] < 0.9
    assert shares[-1] >= 0.98
    assert sorted(shares) == shares
    assert perfect == 1
    assert oversampling > 1


def test_nothing_to_measure_is_no_trouble():
    empty, asked = ExactIndex(DIMENSIONS), unit(3)
    assert estimate(empty, asked, nearest(asked, []), lambda rids: unit(len(rids))) == 1
    assert len(sample(np.empty(0, np.uint32), lambda rids: unit(len(rids)))) == 0
    assert not adjust(CodeIndex(DIMENSIONS), 0.99, OVERSAMPLING)
    far = CodeIndex(DIMENSIONS)
    far.oversampling = 8 * OVERSAMPLING
    assert not adjust(far, 0.1, OVERSAMPLING)


def test_too_many_namespaces_are_refused():
    names = Namespaces(str(number) for number in range(70_000))
    whole = Columns(*(np.array([names.code("one more") if at == 0 else 0]) for at in range(5)))
    with pytest.raises(HubError, match="namespace"):
        CodeIndex(DIMENSIONS).add(np.array([1]), unit(1), whole)
