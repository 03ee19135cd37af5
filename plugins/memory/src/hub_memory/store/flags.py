"""Set what is not the content of an entry: flags, and what has taken its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import HubError
from hub_memory.store.check import identity, number
from hub_memory.store.clock import tick
from hub_memory.store.rows import entries, insert
from hub_memory.store.where import readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub import Connection, MemoryEntry
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

LIMITS = {"pinned": 1, "importance": 1, "quarantined": 1, "trust": 3}


def change(
    db: Connection, namespaces: Sequence[str], name: str, flags: Mapping[str, float | None], now: float
) -> MemoryEntry:
    """Set those ``flags`` that are given and return the entry; raise `HubError` if it may not be read."""
    given = possible(flags)
    rid, entry = _one(db, namespaces, name)
    fitting(entry, given)
    if not given:
        return entry
    assign(db, rid, given, now)
    return _one(db, namespaces, name)[1]


def supersede(
    db: Connection, namespaces: Sequence[str], old: str, new: Checked, now: float, *, vectors: Vectors | None
) -> str:
    """Let ``new`` stand for ``old`` from where it begins to hold, and return its id."""
    rid, entry = _one(db, namespaces, old)
    allowed(entry, new)
    (name,) = insert(db, [new], now, vectors)
    if name != entry.id:
        until = min(entry.valid_until or new.valid_from, new.valid_from)
        assign(db, rid, {"superseded_by": bytes.fromhex(name), "valid_until": until}, now)
    return name


def possible(flags: Mapping[str, float | None]) -> dict[str, float]:
    """Return those that are given; raise `HubError` for a value that none can have."""
    given = {flag: value for flag, value in flags.items() if value is not None}
    for flag, value in given.items():
        number(value, flag, 0, LIMITS[flag])
    return given


def fitting(entry: MemoryEntry, given: Mapping[str, float]) -> None:
    """Raise `HubError` for flags that this entry cannot have."""
    if entry.kind == "procedure" and given.get("trust", 2) < 2:  # noqa: PLR2004  CONFIRMED
        raise HubError("A procedure cannot be trusted less than what a person confirmed.", fix="Forget it.")


def allowed(entry: MemoryEntry, new: Checked) -> None:
    """Raise `HubError` unless ``new`` may stand for ``entry``."""
    if entry.superseded_by:
        raise HubError("That entry was replaced before.", fix=f"Replace {entry.superseded_by} instead.")
    if new.entry.namespace != entry.namespace:
        raise HubError("An entry cannot be replaced by another person's.", fix="Keep its namespace.")
    if not entry.quarantined and (new.quarantined or (entry.trust and not new.trust)):
        raise HubError(
            "What nobody has confirmed cannot replace what somebody said.",
            fix="Confirm it first, or keep both.",
        )


def _one(db: Connection, namespaces: Sequence[str], name: str) -> tuple[int, MemoryEntry]:
    where = readable(namespaces)
    where.add("id = ?", identity(name))
    found = entries(db, where.sql, where.args)
    if not found:
        raise HubError(f"There is no entry {name} that you may change.", fix="Look for it anew.")
    return next(iter(found.items()))


def assign(db: Connection, rid: int, values: Mapping[str, Any], now: float) -> None:
    """Set columns of one row that are not its content, under a new stamp; one transaction is the caller's."""
    stamp = tick(db, 1, now)
    row = {**values, "revision": stamp.first, "flags_clock": stamp.clock, "flags_node": stamp.node}
    names = ", ".join(f"{name} = ?" for name in row)
    db.execute(f"UPDATE memory SET {names} WHERE rid = ?", (*row.values(), rid))  # noqa: S608  our own names
