"""Keep the pieces of pages that change by themselves: each is rendered once for all who show it."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import structlog

from hub.auth.roles import allows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub.auth.sessions import Person
    from hub.events import Event

log = structlog.get_logger(__name__)

FRESH_S = 0.25


class Parts:
    """Pieces by name. ``epoch`` grows whenever what was kept is thrown away.

    A `personal` piece is made anew for each person; a name that ends in a hyphen stands for a family, whose
    members are told apart by what follows it.
    """

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[str, Person | None], str]] = {}
        self._needs: dict[str, str] = {}
        self._personal: set[str] = set()
        self._kept: dict[tuple[str, str], str] = {}
        self._at = -FRESH_S
        self.epoch = 0
        self.streams: dict[str, tuple[Callable[[Event], dict[str, Any] | None], str]] = {}

    def __contains__(self, name: str) -> bool:
        return self._key(name) in self._makers

    def add(self, name: str, render: Callable[[], str], needs: str = "guest") -> None:
        """Offer ``name``: markup of one element with that id, made in about a millisecond, on the loop.

        ``needs``: what a person must be, or be allowed, to be shown it (see `hub.auth.roles`).
        """
        self._makers[name], self._needs[name] = lambda _name, _person: render(), needs

    def add_personal(
        self, name: str, render: Callable[[str, Person | None], str], needs: str = "guest"
    ) -> None:
        """Offer ``name``, or a family of names, as `add` does; told the full name and who looks at it."""
        self._makers[name], self._needs[name] = render, needs
        self._personal.add(name)

    def is_personal(self, name: str) -> bool:
        """Say whether ``name`` is another for everybody who looks at it."""
        return self._key(name) in self._personal

    def shown_to(self, person: Person | None, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``names`` that exist and that ``person`` may see."""
        return tuple(name for name in names if allows(person, self._needs.get(self._key(name), "")))

    def stream(self, name: str, tell: Callable[[Event], dict[str, Any] | None], needs: str) -> None:
        """Offer ``name`` as a stream: each event is told once, for all tabs whose role ``needs`` allows."""
        self.streams[name], self._needs[name] = (tell, needs), needs

    def renew(self) -> None:
        """Throw away what is kept: something has happened."""
        self._kept.clear()
        self._at = time.monotonic()
        self.epoch += 1

    def html(self, name: str, person: Person | None = None) -> str:
        """Return the markup of ``name``, not older than a moment; empty when there is no such part."""
        if time.monotonic() - self._at > FRESH_S:
            self.renew()
        key = (name, person.id if person and self.is_personal(name) else "")
        if key not in self._kept:
            self._kept[key] = self._make(name, person)
        return self._kept[key]

    def revision(self, names: Iterable[str], person: Person | None = None) -> str:
        """Return a short name of what ``names`` say now to ``person``."""
        whole = "".join(self.html(name, person) for name in names)
        return hashlib.blake2b(whole.encode(), digest_size=6).hexdigest()

    def _key(self, name: str) -> str:
        """Return what ``name`` is offered as: itself, or its family."""
        return name if name in self._makers or name in self.streams else name[: name.find("-") + 1]

    def _make(self, name: str, person: Person | None) -> str:
        """Render one part; a part that fails must not cost the page the others."""
        if name not in self:
            return ""
        try:
            return self._makers[self._key(name)](name, person)
        except Exception:
            log.exception("part failed", part=name)
            return f'<div id="{name}"><p class="why">I could not show this part; the log says why.</p></div>'
