"""What does more than read waits for a person, and runs exactly once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from hub.approvals.approval import Done, Pending, Refused

from .conftest import MEMBER, OWNER

if TYPE_CHECKING:
    from .conftest import World


async def ask(world: World, tool: str = "write", person: str = "m", **arguments: Any) -> Any:
    if tool == "write":
        arguments = {"text": "milk"} | arguments
    outcome = await world.gate.call(tool, arguments, person=person)
    assert isinstance(outcome, Pending), outcome
    return outcome.approval


async def test_reading_runs_at_once_and_leaves_no_row(world: World) -> None:
    assert await world.gate.call("look", {}, person="m") == Done("milk")
    assert await world.gate.waiting(OWNER) == []
    assert await world.audit() == []


@pytest.mark.parametrize("tool", ["write", "wipe"])
async def test_what_does_more_waits_and_runs_after_a_yes(world: World, tool: str) -> None:
    asked = await ask(world, tool)
    assert world.ran == []
    assert [one.id for one in await world.gate.waiting(MEMBER)] == [asked.id]
    outcome = await world.gate.approve(asked.id, asked.digest, MEMBER)
    assert isinstance(outcome, Done)
    assert len(world.ran) == 1
    assert await world.gate.waiting(OWNER) == []
    [past] = await world.gate.history()
    assert (past.id, past.state, past.by) == (asked.id, "done", "m")
    assert await world.audit() == ["asked", "approved", "done"]


async def test_a_no_is_never_run(world: World) -> None:
    asked = await ask(world)
    assert isinstance(await world.gate.deny(asked.id, MEMBER), Refused)
    assert isinstance(await world.gate.approve(asked.id, asked.digest, MEMBER), Refused)
    assert world.ran == []
    assert await world.audit() == ["asked", "denied"]


async def test_a_thousand_confirmations_at_once_are_one_run(world: World) -> None:
    asked = await ask(world)
    outcomes = await asyncio.gather(
        *(world.gate.approve(asked.id, asked.digest, who) for who in (MEMBER, OWNER) * 500)
    )
    assert len(world.ran) == 1
    assert sum(isinstance(one, Done) for one in outcomes) == 1
    assert await world.audit() == ["asked", "approved", "done"]
