"""Schedules B to L over real sockets: each ends with a list of what was broken, which must be empty."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import aiohttp
from rows import quantile, row
from upstreams import GRACE_S, Question, Told, ask, paced, routed

from hub.events import Bus
from hub.llm.canned import Canned
from hub.llm.onboard.embedded import Embedded
from hub.llm.provider import Answer, Delta, Price, Usage
from hub.llm.router import Router
from hub.llm.routing.deadlines import VOICE
from hub.llm.servers.openai import OpenAI, Server
from hub.testing.upstream import Trouble, Upstream, always, cuts, flapping, garbled, never, since

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub.hub import Hub
    from hub.testing.upstream import Schedule

CLOSED_S = 0.1
SETTLE_S = 10.0
MODEL = (
    Path(os.environ.get("HUB_MODELS") or Path(__file__).parents[1] / ".data" / "models")
    / "SmolLM2-135M-Instruct.Q4_1.gguf"
)


@dataclass(slots=True)
class Scene:
    """A hub between two upstreams of this process, and what was found broken."""

    hub: Hub
    one: OpenAI
    up: Upstream
    other: Upstream
    broken: list[str]

    def check(self, holds: object, sentence: str) -> None:
        """Note ``sentence`` unless it ``holds``."""
        if not holds:
            self.broken.append(sentence)

    def judge(self, told: list[Told], *, by_canned: bool = False) -> None:
        """Hold answers to what is always true of them."""
        for each in told:
            verdict = each.verdict()
            self.check(
                by_canned or (not each.error and verdict.whole), f"#{each.number}: {each.error} {verdict}"
            )
            self.check(each.total <= VOICE.total_s + GRACE_S, f"#{each.number} took {each.total:.2f} s")

    async def each(self, count: int, *, fresh: bool = False) -> list[Told]:
        """Ask one question after the other; ``fresh``: the breaker forgets before each."""
        told = []
        for number in range(count):
            if fresh:
                self.hub.breakers.forget("primary")
            told.append(await ask(self.hub.router, number, VOICE))
        return told


@asynccontextmanager
async def scene(schedule: Schedule, fallback: Schedule = never, **more: Any) -> AsyncIterator[Scene]:
    """Yield a scene; at its end nothing may be left of it."""
    async with (
        Upstream(schedule, **more) as up,
        Upstream(fallback, letter="F") as other,
        routed(up.url, other.url) as (hub, one, _),
    ):
        found = Scene(hub, one, up, other, [])
        for number in range(3):
            await ask(hub.router, 10_000_000 + number, VOICE, ("fallback",))
        tasks = asyncio.all_tasks()
        yield found
        await _settled(up, other)
        left = {task.get_name() for task in asyncio.all_tasks() - tasks if not task.done()}
        left = {name for name in left if name.startswith(("ask:", "late:"))}
        found.check(not left, f"tasks are left: {left}")
        found.check(not up.ledger.running and not other.ledger.running, "streams are left open")


async def _settled(*ups: Upstream) -> None:
    until = time.monotonic() + SETTLE_S
    while time.monotonic() < until and any(up.ledger.running for up in ups):
        await asyncio.sleep(0.01)


async def hangs() -> list[str]:
    """B: the primary hangs; two people wait, and after them only those whom a probe sent."""
    async with scene(always("hang")) as now:
        told = await now.each(60)
        now.judge(told)
        waited = sum((each.first or 9) > VOICE.first_s / 2 for each in told)
        now.check(waited <= 5, f"{waited} of 60 waited")
        late = max(each.first or 9 for each in told)
        now.check(late <= VOICE.first_s + 3 * GRACE_S, f"the first words took {late:.2f} s")
    return now.broken


async def storm() -> list[str]:
    """C: 429 with Retry-After, which is kept to, and which is no failure."""
    async with scene(always("pace", seconds=1)) as now:
        now.judge(await paced(lambda number: ask(now.hub.router, number, VOICE), 0, 60, 20))
        asked = [entry.began for entry in now.up.ledger.entries]
        gaps = [b - a for a, b in pairwise(asked)]
        now.check(
            min(gaps, default=1) >= 1 - GRACE_S, f"it was asked again after {min(gaps, default=1):.2f} s"
        )
        now.check(len(asked) >= 2, "it was not asked again after the pause")
        now.check(
            now.hub.breakers.state("primary").state in ("held", "closed"), "a pause counted as a failure"
        )
    return now.broken


async def flaps() -> list[str]:
    """D: well and out of order in turn."""
    async with scene(flapping(1.5)) as now:
        now.judge(await paced(lambda number: ask(now.hub.router, number, VOICE), 0, 160, 20))
    return now.broken


async def slow() -> list[str]:
    """E: the first word takes 3 s, which nobody waits for."""
    async with scene(always("slow", seconds=3)) as now:
        told = await now.each(20)
        now.judge(told)
        now.check(max(each.first or 9 for each in told) < 2, "somebody waited for a slow first word")
    return now.broken


async def cut() -> list[str]:
    """F: cut after every number of chunks from 1 to 40."""
    async with scene(cuts(40)) as now:
        told = await now.each(80, fresh=True)
        now.judge(told)
        gone_on = sum(len(set(each.verdict().letters)) > 1 for each in told)
        now.check(gone_on >= 20, f"only {gone_on} of 80 were gone on with in the middle")
    return now.broken


async def garbage() -> list[str]:
    """G: garbage, an oversized event, single bytes, an end without its mark."""
    async with scene(garbled()) as now:
        now.judge(await now.each(24, fresh=True))
    return now.broken


async def withdrawn() -> list[str]:
    """H: the key is withdrawn in the middle; nobody is asked with it again until it was changed."""
    async with scene(since(10, Trouble("key"))) as now:
        now.judge(await now.each(30))
        now.check(now.up.ledger.requests == 11, f"it was asked {now.up.ledger.requests} times")
        state = now.hub.breakers.state("primary")
        now.check(state.state == "config" and state.fix, f"it is {state.state} and says {state.fix!r}")
        now.up.schedule = never
        now.hub.breakers.forget("primary")
        told = await ask(now.hub.router, 100, VOICE)
        now.check(told.verdict().letters == "PPPPP", "it was not asked again after the change")
    return now.broken


async def network() -> list[str]:
    """I: no name can be looked up; all of the world is away at once, the house is not."""

    async def nobody(*_given: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")

    async with scene(never) as now:

        async def keyless() -> None:
            return None

        lost = OpenAI("primary", Server("Lost", "https://nowhere.invalid/v1", "big-1"), keyless)
        fallback = next(one for one in now.hub.router.providers if one.name == "fallback")
        now.hub.router.choose([lost, fallback])
        with mock.patch.object(aiohttp.DefaultResolver, "resolve", nobody):
            told = await now.each(10)
        now.judge(told)
        now.check(all(set(each.verdict().letters) == {"F"} for each in told), "somebody else answered")
        now.check(now.hub.breakers.state("another").state == "open", "the rest of the world is not away")
        await lost.retire()
    return now.broken


class Shelf:
    """The models folder, with the model of the box in it."""

    def path(self, name: str) -> Path:
        """Return where the model is."""
        del name
        return MODEL

    async def wait(self, *names: str) -> None:
        """Return at once: it is there."""


async def killed() -> list[str]:
    """J: the embedded model's process is killed in mid-answer, which ends once and honestly."""
    if not MODEL.exists():
        print("  J is left out: no model is in HUB_MODELS")
        return []
    broken: list[str] = []
    embedded = Embedded(Shelf(), Bus())  # type: ignore[arg-type]
    router = Router([embedded], Canned())
    await embedded.start()
    try:
        assert embedded.child
        assert await embedded.child.ready(60)
        for kill in (True, False):
            text, left = "", kill
            async for piece in router.answer(Question(1, max_tokens=120), Answer(), models_only=True):
                text += piece.text if isinstance(piece, Delta) else ""
                if left and embedded.child.pid:
                    os.kill(embedded.child.pid, signal.SIGKILL)
                    left = False
            if not text or text.count(Canned.closing().strip()) != kill:
                broken.append(f"it ended with {text[-60:]!r}")
            await embedded.child.ready(60)
    finally:
        await embedded.stop()
    return broken


