"""Serve the page that forgets: a topic, a span of days, or all of somebody; what would go is shown before."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from hub import kept
from hub.errors import HubError
from hub.forgetting import LONGEST_TOPIC, Forgetting, Wanted
from hub.memories import READ
from hub.web.ago import ago
from hub.web.kept import what_of
from hub.web.remembered import cut, date, day, who

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.forgetting import Gone
    from hub.web.site import Site

PATH, PART = "/memory/forget", "memory-forgetting"
PATIENCE_S, TOLD_S = 8.0, 60.0
"""How long the page waits before it says that I am still at it, and how long it tells how that ended."""


def routes(site: Site) -> list[BaseRoute]:
    """Offer the part that says what is being forgotten; return the routes."""
    pages = ForgettingPages(site)
    site.parts.add_personal(PART, pages.going_on, READ)
    return [
        site.page(PATH, pages.show, needs=READ),
        site.page(PATH, pages.forget, methods=("POST",), needs=READ),
    ]


class ForgettingPages:
    """What whoever asks wants forgotten of their own."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub, self._forgetting = site, site.hub, Forgetting(site.hub)
        self._going_on: dict[str, float] = {}
        self._ended: dict[str, tuple[str, float]] = {}

    def going_on(self, name: str, person: Person | None) -> str:
        """Return what is being forgotten of ``person``, or how that ended, as markup."""
        whose = person.id if person else ""
        told, at = self._ended.get(whose, ("", 0.0))
        return self._site.renderer.page(
            "parts/memory_forgetting.html", id=name, since=self._going_on.get(whose),
            ended=told if time.time() - at < TOLD_S else "",
        )  # fmt: skip

    async def show(self, request: Request) -> Response:
        """Ask what to forget; once that is said, show what would go, and ask once more."""
        person, given = request.state.person, dict(request.query_params)
        wrong, would, wanted = None, None, _wanted(given)
        if given.get("ask"):
            try:
                _whole(given)
                would = await self._forgetting.would(person, wanted)
            except HubError as error:
                wrong = error
        return self._site.show(
            request, "memory_forget.html", title="Forget", parts=(PART,), given=given, wanted=wanted,
            would=would, wrong=wrong, longest=LONGEST_TOPIC, told=_told(wanted), cut=cut, date=date,
            today=time.strftime("%Y-%m-%d"), who=lambda entry: who(entry, person), ago=ago,
            owed=[(one, what_of(one, person)) for one in await kept.owed_to(self._hub, person)],
        )  # fmt: skip

    async def forget(self, request: Request) -> Response:
        """Forget; what takes longer goes on, and the page tells when it is done."""
        person, given = request.state.person, await self._site.form(request)
        _whole(given)
        if person.id in self._going_on:
            raise HubError("I am forgetting already.", fix="Wait a moment, then ask again.")
        self._going_on[person.id] = time.time()
        task = self._hub.spawn(self._run(person, _wanted(given)), name="forget")
        await asyncio.wait({task}, timeout=PATIENCE_S)
        return self._site.back(request, PATH)

    async def _run(self, person: Person, wanted: Wanted) -> None:
        told = "Not forgotten: that failed. Try it again; the log says why."
        try:
            told = _done(await self._forgetting.forget(person, wanted))
        except HubError as error:
            told = f"Not forgotten: {error} {error.fix}".strip()
        finally:
            self._going_on.pop(person.id, None)
            self._ended[person.id] = told, time.time()


def _wanted(given: Mapping[str, str]) -> Wanted:
    return Wanted(
        topic=given.get("topic", "").strip(), since=day(given.get("from", "")),
        before=day(given.get("to", ""), end=True), everything=given.get("all") == "1",
        talks=given.get("talks") == "1",
    )  # fmt: skip


def _whole(given: Mapping[str, str]) -> None:
    """Raise `HubError` for a day that is none: without it more would go than was meant."""
    for name in ("from", "to"):
        if given.get(name) and day(given[name]) is None:
            raise HubError("I cannot read that day.", fix="Give it as in 2026-11-03.")


def _told(wanted: Wanted) -> str:
    """Say what was asked to be forgotten."""
    if wanted.everything:
        return "All that I keep of you"
    what = f"What I remember about \u201c{wanted.topic}\u201d" if wanted.topic else "What I remember of you"
    since = f" from {date(wanted.since)}" if wanted.since is not None else ""
    before = f" up to {date(wanted.before - 1)}" if wanted.before is not None else ""
    return f"{what}{since}{before}"


def _done(gone: Gone) -> str:
    things = (
        "nothing was there"
        if not gone.entries
        else "one thing"
        if gone.entries == 1
        else f"{gone.entries:,} things"
    )
    talks = "" if not gone.talks else " and one talk" if gone.talks == 1 else f" and {gone.talks:,} talks"
    late = ", ".join(sorted({one.title for one in gone.owed}))
    if late:
        return f"Forgotten: {things}{talks}. Not yet by {late}; I ask again."
    return f"Forgotten, for good: {things}{talks}."
