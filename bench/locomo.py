"""Measure how much of LoCoMo's evidence recall finds: ``python bench/locomo.py --data locomo10.json``.

LoCoMo (A. Maharana et al., "Evaluating Very Long-Term Conversational Memory of LLM Agents", arXiv 2402.17753)
may be measured with and not passed on (CC BY-NC 4.0), so the file is the user's. Counted are the questions of
categories 1 to 4 whose evidence is in the talk, of conversations 5 to 9; the first five are for tuning. What
is found are turns, by the memory as it is, beside keywords alone over the same texts: each as a chat that is
kept has it, with the name of who said it before it.
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

from memory_recall import Question, Turn, below, embedder_named, measure
from memory_score import table
from rows import row, save

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memory_score import Score

    from hub_memory.embed.embedder import TextEmbedder

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
TUNING, HELD_OUT = range(5), range(5, 10)
DAY_S = 86_400.0
TARGET = 0.67
_EVIDENCE = re.compile(r"D(\d+):(\d+)")


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
    known, asked = {turn.id for turn in turns}, max((turn.at for turn in turns), default=0.0) + DAY_S
    questions = []
    for place, qa in enumerate(sample["qa"]):
        cited = (
            f"{number}:D{int(a)}:{int(b)}" for a, b in _EVIDENCE.findall(" ".join(qa.get("evidence", ())))
        )
        gold = tuple(dict.fromkeys(one for one in cited if one in known))
        if qa["category"] in CATEGORIES and gold:
            category = CATEGORIES[qa["category"]]
            questions.append(
                Question(f"{number}:{place}", str(number), category, qa["question"], asked, gold)
            )
    return Talk(turns, tuple(questions))


def _turns(number: int, conversation: dict[str, Any]) -> list[Turn]:
    sessions = sorted(int(key[8:]) for key in conversation if re.fullmatch(r"session_\d+", key))
    made = []
    for session in sessions:
        at = _moment(conversation.get(f"session_{session}_date_time", ""))
        for place, turn in enumerate(conversation[f"session_{session}"]):
            seen = f" [{turn['blip_caption']}]" if turn.get("blip_caption") else ""
            said = f"{turn['speaker']}: {turn['text']}{seen}"
            talk = f"{number}/{session}"
            made.append(Turn(f"{number}:{turn['dia_id']}", str(number), said, talk, place, at + place))
    return made


def _moment(written: str) -> float:
    """Return the seconds of "1:56 pm on 8 May, 2023"; 0 for anything else."""
    try:
        return datetime.strptime(f"{written} +0000", "%I:%M %p on %d %B, %Y %z").timestamp()
    except ValueError:
        return 0.0


async def scored(talks: Sequence[Talk], embedder: TextEmbedder) -> dict[str, dict[str, Score]]:
    """Return the scores by retriever ("keywords", "ours") and category; a talk is one person's memory."""
    turns = [turn for talk in talks for turn in talk.turns]
    return await measure(turns, [question for talk in talks for question in talk.questions], embedder)


def main() -> None:
    """Measure, print the table, and keep the figure of the held-out conversations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="locomo10.json")
    parser.add_argument("--embedder", default="auto", help="auto, static or minilm")
    parser.add_argument("--tuning", action="store_true", help="conversations 0 to 4, on which it was tuned")
    given = parser.parse_args()
    talks, numbers = read(given.data), TUNING if given.tuning else HELD_OUT
    chosen = [talks[number] for number in numbers if number < len(talks)]
    if not any(talk.questions for talk in chosen):
        raise SystemExit("No question with evidence in these conversations: that is not LoCoMo-10.")
    embedder = embedder_named(given.embedder)
    scores = asyncio.run(scored(chosen, embedder))
    lost = ", ".join(below(scores)) or "none"
    print(f"{table(scores)}\nbelow keywords: {lost}")
    if not given.tuning:
        ours, words = scores["ours"]["all"], scores["keywords"]["all"]
        note = f"{embedder.model}; {ours.count} questions; below keywords: {lost}"
        kept = row("memory.locomo", "share", [ours.recall[10]], TARGET, at_least=True,
                   peer="FTS5 Porter", peer_samples=[words.recall[10]], note=note)  # fmt: skip
        save("memory", [kept])


if __name__ == "__main__":
    main()
