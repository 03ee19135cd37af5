"""Serve the page of voices: those that speak, with a box to try them, one's own, and the personas.

Programs ask for the same address and get JSON, from whichever plugin keeps voices; a browser gets the page.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Match, Route

from hub import sound
from hub.auth.roles import allows
from hub.conversation import personas
from hub.conversation.persona_archive import import_file
from hub.conversation.persona_file import LONGEST as LONGEST_FILE
from hub.errors import HubError
from hub.events import TrainingProgress
from hub.ports import CloningEngine, Sound, TextToSpeech, Voices
from hub.web.ago import ago
from hub.web.site import HEADERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Scope

    from hub.auth.sessions import Person
    from hub.conversation.persona import Persona
    from hub.hub import Hub
    from hub.ports import OwnVoice, VoiceInfo, VoiceSample
    from hub.web.site import Site

PATH, PART = "/voices", "trainings"
OWNS, WRITES = "member", "change settings"
LONGEST, MOST_SOUND_S, KEPT = 300, 60.0, 16
"""Characters of a text that is tried, seconds of what comes of it, and how many of those are kept."""

TRY = "This is how I sound. What shall we talk about?"
SPEEDS = {"0.8": "Slower", "1": "As recorded", "1.25": "Faster"}
QUALITIES = {
    "": "Not enough yet: ten seconds are the least", "quick": "Enough for a quick likeness",
    "standard": "Enough for a good likeness", "professional": "Enough for the best likeness",
}  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    """Offer the part ``trainings``; return the routes."""
    pages = VoicesPages(site)
    site.parts.add_personal(PART, pages.trainings, OWNS)
    page: Any = site.page(PATH, pages.show)
    return [
        _Page(PATH, page.endpoint, hub=site.hub),
        site.page(f"{PATH}/try", pages.try_, methods=("POST",)),
        site.page(f"{PATH}/tried/{{token}}", pages.tried),
        site.page(f"{PATH}/own", pages.own, methods=("POST",), needs=OWNS),
        site.page(f"{PATH}/own/{{id}}/samples", pages.upload, methods=("POST",), needs=OWNS),
        site.page(f"{PATH}/personas", pages.personas, methods=("POST",), needs=WRITES),
        site.page(f"{PATH}/personas/file", pages.import_file, methods=("POST",), needs=WRITES),
    ]


class _Page(Route):
    """The page's address; leaves it to a plugin that serves it, unless a browser asks for a page."""

    def __init__(self, path: str, endpoint: Any, *, hub: Hub) -> None:
        super().__init__(path, endpoint, methods=["GET"])
        self._hub = hub

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match where a page is wanted, or nobody else serves the address."""
        match, child = super().matches(scope)
        if match is Match.NONE:
            return match, child
        accept = next((value for name, value in scope.get("headers", ()) if name == b"accept"), b"")
        served = any(getattr(route, "path", "") == PATH for route in self._hub.routes)
        page = match is Match.FULL and (b"text/html" in accept or ("headers" in scope and not served))
        return (match, child) if page else (Match.NONE, {})


class VoicesPages:
    """The page and its forms."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._tried: OrderedDict[str, tuple[str, bytes, dict[str, str]]] = OrderedDict()

    @property
    def _mouth(self) -> TextToSpeech:
        return self._hub.port(TextToSpeech)  # type: ignore[type-abstract]  # a Protocol is the key

    @property
    def _voices(self) -> Voices:
        return self._hub.port(Voices)  # type: ignore[type-abstract]  # as above

    async def show(
        self,
        request: Request,
        *,
        form: str = "",
        wrong: HubError | None = None,
        given: dict[str, str] | None = None,
    ) -> Response:
        """Show all of it; ``form``: the one with something ``wrong`` in what was ``given``."""
        person, tried = request.state.person, request.query_params.get("tried", "")
        whose, _, said = self._tried.get(tried, ("", b"", {}))
        if whose == person.id and not form:
            form, given = "try", said
        else:
            tried = ""
        owns = allows(person, OWNS)
        self._site.parts.renew()
        voices = await self._speaking()
        engine = self._hub.port(CloningEngine).info  # type: ignore[type-abstract]  # as above
        response = self._site.show(
            request, "voices.html", title="Voices", parts=(PART,) if owns else (),
            voices=voices, titles={one.name: one.title for one in voices},
            absent=_absent(self._mouth), own=await self._own(person) if owns else [], owns=owns,
            keeps=not _absent(self._voices), engine="" if engine.name == "none" else engine.title,
            owner=allows(person, WRITES), personas=self._hub.personas.all(), longest=LONGEST,
            bounds=personas, longest_file=LONGEST_FILE, qualities=QUALITIES, speeds=SPEEDS, usual=TRY,
            tools=sorted(tool.name for tool in self._hub.tools), form=form, wrong=wrong, given=given or {},
            tried=tried, ago=ago,
        )  # fmt: skip
        if wrong:
            response.status_code = 422
        return response

    def trainings(self, _: str, person: Person | None) -> str:
        """Return the trainings that run, as markup."""
        latest: dict[str, tuple[float, str]] = {}
        for event in self._hub.bus.recent(500):
            if not event.name.startswith("training.") or getattr(event, "person", "") != (
                person and person.id
            ):
                continue
            job = getattr(event, "job", "")
            if isinstance(event, TrainingProgress):
                latest[job] = (event.percent, event.note)
            elif event.name == "training.started":
                latest[job] = (0.0, "")
            else:
                latest.pop(job, None)
        running = [
            (job, self._hub.jobs.get(job), *far) for job, far in latest.items() if self._hub.jobs.get(job)
        ]
        return self._site.renderer.page("parts/trainings.html", running=running)

    async def try_(self, request: Request) -> Response:
        """Say a text in a voice, and show the page with it."""
        form = await self._site.form(request)
        try:
            wav = await self._said(form)
        except HubError as error:
            return await self.show(request, form="try", wrong=error, given=form)
        token = secrets.token_urlsafe(12)
        self._tried[token] = (request.state.person.id, wav, form)
        while len(self._tried) > KEPT:
            self._tried.popitem(last=False)
        return self._site.back(request, f"{PATH}?tried={token}#try")

    async def tried(self, request: Request) -> Response:
        """Hand out what was tried, to whoever tried it."""
        person, wav, _ = self._tried.get(request.path_params["token"], ("", b"", {}))
        if not wav or person != request.state.person.id:
            raise HubError("That sound is gone.", fix="Try the voice once more.")
        return Response(wav, media_type="audio/wav", headers=HEADERS)

    async def own(self, request: Request) -> Response:
        """Do what a form asks with a voice of one's own."""
        form = await self._site.form(request)
        what, _, id_ = form.get("do", "").partition(":")
        try:
            said = await self._do(what, id_, form, request.state.person.id)
        except HubError as error:
            return await self.show(request, form=form.get("do", ""), wrong=error, given=form)
        return self._site.back(request, PATH, said=said)

    async def upload(self, request: Request) -> Response:
        """Take a recording for a voice."""
        id_ = request.path_params["id"]
        try:
            got = await _uploaded(request)
            words = got.fields.get("words", "")
            made = await self._voices.add_sample(
                request.state.person.id, id_, got.file, name=got.filename, words=words
            )
        except HubError as error:
            return await self.show(request, form=f"sample:{id_}", wrong=error)
        return self._site.back(request, PATH, said=f"{made.seconds:.0f} seconds kept.")

    async def personas(self, request: Request) -> Response:
        """Do what a form asks with a persona."""
        form = await self._site.form(request)
        what, _, id_ = form.get("do", "").partition(":")
        try:
            said = await self._persona(what, id_, form)
        except HubError as error:
            return await self.show(request, form=form.get("do", ""), wrong=error, given=form)
        return self._site.back(request, f"{PATH}#personas", said=said)

    async def import_file(self, request: Request) -> Response:
        """Take personas from a YAML file, or from a ZIP of one with recordings of their voices."""
        try:
            got = await _uploaded(request, "There was no file in it.", "Choose a YAML or a ZIP file.")
            made = await import_file(got.file, self._hub.personas, self._voices, request.state.person.id)
        except HubError as error:
            return await self.show(request, form="import", wrong=error)
        return self._site.back(request, f"{PATH}#personas", said=_imported(made))

    async def _said(self, form: dict[str, str]) -> bytes:
        text = form.get("text", "")
        if not text or len(text) > LONGEST:
            raise HubError("I need something to say.", fix=f"Write 1 to {LONGEST} characters.")
        speed = float(form["speed"]) if form.get("speed") in SPEEDS else 1.0
        pcm, rate = bytearray(), 16_000
        async with (
            asyncio.timeout(60),
            aclosing(  # type: ignore[type-var]  # adapters are generators
                self._mouth.speak(text, voice=form.get("voice", ""), speed=speed)
            ) as slices,
        ):
            async for one in slices:
                rate = one.sound.rate
                pcm += one.sound.pcm
                if len(pcm) / 2 / rate > MOST_SOUND_S:
                    break
        return sound.pack(Sound(bytes(pcm), rate))

    async def _do(self, what: str, id_: str, form: dict[str, str], person: str) -> str:
        voices = self._voices
        match what:
            case "create":
                made = await voices.create(person, form.get("name", ""), form.get("description", ""))
                return f"{made.name} is begun. Add recordings to it."
            case "rename":
                return f"It is {(await voices.change(person, id_, name=form.get('name', ''))).name} now."
            case "delete":
                await voices.delete(person, id_)
                return "Deleted, with all its recordings."
            case "forget":
                await voices.delete_sample(person, id_, form.get("sample", ""))
                return "That recording is deleted."
            case "train":
                await voices.train(person, id_)
                return "I am learning it."
            case "cancel":
                await voices.cancel(person, id_)
                return "Stopped. The recordings stay."
        raise HubError("I do not know that button.", fix="Load the page anew.")

    async def _persona(self, what: str, id_: str, form: dict[str, str]) -> str:
        all_ = self._hub.personas
        given: dict[str, Any] = {name: form.get(name, "") for name in ("name", "prompt", "voice", "greeting")}
        given["skills"] = tuple(one.strip() for one in form.get("skills", "").split(",") if one.strip())
        match what:
            case "new":
                return f"{(await all_.create(**given)).name} is there now."
            case "save":
                return f"{(await all_.change(id_, **given)).name} is saved."
            case "remove":
                return f"{(await all_.delete(id_)).name} is gone. Its talks go on without it."
            case "import":
                return _imported(await all_.import_yaml(form.get("yaml", "")))
        raise HubError("I do not know that button.", fix="Load the page anew.")

    async def _speaking(self) -> tuple[VoiceInfo, ...]:
        try:
            return await self._mouth.voices()
        except HubError:
            return ()

    async def _own(self, person: Person) -> list[tuple[OwnVoice, list[VoiceSample]]]:
        try:
            own = await self._voices.all(person.id)
            return [(one, list(await self._voices.samples(person.id, one.id))) for one in own]
        except HubError:
            return []


def _absent(part: object) -> str:
    """Return why a part is not there, and what to do; "" when it is."""
    reason, fix = getattr(part, "reason", ""), getattr(part, "fix", "")
    return f"{reason} {fix}" if isinstance(reason, str) and reason else ""


def _imported(made: Sequence[Persona]) -> str:
    return f"Imported: {', '.join(one.name for one in made)}."


async def _uploaded(
    request: Request, why: str = "There was no recording in it.", fix: str = "Choose a sound file."
) -> sound.Upload:
    """Return the form with its file. Raises `HubError`, with ``why`` and ``fix`` when there is none."""
    got = sound.upload(request.headers.get("content-type", ""), await _body(request))
    if not got.file:
        raise HubError(why, fix=fix)
    return got


async def _body(request: Request) -> bytes:
    taken = bytearray()
    try:
        async with asyncio.timeout(60):
            async for chunk in request.stream():
                taken += chunk
                if len(taken) > sound.LARGEST + (1 << 16):
                    raise HubError("That recording is too large.", fix="Send at most 25 MB at once.")
    except TimeoutError:
        raise HubError("That came too slowly.", fix="Send it once more.") from None
    return bytes(taken)
