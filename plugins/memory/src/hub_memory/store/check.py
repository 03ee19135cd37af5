"""Check what is to be remembered, before anything is written: all is kept exactly, or refused with a fix."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hub import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import NewMemory

KINDS = frozenset(("working", "episodic", "fact", "procedure", "summary"))
FOREIGN = frozenset(("tool", "web"))
"""Origins whose words a person must confirm before anybody finds them."""

DIGEST = 16
"""Bytes of a text's SHA-256 that are kept: no two texts share them by chance, and the index stays small."""

LONGEST = 1_000_000
NAME = 200
"""Characters of an entry, and of a name: a namespace, a session, a tag, an origin, a language."""

MOST = 64
"""Tags, or sources, of one entry."""

LAST_TIME = 2.0**47 / 1000
"""Seconds: what a UUIDv7 can still tell, with room to spare (the year 6429)."""

CONFIRMED, SAID = 2, 1
_NUMBER = (int, float)  # made once: thousands are looked at in a merge


@dataclass(frozen=True, slots=True)
class Checked:
    """An entry that can be written. ``digest``: see `digest_of`; ``sources``: 16 bytes each."""

    entry: NewMemory
    digest: bytes
    sources: tuple[bytes, ...]
    created: float
    valid_from: float
    quarantined: bool
    trust: int

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what makes it the same as another: the words, and where they were said."""
        entry = self.entry
        return self.digest, entry.namespace, entry.session, entry.sequence, self.quarantined


def checked(entry: NewMemory, now: float) -> Checked:
    """Return ``entry`` with all that is left open filled in; raise `HubError` if it cannot be kept."""
    digest = digest_of(entry.text)
    named(entry.kind, entry.namespace, entry.origin, (entry.session, entry.language, *entry.tags))
    if len(entry.tags) > MOST or len(entry.sources) > MOST:
        raise HubError(f"An entry has at most {MOST} tags and {MOST} sources.", fix="Name fewer.")
    _numbers(entry)
    trust, quarantined = _trust(entry)
    created = entry.created or now
    sources = tuple(identity(one) for one in entry.sources) if entry.sources else ()
    return Checked(entry, digest, sources, created, entry.valid_from or created, quarantined, trust)


def digest_of(text: object) -> bytes:
    """Return what an entry's text is known again by; raise `HubError` if it can be none."""
    if not isinstance(text, str) or not text.strip():
        raise HubError("There is nothing to remember: the text is empty.", fix="Give words.")
    if len(text) > LONGEST:
        raise HubError(
            f"This text of {len(text):,} characters is too long to be one entry.",
            fix=f"Cut it into pieces of at most {LONGEST:,} characters.",
        )
    return sha256(_bytes(text, "The text")).digest()[:DIGEST]


def named(kind: object, namespace: object, origin: object, others: Sequence[object]) -> None:
    """Raise `HubError` unless these are a kind and names: ``others`` may be empty ones."""
    if kind not in KINDS:
        raise HubError(f"There is no kind {kind!r} of memory.", fix=f"Take one of {', '.join(KINDS)}.")
    if not namespace or not origin:
        raise HubError("An entry needs a namespace and an origin.", fix="Say whose it is, and who said it.")
    for name in (namespace, origin, *others):
        if not isinstance(name, str) or len(name) > NAME:
            raise HubError(f"{str(name)[:40]!r} is no name.", fix=f"Give text of at most {NAME} characters.")
        if not name.isascii():
            _bytes(name, "A name")


def identity(name: str) -> bytes:
    """Return the 16 bytes of an entry's id; raise `HubError` if it is none."""
    try:
        value = bytes.fromhex(name)
    except (ValueError, TypeError):
        value = b""
    if len(value) != 16:  # noqa: PLR2004  a UUID's
        raise HubError(f"{str(name)[:40]!r} is not the id of an entry.", fix="Give an id that I returned.")
    return value


def known(names: Sequence[str]) -> list[str]:
    """Return those ``names`` that can be ids, as they are kept."""
    found = []
    for name in names:
        try:
            found.append(identity(name).hex())
        except HubError:
            continue
    return found


def number(value: object, what: str, low: float, high: float) -> None:
    """Raise `HubError` unless ``value`` is a number from ``low`` to ``high``."""
    if isinstance(value, _NUMBER) and low <= value <= high:  # which nothing is that is not finite
        return
    raise HubError(f"{what} cannot be {value!r}.", fix=f"Give a number from {low:g} to {high:g}.")


def _numbers(entry: NewMemory) -> None:
    for name in ("created", "valid_from", "valid_until", "expires"):
        if value := getattr(entry, name):
            number(value, name, 0, LAST_TIME)
    number(entry.importance, "importance", 0, 1)
    number(entry.sequence, "sequence", -(2.0**53), 2.0**53)


def _trust(entry: NewMemory) -> tuple[int, bool]:
    """Return the trust an entry has, and whether it waits for a person: what tools and pages said does."""
    number(entry.trust, "trust", 0, 3)
    trust = int(entry.trust)
    if entry.kind == "procedure" and trust < CONFIRMED:
        raise HubError(
            "A procedure is kept only when a person has confirmed it.", fix="Ask, then keep it with trust 2."
        )
    if entry.origin in FOREIGN and trust < CONFIRMED:
        return 0, True
    return trust, bool(entry.quarantined)


def _bytes(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise HubError(
            f"{what} is broken: half of a character pair stands alone at {error.start}.",
            fix="Send text that is valid UTF-8.",
        ) from error
