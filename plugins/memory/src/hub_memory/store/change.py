"""What of an entry travels between devices: its content, its flags, and that it is gone.

Each is one group of fields that the latest clock wins as a whole. ``content`` is what was said and never
changes on one device; ``flags`` are the rest; ``gone`` beats both for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hub import HubError, MemoryChange
from hub_memory.store.check import LAST_TIME, MOST, digest_of, identity, named, number
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
_NAMES = {"content": {*CONTENT, "tags", "sources"}, "flags": {*FLAGS}}
_NUMBERS = {
    "content": (("created", 0, LAST_TIME), ("valid_from", 0, LAST_TIME), ("sequence", -(2**53), 2**53)),
    "flags": (
        ("trust", 0, 3), ("pinned", 0, 1), ("quarantined", 0, 1), ("importance", 0, 1),
        ("valid_until", 0, LAST_TIME), ("expires", 0, LAST_TIME),
    ),
}  # fmt: skip
"""The fields of each group; its numbers, with the least and the greatest."""

CLOCK = 16
"""Characters of a clock."""

_UPDATE = "Update the hub on both devices."


class Part(NamedTuple):  # made by the thousand
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
    """Return a change of another device, its fields not yet looked at; raise `HubError` if it is none."""
    name = identity(change.id)
    try:
        clock = int(change.clock, 16) if len(change.clock) == CLOCK else -1
    except ValueError:
        clock = -1
    if not 0 <= clock < 1 << 63 or change.group not in GROUPS or not change.node:
        raise HubError(f"What another device says of {change.id} cannot be read.", fix=_UPDATE)
    return Part(name, change.group, clock, change.node, change.fields)


def verify(part: Part) -> None:
    """Raise `HubError` unless these fields are all there, and could have been remembered here."""
    if part.group == "gone":
        return
    fields = part.fields
    if fields.keys() != _NAMES[part.group]:
        name = part.id.hex()
        raise HubError(f"What another device says of {name} lacks fields, or has others.", fix=_UPDATE)
    for name, lowest, highest in _NUMBERS[part.group]:
        number(fields[name], name, lowest, highest)
    if part.group == "flags":
        if fields["superseded_by"]:
            identity(fields["superseded_by"])
        return
    for name in ("tags", "sources"):
        if not isinstance(fields[name], list | tuple) or len(fields[name]) > MOST:
            raise HubError(f"The {name} of {part.id.hex()} are no list of at most {MOST}.", fix=_UPDATE)
    digest_of(fields["text"])
    names = fields["session"], fields["language"], *fields["tags"]
    named(fields["kind"], fields["namespace"], fields["origin"], names)
    for source in fields["sources"]:
        identity(source)


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
