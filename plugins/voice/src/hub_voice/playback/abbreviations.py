"""Say what is written short: abbreviations, names of letters, signs between words."""

# ruff: noqa: E501, RUF001  one rule a line, with the signs that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub_voice.playback.placed import Change

FULL = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately",
    "a.k.a.": "also known as", "incl.": "including", "excl.": "excluding", "max.": "maximum", "min.": "minimum",
    "est.": "estimated", "dept.": "department", "govt.": "government", "cf.": "compare", "viz.": "namely",
    "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "Jr.": "Junior", "Sr.": "Senior",
    "Inc.": "Incorporated", "Ltd.": "Limited", "Corp.": "Corporation", "Fig.": "Figure", "fig.": "figure",
    "Ave.": "Avenue", "Blvd.": "Boulevard", "Mt.": "Mount", "Ft.": "Fort", "Vol.": "Volume", "vol.": "volume",
    "ch.": "chapter", "Ch.": "Chapter", "pp.": "pages", "Rev.": "Reverend", "Gen.": "General", "Capt.": "Captain",
    "tel.": "telephone", "Tel.": "Telephone", "w/o": "without", "w/": "with", "b/c": "because", "P.S.": "P S",
    "p.a.": "a year", "et al.": "and others", "approx": "approximately", "vs": "versus", "aka": "also known as",
}  # fmt: skip
"""What each stands for, as written; those with small letters at a sentence's start too."""

SPELT = (
    "AI API APIs CLI CPU CPUs CSS CSV DB DIY DNS EU EV FAQ FYI GPU GPUs HTML HTTP HTTPS IDE IP IPs IT LLM LLMs MIT MQTT "
    "OS PC PCs PDF PDFs PIN PR PRs QR SQL SSD SSDs SSH SSL TLS TTS STT TV TVs UI UK URL URLs USA USB UTC UX VM VMs "
    "VPN XML IoT"
)
"""Names that are said letter by letter; espeak says many of them as words."""

SAID = {"JSON": "jason", "YAML": "yammel", "GUI": "gooey", "SaaS": "sass", "WiFi": "why fie", "Wi-Fi": "why fie",
        "nginx": "engine x", "GIF": "gif", "ASAP": "as soon as possible", "TBD": "to be decided"}  # fmt: skip

_ROMAN = {"II": "Two", "III": "Three", "IV": "Four", "VI": "Six", "VII": "Seven", "VIII": "Eight", "IX": "Nine",
          "XI": "Eleven", "XII": "Twelve", "I": "One", "V": "Five", "X": "Ten"}  # fmt: skip
_PARTS = "Chapter|Part|Volume|Act|Section|Book|Phase|Appendix|World War|Type|Class|Level|Stage|Figure|Table"


def _alternatives(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_DOTTED = [short for short in FULL if short.endswith(".")]
_PLAIN = [short for short in FULL if not short.endswith((".", "/"))]


def _full(match: re.Match[str]) -> str:
    short = match.group(1)
    said = FULL.get(short) or FULL[short[0].lower() + short[1:]].capitalize()
    # the dot of one that ends a sentence ends the sentence too
    ends = (
        short.endswith(".") and re.match(r"\s+[A-Z]|\s*$", match.string[match.end() :]) and said[0].islower()
    )
    return f"{said}." if ends else said


def _spelt(match: re.Match[str]) -> str:
    name = match.group(0)
    letters, many = (name[:-1], "s") if name.endswith("s") and len(name) > 2 else (name, "")  # noqa: PLR2004  "APIs"
    return " ".join(letters.upper()) + ("'s" if many else "")


ABBREVIATIONS: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"\bDr\.(?=\s[A-Z])"), "Doctor"),
    (re.compile(r"(\d (?:[A-Z]\w+ ){1,3})St\.(?=\s[A-Z])"), r"\1Street."),
    (re.compile(r"\bSt\.(?=\s[A-Z])"), "Saint"),
    (re.compile(r"(?<=[a-z] )(?:St|Str)\.|(?<=[a-z] )St\b(?=[,.]|$)"), "Street"),
    (re.compile(r"\b(?:[Nn]o\.|№|Nr\.)\s?(?=\d)|(?<![\w&])#(?=\d)"), "number "),
    (re.compile(r"\bp\.\s?(?=\d)"), "page "),
    (re.compile(r"(?<![\w.])(" + _alternatives([*_DOTTED, *(s[0].upper() + s[1:] for s in _DOTTED if s[0].islower())]) + r")(?!\w)"), _full),
    (re.compile(r"(?<![\w./])(" + _alternatives(_PLAIN) + r")(?![\w/.-])"), lambda m: FULL[m.group(1)]),
    (re.compile(r"(?<![\w/])w/(?=\s|\w)"), "with "),
    (re.compile(rf"\b({_PARTS})\s(I{{1,3}}|IV|VI{{0,3}}|IX|XI{{0,2}})\b(?!')"), lambda m: f"{m.group(1)} {_ROMAN[m.group(2)]}"),
    (re.compile(r"(?<![\w.-])(?:" + _alternatives(list(SAID)) + r")(?![\w-])"), lambda m: SAID[m.group(0)]),
    (re.compile(r"(?<![\w.])(?:" + "|".join(sorted(SPELT.split(), key=len, reverse=True)) + r")(?!\w)"), _spelt),
    (re.compile(r"(?<!\w)([A-Z])\.([A-Z])\.(?:([A-Z])\.)?(?!\w)"), lambda m: " ".join(one for one in m.groups() if one)),
    (re.compile(r"\bC\+\+(?!\w)"), "C plus plus"),
    (re.compile(r"(?<!\w)([CF])#(?!\w)"), r"\1 sharp"),
    (re.compile(r"(?<![\w&])#(?=[A-Za-z]\w)"), "hashtag "),
    (re.compile(r"(?<![\w.])@(?=\w)"), "at "),
    (re.compile(r"\s@\s"), " at "),
    (re.compile(r"\s?&\s?(?=\w)"), " and "),
    (re.compile(r"\band/or\b", re.IGNORECASE), "and or"),
    (re.compile(r"(?<=[A-Za-z])\s?(?:→|->|=>|➜|➔)\s?(?=\S)|(?<=\d)\s?(?:→|->|=>|➜)\s?(?=\S)"), " to "),
    (re.compile(r"\s?©\s?"), " copyright "),
    (re.compile(r"§\s?(?=\d)"), "section "),
    (re.compile(r"∞"), "infinity"),
    (re.compile(r"(?<=\w)_(?=\w)"), " "),
    (re.compile(r"\.{3,}|…"), "... "),
    (re.compile(r"\s?—\s?|\s–\s"), ", "),
)  # fmt: skip

CHOICES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"\s/\sor\b|(?<=\w)\s/\s(?=\w)|(?<=[a-z])/(?=[a-z])"), " or "),
)
"""A stroke between words: after units, which have strokes too."""
