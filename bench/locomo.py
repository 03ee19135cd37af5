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
from typing import TYPE_CHECKING, Any

from memory_fused import Embedder, Entry, Fused, embedder_named
from memory_score import score, table
from rows import row, save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
HELD_OUT = range(5, 10)
TARGET = 0.67
_EVIDENCE = re.compile(r"D(\d+):(\d+)")


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

    turns: tuple[Entry, ...]
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


def _turns(number: int, conversation: dict[str, Any]) -> list[Entry]:
    sessions = sorted(int(key[8:]) for key in conversation if re.fullmatch(r"session_\d+", key))
    made = []
    for session in sessions:
        at = _moment(conversation.get(f"session_{session}_date_time", ""))
        for place, turn in enumerate(conversation[f"session_{session}"]):
            seen = f" [{turn['blip_caption']}]" if turn.get("blip_caption") else ""
            text = f"{turn['text']}{seen}"
            made.append(
                Entry(f"{number}:{turn['dia_id']}", text, str(session), place, at + place, turn["speaker"])
            )
    return made


def _moment(written: str) -> float:
    """Return the seconds of "1:56 pm on 8 May, 2023"; 0 for anything else."""
    try:
        return datetime.strptime(f"{written} +0000", "%I:%M %p on %d %B, %Y %z").timestamp()
    except ValueError:
        return 0.0


async def measure(talks: Sequence[Talk], embedder: Embedder) -> dict[str, dict[str, Any]]:
    """Return the scores by retriever ("keywords", "ours") and category."""
    questions = [question for talk in talks for question in talk.questions]
    by_words: dict[str, list[str]] = {}
    by_us: dict[str, list[str]] = {}
    for talk in talks:
        fused = await Fused.over(talk.turns, embedder, window=True)
        asked = await embedder.embed([one.text for one in talk.questions], query=True)
        for one, query in zip(talk.questions, asked, strict=True):
            key = f"{one.conversation}:{one.text}"
            by_words[key] = [id_ for id_, _ in fused.keywords.search(one.text, 20)]
            by_us[key] = fused.retrieve(one.text, query)
    return {"keywords": score(questions, _from(by_words)), "ours": score(questions, _from(by_us))}


def _from(found: dict[str, list[str]]) -> Callable[[Any], list[str]]:
    return lambda question: found[f"{question.conversation}:{question.text}"]


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
    scores = asyncio.run(measure(chosen, embedder_named(given.embedder)))
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
