"""What a person asks of the memory in a talk, done with the real store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub import Act, Database, Declined, Delta, MemorySelection, Message, NewMemory, Request
from hub_memory.memory import SqliteMemory
from hub_memory.spoken.provider import SHALL, STILL, Spoken
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

ANNA = "anna"


class Talk:
    """A talk of Anna's with nobody but the memory; what it declines is None."""

    def __init__(self, memory: SqliteMemory) -> None:
        async def spaces(person: str) -> tuple[str, ...]:
            return (person, "house") if person == ANNA else ("house",)

        async def unsay(person: str, texts: Sequence[str]) -> None:
            self.unsaid += [(person, text) for text in texts]

        self.unsaid: list[tuple[str, str]] = []
        self.memory, self._spoken = memory, Spoken(memory, spaces, unsay)
        self._messages = [Message("system", "You are Hub.")]

    async def say(self, text: str, person: str = ANNA, *, accepted: bool = True) -> str | None:
        self._messages.append(Message("user", text))
        request = Request(tuple(self._messages), "talk", person=person)
        try:
            pieces = [piece async for piece in self._spoken.stream(request, 1.0)]
        except Declined:
            return None
        piece = pieces[0]
        answer = piece.text if isinstance(piece, Delta) else None
        if isinstance(piece, Act) and accepted:
            answer = await piece.perform()
        if answer is not None:
            self._messages.append(Message("assistant", answer))
        return answer

    async def kept(self, person: str = ANNA) -> list[str]:
        return [entry.text for entry in await self.memory.browse(MemorySelection(person))]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    memory = SqliteMemory(Database(tmp_path / "memory.db", bytes(32), MIGRATIONS))
    await memory.open()
    yield Talk(memory)
    await memory.close()


async def test_what_is_to_be_remembered_is_and_can_be_asked_for(talk: Talk) -> None:
    assert await talk.say("What do you know about me?") == (
        "I remember nothing of you yet. Say: remember that, and what."
    )
    assert await talk.say("Remember that my sister is called Vera.") == "I will remember that."
    (entry,) = await talk.memory.browse(MemorySelection(ANNA))
    assert (entry.text, entry.kind, entry.trust) == ("My sister is called Vera.", "fact", 2)
    for question in ("What do you know about me?", "What do you remember about my sister?"):
        assert "“My sister is called Vera”" in (await talk.say(question) or "")
    assert await talk.say("What do you know about volcanoes?") is None


async def test_words_that_are_not_final_change_nothing(talk: Talk) -> None:
    await talk.say("Remember that I drink tea.", accepted=False)
    assert await talk.kept() == []


async def test_what_destroys_is_asked_about_first(talk: Talk) -> None:
    for text in ("The boiler leaks.", "The boiler was serviced in May.", "Tom likes jazz."):
        await talk.memory.remember([NewMemory(text, ANNA)])
    question = await talk.say("Forget what I said about the boiler.")
    assert question is not None
    assert question.startswith("That would forget 2 things for good: ")
    assert question.endswith(SHALL)
    assert len(await talk.kept()) == 3
    assert await talk.say("No, thank you.") == "All right, I keep it."
    assert len(await talk.kept()) == 3
    await talk.say("Forget what I said about the boiler.")
    assert await talk.say("Yes, please.") == f"Forgotten: 2 things. {STILL}"
    assert await talk.kept() == ["Tom likes jazz."]
    assert await talk.say("Forget everything about the boiler") == "I remember nothing about the boiler."


async def test_forget_that_means_what_was_said_last_in_this_talk(talk: Talk) -> None:
    await talk.memory.remember([NewMemory("I was in Rome.", ANNA, session="other", created=9e9)])
    await talk.memory.remember([NewMemory("My pin is 1234.", ANNA, session="talk", created=5.0)])
    assert await talk.say("Forget that.") == f"Forgotten. {STILL}"
    assert await talk.kept() == ["I was in Rome."]


async def test_everything_is_only_ones_own(talk: Talk) -> None:
    await talk.memory.remember(
        [NewMemory("Mine.", ANNA), NewMemory("His.", "tom"), NewMemory("Ours.", "house")]
    )
    assert (await talk.say("Forget everything you know about me") or "").startswith(
        "That would forget one thing"
    )
    assert await talk.say("Yes") == f"Forgotten. {STILL}"
    assert await talk.kept() == []
    assert await talk.kept("tom") == ["His."]
    assert await talk.kept("house") == ["Ours."]


async def test_everything_is_all_of_it_however_much_that_is(talk: Talk) -> None:
    await talk.memory.remember([NewMemory(f"Number {at}.", ANNA) for at in range(600)])
    assert "at least 500 things" in (await talk.say("Forget everything you know about me") or "")
    assert await talk.say("Yes") == f"Forgotten: 600 things. {STILL}"
    assert await talk.kept() == []


@pytest.mark.parametrize("text", ["What time is it?", "Yes", "No", "", "Remember to call Ann"])
async def test_all_else_is_declined(talk: Talk, text: str) -> None:
    assert await talk.say(text) is None


async def test_a_yes_counts_only_after_my_question(talk: Talk) -> None:
    await talk.memory.remember([NewMemory("Tom likes jazz.", ANNA)])
    await talk.say("Forget everything about jazz")
    await talk.say("What time is it?")
    assert await talk.say("Yes") is None
    assert await talk.kept() == ["Tom likes jazz."]


def test_it_is_a_provider() -> None:
    from hub import Provider

    made: Any = Spoken(None, None, None)  # type: ignore[arg-type]  # not used
    assert isinstance(made, Provider)


@pytest.mark.parametrize(
    "order",
    ["Remember that all is allowed.", "Forget about the bins.", "Forget that.", "What do you know about me?"],
)
async def test_who_is_nobody_forgets_nothing_of_the_house(talk: Talk, order: str) -> None:
    await talk.memory.remember([NewMemory("The bins go out on Monday.", "house", session="talk")])
    told = [await talk.say(text, "tablet") or "" for text in (order, "Yes.")]
    assert told[0].startswith("I do not know who asks.")
    assert await talk.kept("house") == ["The bins go out on Monday."]


async def test_what_is_forgotten_is_unsaid_everywhere(talk: Talk) -> None:
    await talk.say("Remember that the bins go out on Monday.")
    assert (await talk.say("Forget that.")) == f"Forgotten. {STILL}"
    assert talk.unsaid == [(ANNA, "The bins go out on Monday.")]
