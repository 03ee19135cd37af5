"""Run MiniLM: 384 values a text, the mean over its word pieces. Only the embedder's child imports this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hub_memory.embed.embedder import Vectors, unit
from hub_memory.embed.pieces import END, START, pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "minilm-l6-int8@1"
DIMENSIONS = 384
LONGEST = 4_000
"""Characters of a text that are read, which is more than its word pieces hold as a rule."""

MOST_PIECES = 254
"""Word pieces of a text, besides the two around it: the model was trained on 256 at most."""


class MiniLM:
    """An open model; not for two threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the quantised model at ``path``. Raises what ONNX Runtime raises when it is none."""
        import onnxruntime  # noqa: PLC0415  the hub imports this module for its names

        runtime: Any = onnxruntime
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts``, (n, 384)."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for at, ids in enumerate(pieces(texts, LONGEST)):
            if ids:
                vectors[at] = self._mean(ids[:MOST_PIECES])
        return unit(vectors)

    def _mean(self, ids: list[int]) -> np.ndarray:
        """Read one text by itself: with others in the batch its integers, and so its vector, would differ."""
        text = np.array([[START, *ids, END]])
        given = {"input_ids": text, "attention_mask": np.ones_like(text), "token_type_ids": 0 * text}
        mean: np.ndarray = self._session.run(None, given)[0][0].mean(axis=0)
        return mean
