"""Over the wire: a server's model calls a tool of the hub, and its answer draws on the result."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.llm.servers.openai import OpenAI, Server
from hub.testing.inside import hub_with
from hub.testing.upstream import Upstream

if TYPE_CHECKING:
    from pathlib import Path


async def no_key() -> None:
    return None


def add_two(one: int, other: int) -> int:
    """Add two numbers."""
    return one + other


async def test_a_server_calls_a_tool_over_the_real_protocol(tmp_path: Path) -> None:
    async with Upstream() as up, hub_with(data=tmp_path) as hub:
        model = OpenAI("lab", Server("Lab", up.url, "fake-1"), no_key)
        hub.router.choose([model])
        hub.tools.add("web", add_two)
        owner = await hub.claims.owner()
        talk = await hub.conversations.new(owner.id if owner else "")
        await talk.write('Please #one call add_two with {"one": 1, "other": 2}')
        await asyncio.wait_for(talk.settled(), 60)
        turn = talk.history()[-1]
        assert (turn.state, turn.provider, turn.read) == ("done", "lab/fake-1", "add_two")
        assert turn.answer
        assert len(up.ledger.entries) == 2
        await talk.write('Now #two call add_note with {"text": "milk"}')
        await asyncio.wait_for(talk.settled(), 60)
        assert talk.history()[-1].state == "pending"
        assert "Asked for after reading an earlier answer." in talk.history()[-1].answer
        await model.retire()
