"""Read memories from JSON: our own export, what mem0 and ChromaDB hand out, lists and lines of anybody."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any

from hub import HubError
from hub_memory.exchange import chats
from hub_memory.exchange.reading import Reading, Skipped
from hub_memory.exchange.rows import Row, take

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = ("entries", "results", "memories", "items", "data")
"""Names under which a list of memories may lie in an object."""

FORMAT = "hub-memory"
_FIX = "Give JSON: a list of objects with a text, or one object a line."


def read(raw: bytes, namespace: str) -> Reading:
    """Return what a JSON document, or JSON lines, hold. Raises `HubError` for what is neither."""
    try:
        text = decoded(raw)
        if chats.are(text):
            return chats.read([text], namespace)
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return _lines(raw, namespace)
    exact = isinstance(whole, dict) and whole.get("format") == FORMAT
    reading = Reading("hub" if exact else "json", exact=exact)
    for line, row in enumerate(_rows(whole), 1):
        _take(reading, line, row, namespace)
    return reading


def decoded(raw: bytes) -> str:
    """Return text by its byte order mark, UTF-8 without one. Raises UnicodeDecodeError."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    return raw.decode("utf-8-sig")


def _rows(whole: Any) -> list[Any]:
    if isinstance(whole, list):
        return list(whole)
    if isinstance(whole, dict):
        if isinstance(whole.get("documents"), list):
            return _columns(whole)
        for name in LISTS:
            if isinstance(whole.get(name), list):
                return list(whole[name])
        return [whole]
    raise HubError("That JSON holds no memories.", fix=_FIX)


def _columns(whole: dict[str, Any]) -> list[Any]:
    """Return the rows of what ``collection.get()`` of ChromaDB returns."""
    texts: list[Any] = whole["documents"]
    ids, about = (_filled(whole.get(name), len(texts)) for name in ("ids", "metadatas"))
    return [
        {"text": text, "id": id_, "metadata": more} for text, id_, more in zip(texts, ids, about, strict=True)
    ]


def _filled(values: Any, count: int) -> list[Any]:
    known: list[Any] = values[:count] if isinstance(values, list) else []
    return known + [None] * (count - len(known))


def _lines(raw: bytes, namespace: str) -> Reading:
    """Read one JSON value a line; lines that are none are skipped, unless all are."""
    reading, good = Reading("jsonl"), False
    for line, row in _parsed(raw):
        if isinstance(row, Skipped):
            reading.skipped.append(row)
        else:
            good = True
            _take(reading, line, row, namespace)
    if not good:
        raise HubError("I cannot read that file.", fix=_FIX)
    return reading


def _parsed(raw: bytes) -> Iterator[tuple[int, Any]]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode()
    for line, text in enumerate(raw.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            yield line, json.loads(text.decode())
        except UnicodeDecodeError:
            yield line, Skipped(line, "It is no UTF-8.")
        except (ValueError, RecursionError):
            yield line, Skipped(line, "It is no JSON.")


def _take(reading: Reading, line: int, row: Any, namespace: str) -> None:
    given = {"text": row} if isinstance(row, str) else row
    if not isinstance(given, dict):
        reading.skipped.append(Skipped(line, "It is no object."))
        return
    take(reading, Row(line, given), namespace)
