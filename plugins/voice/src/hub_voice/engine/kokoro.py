"""Speak: Kokoro through kokoro-onnx, an extra, with weights that a person put into the voices folder.

The package brings espeak-ng, which is GPL; it is imported here only, in the speech child's process.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog

from hub import EngineInfo, HubError, VoiceInfo
from hub_voice.engine.runtime import open_model
from hub_voice.engine.synthesis import Made
from hub_voice.playback.pieces import LONGEST, cut, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub_voice.engine.synthesis import Pcm

log = structlog.get_logger(__name__)

RATE = 24_000

THREADS = max(1, min(4, os.cpu_count() or 1))
"""One does not keep up with the speech: it takes about as long as that lasts."""

SLOWEST, FASTEST = 0.5, 2.0

LANGUAGES = {
    "a": ("en-US", "en-us"), "b": ("en-GB", "en-gb"), "e": ("es", "es"), "f": ("fr", "fr-fr"),
    "h": ("hi", "hi"), "i": ("it", "it"), "p": ("pt-BR", "pt-br"),
}  # fmt: skip
"""BCP 47 code and espeak's name by a voice's first letter; espeak alone cannot read Japanese and Chinese."""

SAMPLES_A_LETTER = RATE // 15
"""How much sound a letter makes, about: for what is still to come."""


class Kokoro:
    """One voice of the model. All voices share ``model``."""

    rate = RATE

    def __init__(self, model: Any, name: str) -> None:
        self._model, self._name = model, name
        self._language = LANGUAGES[name[0]][1]

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[Made]:
        """Yield ``text`` as sound, a clause first and then sentence by sentence."""
        left, first = len(text), cut(text[: 2 * LONGEST], first=True, whole=True)
        for part in [text[:first], *split(text[first:])]:
            left -= len(part)
            if not any(sign.isalnum() for sign in part):
                continue
            sound = self._say(part, min(FASTEST, max(SLOWEST, speed)))
            yield Made(sound, int(left * SAMPLES_A_LETTER / speed) if text[-left:].strip() and left else 0)

    def _say(self, part: str, speed: float) -> Pcm:
        try:
            sound, _ = self._model.create(part.strip(), voice=self._name, speed=speed, lang=self._language)
        except ValueError as why:  # what it has no phonemes for
            log.info("kokoro.unsaid", reason=str(why)[:200])
            return np.zeros(0, np.int16)
        pcm: Pcm = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
        return pcm


class KokoroShelf:
    """The voices of ``folder``: a ``*.onnx`` and a ``voices*`` file of the kokoro-onnx releases."""

    info = EngineInfo(
        "kokoro",
        "Kokoro",
        tuple(code for code, _ in LANGUAGES.values()),
        "Apache-2.0; espeak-ng GPL-3.0-or-later",
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Any = None
        self._names: tuple[str, ...] | None = None

    def lacks(self) -> HubError | None:
        """Say what is missing before it can speak, and what to do; None when nothing is."""
        if self._files() is None:
            return HubError(
                "Kokoro's weights are not there.",
                fix=f"Put kokoro-v1.0.int8.onnx and voices-v1.0.bin into {self._folder}.",
            )
        if importlib.util.find_spec("kokoro_onnx") is None:
            return HubError(
                "kokoro-onnx is not installed.", fix="Run: hub plugins install 'timmy-hub-voice[kokoro]'"
            )
        return None

    def titles(self) -> tuple[VoiceInfo, ...]:
        """Return the voices in the file, American English first; none while something is missing."""
        if (files := self._files()) is None or self.lacks() is not None:
            return ()
        if self._names is None:
            self._names = _names(files[1])
        return tuple(VoiceInfo(name, _title(name), LANGUAGES[name[0]][0], "kokoro") for name in self._names)

    def open(self, name: str) -> Kokoro:
        """Open a voice; the model is opened with the first. Raises `HubError` when it is none."""
        if (lack := self.lacks()) is not None or (files := self._files()) is None:
            raise lack or HubError("Kokoro's weights have gone.", fix=f"Put them back into {self._folder}.")
        try:
            kokoro_onnx: Any = importlib.import_module("kokoro_onnx")  # an extra
        except ImportError as error:
            raise HubError(f"kokoro-onnx does not load: {error}", fix="Install it anew.") from error
        try:
            if self._model is None:
                self._model = kokoro_onnx.Kokoro.from_session(open_model(files[0], THREADS), str(files[1]))
            return Kokoro(self._model, name)
        except Exception as error:
            log.warning("kokoro.unusable", reason=str(error)[:200])
            raise HubError(
                "Kokoro's files do not fit together.", fix="Take both from one kokoro-onnx release."
            ) from error

    def _files(self) -> tuple[Path, Path] | None:
        if not self._folder.is_dir():
            return None
        models = sorted(self._folder.glob("*.onnx"))
        voices = sorted(one for one in self._folder.glob("voices*") if one.suffix in {".bin", ".npz"})
        return (models[0], voices[0]) if models and voices else None


def _names(voices: Path) -> tuple[str, ...]:
    try:
        with np.load(voices, allow_pickle=False) as file:
            named = [name for name in file.files if re.fullmatch(r"[a-z][fm]_[a-z0-9_]+", name)]
    except (OSError, ValueError, AttributeError) as error:
        log.warning("kokoro.no_voices", reason=str(error)[:200])
        return ()
    return tuple(
        sorted(
            (name for name in named if name[0] in LANGUAGES), key=lambda name: ("ab".find(name[0]) % 9, name)
        )
    )


def _title(name: str) -> str:
    return f"{name[3:].replace('_', ' ').capitalize()}, {LANGUAGES[name[0]][0]}"
