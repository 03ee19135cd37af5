"""Keep the parts of a document as entries: in one transaction, what changed in place of what it was."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from hub import NewMemory
from hub_memory.store.check import checked
from hub_memory.store.flags import assign
from hub_memory.store.rows import LIVE, TALK, put

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hub import Connection
    from hub_memory.documents.cut import Part
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

ORIGIN = "document"
NAME, HEADING = "document:", "heading:"
"""How the tags begin that name the document of a part, and the headings above it."""

_SESSION = "document:"


@dataclass(frozen=True, slots=True)
class Document:
    """What is kept of one file. ``characters``: of all parts together; times in Unix seconds."""

    id: str
    name: str
    parts: int
    characters: int
    added: float
    changed: float


@dataclass(frozen=True, slots=True)
class Change:
    """How many parts came new, replaced older ones, are there no more, and stayed as they were."""

    added: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new version makes of what is kept. ``ends``: rows, and where in ``fresh`` is what follows."""

    fresh: tuple[Checked, ...]
    ends: tuple[tuple[int, int | None], ...]
    unchanged: int

    @property
    def change(self) -> Change:
        """The same in figures."""
        replaced = {place for _, place in self.ends if place is not None}
        gone = sum(place is None for _, place in self.ends)
        return Change(len(self.fresh) - len(replaced), len(replaced), gone, self.unchanged)


def session(identity: str) -> str:
    """Return the session of a document's parts: what stands beside a part is found with it."""
    return f"{_SESSION}{identity}"


def identity(name: str) -> str:
    """Return the id of the document of that name, the same in every namespace."""
    return sha256(name.encode()).hexdigest()[:16]


def planned(db: Connection, namespace: str, name: str, parts: Sequence[Part], now: float) -> Plan:
    """Return what keeping ``parts`` as the document ``name`` would change."""
    sql = f"""SELECT rid, text, sequence FROM memory WHERE {TALK} AND namespace = ? AND {LIVE}
              ORDER BY sequence, rid"""  # noqa: S608  our own condition
    old = db.execute(sql, (session(identity(name)), namespace, now, now)).fetchall()
    wanted = {part.text: part for part in parts}
    spare = _spare(old, wanted.keys())
    places = {text: sequence for _, text, sequence in old}
    fresh: list[Checked] = []
    ends: list[tuple[int, int | None]] = []
    anchor, place = "", -1
    for text, part in wanted.items():
        if text in places:
            anchor, place = text, places[text]
            continue
        place += 1
        if replaced := spare.get(anchor):
            rid, place = replaced.pop(0)
            ends.append((rid, len(fresh)))
        fresh.append(checked(_entry(part, namespace, name, place), now))
    ends += [(rid, None) for rows in spare.values() for rid, _ in rows]
    return Plan(tuple(fresh), tuple(ends), len(places.keys() & wanted.keys()))


def _spare(old: Sequence[tuple[int, str, int]], wanted: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Return rows and places of what is gone, by the text before it that stays; "" at the beginning."""
    spare: dict[str, list[tuple[int, int]]] = {}
    anchor = ""
    for rid, text, sequence in old:
        if text in wanted:
            anchor = text
        else:
            spare.setdefault(anchor, []).append((rid, sequence))
    return spare


def carried_out(db: Connection, plan: Plan, now: float, vectors: Vectors | None) -> None:
    """Write what was planned; one transaction is the caller's."""
    ids = put(db, plan.fresh, now, vectors) if plan.fresh else []
    for rid, place in plan.ends:
        newer = {} if place is None else {"superseded_by": ids[place]}
        assign(db, rid, {**newer, "valid_until": now}, now)


def documents(db: Connection, namespace: str, now: float) -> list[Document]:
    """Return the documents of a namespace by name."""
    sql = f"""SELECT session, tag, count(*), sum(length(text)), min(created), max(created)
              FROM memory JOIN tag USING (rid)
              WHERE namespace = ? AND origin = ? AND session LIKE ? AND tag LIKE ? AND {LIVE}
              GROUP BY session, tag ORDER BY lower(tag), session"""  # noqa: S608  our own condition
    args = (namespace, ORIGIN, f"{_SESSION}%", f"{NAME}%", now, now)
    return [
        Document(place.removeprefix(_SESSION), tag.removeprefix(NAME), *figures)
        for place, tag, *figures in db.execute(sql, args)
    ]


def _entry(part: Part, namespace: str, name: str, place: int) -> NewMemory:
    heading = (f"{HEADING}{part.heading}",) if part.heading else ()
    return NewMemory(
        part.text, namespace, kind="fact", origin=ORIGIN, session=session(identity(name)), sequence=place,
        tags=(f"{NAME}{name}", *heading),
    )  # fmt: skip
