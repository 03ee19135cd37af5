"""Which namespaces travel, and what they are called on the way: the house, and people known by one name.

Two hubs give one person two ids, so a person travels under the name that both hubs know them by, and only
where the owner of each hub has named them. What belongs to anybody else neither leaves nor comes in.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from hub import MemoryChange

HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Travel:
    """``wire``: what each namespace of this hub that travels is called on the way."""

    wire: Mapping[str, str] = field(default_factory=lambda: {HOUSE: HOUSE})

    @property
    def scope(self) -> str:
        """Return a mark of all this: under another one all has to be told anew."""
        return sha256(repr(sorted(self.wire.items())).encode()).hexdigest()[:16]

    def outgoing(self, changes: Iterable[MemoryChange]) -> list[MemoryChange]:
        """Return what may leave, named as on the way; an entry's flags go with its content, or not at all."""
        told: list[MemoryChange] = []
        for _, parts in _by_entry(changes):
            content = next((one for one in parts if one.group == "content"), None)
            if content is None:
                told += [one for one in parts if one.group == "gone"]
            elif named := self.wire.get(str(content.fields["namespace"])):
                told += [_placed(one, named) for one in parts]
        return told

    def incoming(
        self, changes: Sequence[MemoryChange], ours: Collection[str], others: Collection[str]
    ) -> list[MemoryChange]:
        """Return what may come in, named as here.

        ``ours``: ids that are here and travel; ``others``: those that are here and do not, which another
        device must not touch. That something is gone is always heard.
        """
        here = {named: namespace for namespace, named in self.wire.items()}
        taken: list[MemoryChange] = []
        for name, parts in _by_entry(changes):
            content = next((one for one in parts if one.group == "content"), None)
            place = here.get(str(content.fields["namespace"])) if content else None
            allowed = name not in others and (place if content else name in ours)
            taken += [_placed(one, place or "") for one in parts if allowed or one.group == "gone"]
        return taken


def known_as(name: str) -> str:
    """Return what a person of that name is called on the way."""
    return "person:" + unicodedata.normalize("NFKC", name).casefold().strip()


def _placed(change: MemoryChange, namespace: str) -> MemoryChange:
    if change.group != "content":
        return change
    return replace(change, fields={**change.fields, "namespace": namespace})


def _by_entry(changes: Iterable[MemoryChange]) -> Iterable[tuple[str, list[MemoryChange]]]:
    found: dict[str, list[MemoryChange]] = {}
    for one in changes:
        found.setdefault(one.id, []).append(one)
    return found.items()
