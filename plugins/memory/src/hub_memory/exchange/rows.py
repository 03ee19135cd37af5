"""Make an entry of a row of somebody's memory: its words and times are kept, its rights are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from hub import HubError, NewMemory
from hub_memory.exchange.reading import Found
from hub_memory.store.check import KINDS, LAST_TIME, MOST, NAME, checked

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = ("text", "memory", "content", "document", "page_content", "fact")
TIMES = ("created", "created_at", "timestamp", "time", "date", "updated_at")
MARK = "import:"
"""How the tag of a batch begins."""

SAID, CONFIRMED = 1, 2
_MILLISECONDS = 1e11
"""A time beyond that many seconds (the year 5138) is one in milliseconds."""

_OWN = ("session", "origin", "language")
_KEPT = {*TEXTS, *TIMES, "id", "hash", "metadata", "tags", "kind", "importance", "pinned", "namespace"}


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a file, and the line or place where it stands."""

    line: int
    given: Mapping[str, Any]


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
    about = given.get("metadata")
    about = about if isinstance(about, dict) else {}
    kind: Any = _name(given, "kind")
    importance = given.get("importance")
    usable = isinstance(importance, int | float) and 0 <= importance <= 1
    return NewMemory(
        text, namespace, kind=kind if kind in KINDS - {"procedure"} else "fact", origin="import",
        trust=SAID, created=_when(given) or _when(about), pinned=given.get("pinned") is True,
        importance=float(cast("float", importance)) if usable else 0.5,
        tags=tuple(dict.fromkeys([*_names(given, "tags"), *_said({**given, **about})]))[: MOST - 1],
    )  # fmt: skip


def _said(about: Mapping[str, Any]) -> list[str]:
    """Return what else a row says of itself as tags, as far as those can hold it: no word of it is lost."""
    tags = [
        f"{name}={value}" for name, value in about.items()
        if isinstance(value, str | int | float | bool) and name not in _KEPT and value != ""
    ]  # fmt: skip
    return [tag for tag in tags if len(tag) <= NAME and not tag.startswith(MARK)]


def _when(given: Mapping[str, Any]) -> float:
    """Return the time of a row in Unix seconds, 0 for none that can be read."""
    for name in TIMES:
        value = given.get(name)
        if isinstance(value, bool):
            continue
        seconds = 0.0
        if isinstance(value, int | float):
            seconds = value / 1000 if value > _MILLISECONDS else value
        elif isinstance(value, str):
            seconds = _read(value)
        if 0 < seconds < LAST_TIME:
            return float(seconds)
    return 0.0


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
