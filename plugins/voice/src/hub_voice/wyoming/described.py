"""Read what a Wyoming server says of itself: programs, languages, voices; what is odd is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wyoming.info import Describe

from hub import EngineInfo, Unavailable, VoiceInfo
from hub_voice.wyoming.line import Line, connected

if TYPE_CHECKING:
    from hub_voice.wyoming.address import Address

DESCRIBE_S = 10.0
MOST = 500
"""Voices, and languages, that are kept of one server."""

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Described:
    """One program of a server. ``streams``: takes text, or gives words, in pieces."""

    info: EngineInfo
    voices: tuple[VoiceInfo, ...] = ()
    streams: bool = False

    def knows(self, language: str) -> bool:
        """Say whether it knows ``language``, by its first part: en and en-US are one."""
        known = {primary(one) for one in self.info.languages}
        return not language or not known or primary(language) in known


def primary(language: str) -> str:
    """Return the first part of a BCP 47 code, or of a locale."""
    return language.replace("_", "-").partition("-")[0].lower()


async def describe(address: Address, domain: str) -> Described:
    """Ask the server at ``address`` for its ``domain``, asr or tts. Raises `Unavailable`."""
    async with connected(address, DESCRIBE_S) as line:
        return await ask(line, domain)


async def ask(line: Line, domain: str) -> Described:
    """Ask over ``line``. Raises `Unavailable`, also when the server has no such program."""
    await line.send(Describe())
    while (event := await line.receive()).type != "info":
        pass
    found = [one for one in _dicts(event.data.get(domain)) if one.get("installed", True)]
    if not found:
        what = {"asr": "recognise speech", "tts": "speak"}.get(domain, domain)
        raise Unavailable(f"The server at {line.address} does not {what}.", fix="Name another one.")
    return read(found[0], domain, line.address)


def read(program: dict[str, Any], domain: str, address: Address) -> Described:
    """Return what the ``program`` object of an ``info`` frame says."""
    name = _text(program.get("name")) or "wyoming"
    if domain == "tts":
        every = _voices(program)
        languages = tuple(dict.fromkeys(voice.language for voice in every))
        voices = tuple(every[:MOST])
        streams = program.get("supports_synthesize_streaming") is True
    else:
        voices, streams = (), program.get("supports_transcript_streaming") is True
        models = [one for one in _dicts(program.get("models")) if one.get("installed", True)]
        languages = tuple(dict.fromkeys(code for one in models for code in _texts(one.get("languages"))))
    title = f"{_text(program.get('description')) or name} at {address}"
    info = EngineInfo(f"wyoming:{name}", title, languages[:MOST], "", address.local)
    return Described(info, voices, streams)


def _voices(program: dict[str, Any]) -> list[VoiceInfo]:
    """Return the voices that are installed. Speakers go unlisted: some voices have nine hundred."""
    engine, found = _text(program.get("name")), []
    for one in _dicts(program.get("voices")):
        name = _text(one.get("name"))
        if not name or not one.get("installed", True):
            continue
        language = next(iter(_texts(one.get("languages"))), "en").replace("_", "-")
        title = _text(one.get("description")) or name
        found.append(VoiceInfo(name, title, language, engine))
    return found


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one[:_LONGEST] for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
