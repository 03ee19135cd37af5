"""Say what our Wyoming server can do, as the engines that are here now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

if TYPE_CHECKING:
    from hub import SpeechToText, TextToSpeech

US = Attribution(name="Hub", url="https://github.com/")
_ABSENT = "none"


async def info(ears: SpeechToText, mouth: TextToSpeech, version: str) -> Info:
    """Return what the ports offer; what is absent is left out."""
    found = Info()
    heard = ears.info
    if heard.name != _ABSENT:
        about = _about(heard.name, heard.title, version)
        model = AsrModel(**about, languages=[*heard.languages])
        found.asr.append(AsrProgram(**_about("hub", "The hub's ears", version), models=[model]))
    if mouth.info.name != _ABSENT and (voices := await mouth.voices()):
        told = [
            TtsVoice(**_about(one.name, one.title, version), languages=[one.language], speakers=None)
            for one in voices
        ]
        program = _about("hub", "The hub's voice", version)
        found.tts.append(TtsProgram(**program, voices=told, supports_synthesize_streaming=True))
    return found


def _about(name: str, title: str, version: str) -> dict[str, Any]:
    return {
        "name": name, "description": title, "attribution": US, "installed": True, "version": version,
    }  # fmt: skip
