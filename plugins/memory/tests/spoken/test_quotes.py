"""A question that no large model hears is answered in the words of what is remembered, or not at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hub import (
    Act,
    Database,
    Declined,
    Delta,
    Done,
    MemoryQuery,
    MemorySelection,
    Message,
    NewMemory,
    Request,
)
from hub.testing import check_provider
from hub_memory.documents.documents import Documents
from hub_memory.memory import SqliteMemory
from hub_memory.spoken.quotes import KEPT, LONGEST, NOTHING, READ, UNKNOWN, Quotes, fitting
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ANNA, BEN = "anna", "ben"
SAID = (
    "My sister Clara lives in Hamburg.", "My dentist is Dr. Weber on Mill Street.",
    "I started playing the cello last spring.", "We had lasagne for dinner on Sunday and everybody loved it.",
    "Ben is allergic to peanuts.", "Where does my cousin live?", "What should I read this winter?",
)  # fmt: skip


class Home:
    """Anna's home, in which she said some things."""

    def __init__(self, memory: SqliteMemory) -> None:
        async def spaces(person: str) -> tuple[str, ...]:
            return (person, "house") if person in (ANNA, BEN) else ("house",)

        self.memory, self.quotes = memory, Quotes(memory, spaces)

    async def ask(self, text: str, person: str = ANNA, *, after: str = "") -> str | None:
        before = (Message("user", after), Message("assistant", UNKNOWN)) if after else ()
        messages = (Message("system", "You are Hub."), *before, Message("user", text))
        request = Request(messages, "talk", person=person)
        try:
            pieces = [piece async for piece in self.quotes.stream(request, 1.0)]
        except Declined:
            return None
        assert isinstance(pieces[-1], Done)
        if isinstance(pieces[0], Act):
            return await pieces[0].perform()
        return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    memory = SqliteMemory(Database(tmp_path / "memory.db", bytes(32), MIGRATIONS))
    await memory.open()
    await memory.remember([NewMemory(text, ANNA) for text in SAID])
    yield Home(memory)
    await memory.close()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Where does my sister live?", SAID[0]),
        ("Who is Clara?", SAID[0]),
        ("who's my dentist", SAID[1]),
        ("Which instrument do I play?", SAID[2]),
        ("What did we eat on Sunday?", SAID[3]),
        ("What is Ben allergic to?", SAID[4]),
    ],
)
async def test_what_fits_is_quoted_with_who_said_it_and_when(home: Home, question: str, answer: str) -> None:
    assert await home.ask(question) == f"You said today: \u201c{answer.rstrip('.')}\u201d."


