"""Suggest how something is done: by a tool, or as a person taught it. Nothing is ever done by this.

A tool is known by its name, by what it says of itself, and by how it was asked for, by that person. Those
words are held in RAM only, for commands are not kept; how often it worked is counted in memory.db. What a
person taught is an entry of kind `procedure`.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import structlog

from hub import HubError, MemoryQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from hub import Connection, Database, Hub
    from hub_memory.memory import SqliteMemory

log = structlog.get_logger(__name__)

LEAST = 0.4
"""Cosine below which nothing is suggested. By the table, four of ten wishes for one of ten tools are above,
each with the right tool first, and none of six sentences that want none; more are, as they are asked for."""

TAUGHT = 2
"""Trust of what a person taught (`hub.ports.memory.CONFIRMED`)."""

EXAMPLES, ASKERS, TALKS, KNOWN = 8, 500, 64, 4_000
"""Held in RAM: ways to ask for one tool by one person, of so many; talks' last words; texts with vectors."""

LONGEST = 300
"""Characters of a text that is compared."""

_TABLE = """CREATE TABLE IF NOT EXISTS tool_outcome (
    tool TEXT PRIMARY KEY, done INTEGER NOT NULL, failed INTEGER NOT NULL) WITHOUT ROWID"""
_COUNT = """INSERT INTO tool_outcome VALUES (?1, ?2, 1 - ?2)
    ON CONFLICT DO UPDATE SET done = done + ?2, failed = failed + 1 - ?2"""
_SIGNS = ("turn.accepted", "tool.call_intent", "tool.call_result")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What fits. ``tool``: its name, or "" for what was taught, whose ``entry`` that is.

    ``score``: the cosine, less for a tool that often failed; ``done`` and ``failed``: how often it did.
    """

    text: str
    score: float
    tool: str = ""
    entry: str = ""
    done: int = 0
    failed: int = 0


class Procedures:
    """Knows the tools of ``hub`` by meaning, and what was taught to ``memory``."""

    def __init__(self, hub: Hub, database: Database, memory: SqliteMemory) -> None:
        self._hub, self._database, self._memory = hub, database, memory
        self._said: OrderedDict[str, str] = OrderedDict()
        self._called: OrderedDict[str, str] = OrderedDict()
        self._asked: OrderedDict[tuple[str, str], deque[str]] = OrderedDict()
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._model = ""

    async def open(self) -> None:
        """Begin to learn from what is asked and done."""
        await self._database.write(_prepare)
        self._hub.spawn(self._follow(), name="memory learns tools")

    async def forget(self, *, everything: bool = False) -> None:
        """Drop all words: they may be forgotten now; with ``everything`` the counts, too."""
        for held in (self._said, self._called, self._asked, self._vectors):
            held.clear()
        if everything:
            await self._database.write(lambda db: db.execute("DELETE FROM tool_outcome") and None)

    async def suggest(
        self, text: str, namespaces: Sequence[str], *, limit: int = 3
    ) -> tuple[Suggestion, ...]:
        """Return what fits ``text`` for who reads ``namespaces``, their own first; the best first.

        Without an embedder nothing is suggested. Raises `Unavailable` while the memory is closed.
        """
        query = MemoryQuery(text[:LONGEST], tuple(namespaces), kinds=("procedure",), minimum_trust=TAUGHT)
        taught = {hit.entry.id: hit.entry.text for hit in (await self._memory.recall(query)).hits}
        tools = {one.name: _card(one) for one in self._hub.tools}
        ways = {name: (card, *self._asked.get((namespaces[0], name), ())) for name, card in tools.items()}
        try:
            like = await self._like(text[:LONGEST], {one: _ways(told) for one, told in taught.items()} | ways)
        except HubError:
            return ()
        outcomes = await self._database.read(_outcomes)
        found = [
            Suggestion(taught[name], cosine, entry=name) if name in taught
            else _tool(name, tools[name], cosine, outcomes.get(name, (0, 0)))
            for name, cosine in like.items() if cosine >= LEAST
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda one: -one.score)[:limit])

    async def _like(self, wish: str, ways: Mapping[str, Sequence[str]]) -> dict[str, float]:
        """Return for each name the best cosine of ``wish`` with one of its ways to be said."""
        texts = [wish, *chain.from_iterable(ways.values())]
        vectors = dict(zip(texts, await self._embedded(texts), strict=True))
        return {
            name: max(float(vectors[way] @ vectors[wish]) for way in several)
            for name, several in ways.items()
        }

    async def _embedded(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        meaning = self._memory.meaning
        if meaning is None:
            raise HubError("Nothing here turns texts into vectors.", fix="Restart the hub.")
        if meaning.model != self._model:
            self._vectors.clear()
            self._model = meaning.model
        if fresh := [one for one in dict.fromkeys(texts) if one not in self._vectors]:
            self._vectors.update(zip(fresh, await meaning.embedder.embed(fresh, query=True), strict=True))
        found = [self._vectors[one] for one in texts]
        _bound(self._vectors, KNOWN)
        return found

    async def _follow(self) -> None:
        with self._hub.bus.subscribe(*_SIGNS) as signs:
            async for sign in signs:
                try:
                    await self._learn(sign)
                except Exception as error:  # noqa: BLE001  one call less is learnt
                    log.warning("memory.tool_not_learnt", reason=repr(error))

    async def _learn(self, sign: Any) -> None:
        if sign.name == "turn.accepted":
            self._said[sign.conversation] = sign.text
            self._said.move_to_end(sign.conversation)
            _bound(self._said, TALKS)
        elif sign.name == "tool.call_intent":
            self._called[sign.id] = sign.tool
            _bound(self._called, TALKS)
            person = await self._hub.conversations.whose(sign.conversation)
            words = self._said.get(sign.conversation, "")[:LONGEST]
            if person and words and await self._hub.people.has(person):
                ways = self._asked.setdefault((person, sign.tool), deque(maxlen=EXAMPLES))
                if words not in ways:
                    ways.append(words)
                _bound(self._asked, ASKERS)
        elif tool := self._called.pop(sign.id, ""):
            await self._database.write(lambda db: db.execute(_COUNT, (tool, bool(sign.success))) and None)


def _tool(name: str, about: str, like: float, outcomes: tuple[int, int]) -> Suggestion:
    """Suggest a tool; one that always fails counts for half."""
    done, failed = outcomes
    return Suggestion(about, like * (1 - failed / (2 * (done + failed + 2))), name, "", done, failed)


def _ways(text: str) -> tuple[str, ...]:
    """Return what a procedure is found by: all of it, and what it is for ("To close up", of more)."""
    return text[:LONGEST], re.split("[,:]", text[:LONGEST], maxsplit=1)[0]


def _card(tool: Any) -> str:
    return f"{tool.name.replace('_', ' ')}. {tool.about}"[:LONGEST]


def _prepare(db: Connection) -> None:
    db.execute(_TABLE)


def _outcomes(db: Connection) -> dict[str, tuple[int, int]]:
    return {tool: (done, failed) for tool, done, failed in db.execute("SELECT * FROM tool_outcome")}


def _bound(held: OrderedDict[Any, Any], most: int) -> None:
    while len(held) > most:
        held.popitem(last=False)
