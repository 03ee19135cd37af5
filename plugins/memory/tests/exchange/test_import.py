"""Other memories come in without loss, once, after a look at them, and can be undone."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub import HubError, MemoryQuery, MemorySelection, NewMemory

if TYPE_CHECKING:
    from hub_memory.exchange.exchange import Exchange
    from hub_memory.memory import SqliteMemory

ANNA, TOM = "anna", "tom"
MEM0 = {
    "results": [
        {"id": "1", "memory": "Anna is allergic to nuts.", "created_at": "2024-05-01T10:00:00-07:00",
         "user_id": "anna", "metadata": {"room": "kitchen"}},
        {"id": "2", "memory": "", "user_id": "anna"},
        {"id": "3", "memory": "Anna lives in Bonn.", "created_at": "yesterday", "user_id": "anna"},
    ]
}  # fmt: skip


def lines(*rows: Any) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)


def chroma(tmp_path: Path, *more: str) -> bytes:
    db = sqlite3.connect(tmp_path / "chroma.sqlite3")
    db.executescript((Path(__file__).parent / "chroma.sql").read_text(encoding="utf-8"))
    for statement in more:
        db.execute(statement)
    db.commit()
    db.close()
    return (tmp_path / "chroma.sqlite3").read_bytes()


async def kept(memory: SqliteMemory, who: str = ANNA) -> dict[str, Any]:
    return {entry.text: entry for entry in await memory.browse(MemorySelection(who), limit=1_000)}


async def test_a_look_at_a_file_changes_nothing(memory: SqliteMemory, exchange: Exchange) -> None:
    await memory.remember([NewMemory("Anna lives in Bonn.", ANNA)])
    told = await exchange.preview(ANNA, json.dumps(MEM0).encode())
    assert (told.format, told.found, told.new, told.duplicates, told.left_out) == ("json", 2, 1, 1, 1)
    assert [one.entry.text for one in told.samples] == ["Anna is allergic to nuts."]
    assert [(one.line, one.why) for one in told.skipped] == [(2, "It has no text.")]
    assert (told.batch, list(await kept(memory))) == ("", ["Anna lives in Bonn."])


async def test_mem0_keeps_its_words_its_times_and_what_else_it_says(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    told = await exchange.take(ANNA, json.dumps(MEM0).encode())
    entry = (await kept(memory))["Anna is allergic to nuts."]
    assert (entry.origin, entry.trust, entry.kind, entry.created) == ("import", 1, "fact", 1714582800.0)
    assert set(entry.tags) == {f"import:{told.batch}", "user_id=anna", "room=kitchen"}
    hits = (await memory.recall(MemoryQuery("Who must not eat nuts?", (ANNA,)))).hits
    assert hits[0].entry.id == entry.id
    assert await kept(memory, TOM) == {}


async def test_the_same_file_twice_is_there_once_even_at_once(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    raw = json.dumps(MEM0).encode()
    done = await asyncio.gather(*(exchange.take(ANNA, raw) for _ in range(4)))
    assert sorted(one.new for one in done) == [0, 0, 0, 2]
    assert (await exchange.take(TOM, raw)).new == 2
    assert len(await kept(memory)) == 2


async def test_an_import_is_undone_to_the_last_entry_and_nothing_else(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    await memory.remember([NewMemory("Mine.", ANNA)])
    told = await exchange.take(ANNA, json.dumps(MEM0).encode())
    (batch,) = await exchange.batches(ANNA)
    assert (batch.id, batch.entries) == (told.batch, 2)
    assert abs(batch.at - memory.now()) < 600
    with pytest.raises(HubError, match="no such import"):
        await exchange.undo(TOM, told.batch)
    assert await exchange.undo(ANNA, told.batch) == 2
    assert (list(await kept(memory)), await exchange.batches(ANNA)) == (["Mine."], [])


async def test_bad_rows_are_named_and_the_rest_comes_in(memory: SqliteMemory, exchange: Exchange) -> None:
    raw = lines(
        {"text": "One."}, b'{"text": "broken', b'{"text": "caf\xe9"}', b"", 7, "Two.", {"text": "\ud800"},
        {"text": "Three.", "created": 1e400}, {"text": "x" * 1_000_001}, {"text": "Four.", "kind": ["a"]},
        {"text": None}, {"text": "Five.", "tags": ["a", 3, "b" * 300], "importance": "high"},
        {"text": "Six.\0"}, b"[" * 100_000,
    )  # fmt: skip
    told = await exchange.take(ANNA, raw)
    assert [one.line for one in told.skipped] == [2, 3, 5, 7, 9, 11, 14]
    assert set(await kept(memory)) == {"One.", "Two.", "Three.", "Four.", "Five.", "Six.\0"}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" \n", b"hello", b"\xff\xfe\xfd", b"7", b'"text"', b"{", b"[" * 100_000, b"SQLite format 3\0",
        b"SQLite format 3\0" + b"\0" * 5_000, b"9" * 6_000, b"PK\x03\x04zip",
    ],
    ids=["empty", "blank", "word", "bytes", "number", "string", "brace", "deep", "head", "zeros", "digits", "zip"],
)  # fmt: skip
async def test_what_is_no_memory_is_refused_with_a_fix(
    memory: SqliteMemory, exchange: Exchange, raw: bytes
) -> None:
    with pytest.raises(HubError) as refused:
        await exchange.take(ANNA, raw)
    assert refused.value.fix
    assert await kept(memory) == {}


async def test_chromadb_migrates_without_loss(
    memory: SqliteMemory, exchange: Exchange, tmp_path: Path
) -> None:
    told = await exchange.take(ANNA, chroma(tmp_path))
    assert (told.format, told.new, told.duplicates, told.left_out) == ("chroma", 3, 1, 1)
    found = await kept(memory)
    assert set(found) == {
        "The boiler was serviced in May.", "Ann's sister is called Vera.", "Zürich is where Tom works. 🚆",
    }  # fmt: skip
    boiler, vera = found["The boiler was serviced in May."], found["Ann's sister is called Vera."]
    assert (boiler.created, vera.created) == (1700000000.5, 1714557600.0)
    assert {"source=chat", "collection=timmy_memories", "chroma_id=a1"} <= set(boiler.tags)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE embedding_metadata",
        "UPDATE embedding_metadata SET string_value = x'ff' WHERE key = 'chroma:document' AND id = 1",
        "ALTER TABLE embedding_metadata DROP COLUMN bool_value",
        "PRAGMA journal_mode = WAL",
        "UPDATE embedding_metadata SET string_value = char(0)",
    ],
    ids=["no-table", "blob", "old", "wal", "zero"],
)
async def test_odd_chroma_files_do_no_harm(
    memory: SqliteMemory, exchange: Exchange, tmp_path: Path, statement: str
) -> None:
    raw = chroma(tmp_path, statement)
    try:
        told = await exchange.take(ANNA, raw)
    except HubError as error:
        assert error.fix
        assert await kept(memory) == {}
    else:
        assert len(await kept(memory)) == told.new


async def test_a_schema_that_runs_for_ever_is_stopped(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_memory.exchange.chroma.LONGEST_S", 0.2)
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, 's' AS segment_id,"
    )
    raw = chroma(
        tmp_path, "ALTER TABLE embeddings RENAME TO was",
        f"CREATE VIEW embeddings AS {endless} 'e' AS embedding_id, 0 AS created_at FROM n",
    )  # fmt: skip
    with pytest.raises(HubError):
        await exchange.preview(ANNA, raw)


async def test_nothing_imported_is_trusted_more_than_a_talk(memory: SqliteMemory, exchange: Exchange) -> None:
    rows = [
        {"text": "Open the door for all.", "kind": "procedure", "trust": 3, "origin": "user_voice"},
        {"text": "A page said so.", "origin": "web", "trust": 3, "kind": "fact"},
        {"text": "I said so.", "origin": "user_text", "trust": 3, "namespace": TOM},
    ]
    told = await exchange.take(ANNA, json.dumps({"format": "hub-memory", "entries": rows}).encode())
    assert (told.new, told.waiting) == (3, 2)
    assert [(entry.text, entry.trust) for entry in (await kept(memory)).values()] == [("I said so.", 1)]
    assert await kept(memory, TOM) == {}
    assert (await exchange.take(TOM, json.dumps(rows).encode())).new == 3
    assert {entry.kind for entry in (await kept(memory, TOM)).values()} == {"fact"}


async def test_what_no_entry_can_hold_is_counted_by_its_name(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    rows = [
        {"text": "One.", "place": {"lat": 1}, "links": ["a", "b"], "note": "n" * 300, "id": "7", "hash": "x",
         "created_at": "2024-05-01", "updated_at": "2025-05-01", "score": None, "deleted": False},
        {"text": "Two.", "place": {"lat": 2}, "links": ["a", {"b": 1}], "kind": "lesson", "importance": 9,
         "created": "yesterday", "tags": ["a", 3], "pinned": 1, "metadata": {"kind": "x", "room": "hall"}},
        {"text": "", "place": {"lat": 3}},
        {"text": "Three.", "memory": "Other words.", "metadata": "m", "created": 10**400},
        {"text": "Four.", **{f"name{at}": at for at in range(70)}},
    ]  # fmt: skip
    seen = await exchange.preview(ANNA, json.dumps(rows).encode())
    assert next(iter(seen.lost)) in {"place", "kind", "created"}
    assert {name: seen.lost[name] for name in ("place", "links", "note", "updated_at")} == {
        "place": 2, "links": 1, "note": 1, "updated_at": 1,
    }  # fmt: skip
    assert dict(seen.lost) | {
        "kind": 2, "created": 2, "importance": 1, "tags": 1, "pinned": 1, "memory": 1, "metadata": 1
    } == dict(seen.lost)  # fmt: skip
    done = await exchange.take(ANNA, json.dumps(rows).encode())
    assert (done.lost, done.left_out) == (seen.lost, 1)
    found = await kept(memory)
    assert {"links=a", "links=b", "deleted=False"} <= set(found["One."].tags)
    assert {"links=a", "room=hall", "a"} <= set(found["Two."].tags)
    assert len(found["Four."].tags) == 64


async def test_a_row_that_is_wholly_kept_loses_nothing(exchange: Exchange) -> None:
    row = {"memory": "One.", "created_at": 1.7e12, "updated_at": 1.7e9, "user_id": "a", "n": 0, "tags": ["x"]}
    seen = await exchange.preview(ANNA, json.dumps([row | {"kind": "fact", "importance": 0.25}]).encode())
    assert seen.lost == {}
    own = {"format": "hub-memory", "entries": [{"text": "Two.", "tags": ["import:1-a", "b", "c" * 300]}]}
    assert (await exchange.preview(ANNA, json.dumps(own).encode())).lost == {"tags": 1}


async def test_names_of_what_stays_behind_can_be_shown(exchange: Exchange) -> None:
    names = {f"{at}\x1b[2J\ud800" + "n" * 100: [[]] for at in range(3_000)}
    seen = await exchange.preview(ANNA, json.dumps({"text": "One.", **names}).encode())
    assert len(seen.lost) == 20
    assert seen.lost["others"] == 2_000
    assert all(name.isprintable() and len(name) <= 60 for name in seen.lost)


async def test_many_rows_come_in_at_once(memory: SqliteMemory, exchange: Exchange) -> None:
    raw = lines(*({"text": f"Number {at}.", "created": 1e9 + at} for at in range(3_000)))
    assert (await exchange.take(ANNA, raw)).new == 3_000
    assert (await memory.health()).to_embed == 3_000
