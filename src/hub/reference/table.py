"""Set text and tables in Markdown (CommonMark with the tables of GitHub)."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTE = "<!-- Made by scripts/reference from the code; a test fails when it is stale. -->"


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join([f"# {title}", NOTE, *(part.strip("\n") for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar inside a cell is escaped, and a line break is a space."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def code(text: object) -> str:
    """Return ``text`` as code, or nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def about(thing: Any) -> str:
    """Return the docstring of ``thing`` in Markdown."""
    return words(inspect.getdoc(thing) or "")


def first(thing: Any) -> str:
    """Return the first paragraph of its docstring, on one line."""
    return " ".join(about(thing).split("\n\n", 1)[0].split())


def words(text: str) -> str:
    """Turn the code marks of docstrings into those of Markdown: two back-quotes into one."""
    return re.sub(r"``(.+?)``", r"`\1`", text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
