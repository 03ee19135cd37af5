"""Say where one can go: the places of the page, and the tabs within a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.auth.roles import allows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.auth.sessions import Person


@dataclass(frozen=True, slots=True)
class Link:
    """Where a person can go. ``needs``: the least role; ``here``: whether this is the page shown."""

    path: str
    title: str
    needs: str = "guest"
    here: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the top line, with the pages below it; the first is where it leads."""

    title: str
    pages: tuple[Link, ...]


PLACES = (
    Place("Home", (Link("/", "Home"),)),
    Place("Talks", (Link("/talks", "Talks"),)),
    Place(
        "Memory",
        (
            Link("/memory", "Entries"),
            Link("/memory/waiting", "Waiting", "recall own memory"),
            Link("/memory/files", "Files", "recall own memory"),
            Link("/memory/devices", "Devices", "owner"),
            Link("/memory/forget", "Forget", "recall own memory"),
        ),
    ),
    Place("Timers", (Link("/timers", "Timers"),)),
    Place("Approvals", (Link("/approvals", "Approvals", "answer approvals"),)),
    Place("Language", (Link("/language", "Language", "member"),)),
    Place("Voice", (Link("/voice", "Times", "member"), Link("/voices", "Voices"))),
    Place("Plugins", (Link("/plugins", "Plugins", "member"),)),
    Place("Health", (Link("/health", "Health"), Link("/events", "Events", "read every event"))),
    Place(
        "Settings",
        (
            Link("/settings", "Hub", "owner"),
            Link("/models", "Models", "member"),
            Link("/people", "People", "member"),
            Link("/settings/backup", "Backup", "owner"),
            Link("/settings/doctor", "Check-up", "owner"),
            Link("/me", "You"),
        ),
    ),
)
"""All pages in their order. A person sees those that their role may open."""


def places(path: str, person: Person, panels: Sequence[Link] = ()) -> list[Link]:
    """Return the entries of the top line for ``person`` on ``path``; ``panels``: the pages of plugins."""
    shown = ((place.title, _open(_with(place, panels), person)) for place in PLACES)
    return [
        Link(pages[0].path, title, here=any(page.path == path for page in pages))
        for title, pages in shown
        if pages
    ]


def tabs(path: str, person: Person, panels: Sequence[Link] = ()) -> list[Link]:
    """Return the pages beside ``path`` in its place; none when it stands alone."""
    for place in PLACES:
        pages = _open(_with(place, panels), person)
        if len(pages) > 1 and any(page.path == path for page in pages):
            return [Link(page.path, page.title, page.needs, page.path == path) for page in pages]
    return []


def _with(place: Place, panels: Sequence[Link]) -> Sequence[Link]:
    return (*place.pages, *panels) if place.title == "Plugins" else place.pages


def _open(pages: Sequence[Link], person: Person) -> list[Link]:
    return [page for page in pages if allows(person, page.needs)]
