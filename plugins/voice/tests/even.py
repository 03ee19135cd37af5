"""The hub's own voice without the noise it draws: it says a sentence always alike, and so it is heard alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hub_voice.engine.piper import Voice


def even_voice(model: Path, config: Path, kept: Path) -> Voice:
    """Open the voice of ``model`` and ``config`` without noise; ``kept``: where it keeps what it makes of them."""
    from hub_voice.engine.piper import Voice

    told = json.loads(config.read_text(encoding="utf-8"))
    told["inference"] |= {"noise_scale": 0.0, "noise_w": 0.0}
    kept.mkdir(parents=True, exist_ok=True)
    even = kept / f"even-{config.name}"
    even.write_text(json.dumps(told), encoding="utf-8")
    return Voice(model, even, kept)
