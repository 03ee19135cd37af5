"""Render the page and its parts; what is pushed later is the same markup that the page came with."""

from __future__ import annotations

import os
import time
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import psutil
from markupsafe import Markup

from hub.ports import WakeWord
from hub.web import script, status, timers
from hub.web.ago import moment
from hub.web.nav import Link, places
from hub.web.tiles import tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.auth.sessions import Person
    from hub.conversation.conversation import Conversation
    from hub.hub import Hub
    from hub.store.transcripts import Turn
    from hub.web.asks import Asks
    from hub.web.parts import Parts
    from hub.web.static import Static

TEMPLATES = Path(__file__).parent / "templates"
HOME = ("state", "ears", "needs", "events", "tiles", "foot")
"""The parts of home that are not about one talk."""

_PERSONAL = {"state", "ears", "needs"}
"""Those of them that say what needs whoever looks."""

PANEL = "see the hub's state"
"""What one must be allowed to look at a plugin's panel: as with its tile, all who are signed in."""

KEPT_TURNS = 500
SHOWN_TURNS = 50


class Renderer:
    """Turns what the hub knows into markup."""

    def __init__(self, hub: Hub, static: Static, parts: Parts, asks: Asks) -> None:
        self._hub, self._static, self._parts, self._asks = hub, static, parts, asks
        self._env = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=jinja2.StrictUndefined, auto_reload=False,
        )  # fmt: skip
        self._env.filters |= {"clock": _clock, "moment": moment}
        self._env.globals |= {
            "static": static.base, "part": _part, "now": time.time, "parts_of_pages": parts,
        }  # fmt: skip
        # A turn that has ended does not change: a talk of fifty costs as little as one of five.
        self.kept_turn = lru_cache(KEPT_TURNS)(self.turn)
        hub.conversations.on_forget.append(self.kept_turn.cache_clear)
        self._told_at, self._kept_told = -1, dict[str, Any]()
        for name in HOME:
            if name in _PERSONAL:
                parts.add_personal(name, self._own_part)
            else:
                parts.add(name, partial(self._home_part, name))
        parts.add_personal("asked", self._asked)
        self.memory = psutil.Process().memory_info().rss
        self.language: list[dict[str, Any]] = []

    def home(self, conversation: Conversation, person: Person) -> str:
        """Return the home page."""
        names = (*HOME, "asked", "alarms", f"asks-{conversation.id}")
        return self._render(
            "home.html", lines=Markup(self.lines(conversation)), names=names,  # noqa: S704  our own templates, escaped there
            ears=status.ears(self._hub), needs=self._own(person)["needs"], person=person,
            conversation=conversation, modules=self._static.modules, rev=self._parts.revision(names, person),
            wake_word=self._hub.port(WakeWord).word,  # type: ignore[type-abstract]  # a Protocol is the key
            places=places("/", person, self.panels()),
        )  # fmt: skip

    def lines(self, conversation: Conversation) -> str:
        """Return the script of a talk."""
        history = conversation.history()[-SHOWN_TURNS:]
        turns = [Markup(self.kept_turn(turn, last=turn is history[-1])) for turn in history]  # noqa: S704  as above
        earlier = history[0].at if len(history) == SHOWN_TURNS else None
        return self._render(
            "parts/lines.html", turns=turns, conversation=conversation, tries=script.TRIES, earlier=earlier
        )

    def earlier(self, talk: str, turns: Sequence[Turn]) -> str:
        """Return ``turns`` from before those that a page shows, and the way to still earlier ones."""
        shown = [Markup(self.kept_turn(turn)) for turn in turns]  # noqa: S704  as above
        before = turns[0].at if len(turns) == SHOWN_TURNS else None
        return self._render("parts/earlier.html", turns=shown, talk=talk, earlier=before)

    def turn(self, turn: Turn, *, half: str = "", reason: str = "", last: bool = False) -> str:
        """Return one turn, or only its ``half`` of the hub; the ``last`` can be asked again."""
        name = f"parts/turn_{half}.html" if half else "parts/turn.html"
        return self._render(name, turn=script.view(turn, reason), last=last)

    def panels(self) -> list[Link]:
        """Return where the panels are that plugins want linked, as of now."""
        found = [plugin for plugin in self._hub.plugins if plugin.panel and plugin.manifest.nav]
        return [Link(f"/p/{plugin.name}/", plugin.manifest.nav, PANEL) for plugin in found]

    def page(self, name: str, /, **values: object) -> str:
        """Return a page that is not about a talk."""
        return self._render(name, **values)

    def measure(self) -> None:
        """Measure the RAM of the hub and its children; reads /proc, so it belongs on a thread.

        A page that several of them share is counted once (PSS), where the system tells.
        """
        me = psutil.Process(os.getpid())
        total = 0
        for process in (me, *me.children(recursive=True)):
            try:
                told = process.memory_full_info()
                total += getattr(told, "pss", told.rss)
            except psutil.Error:
                continue
        self.memory = total

    async def probe(self) -> None:
        """Ask the language models how they do."""
        self.language = await self._hub.router.status()

    def _home_part(self, name: str) -> str:
        return self._render(f"parts/{name}.html", **self._told())

    def _own_part(self, name: str, person: Person | None) -> str:
        return self._render(f"parts/{name}.html", **self._own(person))

    def _asked(self, _: str, person: Person | None) -> str:
        return self._render("parts/asked.html", count=len(self._asks.waiting(person)))

    def _own(self, person: Person | None) -> dict[str, Any]:
        """Return what the parts of home say to ``person``."""
        told, asks = self._told(), self._asks.waiting(person)
        return told | {"asks": asks, "needs": len(asks) + len(told["faults"])}

    def _told(self) -> dict[str, Any]:
        """Return what the parts of home say, gathered once for all of them."""
        if self._told_at != self._parts.epoch:
            self._told_at, self._kept_told = self._parts.epoch, self._tell()
        return self._kept_told

    def _tell(self) -> dict[str, Any]:
        hub = self._hub
        faults = status.faults(hub, self.language)
        return {
            "fault": faults[0] if faults else None, "others": len(faults) - 1,
            "faults": self._needs(faults), "calm": status.calm(hub),
            "where": status.where(hub, self.language), "ears": status.ears(hub), "events": status.events(hub),
            "tiles": [*tiles(hub), timers.tile(hub)], "foot": status.foot(hub, self.memory),
        }  # fmt: skip

    @staticmethod
    def _needs(faults: list[status.Fault]) -> list[status.Fault]:
        return [fault for fault in faults if not fault.heals]

    def _render(self, name: str, /, **values: object) -> str:
        return self._env.get_template(name).render(values)


@jinja2.pass_context
def _part(context: jinja2.runtime.Context, name: str) -> Markup:
    """Return a part of the page as whoever the page is for is shown it."""
    html: str = context["parts_of_pages"].html(name, context.get("person"))
    return Markup(html)  # noqa: S704  our own templates, escaped there


def _clock(at: float) -> str:
    return time.strftime("%H:%M", time.localtime(at))
