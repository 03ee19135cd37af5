"""Say addresses: of pages, people, machines and files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub_voice.playback.numbers import ONES, cardinal, digits

if TYPE_CHECKING:
    from hub_voice.playback.placed import Change

_STOPS = ".,;:!?)]}*_"
_NAMES = {
    ".": " dot ",
    "-": " dash ",
    "_": " ",
    "+": " plus ",
    "/": " slash ",
    "\\": " backslash ",
    "~": " home ",
    ":": " ",
}

ENDINGS = (
    "py js ts css html htm md txt toml yaml yml json xml csv ini cfg conf env log sh bash zsh sql db sqlite "
    "pdf docx doc xlsx xls pptx png jpg jpeg gif svg webp mp3 wav ogg opus flac mp4 mkv zip gz tar tgz xz "
    "rs go c h cpp java kt rb php service lock onnx gguf ort bin exe deb rpm iso crt pem key"
)
_FILE = "|".join(sorted(ENDINGS.split(), key=len, reverse=True))

OCTET = 255

MOST_STEPS = 3
"""Folders of a path that are said; of a longer one only the last two."""


def host(match: re.Match[str]) -> str:
    """Say the host of a link: the rest of it is for clicking."""
    url = match.group(0)
    bare = url.rstrip(_STOPS)
    try:
        name = urlsplit(bare if "//" in bare else f"http://{bare}").hostname or "a link"
    except ValueError:
        name = "a link"
    if re.fullmatch(r"[\d.]+", name):
        return f"{machine(name)}{url[len(bare) :]}"
    return f"{dotted(name.removeprefix('www.'))}{url[len(bare) :]}"


def dotted(name: str) -> str:
    """Say a name with its signs: "my-host.example.org"."""
    spelt = re.sub(r"[._\-+/\\~:]", lambda sign: _NAMES[sign.group()], name)
    return re.sub(r"\s+", " ", spelt).strip()


def machine(address: str) -> str:
    """Say an IP address of version 4."""
    parts = [part for part in address.split(".") if part]
    return " dot ".join(cardinal(int(part)) if int(part) <= OCTET else digits(part) for part in parts)


def mail(match: re.Match[str]) -> str:
    """Say a person's address."""
    return f"{dotted(match.group(1))} at {dotted(match.group(2))}"


def path(match: re.Match[str]) -> str:
    """Say a path: of a long one its last two steps."""
    whole = match.group(0)
    bare = whole.rstrip(".,;:!?")
    parts = [part for part in re.split(r"[/\\]", bare) if part]
    if len(parts) > MOST_STEPS:
        said = f"{_step(parts[-1])} in {_step(parts[-2])}"
    else:
        said = dotted(re.sub(r"^([A-Za-z]):\\", r"drive \1 ", bare))
    return f"{said}{whole[len(bare) :]}"


def _step(part: str) -> str:
    return dotted(part)


def _machine(match: re.Match[str]) -> str:
    port = match.group(2)
    said = machine(match.group(1))
    if match.group(3):
        said += f" slash {cardinal(int(match.group(3)))}"
    return f"{said} port {_port(port)}" if port else said


def _port(text: str) -> str:
    return " ".join(ONES[int(sign)] for sign in text)


CHANGES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(?:mailto:)?([\w.+-]{1,64})@((?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,24})\b"), mail),
    (re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{2,5}))?(?:/(\d{1,2}))?(?![\w.]*\d)"), _machine),
    (re.compile(r"\b(localhost):(\d{2,5})\b"), lambda m: f"{m.group(1)} port {_port(m.group(2))}"),
    (re.compile(r"(?<![\w/.~])(?:~|\.{1,2})?/(?:[\w.+-]+/)*[\w.+-]*[\w+-]/?(?![\w/])"), path),
    (re.compile(r"\b[A-Za-z]:\\(?:[\w.+ -]+\\)*[\w.+-]+"), path),
    (re.compile(r"(?<![\w/])(?:[a-zA-Z_][\w.-]*/){1,}[\w.-]*[\w-]\.(?:" + _FILE + r")\b"), path),
    (re.compile(r"(?<![\w.@])\.?([\w-]+(?:\.[\w-]+)*)\.(" + _FILE + r")\b(?!\.?\w)"),
     lambda m: dotted(m.group(0))),
    (re.compile(r"(?<![\w.@])((?:[a-zA-Z0-9-]+\.)+(?:com|org|net|io|dev|local|lan|home|example|edu|gov|uk|de|eu|ai|app))\b(?!\.\w)"),
     lambda m: dotted(m.group(0))),
)  # fmt: skip
