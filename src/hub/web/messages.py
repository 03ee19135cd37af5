"""Read what a client of the socket says; every message is checked before anything acts on it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hub.errors import HubError

MAX_TEXT = 64 * 1024
MAX_SOUND = 256 * 1024


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Format(_Message):
    """PCM as the client sends it, and, without a page, as it is sent to it."""

    encoding: Literal["s16le", "f32le"] = "f32le"
    rate: Annotated[int, Field(ge=8_000, le=96_000)] = 16_000
    channels: Annotated[int, Field(ge=1, le=2)] = 1
    """Of what it sends, one sample of each in turn; what it is sent has one."""


class Hello(_Message):
    """Who is there: a page shows ``parts`` as of ``rev``, and perhaps a ``conversation``.

    Clients that are no page need send no hello at all.
    """

    type: Literal["hello"] = "hello"
    conversation: Annotated[str, Field(max_length=64)] = ""
    page: bool = False
    rev: Annotated[str, Field(max_length=64)] = ""
    parts: Annotated[tuple[Annotated[str, Field(max_length=48)], ...], Field(max_length=32)] = ()
    talk: bool = True
    audio: Format = Format()


class StartRecording(_Message):
    """Listen; ``push`` ends with stop_recording, ``vad`` when the person falls silent."""

    type: Literal["start_recording"]
    mode: Literal["vad", "push"] = "vad"


class StopRecording(_Message):
    """What was said so far is the turn."""

    type: Literal["stop_recording"]


class Cancel(_Message):
    """Stop everything."""

    type: Literal["cancel"]


class Write(_Message):
    """Words in writing."""

    type: Literal["write"]
    text: str = Field(min_length=1, max_length=8_000)


class Retry(_Message):
    """Answer the last words anew."""

    type: Literal["retry"]
    turn: Annotated[str, Field(max_length=64)]


class Edit(_Message):
    """Take other words in the place of the last, and answer those."""

    type: Literal["edit"]
    turn: Annotated[str, Field(max_length=64)]
    text: str = Field(min_length=1, max_length=8_000)


class Played(_Message):
    """How many samples of ``epoch`` have been played, and how many gaps the sound had since the last report.

    As ``dry`` true only says that all that came was played.
    """

    type: Literal["played"]
    epoch: int = Field(ge=0, le=0xFFFF)
    samples: int = Field(ge=0, le=1 << 40)
    dry: Annotated[int, Field(strict=True, ge=0, le=1 << 20)] | bool = 0


class Use(_Message):
    """Do not listen while an answer sounds, or do."""

    type: Literal["use"]
    half_duplex: bool


class Wake(_Message):
    """Listen for the wake word while nobody talks, or no more: the tab goes on sending its sound."""

    type: Literal["wake"]
    on: bool


class SetVoice(_Message):
    """Speak with this voice from the next piece on."""

    type: Literal["set_voice"]
    voice: Annotated[str, Field(min_length=1, max_length=200)]


class SetPersona(_Message):
    """Answer as this persona from the next turn on; "" is nobody in particular."""

    type: Literal["set_persona"]
    persona: Annotated[str, Field(max_length=200)]


class Ping(_Message):
    """Ask whether the hub is there."""

    type: Literal["ping"]


Message = (
    Hello | StartRecording | StopRecording | Cancel | Write | Retry | Edit | Played | Use | SetVoice
    | SetPersona | Wake | Ping
)  # fmt: skip
_ADAPTER: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")], config=ConfigDict(defer_build=True)
)


def read(text: str) -> Message:
    """Return the message in ``text``. Raises `HubError` that says what is wrong with it."""
    if len(text) > MAX_TEXT:
        raise HubError(f"That message has {len(text):,} characters.", fix=f"Send at most {MAX_TEXT:,}.")
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise HubError(
            f"I do not understand that message: {where}: {first['msg']}.", fix=_fix(first["type"])
        ) from error


def _fix(kind: str) -> str:
    if kind == "json_invalid":
        return "Send one JSON object per text message."
    known = (
        "hello, start_recording, stop_recording, cancel, set_persona, set_voice, use, write, retry, edit, "
        "played, ping"
    )
    return f"The messages are: {known}."
