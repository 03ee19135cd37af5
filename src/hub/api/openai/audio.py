"""Answer ``/v1/audio/transcriptions`` and ``/v1/audio/speech`` by whatever ears and voice there are."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from pydantic import Field, ValidationError

from hub import sound
from hub.api.openai.asked import Lenient
from hub.api.openai.errors import Refused, unreadable, wrong
from hub.errors import HubError, Unavailable
from hub.ports import SpeechToText, TextToSpeech

if TYPE_CHECKING:
    from hub.api.openai.door import Call
    from hub.hub import Hub
    from hub.sound import Segment, Words

LARGEST = sound.LARGEST + (1 << 16)
"""Bytes of a request: the file and the form around it."""

AT_ONCE = 4
"""Sounds that are written down at the same time; the others wait."""

LONGEST = 4_096
EARS = frozenset({
    "hub/auto", "hub/local", "hub/voice", "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe",
})  # fmt: skip
MOUTHS = frozenset({"hub/auto", "hub/local", "hub/voice", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"})
USUAL = frozenset({
    "", "usual", "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
    "shimmer", "verse",
})  # fmt: skip
"""Voices that clients name by habit: they mean the usual one."""

Form = Literal["json", "text", "srt", "verbose_json", "vtt"]
_TEXT = (b"content-type", b"text/plain; charset=utf-8")


class TranscriptionRequest(Lenient):
    """The fields beside the ``file`` of ``POST /v1/audio/transcriptions``."""

    model: str = Field(min_length=1, max_length=200, description="hub/auto, or a name that OpenAI's have.")
    language: str | None = Field(None, max_length=35, description="ISO 639-1; else the engine's own.")
    response_format: Form | None = None
    stream: bool | None = None
    prompt: Any = Field(None, description="Passed over.")
    temperature: Any = Field(None, description="Passed over.")


class VoiceName(Lenient):
    """A voice by its id."""

    id: str = Field(min_length=1, max_length=200)


class SpeechRequest(Lenient):
    """The body of ``POST /v1/audio/speech``."""

    model: str = Field(min_length=1, max_length=200)
    input: str = Field(min_length=1, max_length=LONGEST)
    voice: Annotated[str, Field(max_length=200)] | VoiceName = ""
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] | None = None
    speed: float | None = Field(None, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] | None = Field(None, description="Only audio.")
    instructions: Any = Field(None, description="Passed over.")

    @property
    def named(self) -> str:
        """The voice that is wanted; "" for the usual one."""
        name = self.voice.id if isinstance(self.voice, VoiceName) else self.voice
        return "" if name in USUAL else name


class Transcribed:
    """The endpoint that writes down what is said in a file."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._slots = hub, asyncio.Semaphore(AT_ONCE)

    async def __call__(self, call: Call) -> None:
        """Answer one request. Raises `Refused`, and `HubError` when there are no ears."""
        asked, file = _form(call)
        ears = self._hub.port(SpeechToText)  # type: ignore[type-abstract]  # a Protocol is the key
        _refuse_unknown(asked.model, EARS, ears.info.name)
        async with self._slots:
            try:
                heard, _ = await sound.decode(file)
                words = await sound.in_words(ears, heard, language=asked.language or "")
            except Unavailable:
                raise
            except HubError as error:
                param = "language" if asked.language and not hasattr(error, "status") else "file"
                raise Refused(getattr(error, "status", 400), str(error), error.fix, param=param) from None
        await _tell(call, asked, words)


async def _tell(call: Call, asked: TranscriptionRequest, words: Words) -> None:
    ignored = _ignored(asked)
    if asked.stream:
        return await _stream(call, words)
    form = asked.response_format or "json"
    if form in {"text", "srt", "vtt"}:
        told = {"text": words.text + "\n", "srt": sound.srt(words.segments), "vtt": sound.vtt(words.segments)}
        await call.begin(200, [_TEXT, *ignored])
        return await call.send({"type": "http.response.body", "body": told[form].encode()})
    about: dict[str, Any] = {"text": words.text}
    if form == "verbose_json":
        about |= {"task": "transcribe", "language": words.language, "duration": round(words.seconds, 3)}
        about["segments"] = [_segment(number, one) for number, one in enumerate(words.segments)]
    about["usage"] = {"type": "duration", "seconds": round(words.seconds)}
    await call.answer(orjson.dumps(about), ignored)
    return None


