"""Write down a whole sound piece by piece, with the time of each, and tell it as subtitles."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.sound.cut import cut, is_silent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub.ports import Sound, SpeechToText

    Progress = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Segment:
    """Words and when they were said, in seconds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """All that was said in a sound of ``seconds``; ``ms``: what it took to write it down.

    ``confidence``: the least of all pieces, None where no engine tells.
    """

    text: str
    segments: tuple[Segment, ...]
    language: str
    engine: str
    seconds: float
    ms: float
    confidence: float | None = None


async def in_words(ears: SpeechToText, sound: Sound, *, language: str = "") -> Words:
    """Return the words in ``sound``, of any length. Raises as `SpeechToText.transcribe`."""
    began, segments, sure = time.monotonic(), list[Segment](), list[float]()
    spoken, engine = language, ears.info.name
    for piece in cut(sound):
        if is_silent(piece.sound):
            continue
        heard = await ears.transcribe(piece.sound, language=language)
        spoken, engine = heard.language or spoken, heard.engine or engine
        if text := heard.text.strip():
            segments.append(Segment(piece.start, piece.end, text))
            if heard.confidence is not None:
                sure.append(heard.confidence)
    known = ears.info.languages
    return Words(
        " ".join(one.text for one in segments), tuple(segments), spoken or (known[0] if known else ""),
        engine, sound.seconds, (time.monotonic() - began) * 1000, min(sure, default=None),
    )  # fmt: skip


def srt(segments: Sequence[Segment]) -> str:
    """Return subtitles as SubRip has them."""
    shown = (
        f"{number}\n{_clock(one.start, ',')} --> {_clock(one.end, ',')}\n{_line(one.text)}\n"
        for number, one in enumerate(segments, 1)
    )
    return "\n".join(shown) + "\n"


def vtt(segments: Sequence[Segment]) -> str:
    """Return subtitles as WebVTT (W3C) has them."""
    shown = (f"{_clock(one.start, '.')} --> {_clock(one.end, '.')}\n{_line(one.text)}\n" for one in segments)
    return "\n".join(["WEBVTT\n", *shown]) + "\n"


def _clock(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _line(text: str) -> str:
    return text.replace("-->", "->").replace("\n", " ")
