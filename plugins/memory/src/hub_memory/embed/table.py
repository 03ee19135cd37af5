"""Open the static table: 256 values a word piece, mapped from the package and checked first."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import Unavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
VALUES = 256
ROW = np.dtype([("values", "i1", VALUES), ("scale", "<f4")])
"""A row: its values are ``values * scale``."""

FILES = {
    "static-256.npy": "66b925c68daf0af276b41fe24d964639940578645f85e6ed46434e4b225d7947",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""What the embedder reads, with its SHA-256."""

_FIX = "Install the memory plugin anew: pip install --force-reinstall --no-deps timmy-hub-memory"


def open_table(folder: Path = DATA) -> NDArray[Any]:
    """Return the rows of `ROW`, mapped read-only; 15 ms, most of it the check of its 8 MB.

    Raises `Unavailable` when a file is missing, or not the one that was shipped.
    """
    for name, digest in FILES.items():
        _check(folder / name, digest)
    table: NDArray[Any] = np.load(folder / "static-256.npy", mmap_mode="r", allow_pickle=False)
    return table


def _check(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        why = f"My table of word meanings cannot be read: {path.name}: {error.strerror}."
        raise Unavailable(why, fix=_FIX) from error
    if found != digest:
        raise Unavailable(f"My table of word meanings is damaged: {path.name}.", fix=_FIX)
