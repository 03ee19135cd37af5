"""The router over real servers and sockets: what breaks is gone on with, and who is left hears of it."""

from __future__ import annotations

import asyncio

import pytest

from hub.llm.breakers.breakers import Breakers
from hub.llm.canned import Canned
from hub.llm.provider import Answer, Delta, Message, Request
from hub.llm.router import Router
from hub.llm.routing.deadlines import Deadlines
from hub.llm.servers.openai import OpenAI, Server
from hub.llm.stations import Stations
from hub.testing.upstream import Trouble, Upstream, always, cuts, garbled, judge, mixed, never

SENTENCES = 5
SOON = Deadlines(first_s=0.5, stall_s=0.5, total_s=20.0)


class Question:
    def __init__(self, number):
        self._number = number

    def for_provider(self, _caps):
        return Request((Message("system", "Be brief."), Message("user", f"Question #{self._number}")))


class Home:
    """A router with two servers on sockets; the second writes other words than the first."""

    def __init__(self, *servers):
        self.servers = servers
        self.models = [
            OpenAI(up.letter, Server(f"Server {up.letter}", up.url, "big-1"), no_key) for up in servers
        ]
        self.breakers = Breakers(probe=self._probe)
        self.router = Router(self.models, Canned(), stations=Stations(breakers=self.breakers))

    async def _probe(self, name):
        await next(one for one in self.models if one.name == name).models()

    async def ask(self, number):
        by = Answer()
        answer = self.router.answer(Question(number), by, deadlines=SOON)
        text = "".join([piece.text async for piece in answer if isinstance(piece, Delta)])
        return judge(text, str(number), SENTENCES), by

    async def close(self):
        await self.router.close()
        await self.breakers.close()
        for model in self.models:
            await model.retire()


async def no_key():
    return None


@pytest.fixture
async def home():
    """A function that opens a home whose first server meets the troubles of a schedule."""
    opened = []

    async def make(first, second=never, **about):
        servers = [Upstream(first, letter="P", **about), Upstream(second, letter="F")]
        for server in servers:
            await server.__aenter__()
        opened.append(Home(*servers))
        return opened[-1]

    yield make
    for one in opened:
        await one.close()
        for server in one.servers:
            await server.__aexit__(None, None, None)


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


async def test_mixed_faults_lose_and_double_nothing(home):
    one = await home(mixed(seed=4, pace_s=0.05))

    async def several(start):
        return [await one.ask(number) for number in range(start, start + 12)]

    asked = [each for some in await asyncio.gather(*(several(n * 12) for n in range(6))) for each in some]
    assert [verdict for verdict, _ in asked if not verdict.whole] == []
    assert {verdict.letters[0] for verdict, _ in asked} == {"P", "F"}


async def test_cut_anywhere_the_next_goes_on_behind_whole_sentences(home):
    one = await home(cuts(50))
    resumed = 0
    for number in range(50):
        one.breakers.forget("P")
        verdict, by = await one.ask(number)
        assert verdict.whole, (number, verdict)
        resumed += by.resumed
    assert resumed >= 20


@pytest.mark.parametrize(
    "schedule", [garbled(), always("split"), always("stall", after=20)], ids=["garbled", "split", "stall"]
)
async def test_what_makes_no_sense_or_stops_is_made_whole(home, schedule):
    one = await home(schedule)
    for number in range(4):
        one.breakers.forget("P")
        verdict, _ = await one.ask(number)
        assert verdict.whole, verdict


async def test_one_that_goes_on_by_saying_it_all_again_is_told_once(home):
    one = await home(always("cut", after=30), always("echo"))
    verdict, by = await one.ask(1)
    assert verdict.whole
    assert by.resumed == 1
    assert set(verdict.letters) == {"P", "F"}


async def test_who_stops_listening_closes_the_connection(home):
    one = await home(never, gap_s=0.05)
    answer = one.router.answer(Question(1), deadlines=SOON)
    await anext(answer)
    began = asyncio.get_running_loop().time()
    await answer.aclose()
    server = one.servers[0]
    await until(lambda: server.ledger.running == 0)
    assert [entry.ended for entry in server.ledger.entries] == ["closed"]
    assert server.ledger.entries[0].over - began < 5  # the bench holds it to a tenth of a second
    assert one.servers[1].ledger.requests == 0


async def test_a_cancelled_task_closes_the_connection_before_the_first_word(home):
    one = await home(always("hang"))
    task = asyncio.create_task(one.ask(1))
    server = one.servers[0]
    await until(lambda: server.ledger.running == 1)
    task.cancel()
    await until(lambda: server.ledger.running == 0)
    assert task.cancelled()


async def test_both_gone_ends_honestly(home):
    one = await home(always("cut", after=30), always("error"))
    text = "".join([piece.text async for piece in one.router.answer(Question(1), deadlines=SOON)])
    assert text.endswith("please ask me again.")
    verdict = judge(text, "1", SENTENCES)
    assert verdict.doubled == verdict.torn == ()
    assert verdict.letters.startswith("P")


async def test_a_schedule_that_knows_no_end_keeps_the_deadline(home):
    one = await home(lambda *_: Trouble("stall", after=1), lambda *_: Trouble("hang"))
    async with asyncio.timeout(60):  # the virtual clock of the schedules measures how soon
        _, by = await one.ask(1)
    assert by.provider == "canned"
