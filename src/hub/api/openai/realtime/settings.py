"""Keep what a client chose for its session, in the form of the general API and of the beta before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from hub.api.openai import tools
from hub.api.openai.asked import Lenient, Temperature, offered_and_wanted
from hub.api.openai.errors import wrong
from hub.api.openai.realtime.sound import BETA, FORMATS, RATES, Format
from hub.api.openai.responses import FlatTool, FlatWanted

if TYPE_CHECKING:
    from hub.llm.provider import ToolSpec

MOST_INSTRUCTIONS = 64_000
USUAL_VOICES = frozenset({
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer",
    "verse",
})  # fmt: skip
"""Voices of OpenAI's, which clients name unasked: they mean the hub's usual one."""

Modality = Literal["text", "audio"]
Tokens = int | Literal["inf"] | None


class AskedDetection(Lenient):
    """How a turn ends; the lengths of silence are the hub's own, and theirs are passed over."""

    type: Literal["server_vad", "semantic_vad"] = "server_vad"
    create_response: bool | None = None
    interrupt_response: bool | None = None


class AskedFormat(Lenient):
    """A format of the general API."""

    type: str | None = None
    rate: int | None = None


class AskedInput(Lenient):
    """What is sent."""

    format: AskedFormat | None = None
    turn_detection: AskedDetection | None = None
    transcription: dict[str, Any] | None = None


class AskedVoice(Lenient):
    """A voice by its id."""

    id: str = Field(max_length=100)


class AskedOutput(Lenient):
    """What comes back."""

    format: AskedFormat | None = None
    voice: str | AskedVoice | None = None


class AskedAudio(Lenient):
    """The sound of both sides, in the general API."""

    input: AskedInput | None = None
    output: AskedOutput | None = None


class AskedSession(Lenient):
    """What ``session.update`` and ``response.create`` may say."""

    type: str | None = None
    instructions: str | None = Field(None, max_length=MOST_INSTRUCTIONS)
    output_modalities: list[Modality] | None = None
    modalities: list[Modality] | None = None
    audio: AskedAudio | None = None
    voice: str | AskedVoice | None = None
    input_audio_format: str | None = None
    output_audio_format: str | None = None
    turn_detection: AskedDetection | None = None
    tools: list[FlatTool] | None = None
    tool_choice: Literal["none", "auto", "required"] | FlatWanted | None = None
    max_output_tokens: Tokens = None
    max_response_output_tokens: Tokens = None
    temperature: Temperature | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """The hub ends turns. ``answers``: and answers them; ``yields``: who speaks stops the answer."""

    kind: str = "server_vad"
    answers: bool = True
    yields: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """One session's choices. ``max_tokens``: 0 leaves it to who answers; ``detection``: None is by hand."""

    model: str
    instructions: str = ""
    audible: bool = True
    asked_tools: tuple[FlatTool, ...] = ()
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = ""
    max_tokens: int = 0
    temperature: float | None = None
    input: Format = "audio/pcm"
    output: Format = "audio/pcm"
    detection: Detection | None = field(default_factory=Detection)
    voice: str = ""

    def told(self, id_: str, *, beta: bool) -> dict[str, Any]:
        """Return the session as an object of the API."""
        both = {
            "id": id_, "object": "realtime.session", "model": self.model, "instructions": self.instructions,
            "tools": [_tool(one) for one in self.asked_tools], "tool_choice": self.tool_choice or "auto",
        }  # fmt: skip
        most, heard = self.max_tokens or "inf", {"model": "hub"}
        if beta:
            short = {long: name for name, long in BETA.items()}
            return both | {
                "modalities": ["audio", "text"] if self.audible else ["text"], "voice": self.voice,
                "input_audio_format": short[self.input], "output_audio_format": short[self.output],
                "input_audio_transcription": heard, "turn_detection": self._detection(),
                "temperature": self.temperature or 0.8, "max_response_output_tokens": most,
            }  # fmt: skip
        given: dict[str, Any] = {
            "format": _format(self.input), "transcription": heard, "turn_detection": self._detection(),
        }  # fmt: skip
        back = {"format": _format(self.output), "voice": self.voice, "speed": 1.0}
        return both | {
            "type": "realtime", "output_modalities": ["audio" if self.audible else "text"],
            "audio": {"input": given, "output": back}, "max_output_tokens": most,
        }  # fmt: skip

    def _detection(self) -> dict[str, Any] | None:
        if self.detection is None:
            return None
        about = self.detection
        return {
            "type": about.kind, "create_response": about.answers, "interrupt_response": about.yields,
        }  # fmt: skip

    def changed(self, asked: AskedSession) -> dict[str, Any]:
        """Return the fields that ``asked`` changes, for `dataclasses.replace`. Raises `Refused`."""
        found: dict[str, Any] = {}
        if asked.instructions is not None:
            found["instructions"] = asked.instructions
        if (wanted := asked.output_modalities or asked.modalities) is not None:
            found["audible"] = "audio" in wanted
        for most in (asked.max_output_tokens, asked.max_response_output_tokens):
            if most is not None:
                found["max_tokens"] = 0 if most == "inf" else max(1, int(most))
        if asked.temperature is not None:
            found["temperature"] = asked.temperature
        if (voice := asked.voice or _voice(asked.audio)) is not None:
            found["voice"] = voice if isinstance(voice, str) else voice.id
        return found | self._tools(asked) | _sounds(asked)

    def _tools(self, asked: AskedSession) -> dict[str, Any]:
        if asked.tools is None and asked.tool_choice is None:
            return {}
        given = self.asked_tools if asked.tools is None else tuple(asked.tools)
        choice = asked.tool_choice
        wanted = choice.name if isinstance(choice, FlatWanted) else choice or ""
        for place, one in enumerate(given):
            if one.type != "function":
                raise wrong(f"tools.{place}.type", f"I have no {one.type[:50]!r}.", "Send functions only.")
        specs = tuple(
            tools.spec(one.name, one.description, one.parameters, f"tools.{place}")
            for place, one in enumerate(given)
        )
        tools.check_names(specs)
        offered, wanted = offered_and_wanted(specs, wanted)
        return {"asked_tools": given, "tools": offered, "tool_choice": wanted}


