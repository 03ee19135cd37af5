"""A server that dies under a running hub: nobody waits for it, not even after a restart, and it comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub.testing import RunningHub
from hub.testing.upstream import Upstream, always, judge, never

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = """
[providers.{name}]
kind = "openai"
title = "{name}"
base_url = "{url}"
model = "big-1"
enabled = true
order = {order}
"""


async def test_a_server_that_dies_is_left_alone_until_a_look_finds_it_well(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    data.mkdir()
    async with Upstream() as first, Upstream(letter="F") as second:
        written = SERVERS.format(name="first", url=first.url, order=1)
        written += SERVERS.format(name="second", url=second.url, order=2)
        (data / "hub.toml").write_text(written)
        async with RunningHub(data) as hub:
            await hub.sign_in()
            assert (await _ask(hub, 1)).letters == "PPPPP"
            first.schedule, first.ill = always("error"), True
            for number in (2, 3, 4):
                assert (await _ask(hub, number)).letters == "FFFFF"
            assert first.ledger.requests == 3  # the first question, and the two that found out
            looks = first.ledger.looks
            await _until(lambda: first.ledger.looks > looks)
            await hub.stop()
            await hub.start()
            stands = await _stands(hub)
            assert (stands["state"], stands["why"]) == ("open", "first is out of order.")
            assert (await _ask(hub, 5)).letters == "FFFFF"
            assert first.ledger.requests == 3
            first.schedule, first.ill = never, False
            async with asyncio.timeout(60):
                while (await _stands(hub))["state"] != "half":
                    await asyncio.sleep(0.1)
            assert (await _ask(hub, 6)).letters == "PPPPP"
            stands = await _stands(hub)
            assert [state for _, state, _ in stands["changes"]][-3:] == ["open", "half", "closed"]


async def _ask(hub: RunningHub, number: int) -> Any:
    body = {"model": "hub/auto", "messages": [{"role": "user", "content": f"Question #{number}, please."}]}
    async with hub.client.post(f"{hub.url}/v1/chat/completions", json=body) as response:
        response.raise_for_status()
        told = await response.json()
    verdict = judge(told["choices"][0]["message"]["content"], str(number), 5)
    assert verdict.whole, told
    return verdict


async def _stands(hub: RunningHub) -> dict[str, Any]:
    found: list[dict[str, Any]] = (await hub.get("/api/language"))["providers"]
    return next(one for one in found if one["name"] == "first")


async def _until(what: Any) -> None:
    async with asyncio.timeout(60):
        while not what():
            await asyncio.sleep(0.02)
