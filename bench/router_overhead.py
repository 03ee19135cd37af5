"""What the router adds to a provider that answers at once, in this process, with all stations on."""

from __future__ import annotations

import gc
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from rows import quantile, row
from upstreams import Question

from hub.llm.provider import Answer, Caps, Delta, Done, Price, Probe, Usage
from hub.llm.routing.deadlines import VOICE
from hub.testing import hub_with

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.llm.provider import Piece, Request
    from hub.llm.router import Router

CHUNKS = 1_000
ROUNDS = 40
REQUESTS = 50


class Instant:
    """A provider out in the world that gives ``chunks`` pieces without waiting for anything."""

    caps = Caps(
        local=False, quality="full", title="Instant", distance="world", prefill=True,
        price=Price(1.25, 0.2, 2.5), model="instant",
    )  # fmt: skip

    def __init__(self, name: str = "instant") -> None:
        self.name = name
        self.pieces = [Delta("word ")]

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Yield them."""
        del request, deadline
        for piece in self.pieces:
            yield piece
        yield Usage(20, len(self.pieces))
        yield Done()

    async def probe(self) -> Probe:
        """Say yes."""
        return Probe(ok=True)


async def _routed(router: Router, count: int) -> float:
    began = time.process_time()
    for number in range(count):
        answer = router.answer(
            Question(number), Answer(), deadlines=VOICE, only=("instant", "second"), models_only=True
        )
        async with aclosing(answer) as pieces:
            async for _ in pieces:
                pass
    return time.process_time() - began


async def _bare(one: Instant, count: int) -> float:
    began = time.process_time()
    for number in range(count):
        async for _ in one.stream(Question(number).for_provider(one.caps), 5.0):
            pass
    return time.process_time() - began


async def inproc() -> list[dict[str, Any]]:
    """Processor time per request and per chunk beyond that of the provider itself."""
    one = Instant()
    async with hub_with() as hub:
        hub.router.choose([one, Instant("second")])  # who stands by makes it hold back sentences
        await _routed(hub.router, 200)
        short, shorts, longs = [], [], []
        for _ in range(ROUNDS):
            gc.collect()
            one.pieces = [Delta("word ")]
            short.append((await _routed(hub.router, REQUESTS) - await _bare(one, REQUESTS)) / REQUESTS)
            one.pieces = [Delta(f"word{'.' * (place % 12 == 11)} ") for place in range(CHUNKS)]
            longs.append((await _routed(hub.router, 3) - await _bare(one, 3)) / 3)
            shorts.append(short[-1])
    chunks = [(long - brief) / CHUNKS * 1e6 for long, brief in zip(longs, shorts, strict=True)]
    note = f"Processor time, all stations on. p95 of chunks {quantile(chunks, 0.95):.1f} µs."
    return [
        row("router.inproc", "ms", [each * 1e3 for each in short], 0.15, note=note),
        row("router.chunk", "µs", chunks, 15, note=note),
    ]
