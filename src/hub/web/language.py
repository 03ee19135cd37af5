"""Serve the language page: who answers and how well, what it costs, how far words go, and a box to try it."""

from __future__ import annotations

import time
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response, StreamingResponse

from hub.auth.roles import allows
from hub.errors import HubError
from hub.llm.figures.overview import sentence, standings
from hub.llm.servers.presets import PRESETS
from hub.web import servers
from hub.web.costs import by_person, costs
from hub.web.fields import noted, unchanged
from hub.web.figures import figures, stood_in
from hub.web.lanes import lanes, marks
from hub.web.saving import Refused, failure, save
from hub.web.site import HEADERS
from hub.web.tiers import rules, tiers
from hub.web.trial import LONGEST, Trial, Trials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.web.site import Site

PATH = "/language"
PART = "language"
NEEDS = "member"
OWNER_ACTS = "change settings"
STREAM = "application/x-ndjson"


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes, and keep the figures up to date in every tab that shows them."""
    pages = LanguagePages(site)
    site.part(PART, pages.part, needs=NEEDS)
    return [
        site.page(PATH, pages.get, needs=NEEDS),
        site.page(PATH, pages.post, methods=("POST",), needs=OWNER_ACTS),
        site.page(f"{PATH}/ask", pages.ask, methods=("POST",), needs=NEEDS),
    ]


class LanguagePages:
    """The page about language, and its forms. Those of the owner go to the page's own address."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub, self._trials = site, site.hub, Trials(site.hub)

    async def get(self, request: Request) -> Response:
        """Show how the language models do."""
        await self._site.renderer.probe()
        return await self._show(request)

    async def post(self, request: Request) -> Response:
        """Do what a form asks; what is wrong stands beside its field, and what was written stays."""
        given = await self._site.fields(request)
        form = dict(given)
        what, _, name = form.get("do", "").partition(":")
        try:
            said = await self._do(what, name, given, request.state.person)
        except HubError as error:
            return await self._show(request, do=form.get("do", ""), **failure(error, form))
        if isinstance(said, Refused):
            written = said.written | {"was": form.get("was", "")}
            return await self._show(request, do=form["do"], wrong=said.wrong, written=written)
        return self._site.back(request, PATH, said=said)

    async def ask(self, request: Request) -> Response:
        """Answer a question: as it comes to a script, else with the page once it is whole."""
        form = await self._site.form(request)
        trial = Trial(form.get("text", ""), form.get("who", ""))
        try:
            self._trials.check(trial.text, trial.who)
            if STREAM in request.headers.get("accept", ""):
                stream = self._tell(trial, request.state.person.id)
                return StreamingResponse(stream, headers=HEADERS, media_type=STREAM)
            async with aclosing(self._trials.ask(trial, request.state.person.id)) as pieces:
                async for _ in pieces:
                    pass
        except HubError as error:
            trial.wrong = f"{error} {error.fix}"
        response = await self._show(request, trial=trial)
        response.status_code = 422 if trial.wrong else 200
        return response

    def part(self) -> str:
        """Return what changes by itself: who answers, and the last 24 hours in figures."""
        hub, now = self._hub, time.time()
        stands = standings(hub, self._site.renderer.language)
        told = hub.statistics.figures()
        return self._site.renderer.page(
            "parts/language.html", sentence=sentence(stands), absent=bool(stands) and not stands[0].ok,
            figures=figures(hub, told, costs(hub)),
            lanes=lanes(stands, told, max(hub.started, now - 86_400), now), marks=marks(now),
            stood_in=stood_in(told, {one.name: one.title for one in stands}), fixed=told.fixed,
        )  # fmt: skip

    async def _tell(self, trial: Trial, person: str) -> AsyncIterator[bytes]:
        """Yield the answer in lines of JSON, the last of which says who gave it."""
        try:
            async with aclosing(self._trials.ask(trial, person)) as pieces:
                async for text in pieces:
                    yield _line({"text": text})
        except HubError as error:
            yield _line({"wrong": f"{error} {error.fix}"})
        else:
            yield _line(self._trials.told(trial))

    async def _do(self, what: str, name: str, given: list[tuple[str, str]], by: Person) -> str | Refused:
        if what in {"privacy", "rules"}:
            return await save(self._hub, await rules(self._hub, what), given, by)
        was = unchanged(dict(given).get("was", ""))
        return await servers.act(
            self._hub, what, name, {key: text for key, text in given if text != was.get(key)}
        )

    async def _show(
        self,
        request: Request,
        *,
        do: str = "",
        wrong: dict[str, str] | None = None,
        written: dict[str, Any] | None = None,
        fault: HubError | None = None,
        trial: Trial | None = None,
    ) -> Response:
        hub, owner = self._hub, allows(request.state.person, OWNER_ACTS)
        settings, broken = hub.settings, None
        if owner:
            try:
                settings = await hub.configuration.read()
            except HubError as error:
                broken = error
        own = partial(rules, hub, wrong=wrong if do == "rules" else None, written=written)
        response = self._site.show(
            request, "language.html", title="Language", parts=(PART,), owner=owner, do=do, fault=fault,
            broken=broken, wrong=wrong or {}, written=written or {}, trial=trial or Trial(),
            choices=self._trials.choices(), longest=LONGEST, tiers=tiers(hub, settings),
            tier_fixed=hub.configuration.overridden(("privacy",)),
            rules=await own("rules") if owner else [], noted=noted,
            rows=await servers.rows(hub, settings) if owner else [], presets=list(PRESETS.values()),
            said_of=servers.said, people=await by_person(hub) if owner else [],
        )  # fmt: skip
        if wrong or fault:
            response.status_code = 422
        return response


def _line(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value) + b"\n"
