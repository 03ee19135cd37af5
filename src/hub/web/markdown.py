"""Render an answer's Markdown as markup that is safe to show: no HTML of its own, no pictures, few schemes.

Whatever comes in, the time is bounded: what is very long is shown as it is, and nesting has an end.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

from markupsafe import Markup

MOST_CHARS = 12_000
"""Longer answers are shown as they are; no model of ours writes one."""

_MARKUP = re.compile(r"[*_`#\[\]<>|~\\&]|^\s*(?:[-+=]|\d+[.)])|https?:|\n\s*\n|\n {4}|\t", re.MULTILINE)
_MARK = r"[\[\]!*_`~<&\\>-]"
_CROWDED = re.compile(rf"{_MARK}(?:\s*{_MARK}){{63}}")
"""Sixty-four marks in a row are no Markdown that anybody means, and slow to read."""


def render(text: str) -> Markup | None:
    """Return ``text`` as markup; None when it is plain and can stand as it is. Never raises."""
    text = text.strip()
    is_huge = len(text) > MOST_CHARS
    if not is_huge and not _MARKUP.search(text):
        return None
    if is_huge or _CROWDED.search(text):
        return Markup(f'<p class="as-is">{escape(text)}</p>')  # noqa: S704  escaped
    return Markup(_reader().render(text))  # noqa: S704  written by `hub.web.rules`, which escapes


@cache
def _reader() -> Any:
    from hub.web.rules import reader  # noqa: PLC0415  the libraries are not for the first page's path

    return reader()
