"""What is remembered about people and their homes: the port of what keeps it and finds it again.

An entry is kept word for word as it was said, with where it came from and how far that is to be trusted.
Nothing is changed in place: an entry that is no longer so is superseded, and what was so at any time can
still be asked. A ``namespace`` is the id of the person whose entry it is, or `HOUSE`; nobody reads another's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal["working", "episodic", "fact", "procedure", "summary"]
"""For now; what happened; what is so; how a thing is done; what several of them come to."""

Leg = Literal["words", "meaning", "entity", "neighbour", "recency", "importance"]
"""What a hit can be found by."""

HOUSE = "house"
"""The namespace of what everybody of the house may know, shared devices too."""

UNTRUSTED, SAID, CONFIRMED, OWNER = 0, 1, 2, 3
"""Trust: of tools and pages; said in a talk; asked to be remembered or confirmed; set by the owner."""

NEXT = -1
"""The `sequence` of what follows all that is kept of its talk."""

LONGEST = 1_000_000
"""Characters of one entry; documents are cut into several."""


@dataclass(frozen=True, slots=True)
class NewMemory:
    """Something to remember. Times are Unix seconds; 0 stands for now, `valid_until` 0 for no end.

    ``origin``: who said it: "user_voice", "user_text", "assistant", "tool", "web", "document", "import",
    "nostr:" and a key, or "hub" for what it made of others. ``session`` and ``sequence`` place it in a talk,
    one by one (or `NEXT`), so that what was said around it is found with it. ``sources``: the ids of the
    entries that it was made from. ``importance``: 0 to 1. ``quarantined``: kept for a person to look at, and
    found by nobody else: what tools and pages said begins so.
    """

    text: str
    namespace: str
    kind: Kind = "episodic"
    origin: str = "user_text"
    trust: int = SAID
    session: str = ""
    sequence: int = 0
    created: float = 0.0
    valid_from: float = 0.0
    valid_until: float = 0.0
    expires: float = 0.0
    importance: float = 0.5
    pinned: bool = False
    quarantined: bool = False
    language: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryEntry:
    """What is remembered. ``id``: a UUIDv7 in hex; ``superseded_by``: the entry that holds now, or ""."""

    id: str
    text: str
    namespace: str
    kind: Kind
    origin: str
    trust: int
    session: str
    sequence: int
    created: float
    valid_from: float
    valid_until: float
    expires: float
    importance: float
    pinned: bool
    quarantined: bool
    language: str
    tags: tuple[str, ...]
    sources: tuple[str, ...]
    superseded_by: str
    recalled: int
    last_recalled: float


@dataclass(frozen=True, slots=True)
class MemoryQuery:
    """What to look for, and where: all that is given must hold, before the best ``limit`` are chosen.

    ``namespaces``: those that may be read, never empty. ``since`` and ``until`` bound `created`;
    ``as_of``: what held at that time; by default what holds now. ``legs``: which to use, all by default.
    ``session``: the talk that asks, whose own last turns it knows already.
    """

    text: str
    namespaces: tuple[str, ...]
    limit: int = 10
    kinds: tuple[Kind, ...] = ()
    tags: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None
    as_of: float | None = None
    minimum_trust: int = UNTRUSTED
    quarantined: bool = False
    session: str = ""
    legs: tuple[Leg, ...] = ()
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class MemoryHit:
    """One entry, its ``score``, and what each leg added to it: the parts sum to the score."""

    entry: MemoryEntry
    score: float
    parts: Mapping[Leg, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was found, the best first; ``legs`` that answered; ``missing``: why others did not."""

    hits: tuple[MemoryHit, ...] = ()
    legs: tuple[Leg, ...] = ()
    missing: Mapping[Leg, str] = field(default_factory=dict)
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class MemorySelection:
    """What to forget or to list: what is given must all hold; `everything` stands alone.

    ``superseded_by``: the earlier wordings of that entry, which hold no more and are listed all the same.
    ``documents``: only parts of documents, or none of them.
    """

    namespace: str = ""
    ids: tuple[str, ...] = ()
    session: str = ""
    topic: str = ""
    kind: Kind | None = None
    since: float | None = None
    before: float | None = None
    quarantined: bool | None = None
    everything: bool = False
    pinned: bool | None = None
    superseded_by: str = ""
    documents: bool | None = None


@dataclass(frozen=True, slots=True)
class MemoryChange:
    """One change of a row. ``clock``: a hybrid logical clock of ``node``; ``fields``: what holds since."""

    id: str
    clock: str
    node: str
    group: Literal["content", "flags", "gone"]
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of another device's changes; ``conflicts``: ids that both had changed: the later holds."""

    applied: int = 0
    older: int = 0
    quarantined: int = 0
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """What keeping house came to, in entries."""

    expired: int = 0
    duplicates: int = 0
    condensed: int = 0
    pruned: int = 0


