"""Write each part of an answer's Markdown as markup; loaded with its libraries at the first that needs it."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from pygments.lexers import get_lexer_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_CODE = 4_000
"""Longer code is not coloured."""

SCHEMES = {"http", "https", "mailto"}
LANGUAGES = {
    "bash", "c", "cpp", "css", "diff", "docker", "go", "html", "ini", "java", "javascript", "json",
    "kotlin", "lua", "nginx", "nix", "python", "ruby", "rust", "sh", "shell", "sql", "swift",
    "toml", "typescript", "xml", "yaml",
}  # fmt: skip
"""Languages whose code is coloured: the lexers that stay quick whatever they are given."""

_SHORT = {"js": "javascript", "ts": "typescript", "py": "python", "yml": "yaml", "dockerfile": "docker",
          "c++": "cpp", "rs": "rust", "rb": "ruby", "golang": "go"}  # fmt: skip
_KINDS = (
    ("Comment", "c"), ("Keyword", "k"), ("Literal.String", "s"), ("Literal.Number", "n"),
    ("Name.Function", "f"), ("Name.Class", "f"), ("Name.Tag", "f"), ("Name.Builtin", "b"),
    ("Name.Attribute", "b"), ("Name.Decorator", "b"), ("Generic.Inserted", "s"), ("Generic.Deleted", "d"),
    ("Generic.Heading", "k"), ("Operator.Word", "k"),
)  # fmt: skip


class Rules(RendererHTML):
    """How each part is written; what is not named here the library writes, escaped."""

    def heading_open(self, tokens: Sequence[Any], at: int, *_: Any) -> str:
        """Write a heading as a paragraph: the page has an outline of its own."""
        return f'<p class="h {tokens[at].tag}">'

    def heading_close(self, *_: Any) -> str:
        """End a heading."""
        return "</p>\n"

    def link_open(self, tokens: Sequence[Any], at: int, *_: Any) -> str:
        """Begin a link, which leads out of the page and tells nobody from where."""
        return _link(str(tokens[at].attrs.get("href", "")))

    def image(self, tokens: Sequence[Any], at: int, *_: Any) -> str:
        """Write a picture as a link: loading it would tell a stranger that it was looked at."""
        alt = escape(tokens[at].content or "a picture")
        kinds = [token.type for token in tokens[:at]]
        if kinds.count("link_open") > kinds.count("link_close"):
            return alt  # a link in a link is no markup
        return f"{_link(str(tokens[at].attrs.get('src', '')))}{alt}</a>"

    def fence(self, tokens: Sequence[Any], at: int, *_: Any) -> str:
        """Write code whose language is named."""
        return _code(tokens[at].content, tokens[at].info.strip().split(" ")[0])

    def code_block(self, tokens: Sequence[Any], at: int, *_: Any) -> str:
        """Write code that is only indented."""
        return _code(tokens[at].content, "")

    def table_open(self, *_: Any) -> str:
        """Begin a table, in a box that scrolls on a phone."""
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, *_: Any) -> str:
        """End a table."""
        return "</table></div>\n"

    def th_open(self, *_: Any) -> str:
        """Begin a cell without its alignment: that would be an inline style, which the policy forbids."""
        return "<th>"

    def td_open(self, *_: Any) -> str:
        """Begin a cell, as above."""
        return "<td>"


def reader() -> MarkdownIt:
    """Return what reads Markdown and writes it by the rules above."""
    options = {"html": False, "linkify": False, "breaks": True, "maxNesting": 12}
    made = MarkdownIt("commonmark", options, renderer_cls=Rules)
    made.enable(["table", "strikethrough"])
    made.validateLink = _may_link  # type: ignore[method-assign]  # the library's own way to set it
    return made


def _may_link(url: str) -> bool:
    """Let a link lead only outward, by a scheme that runs nothing."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.netloc or parts.scheme.lower() == "mailto")


def _link(href: str) -> str:
    return f'<a href="{escape(href)}" rel="noopener noreferrer nofollow" target="_blank">'


def _code(code: str, language: str) -> str:
    language = _SHORT.get(language.lower(), language.lower())
    known = language in LANGUAGES
    told = "".join(_coloured(code, language)) if known and len(code) <= MOST_CODE else escape(code)
    return (
        f'<div class="code"><p class="code-bar"><span>{language if known else "code"}</span>'
        '<button type="button" class="act" data-copy="code">Copy code</button></p>'
        f'<pre tabindex="0"><code>{told}</code></pre></div>\n'
    )


def _coloured(code: str, language: str) -> Iterator[str]:
    for kind, text in get_lexer_by_name(language, stripnl=False).get_tokens(code):
        name = _class_of(str(kind))
        yield f'<span class="{name}">{escape(text)}</span>' if name else escape(text)


@cache
def _class_of(kind: str) -> str:
    return next((name for prefix, name in _KINDS if kind.startswith(f"Token.{prefix}")), "")
