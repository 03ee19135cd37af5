"""Read the head of a GGUF model file: its values, its special tokens, and where its tensors lie.

GGUF version 3, as ggml's docs/gguf.md defines it: a magic, counts, key-value pairs, tensor
descriptions, then the tensors, aligned. Only little-endian files are read.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_CONTROL = 3  # a token type: changes the meaning of the text, and must not come from a person
_MOST = 1 << 24  # entries; more than any vocabulary, few enough not to fill the memory


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its ``shape`` (rows last), ggml type number, and offset from the start of the data."""

    name: bytes
    shape: tuple[int, ...]
    type: int
    offset: int

    @property
    def count(self) -> int:
        """Number of elements."""
        total = 1
        for size in self.shape:
            total *= size
        return total


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says before its tensors: ``values`` by key; ``meta`` bytes until the tensor list."""

    values: dict[str, Any]
    tensors: tuple[Tensor, ...]
    meta: int
    data: int

    def control_tokens(self) -> tuple[str, ...]:
        """Return the texts that the tokenizer turns into control tokens."""
        tokens = self.values.get("tokenizer.ggml.tokens", [])
        types = self.values.get("tokenizer.ggml.token_type", [])
        pairs = zip(tokens, types, strict=False)
        return tuple(token.decode("utf-8", "replace") for token, kind in pairs if kind == _CONTROL)


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def number(self, code: str) -> Any:
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def text(self) -> bytes:
        length = self.number("Q")
        if self.at + length > len(self.data):
            raise ValueError("a string runs past the end of the file")
        self.at += length
        return self.data[self.at - length : self.at]

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            return self.number(_FORMATS[kind])
        inner, count = self.number("I"), self.number("Q")
        if count > _MOST:
            raise ValueError(f"an array of {count} entries")
        return [self.value(inner) for _ in range(count)]

    def tensor(self) -> Tensor:
        name = self.text()
        shape = tuple(self.number("Q") for _ in range(self.number("I")))
        return Tensor(name, shape, self.number("I"), self.number("Q"))


def read_head(path: Path) -> Head:
    """Read the head of the file at ``path``; `ValueError` when it is not a sound GGUF file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _read(_Cursor(data))
        except (struct.error, KeyError, IndexError) as error:
            raise ValueError(f"{path.name} is not a sound GGUF file: {error}") from error


def _read(cursor: _Cursor) -> Head:
    if cursor.data[:4] != b"GGUF":
        raise ValueError("not a GGUF file")
    cursor.at = 8
    tensors, pairs = cursor.number("Q"), cursor.number("Q")
    if max(tensors, pairs) > _MOST:
        raise ValueError("impossible counts")
    values = {}
    for _ in range(pairs):
        key = cursor.text().decode("utf-8", "replace")
        values[key] = cursor.value(cursor.number("I"))
    meta = cursor.at
    listed = tuple(cursor.tensor() for _ in range(tensors))
    return Head(values, listed, meta, aligned(cursor.at, alignment(values)))


def alignment(values: dict[str, Any]) -> int:
    """Return the alignment of tensors, in bytes."""
    return int(values.get("general.alignment", 32))


def aligned(offset: int, step: int) -> int:
    """Round ``offset`` up to the next multiple of ``step``."""
    return -(-offset // step) * step
