"""Turn a question or a selection into one condition on rows, as PostgreSQL understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_memory.postgres.words import READ, all_of, plain
from hub_memory.store.where import Conditions, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Where", "asked_for", "held", "readable", "selected"]


class _Conditions(Conditions):
    """What PostgreSQL says in another way than SQLite."""

    mark, later = "%s", "greatest"

    def among(self, where: Where, column: str, values: Sequence[str]) -> None:
        where.add(f"{column} = ANY(?)", list(values))

    def identified(self, where: Where, ids: Sequence[str]) -> None:
        where.add("id = ANY(?)", [bytes.fromhex(name) for name in ids])

    def tagged(self, where: Where, tags: Sequence[str]) -> None:
        where.add("tags @> ?::text[]", list(tags))

    def about(self, where: Where, topic: str) -> None:
        match = all_of(topic)
        if not match:
            where.add("FALSE")
            return
        # What is so long that not all of its words are kept is read through.
        long = f"length(text) > {READ} AND text ILIKE ALL (?)"
        parts = [f"%{word}%" for word in plain(topic).split()]
        where.add(f"words @@ to_tsquery('stems', ?) OR ({long})", match, parts)


_conditions = _Conditions()
readable, asked_for = _conditions.readable, _conditions.asked_for
held, selected = _conditions.held, _conditions.selected
