"""Hear from the melody of speech whether a turn is over: the Smart Turn v3 model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_voice.engine.features import log_mel
from hub_voice.engine.runtime import open_model

if TYPE_CHECKING:
    from pathlib import Path

    from hub_voice.pcm import Samples


class SmartTurn:
    """The turn model. 30-100 ms on one core, whatever the length."""

    def __init__(self, path: Path) -> None:
        self._model = open_model(path)

    def over(self, samples: Samples) -> float:
        """Return the probability that the speaker of ``samples`` (16 kHz, the last 8 s count) is done."""
        output = self._model.run(None, {"input_features": log_mel(samples)[None]})[0]
        return float(output.reshape(-1)[0])
