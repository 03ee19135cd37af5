"""Recall without its store: the memory's own legs and fusion over turns in RAM, and how well it does.

``python bench/memory_fused.py`` scores it on our fixture beside keywords alone: the homes that it was tuned
on, and apart from them those that it was not. Nothing is superseded, quarantined or guarded here: that is
the store's part.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import memory_fixture
import numpy as np
from memory_score import Keywords, score, table

from hub_memory.recall.entities import entities
from hub_memory.recall.fusion import HALF_LIFE_S, Candidates, Weights, fuse
from hub_memory.recall.when import Span, asked_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Sequence

    from numpy.typing import NDArray

CANDIDATES = 200


class Embedder(Protocol):
    """As in hub_memory.embed.embedder, which this bench can do without."""

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Awaitable[NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn. ``at``: Unix seconds; ``speaker``: a name, where the text does not say it."""

    id: str
    text: str
    session: str
    sequence: int
    at: float
    speaker: str = ""


class Fused:
    """Finds turns by words, meaning, names, neighbours and time. Make it with `over`."""

    def __init__(self, entries: Sequence[Entry], vectors: NDArray[Any], weights: Weights) -> None:
        self._entries, self._vectors, self._weights = entries, vectors, weights
        self.keywords = Keywords({entry.id: entry.text for entry in entries})
        self._names = [{one.norm for one in entities(f"{one.speaker}: {one.text}")} for one in entries]
        self._known = {name for names in self._names for name in names}
        numbers = {
            session: number for number, session in enumerate(dict.fromkeys(e.session for e in entries))
        }
        self._session = np.array([numbers[entry.session] for entry in entries], np.int64)
        self._sequence = np.array([entry.sequence for entry in entries], np.int64)
        self._at = np.array([entry.at for entry in entries], np.float64)

    @classmethod
    async def over(
        cls, entries: Sequence[Entry], embedder: Embedder, *, window: bool, weights: Weights = Weights()  # noqa: B008  frozen
    ) -> Fused:  # fmt: skip
        """Embed ``entries``. ``window``: the mean of each with it and the one before it in the same talk."""
        vectors = await embedder.embed([entry.text for entry in entries])
        if window:
            pairs = zip((entries[0], *entries), entries, strict=False)
            texts = [f"{a.text} {b.text}" if a.session == b.session else b.text for a, b in pairs]
            both = vectors + await embedder.embed(texts)
            vectors = both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
        return cls(entries, vectors, weights)

    def retrieve(
        self, text: str, query: NDArray[Any], *, among: Collection[str] | None = None,
        now: float | None = None, span: Span | None = None, limit: int = 20,
    ) -> list[str]:  # fmt: skip
        """Return the ids ``among`` those given that answer ``text`` best, whose vector is ``query``.

        ``now``: what age counts from, None for no ages; ``span``: the time that the question names.
        """
        allowed = np.array([among is None or entry.id in among for entry in self._entries])
        timely = self._timely(span)
        if span and span.firm:
            allowed &= timely
        places = np.flatnonzero(allowed)
        cosine = (self._vectors[places] @ query).astype(np.float64)
        words = dict(self.keywords.search(text, CANDIDATES, [self._entries[place].id for place in places]))
        bm25 = np.array([words.get(self._entries[place].id, 0.0) for place in places])
        best = np.union1d(np.argsort(-cosine)[:CANDIDATES], np.flatnonzero(bm25))
        kept = places[best]
        asked = {one.norm for one in entities(text, self._known)}
        named = np.array([len(asked & self._names[place]) / max(len(asked), 1) for place in kept])
        ages = np.zeros(len(kept)) if now is None else now - self._at[kept]
        scores, _ = fuse(
            Candidates(
                cosine[best], bm25[best], named, self._session[kept], self._sequence[kept], ages,
                np.full(len(kept), HALF_LIFE_S["episodic"]), np.full(len(kept), 0.5), timely[kept],
            ),
            self._weights,
        )  # fmt: skip
        return [self._entries[kept[place]].id for place in np.argsort(-scores, kind="stable")[:limit]]

    def _timely(self, span: Span | None) -> NDArray[np.bool_]:
        if span is None:
            return np.zeros(len(self._at), bool)
        since = -np.inf if span.since is None else span.since
        until = np.inf if span.until is None else span.until
        return (self._at >= since) & (self._at < until)


def embedder_named(name: str) -> Embedder:
    """Return an embedder of the memory plugin."""
    if name == "static":
        from hub_memory.embed.static import StaticEmbedder

        return StaticEmbedder()
    raise SystemExit(f"{name}: no such embedder; there is: static.")


async def measure(embedder: Embedder, homes: Collection[str], *, window: bool = False) -> dict[str, Any]:
    """Return the scores on the fixture's ``homes`` by retriever ("keywords", "ours") and category."""
    fixture = memory_fixture.load()
    by_words: dict[str, list[str]] = {}
    by_us: dict[str, list[str]] = {}
    chosen = [question for question in fixture.questions if question.person in homes]
    for home in homes:
        turns = sorted((t for t in fixture.turns if t.person == home), key=lambda t: (t.session, t.sequence))
        entries = [Entry(turn.id, turn.text, turn.session, turn.sequence, turn.at) for turn in turns]
        fused = await Fused.over(entries, embedder, window=window)
        asked = [question for question in chosen if question.person == home]
        queries = await embedder.embed([question.text for question in asked], query=True)
        for question, query in zip(asked, queries, strict=True):
            seen = {turn.id for turn in memory_fixture.visible(turns, question)}
            now = question.asked if question.as_of is None else question.as_of
            local = datetime.fromtimestamp(question.asked, memory_fixture.ZONE)
            span = asked_time(question.text, local) if question.as_of is None else None
            by_us[question.id] = fused.retrieve(question.text, query, among=seen, now=now, span=span)
            by_words[question.id] = [id_ for id_, _ in fused.keywords.search(question.text, 20, seen)]
    return {
        "keywords": score(chosen, lambda one: by_words[one.id]),  # type: ignore[attr-defined]
        "ours": score(chosen, lambda one: by_us[one.id]),  # type: ignore[attr-defined]
    }


def main() -> None:
    """Print the scores of both halves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--embedder", default="static")
    parser.add_argument("--window", action="store_true", help="each turn's vector with the one before it")
    given = parser.parse_args()
    for name, homes in (("tuned on", memory_fixture.DEV), ("held out", memory_fixture.TEST)):
        scores = asyncio.run(measure(embedder_named(given.embedder), homes, window=given.window))
        print(f"{name}: {', '.join(homes)}\n{table(scores)}\n")


if __name__ == "__main__":
    main()
