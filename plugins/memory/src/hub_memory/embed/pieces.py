"""Cut texts into MiniLM's word pieces, whatever somebody put into them."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = Path(__file__).parent / "data" / "tokenizer.json"
"""BERT's lower-casing word pieces: the tokenizer of all-MiniLM-L6-v2."""

START, END = 101, 102
"""``[CLS]`` and ``[SEP]``, which stand around a text in MiniLM."""

_WORDS = re.compile(r"[a-z0-9]+|[^a-z0-9 ]")

SPECIAL = 999
"""The first pieces are padding, unknown, and places that BERT never filled: they mean nothing."""


@lru_cache(maxsize=2)
def tokenizer(path: Path = FILE) -> Tokenizer:
    """Open the tokenizer at ``path``, without padding, once. Raises what it raises for a damaged file."""
    # One thread: the texts are short, and the other cores have their own work.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    opened = Tokenizer.from_file(str(path))
    opened.no_padding()
    opened.no_truncation()
    return opened


def pieces(texts: Sequence[str], longest: int) -> list[list[int]]:
    """Return the ids of the pieces of each text, of its first ``longest`` characters."""
    found: list[list[int]] = [[]] * len(texts)
    rest = []
    for at, text in enumerate(texts):
        short = text[:longest]
        if short.isascii() and short.isprintable() and "[" not in short:  # that may begin a [MASK]
            found[at] = _plain(short)
        else:
            rest.append(at)
    clean = [_sound(texts[at][:longest]) for at in rest]
    for at, one in zip(rest, tokenizer().encode_batch_fast(clean, add_special_tokens=False), strict=True):
        found[at] = one.ids
    return found


def _plain(text: str) -> list[int]:
    """Cut a text of ASCII, which is cut at spaces and around each mark, by the words cut before."""
    ids: list[int] = []
    for word in _WORDS.findall(text.lower()):
        ids += _word(word)
    return ids


@lru_cache(maxsize=32_768)
def _word(word: str) -> Sequence[int]:
    return tuple(tokenizer().encode(word, add_special_tokens=False).ids)


def _sound(text: str) -> str:
    """Return ``text`` as what UTF-8 can say: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
