"""Keep the Piper voices in order: the one that came with the hub, and those that a person put beside it."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import structlog

from hub import EngineInfo, HubError, VoiceInfo

if TYPE_CHECKING:
    from pathlib import Path

    from hub_voice.engine.piper import Voice

log = structlog.get_logger(__name__)

LARGEST_CONFIG = 2_000_000
"""Bytes of a voice's description; the largest known one, with 900 speakers, has 30 kB."""

TIMES = 3
"""How often a file may take the process down before it is left alone, until it is another file."""

SPEAKERS_SHOWN = 32
"""Speakers of one voice that are listed; every one can be named."""


@dataclass(frozen=True, slots=True)
class _File:
    model: Path
    config: Path


class PiperShelf:
    """The voices of ``folder``, ``*.onnx`` with ``*.onnx.json``, behind the usual one.

    A voice of several speakers is named ``voice:speaker``. ``kept``: where cut models are cached.
    """

    info = EngineInfo("piper", "Piper", (), "GPL-3.0-or-later")

    def __init__(self, model: Path, config: Path, kept: Path, folder: Path | None = None) -> None:
        self._usual, self._folder, self._kept = _File(model, config), folder, kept
        self._told: dict[tuple[Path, int], tuple[VoiceInfo, ...]] = {}

    def titles(self) -> tuple[VoiceInfo, ...]:
        """Return the voices that are there; a file that is none is logged once and left out."""
        return tuple(voice for name, file in self._files().items() for voice in self._describe(name, file))

    def open(self, name: str) -> Voice:
        """Open a voice by name. Raises `HubError` when its file is of another kind."""
        from hub_voice.engine.piper import Voice  # noqa: PLC0415  loads while the ears do

        stem, _, speaker = name.partition(":")
        file = self._files().get(stem)
        if file is None:
            raise _no_voice(stem, "It is not there any more.")
        try:
            # what was published and checked is never left alone: a kill from outside is not its fault
            with nullcontext() if file is self._usual else Tried(self._kept, file.model):
                return Voice(file.model, file.config, self._kept, speaker=speaker)
        except HubError:
            raise
        except Exception as error:
            log.warning("voice.unusable", voice=stem, reason=str(error)[:200])
            raise _no_voice(stem, "It is of another kind, or damaged.") from error

    def _files(self) -> dict[str, _File]:
        found = {self._usual.model.stem: self._usual}
        if self._folder is not None and self._folder.is_dir():
            for model in sorted(self._folder.glob("*.onnx")):
                found.setdefault(model.stem, _File(model, model.with_name(model.name + ".json")))
        return found

    def _describe(self, name: str, file: _File) -> tuple[VoiceInfo, ...]:
        try:
            key = (file.config, file.config.stat().st_mtime_ns)
        except OSError:
            key = (file.config, 0)
        if key not in self._told:
            self._told[key] = _describe(name, file.config)
        return self._told[key]


class Tried:
    """Note on disk that a model is being opened: one that takes the process down is not tried for ever.

    Native code reads these files, and a broken one may end the process instead of raising.
    """

    def __init__(self, folder: Path, model: Path) -> None:
        self._model = model
        self._note = folder / f"{model.stem}.tried"

    def __enter__(self) -> Self:
        """Count this time. Raises `HubError` when the same file ended the process `TIMES` times."""
        stamp = str(self._model.stat().st_mtime_ns)
        try:
            seen, _, times = self._note.read_text(encoding="ascii").partition(" ")
            count = int(times) if seen == stamp else 0
        except (OSError, ValueError):
            count = 0
        if count >= TIMES:
            raise _no_voice(self._model.stem, "It took my voice process down.")
        with suppress(OSError):
            self._note.parent.mkdir(parents=True, exist_ok=True)
            self._note.write_text(f"{stamp} {count + 1}", encoding="ascii")
        return self

    def __exit__(self, *_: object) -> None:
        """We are still here."""
        with suppress(OSError):
            self._note.unlink(missing_ok=True)


def _describe(name: str, config: Path) -> tuple[VoiceInfo, ...]:
    try:
        with config.open(encoding="utf-8") as file:
            told = json.loads(file.read(LARGEST_CONFIG))
        language = told.get("language", {})
        code = str(language.get("code") or told["espeak"]["voice"]).replace("_", "-")
        rate = int(told["audio"]["sample_rate"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("voice.no_description", file=config.name, reason=str(error)[:200])
        return ()
    title, about = _title(name, told), f"{language.get('name_english') or code}, {rate} Hz"
    speakers = list(told.get("speaker_id_map") or {})[:SPEAKERS_SHOWN]
    one = VoiceInfo(name, title, code, "piper", about)
    return (one, *(VoiceInfo(f"{name}:{who}", f"{title}, {who}", code, "piper", about) for who in speakers))


def _title(name: str, told: dict[str, Any]) -> str:
    """Return a voice's name for people: "Joe, medium"."""
    who = str(told.get("dataset") or (name.split("-")[1] if name.count("-") > 1 else name))
    quality = str(told.get("audio", {}).get("quality") or "")
    return ", ".join(part for part in (who.replace("_", " ").capitalize(), quality) if part)


def _no_voice(name: str, why: str) -> HubError:
    return HubError(
        f"I cannot speak with the voice {name!r}. {why}",
        fix=f"Put {name}.onnx and {name}.onnx.json of one Piper voice into the voices folder.",
    )