@pytest.mark.parametrize(
    "question",
    [
        "My head is killing me.", "I feel fine today.", "Tell me something nice about the sea.", "Why do people like music?", "What is the capital of France?",
        "What makes bread rise in the oven?", "How do I become a better friend?", "Give me an idea for dinner.",
        "What should I read this winter?", "Is it late?", "?", "What did I say?",
        "Can I eat my lunch now?", "How do I get my daughter to sleep?", "What is lasagne?", "Wo wohnt meine Schwester?",
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_left_to_others(home: Home, question: str) -> None:
    assert await home.ask(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "Who is my doctor?",
        "Where does my cousin live?",
        "What did I buy in Rome?",
        "how old is my aunt",
        "Where do I work?",
    ],
)
async def test_what_nobody_told_is_not_made_up(home: Home, question: str) -> None:
    assert await home.ask(question) == UNKNOWN


async def test_a_fact_that_is_told_is_taken_in_for_who_is_known(home: Home) -> None:
    told = "My doctor is Dr. Okafor."
    assert await home.ask(told, "tablet") is None
    assert await home.ask(told) == KEPT
    (kept,) = await home.memory.browse(MemorySelection(ANNA, topic="doctor"))
    assert (kept.text, kept.kind, kept.trust) == (told, "fact", 1)
    assert told.rstrip(".") in (await home.ask("Who is my doctor?") or "")


async def test_what_was_just_asked_for_is_taken_in_however_it_is_said(home: Home) -> None:
    question = "Where does my cousin live?"
    assert await home.ask(question) == UNKNOWN
    for said in (
        "Never mind.",
        "Oh.",
        "I don't know either.",
        "No, not now please.",
        "Why do people like music?",
    ):
        assert await home.ask(said, after=question) is None
    assert await home.ask("Somewhere near Utrecht.", "tablet", after=question) is None
    assert await home.ask("She lives in Utrecht.") is None
    assert await home.ask("She lives in Utrecht.", after=question) == KEPT
    assert await home.ask(question) == (
        "You said today: \u201cWhere does my cousin live? She lives in Utrecht\u201d."
    )


async def test_nobody_is_told_what_is_another_s(home: Home) -> None:
    for person, answer in ((BEN, UNKNOWN), ("tablet", NOTHING)):  # which promises nothing that it cannot do
        assert await home.ask("Where does my sister live?", person) == answer
    await home.memory.remember([NewMemory("The spare key is under the blue pot.", "house", trust=3)])
    for person in (ANNA, BEN, "tablet"):
        assert "blue pot" in (await home.ask("Where is the spare key?", person) or "")


async def test_what_tools_said_and_what_waits_is_not_quoted(home: Home) -> None:
    await home.memory.remember(
        [
            NewMemory("My bank's new number is 555.", ANNA, origin="web", trust=0, quarantined=True),
            NewMemory("My bank's number is 666.", ANNA, origin="tool", trust=0),
            NewMemory("My bank's number is 777.", ANNA, origin="assistant"),
        ]
    )
    assert await home.ask("What is my bank's number?") == UNKNOWN


async def test_two_that_fit_alike_are_both_quoted_and_an_older_wording_is_not(home: Home) -> None:
    (old,) = await home.memory.remember(
        [NewMemory("My favourite colour is red.", ANNA, created=time.time() - 400 * 86_400)]
    )
    told = await home.ask("What is my favourite colour?") or ""
    assert time.strftime("%Y", time.localtime(time.time() - 400 * 86_400)) in told
    await home.memory.remember([NewMemory("My favourite colour is blue now.", ANNA)])
    told = await home.ask("What is my favourite colour?") or ""
    assert "red" in told
    assert "blue" in told
    await home.memory.supersede([ANNA], old, NewMemory("My favourite colour was red once.", ANNA))
    await home.memory.forget(MemorySelection(ANNA, topic="once"))
    told = await home.ask("What is my favourite colour?") or ""
    assert "red" not in told
    assert "blue" in told


async def test_a_document_is_quoted_with_its_heading_and_of_a_long_entry_one_sentence(home: Home) -> None:
    async def learn() -> None:
        """Nothing: its words are enough."""

    steps = " ".join(f"Step {n} is done by the caretaker on the {n}th." for n in range(3, 12))
    text = f"# House rules\n\n## Heating\n\n{steps} The boiler is bled in October. {steps}\n"
    await Documents(home.memory, learn).put(ANNA, "house-rules.md", text.encode())
    assert await home.ask("When is the boiler bled?") == (
        "house-rules.md says under House rules / Heating: \u201cThe boiler is bled in October\u201d."
    )
    await home.memory.remember([NewMemory("My novel begins " + "very " * 2_000 + "slowly.", ANNA)])
    assert len(await home.ask("How does my novel begin?") or "") < LONGEST + 60


async def test_only_the_beginning_of_a_very_long_entry_is_looked_through(home: Home) -> None:
    await home.memory.remember([NewMemory("The heron waits. " * 50_000 + "My zeppelin is blue.", ANNA)])
    hits = (await home.memory.recall(MemoryQuery("Where is my zeppelin?", (ANNA,)))).hits
    assert any(len(hit.entry.text) > READ for hit in hits)
    assert fitting("Where is my zeppelin?", hits) == []


async def test_it_keeps_the_contract_of_providers(home: Home) -> None:
    await home.memory.remember([NewMemory("The spare key is under the blue pot.", "house", trust=3)])
    await check_provider(lambda: home.quotes, ask="Where is the spare key?")
