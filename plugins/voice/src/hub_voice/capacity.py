"""Say how many people this machine can hear and answer at once, by what its engines cost here."""

from __future__ import annotations

import os

CLIP_MS = 5000.0
"""Length of the clip whose recognition was measured (`engine.tiers`)."""

PASSES = 4.0
"""How often a second of speech is recognised on its way to the turn: captions, drafts and the final words."""

REST = 0.06
"""What synthesis, voice and turn detection cost a second of talk, where the clip costs `USUAL_MS`."""

USUAL_MS = 60.0

SHARE = 0.5
"""The part of all cores that talks may fill: the rest keeps a turn's end from waiting for another's."""

MOST = 16

UNMEASURED = 2


def capacity(clip_ms: float | None, cores: int | None = None) -> int:
    """Return how many sessions may talk at once; ``clip_ms``: processor time of the clip, None: not known.

    At least one: a machine that is too slow for it still takes push-to-talk.
    """
    if clip_ms is None:
        return UNMEASURED
    load = PASSES * clip_ms / CLIP_MS + REST * clip_ms / USUAL_MS
    return max(1, min(MOST, int(SHARE * (cores or usable()) / max(load, 1e-3))))


def usable() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1