async def cancels() -> list[str]:
    """K: whoever asks goes away at any moment; the connection is closed at once."""
    draw = random.Random(1)
    async with scene(never, gap_s=0.01) as now:
        loop, gone = asyncio.get_running_loop(), {}
        for number in range(60):
            task = asyncio.ensure_future(ask(now.hub.router, number, VOICE))
            await asyncio.sleep(draw.uniform(0.0, 0.3))
            task.cancel()
            gone[str(number)] = loop.time()
            await asyncio.wait({task})
        await _settled(now.up, now.other)
        for entry in now.up.ledger.of("closed"):
            late = (entry.over or 0) - gone[entry.question]
            now.check(late <= CLOSED_S, f"#{entry.question} was closed after {late * 1e3:.0f} ms")
        now.check(
            now.hub.breakers.state("primary").failures == 0, "a cancelled question counted as a failure"
        )
    return now.broken


async def down() -> list[str]:
    """L: all are down; everybody gets the fixed line, and quickly."""
    async with scene(always("close"), always("error")) as now:
        told = await now.each(20)
        now.judge(told, by_canned=True)
        now.check(all(each.error == "answered by canned" and each.text for each in told), "no fixed line")
    return now.broken


async def tier() -> list[str]:
    """What must stay in the house does, even when nobody in it can answer."""
    async with scene(never, always("error")) as now:
        by = Answer()
        question = Question(1, tier="local")
        async for _ in now.hub.router.answer(question, by, deadlines=VOICE, models_only=True):
            pass
        now.check(now.up.ledger.requests == 0, "words of the tier `local` left the house")
        now.check(by.provider.startswith("canned"), f"{by.provider} answered")
    return now.broken