@dataclass(frozen=True, slots=True)
class MemoryHealth:
    """How the memory does. ``legs``: what recall can find by now; ``missing``: why not by the others.

    ``by_kind``: how many entries of each kind can be found, those in quarantine not among them;
    ``documents``: how many of the facts are parts of documents. ``to_embed``: entries without a vector of
    ``model``. ``recall_estimate``: how many of an exact search's ten best the quick one finds, as a share,
    measured lately; 1 before it was.
    """

    entries: int = 0
    quarantined: int = 0
    by_kind: Mapping[Kind, int] = field(default_factory=dict)
    legs: tuple[Leg, ...] = ()
    missing: Mapping[Leg, str] = field(default_factory=dict)
    model: str = ""
    to_embed: int = 0
    recall_estimate: float = 1.0
    engine: str = ""
    encrypted: bool = False
    reason: str = ""
    fix: str = ""
    documents: int = 0


@runtime_checkable
class Memory(Protocol):
    """Keeps entries and finds them. All methods raise `Unavailable` when it cannot be used now.

    Bad input raises `HubError` and changes nothing.
    """

    async def remember(self, entries: Sequence[NewMemory]) -> Sequence[str]:
        """Keep all of them or none; return their ids. What is there word for word keeps its id."""
        ...

    async def recall(self, query: MemoryQuery) -> Recalled:
        """Find what the question is about. Whatever is missing is said in the answer, never passed over."""
        ...

    async def get(self, namespaces: Sequence[str], ids: Sequence[str]) -> Sequence[MemoryEntry]:
        """Return those of ``ids`` that are there and may be read, in that order."""
        ...

    async def browse(
        self, selection: MemorySelection, *, limit: int = 50, after: str = ""
    ) -> Sequence[MemoryEntry]:
        """Return a page of what is selected, the newest first, from the id ``after`` on; what holds now."""
        ...

    async def supersede(self, namespaces: Sequence[str], old: str, new: NewMemory) -> str:
        """Keep ``new`` in place of ``old``, which is found no more but as of before; return the new id."""
        ...

    async def change(
        self, namespaces: Sequence[str], entry: str, *, pinned: bool | None = None,
        importance: float | None = None, quarantined: bool | None = None, trust: int | None = None,
    ) -> MemoryEntry:  # fmt: skip
        """Set what is not the content of an entry."""
        ...

    async def forget(self, selection: MemorySelection) -> int:
        """Destroy what is selected so that no byte of it can be read again; return how many entries."""
        ...

    async def changes(self, since: str = "", *, limit: int = 1000) -> tuple[Sequence[MemoryChange], str]:
        """Return what changed here after the cursor ``since``, and the cursor for the next question."""
        ...

    async def apply(self, changes: Sequence[MemoryChange]) -> Merged:
        """Merge another device's changes: in any order, any number of times, with the same result."""
        ...

    async def sweep(self, now: float) -> Swept:
        """Keep house: what expired goes, what is there twice becomes one; within a budget of its own."""
        ...

    async def health(self, namespaces: Sequence[str] = ()) -> MemoryHealth:
        """Say how it does; with ``namespaces`` it counts the entries of those alone."""
        ...


class NullMemory:
    """No memory: finds nothing and says why; whoever wants to keep something is refused."""

    def __init__(
        self, reason: str = "No memory is installed.", fix: str = "Switch the memory plugin on."
    ) -> None:
        self.reason, self.fix = reason, fix

    async def remember(self, entries: Sequence[NewMemory]) -> Sequence[str]:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise self._absent()

    async def recall(self, query: MemoryQuery) -> Recalled:  # noqa: ARG002  the port's
        """Find nothing, and say why."""
        return Recalled(missing={"words": self.reason, "meaning": self.reason})

    async def get(self, namespaces: Sequence[str], ids: Sequence[str]) -> Sequence[MemoryEntry]:  # noqa: ARG002
        """Return nothing."""
        return ()

    async def browse(
        self, selection: MemorySelection, *, limit: int = 50, after: str = ""  # noqa: ARG002
    ) -> Sequence[MemoryEntry]:  # fmt: skip
        """Return nothing."""
        return ()

    async def supersede(self, namespaces: Sequence[str], old: str, new: NewMemory) -> str:  # noqa: ARG002
        """Refuse with the reason and the fix."""
        raise self._absent()

    async def change(
        self, namespaces: Sequence[str], entry: str, *, pinned: bool | None = None,  # noqa: ARG002
        importance: float | None = None, quarantined: bool | None = None, trust: int | None = None,  # noqa: ARG002
    ) -> MemoryEntry:  # fmt: skip
        """Refuse with the reason and the fix."""
        raise self._absent()

    async def forget(self, selection: MemorySelection) -> int:  # noqa: ARG002
        """Forget nothing: nothing is there."""
        return 0

    async def changes(self, since: str = "", *, limit: int = 1000) -> tuple[Sequence[MemoryChange], str]:  # noqa: ARG002
        """Return nothing."""
        return (), since

    async def apply(self, changes: Sequence[MemoryChange]) -> Merged:  # noqa: ARG002
        """Refuse with the reason and the fix."""
        raise self._absent()

    async def sweep(self, now: float) -> Swept:  # noqa: ARG002
        """Keep no house."""
        return Swept()

    async def health(self, namespaces: Sequence[str] = ()) -> MemoryHealth:  # noqa: ARG002
        """Say that there is none, and why."""
        return MemoryHealth(reason=self.reason, fix=self.fix)

    def _absent(self) -> Unavailable:
        return Unavailable(self.reason, fix=self.fix)
