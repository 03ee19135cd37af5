"""Answers as markup: what models write is shown well, and nothing they write can do anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.web.markdown import MOST_CHARS, render
from hub.web.rules import LANGUAGES, SCHEMES

TAGS = {
    "p", "strong", "em", "s", "code", "pre", "span", "div", "button", "a", "ul", "ol", "li", "blockquote",
    "hr", "br", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "class", "href", "rel", "target", "type", "data-copy", "tabindex", "role", "aria-label", "start", "title",
}  # fmt: skip
VOID = {"br", "hr"}


class Judge(HTMLParser):
    """Reads markup as a browser would, and complains of what may not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(f"{tag} {name}")
            if name == "href" and urlsplit(value or "").scheme.lower() not in SCHEMES:
                self.wrong.append(f"href {value}")
        if tag == "a":
            given = dict(attrs)
            if given.get("rel") != "noopener noreferrer nofollow" or "a" in self.open:
                self.wrong.append(f"a {given}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("a declaration")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("an instruction")


def judged(text: str) -> str:
    """Return the text that is seen of the markup, which must be harmless."""
    html = render(text)
    if html is None:
        return text
    judge = Judge()
    judge.feed(str(html))
    judge.close()
    assert not judge.wrong, (text, judge.wrong, html)
    assert not judge.open, (text, judge.open, html)
    return judge.text


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/claim/abc)",
    "[x](/talks/1/delete)",
    "[x](http:evil)",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '!["><script>alert(1)</script>](https://x.example/)',
    "[![x](https://a.example/p.png)](https://b.example/)",
    '[a](https://x.example/"onmouseover="alert(1))',
    "[a](https://x.example/ 'onmouseover=alert(1)')",
    "[a](<https://x.example/><script>)",
    '<https://x.example/"><script>>',
    "<javascript:alert(1)>",
    '```"><script>alert(1)</script>\ncode\n```',
    '```python"onload="x\n<b>&\n```',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>`",
    "[x]: javascript:alert(1)\n\n[x]",
    "| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:1) |",
    "<!-- --><!DOCTYPE html><?php ?><![CDATA[x]]>",
    "&lt;script&gt; &#60;script&#62;",
    "# <b>x</b>\n\n<a href='javascript:alert(1)'>x</a>",
    "\u2028<script>\u2029",
    "***[x](javascript:alert`1`)***",
    "<style>*{display:none}</style>",
    "<form action=/talks><button>x</button></form>",
    "- " * 500 + "x",
    ">" * 500 + "x",
    "[" * 900 + "x",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_it_writes_can_do_anything(text: str) -> None:
    judged(text)


PARTS = st.lists(
    st.one_of(
        st.sampled_from([
            "<script>", "</script>", "<img src=x onerror=y>", "[", "](", ")", "!", "javascript:", "https://x.y",
            "`", "```", "```html\n", "\n", "\n\n", "*", "**", "_", "> ", "- ", "1. ", "# ", "|", "|-|\n", "<", ">",
            "&", '"', "'", "\\", "data:", "&#x6a;", "<a href=", "mailto:a@b.c", "]: ", "~~", "    ", "\t", "\0",
        ]),
        st.text(max_size=6),
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(text=PARTS)
@settings(max_examples=300, deadline=None)
def test_whatever_it_writes_is_harmless_and_well_formed(text: str) -> None:
    judged(text)


@pytest.mark.parametrize("text", ["Hello.", "Three is more than two!", "It's 20 °C, isn't it?", "a\nb"])
def test_plain_words_need_no_markup(text: str) -> None:
    assert render(text) is None


def test_what_models_write_is_shown() -> None:
    html = str(
        render(
            "## Title\n\n**bold** *soft* ~~gone~~ `x`\nnext line\n\n1. one\n2. two\n\n"
            "| a | b |\n|:--|--:|\n| 1 | 2 |\n\n[page](https://x.example/?a=1&b=2)\n\n"
            "```python\ndef f():\n    return 'a < b'\n```\n\n---\n\n> said"
        )
    )
    for part in (
        '<p class="h h2">Title</p>', "<strong>bold</strong>", "<em>soft</em>", "<s>gone</s>", "<br", "<ol>",
        "<td>2</td>", 'href="https://x.example/?a=1&amp;b=2"', '<span class="k">def</span>', "a &lt; b",
        "<blockquote>", "<hr", 'data-copy="code"',
    ):  # fmt: skip
        assert part in html, part
    assert "style=" not in html


def test_a_picture_is_a_link_and_is_not_loaded() -> None:
    html = str(render("![A cat](https://x.example/cat.png)"))
    assert "<img" not in html
    assert ">A cat</a>" in html


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_known_to_the_library(language: str) -> None:
    code = "a = 'b' # <c>\n"
    assert judged(f"```{language}\n{code}```").replace("Copy code", "").strip().endswith(code.strip())


def test_code_is_copied_as_it_was_written() -> None:
    code = "if a < b && c > d:\n\tprint('x')\n\n\n    y"
    html = str(render(f"```python\n{code}\n```"))
    pre = re.search(r"<pre[^>]*>(.*)</pre>", html, re.DOTALL)
    judge = Judge()
    assert pre
    judge.feed(pre[1])
    assert judge.text == f"{code}\n"


@pytest.mark.parametrize(
    "text",
    ["*a" * MOST_CHARS, "<b>" * MOST_CHARS, "x" * 3_000_000 + "**y**", "[" * 5_000, "*_" * 500, "**_ " * 900],
)
def test_what_is_huge_is_shown_as_it_is(text: str) -> None:
    html = str(render(text))
    assert html.startswith('<p class="as-is">')
    assert "<b>" not in html
