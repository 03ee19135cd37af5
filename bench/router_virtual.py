"""Months of a home's questions on a virtual clock: whom the breaker lets through, and who pays for it."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

from rows import row
from upstreams import SENTENCES, Question
from virtual import run

from hub.llm.breakers.breaker import CLASSIC, QUICK
from hub.llm.breakers.breakers import Breakers
from hub.llm.canned import Canned
from hub.llm.faults import Fault
from hub.llm.provider import Answer, Caps, Delta, Done, Probe, Usage
from hub.llm.router import Router
from hub.llm.routing.deadlines import Deadlines
from hub.llm.stations import Stations
from hub.testing.upstream import Trouble, judge, mixed, never
from hub.testing.upstream.reply import tokens
from hub.testing.upstream.told import last_told, sentence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hub.llm.breakers.breaker import Rule
    from hub.llm.provider import Piece, Request

GAP_S = 15.0
REQUESTS = 10_000
FIRST_S = 1.0
TIMES = Deadlines(first_s=FIRST_S, stall_s=1.5, total_s=20.0)


class Simulated:
    """A provider that meets the troubles of ``plan(number)``, as an adapter hands them on."""

    def __init__(
        self, name: str, letter: str, plan: Callable[[int], Trouble], well: Callable[[], bool]
    ) -> None:
        self.name, self._letter, self._plan, self._well = name, letter, plan, well
        self.caps = Caps(local=False, quality="full", title=name, distance="world", prefill=True)
        self.asked = 0

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Tell the sentences that are not yet told, unless the plan says otherwise."""
        del deadline
        self.asked += 1
        number = request.messages[-1].text.partition("#")[2].split()[0]
        trouble = self._plan(int(number))
        await _before(trouble)
        left = range(last_told(request.prefix) + 1, SENTENCES + 1)
        text = " ".join(sentence(self._letter, number, each) for each in left)
        for place, word in enumerate(tokens(text) if trouble.kind == "cut" else (text,)):
            if trouble.kind == "cut" and place == trouble.after:
                raise Fault("cut", "It stopped in mid-answer.", fix="Ask again.")
            yield Delta(word)
        yield Usage(20, 40)
        yield Done()

    async def probe(self) -> Probe:
        """Say whether it is there."""
        return Probe(ok=self._well())


async def _before(trouble: Trouble) -> None:
    if trouble.kind == "hang":
        await asyncio.sleep(3_600)
    elif trouble.kind == "error":
        raise Fault("broken", "It is out of order.", fix="Wait.")
    elif trouble.kind == "close":
        raise Fault("cut", "It hung up.", fix="Ask again.")
    elif trouble.kind == "pace":
        raise Fault("pace", "It wants a pause.", fix="Wait.", retry_after=trouble.seconds)


class Home:
    """A router with breakers before a primary and a fallback that is always well."""

    def __init__(
        self, plan: Callable[[int], Trouble], well: Callable[[], bool], rule: Rule, seed: int
    ) -> None:
        loop = asyncio.get_running_loop()
        self.primary = Simulated("primary", "P", plan, well)
        self.fallback = Simulated("fallback", "F", lambda number: never(number, 0, 0.0), lambda: True)
        self.probes = 0
        self.breakers = Breakers(
            clock=loop.time, chance=random.Random(seed).random, rule=rule, probe=self._probe,
            distance=lambda _: "world", wall=loop.time,
        )  # fmt: skip
        self.router = Router([self.primary, self.fallback], Canned(), None, Stations(breakers=self.breakers))

    async def _probe(self, name: str) -> None:
        self.probes += 1
        one = self.primary if name == "primary" else self.fallback
        if not (await one.probe()).ok:
            raise Fault("away", "It cannot be reached.", fix="Wait.")

    async def ask(self, number: int) -> tuple[str, float]:
        """Return the answer and the seconds to its first words."""
        loop = asyncio.get_running_loop()
        began, first, text = loop.time(), None, ""
        async for piece in self.router.answer(Question(number), Answer(), deadlines=TIMES):
            if isinstance(piece, Delta):
                first = loop.time() - began if first is None else first
                text += piece.text
        return text, first or 0.0


async def _shares(seed: int) -> tuple[float, float, int]:
    """Ask under schedule A; return the shares in percent that the primary told whole, began, and faults."""
    schedule = mixed(seed)
    home = Home(lambda number: schedule(number, 0, 0.0), lambda: True, QUICK, seed)
    whole = begun = wrong = 0
    for number in range(REQUESTS):
        text, _ = await home.ask(number)
        verdict = judge(text, str(number), SENTENCES)
        wrong += not verdict.whole
        whole += set(verdict.letters) == {"P"}
        begun += verdict.letters.startswith("P")
        await asyncio.sleep(GAP_S)
    await home.breakers.close()
    return whole / REQUESTS * 100, begun / REQUESTS * 100, wrong


async def primary_share() -> list[dict[str, Any]]:
    """Which share of the questions the primary still answers when a third of them meet a fault."""
    found = [await asyncio.to_thread(run, _shares(seed)) for seed in range(1, 4)]
    begun = sum(each for _, each, _ in found) / len(found)
    note = (
        f"Seeds 1 to 3. It began {begun:.1f} %; 65 % meet no fault. Not whole: {sum(w for *_, w in found)}."
    )
    return [row("router.primary_share", "%", [s for s, *_ in found], 60, at_least=True, by="min", note=note)]


async def _payers(seed: int, rule: Rule, gap_s: float = GAP_S) -> tuple[int, int, int]:
    """Ask a primary that is down now and then; return who paid the deadline, probes, and who it kept away."""
    loop, draw = asyncio.get_running_loop(), random.Random(seed)
    turns = [loop.time() + draw.expovariate(1 / 7_200)]  # when it goes down, comes back, goes down ...
    while turns[-1] < loop.time() + REQUESTS * (gap_s + 2 * FIRST_S):
        turns.append(turns[-1] + draw.expovariate(1 / (300 if len(turns) % 2 else 7_200)))
    passed = 0

    def well() -> bool:
        nonlocal passed
        while turns[passed] <= loop.time():
            passed += 1
        return passed % 2 == 0

    noise = {number for number in range(REQUESTS) if draw.random() < 0.02}
    home = Home(lambda n: Trouble("none" if well() and n not in noise else "hang"), well, rule, seed)
    paid = avoided = 0
    for number in range(REQUESTS):
        before, there = home.primary.asked, well()
        _, first = await home.ask(number)
        paid += first >= FIRST_S
        avoided += there and home.primary.asked == before
        await asyncio.sleep(gap_s)
    await home.breakers.close()
    return paid, home.probes, avoided


async def deadline_payers() -> list[dict[str, Any]]:
    """How many of 10,000 wait for a server that does not answer, before another is asked."""
    found = [await asyncio.to_thread(run, _payers(seed, QUICK)) for seed in range(1, 6)]
    classic = [await asyncio.to_thread(run, _payers(seed, CLASSIC)) for seed in range(1, 3)]
    note = (
        f"Up for 2 h, down for 5 min, 2 % noise, seeds 1 to 5; mean probes {_mean(found, 1):.0f}, "
        f"kept away although it was there {_mean(found, 2):.0f}, paid {_mean(found, 0):.0f}. "
        f"With 5 failures and 60 s: {_mean(classic, 0):.0f} paid."
    )
    return [row("router.deadline_payers", "", [float(paid) for paid, *_ in found], 235, by="p50", note=note)]


def _mean(found: list[tuple[int, int, int]], place: int) -> float:
    return sum(each[place] for each in found) / len(found)
