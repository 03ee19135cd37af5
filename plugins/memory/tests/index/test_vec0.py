"""The table of sqlite-vec finds what a look at all vectors finds, in an encrypted file, and says what it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from hub import Database, HubError, Unavailable
from hub_memory.index import vec0
from hub_memory.index.exact import ExactIndex
from hub_memory.index.port import Columns, Mask

DIMENSIONS, ROWS = 64, 400
CHANCE = np.random.default_rng(4)
VECTORS = CHANCE.standard_normal((ROWS, DIMENSIONS))
VECTORS = (VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)).astype(np.float16)
RIDS = np.arange(1, ROWS + 1)
COLUMNS = Columns(
    CHANCE.integers(0, 4, ROWS), CHANCE.integers(0, 5, ROWS), CHANCE.integers(0, 100, ROWS) / 2,
    CHANCE.integers(0, 4, ROWS), CHANCE.integers(0, 8, ROWS),
)  # fmt: skip


def fetch(rids):
    return VECTORS[rids.astype(np.int64) - 1]


@pytest.fixture
async def file(tmp_path):
    database = Database(tmp_path / "memory.db", b"k" * 32, ("CREATE TABLE one (at INTEGER)",))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def exact():
    index = ExactIndex(DIMENSIONS)
    index.add(RIDS, VECTORS, COLUMNS)
    return index


def ask(mask, seed, limit=10):
    query = np.random.default_rng(seed).standard_normal(DIMENSIONS)

    def search(db):
        vec0.load(db)
        return vec0.search(db, query, limit, mask, fetch)[0].tolist()

    return query, search


@pytest.mark.parametrize(
    "mask",
    [
        None,
        Mask([0]),
        Mask([]),
        Mask([1, 3], kinds=[0, 2], minimum_trust=1),
        Mask(None, since=10.5, until=30.2, without=7),
    ],
)
async def test_it_finds_what_a_look_at_all_finds(file, exact, mask):
    await file.write(lambda db: vec0.rebuild(db, DIMENSIONS, [(RIDS, VECTORS, COLUMNS)]))
    for seed in range(10):
        query, search = ask(mask, seed)
        assert await file.read(search) == exact.search(query, 10, mask)[0].tolist()


async def test_rows_are_replaced_removed_and_made_anew(file, exact):
    await file.write(lambda db: vec0.rebuild(db, DIMENSIONS, [(RIDS, VECTORS, COLUMNS)]))
    gone = list(range(1, ROWS, 2))

    def change(db):
        vec0.remove(db, gone)
        vec0.add(db, RIDS[1::2], VECTORS[1::2], COLUMNS.take(RIDS[1::2] - 1))

    await file.write(change)
    exact.remove(gone)
    query, search = ask(None, 1)
    assert await file.read(search) == exact.search(query, 10, None)[0].tolist()
    await file.write(
        lambda db: vec0.rebuild(db, DIMENSIONS, [(RIDS[:3], VECTORS[:3], COLUMNS.take(RIDS[:3] - 1))])
    )
    assert sorted(await file.read(search)) == [1, 2, 3]


async def test_what_it_cannot_is_said(file):
    await file.write(lambda db: vec0.rebuild(db, DIMENSIONS, []))
    for mask, limit, words in ((None, 2_000, "4096"), (Mask(None, only=RIDS), 5, "given rows")):
        _, search = ask(mask, 1, limit)
        with pytest.raises(HubError, match=words):
            await file.read(search)


class Closed:
    """A connection of a SQLite that loads no extensions."""

    def execute(self, _sql):
        raise RuntimeError("no such function: vec_version")


def test_a_sqlite_without_extensions_is_said_with_what_to_do():
    with pytest.raises(Unavailable, match="sqlite-vec") as refused:
        vec0.load(Closed())
    assert "works without" in refused.value.fix
