"""Cut a text along its headings and paragraphs into parts that one recall can tell whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 900
"""Characters of a part, its headings too."""

LONGEST_PATH = 180
"""Characters of the headings above a part; of a longer path the end is kept."""

BETWEEN = " / "
"""What stands between two headings of a path."""

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ENDS = (
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"')\u201d\u2019]*\s"),
    re.compile(r"[;,:]\s"),
    re.compile(r"\s"),
)
"""Where a long paragraph may be cut, the best first (CommonMark 0.31 for the others)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, word for word; ``heading``: the path of the headings that it stands under, or ""."""

    heading: str
    body: str

    @property
    def text(self) -> str:
        """The part as it is remembered: its headings are words that it can be found by, too."""
        return "\n".join(one for one in (self.heading, self.body) if one)


def cut(text: str) -> list[Part]:
    """Return the parts of ``text``, in order, each once: one that stands there twice tells nothing more."""
    parts: dict[Part, None] = {}
    for heading, body in _sections(text):
        room = LONGEST - len(heading) - 1
        for piece in _joined(_paragraphs(body), room):
            parts[Part(heading, piece)] = None
    return [part for part in parts if part.text.strip()]


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words under each heading with its path; a heading over nothing stands for itself."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    for level, title, line in _marked(text.split("\n")):
        if not level or len(title) > LONGEST_PATH:  # what is so long is no title
            lines.append(line)
            continue
        body = "\n".join(lines).strip("\n")
        if body.strip() or (path and level <= path[-1][0]):
            yield _path(path), body
        path = [*(one for one in path if one[0] < level), (level, title)]
        lines = []
    body = "\n".join(lines).strip("\n")
    if body.strip() or path:
        yield _path(path), body


def _marked(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each line, with its level and title where it is a heading; within code there is none."""
    fence, before = "", ""
    held: str | None = None  # a line that may turn out to be the title of an underline
    for line in lines:
        fenced = _FENCE.match(line)
        if fence or fenced:
            if held is not None:
                yield 0, "", held
                held = None
            yield 0, "", line
            fence = _after(fence, fenced, line)
            before = line
            continue
        under = _UNDERLINE.fullmatch(line) if held is not None and not before.strip() else None
        if held is not None and under:
            yield 1 if "=" in under[1] else 2, held.strip(), held
            held, before = None, ""
            continue
        if held is not None:
            yield 0, "", held
            before, held = held, None
        if atx := _ATX.match(line):
            yield len(atx[1]), _title(line[atx.end() :]), line
            before = ""
        else:
            held = line
    if held is not None:
        yield 0, "", held


def _title(rest: str) -> str:
    """Return the words of a heading, without what may close it."""
    bare = rest.strip().rstrip("#")
    return bare.strip() if not bare or bare[-1] in " \t" else rest.strip()


def _after(fence: str, found: re.Match[str] | None, line: str) -> str:
    """Return the fence that is open after a line."""
    if not fence:
        return found[1] if found else ""
    closes = found is not None and found[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _path(path: list[tuple[int, str]]) -> str:
    whole = BETWEEN.join(title for _, title in path if title)
    return whole if len(whole) <= LONGEST_PATH else f"…{whole[-LONGEST_PATH + 1 :]}"


def _paragraphs(body: str) -> list[str]:
    return [one.strip("\n") for one in re.split(r"\n[ \t]*\n", body) if one.strip()]


def _joined(paragraphs: list[str], room: int) -> list[str]:
    """Return ``paragraphs`` in pieces of at most ``room`` characters, as few as keep short ones whole."""
    pieces: list[str] = []
    for paragraph in paragraphs or [""]:
        for at, piece in enumerate(_split(paragraph, room)):
            if not at and pieces and len(pieces[-1]) + 2 + len(piece) <= room:
                pieces[-1] = f"{pieces[-1]}\n\n{piece}"
            else:
                pieces.append(piece)
    return pieces


def _split(paragraph: str, room: int) -> Iterator[str]:
    """Yield a paragraph in pieces, cut where a line, a sentence or a word ends."""
    at = 0
    while len(paragraph) - at > room:
        window = paragraph[at : at + room + 1]
        ends = (max((m.end() for m in end.finditer(window)), default=0) for end in _ENDS)
        step = next((found for found in ends if room // 3 < found), room)
        if piece := paragraph[at : at + step].strip():
            yield piece
        at += step
    yield paragraph[at:].strip()
