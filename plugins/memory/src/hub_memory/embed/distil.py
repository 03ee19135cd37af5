"""Make the static table from MiniLM, once: ``python -m hub_memory.embed.distil MODEL.onnx TABLE.npy``.

Each of the 30,522 word pieces is read by MiniLM as a text of its own; the means of what comes out are
turned to their 256 main axes, evened out a little between the axes, weighted down by how common a piece
is, and kept as int8. A text is then the sum of its pieces' rows. data/PROVENANCE.md says from which files
the table that is shipped was made. Needs 25 s of processor time and 400 MB.

Sources: S. Arora, Y. Liang, T. Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", ICLR 2017
(the weights); S. Tulkens, T. van Dongen, "Model2Vec", 2024 (pieces read alone, axes, ranks for counts).
"""

from __future__ import annotations

import string
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub_memory.embed.pieces import END, SPECIAL, START, tokenizer
from hub_memory.embed.table import ROW, VALUES

PIECES = 30_522
"""Word pieces of BERT's vocabulary, the common ones first."""

BATCH = 256
COMMON = 1e-4
"""Arora's a: a piece that makes up this share of all words counts half."""

EVEN = 0.25
"""How far the axes are evened out: 0 not at all, 1 wholly. 0.25 was best by each of three measures."""

Floats = NDArray[np.float32]


def read_pieces(model: Path, ids: NDArray[np.int64]) -> Floats:
    """Return what the MiniLM at ``model`` makes of each piece alone, (n, 384)."""
    import onnxruntime  # noqa: PLC0415  needed here only

    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    read = []
    for at in range(0, len(ids), BATCH):
        some = ids[at : at + BATCH]
        text = np.stack([np.full_like(some, START), some, np.full_like(some, END)], axis=1)
        given = {"input_ids": text, "attention_mask": np.ones_like(text), "token_type_ids": 0 * text}
        read.append(session.run(None, given)[0].mean(axis=1))
    return np.concatenate(read)


def compress(vectors: Floats, size: int = VALUES) -> Floats:
    """Return ``vectors`` (n, d) along their ``size`` main axes, the wider ones drawn in a little."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :size]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(size)])  # the same way round everywhere
    along = centred @ axes
    return np.asarray(along / along.std(axis=0) ** EVEN, np.float32)


def weights(count: int) -> Floats:
    """Return how much each of ``count`` pieces, the common ones first, tells: 0 to 1.

    How common a piece is follows from its place alone, by Zipf's law.
    """
    shares = 1 / (np.arange(count) + 2.0)
    return np.asarray(COMMON / (COMMON + shares / shares.sum()), np.float32)


def pack(vectors: Floats) -> NDArray[Any]:
    """Return ``vectors`` as rows of the table: int8, each with a scale of its own."""
    table = np.zeros(len(vectors), ROW)
    scales = np.abs(vectors).max(axis=1) / 127
    table["scale"] = scales
    safe = np.where(scales > 0, scales, 1)[:, None]
    table["values"] = np.rint(vectors / safe)
    return table


def distil(model: Path) -> NDArray[Any]:
    """Return the table of the MiniLM at ``model``. What means nothing is zeros, so it adds nothing."""
    vectors = compress(read_pieces(model, np.arange(PIECES))) * weights(PIECES)[:, None]
    vectors[
        [one for one in range(PIECES) if one < SPECIAL or _is_mark(tokenizer().id_to_token(one) or "")]
    ] = 0
    return pack(vectors)


def _is_mark(piece: str) -> bool:
    """Say whether a piece is a full stop or the like: they stand in every text, and blur what it is about."""
    return len(piece) == 1 and (piece in string.punctuation or unicodedata.category(piece)[0] == "P")


if __name__ == "__main__":
    np.save(sys.argv[2], distil(Path(sys.argv[1])))
