"""Take the marks out of one unit of Markdown: what they mean is for the page, not for the ear."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from hub_voice.playback.addresses import host
from hub_voice.playback.formulas import formula

if TYPE_CHECKING:
    from hub_voice.playback.placed import Change, Placed

CODE, FORMULA = "The code is on the page.", "The formula is on the page."

FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(`{3,}|~{3,})")
"""The line that opens a block of code, perhaps as the first of a list's item."""

BLOCK_MATH = re.compile(r"[ \t]*(?:\$\$|\\\[)")

_RULE = re.compile(r"^[ \t]*(?:(?:[-*_=][ \t]*){3,}|\|?[ \t:|-]*-[ \t:|-]*\|[ \t:|-]*)$")
_QUOTE = re.compile(r"^[ \t]*(?:>(?!\d)[ \t]?)+")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+|[ \t]+#+[ \t]*$")
_BULLET = re.compile(r"^[ \t]*[-*+•◦▪‣][ \t]+(?:\[[ xX]\][ \t]+)?")
_NUMBER = re.compile(r"^[ \t]*(\d{1,3})[.)][ \t]+(?=\S)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,20}\]:?")
_DEFINITION = re.compile(r"^[ \t]*\[[^\]]{1,80}\]:[ \t]*\S+.*$")


def _code(match: re.Match[str]) -> str:
    """Say inline code as the names in it: signs between them are for the eye."""
    inside = match.group(2).strip()
    inside = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", inside)
    inside = re.sub(r"(?<!\S)--(?=\w)", " dash dash ", inside)
    inside = re.sub(r"(?<!\S)-(?=[a-zA-Z]\b)", " dash ", inside)
    inside = re.sub(r"(?<=\w)\(\)", "", inside)
    return re.sub(r"[{}\[\]()<>|;\"'`=*$\\]+", " ", inside)


def _entity(match: re.Match[str]) -> str:
    said = unescape(match.group())
    return " " if said in {"\xa0", "\u2009", "\u200b", "\xad"} else said


INLINE: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL), _code),
    (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), " "),
    (re.compile(r"\$\$(.{1,300}?)\$\$"), lambda m: formula(m.group(1))),
    (re.compile(r"\$(?![\s\d])([^$\n]{1,200}?)(?<!\s)\$(?!\d)"), lambda m: formula(m.group(1))),
    (re.compile(r"\$(\d[^$\n]{0,60}?[\\^_=+][^$\n]{0,60}?)(?<!\s)\$(?!\d)"), lambda m: formula(m.group(1))),
    (re.compile(r"\\\((.{1,200}?)\\\)"), lambda m: formula(m.group(1))),
    (re.compile(r"!?\[\[([^\]\n|]{1,120})(?:\|([^\]\n]{1,120}))?\]\]"), lambda m: m.group(2) or m.group(1)),
    (
        re.compile(
            r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\"|\s+'[^']*')?\s*\)"
        ),
        r"\1",
    ),
    (_FOOTNOTE, ""),
    (re.compile(r"!?\[([^\[\]\n]{1,200})\]\[[^\[\]\n]{0,80}\]"), r"\1"),
    (re.compile(r"<((?:https?|mailto|ftp):[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>\n]{0,200})?/?>"), " "),
    (re.compile(r"(?:https?|ftp)://[^\s<>\"']+|\bwww\.[^\s<>\"']+\.[^\s<>\"']+"), host),
    (re.compile(r"(?<=\S)\\(?=[!-/:-@\[-`{-~])|(?<!\S)\\(?=[!-/:-@\[-`{-~])"), ""),
    (re.compile(r"&(?:[a-zA-Z]{2,12}|#\d{1,7}|#x[0-9a-fA-F]{1,6});"), _entity),
    (re.compile(r"(?<!\*)\*\*\*?(?=\S)|(?<=\S)\*\*\*?(?!\*)|~~|==(?=\w)|(?<=\w)=="), ""),
    (re.compile(r"(?<![\w_])__(?=\S)|(?<=\S)__(?![\w_])"), ""),
    (re.compile(r"(?<![\w*_])[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?![\w*_])"), ""),
)
"""In order: code, comments, formulas, links, notes, tags, addresses, escapes, entities, emphasis."""


def unmark(text: Placed, *, starts_line: bool) -> None:
    """Take the marks out of one unit of text. ``starts_line``: it begins a line, where marks are blocks'."""
    if starts_line:
        text.change(_RULE, "")
        text.change(_DEFINITION, "")
        text.change(_QUOTE, "")
        text.change(_HEADING, "")
        text.change(_BULLET, "")
        text.change(_NUMBER, r"\1, ")
    for pattern, change in INLINE:
        text.change(pattern, change)


def cells(line: str) -> list[str]:
    """Return the cells of a table's row."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def is_ruler(line: str) -> bool:
    """Tell whether ``line`` is the one under a table's heads."""
    return re.fullmatch(r"[\s|:-]*-[\s|:-]*", line) is not None