async def money() -> list[str]:
    """What is counted is what the server billed."""
    async with scene(never) as now:
        cost = 0.0
        for number in range(20):
            by = Answer()
            async for _ in now.hub.router.answer(
                Question(number), by, deadlines=VOICE, only=("primary",), models_only=True
            ):
                pass
            cost += by.cost
        price, ledger = now.one.caps.price or Price(), now.up.ledger
        cached = sum(entry.cached_tokens for entry in ledger.entries)
        billed = price.of(Usage(ledger.prompt_tokens, ledger.completion_tokens, cached))
        now.check(abs(cost - billed) < 1e-9, f"counted {cost:.6f}, billed {billed:.6f} US dollars")
    return now.broken


SCHEDULES: dict[str, Callable[[], Awaitable[list[str]]]] = {
    "B": hangs, "C": storm, "D": flaps, "E": slow, "F": cut, "G": garbage, "H": withdrawn,
    "I": network, "J": killed, "K": cancels, "L": down, "tier": tier, "money": money,
}  # fmt: skip


async def schedules() -> list[dict[str, Any]]:
    """Run all of them; one sample each, the number of what was broken."""
    found = {}
    for name, run in SCHEDULES.items():
        found[name] = await run()
        for sentence in found[name][:5]:
            print(f"  {name}: {sentence}")
    note = f"{', '.join(found)}: broken, per schedule."
    return [
        row("router.schedules", "", [float(len(each)) for each in found.values()], 0, by="max", note=note)
    ]


async def hang() -> list[dict[str, Any]]:
    """How much later the first words come while the primary hangs, after the first two questions."""
    async with scene(always("hang")) as now:
        alone = [
            (await ask(now.hub.router, 1_000 + number, VOICE, ("fallback",))).first or 9.0
            for number in range(100)
        ]
        told = await now.each(300)
    usual = quantile(alone, 0.5)
    added = [((each.first or 9.0) - usual) * 1e3 for each in told[2:]]
    waited = sum(each > VOICE.first_s * 500 for each in added)
    note = f"The fallback alone takes {usual * 1e3:.1f} ms. {waited} more waited, sent by a probe."
    return [row("router.hang", "ms", added, 5, note=note)]
