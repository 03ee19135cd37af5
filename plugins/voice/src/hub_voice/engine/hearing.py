"""Say what every recogniser of this child can do: the plain, blocking side of the `SpeechToText` port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub_voice.pcm import Samples


def always() -> bool:
    """Say that the work is still wanted."""
    return True


@dataclass(frozen=True, slots=True)
class Words:
    """What was heard; ``confidence`` 0 to 1 where the recogniser tells."""

    text: str
    language: str = "en"
    confidence: float | None = None


class Recogniser(Protocol):
    """A model that hears. Not thread-safe: whoever owns it runs it on one thread."""

    name: str
    """Of the engine, as settings name it."""
    languages: tuple[str, ...]
    """What it can hear, BCP 47; empty: anything."""

    def write(self, samples: Samples, wanted: Callable[[], bool], language: str = "") -> Words:
        """Return the words in ``samples`` (16 kHz, at most 30 s); gives up once they are not ``wanted``."""
        ...
