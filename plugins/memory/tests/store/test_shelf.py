"""A list reads no more than what is on it, and shows what it showed when every row was read."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any, Literal

import pytest

from hub import Database, HubError, MemoryQuery, MemorySelection, NewMemory
from hub_memory.memory import SqliteMemory
from hub_memory.store import shelf
from hub_memory.store.rows import TALK, entries
from hub_memory.store.schema import MIGRATIONS
from hub_memory.store.where import asked_for, held

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW, SEED = 1_700_100_000.0, 7
KINDS = ("episodic", "fact", "summary", "working")


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[SqliteMemory]:
    """A memory of two people and the house with all that a list may have to leave out."""
    one = SqliteMemory(Database(tmp_path / "memory.db", bytes(32), MIGRATIONS), clock=lambda: NOW)
    await one.open()
    chance = random.Random(SEED)
    made = [
        NewMemory(
            f"Number {at}.", chance.choice(("ann", "tom", "house")), kind=chance.choice(KINDS),  # type: ignore[arg-type]
            origin=chance.choice(("user_text", "document", "web")), created=1.7e9 + at // 2 + chance.random(),
            session=chance.choice(("", "s", "t")), sequence=at, pinned=chance.random() < 0.2,
            expires=chance.choice((0.0, 0.0, NOW - 5, NOW + 5)), valid_until=chance.choice((0.0, 0.0, NOW - 5)),
        )
        for at in range(600)
    ]  # fmt: skip
    ids = await one.remember(made)
    for at in chance.sample(range(600), 60):
        new = NewMemory(f"Instead of {at}.", made[at].namespace, created=1.7e9 + at)
        await one.supersede([made[at].namespace], ids[at], new)
    yield one
    await one.close()


def every(db: Any, selection: MemorySelection, limit: int, after: str) -> list[Any]:
    """Return a page by one condition over all rows."""
    where = held(selection, NOW)
    if after:
        where.add("id < ?", bytes.fromhex(after))
    return list(entries(db, where.sql, where.args, "ORDER BY id DESC", limit=limit).values())


FACT: tuple[Literal["fact"] | None, ...] = (None, "fact")
SHELVES = [
    MemorySelection(namespace, kind=kind, quarantined=waits, pinned=pinned, documents=documents, since=since)
    for namespace, kind, waits, pinned, documents, since in itertools.product(
        ("ann", "nobody"), FACT, (None, True, False), (None, True, False), (None, True, False),
        (None, 1.7e9 + 100.4),
    )
]  # fmt: skip
OTHERS = [
    MemorySelection("ann", before=1.7e9 + 50.25), MemorySelection("ann", since=1.7e9 + 9, before=1.7e9 + 9.5),
    MemorySelection("ann", since=float("inf")), MemorySelection("ann", before=float("nan")),
    MemorySelection("ann", since=-1.0, before=-1.0), MemorySelection("ann", before=1e300),
    MemorySelection("ann", session="s"), MemorySelection("ann", topic="instead"),
    MemorySelection("ann", ids=("0" * 32,)), MemorySelection(everything=True), MemorySelection("ann", kind="working"),
]  # fmt: skip


async def test_each_list_shows_what_a_look_at_every_row_shows(memory: SqliteMemory) -> None:
    shown = 0
    for selection in SHELVES + OTHERS:
        after = ""
        while True:
            page = await memory.browse(selection, limit=23, after=after)
            wanted = await memory.read(lambda db: every(db, selection, 23, after))  # noqa: B023  awaited here
            assert page == wanted, selection
            shown += len(page)
            if len(page) < 23:
                break
            after = page[-1].id
    assert shown > 1_000


class Planned:
    """A connection that notes how each question is answered."""

    def __init__(self, db: Any) -> None:
        self._db, self.plans = db, list[str]()

    def execute(self, sql: str, args: Any = ()) -> Any:
        if sql.startswith("SELECT id, rid"):  # what finds the page; what reads it goes by row
            self.plans += [row[3] for row in self._db.execute(f"EXPLAIN QUERY PLAN {sql}", args)]
        return self._db.execute(sql, args)


async def test_no_list_of_a_person_reads_or_sorts_all_rows(memory: SqliteMemory) -> None:
    for selection in (*SHELVES, MemorySelection("ann", session="s")):

        def planned(db: Any, chosen: MemorySelection = selection) -> list[str]:
            noted = Planned(db)
            shelf.page(noted, chosen, NOW, 5)
            return noted.plans

        plans = await memory.read(planned)
        assert plans
        searched = [plan for plan in plans if plan.startswith("SEARCH memory USING")]
        assert plans == searched + ["USE TEMP B-TREE FOR ORDER BY"] * bool(selection.session), selection


async def test_where_a_talk_ends_is_known_without_reading_all(memory: SqliteMemory) -> None:
    asked = asked_for(MemoryQuery("herons", ("ann",), session="s"), NOW)
    for sql, args in (
        (f"SELECT rid FROM memory WHERE {asked.sql}", asked.args),
        (f"SELECT max(sequence) FROM memory WHERE {TALK}", ["s"]),
    ):
        rows = await memory.read(lambda db: db.execute(f"EXPLAIN QUERY PLAN {sql}", args).fetchall())  # noqa: B023
        assert any("memory_talk (session=?)" in row[3] for row in rows)


async def test_a_page_after_what_is_no_id_is_refused(memory: SqliteMemory) -> None:
    with pytest.raises(HubError):
        await memory.browse(MemorySelection("ann"), after="x")


async def test_an_older_file_gets_its_lists(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    older = SqliteMemory(Database(path, bytes(32), MIGRATIONS[:2]), clock=lambda: NOW)
    await older.open()
    await older.remember([NewMemory("Mine.", "ann"), NewMemory("A page's.", "ann", origin="web")])
    await older.close()
    newer = SqliteMemory(Database(path, bytes(32), MIGRATIONS), clock=lambda: NOW)
    await newer.open()
    assert [one.text for one in await newer.browse(MemorySelection("ann"))] == ["Mine."]
    assert [one.text for one in await newer.browse(MemorySelection("ann", quarantined=True))] == ["A page's."]
    await newer.close()
