"""Exchange changes with other devices: in any order, any number of times, with the same result.

Of each group of an entry's fields the latest clock holds, and of equal ones the greater node. An entry is
there once both its content and its flags have come; until then they wait, as does what a clock says that
runs more than `AHEAD_S` ahead. Vectors do not travel.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub import HubError, Merged
from hub_memory.store import words
from hub_memory.store.change import CONTENT, FLAGS, Part, read, since, verify
from hub_memory.store.check import digest_of
from hub_memory.store.clock import AHEAD_S, at, tick
from hub_memory.store.forget import erase
from hub_memory.store.plan import Row, gathered, planned
from hub_memory.store.rows import IDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub import Connection, MemoryChange
    from hub_memory.store.plan import Groups, Plan

_STAMPS = ("content_clock", "content_node", "flags_clock", "flags_node")
_WRITE = (*CONTENT, *FLAGS, *_STAMPS, "text_hash", "rid", "revision", "id")
_INSERT = f"INSERT INTO memory ({', '.join(_WRITE)}) VALUES ({', '.join('?' * len(_WRITE))})"  # noqa: S608  our own names
_UPDATE = (
    f"UPDATE memory SET {', '.join(f'{name} = ?' for name in FLAGS)},"  # noqa: S608  our own names
    " flags_clock = ?, flags_node = ?, revision = ? WHERE id = ?"
)


def changes(db: Connection, cursor: str, limit: int) -> tuple[list[MemoryChange], str]:
    """Return at most ``limit`` changes after ``cursor`` (two at least), and the cursor that follows them."""
    if cursor and not (cursor.isascii() and cursor.isdigit()):
        raise HubError(f"{cursor[:40]!r} is no place in my changes.", fix="Begin anew, with an empty one.")
    found = since(db, int(cursor or 0), max(1, limit // 2))
    return [change for _, several in found for change in several], str(found[-1][0]) if found else cursor


def apply(db: Connection, changes: Sequence[MemoryChange], now: float) -> Merged:
    """Take another device's changes, and those that waited and need no longer."""
    parts = _news(db, [read(change) for change in changes])
    for part in parts:
        verify(part)
    limit = at(now + AHEAD_S)
    ahead = [part for part in parts if part.clock > limit]
    timely = [part for part in parts if part.clock <= limit]
    timely += _waited(db, limit)
    plan = _planned(db, timely)
    _write(db, plan, now, max((part.clock for part in timely), default=0))
    _hold(db, plan.wait + ahead)
    conflicts = tuple(name.hex() for name in plan.conflicts)
    return Merged(plan.applied, plan.older, len(ahead), conflicts)


def _planned(db: Connection, timely: Sequence[Part]) -> Plan:
    incoming, older = gathered(timely)
    there, gone = _there(db, incoming), _gone(db, incoming)
    return planned(incoming, older, there, gone)


def _news(db: Connection, parts: Sequence[Part]) -> list[Part]:
    """Return those ``parts`` that are not here exactly so: what was sent twice need not be read twice."""
    stamps = f"SELECT id, {', '.join(_STAMPS)} FROM memory WHERE id {IDS}"  # noqa: S608  our own names
    here = set()
    for name, clock, node, flags_clock, flags_node in db.execute(stamps, (_named(p.id for p in parts),)):
        here |= {(name, "content", clock, node), (name, "flags", flags_clock, flags_node)}
    return [part for part in parts if (part.id, part.group, part.clock, part.node) not in here]


def _there(db: Connection, incoming: Mapping[bytes, Groups]) -> dict[bytes, Row]:
    """Return what is here of ``incoming``."""
    whole = f"SELECT id, rid, {', '.join(_STAMPS)}, {', '.join(CONTENT)}, {', '.join(FLAGS)} FROM memory"  # noqa: S608
    rows = db.execute(f"{whole} WHERE id {IDS}", (_named(incoming),)).fetchall()
    return {row[0]: _row(db, row) for row in rows}


