"""Count how often what is quoted without a large model is what answers the question.

``python bench/memory_quotes.py`` plays the fixture's homes into the real memory, as bench/memory_recall.py
does, and asks their questions of what quotes it; then questions about the world, of which nobody there has
told anything. "right": the quote, or one of two, answers it; "older": it did once; "wrong": neither; "left":
to a model. There is no peer: none of those we know answers from its memory without one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import memory_fixture
from memory_recall import Clock, Question, asked, embedder_named, fixture, opened
from rows import row, save

from hub import MemoryQuery, only_asks
from hub_memory.spoken.quotes import LOOKED, fitting

if TYPE_CHECKING:
    from hub_memory.memory import SqliteMemory

WORLD = """
What is the capital of France?
Who wrote Hamlet?
How do planes fly?
Why is the sky blue?
What makes bread rise in the oven?
How do I make good tea?
What should I read this winter?
Why do cats sleep so much?
Tell me about the mountains.
Give me an idea for dinner tonight.
How do I become a better friend?
What should I cook with leftover rice?
Who painted the Mona Lisa?
When did the Berlin Wall fall?
Where is Mount Everest?
What is photosynthesis?
How far is the moon?
What does a heron eat?
Which planet is the largest?
Is a tomato a fruit?
Do fish sleep?
Can I freeze cooked pasta?
Should I water the garden at noon?
What time is it in Tokyo?
How do I get a stain out of wool?
Who is the president of the United States?
What is a sonnet?
How long do I boil an egg?
Why do people like music?
What is the best way to learn the piano?
Describe a walk in the forest.
Explain how a heat pump works.
How can I sleep better?
What is a good name for a dog?
Where do swallows spend the winter?
Who invented the telephone?
Are bananas berries?
Does coffee keep me awake?
How do I tie a bow tie?
What rhymes with garden?
""".strip().splitlines()


async def quoted(memory: SqliteMemory, names: dict[str, str], home: str, text: str, now: float) -> list[str]:
    """Return the ids of the turns that an answer to ``text`` would quote."""
    if not only_asks(text):
        return []
    query = MemoryQuery(text, (home,), LOOKED, now=now, minimum_trust=1)
    return [names.get(entry.id, "") for entry in fitting(text, (await memory.recall(query)).hits)]


def judged(told: list[str], question: Question) -> str:
    """Return what the quotes are to ``question``."""
    if not told:
        return "left"
    if any(id_ in question.gold for id_ in told):
        return "right"
    return "older" if any(id_ in question.stale for id_ in told) else "wrong"


async def measure(homes: tuple[str, ...]) -> tuple[Counter[str], int]:
    """Return what became of the questions of ``homes``, and how many about the world were answered."""
    turns, questions = fixture(homes)
    clock, names, became = Clock(), dict[str, str](), Counter[str]()
    async with opened(embedder_named("auto"), clock) as memory:
        async for question in asked(memory, turns, questions, names, clock):
            if question.as_of is None:
                told = await quoted(memory, names, question.namespace, question.text, question.asked)
                became[judged(told, question)] += 1
        world = [await quoted(memory, names, home, text, clock.now) for home in homes for text in WORLD]
    return became, sum(map(bool, world))


def main() -> None:
    """Print both halves, and keep the figures of the one that the rule was not made on."""
    for name, homes in (("made on", memory_fixture.DEV), ("held out", memory_fixture.TEST)):
        became, world = asyncio.run(measure(homes))
        print(f"{name}: {dict(became)}; of {len(WORLD) * len(homes)} about the world {world} quoted")
    given = became["right"] + became["older"] + became["wrong"]
    note = f"{given} of {became.total()} quoted, {became['older']} of them older"
    note += f"; of {len(WORLD) * len(homes)} about the world {world}; the target is our own"
    save("memory", [row("memory.quoted", "share", [became["right"] / given], 0.5, at_least=True, note=note)])


if __name__ == "__main__":
    main()
