"""What of an entry travels between devices: its content, its flags, and that it is gone.

Each is one group of fields that the latest clock wins as a whole. ``content`` is what was said and never
changes on one device; ``flags`` are the rest; ``gone`` beats both for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub import HubError, MemoryChange, NewMemory
from hub_memory.store.check import LAST_TIME, checked, identity, number
from hub_memory.store.clock import spelled
from hub_memory.store.rows import AMONG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub import Connection

CONTENT = (
    "text", "namespace", "kind", "origin", "session", "sequence", "created", "valid_from", "language",
)  # fmt: skip
FLAGS = ("trust", "pinned", "quarantined", "importance", "valid_until", "expires", "superseded_by")
GROUPS = ("content", "flags", "gone")
_NUMBERS = {
    "pinned": 1, "quarantined": 1, "created": LAST_TIME, "valid_from": LAST_TIME, "valid_until": LAST_TIME,
    "expires": LAST_TIME,
}  # fmt: skip
CLOCK = 16
"""Characters of a clock."""


@dataclass(frozen=True, slots=True)
class Part:
    """One group of an entry, as a device has it."""

    id: bytes
    group: str
    clock: int
    node: str
    fields: Mapping[str, Any]

    @property
    def age(self) -> tuple[int, str]:
        """Return what decides which of two holds: the later clock, then the greater node."""
        return self.clock, self.node


def read(change: MemoryChange) -> Part:
    """Return a change of another device; raise `HubError` if it is none that can be kept."""
    name = identity(change.id)
    try:
        clock = int(change.clock, 16) if len(change.clock) == CLOCK else -1
    except ValueError:
        clock = -1
    if not 0 <= clock < 1 << 63 or change.group not in GROUPS or not change.node:
        raise HubError(
            f"What another device says of {change.id} cannot be read.", fix="Update the hub on both devices."
        )
    if change.group != "gone":
        _kept(change)
    return Part(name, change.group, clock, change.node, dict(change.fields))


def told(name: bytes, group: str, clock: int, node: str, fields: Mapping[str, Any]) -> MemoryChange:
    """Return a change as other devices read it."""
    return MemoryChange(name.hex(), spelled(clock), node, group, fields)  # type: ignore[arg-type]


def since(db: Connection, revision: int, limit: int) -> list[tuple[int, list[MemoryChange]]]:
    """Return what changed after a revision, each row's changes under its own, the oldest first."""
    where = f"WHERE revision > {revision} ORDER BY revision LIMIT {limit}"
    rows = db.execute(
        "SELECT revision, rid, id, content_clock, content_node, flags_clock, flags_node,"  # noqa: S608  numbers
        f" {', '.join(CONTENT)}, {', '.join(FLAGS)} FROM memory {where}"
    ).fetchall()
    rids = f"[{','.join(str(row[1]) for row in rows)}]"
    tags, sources = _listed(db, "tag", "tag", rids), _listed(db, "source", "lower(hex(source_id))", rids)
    found = [(row[0], _two(row, tags, sources)) for row in rows]
    gone = db.execute(f"SELECT revision, id, clock, node FROM gone {where}")  # noqa: S608  numbers
    found += [(row[0], [told(row[1], "gone", row[2], row[3], {})] if row[1] else []) for row in gone]
    return sorted(found, key=lambda one: one[0])[:limit]


def _two(
    row: Sequence[Any], tags: Mapping[int, list[str]], sources: Mapping[int, list[str]]
) -> list[MemoryChange]:
    """Return a row's content and flags: a flag may move a row past a cursor that has not met its content."""
    _, rid, name, clock, node, flags_clock, flags_node, *values = row
    flags = dict(zip(FLAGS, values[len(CONTENT) :], strict=True))
    newer = flags["superseded_by"]
    flags["superseded_by"] = newer.hex() if newer else ""
    content = dict(zip(CONTENT, values, strict=False))
    content |= {"tags": tags.get(rid, []), "sources": sources.get(rid, [])}
    return [
        told(name, "content", clock, node, content),
        told(name, "flags", flags_clock, flags_node, flags),
    ]


def _listed(db: Connection, table: str, value: str, rids: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for rid, one in db.execute(f"SELECT rid, {value} FROM {table} WHERE rid {AMONG}", (rids,)):  # noqa: S608  our own names
        found.setdefault(rid, []).append(one)
    return found


def _kept(change: MemoryChange) -> None:
    """Raise `HubError` unless these fields are all there, and could have been remembered here."""
    fields: dict[str, Any] = dict(change.fields)
    names = {*CONTENT, "tags", "sources"} if change.group == "content" else set(FLAGS)
    if set(fields) != names:
        raise HubError(
            f"What another device says of {change.id} lacks fields, or has others.",
            fix="Update the hub on both devices.",
        )
    for name, highest in _NUMBERS.items():
        if name in fields:
            number(fields[name], name, 0, highest)
    if newer := fields.pop("superseded_by", ""):
        identity(newer)
    like = {"trust": 2, "text": "x", "namespace": "x", **fields}
    for name in ("tags", "sources"):
        if not isinstance(like.setdefault(name, ()), list | tuple):
            raise HubError(f"The {name} of {change.id} are no list.", fix="Update the hub on both devices.")
        like[name] = tuple(like[name])
    checked(NewMemory(**like), 1.0)
