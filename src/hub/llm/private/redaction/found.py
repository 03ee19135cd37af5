"""What a detector found in a text, and how findings that overlap become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS: Final[tuple[str, ...]] = (
    "secret", "password", "card", "iban", "id", "email", "nostr", "phone", "ip", "mac", "host", "user",
    "address", "place", "person", "text",
)  # fmt: skip
"""All kinds, the worst first; ``text`` is what looks like one of our own placeholders."""

SECRETS: Final = frozenset({"secret", "password", "card"})
"""What opens something: it leaves in no tier."""

ALWAYS: Final = SECRETS | {"text"}
"""What is replaced in every tier."""

ALL: Final = frozenset(KINDS)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


class Found(NamedTuple):
    """``text[start:end]`` is of that kind."""

    start: int
    end: int
    kind: str


def merged(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return findings in order, those that overlap as one of the worse kind: all of it goes."""
    whole: list[Found] = []
    for one in sorted(found):
        if one.start >= one.end:
            continue
        if whole and one.start < whole[-1].end:
            last = whole[-1]
            kind = min(last.kind, one.kind, key=_RANK.__getitem__)
            whole[-1] = Found(last.start, max(last.end, one.end), kind)
        else:
            whole.append(one)
    return tuple(whole)
