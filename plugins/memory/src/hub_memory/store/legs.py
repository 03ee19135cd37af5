"""What a recall can find entries by: legs that are asked in turn, each giving rows a share of 0 to 1."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING

from hub import HubError
from hub_memory.store import words
from hub_memory.store.where import asked_for

if TYPE_CHECKING:
    from hub import Database, MemoryQuery

Leg = Callable[["MemoryQuery", Collection[int]], Awaitable[Mapping[int, float]]]
"""``await leg(query, candidates)``: rows by ``rid``, each with its share of the best. ``candidates``: what
the legs before found. ``query.now`` is set. A leg that cannot answer raises `HubError` with its reason."""

NAMES = ("words", "meaning", "entity", "neighbour", "recency", "importance")
"""All legs, in the order in which they are asked."""

ABSENT = "It is not built in yet."
FIX = "Install a SQLite that has FTS5; sqlcipher3 does."


class Words:
    """The leg that finds entries by their words; ``reason``: why it cannot, if so."""

    def __init__(self, database: Database, reason: str = "") -> None:
        self._database, self._reason = database, reason

    async def __call__(self, query: MemoryQuery, _candidates: Collection[int]) -> Mapping[int, float]:
        """Return the rows that have words of the question, by BM25."""
        if self._reason:
            raise HubError(self._reason, fix=FIX)
        mask = asked_for(query, query.now)
        return await self._database.read(lambda db: words.search(db, query.text, mask))


async def ask(
    legs: Mapping[str, Leg], query: MemoryQuery
) -> tuple[dict[int, dict[str, float]], list[str], dict[str, str]]:
    """Ask every leg that the query names; return each row's parts, who answered, and why others did not."""
    parts: dict[int, dict[str, float]] = {}
    answered: list[str] = []
    missing: dict[str, str] = {}
    for name in query.legs or NAMES:
        leg = legs.get(name)
        if leg is None:
            missing[name] = ABSENT
            continue
        try:
            found = await leg(query, tuple(parts))
        except HubError as error:
            missing[name] = f"{error} {error.fix}"
            continue
        answered.append(name)
        for rid, share in found.items():
            parts.setdefault(rid, {})[name] = share
    return parts, answered, missing