def _row(db: Connection, row: Sequence[Any]) -> Row:
    name, rid, clock, node, flags_clock, flags_node, *values = row
    content = dict(zip(CONTENT, values, strict=False))
    content["tags"] = [tag for (tag,) in db.execute("SELECT tag FROM tag WHERE rid = ?", (rid,))]
    told = db.execute("SELECT lower(hex(source_id)) FROM source WHERE rid = ?", (rid,))
    content["sources"] = [source for (source,) in told]
    flags = dict(zip(FLAGS, values[len(CONTENT) :], strict=True))
    flags["superseded_by"] = flags["superseded_by"].hex() if flags["superseded_by"] else ""
    groups = {
        "content": Part(name, "content", clock, node, content),
        "flags": Part(name, "flags", flags_clock, flags_node, flags),
    }
    return Row(rid, groups)


def _gone(db: Connection, incoming: Mapping[bytes, Groups]) -> dict[bytes, tuple[int, str]]:
    rows = db.execute(f"SELECT id, clock, node FROM gone WHERE id {IDS}", (_named(incoming),))  # noqa: S608  our own condition
    return {name: (clock, node) for name, clock, node in rows}


def _write(db: Connection, plan: Plan, now: float, seen: int) -> None:
    """Carry a plan out: what goes first, then what comes, then what is only flagged."""
    rows = len(plan.drop) + len(plan.bury) + len(plan.put) + len(plan.flag)
    if not rows:
        return
    revision = iter(range((stamp := tick(db, rows, now, seen=seen)).first, stamp.first + rows))
    graves = [(next(revision), rid, None, 0, "") for rid, _ in plan.drop]
    graves += [(next(revision), rid, part.id, *part.age) for rid, part in plan.bury]  # type: ignore[misc]
    db.executemany("INSERT OR REPLACE INTO gone VALUES (?, ?, ?, ?, ?)", graves)
    db.executemany("DELETE FROM memory WHERE rid = ?", [(rid,) for rid, _ in plan.drop])
    if plan.bury:
        erase(db, [part.id for _, part in plan.bury])
    _put(db, [(next(revision), groups) for groups in plan.put])
    db.executemany(_UPDATE, [(*_flags(part), *part.age, next(revision), part.id) for part in plan.flag])


def _put(db: Connection, chosen: Sequence[tuple[int, Groups]]) -> None:
    contents = [(rid, groups["content"].fields) for rid, groups in chosen]
    db.executemany(_INSERT, [_values(rid, groups) for rid, groups in chosen])
    if chosen:
        words.add(db, chosen[0][0], chosen[-1][0])
    tags = [(rid, tag) for rid, fields in contents for tag in fields["tags"]]
    sources = [(rid, bytes.fromhex(one)) for rid, fields in contents for one in fields["sources"]]
    db.executemany("INSERT OR IGNORE INTO tag VALUES (?, ?)", tags)
    db.executemany("INSERT OR IGNORE INTO source VALUES (?, ?)", sources)


def _values(rid: int, groups: Groups) -> tuple[Any, ...]:
    content, flags = groups["content"], groups["flags"]
    digest = digest_of(content.fields["text"])
    fields = [content.fields[name] for name in CONTENT]
    return (*fields, *_flags(flags), *content.age, *flags.age, digest, rid, rid, content.id)


def _flags(part: Part) -> list[Any]:
    *values, newer = (part.fields[name] for name in FLAGS)
    return [*values, bytes.fromhex(newer) if newer else None]


def _waited(db: Connection, limit: int) -> list[Part]:
    """Take what waited and may be taken now."""
    rows = db.execute("SELECT * FROM waiting WHERE clock <= ?", (limit,)).fetchall()
    db.execute("DELETE FROM waiting WHERE clock <= ?", (limit,))
    return [Part(name, group, clock, node, json.loads(fields)) for name, group, clock, node, fields in rows]


def _hold(db: Connection, parts: Iterable[Part]) -> None:
    rows = [(part.id, part.group, *part.age, json.dumps(dict(part.fields))) for part in parts]
    db.executemany("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?)", rows)


def _named(names: Iterable[bytes]) -> str:
    return json.dumps([name.hex() for name in names])
