"""Write down what was said with Whisper, through CTranslate2: slower than Moonshine, in many languages."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hub import HubError
from hub_voice.engine.hearing import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub_voice.pcm import Samples

NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Files of a folder that holds such a model (and its vocabulary, whose name differs)."""

SILENT = 0.6
"""Probability of "nobody speaks" above which a doubtful text is taken for a phantom."""

DOUBTFUL = -1.0
"""Mean log probability of a token below which the model guesses."""


class Whisper:
    """A recogniser; pays for a window of 30 s whatever the length, 0.3 s on one core for tiny."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        if missing := [name for name in NEEDED if not (folder / name).exists()]:
            raise HubError(
                f"There is no Whisper model in {folder.name}: {', '.join(missing)} missing.",
                fix="Put a model for faster-whisper there, or choose other ears in settings.",
            )
        # half a second, and only where it is chosen
        whisper: Any = import_module("faster_whisper")
        try:
            self._model = whisper.WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise HubError(
                f"The Whisper model in {folder.name} cannot be opened: {str(error)[:200]}",
                fix="Convert it for CTranslate2 anew, or choose other ears in settings.",
            ) from error
        self.name = "whisper"
        self.languages: tuple[str, ...] = (
            tuple(sorted(self._model.supported_languages)) if self._model.model.is_multilingual else ("en",)
        )

    def write(self, samples: Samples, wanted: Callable[[], bool], language: str = "") -> Words:
        """Return the words in ``samples``; the language is found out when it is not given."""
        if not wanted():
            return Words("")
        parts, info = self._model.transcribe(
            samples,
            beam_size=1,
            language=language or (None if len(self.languages) > 1 else "en"),
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        texts, chances = [], []
        for part in parts:
            if not wanted():
                break
            if part.no_speech_prob > SILENT and part.avg_logprob < DOUBTFUL:
                continue
            texts.append(part.text.strip())
            chances.append(part.avg_logprob)
        sure = math.exp(sum(chances) / len(chances)) if chances else None
        return Words(" ".join(texts).strip(), info.language, sure)
