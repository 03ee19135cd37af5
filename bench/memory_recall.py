"""Score the memory as it is: turns kept and found again by the real store, keywords alone beside it.

``python bench/memory_recall.py`` does so with our fixture: the homes that recall was tuned on, and apart from
them those that it was not. Time is played: every turn is kept and every question asked at its own moment, so
that nothing knows of what was said later. MiniLM runs in this process, by the same code as in its child.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import memory_fixture
from memory_score import Keywords, Score, score, table
from rows import row, save

from hub import Database, MemoryQuery, NewMemory
from hub_memory.embed.minilm import DIMENSIONS, NAME, MiniLM
from hub_memory.embed.quantise import quantise
from hub_memory.embed.static import StaticEmbedder
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.guard import Guard
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence

    from hub_memory.embed.embedder import TextEmbedder, Vectors

DATA = Path(os.environ.get("HUB_BENCH_DATA", Path(__file__).parents[1] / ".data"))
DEPTH = 20
GAIN = 0.05
"""What recall at 10 has to have over keywords alone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a talk. ``namespace``: whose; ``at``: Unix seconds; ``origin``: as in the port."""

    id: str
    namespace: str
    text: str
    session: str
    sequence: int
    at: float
    origin: str = "user_text"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the ids of the turns that answer it; the rest as in `memory_fixture`."""

    id: str
    namespace: str
    category: str
    text: str
    asked: float
    gold: tuple[str, ...]
    stale: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    as_of: float | None = None


class InProcess:
    """MiniLM as its child runs it, without the child. ``model``: quantised."""

    model, dimensions = NAME, DIMENSIONS

    def __init__(self, model: Path) -> None:
        self._minilm = MiniLM(model)

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:  # noqa: ARG002  the port's
        return await asyncio.to_thread(self._minilm.embed, texts)


def embedder_named(name: str) -> TextEmbedder:
    """Return an embedder of the memory plugin; "auto": the one that a hub would choose with what is here."""
    source = DATA / "models" / "minilm-l6.onnx"
    if name in {"static", "auto"}:  # `Embedders.chosen`: the table, where nothing else is asked for
        return StaticEmbedder()
    if name != "minilm":
        raise SystemExit(f"{name}: no such embedder; there are: auto, static, minilm.")
    if not source.exists():
        raise SystemExit(f"No {source}. Fetch it: hub models pull minilm --data {DATA}")
    made = DATA / "cache" / f"{NAME}.onnx"
    if not made.exists():
        quantise(source, made)
    return InProcess(made)


@dataclass(slots=True)
class Clock:
    """The time that is played, in Unix seconds."""

    now: float = 0.0


@asynccontextmanager
async def opened(embedder: TextEmbedder, clock: Clock) -> AsyncIterator[SqliteMemory]:
    """Open an empty memory in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        database = Database(Path(folder, "memory.db"), bytes(32), MIGRATIONS, full=False)
        memory = SqliteMemory(database, meaning=Meaning(embedder), clock=lambda: clock.now)
        memory.guard = Guard(lambda: clock.now)
        await memory.open()
        try:
            yield memory
        finally:
            await memory.close()


@dataclass(slots=True)
class Played:
    """What was found, by the question's id: ids of turns, the best first."""

    words: dict[str, list[str]] = field(default_factory=dict)
    ours: dict[str, list[str]] = field(default_factory=dict)


async def play(
    turns: Iterable[Turn], questions: Iterable[Question], embedder: TextEmbedder, **options: Any
) -> Played:
    """Keep and ask all in the order of time. ``options``: as `MemoryQuery` has them."""
    clock, names, found = Clock(), dict[str, str](), Played()
    async with opened(embedder, clock) as memory:
        async for question in asked(memory, turns, questions, names, clock):
            query = MemoryQuery(
                question.text,
                (question.namespace,),
                DEPTH,
                as_of=question.as_of,
                now=question.asked,
                **options,
            )
            hits = (await memory.recall(query)).hits
            found.ours[question.id] = [names.get(hit.entry.id, "") for hit in hits]
    return found


