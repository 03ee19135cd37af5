"""Doubt means no: a gate or recorder that raises, hangs, exits, lies or is missing stops all but reading."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hub.approvals import judge
from hub.approvals.approval import Done, Pending, Refused
from hub.errors import HubError
from hub.events import ToolRefused
from hub.plugin.hookspecs import Call, Health, Refusal

from .conftest import MEMBER

if TYPE_CHECKING:
    from .conftest import World


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEFORE_S", "AFTER_S", "HEALTH_S"):
        monkeypatch.setattr(judge, name, 0.1)


def raises(call: Call) -> None:
    raise RuntimeError("broken")


def exits(call: Call) -> None:
    sys.exit(3)


async def exits_later(call: Call) -> None:
    await asyncio.sleep(0)
    sys.exit(3)


async def hangs(call: Call) -> None:
    await asyncio.sleep(60)


async def swallows(call: Call) -> None:
    for _ in range(3):
        try:
            await asyncio.sleep(0.4)
        except asyncio.CancelledError:
            continue


async def cancels(call: Call) -> None:
    raise asyncio.CancelledError


def says_true(call: Call) -> bool:
    return True


def says_ok(call: Call) -> str:
    return "ok"


class Lying(Refusal):
    @property
    def reason(self) -> str:  # type: ignore[override]
        raise RuntimeError("no reason")


def lies(call: Call) -> Any:
    return Lying.__new__(Lying)


HOSTILE = [raises, exits, exits_later, hangs, swallows, cancels, says_true, says_ok, lies]


@pytest.mark.parametrize("hook", HOSTILE, ids=lambda hook: hook.__name__)
async def test_a_broken_gate_stops_all_but_reading(world: World, hook: Any) -> None:
    world.bind(guard={"hub_before_tool": hook})
    assert isinstance(await world.gate.call("look", {}, person="m"), Done)
    for tool, arguments in (("write", {"text": "milk"}), ("wipe", {})):
        refused = await world.gate.call(tool, arguments, person="m")
        assert isinstance(refused, Refused)
        assert "guard" in refused.reason
        assert refused.fix
    assert world.ran == ["look"]
    assert await world.audit() == ["refused", "refused"]
    assert await world.gate.waiting(MEMBER) == []


@pytest.mark.parametrize("hook", HOSTILE, ids=lambda hook: hook.__name__)
async def test_a_gate_that_breaks_before_the_yes_stops_the_run(world: World, hook: Any) -> None:
    asked = await world.gate.call("wipe", {}, person="m")
    assert isinstance(asked, Pending)
    world.bind(guard={"hub_before_tool": hook})
    one = asked.approval
    assert isinstance(await world.gate.approve(one.id, one.digest, MEMBER), Refused)
    assert world.ran == []
    assert [each.id for each in await world.gate.waiting(MEMBER)] == [one.id]  # it was not used up
    world.bind()
    assert isinstance(await world.gate.approve(one.id, one.digest, MEMBER), Done)
    assert world.ran == ["wipe"]


async def test_a_gate_may_refuse_reading_too(world: World) -> None:
    world.bind(guard={"hub_before_tool": lambda call: Refusal("Not today.", fix="Come back tomorrow.")})
    assert await world.gate.call("look", {}, person="m") == Refused("Not today.", "Come back tomorrow.")
    assert world.ran == []
    [event] = [one for one in world.bus.recent() if isinstance(one, ToolRefused)]
    assert (event.tool, event.reason) == ("look", "Not today.")


async def test_one_no_among_many_is_a_no(world: World) -> None:
    quiet = {"hub_before_tool": lambda call: None}
    world.bind(a=quiet, b={"hub_before_tool": lambda call: Refusal("No.")}, c=quiet)
    assert isinstance(await world.gate.call("wipe", {}, person="m"), Refused)


async def test_no_hooks_at_all_stop_all_but_reading(world: World) -> None:
    world.hooks = None  # type: ignore[assignment]
    assert isinstance(await world.gate.call("look", {}, person="m"), Done)
    assert isinstance(await world.gate.call("wipe", {}, person="m"), Refused)


async def test_hooks_that_fail_as_a_whole_stop_all_but_reading(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def each(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the dispatch itself")

    monkeypatch.setattr(world.hooks, "each", each)
    assert isinstance(await world.gate.call("look", {}, person="m"), Done)
    assert isinstance(await world.gate.call("wipe", {}, person="m"), Refused)


@pytest.mark.parametrize(
    "state", ["discovered", "starting", "disabled", "stopped", "missing", "without hooks"]
)
async def test_a_required_gate_that_is_not_there_stops_all_but_reading(world: World, state: str) -> None:
    world.required = ("guard",)
    world.made()
    if state != "missing":
        hooks = {} if state == "without hooks" else {"hub_before_tool": lambda call: None}
        world.bind(guard=hooks)
        world.plugins["guard"].state = "ready" if state == "without hooks" else state
    assert isinstance(await world.gate.call("look", {}, person="m"), Done)
    refused = await world.gate.call("write", {"text": "milk"}, person="m")
    assert isinstance(refused, Refused)
    assert "guard" in refused.fix


async def test_a_required_gate_that_goes_away_before_the_yes_stops_the_run(world: World) -> None:
    world.required = ("guard",)
    world.made()
    world.bind(guard={"hub_before_tool": lambda call: None})
    asked = await world.gate.call("wipe", {}, person="m")
    assert isinstance(asked, Pending)
    world.plugins["guard"].state = "disabled"
    assert isinstance(await world.gate.approve(asked.approval.id, asked.approval.digest, MEMBER), Refused)
    assert world.ran == []


async def run(world: World, tool: str = "wipe") -> Any:
    asked = await world.gate.call(tool, {}, person="m")
    if not isinstance(asked, Pending):
        return asked
    return await world.gate.approve(asked.approval.id, asked.approval.digest, MEMBER)


@pytest.mark.parametrize(
    "hook",
    [
        lambda call, result: 1 / 0,
        lambda call, result: sys.exit(1),
        lambda call, result: asyncio.sleep(60),
    ],
    ids=["raises", "exits", "hangs"],
)
async def test_a_required_recorder_that_fails_stops_what_comes_next(world: World, hook: Any) -> None:
    world.required = ("recorder",)
    world.made()
    well = {"hub_health": lambda hub: Health("degraded", "No disk")}
    world.bind(recorder={"hub_after_tool": hook} | well)
    assert isinstance(await run(world), Done)  # that one was let through before anybody could know
    assert isinstance(await run(world), Refused)
    assert isinstance(await run(world, "look"), Done)
    world.bind(recorder={"hub_after_tool": lambda call, result: None, "hub_health": lambda hub: Health()})
    assert isinstance(await run(world), Done)
    assert world.ran == ["wipe", "look", "wipe"]


async def test_a_recorder_that_says_it_is_well_and_fails_again_must_be_restarted(world: World) -> None:
    world.required = ("recorder",)
    world.made()
    world.bind(recorder={"hub_after_tool": lambda call, result: 1 / 0, "hub_health": lambda hub: Health()})
    assert isinstance(await run(world), Done)
    assert isinstance(await run(world), Done)  # its word is taken once
    for _ in range(3):
        assert isinstance(await run(world), Refused)
    world.plugins["recorder"].since = float("inf")  # restarted
    assert isinstance(await run(world), Done)


async def test_a_recorder_is_told_what_it_came_to(world: World) -> None:
    told: list[Any] = []
    world.bind(recorder={"hub_after_tool": lambda call, result: told.append((call.tool, result))})

    def breaks() -> None:
        """Break."""
        raise ValueError("secret words")

    world.tools.add("notes", breaks, name="breaks")
    await world.gate.call("look", {}, person="m")
    failed = await world.gate.call("breaks", {}, person="m")
    assert isinstance(failed, Refused)
    assert "secret" not in failed.reason
    assert told[0] == ("look", "milk")
    assert isinstance(told[1][1], HubError)


async def test_hooks_cannot_change_what_runs_or_what_others_see(world: World) -> None:
    seen: list[str] = []

    def changes(call: Call) -> None:
        with pytest.raises((TypeError, AttributeError)):
            call.arguments["text"] = "poison"  # type: ignore[index]
        seen.append(str(call.arguments["text"]))

    world.bind(a={"hub_before_tool": changes}, b={"hub_before_tool": changes})
    arguments = {"text": "milk"}
    asked = await world.gate.call("write", arguments, person="m")
    assert isinstance(asked, Pending)
    arguments["text"] = "poison"
    asked.approval.arguments["text"] = "poison"  # type: ignore[index]
    await world.gate.approve(asked.approval.id, asked.approval.digest, MEMBER)
    assert seen == ["milk"] * 4
    assert world.ran == ["write milk 1"]


async def test_a_tool_that_exits_or_hangs_fails_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.approvals.gate.RUN_S", 0.1)

    def leaves() -> None:
        """Leave."""
        sys.exit(7)

    async def sleeps() -> None:
        """Sleep."""
        await asyncio.sleep(60)

    world.tools.add("notes", leaves, name="leaves", risk="write")
    world.tools.add("notes", sleeps, name="sleeps", risk="write")
    for tool in ("leaves", "sleeps"):
        assert isinstance(await run(world, tool), Refused)
        assert (await world.gate.history(1))[0].state == "failed"


async def test_a_store_that_cannot_write_lets_nothing_through(world: World) -> None:
    asked = await world.gate.call("wipe", {}, person="m")
    assert isinstance(asked, Pending)
    await world.core.write(
        lambda db: (
            db.execute(
                "CREATE TRIGGER full BEFORE INSERT ON audit_outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
            and None
        )
    )
    with pytest.raises(Exception, match="disk full"):
        await world.gate.approve(asked.approval.id, asked.approval.digest, MEMBER)
    assert world.ran == []
    found = await world.gate.find(asked.approval.id, MEMBER)
    assert found is not None
    assert found.state == "waiting"  # the decision and its record stand or fall together
