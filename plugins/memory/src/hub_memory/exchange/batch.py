"""Write what a file holds as one batch, each entry once, with what it was made from and what replaced it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hub_memory.exchange.rows import MARK
from hub_memory.store.check import checked
from hub_memory.store.rows import AMONG, IDS, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub import Connection
    from hub_memory.exchange.reading import Found, Reading
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a file is new: ``fresh``, checked, from the rows ``found``.

    ``known``: ids here, in hexadecimal, of rows that are there already, by their ids in the file.
    """

    found: tuple[Found, ...]
    fresh: tuple[Checked, ...]
    known: Mapping[str, str]
    duplicates: int


@dataclass(frozen=True, slots=True)
class Batch:
    """An import that was done: its id, when (Unix seconds), and how many of its entries are still there."""

    id: str
    at: float
    entries: int


def planned(db: Connection, namespace: str, reading: Reading, now: float) -> Plan:
    """Return what of ``reading`` is not there yet; what stands in it twice is new once.

    Of our own export, where the same words were said several times, each time counts; elsewhere the words do.
    """
    rows = [(found, checked(found.entry, now)) for found in reading.found]
    there = _there(db, namespace, [one for _, one in rows], exact=reading.exact)
    found: list[Found] = []
    fresh: list[Checked] = []
    known: dict[str, str] = {}
    firsts: dict[Key, str] = {}
    for row, one in rows:
        key = _key(one, exact=reading.exact)
        alike = (*key, one.quarantined) if reading.exact else key
        if key in there:
            known[row.id] = there[key]
        elif alike in firsts:
            known[row.id] = firsts[alike]
        else:
            firsts[alike] = f"={len(fresh)}"  # its place: it has no id yet
            found.append(row)
            fresh.append(one)
    known.pop("", None)
    return Plan(tuple(found), tuple(fresh), known, len(rows) - len(fresh))


def written(db: Connection, plan: Plan, batch: str, now: float, vectors: Vectors | None) -> int:
    """Write a plan under the tag of ``batch``; return how many entries. One transaction is the caller's."""
    mark = f"{MARK}{batch}"
    marked = [replace(one, entry=replace(one.entry, tags=(*one.entry.tags, mark))) for one in plan.fresh]
    if not marked:
        return 0
    ids = put(db, marked, now, vectors)
    here = {row.id: name for row, name in zip(plan.found, ids, strict=True) if row.id}
    for old, name in plan.known.items():
        here[old] = ids[int(name[1:])] if name.startswith("=") else bytes.fromhex(name)
    _refer(db, plan.found, ids, here)
    return len(ids)


def batches(db: Connection, namespace: str) -> list[Batch]:
    """Return the imports of which anything is still there, the latest first."""
    sql = """SELECT tag, count(*) FROM memory JOIN tag USING (rid)
             WHERE namespace = ? AND tag LIKE ? GROUP BY tag ORDER BY tag DESC"""
    rows = db.execute(sql, (namespace, f"{MARK}%")).fetchall()
    return [_batch(tag.removeprefix(MARK), count) for tag, count in rows]


def entries_of(db: Connection, namespace: str, batch: str) -> list[str]:
    """Return the ids of what a batch brought."""
    sql = "SELECT lower(hex(id)) FROM memory JOIN tag USING (rid) WHERE namespace = ? AND tag = ?"
    return [name for (name,) in db.execute(sql, (namespace, f"{MARK}{batch}"))]


def _batch(name: str, count: int) -> Batch:
    try:
        return Batch(name, int(name.partition("-")[0], 16), count)
    except ValueError:
        return Batch(name, 0.0, count)


def _key(one: Checked, *, exact: bool) -> Key:
    """Return what makes two rows the same."""
    entry = one.entry
    if not exact:
        return (one.digest,)
    return one.digest, entry.session, int(entry.sequence), one.created, entry.kind


def _there(
    db: Connection, namespace: str, rows: Sequence[Checked], *, exact: bool
) -> dict[Key, str]:  # fmt: skip
    hashes = json.dumps([one.digest.hex() for one in rows])
    sql = f"""SELECT text_hash, session, sequence, created, kind, lower(hex(id)) FROM memory
              WHERE text_hash {IDS} AND namespace {AMONG} ORDER BY rid"""  # noqa: S608  our own conditions
    found = db.execute(sql, (hashes, json.dumps([namespace])))
    return {(digest, *rest) if exact else (digest,): name for digest, *rest, name in found}


def _refer(db: Connection, found: Sequence[Found], ids: Sequence[bytes], here: Mapping[str, bytes]) -> None:
    """Let entries name what they were made from and what replaced them; what is not here cannot be named."""
    sources = [
        (here[source], name)
        for row, name in zip(found, ids, strict=True)
        for source in row.sources
        if source in here and here[source] != name
    ]
    db.executemany(
        "INSERT OR IGNORE INTO source (rid, source_id) SELECT rid, ? FROM memory WHERE id = ?", sources
    )
    newer = [
        (here[row.superseded_by], name)
        for row, name in zip(found, ids, strict=True)
        if row.superseded_by in here and here[row.superseded_by] != name
    ]
    db.executemany("UPDATE memory SET superseded_by = ? WHERE id = ?", newer)
