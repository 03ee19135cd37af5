"""Serve ``POST /speak``: a text comes back as sound, the first of it while the rest is being made."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from hub import Slice, TextToSpeech, sound
from hub_voice.routes.door import Refused, Served, fields

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from hub import Hub, Register
    from hub_voice.routes.door import Person

LONGEST = 100_000
SLOWEST, FASTEST = 0.25, 4.0


def register_all(register: Register, hub: Hub) -> None:
    """Register it."""
    register.route("/speak", Served(hub, {"POST": Say(hub).speak}, keys=True), methods=("POST",))


class Say:
    """The route of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def speak(self, request: Request, _: Person) -> Response:
        """Answer with ``text`` as wav, or as pcm: mono s16le at the rate that the media type names."""
        given = await fields(request, text=str, voice=str, speed=(int, float), format=str)
        text, kind, speed = given.get("text", ""), given.get("format", "wav"), given.get("speed", 1.0)
        if not text.strip() or len(text) > LONGEST:
            raise Refused(422, "I need a text.", f"Send 1 to {LONGEST:,} characters.")
        if kind not in {"wav", "pcm"}:
            raise Refused(422, f"I cannot send {kind[:20]}.", "Ask for wav or pcm, or see /v1/audio/speech.")
        if not SLOWEST <= speed <= FASTEST:
            raise Refused(422, "I cannot speak that fast or slow.", f"Choose {SLOWEST} to {FASTEST}.")
        mouth = self._hub.port(TextToSpeech)  # type: ignore[type-abstract]  # a Protocol is the key
        slices = mouth.speak(text, voice=given.get("voice", ""), speed=speed)
        first = await anext(slices, None)  # what is wrong is told before any sound is
        rate = first.sound.rate if first else 16_000
        media = "audio/wav" if kind == "wav" else f"audio/pcm; rate={rate}; channels=1; encoding=s16le"
        return StreamingResponse(
            _sound(kind, rate, first, slices), media_type=media, headers={"cache-control": "no-store"}
        )


async def _sound(
    kind: str, rate: int, first: Slice | None, rest: AsyncIterator[Slice]
) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):  # type: ignore[type-var]  # adapters are async generators
        if kind == "wav":
            yield sound.stream_head(rate)
        if first is not None:
            yield first.sound.pcm
        async for one in rest:
            yield one.sound.pcm
