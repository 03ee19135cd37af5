"""Each hook in turn raises, exits or hangs: it costs the plugin that did it, and is never taken for a yes."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests import hostile

from hub.approvals import judge
from hub.approvals.approval import Done, Pending, Refused
from hub.events import TimerRang
from hub.plugin import health, hookspecs, pump, reach, registry, words
from hub.plugin.hookspecs import Selector
from hub.testing import ScriptedModel, ask, hub_with

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from hub.hub import Hub
    from hub.plugin.states import Plugin

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("hub_"))
HOW = {
    "raises": ("raise RuntimeError('boom')", "boom"),
    "exits": ("raise SystemExit(3)", "SystemExit"),
    "hangs": ("await asyncio.sleep(3600)", "longer than"),
    "clings": (
        (
            "end = time.monotonic() + 1.2\n    while time.monotonic() < end:\n        try:\n"
            "            await asyncio.sleep(0.05)\n        except asyncio.CancelledError:\n            pass"
        ),
        "longer than",
    ),
}
SOON_S = 0.2


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait out the real time boxes."""
    for module, name in (
        (health, "HEALTH_S"), (registry, "REGISTER_S"), (judge, "BEFORE_S"), (judge, "AFTER_S"),
        (words, "BEFORE_S"), (words, "AFTER_S"), (pump, "PATIENCE_S"), (reach, "PATIENCE_S"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, SOON_S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("hx_")]:
        del sys.modules[name]


def changer(note: str = "changed") -> str:
    return note


async def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


# -- how the hub comes to call each of them -------------------------------------------------------


async def nothing(_: Hub) -> None:
    """It is called at every start."""


async def stop(hub: Hub) -> None:
    await asyncio.wait_for(hub.plugins.disable("bad"), 30)


async def before_tool(hub: Hub) -> None:
    assert isinstance(await hub.gate.call("calm_tool", {}), Done), "what only reads goes on"
    refused = await hub.gate.call("changer", {})
    assert isinstance(refused, Refused), refused
    assert "bad" in refused.reason
    assert refused.fix
    await hub.plugins.disable("bad")
    assert isinstance(await hub.gate.call("changer", {}), Pending), "without the culprit it is asked for"


async def after_tool(hub: Hub) -> None:
    assert isinstance(await hub.gate.call("calm_tool", {}), Done)


async def before_llm(hub: Hub) -> None:
    near = ScriptedModel("Answered here.", name="near", local=True)
    hub.router.add(near)
    assert await ask(hub, "Tell me a secret about my neighbour") == "Answered here."
    assert near.requests


async def after_llm(hub: Hub) -> None:
    assert await ask(hub, "Tell me a secret about my neighbour") == "From far away."


async def event(hub: Hub) -> None:
    for _ in range(2):
        hub.bus.publish(TimerRang(timer="t", kind="timer", title="Tea", due=0.0))


async def forget(hub: Hub) -> None:
    done = await hub.reach.forget(Selector(person="p"))
    assert [left.plugin for left in done.failed] == ["bad"]
    assert done.failed[0].reason
    assert done.failed[0].fix


async def export(hub: Hub) -> None:
    done = await hub.reach.export("p")
    assert set(done.failed) == {"bad"}


TRIGGERS: dict[str, Callable[[Hub], Awaitable[None]]] = {
    "hub_start": nothing, "hub_health": nothing, "hub_routes": nothing, "hub_panels": nothing,
    "hub_tools": nothing, "hub_providers": nothing, "hub_logins": nothing, "hub_stop": stop,
    "hub_before_tool": before_tool, "hub_after_tool": after_tool, "hub_before_llm": before_llm,
    "hub_after_llm": after_llm, "hub_event": event, "hub_forget": forget, "hub_export": export,
}  # fmt: skip


def test_no_hook_is_left_out() -> None:
    assert set(TRIGGERS) == set(HOOKS)


def blamed(plugin: Plugin, hook: str, said: str) -> bool:
    """Say whether the plugin's own page tells of it."""
    told = [plugin.reason, plugin.budget.last, *(one.reason for one in plugin.history)]
    return any(said in one for one in told) and (hook in str(told) or said != "longer than")


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("hook", HOOKS)
async def test_each_hook_in_turn(folder: Path, hook: str, how: str) -> None:
    body, said = HOW[how]
    takes = ", ".join(_parameters(hook))
    code = hostile.hook(hook, takes, body)
    bad = hostile.Hostile(code, 'start_s = 0.2\nstop_s = 0.2\nevents = ["timer.*"]')
    hostile.install(folder, calm=hostile.CALM, bad=bad)
    far = ScriptedModel("From far away.", local=False)
    async with hub_with("hx_calm", "hx_bad", model=far) as hub:
        hub.tools.add("test", changer, risk="write")
        await TRIGGERS[hook](hub)
        plugin: Any = hub.plugins.get("bad")
        await until(lambda: blamed(plugin, hook, said))
        if hook == "hub_before_llm":
            assert not far.requests, "a server elsewhere was asked although nobody could look first"
        calm: Any = hub.plugins.get("calm")
        assert calm.state == "ready"
        assert await hub.tools.call("calm_tool", {"words": "well"}) == "well"
        if plugin.state not in {"ready", "stopped"}:
            assert plugin.reason
            assert plugin.fix


def _parameters(hook: str) -> list[str]:
    import inspect

    return list(inspect.signature(getattr(hookspecs, hook)).parameters)
