"""Serve ``POST /transcribe``, words from a sound, and ``POST /understand``, what is meant by words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from hub import SpeechToText, Understood, sound, understand
from hub_voice.routes.door import RANK, Refused, Served, answer, fields, uploaded

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from hub import Hub, Register
    from hub_voice.routes.door import Person


def register_all(register: Register, hub: Hub) -> None:
    """Register both."""
    part = Words(hub)
    register.route("/transcribe", Served(hub, {"POST": part.transcribe}, keys=True), methods=("POST",))
    register.route("/understand", Served(hub, {"POST": part.understand}, keys=True), methods=("POST",))


class Words:
    """The two of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def transcribe(self, request: Request, _: Person) -> Response:
        """Answer with the words in any sound file, sent raw or in a form."""
        heard = await self._heard(request)
        told = dataclasses.asdict(heard)
        told["ms"], told["seconds"] = round(heard.ms, 1), round(heard.seconds, 3)
        return answer(told)

    async def understand(self, request: Request, person: Person) -> Response:
        """Answer with what a sentence means, written or spoken; nothing of it is done."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in {"application/json", ""}:
            text = (await fields(request, text=str)).get("text", "")
        else:
            text = (await self._heard(request)).text
            if not text:
                return answer(dataclasses.asdict(Understood("", "silence")))
        may_call = RANK.get(person.role, -1) >= RANK["member"]
        return answer(dataclasses.asdict(await understand(self._hub, text, tools=may_call)))

    async def _heard(self, request: Request) -> sound.Words:
        got = await uploaded(request)
        language = got.fields.get("language") or request.query_params.get("language", "")
        if len(language) > 35:  # noqa: PLR2004  the longest that RFC 5646 wants kept
            raise Refused(422, "That is no language.", "Send a code such as en.")
        ears = self._hub.port(SpeechToText)  # type: ignore[type-abstract]  # a Protocol is the key
        file, _ = await sound.decode(got.file)
        return await sound.in_words(ears, file, language=language)
