"""The labelled sentences on which the detectors are measured: ``<<kind|value>>`` marks what is private."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hub.llm.private.redaction.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.llm.private.redaction.finder import Finder

_FOLDER = Path(__file__).parent / "sets"
_MARK = re.compile(r"<<(\w+)\|(.*?)>>")


def read(name: str) -> Iterator[tuple[str, list[Found]]]:
    """Yield each sentence of a set with what is private in it."""
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            text, labels, last = "", [], 0
            for mark in _MARK.finditer(line):
                text += line[last : mark.start()]
                labels.append(Found(len(text), len(text) + len(mark[2]), mark[1]))
                text, last = text + mark[2], mark.end()
            yield text + line[last:], labels


def missed(finder: Finder, name: str) -> list[str]:
    """Return what of a set was not found whole and as what it is."""
    return [
        f"{label.kind} {text[label.start : label.end]!r} in {text!r}"
        for text, labels in read(name)
        for label in labels
        if not any(
            one.start <= label.start and label.end <= one.end and one.kind == label.kind
            for one in finder.find(text)
        )
    ]


def false(finder: Finder, name: str) -> list[str]:
    """Return what was found and is not private."""
    return [
        f"{one.kind} {text[one.start : one.end]!r} in {text!r}"
        for text, labels in read(name)
        for one in finder.find(text)
        if not any(
            one.start < label.end and label.start < one.end and one.kind == label.kind for label in labels
        )
    ]


def count(name: str) -> int:
    """Return how much of a set is private."""
    return sum(len(labels) for _, labels in read(name))
