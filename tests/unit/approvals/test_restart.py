"""What waits survives a restart and a kill; a grant that was used before one is never used again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hub.approvals.approval import Done, Pending, Refused
from hub.approvals.gate import Gate
from hub.approvals.judge import Judge
from hub.conversation.tools import Tools
from hub.events import ApprovalAnswered, Bus
from hub.plugin.hooks import Hooks
from hub.store.database import Database

from .conftest import MEMBER, OWNER, opened

CHILD = """
import asyncio, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from tests.unit.approvals.test_restart import house
from tests.unit.approvals.conftest import MEMBER, opened

async def main():
    folder = Path(sys.argv[1])
    core = await opened(folder)
    await core.execute("INSERT OR IGNORE INTO person (id, name, role, created) VALUES ('m', 'Bob', 'member', 0)")
    gate, _ = house(core, folder)
    one = (await gate.call("mark", {}, person="m")).approval
    print(json.dumps([one.id, one.digest]), flush=True)
    if sys.argv[2] == "approve":
        await gate.approve(one.id, one.digest, MEMBER)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def house(core: Database, folder: Path) -> tuple[Gate, Bus]:
    """Return a gate with one tool that leaves a mark and then takes for ever."""
    bus = Bus()
    tools = Tools(bus)

    async def mark() -> str:
        """Leave a mark."""
        with (folder / "marks").open("a") as marks:
            marks.write("x")
        if (folder / "slow").exists():
            await asyncio.sleep(60)
        return "marked"

    tools.add("house", mark, risk="danger")
    hooks = Hooks(lambda *_: None)
    gate = tools.gate = Gate(core, bus, tools, Judge(lambda: hooks, lambda _: None))
    return gate, bus


def kill(folder: Path, what: str, *, marked: bool) -> list[str]:
    """Ask, and perhaps approve, in a process of its own, and kill that; return the id and the digest."""
    root = Path(__file__).parents[3]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), what, str(root)],
        stdout=subprocess.PIPE,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert child.stdout is not None
    told = json.loads(child.stdout.readline())
    deadline = time.monotonic() + 60
    while marked and not (folder / "marks").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return list(told)


def marks(folder: Path) -> str:
    path = folder / "marks"
    return path.read_text() if path.exists() else ""


async def test_what_waits_is_there_after_a_kill_and_runs_once(tmp_path: Path) -> None:
    id_, digest = await asyncio.to_thread(kill, tmp_path, "ask", marked=False)
    core = await opened(tmp_path)
    gate, _ = house(core, tmp_path)
    await gate.open()
    [one] = await gate.waiting(MEMBER)
    assert (one.id, one.digest) == (id_, digest)
    outcomes = await asyncio.gather(*(gate.approve(id_, digest, MEMBER) for _ in range(20)))
    assert sum(isinstance(each, Done) for each in outcomes) == 1
    assert marks(tmp_path) == "x"
    await core.close()


async def test_a_grant_that_was_used_before_a_kill_is_never_used_again_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "slow").touch()
    id_, digest = await asyncio.to_thread(kill, tmp_path, "approve", marked=True)
    assert marks(tmp_path) == "x"
    (tmp_path / "slow").unlink()
    core = await opened(tmp_path)
    gate, bus = house(core, tmp_path)
    told: list[Any] = []

    async def tell(approval: Any, outcome: Any) -> None:
        told.append((approval.id, outcome))

    gate.tell = tell
    await gate.open()
    [past] = await gate.history()
    assert (past.id, past.state) == (id_, "lost")
    assert past.fix == "See whether it was done before you ask again."
    [event] = [one for one in bus.recent() if isinstance(one, ApprovalAnswered)]
    assert event.outcome == "lost"
    refused = await gate.approve(id_, digest, MEMBER)
    assert isinstance(refused, Refused)
    assert marks(tmp_path) == "x"
    assert [record.what for _, record in await gate.audit()] == ["asked", "approved", "lost"]
    await core.close()


@pytest.mark.parametrize("round_", range(3))
async def test_stopping_in_the_middle_of_a_run_is_told_as_lost(tmp_path: Path, round_: int) -> None:
    (tmp_path / "slow").touch()
    core = await opened(tmp_path)
    await core.execute("INSERT INTO person (id, name, role, created) VALUES ('o', 'Ada', 'owner', 0)")
    gate, _ = house(core, tmp_path)
    asked = await gate.call("mark", {}, person="o")
    assert isinstance(asked, Pending)
    one = asked.approval
    answering = asyncio.create_task(gate.approve(one.id, one.digest, OWNER))
    while not marks(tmp_path):
        await asyncio.sleep(0.01)
    answering.cancel()
    await gate.close()
    await core.close()
    core = await opened(tmp_path)
    gate, _ = house(core, tmp_path)
    await gate.open()
    assert [past.state for past in await gate.history()] == ["lost"]
    assert isinstance(await gate.approve(one.id, one.digest, OWNER), Refused)
    assert marks(tmp_path) == "x"
    await core.close()
