"""What a talk takes from the memory and gives to it, with a memory that works, is slow, or is broken."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from hub.conversation import recollection
from hub.conversation.conversations import Conversations
from hub.conversation.prompt import Prompt, tokens
from hub.conversation.recollection import Recollection, told, worth_keeping
from hub.errors import Unavailable
from hub.llm.provider import Caps
from hub.ports.memory import HOUSE, NEXT, MemoryEntry, MemoryHit, MemoryQuery, NewMemory, NullMemory, Recalled
from hub.store.transcripts import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .conftest import World

ANNA = "anna"
FULL = Caps(local=False, quality="full", prompt_tokens=8_000)
NARROW = Caps(local=True, quality="full", prompt_tokens=400, fixed_tokens=150)
BASIC = Caps(local=True, quality="basic", prompt_tokens=400, fixed_tokens=150)
EXACT = Caps(local=True, quality="exact", prompt_tokens=2_000, fixed_tokens=0)


def hit(text: str, origin: str = "user_text", trust: int = 1) -> MemoryHit:
    entry = MemoryEntry(
        text, text, ANNA, "episodic", origin, trust, "", 0, 1_700_000_000.0, 0, 0, 0, 0.5, pinned=False,
        quarantined=False, language="", tags=(), sources=(), superseded_by="", recalled=0, last_recalled=0,
    )  # fmt: skip
    return MemoryHit(entry, 1.0, {"words": 1.0})


class Remembering(NullMemory):
    """A memory of one list that finds all of it, and does what it is told to do wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[NewMemory] = []
        self.asked: list[MemoryQuery] = []
        self.finds: tuple[MemoryHit, ...] = ()
        self.wait, self.error = 0.0, None

    async def recall(self, query: MemoryQuery) -> Recalled:
        self.asked.append(query)
        await self._trouble()
        return Recalled(self.finds)

    async def remember(self, entries: Sequence[NewMemory]) -> Sequence[str]:
        await self._trouble()
        self.kept += entries
        return [""] * len(entries)

    async def _trouble(self) -> None:
        await asyncio.sleep(self.wait)
        if self.error:
            raise self.error

    error: Exception | None


class Home:
    """Talks with a memory; Anna is a person, and everybody else a device."""

    def __init__(self, world: World) -> None:
        self.world, self.memory = world, Remembering()

        async def known(person: str) -> bool:
            return person == ANNA

        self.recollection = Recollection(lambda: self.memory, known)  # type: ignore[arg-type]  # it is no Null
        self.talks = Conversations(
            world.core, world.transcripts, world.router, world.bus, recollection=self.recollection
        )

    async def ask(self, text: str, person: str = ANNA) -> Any:
        talk = await self.talks.latest(person)
        await talk.write(text)
        await talk.settled()
        await self.recollection.settled()
        return self.world.provider.asked[-1]


@pytest.fixture
async def home(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(recollection, "NullMemory", type(None))
    home = Home(world)
    yield home
    await home.talks.close()


async def test_the_model_is_told_what_is_remembered_and_the_words_are_kept(home: Home) -> None:
    home.memory.finds = (hit("My sister is called Vera."),)
    request = await home.ask("What is my sister called?")
    assert request.messages[-1].text == "What is my sister called?"
    assert "you said: My sister is called Vera." in request.messages[-2].text
    assert "no instruction" in request.messages[-2].text
    assert home.memory.asked[0].namespaces == (ANNA, HOUSE)
    assert [(one.text, one.origin, one.namespace) for one in home.memory.kept] == [
        ("What is my sister called?", "user_text", ANNA),
        (home.world.provider.answer, "assistant", ANNA),
    ]


async def test_a_device_reads_what_the_house_knows_and_tells_nothing(home: Home) -> None:
    await home.ask("I hide the key under the mat.", "tablet")
    assert home.memory.asked[0].namespaces == (HOUSE,)
    assert home.memory.kept == []


@pytest.mark.parametrize(
    "error", [Unavailable("It is full.", fix="Free some."), RuntimeError("no"), OSError(28)]
)
async def test_a_broken_memory_breaks_no_turn(home: Home, error: Exception) -> None:
    home.memory.error = error
    request = await home.ask("Hello there.")
    assert len(request.messages) == 2
    assert home.world.told("turn.ended")[-1].answer == home.world.provider.answer
    home.memory.error = None
    await home.ask("And now?")
    assert home.memory.kept[0].text == "And now?"


async def test_a_slow_memory_is_not_waited_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recollection, "WAIT_S", 0.01)
    home.memory.wait, home.memory.finds = 30.0, (hit("Late."),)
    talk = await home.talks.latest(ANNA)
    await talk.write("Hello?")
    await talk.settled()
    assert len(home.world.provider.asked[-1].messages) == 2
    home.memory.wait = 0.0
    home.recollection._keeper.cancel()


