"""Measure how much of LoCoMo's evidence recall finds: ``python bench/locomo.py --data locomo10.json``.

LoCoMo (A. Maharana et al., "Evaluating Very Long-Term Conversational Memory of LLM Agents", arXiv 2402.17753)
may be measured with and not passed on (CC BY-NC 4.0), so the file is the user's. Counted are the questions of
categories 1 to 4 whose evidence is in the talk, of conversations 5 to 9; the first five are for tuning. What
is found are turns, with our fusion of words, meaning, names and neighbours, beside keywords alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from memory_score import Keywords, score, table
from rows import row, save

from hub_memory.recall.entities import entities
from hub_memory.recall.fusion import Candidates, Weights, fuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from numpy.typing import NDArray

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
HELD_OUT = range(5, 10)
CANDIDATES = 200
TARGET = 0.67
_EVIDENCE = re.compile(r"D(\d+):(\d+)")


class Embedder(Protocol):
    """As in hub_memory.embed.embedder, which this bench can do without."""

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Awaitable[NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: ``id`` as the evidence names it, behind the number of the conversation."""

    id: str
    session: int
    sequence: int
    speaker: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Question:
    """One question that has evidence."""

    conversation: int
    category: str
    text: str
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of two."""

    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]


def read(path: Path) -> list[Talk]:
    """Return the conversations of a LoCoMo file. Raises `SystemExit` when it is something else."""
    samples = json.loads(path.read_text(encoding="utf-8"))
    try:
        return [_talk(number, sample) for number, sample in enumerate(samples)]
    except (KeyError, TypeError, AttributeError) as error:
        raise SystemExit(f"{path} is no LoCoMo file: {error!r} is missing or wrong.") from error


def _talk(number: int, sample: dict[str, Any]) -> Talk:
    turns = tuple(_turns(number, sample["conversation"]))
    known = {turn.id for turn in turns}
    questions = []
    for qa in sample["qa"]:
        cited = (
            f"{number}:D{int(a)}:{int(b)}" for a, b in _EVIDENCE.findall(" ".join(qa.get("evidence", ())))
        )
        gold = tuple(dict.fromkeys(one for one in cited if one in known))
        if qa["category"] in CATEGORIES and gold:
            questions.append(Question(number, CATEGORIES[qa["category"]], qa["question"], gold))
    return Talk(turns, tuple(questions))


def _turns(number: int, conversation: dict[str, Any]) -> list[Turn]:
    sessions = sorted(int(key[8:]) for key in conversation if re.fullmatch(r"session_\d+", key))
    made = []
    for session in sessions:
        at = _moment(conversation.get(f"session_{session}_date_time", ""))
        for place, turn in enumerate(conversation[f"session_{session}"]):
            seen = f" [{turn['blip_caption']}]" if turn.get("blip_caption") else ""
            text = f"{turn['text']}{seen}"
            made.append(Turn(f"{number}:{turn['dia_id']}", session, place, turn["speaker"], text, at + place))
    return made


def _moment(written: str) -> float:
    """Return the seconds of "1:56 pm on 8 May, 2023"; 0 for anything else."""
    try:
        return datetime.strptime(f"{written} +0000", "%I:%M %p on %d %B, %Y %z").timestamp()
    except ValueError:
        return 0.0


class Ours:
    """The recall of the memory over one conversation, without its store: the same legs, the same fusion."""

    def __init__(self, talk: Talk, keywords: Keywords, own: NDArray[Any], window: NDArray[Any]) -> None:
        self._turns, self._keywords = talk.turns, keywords
        both = own + window
        self._vectors = both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
        self._names = [{one.norm for one in entities(f"{turn.speaker}: {turn.text}")} for turn in talk.turns]
        self._known = {name for names in self._names for name in names}
        self._sessions = np.array([turn.session for turn in talk.turns], np.int64)
        self._sequences = np.array([turn.sequence for turn in talk.turns], np.int64)

    def retrieve(self, text: str, query: NDArray[Any], limit: int = 20) -> list[str]:
        """Return the ids of the turns that answer ``text`` best, whose vector is ``query``."""
        cosine = (self._vectors @ query).astype(np.float64)
        words = dict(self._keywords.search(text, CANDIDATES))
        bm25 = np.array([words.get(turn.id, 0.0) for turn in self._turns])
        kept = np.union1d(np.argsort(-cosine)[:CANDIDATES], np.flatnonzero(bm25))
        asked = {one.norm for one in entities(text, self._known)}
        named = np.array([len(asked & self._names[place]) / max(len(asked), 1) for place in kept])
        none = np.zeros(len(kept))
        found = Candidates(
            cosine[kept], bm25[kept], named, self._sessions[kept], self._sequences[kept],
            none, none + np.inf, none + 1, none.astype(bool),
        )  # fmt: skip
        scores, _ = fuse(found, Weights())
        return [self._turns[kept[place]].id for place in np.argsort(-scores, kind="stable")[:limit]]


async def measure(talks: Sequence[Talk], embedder: Embedder) -> dict[str, dict[str, Any]]:
    """Return the scores by retriever ("keywords", "ours") and category."""
    questions = [question for talk in talks for question in talk.questions]
    by_words: dict[str, list[str]] = {}
    by_us: dict[str, list[str]] = {}
    for talk in talks:
        keywords = Keywords({turn.id: turn.text for turn in talk.turns})
        before = [
            f"{one.text} {turn.text}" if one.session == turn.session else turn.text
            for one, turn in zip((talk.turns[0], *talk.turns), talk.turns, strict=False)
        ]
        own = await embedder.embed([turn.text for turn in talk.turns])
        ours = Ours(talk, keywords, own, await embedder.embed(before))
        asked = await embedder.embed([one.text for one in talk.questions], query=True)
        for one, query in zip(talk.questions, asked, strict=True):
            key = f"{one.conversation}:{one.text}"
            by_words[key] = [id_ for id_, _ in keywords.search(one.text, 20)]
            by_us[key] = ours.retrieve(one.text, query)
    return {"keywords": score(questions, _from(by_words)), "ours": score(questions, _from(by_us))}


def _from(found: dict[str, list[str]]) -> Callable[[Any], list[str]]:
    return lambda question: found[f"{question.conversation}:{question.text}"]


def _embedder(name: str) -> Embedder:
    if name == "static":
        from hub_memory.embed.static import StaticEmbedder

        return StaticEmbedder()
    raise SystemExit(f"{name}: no such embedder; there is: static.")


def main() -> None:
    """Measure, print the table, and keep the figure of the held-out conversations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="locomo10.json")
    parser.add_argument("--embedder", default="static")
    parser.add_argument(
        "--all", action="store_true", help="conversations 0 to 4 too, on which some was tuned"
    )
    given = parser.parse_args()
    talks = read(given.data)
    chosen = talks if given.all else [talks[number] for number in HELD_OUT if number < len(talks)]
    if not any(talk.questions for talk in chosen):
        raise SystemExit("No question with evidence in conversations 5 to 9: that is not LoCoMo-10.")
    scores = asyncio.run(measure(chosen, _embedder(given.embedder)))
    print(table(scores))
    ours, words = scores["ours"], scores["keywords"]
    below = [name for name in words if words[name].count and ours[name].recall[10] < words[name].recall[10]]
    print(f"below keywords: {', '.join(below) or 'none'}")
    if not given.all:
        note = (
            f"{given.embedder}; {ours['all'].count} questions; below keywords: {', '.join(below) or 'none'}"
        )
        figures = [ours["all"].recall[10]], [words["all"].recall[10]]
        kept = row("memory.locomo", "share", figures[0], TARGET, at_least=True,
                   peer="FTS5 Porter", peer_samples=figures[1], note=note)  # fmt: skip
        save("memory", [kept])


if __name__ == "__main__":
    main()
