"""Tell speech from other sound: the Silero detector, 32 ms at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hub_voice.settings import RATE, WINDOW

if TYPE_CHECKING:
    from hub_voice.engine.runtime import Model
    from hub_voice.pcm import Samples

CONTEXT = 64
"""Samples of the window before that the model wants in front of each window."""


class VoiceDetector:
    """One listener's detector; the model is shared, its memory is not. 0.1 ms a window."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rate = np.array(RATE, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._frame = np.zeros((1, CONTEXT + WINDOW), np.float32)

    def push(self, window: Samples) -> float:
        """Return the probability, 0 to 1, that ``window`` (512 samples at 16 kHz) holds speech."""
        self._frame[0, :CONTEXT] = self._frame[0, -CONTEXT:]
        self._frame[0, CONTEXT:] = window
        inputs = {"input": self._frame, "state": self._state, "sr": self._rate}
        probability, self._state = self._model.run(None, inputs)
        return float(probability[0, 0])
