"""Schedule A over real sockets, at a pace: what is lost, doubled or torn, and who answered; beside peers."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from router_peers import litellm, portkey
from rows import quantile, row
from upstreams import ask, paced, routed, upstream

from hub.llm.routing.deadlines import VOICE

if TYPE_CHECKING:
    from upstreams import Process, Told

    from hub.llm.router import Router

PACES = ((20.0, 2_000), (50.0, 3_000), (200.0, 5_000))
"""Questions a second, and how many of them."""

PEER_COUNT = int(os.environ.get("HUB_BENCH_PEER_REQUESTS", "600"))
SCALE = float(os.environ.get("HUB_BENCH_SCALE", "1"))
"""Less than 1 asks fewer questions, to try the bench."""


async def lost() -> list[dict[str, Any]]:
    """Ask 10,000 questions in all while a third of what the primary is asked goes wrong."""
    async with upstream("P", trouble="mixed", seed=1) as primary, upstream("F") as fallback:
        samples, notes = await _ours(primary, fallback)
        peers = []
        for name, peer in (("LiteLLM", litellm), ("Portkey", portkey)):
            await primary.plan(trouble="mixed", seed=1)
            told = await peer(primary.url, fallback.url, PEER_COUNT, 20.0)
            if told:
                notes.append(f"{name}: {_said(told)}")
                peers.append((name, told))
    beside: dict[str, Any] = {}
    if peers:
        name, told = peers[0]
        scaled = 10_000 / len(told)
        beside = {"peer": f"{name} (per 10,000)", "peer_samples": [sum(map(_lost, told)) * scaled]}
    note = "; ".join(notes)
    return [
        row("router.lost", "", [float(sum(map(_lost, samples)))], 0, by="max", note=note, **beside),
        row("router.duplicated", "", [float(sum(map(_wrong, samples)))], 0, by="max", note=note),
    ]


async def _ours(primary: Process, fallback: Process) -> tuple[list[Told], list[str]]:
    told: list[Told] = []
    notes: list[str] = []
    async with routed(primary.url, fallback.url) as (hub, *_):
        await settle(hub.router)
        for rate, count in PACES:
            part = await paced(lambda n: ask(hub.router, n, VOICE), len(told), int(count * SCALE), rate)
            notes.append(f"{rate:g}/s: {_said(part)}")
            told += part
            await asyncio.sleep(3)
    return told, notes


async def settle(router: Router) -> None:
    """Let everything be loaded and connected before the clock matters."""
    for number in range(5):
        await ask(router, 10_000_000 + number, VOICE, ("fallback",))


def _lost(told: Told) -> bool:
    """Say whether the person did not get the whole answer."""
    return bool(told.error or told.verdict().lost)


def _wrong(told: Told) -> int:
    """Return how many sentences stand there twice, out of order or torn."""
    verdict = told.verdict()
    return len(verdict.doubled) + len(verdict.torn)


def _said(told: list[Told]) -> str:
    verdicts = [one.verdict() for one in told]
    whole = sum(one.whole and set(one.letters) == {"P"} for one in verdicts)
    resumed = sum(len(set(one.letters)) > 1 for one in verdicts)
    firsts = [one.first * 1e3 for one in told if one.first] or [0.0]
    errors = Counter(one.error for one in told if one.error).most_common(2)
    said = (
        f"{sum(map(_lost, told))} of {len(told)} lost, {sum(map(_wrong, told))} sentences doubled or torn, "
        f"primary whole {whole / len(told):.0%}, gone on by another {resumed}, "
        f"first words p50 {quantile(firsts, 0.5):.0f} p99 {quantile(firsts, 0.99):.0f} ms"
    )
    return said + (f", {errors}" if errors else "")
