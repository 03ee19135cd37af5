"""Devices merge what they remember in any order, any number of times, with the same result."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from hub import HubError, MemoryChange, MemoryQuery, MemorySelection, NewMemory
from hub_memory.store import merge, words
from hub_memory.store.clock import AHEAD_S, at, spelled, tick
from hub_memory.store.schema import MIGRATIONS

NOW = 1_700_000_000.0
IDS = [f"{number:032x}" for number in range(1, 4)]
COLUMNS = (
    "id, namespace, kind, text, session, created, trust, pinned, quarantined, importance, valid_until,"
    " superseded_by, content_clock, content_node, flags_clock, flags_node, text_hash"
)


def device():
    """A memory's tables without its file, threads and key, so that hypothesis can make hundreds."""
    db = dbapi2.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")
    for script in MIGRATIONS:
        db.executescript(script)
    assert words.prepare(db) == ""
    return db


def state(db):
    rows = db.execute(
        f"SELECT {COLUMNS}, (SELECT group_concat(tag) FROM tag WHERE tag.rid = memory.rid) FROM memory ORDER BY id"
    ).fetchall()
    gone = db.execute("SELECT id, clock, node FROM gone WHERE id IS NOT NULL ORDER BY id").fetchall()
    waiting = db.execute("SELECT * FROM waiting ORDER BY 1, 2, 3, 4").fetchall()
    found = db.execute(
        "SELECT rowid FROM memory_words WHERE memory_words MATCH 'heron' ORDER BY 1"
    ).fetchall()
    rids = db.execute("SELECT rid FROM memory ORDER BY 1").fetchall()
    assert found == rids, "the full text has what the table has"
    return rows, gone, waiting


def content(name, clock, node, text="A heron.", **fields):
    given = {"text": text, "namespace": "ann", "kind": "fact", "origin": "user_text", "session": "", "sequence": 0, "created": NOW, "valid_from": NOW, "language": "", "tags": [], "sources": []}  # fmt: skip
    return MemoryChange(name, spelled(clock), node, "content", given | fields)


def flags(name, clock, node, **fields):
    given = {
        "trust": 1,
        "pinned": 0,
        "quarantined": 0,
        "importance": 0.5,
        "valid_until": 0.0,
        "expires": 0.0,
        "superseded_by": "",
    }
    return MemoryChange(name, spelled(clock), node, "flags", given | fields)


def gone(name, clock, node):
    return MemoryChange(name, spelled(clock), node, "gone", {})


CLOCKS = st.integers(1, 6).map(lambda seconds: at(NOW - 100 + seconds)) | st.just(at(NOW + AHEAD_S + 60))
NODES = st.sampled_from(["a", "b", "c"])


@st.composite
def change(draw):
    """A change as a device might have made it: one clock and node stand for one value only."""
    name, clock, node = draw(st.sampled_from(IDS)), draw(CLOCKS), draw(NODES)
    kind = draw(st.sampled_from(["content", "content", "flags", "flags", "gone"]))
    if kind == "content":
        return content(name, clock, node, f"A heron of {clock} {node}.", tags=[f"tag {clock % 7}"])
    if kind == "flags":
        return flags(name, clock, node, importance=clock % 7 / 7, pinned=clock % 2)
    return gone(name, clock, node)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(change(), max_size=14), st.randoms(use_true_random=False), st.integers(0, 14))
def test_any_order_any_number_of_times_comes_to_the_same(changes, luck, cut):
    one, other = device(), device()
    merge.apply(one, changes, NOW)
    shuffled = changes + luck.sample(changes, len(changes) // 2)
    luck.shuffle(shuffled)
    for part in (shuffled[:cut], shuffled[cut:], shuffled):
        merge.apply(other, part, NOW)
    assert state(one) == state(other)
    later = NOW + 2 * AHEAD_S  # what waited for its time is taken, on both
    merge.apply(one, [], later)
    merge.apply(other, [], later)
    assert state(one) == state(other)
    merged = merge.apply(one, changes, later)
    assert merged.applied == 0
    assert state(one) == state(other)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(change(), max_size=8), min_size=3, max_size=3), st.randoms(use_true_random=False))
def test_devices_that_gossip_end_up_alike(own, luck):
    devices = [device() for _ in own]
    for db, changes, node in zip(devices, own, "abc", strict=True):  # a device's own entries are whole
        began = [make(name, at(NOW - 200), node) for name in IDS for make in (content, flags)]
        merge.apply(db, began + changes, NOW)
    cursors = {}
    for _ in range(3):
        pairs = [(a, b) for a in range(3) for b in range(3) if a != b]
        luck.shuffle(pairs)
        for a, b in pairs:
            at_ = None
            while at_ != (at_ := cursors.get((a, b), "")):
                told, cursors[a, b] = merge.changes(devices[a], at_, 4)
                merge.apply(devices[b], told, NOW)
                if cursors[a, b] == at_:
                    break
    rows = [state(db)[:2] for db in devices]
    assert rows[0] == rows[1] == rows[2]


def test_an_entry_waits_until_all_of_it_has_come():
    db = device()
    merge.apply(db, [content(IDS[0], at(NOW), "a")], NOW)
    assert not state(db)[0]
    assert merge.apply(db, [flags(IDS[0], at(NOW), "a")], NOW).applied == 2
    assert [row[3] for row in state(db)[0]] == ["A heron."]
    assert not state(db)[2]


