"""A language model with planned faults, and a home of several, for a clock that jumps (`hub.testing.clock`).

The faults are those of `hub.testing.upstream`, met at the hub's own port and without a socket, so that a
day of questions takes seconds and every run is the same.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.events import Bus
from hub.llm.breakers.breakers import Breakers
from hub.llm.canned import Canned
from hub.llm.faults import Fault
from hub.llm.money.budget import Budget
from hub.llm.provider import (
    Answer,
    Caps,
    Delta,
    Done,
    Message,
    Price,
    Probe,
    Quality,
    Request,
    Tier,
    ToolCall,
    Usage,
)
from hub.llm.router import Router
from hub.llm.routing.deadlines import VOICE
from hub.llm.stations import Stations
from hub.testing.upstream.reply import tokens
from hub.testing.upstream.told import Verdict, judge, last_told, sentence
from hub.testing.upstream.troubles import NONE, never

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from hub.llm.faults import What
    from hub.llm.provider import Piece, ToolSpec
    from hub.llm.routing.deadlines import Deadlines
    from hub.testing.upstream.troubles import Schedule, Trouble

SENTENCES = 5
PRICE = Price(prompt=1.0, cached=0.5, completion=2.0)
_PROBE_S = 0.05
_FAULTS: dict[str, What] = {
    "error": "broken", "pace": "pace", "close": "cut", "drop": "away", "cut": "cut", "end": "cut",
    "garbage": "foreign", "oversized": "foreign", "key": "key", "model": "model", "empty": "empty",
    "network": "network",
}  # fmt: skip
_BEFORE = {"error", "pace", "close", "drop", "key", "model", "empty", "network"}
_WITHIN = {"cut", "end", "garbage", "oversized"}


class Faulty:
    """Answers in numbered sentences in the words of ``letter``; meets what ``schedule`` plans.

    ``first_s``, ``gap_s``: seconds before the first word and between two. ``caps``: of a server of the world
    that costs money, but for what is given. It goes on after the sentences in a request's ``prefix``.
    """

    def __init__(
        self, name: str, letter: str, schedule: Schedule = never, *, gap_s: float = 0.005,
        first_s: float = 0.1, quality: Quality = "full", **caps: Any,
    ) -> None:  # fmt: skip
        self.name, self.letter, self.schedule, self.gap_s, self.first_s = (
            name,
            letter,
            schedule,
            gap_s,
            first_s,
        )
        far = {"local": False, "distance": "world", "price": PRICE, "prefill": True, "tools": True}
        about: dict[str, Any] = far | caps
        self.caps = Caps(quality=quality, title=name.title(), **about)
        self.requests: list[Request] = []
        self.met: Counter[str] = Counter()
        """How often it met each kind of trouble."""
        self.open = 0
        """Streams that are not closed."""
        self.words = 0
        """Pieces that were taken from it."""
        self.looks = 0
        """How often it was probed."""
        self._attempts: Counter[int] = Counter()

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self.requests)

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer the question whose number stands in the last message: ``#7``."""
        del deadline
        number = int(request.messages[-1].text.partition("#")[2].split()[0])
        attempt, self._attempts[number] = self._attempts[number], self._attempts[number] + 1
        trouble = self.schedule(number, attempt, asyncio.get_running_loop().time())
        self.met[trouble.kind] += 1
        self.requests.append(request)
        self.open += 1
        try:
            if trouble.kind == "hang":
                await asyncio.Event().wait()
            await asyncio.sleep(trouble.seconds if trouble.kind == "slow" else self.first_s)
            if trouble.kind in _BEFORE:
                raise _fault(trouble)
            async with aclosing(self._answer(request, str(number), trouble)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self.open -= 1

    async def _answer(self, request: Request, question: str, trouble: Trouble) -> AsyncGenerator[Piece, None]:
        if request.tools and "call a tool" in request.messages[-1].text:
            yield ToolCall("c1", request.tools[0].name, "{}")
            if trouble.kind in _WITHIN:
                raise _fault(trouble)
            yield Done("tools")
            return
        first = last_told(request.prefix) + 1
        again = [request.prefix] if trouble.kind == "echo" and request.prefix else []
        left = [sentence(self.letter, question, number) for number in range(first, SENTENCES + 1)]
        words = tokens(" ".join((*again, *left)))
        for place, word in enumerate(words):
            if place == trouble.after and trouble.kind in _WITHIN:
                raise _fault(trouble)
            if place == trouble.after and trouble.kind == "stall":
                await asyncio.Event().wait()
            for part in word if trouble.kind == "split" else (word,):
                self.words += 1
                yield Delta(part)
            if self.gap_s:
                await asyncio.sleep(self.gap_s)
        yield Usage(10, len(words))
        yield Done()

    async def probe(self) -> Probe:
        """Say that it could answer."""
        return Probe(ok=True)

    async def models(self) -> list[str]:
        """List nothing; raises when it is out of order: what breakers probe by."""
        await asyncio.sleep(_PROBE_S)
        self.looks += 1
        trouble = self.schedule(-1, self.looks, asyncio.get_running_loop().time())
        if trouble.kind in _FAULTS:
            raise _fault(trouble)
        return []


def _fault(trouble: Trouble = NONE) -> Fault:
    retry = trouble.seconds if trouble.kind == "pace" else None
    return Fault(_FAULTS[trouble.kind], f"It met {trouble.kind}.", fix="Wait.", retry_after=retry)


class Question:
    """A question by its ``number``, with further ``words``."""

    def __init__(
        self,
        number: int,
        *,
        tier: Tier = "full",
        person: str = "",
        tools: tuple[ToolSpec, ...] = (),
        words: str = "",
    ) -> None:
        self._messages = (Message("system", "Be brief."), Message("user", f"Question #{number} {words}"))
        self._tier, self._person, self._tools = tier, person, tools

    def for_provider(self, caps: Caps) -> Request:
        """Return it as a request."""
        return Request(
            self._messages,
            "talk",
            caps.answer_tokens,
            tier=self._tier,
            person=self._person,
            tools=self._tools,
        )

    def prefix(self, caps: Caps) -> Sequence[Message]:
        """Return its system message."""
        del caps
        return self._messages[:1]


@dataclass(slots=True)
class Told:
    """One answer: its text, who gave it, its calls of tools; times in seconds of the loop's clock."""

    number: int
    began: float
    text: str = ""
    by: Answer = field(default_factory=Answer)
    first: float | None = None
    ended: float | None = None
    calls: list[ToolCall] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """What is wrong with it."""
        return judge(self.text, str(self.number), SENTENCES)

    @property
    def wait_s(self) -> float:
        """Seconds to its first words."""
        return (self.began if self.first is None else self.first) - self.began

    @property
    def took_s(self) -> float:
        """Seconds to its end; endless when it has none."""
        return (float("inf") if self.ended is None else self.ended) - self.began


class Home:
    """A router over ``providers``, with real breakers and a real budget, on the running loop's clock."""

    def __init__(self, *providers: Faulty) -> None:
        loop = asyncio.get_running_loop()
        self.providers = {one.name: one for one in providers}
        self.bus, self.budget = Bus(), Budget()
        self.breakers = Breakers(
            self.bus, loop.time, lambda: 0.5, wall=loop.time,
            probe=lambda name: self.providers[name].models(),
            distance=lambda name: self.providers[name].caps.distance,
        )  # fmt: skip
        stations = Stations(breakers=self.breakers, budget=self.budget)
        self.router = Router(providers, Canned(), self.bus, stations)
        self.told: list[Told] = []

    async def ask(
        self,
        number: int,
        deadlines: Deadlines = VOICE,
        *,
        leave_after: int = 0,
        question: Question | None = None,
        **more: Any,
    ) -> Told:
        """Ask question ``number``; after ``leave_after`` pieces stop listening."""
        loop = asyncio.get_running_loop()
        told = Told(number, loop.time())
        self.told.append(told)
        answer = self.router.answer(question or Question(number), told.by, deadlines=deadlines, **more)
        pieces = 0
        async for piece in answer:
            told.first = loop.time() if told.first is None else told.first
            pieces += 1
            if isinstance(piece, ToolCall):
                told.calls.append(piece)
            else:
                told.text += piece.text
            if pieces == leave_after:
                await answer.aclose()
        told.ended = loop.time()
        return told

    async def close(self) -> None:
        """End what still runs. Raises `AssertionError` for streams that were left open."""
        await self.router.close()
        await self.breakers.close()
        left = [one.name for one in self.providers.values() if one.open]
        assert not left, f"Streams were left open: {', '.join(left)}"
