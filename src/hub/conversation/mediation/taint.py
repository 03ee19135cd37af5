"""Keep track of what a turn has read that no person of this hub said.

The result of a tool, a page or what was told from one may hold instructions of somebody else. Once a model
has read any, its calls are no longer the person's: what waits for a yes says what was read before, and a read
that would go to an address that nobody here said waits too, for the address itself can carry words out.
Nothing above ``read`` is ever authorised by words, these or others: only by a person's yes to the exact call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

EARLIER = "an earlier answer"
MOST_NAMED = 3

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:)?//[^\s\"'<>]+|www\.[^\s\"'<>]+", re.IGNORECASE)
_SITE = re.compile(r"\b(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}\b(?:[:/][^\s\"'<>]*)?", re.IGNORECASE)
_PLACES = re.compile(
    r"(?:^|_)(?:url|uri|link|href|host|hostname|domain|site|website|webhook|server)s?(?:_|$)"
)
_HERE = re.compile(
    r"(?:(?:[a-z0-9-]{1,63}\.)+([a-z]{2,24})|\d{1,3}(?:\.\d{1,3}){3})([:/]\S*)?", re.IGNORECASE
)
_FILES = frozenset(
    (
        "bak", "bib", "bin", "c", "cfg", "conf", "cpp", "css", "csv", "db", "doc", "docx", "eml",
        "epub", "flac", "gif", "go", "gz", "h", "htm", "html", "ics", "ini", "java", "jpeg",
        "jpg", "js", "json", "lock", "log", "md", "mkv", "mov", "mp3", "mp4", "ods", "odt", "ogg",
        "pdf", "png", "ppt", "pptx", "py", "rs", "sh", "sql", "sqlite", "svg", "tar", "tex",
        "toml", "ts", "tsv", "txt", "vcf", "wav", "webp", "xls", "xlsx", "xml", "yaml", "yml",
        "zip",
    )
)  # fmt: skip
"""Endings after which a name without a path is that of a file."""

_START = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//(?:www\.)?|^www\.")


@dataclass(slots=True)
class Taint:
    """What one turn has read. ``words`` returns all that the person said in this talk."""

    words: Callable[[], str] = str
    sources: list[str] = field(default_factory=list)
    _said: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return bool(self.sources)

    def note(self, source: str) -> None:
        """Note that words from ``source``, a tool's name for instance, were read."""
        if source not in self.sources:
            self.sources.append(source)

    @property
    def told(self) -> str:
        """What was read, for a person: ``read_page and list_files``; "" for nothing."""
        named = self.sources[:MOST_NAMED]
        if len(self.sources) > MOST_NAMED:
            named.append("more")
        return " and ".join((", ".join(named[:-1]), named[-1]) if len(named) > 1 else named)

    def strays(self, arguments: Mapping[str, Any]) -> bool:
        """Say whether ``arguments`` hold an address that the person never said, in a turn that has read."""
        if not self:
            return False
        if self._said is None:
            words = self.words()
            self._said = frozenset(map(_plain, (*_ADDRESS.findall(words), *_SITE.findall(words))))
        return any(_plain(each) not in self._said for each in _addresses(arguments))


def _addresses(arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield what reaches out: addresses wherever they stand, and whatever stands where one belongs."""
    for name, value in _texts("", arguments):
        if _PLACES.search(name.lower()) or _is_site(value.strip()):
            yield value
        else:
            yield from _ADDRESS.findall(value)


def _is_site(value: str) -> bool:
    """Say whether all of ``value`` is a host, with or without a path, rather than the name of a file."""
    found = _HERE.fullmatch(value)
    return found is not None and bool(found[2] or (found[1] or "").lower() not in _FILES)


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield every text in ``value`` with the name of the field that it is in."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield name, str(key)
            yield from _texts(str(key), item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(name, item)


def _plain(address: str) -> str:
    return _START.sub("", address.strip().casefold()).rstrip("/.,;:!?)")
