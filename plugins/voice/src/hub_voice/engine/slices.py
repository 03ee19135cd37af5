"""Run networks of short sight over slices of their frames: the result is that of one run over them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hub_voice.engine.runtime import Model

Tensors = dict[str, Any]
"""Arrays by the name that a model has for them; those with a last axis of frames are cut, others are not."""


def count(frames: Tensors) -> int:
    """Return how many frames there are."""
    return max(int(tensor.shape[-1]) for tensor in frames.values())


@dataclass(frozen=True, slots=True)
class Sliced:
    """A model whose output, in its last axis, depends on ``sight`` frames on each side of its place."""

    model: Model
    sight: int

    def run(self, frames: Tensors, start: int, end: int, options: Any = None) -> Any:
        """Return what the model makes of the frames from ``start`` to ``end``."""
        every = count(frames)
        first, last = max(0, start - self.sight), min(every, end + self.sight)

        def seen(tensor: Any) -> Any:
            return tensor[..., first:last] if tensor.shape[-1] == every else tensor

        inputs = {given.name: seen(frames[given.name]) for given in self.model.get_inputs()}
        made = self.model.run(None, inputs, options)[0]
        hop = made.shape[-1] // (last - first)
        return made[..., (start - first) * hop : (end - first) * hop]


class Ahead:
    """Frames made of others, when they are needed; they are put beside those that they are made of.

    Each run costs twice the model's sight more than it gives: it goes `GROWTH` times as far as the last.
    """

    GROWTH = 3

    def __init__(self, sliced: Sliced, frames: Tensors) -> None:
        self._sliced, self._frames = sliced, frames
        self._name: str = sliced.model.get_outputs()[0].name
        self._count, self._made = count(frames), 0

    def upto(self, end: int) -> None:
        """Have the frames before ``end`` made."""
        if end <= self._made:
            return
        end = max(end, self.GROWTH * self._made)
        if end + 2 * self._sliced.sight * bool(self._made) > self._count:
            end = self._count
        part = self._sliced.run(self._frames, self._made, end)
        whole = self._frames.setdefault(self._name, np.zeros((*part.shape[:-1], self._count), part.dtype))
        whole[..., self._made : end] = part
        self._made = end