async def asked(
    memory: SqliteMemory, turns: Iterable[Turn], questions: Iterable[Question], names: dict[str, str],
    clock: Clock,
) -> AsyncIterator[Question]:  # fmt: skip
    """Yield the questions, each at its time, when all that was said before it is kept; see `_keep`."""
    waiting = sorted(turns, key=lambda turn: turn.at)
    for question in sorted(questions, key=lambda one: one.asked):
        due = [turn for turn in waiting if turn.at <= question.asked]
        waiting = waiting[len(due) :]
        for _, batch in groupby(due, key=lambda turn: (turn.namespace, turn.session)):
            await _keep(memory, list(batch), names, clock)
        clock.now = question.asked
        yield question


async def _keep(memory: SqliteMemory, turns: Sequence[Turn], names: dict[str, str], clock: Clock) -> None:
    """Have the memory keep ``turns``, and note in ``names`` which entry is which."""
    clock.now = max(clock.now, turns[-1].at)
    ids = await memory.remember(
        [
            NewMemory(
                turn.text, turn.namespace, origin=turn.origin, session=turn.session, sequence=turn.sequence,
                created=turn.at,
            )
            for turn in turns
        ]
    )  # fmt: skip
    for turn, name in zip(turns, ids, strict=True):
        names.setdefault(name, turn.id)


def by_words(turns: Sequence[Turn], questions: Iterable[Question]) -> dict[str, list[str]]:
    """Return what keywords alone find of the same turns, by the question's id."""
    homes: dict[str, list[Turn]] = {}
    for turn in turns:
        homes.setdefault(turn.namespace, []).append(turn)
    indexes = {home: Keywords({turn.id: turn.text for turn in kept}) for home, kept in homes.items()}
    found = {}
    for one in questions:
        until = one.asked if one.as_of is None else one.as_of
        seen = [
            turn.id
            for turn in homes[one.namespace]
            if turn.at <= until and turn.origin not in {"tool", "web"}
        ]
        found[one.id] = [id_ for id_, _ in indexes[one.namespace].search(one.text, DEPTH, seen)]
    return found


async def measure(
    turns: Sequence[Turn], questions: Sequence[Question], embedder: TextEmbedder
) -> dict[str, dict[str, Score]]:
    """Return the scores by retriever ("keywords", "ours") and category."""
    ours, words = (await play(turns, questions, embedder)).ours, by_words(turns, questions)
    return {
        "keywords": score(questions, lambda one: words[one.id]),  # type: ignore[attr-defined]
        "ours": score(questions, lambda one: ours[one.id]),  # type: ignore[attr-defined]
    }


def below(scores: dict[str, dict[str, Score]]) -> list[str]:
    """Return the categories whose recall at 10 is less than that of keywords alone."""
    ours, words = scores["ours"], scores["keywords"]
    return [name for name in words if words[name].count and ours[name].recall[10] < words[name].recall[10]]


def fixture(homes: Collection[str]) -> tuple[list[Turn], list[Question]]:
    """Return the turns and the questions of the fixture's ``homes``."""
    told = memory_fixture.load()
    turns = [
        Turn(one.id, one.person, one.text, one.session, one.sequence, one.at, one.origin)
        for one in told.turns
        if one.person in homes
    ]
    questions = [
        Question(
            one.id, one.person, one.category, one.text, one.asked, one.gold, one.stale, one.never, one.as_of
        )
        for one in told.questions
        if one.person in homes
    ]  # fmt: skip
    return turns, questions


def main() -> None:
    """Print the scores of both halves, and keep the figure of the one that nothing was tuned on."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--embedder", default="auto", help="auto, static or minilm")
    given, _ = parser.parse_known_args()  # bench/memory.py names the part, and more
    embedder = embedder_named(given.embedder)
    for name, homes in (("tuned on", memory_fixture.DEV), ("held out", memory_fixture.TEST)):
        scores = asyncio.run(measure(*fixture(homes), embedder))
        lost = ", ".join(below(scores)) or "none"
        print(f"{name}: {', '.join(homes)}\n{table(scores)}\nbelow keywords: {lost}\n")
    gain = scores["ours"]["all"].recall[10] - scores["keywords"]["all"].recall[10]
    note = f"{embedder.model}; recall {scores['ours']['all'].recall[10]:.3f}; below keywords: {lost}"
    save("memory", [row("memory.fixture", "share", [gain], GAIN, at_least=True, note=note)])


if __name__ == "__main__":
    main()