def _voice(audio: AskedAudio | None) -> str | AskedVoice | None:
    return audio.output.voice if audio and audio.output else None


def _sounds(asked: AskedSession) -> dict[str, Any]:
    """Return what ``asked`` says of formats and of how turns end. Raises `Refused`."""
    found: dict[str, Any] = {}
    given = asked.audio.input if asked.audio else None
    back = asked.audio.output if asked.audio else None
    heard = (given.format if given else None) or AskedFormat(type=asked.input_audio_format)
    told = (back.format if back else None) or AskedFormat(type=asked.output_audio_format)
    if heard.type:
        found["input"] = _known(heard.type, heard.rate)
    if told.type:
        found["output"] = _known(told.type, told.rate)
    for one in (asked, given):
        if one is not None and "turn_detection" in one.model_fields_set:
            found["detection"] = _detects(one.turn_detection)
    return found


def _known(name: str, rate: int | None) -> Format:
    form = BETA.get(name, name)
    if form not in FORMATS or rate not in {None, RATES[form]}:
        raise wrong(
            "session.audio.format", f"I do not take {name[:40]!r} at that rate.",
            "Use audio/pcm at 24000 Hz, audio/pcmu or audio/pcma.",
        )  # fmt: skip
    return form


def _detects(asked: AskedDetection | None) -> Detection | None:
    if asked is None:
        return None
    return Detection(asked.type, asked.create_response is not False, asked.interrupt_response is not False)


def _format(form: Format) -> dict[str, Any]:
    return {"type": form, "rate": RATES[form]} if form == "audio/pcm" else {"type": form}


def _tool(tool: FlatTool) -> dict[str, Any]:
    about = {"name": tool.name, "description": tool.description or "", "parameters": tool.parameters or {}}
    return {"type": "function", **about}
