"""The page of events: the name of each, what it tells, and its fields."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from hub import events
from hub.reference import table

if TYPE_CHECKING:
    from collections.abc import Iterable


def named() -> dict[str, type[events.Event]]:
    """Return the events that are published, by name, in alphabetical order."""
    found: dict[str, type[events.Event]] = {}
    for kind in _below(events.Event):
        if "name" in vars(kind) and kind.__module__.startswith("hub.events"):
            found[str(kind.name)] = kind
    return dict(sorted(found.items()))


def page() -> str:
    """Return docs/reference/events.md."""
    return table.page(
        "Events",
        "What happens in the hub is told on its bus as these. A plugin that names patterns in its manifest "
        '(`events = ["turn.ended", "timer.*"]`) is handed those that match, in order, by `hub_event`. '
        "Import them as `from hub import events`.",
        f"Each has {_fields(events.Event)}. {' '.join(table.about(events.Event).split())}",
        table.table(
            ("event", "class", "what", "fields"),
            (
                (table.code(name), table.code(kind.__name__), " ".join(table.about(kind).split()), _own(kind))
                for name, kind in named().items()
            ),
        ),
    )


def _below(kind: type[events.Event]) -> Iterable[type[events.Event]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _own(kind: type[events.Event]) -> str:
    return _fields(kind, without=set(events.Event.model_fields))


def _fields(kind: type[events.Event], without: set[str] | None = None) -> str:
    kept = [(name, type_) for name, type_ in _typed(kind).items() if name not in (without or ())]
    return ", ".join(f"`{name}: {type_}`" for name, type_ in kept)


def _typed(kind: type[events.Event]) -> dict[str, str]:
    """Return the fields with their types as they are written, those of the parents first."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if issubclass(one, events.Event):
            notes = inspect.get_annotations(one)
            found |= {name: str(note) for name, note in notes.items() if name in kind.model_fields}
    return found