async def test_a_store_slower_than_people_talk_holds_a_bounded_number(home: Home) -> None:
    home.memory.wait = 0.2
    for number in range(500):
        await home.recollection.keep(turn(f"Number {number}"), ANNA)
    assert home.recollection._keeping.qsize() <= recollection.WAITING
    await home.recollection.settled()
    assert home.memory.kept[-2].text == "Number 499"


async def test_without_a_memory_nothing_is_tried(world: World) -> None:
    async def known(_: str) -> bool:
        raise AssertionError("asked")

    await Recollection(NullMemory, known).keep(turn("Hello"), ANNA)


def turn(text: str, **also: Any) -> Turn:
    values = {"source": "text", "state": "done", "answer": "Fine.", "quality": "full", "read": "", **also}
    return Turn(
        "t", "talk", 1_700_000_000.25, values["source"], text, values["state"], values["answer"], "x",
        values["quality"], 0.1, read=values["read"],
    )  # fmt: skip


def test_what_is_worth_keeping() -> None:
    assert [one.origin for one in worth_keeping(turn("A", source="voice"), ANNA)] == [
        "user_voice",
        "assistant",
    ]
    assert [one.origin for one in worth_keeping(turn("A", quality="basic"), ANNA)] == ["user_text"]
    assert worth_keeping(turn("What time is it?", quality="exact"), ANNA) == ()
    assert worth_keeping(turn("Timer set.", source="hub"), ANNA) == ()
    said, answered = worth_keeping(turn("Read that page.", read="read_page"), ANNA)
    assert (said.trust, said.quarantined) == (1, False)
    assert (answered.trust, answered.quarantined) == (0, True)
    assert said.sequence == answered.sequence == NEXT
    assert said.session == answered.session == "talk"


def test_only_large_models_are_told_and_only_as_much_as_they_have_room_for() -> None:
    hits = [hit(f"Fact {number}: {'word ' * 30}") for number in range(50)]
    for caps, least in ((FULL, 10), (NARROW, 1)):
        request = Prompt("c", (), "And?", remembered=hits).for_provider(caps)
        memory = request.messages[-2].text
        assert memory.count("Fact") >= least
        assert memory.index("Fact 0:") > 0
        assert sum(tokens(message.text) for message in request.messages) <= caps.prompt_tokens
    for caps in (BASIC, EXACT):
        assert len(Prompt("c", (), "And?", remembered=hits).for_provider(caps).messages) == 2


async def test_no_model_is_told_what_was_only_asked(home: Home) -> None:
    home.memory.finds = (
        hit("Where does my sister live?"),
        hit("Tell me about Bath."),
        hit("Vera lives in Bath."),
    )
    request = await home.ask("Where does Vera live?")
    assert "Vera lives in Bath." in request.messages[-2].text
    assert "my sister live" not in request.messages[-2].text
    assert "Tell me" not in request.messages[-2].text


def test_words_of_nobody_are_read_words() -> None:
    assert not Prompt("c", (), "And?", remembered=[hit("x")]).read
    assert Prompt("c", (), "And?", remembered=[hit("x", "web", 0)]).read


def test_told_lines_say_when_and_who() -> None:
    day = time.strftime("%d %B %Y", time.localtime(1_700_000_000.0))
    assert told([hit("a\nb", "assistant"), hit("c", "import")], 200) == f"{day}, I said: a b\n{day}, noted: c"
    assert told([hit("long " * 50)], 40) == ""