def test_a_clock_far_ahead_waits_for_its_time():
    db = device()
    changes = [content(IDS[0], at(NOW + AHEAD_S + 1), "a"), flags(IDS[0], at(NOW + AHEAD_S + 1), "a")]
    assert merge.apply(db, changes, NOW).quarantined == 2
    assert not state(db)[0]
    assert merge.apply(db, [], NOW + 2).applied == 2
    assert len(state(db)[0]) == 1
    assert tick(db, 1, NOW).clock > at(NOW + AHEAD_S)  # what is written here later is later there too


def test_what_both_had_changed_is_listed_and_the_later_holds():
    db = device()
    merge.apply(db, [content(IDS[0], at(NOW), "a"), flags(IDS[0], at(NOW), "a")], NOW)
    first = merge.apply(db, [flags(IDS[0], at(NOW + 1), "a", importance=0.1)], NOW)
    assert first.conflicts == ()
    later = merge.apply(db, [flags(IDS[0], at(NOW + 2), "b", importance=0.9)], NOW)
    older = merge.apply(db, [flags(IDS[0], at(NOW + 1) + 1, "c", importance=0.4)], NOW)
    assert later.conflicts == older.conflicts == (IDS[0],)
    assert (later.applied, older.applied, older.older) == (1, 0, 1)
    assert state(db)[0][0][9] == 0.9


def test_what_is_gone_stays_gone_whatever_comes_later():
    db = device()
    merge.apply(db, [gone(IDS[0], at(NOW), "a")], NOW)
    merge.apply(db, [content(IDS[0], at(NOW + 9), "b"), flags(IDS[0], at(NOW + 9), "b")], NOW)
    assert state(db)[0] == state(db)[2] == []


def test_another_content_is_another_row_for_who_keeps_rows_in_ram():
    db = device()
    merge.apply(db, [content(IDS[0], at(NOW), "a"), flags(IDS[0], at(NOW), "a")], NOW)
    ((old,),) = db.execute("SELECT rid FROM memory")
    db.execute("INSERT INTO vector VALUES (?, 'm', x'00')", (old,))
    merge.apply(db, [content(IDS[0], at(NOW + 1), "b", "Two herons.")], NOW)
    assert db.execute("SELECT rid FROM memory").fetchone()[0] > old
    assert db.execute("SELECT rid, id FROM gone").fetchall() == [(old, None)]
    assert db.execute("SELECT count(*) FROM vector").fetchone() == (0,)


@pytest.mark.parametrize(
    "bad",
    [
        replace(gone(IDS[0], at(NOW), "a"), id="x"), replace(gone(IDS[0], at(NOW), "a"), clock="12"),
        replace(gone(IDS[0], at(NOW), "a"), clock="f" * 16), replace(gone(IDS[0], at(NOW), "a"), node=""),
        replace(gone(IDS[0], at(NOW), "a"), group="all"), content(IDS[0], at(NOW), "a", ""),
        content(IDS[0], at(NOW), "a", "\ud800"), content(IDS[0], at(NOW), "a", kind="dream"),
        content(IDS[0], at(NOW), "a", sources=["x"]), content(IDS[0], at(NOW), "a", more=1),
        flags(IDS[0], at(NOW), "a", trust=9), flags(IDS[0], at(NOW), "a", superseded_by="x"),
        replace(flags(IDS[0], at(NOW), "a"), fields={}), content(IDS[0], at(NOW), "a", created="soon"),
        content(IDS[0], at(NOW), "a", tags=[1]), content(IDS[0], at(NOW), "a", tags=None),
        flags(IDS[0], at(NOW), "a", pinned="yes"), content(IDS[0], at(NOW), "a", session=None),
    ],
)  # fmt: skip
async def test_what_is_no_change_is_refused_and_nothing_is_taken(memory, bad):
    good = [content(IDS[1], at(NOW), "a"), flags(IDS[1], at(NOW), "a")]
    with pytest.raises(HubError) as error:
        await memory.apply([*good, bad])
    assert error.value.fix
    assert (await memory.health()).entries == 0


async def test_forgetting_reaches_what_waits(memory):
    ahead = at(time.time() + 2 * AHEAD_S)
    await memory.apply([content(IDS[0], ahead, "a"), flags(IDS[0], ahead, "a")])
    await memory.forget(MemorySelection(namespace="ann"))
    assert await memory._database.rows("SELECT count(*) FROM waiting WHERE part = 'content'") == [(0,)]


async def test_ten_thousand_entries_are_merged_and_found(memories):
    one, other = await memories(), await memories()
    random.seed(1)
    await one.remember(
        [NewMemory(f"Entry {at_} of the heron.", "ann", tags=("many",)) for at_ in range(10_000)]
    )
    cursor, told = "", []
    while True:
        page, after = await one.changes(cursor)
        if after == cursor:
            break
        cursor, told = after, [*told, *page]
    assert len(told) == 20_000
    random.shuffle(told)
    began = time.process_time()
    merged = await other.apply(told)
    took = time.process_time() - began
    again = await other.apply(told)
    print(json.dumps({"merge_cpu_s": round(took, 3)}))
    assert (merged.applied, again.applied) == (20_000, 0)
    assert (await other.health()).entries == 10_000
    assert len((await other.recall(MemoryQuery("heron", ("ann",)))).hits) == 10
