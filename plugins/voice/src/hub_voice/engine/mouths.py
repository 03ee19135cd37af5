"""Speak with every engine that has a voice: each voice by its name, the chosen one when none is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from hub import EngineInfo, HubError, Unavailable
from hub_voice.engine.synthesis import REQUESTED, Mouth, unknown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hub import Slice, TextToSpeech, VoiceInfo

log = structlog.get_logger(__name__)


class Mouths:
    """A `hub.TextToSpeech` over several. ``chosen``: a voice's name; "" is the first engine's usual one."""

    def __init__(self, mouths: Sequence[TextToSpeech], chosen: str = "") -> None:
        self._mouths, self.chosen = tuple(mouths), chosen
        self._where: dict[str, TextToSpeech] = {}
        self._languages: dict[str, str] = {}
        self.trouble: HubError | None = None
        """Why the chosen voice is not the one that speaks."""

    @property
    def info(self) -> EngineInfo:
        """Say what they are together."""
        known = [one.info for one in self._mouths]
        languages = tuple(dict.fromkeys(code for one in known for code in one.languages))
        return EngineInfo(
            "+".join(one.name for one in known),
            " and ".join(one.title for one in known),
            languages,
            ", ".join(dict.fromkeys(one.licence for one in known if one.licence)),
            all(one.local for one in known),
        )

    async def prepare(self) -> int:
        """Open the chosen voice, or the usual one when it fails; return its rate in Hz."""
        await self.voices()
        if self.chosen:
            try:
                return await _prepare(await self._owner(self.chosen), self.chosen)
            except HubError as error:
                self.trouble = error
                log.warning("voice.replaced", voice=self.chosen, reason=str(error))
        return await _prepare(self._mouths[0], "")

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return every voice, the chosen one first; an engine that cannot tell now is left out."""
        found: dict[str, tuple[VoiceInfo, TextToSpeech]] = {}
        for mouth in self._mouths:
            try:
                there = await mouth.voices()
            except HubError as error:
                log.warning("mouth.absent", engine=mouth.info.name, reason=str(error))
                continue
            for voice in there:
                found.setdefault(voice.name, (voice, mouth))
        self._where = {name: mouth for name, (_, mouth) in found.items()}
        self._languages = {name: voice.language for name, (voice, _) in found.items()}
        every = [voice for voice, _ in found.values()]
        return tuple(sorted(every, key=lambda voice: voice.name != self.chosen))

    def english(self, voice: str = "") -> bool:
        """Tell whether ``voice``, "" for the one in use, speaks English, as far as is known."""
        name = voice or (self.chosen if self.trouble is None else "")
        usual = next(iter(self._languages.values()), "en")
        language = self._languages.get(name) or self._languages.get(name.partition(":")[0]) or usual
        return language.lower().startswith("en")

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0, rank: int = REQUESTED
    ) -> AsyncIterator[Slice]:
        """Yield ``text`` as sound. The chosen voice is replaced by the usual one when it fails."""
        if voice:
            async for part in _with_rank(await self._owner(voice), text, voice, speed, rank):
                yield part
            return
        began = False
        try:
            if self.chosen:
                async for part in _with_rank(await self._owner(self.chosen), text, self.chosen, speed, rank):
                    began = True
                    yield part
                self.trouble = None
                return
        except HubError as error:
            if began:
                raise
            self.trouble = error
            log.warning("voice.replaced", voice=self.chosen, reason=str(error))
        async for part in _with_rank(self._mouths[0], text, "", speed, rank):
            yield part

    async def _owner(self, voice: str) -> TextToSpeech:
        name = voice.partition(":")[0]
        if name not in self._where and voice not in self._where:
            await self.voices()
        owner = self._where.get(voice) or self._where.get(name)
        if owner is None:
            raise unknown(voice)
        return owner


async def _prepare(mouth: TextToSpeech, voice: str) -> int:
    if isinstance(mouth, Mouth):
        return await mouth.prepare(voice)
    async for part in mouth.speak("Okay.", voice=voice):
        return part.sound.rate
    raise Unavailable(
        f"{mouth.info.title} said nothing.", fix="See whether it runs, or choose another voice."
    )


def _with_rank(mouth: TextToSpeech, text: str, voice: str, speed: float, rank: int) -> AsyncIterator[Slice]:
    if isinstance(mouth, Mouth):
        return mouth.speak(text, voice=voice, speed=speed, rank=rank)
    return mouth.speak(text, voice=voice, speed=speed)
