"""Pick the ears that this machine can afford: by two seconds of its own time, or as the settings say."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from hub_voice.settings import RATE

if TYPE_CHECKING:
    from collections.abc import Collection

    from hub_voice.engine.hearing import Recogniser
    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)

CLIP_S = 5
"""Seconds of the fixed clip."""

LONGEST_S = 2.0
"""Seconds that the measurement takes at most, but for its last pass."""

PASSES = 5

TITLES = {
    "moonshine-tiny": "Moonshine tiny",
    "moonshine-base": "Moonshine base",
    "whisper": "Whisper",
    "wyoming": "Wyoming server",
}
"""The ears by name, as settings know them."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A class of machines: those that hear the clip within ``below_ms`` of processor time, with tiny."""

    name: str
    below_ms: float
    ears: str
    advice: str = ""


TIERS = (
    Tier("quick", 200, "moonshine-base"),
    Tier("fair", 600, "moonshine-tiny"),
    Tier("slow", float("inf"), "moonshine-tiny", "Hold the button while you speak."),
)
"""Research/cascade.md, section 9; figures of a Pi are estimates until somebody's `hub voice bench` says."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The ears in use and why; ``fix``: how to get better ones, "" when these are the best."""

    ears: str
    tier: str = ""
    reason: str = ""
    fix: str = ""
    ms: float | None = None
    """Processor time of the clip in milliseconds, None when it was not measured."""
    refused: bool = False
    """Whether somebody asked for other ears than these."""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def choose(wanted: str, ms: float | None, there: Collection[str]) -> Choice:
    """Return the ears for a machine that needs ``ms`` for the clip.

    ``wanted``: what the settings say, "auto" to go by ``ms``; ``there``: what can be opened.
    """
    if wanted not in ("auto", ""):
        if wanted in there:
            return Choice(wanted, "", "The settings say so.", "", ms)
        reason = f"{TITLES.get(wanted, wanted)} is not here, so I hear with Moonshine tiny."
        return Choice("moonshine-tiny", "", reason, how_to_get(wanted), ms, refused=True)
    if ms is None:
        return Choice("moonshine-tiny", "", "This machine has not been measured.", "Run: hub voice bench")
    tier = next(one for one in TIERS if ms < one.below_ms)
    told = f"This machine hears {CLIP_S} s of speech in {ms:.0f} ms"
    if tier.ears in there:
        return Choice(tier.ears, tier.name, f"{told}: {TITLES[tier.ears]} suits it.", tier.advice, ms)
    reason = f"{told}; {TITLES[tier.ears]} would suit it, and is not here."
    return Choice("moonshine-tiny", tier.name, reason, how_to_get(tier.ears), ms)


def how_to_get(ears: str) -> str:
    """Return what a person does to have ``ears``."""
    return {
        "moonshine-base": "Run: hub voice prepare",
        "whisper": "Run: hub models pull whisper-tiny-en, or set whisper_model to a folder with a model.",
        "wyoming": "Set wyoming_ears to the server's host and port.",
    }.get(ears, "Run: hub models pull")


def measure(recogniser: Recogniser, speech: Samples) -> float:
    """Return what the first five seconds of ``speech`` cost: the least processor time, in milliseconds."""
    clip, best, began = speech[: CLIP_S * RATE], float("inf"), time.monotonic()
    for _ in range(PASSES):
        before = time.thread_time()
        recogniser.write(clip, lambda: True)
        best = min(best, (time.thread_time() - before) * 1000)
        if time.monotonic() - began > LONGEST_S:
            break
    return best


def kept(file: Path) -> float | None:
    """Return what was measured on this very machine before, None when nothing was."""
    try:
        told = json.loads(file.read_text("utf-8"))
        return float(told["ms"]) if told["machine"] == machine() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(file: Path, ms: float) -> None:
    """Keep what was measured; a folder that cannot be written costs two seconds at the next start."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}.part")
        unfinished.write_text(json.dumps({"ms": round(ms, 1), "machine": machine()}), "utf-8")
        unfinished.replace(file)
    except OSError as error:
        log.warning("tier.not_kept", reason=str(error))


def machine() -> str:
    """Return what tells this machine's speed from another's: a data folder may move."""
    names = [platform.machine(), str(os.cpu_count())]
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        told = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
        names += told[:1]
    except OSError:
        names.append(platform.processor())
    return " ".join(names)
