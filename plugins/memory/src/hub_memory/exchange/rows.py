"""Make an entry of a row of somebody's memory: its words and times are kept, its rights are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from hub import HubError, NewMemory
from hub_memory.exchange.reading import Found, Skipped
from hub_memory.store.check import KINDS, LAST_TIME, MOST, NAME, checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub_memory.exchange.reading import Reading

TEXTS = ("text", "memory", "content", "document", "page_content", "fact")
TIMES = ("created", "created_at", "timestamp", "time", "date", "updated_at")
MARK = "import:"
"""How the tag of a batch begins."""

SAID, CONFIRMED = 1, 2
_MILLISECONDS = 1e11
"""A time beyond that many seconds (the year 5138) is one in milliseconds."""

_OWN = ("session", "origin", "language")
_THERE = {"id", "hash", "namespace"}
"""What means nothing here: names that another memory gave, and whose it was there."""

_FIELDS = {"kind", "importance", "pinned"}
_KEPT = {*TEXTS, *TIMES, *_THERE, *_FIELDS, "metadata", "tags"}
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_PLAIN = (str, int, float)


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a file, and the line or place where it stands."""

    line: int
    given: Mapping[str, Any]


def take(reading: Reading, row: Row, namespace: str) -> None:
    """Add a row to ``reading``, and what of it stays behind; one that cannot be kept is named there."""
    try:
        found = entry(row, namespace, exact=reading.exact)
    except HubError as error:
        reading.skipped.append(Skipped(row.line, str(error)))
        return
    reading.found.append(found)
    for name in _own_lost(row.given, found.entry) if reading.exact else _lost(row.given, found.entry):
        reading.lose(name)


def entry(row: Row, namespace: str, *, exact: bool = False) -> Found:
    """Return ``row`` as an entry of ``namespace``. Raises `HubError` for one that cannot be kept.

    ``exact``: it is of our own export. Whatever it says, nothing is trusted more than what was said in a
    talk; a procedure, which only a person may confirm, waits until one has looked at it.
    """
    given = row.given
    text = next((given[name] for name in TEXTS if isinstance(given.get(name), str)), "")
    if not text.strip():
        raise HubError("It has no text.", fix="Give it one.")
    new = _own(given, text, namespace) if exact else _foreign(given, text, namespace)
    checked(new, 1.0)
    if not exact:
        return Found(row.line, new)
    return Found(row.line, new, _name(given, "id"), _names(given, "sources"), _name(given, "superseded_by"))


def _own(given: Mapping[str, Any], text: str, namespace: str) -> NewMemory:
    kind: Any = _name(given, "kind") or "fact"
    tags = tuple(tag for tag in _names(given, "tags") if not tag.startswith(MARK))
    procedure = kind == "procedure"
    return NewMemory(
        text, namespace, kind=kind, origin=_name(given, "origin") or "import",
        trust=CONFIRMED if procedure else min(SAID, int(_figure(given, "trust", SAID))),
        session=_name(given, "session"), sequence=int(_figure(given, "sequence", 0)),
        created=_figure(given, "created"), valid_from=_figure(given, "valid_from"),
        valid_until=_figure(given, "valid_until"), expires=_figure(given, "expires"),
        importance=_figure(given, "importance", 0.5), pinned=given.get("pinned") is True,
        quarantined=procedure or given.get("quarantined") is True, language=_name(given, "language"),
        tags=tags[:MOST - 1],
    )  # fmt: skip


def _foreign(given: Mapping[str, Any], text: str, namespace: str) -> NewMemory:
    about = _about(given)
    kind: Any = _name(given, "kind")
    importance = given.get("importance")
    usable = isinstance(importance, int | float) and 0 <= importance <= 1
    return NewMemory(
        text, namespace, kind=kind if kind in KINDS - {"procedure"} else "fact", origin="import",
        trust=SAID, created=_when(given) or _when(about), pinned=given.get("pinned") is True,
        importance=float(cast("float", importance)) if usable else 0.5,
        tags=tuple(dict.fromkeys([*_names(given, "tags"), *_said(given), *_said(about)]))[: MOST - 1],
    )  # fmt: skip


def _about(given: Mapping[str, Any]) -> Mapping[str, Any]:
    about = given.get("metadata")
    return about if isinstance(about, dict) else {}


def _said(about: Mapping[str, Any]) -> list[str]:
    """Return what else a row says of itself as tags, as far as those can hold it; a list as one for each."""
    tags = [
        f"{name}={one}" for name, value in about.items() if name not in _KEPT
        for one in (value if isinstance(value, list) else [value]) if isinstance(one, _PLAIN) and one != ""
    ]  # fmt: skip
    return [tag for tag in tags if len(tag) <= NAME and not tag.startswith(MARK)]


def _lost(given: Mapping[str, Any], new: NewMemory) -> Iterable[str]:
    """Yield the names of what a row says and its entry ``new`` does not."""
    for part in (given, _about(given)):
        for name, value in part.items():
            if value in _NOTHING or name in _THERE or _held(new, name, value, top=part is given):
                continue
            yield name


def _held(new: NewMemory, name: str, value: Any, *, top: bool) -> bool:
    """Say whether an entry holds what a row says under a name; ``top``: not in its metadata."""
    if name in TEXTS:
        return bool(value == new.text)
    if name in TIMES:
        return value == 0 or 0 < seconds(value) == new.created
    if name == "metadata":
        return top and isinstance(value, dict)
    if name in _FIELDS:
        return top and bool(value == getattr(new, name))
    values = value if isinstance(value, list) else [value]
    if name == "tags":
        return top and all(one in new.tags for one in values)
    return all(isinstance(one, _PLAIN) and f"{name}={one}" in new.tags for one in values)


def _own_lost(given: Mapping[str, Any], new: NewMemory) -> Iterable[str]:
    """Yield "tags" where an entry of our own export had more, or longer ones, than can be; marks but for."""
    tags = given.get("tags")
    if isinstance(tags, list) and any(one not in new.tags and not str(one).startswith(MARK) for one in tags):
        yield "tags"


def _when(given: Mapping[str, Any]) -> float:
    """Return the time of a row in Unix seconds, 0 for none that can be read."""
    return next((time for name in TIMES if (time := seconds(given.get(name)))), 0.0)


def seconds(value: Any) -> float:
    """Return a time that somebody wrote in Unix seconds, 0 for none that can be read."""
    if isinstance(value, bool):
        return 0.0
    time = 0.0
    if isinstance(value, int | float):
        time = value / 1000 if _MILLISECONDS < value < LAST_TIME * 1000 else value
    elif isinstance(value, str):
        time = _read(value)
    return float(time) if 0 < time < LAST_TIME else 0.0  # a larger int may be none that a float can hold


def _read(time: str) -> float:
    try:
        then = datetime.fromisoformat(time.strip())
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _figure(given: Mapping[str, Any], name: str, usual: float = 0.0) -> float:
    value = given.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  NaN
        raise HubError(f"Its {name} is no number.", fix="Give one.")
    return value if abs(value) < 2**53 else float("inf")


def _name(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else ""


def _names(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = given.get(name)
    if not isinstance(values, list | tuple):
        return ()
    return tuple(value for value in values if isinstance(value, str) and len(value) <= NAME)
