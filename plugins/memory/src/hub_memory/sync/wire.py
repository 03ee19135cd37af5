"""Write changes as JSON lines for another device, and read its: strictly, and what is wrong line by line.

The first line says the version and who speaks; each line after it is one `MemoryChange`. What this cannot
read is named and left out; the rest is taken. A newer version is refused whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from hub import HubError, MemoryChange
from hub_memory.store.change import read, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1
LONGEST = 8 << 20
"""Bytes of one line: an entry of a million characters fits, however it is escaped."""

MOST = 50_000
"""Changes of one batch."""

NAMED = 20
"""Wrong lines that are named; more are only counted."""

_ID, _CLOCK, _NODE = (re.compile(pattern) for pattern in (r"[0-9a-f]{32}", r"[0-9a-f]{16}", r"[\w-]{1,64}"))
_KEYS = {"id", "clock", "node", "group", "fields"}
_HEAD = {"version", "node", "cursor", "known", "want"}
CALLED = 60
"""Characters of what a device is called."""

_WHOLE = ("pinned", "quarantined", "trust", "sequence")
UPDATE = "Update the hub on both devices."


@dataclass(frozen=True, slots=True)
class Batch:
    """What one device says to another.

    ``node``: who speaks. ``cursor``: how far this brings who reads it; in a question, how far they are
    with the device ``known``. ``want``: whether changes are asked for. ``wrong``: lines left out, and why.
    ``name``: what people call who speaks, "" when it does not say.
    """

    node: str
    changes: Sequence[MemoryChange] = ()
    cursor: str = ""
    known: str = ""
    want: bool = False
    wrong: Sequence[str] = field(default=(), compare=False)
    name: str = ""


def length(change: MemoryChange) -> int:
    """Return about how many characters a change is long."""
    return len(str(change.fields.get("text", ""))) + 300


def encode(batch: Batch) -> bytes:
    """Return a batch as lines."""
    head = {
        "version": VERSION, "node": batch.node, "cursor": batch.cursor, "known": batch.known,
        "want": batch.want, "name": batch.name,
    }  # fmt: skip
    lines = [orjson.dumps(head)]
    lines += [
        orjson.dumps({
            "id": one.id, "clock": one.clock, "node": one.node, "group": one.group, "fields": dict(one.fields)
        })
        for one in batch.changes
    ]  # fmt: skip
    return b"\n".join(lines) + b"\n"


def decode(text: bytes) -> Batch:
    """Return what the lines say. Raises `HubError` for what is no batch, or of another version."""
    first, _, rest = text.partition(b"\n")
    head = _head(first)
    changes: list[MemoryChange] = []
    wrong: list[str] = []
    for number, line in enumerate(rest.split(b"\n"), 2):
        if not line:
            continue
        if len(changes) + len(wrong) >= MOST:
            wrong.append(f"Line {number} and all after it are too many.")
            break
        try:
            changes.append(_change(line))
        except HubError as error:
            wrong.append(f"Line {number}: {error}" if len(wrong) < NAMED else "")
    name = called(head.get("name"))
    return Batch(head["node"], changes, head["cursor"], head["known"], head["want"], wrong, name)


def called(name: object) -> str:
    """Return what a device is called, fit to be shown; one that says nothing of use is called nothing."""
    if not isinstance(name, str):
        return ""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in name).split())[:CALLED].strip()


def _head(line: bytes) -> dict[str, Any]:
    try:
        head = orjson.loads(line[:4096])
    except orjson.JSONDecodeError:
        head = None
    if not isinstance(head, dict) or "version" not in head:
        raise HubError("That is nothing that a memory says.", fix=UPDATE)
    if head["version"] != VERSION:
        raise HubError(
            f"The other device speaks version {str(head['version'])[:20]}; I speak {VERSION}.", fix=UPDATE
        )
    texts = (head.get("cursor"), head.get("known"))
    named = isinstance(head.get("node"), str) and _NODE.fullmatch(head["node"])
    if set(head) - {"name"} != _HEAD or not named or not all(isinstance(one, str) for one in texts):
        raise HubError("The other device does not say who it is.", fix=UPDATE)
    return head


def _change(line: bytes) -> MemoryChange:
    """Return the change of a line; raise `HubError` unless the store can take it as it is."""
    if len(line) > LONGEST:
        raise HubError("It is too long.", fix=UPDATE)
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise HubError("It is no JSON.", fix=UPDATE) from None
    if not isinstance(told, dict) or set(told) != _KEYS or not isinstance(told["fields"], dict):
        raise HubError("It is no change.", fix=UPDATE)
    for name, shape in (("id", _ID), ("clock", _CLOCK), ("node", _NODE)):
        if not isinstance(told[name], str) or not shape.fullmatch(told[name]):
            raise HubError(f"Its {name} is none.", fix=UPDATE)
    fields = told["fields"]
    if not isinstance(told["group"], str) or (told["group"] == "gone" and fields):
        raise HubError("It is no change.", fix=UPDATE)
    if any(not isinstance(fields[name], int) for name in _WHOLE if name in fields):
        raise HubError("It has a fraction where none can be.", fix=UPDATE)
    change = MemoryChange(**told)
    verify(read(change))
    return change