async def _stream(call: Call, words: Words) -> None:
    """Tell the words as events, a segment each, as OpenAI's packages read them."""
    await call.begin(200, [(b"content-type", b"text/event-stream; charset=utf-8")])
    said = [{"type": "transcript.text.delta", "delta": one.text + " "} for one in words.segments]
    if said:
        said[-1]["delta"] = said[-1]["delta"][:-1]
    for event in (*said, {"type": "transcript.text.done", "text": words.text}):
        line = b"event: %s\ndata: %s\n\n" % (event["type"].encode(), orjson.dumps(event))
        await call.send({"type": "http.response.body", "body": line, "more_body": True})
    await call.send({"type": "http.response.body", "body": b""})


def _segment(number: int, one: Segment) -> dict[str, Any]:
    """Return a segment as OpenAI has it; what no engine here tells is nought."""
    return {
        "id": number, "seek": 0, "start": round(one.start, 3), "end": round(one.end, 3), "text": one.text,
        "tokens": [], "temperature": 0.0, "avg_logprob": 0.0, "compression_ratio": 1.0, "no_speech_prob": 0.0,
    }  # fmt: skip


def _form(call: Call) -> tuple[TranscriptionRequest, bytes]:
    """Return the fields and the file of a request. Raises `Refused`."""
    kind = next((value for name, value in call.scope["headers"] if name == b"content-type"), b"")
    if sound.boundary_of(kind.decode("latin-1")) is None:
        raise wrong("file", "That is no form with a file.", "Send it as multipart/form-data.")
    try:
        got = sound.upload(kind.decode("latin-1"), call.body)
    except HubError as error:
        raise Refused(400, str(error), error.fix) from None
    if not got.found or not got.file:
        raise wrong("file", "There is no file in it.", "Send the sound as the field file.")
    if "word" in [text for name, text in got.listed if name.startswith("timestamp_granularities")]:
        raise wrong("timestamp_granularities", "I tell the times of segments only.", "Ask for segment.")
    fields: dict[str, Any] = {name: text for name, text in got.fields.items() if text}
    if "stream" in fields:
        fields["stream"] = {"true": True, "false": False, "1": True, "0": False}.get(
            fields["stream"].lower(), fields["stream"]
        )
    try:
        return TranscriptionRequest.model_validate(fields), got.file
    except ValidationError as error:
        raise unreadable(error) from None


class Spoken:
    """The endpoint that says a text aloud."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._slots = hub, asyncio.Semaphore(AT_ONCE)

    async def __call__(self, call: Call) -> None:
        """Answer one request; the first sound leaves while the rest is being made. Raises `Refused`."""
        try:
            asked = SpeechRequest.model_validate_json(call.body)
        except ValidationError as error:
            raise unreadable(error) from None
        if asked.stream_format == "sse":
            raise wrong("stream_format", "I send the sound as it is.", "Leave stream_format out.")
        mouth = self._hub.port(TextToSpeech)  # type: ignore[type-abstract]  # a Protocol is the key
        _refuse_unknown(asked.model, MOUTHS, mouth.info.name)
        kind = asked.response_format or "mp3"
        slices = mouth.speak(asked.input, voice=asked.named, speed=asked.speed or 1.0)
        async with self._slots, aclosing(sound.encode(slices, kind)) as blocks:
            try:
                first = await anext(blocks, b"")
            except Unavailable:
                raise
            except HubError as error:
                status = getattr(error, "status", 400)
                raise Refused(status, str(error), error.fix, param="voice") from None
            head = [(b"content-type", sound.KINDS[kind].encode()), *_ignored(asked)]
            await call.begin(200, head)
            await call.send({"type": "http.response.body", "body": first, "more_body": True})
            async for block in blocks:
                await call.send({"type": "http.response.body", "body": block, "more_body": True})
        await call.send({"type": "http.response.body", "body": b""})


def _ignored(asked: Lenient) -> list[tuple[bytes, bytes]]:
    """Return the header that names what was sent in vain."""
    sent = asked.model_fields_set & {"prompt", "temperature", "instructions"}
    return [(b"x-hub-ignored", ", ".join(sorted(sent)).encode())] if sent else []


def _refuse_unknown(model: str, known: frozenset[str], own: str) -> None:
    if model not in known and model != own:
        raise Refused(
            404, f"There is no model {model[:60]} for that.", "Use hub/auto.", code="model_not_found",
            param="model",
        )  # fmt: skip
