"""Open the recognisers that are there, and make `Ears` of the one chosen and the quick one."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog

from hub import EngineInfo, HubError
from hub_voice.engine import tiers
from hub_voice.engine.ears import Ear, Ears, known
from hub_voice.engine.moonshine import Merged, Moonshine, Split
from hub_voice.pcm import Resampler, to_float
from hub_voice.settings import RATE

if TYPE_CHECKING:
    from hub_voice.engine.hearing import Recogniser
    from hub_voice.engine.ranks import Traffic
    from hub_voice.engine.runtime import Model
    from hub_voice.engine.tiers import Choice
    from hub_voice.engine.whisper import Whisper
    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)

TINY = ("moonshine-encoder", "moonshine-decoder", "moonshine-tokens")
BASE = ("encoder.onnx", "cross.onnx", "step.onnx", "tokens.bin")
"""Files of base-en as `prepare` leaves them."""

WHISPER = {
    "whisper-tiny-en-model": "model.bin",
    "whisper-tiny-en-config": "config.json",
    "whisper-tiny-en-tokenizer": "tokenizer.json",
    "whisper-tiny-en-vocabulary": "vocabulary.txt",
}
"""The model files of Whisper tiny.en, and what CTranslate2 calls them."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the settings say of hearing, and where things lie."""

    paths: dict[str, Path]
    """Model files by name, as far as they are there."""
    cache: Path
    ears: str = "auto"
    language: str = ""
    whisper: str = ""
    wyoming: str = ""
    tier: Path = field(default_factory=lambda: Path("tier.json"))

    @property
    def base(self) -> Path:
        """The folder of base-en, made by `hub voice prepare`."""
        return base_folder(self.cache)

    @property
    def there(self) -> set[str]:
        """The ears that can be opened."""
        found = {"moonshine-tiny"}
        if is_prepared(self.base):
            found.add("moonshine-base")
        if self.whisper or all(name in self.paths for name in WHISPER):
            found.add("whisper")
        if self.wyoming:
            found.add("wyoming")
        return found


def hearing(config: dict[str, Any]) -> Hearing:
    """Return what the child's configuration says of hearing: settings, and paths of models by name."""
    cache = Path(config["cache"])
    return Hearing(
        {name: Path(path) for name, path in config["models"].items()},
        cache,
        str(config.get("ears", "auto")),
        str(config.get("language", "")),
        str(config.get("whisper_model", "")),
        str(config.get("wyoming_ears", "")),
        Path(config.get("data", cache)) / "voice-tier.json",
    )


def base_folder(cache: Path) -> Path:
    """Return where base-en lies once it is prepared."""
    return cache / "moonshine-base"


def is_prepared(folder: Path) -> bool:
    """Say whether base-en is there, whole."""
    return all((folder / name).exists() for name in BASE)


def open_ears(wanted: Hearing, detector: Model, traffic: Traffic) -> tuple[Ears, Choice]:
    """Open what is wanted, warm; what cannot be opened is replaced by Moonshine tiny, and the choice says so.

    Blocks for a second or so, the first time ever for two more.
    """
    tiny = open_tiny(wanted.paths)
    quick = Ear(tiny, _info("moonshine-tiny", tiny), detector, traffic)
    chosen = tiers.choose(wanted.ears, _measured(wanted, tiny), wanted.there)
    try:
        if chosen.ears == "wyoming":
            return _served(wanted, quick, detector, traffic), chosen
        best = quick if chosen.ears == "moonshine-tiny" else _open(chosen.ears, wanted, detector, traffic)
        known(wanted.language, best.info)
    except Exception as error:  # noqa: BLE001  a model of another layout raises what it likes
        log.warning("ears.not_opened", ears=chosen.ears, reason=str(error)[:300])
        fix = error.fix if isinstance(error, HubError) else tiers.how_to_get(chosen.ears)
        reason = f"{tiers.TITLES[chosen.ears]} cannot be opened: {str(error)[:200]}"
        best, chosen = (
            quick,
            tiers.Choice("moonshine-tiny", chosen.tier, reason, fix, chosen.ms, refused=True),
        )
    log.info("ears.chosen", **chosen.plain())
    return Ears(best, quick, traffic, wanted.language), chosen


def open_tiny(paths: dict[str, Path]) -> Moonshine:
    """Open Moonshine tiny-en, warm."""
    encoder, decoder, tokens = (paths[name] for name in TINY)
    return _warm(Moonshine("moonshine-tiny", encoder, Merged(decoder), tokens))


def open_base(folder: Path) -> Moonshine:
    """Open Moonshine base-en as it was prepared, warm."""
    encoder, cross, step, tokens = (folder / name for name in BASE)
    return _warm(Moonshine("moonshine-base", encoder, Split(cross, step), tokens))


def _warm(model: Moonshine) -> Moonshine:
    model.transcribe(np.zeros(RATE, np.float32))
    return model


def _open(name: str, wanted: Hearing, detector: Model, traffic: Traffic) -> Ear:
    model: Recogniser
    if name == "whisper":  # noqa: SIM108  their common type is the port's
        model = _whisper(wanted)
    else:
        model = open_base(wanted.base)
    return Ear(model, _info(name, model), detector, traffic)


def _whisper(wanted: Hearing) -> Whisper:
    from hub_voice.engine import whisper  # noqa: PLC0415  only where it is chosen

    folder = Path(wanted.whisper).expanduser() if wanted.whisper else _whisper_folder(wanted)
    model = whisper.Whisper(folder)
    model.write(np.zeros(RATE, np.float32), lambda: True, "en")
    return model


def _whisper_folder(wanted: Hearing) -> Path:
    """Give the files the names that CTranslate2 looks for."""
    folder = wanted.cache / "whisper-tiny-en"
    folder.mkdir(parents=True, exist_ok=True)
    for name, plain in WHISPER.items():
        link = folder / plain
        link.unlink(missing_ok=True)
        link.symlink_to(wanted.paths[name].resolve())
    return folder


def _served(wanted: Hearing, quick: Ear, detector: Model, traffic: Traffic) -> Ears:
    """Return ears that ask a Wyoming server, and the best of our own while it is away."""
    from hub_voice.wyoming import address  # noqa: PLC0415  only where it is chosen
    from hub_voice.wyoming import ears as served  # noqa: PLC0415  as above

    server = served.WyomingEars(address.parse(wanted.wyoming))
    own = _open("moonshine-base", wanted, detector, traffic) if "moonshine-base" in wanted.there else quick
    return Ears(server, quick, traffic, wanted.language, stands_in=own)


def _info(name: str, model: Recogniser) -> EngineInfo:
    return EngineInfo(name, tiers.TITLES[name], model.languages, "MIT")


def _measured(wanted: Hearing, tiny: Moonshine) -> float | None:
    """Return what the clip costs here, measured once and kept."""
    if wanted.ears not in ("auto", ""):
        return tiers.kept(wanted.tier)
    if (ms := tiers.kept(wanted.tier)) is None and (clip := wanted.paths.get("speech-sample")):
        ms = tiers.measure(tiny, read_clip(clip))
        tiers.keep(wanted.tier, ms)
    return ms


def read_clip(path: Path) -> Samples:
    """Return the speech in a mono wav file, at 16 kHz."""
    with wave.open(io.BytesIO(path.read_bytes())) as file:
        return Resampler(file.getframerate()).push(to_float(file.readframes(10**9), "s16le"))
