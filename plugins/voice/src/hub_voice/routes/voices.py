"""Serve ``/voices``, those that speak and those of one's own, their samples, and ``/training``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from hub import OwnVoice, TextToSpeech, TrainingState, Voices, VoiceSample, sound
from hub_voice.routes.door import RANK, Refused, Served, answer, fields, uploaded

if TYPE_CHECKING:
    from starlette.requests import Request

    from hub import Hub, Register
    from hub_voice.routes.door import Person

MEMBER = "member"


def register_all(register: Register, hub: Hub) -> None:
    """Register them. Whoever may talk sees which voices speak; a voice of one's own takes a member."""
    part = VoiceRoutes(hub)
    table: dict[str, dict[str, Any]] = {
        "/voices": {"GET": part.all, "POST": part.create},
        "/voices/{id}": {"GET": part.get, "PATCH": part.change, "DELETE": part.delete},
        "/voices/{id}/samples": {"GET": part.samples, "POST": part.add_sample},
        "/voices/{id}/samples/{sample}": {"GET": part.sample, "DELETE": part.delete_sample},
        "/voices/{id}/train": {"POST": part.train},
        "/training/{job}": {"GET": part.training, "DELETE": part.cancel},
    }
    for path, methods in table.items():
        needs = {"GET": "device"} if path == "/voices" else MEMBER
        serve = Served(hub, methods, needs, keys=path == "/voices")
        register.route(path, serve, methods=tuple(methods))


class VoiceRoutes:
    """The routes of one hub; all but the list is about voices of whoever asks."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    @property
    def _voices(self) -> Voices:
        return self._hub.port(Voices)  # type: ignore[type-abstract]  # a Protocol is the key

    async def all(self, request: Request, person: Person) -> Response:
        """List the voices that can speak, the usual one first, and one's own."""
        mouth = self._hub.port(TextToSpeech)  # type: ignore[type-abstract]  # as above
        speak = [dataclasses.asdict(one) for one in await mouth.voices()]
        may_own = RANK.get(person.role, -1) >= RANK[MEMBER]
        by_key = "authorization" in request.headers
        own = await self._voices.all(person.id) if may_own and not by_key else ()
        return answer({"voices": speak, "own": [_voice(one) for one in own]})

    async def create(self, request: Request, person: Person) -> Response:
        """Begin a voice."""
        if "authorization" in request.headers:
            raise Refused(403, "A key does not open that.", "Sign in, and do it as yourself.")
        given = await fields(request, name=str, description=str)
        made = await self._voices.create(person.id, given.get("name", ""), given.get("description", ""))
        return answer(_voice(made), 201)

    async def get(self, request: Request, person: Person) -> Response:
        """Tell of one."""
        return answer(_voice(await self._voices.get(person.id, _id(request))))

    async def change(self, request: Request, person: Person) -> Response:
        """Call it otherwise."""
        given = await fields(request, name=str, description=str)
        return answer(_voice(await self._voices.change(person.id, _id(request), **given)))

    async def delete(self, request: Request, person: Person) -> Response:
        """Destroy it with its samples and what was learnt."""
        await self._voices.delete(person.id, _id(request))
        return answer({"deleted": _id(request)})

    async def samples(self, request: Request, person: Person) -> Response:
        """List its samples, the oldest first."""
        return answer([_sample(one) for one in await self._voices.samples(person.id, _id(request))])

    async def add_sample(self, request: Request, person: Person) -> Response:
        """Take a sound file, raw or as the field ``file``; ``words``: what is said in it."""
        voice = _id(request)
        await self._voices.get(person.id, voice)  # before a large body is taken
        got = await uploaded(request)
        words = got.fields.get("words") or request.query_params.get("words", "")
        made = await self._voices.add_sample(person.id, voice, got.file, name=got.filename, words=words)
        return answer(_sample(made), 201)

    async def sample(self, request: Request, person: Person) -> Response:
        """Hand a sample out, as WAV."""
        kept = await self._voices.sound(person.id, _id(request), request.path_params["sample"])
        headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="sample.wav"'}
        return Response(sound.pack(kept), media_type="audio/wav", headers=headers)

    async def delete_sample(self, request: Request, person: Person) -> Response:
        """Destroy a sample."""
        sample = request.path_params["sample"]
        await self._voices.delete_sample(person.id, _id(request), sample)
        return answer({"deleted": sample})

    async def train(self, request: Request, person: Person) -> Response:
        """Begin to learn it: 202, and where to look how far that is."""
        begun = await self._voices.train(person.id, _id(request))
        return answer(_training(begun), 202)

    async def training(self, request: Request, person: Person) -> Response:
        """Tell how far a training is, or how it ended."""
        return answer(_training(await self._voices.training(person.id, request.path_params["job"])))

    async def cancel(self, request: Request, person: Person) -> Response:
        """Stop a training."""
        return answer(_training(await self._voices.cancel(person.id, request.path_params["job"])))


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _voice(one: OwnVoice) -> dict[str, Any]:
    """Return a voice as seed 004 has it, and what there is besides."""
    return {
        "id": one.id, "name": one.name, "description": one.description, "quality": one.quality,
        "created_at": one.created, "updated_at": one.updated, "samples": one.samples,
        "seconds": round(one.seconds, 2), "spoken": one.spoken, "training": one.job,
    }  # fmt: skip


def _sample(one: VoiceSample) -> dict[str, Any]:
    return {
        "id": one.id, "voice_id": one.voice, "name": one.name, "duration_secs": round(one.seconds, 3),
        "sample_rate": one.rate, "uploaded_at": one.uploaded, "words": one.words,
    }  # fmt: skip


def _training(one: TrainingState) -> dict[str, Any]:
    return {**dataclasses.asdict(one), "at": f"/training/{one.job}"}
