"""Whatever devices do and whenever they meet: in the end they remember the same."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import NewMemory

from .conftest import PHRASE, device

CHILD = Path(__file__).with_name("children.py")
STEP = st.tuples(
    st.integers(0, 2),
    st.sampled_from(
        ["say", "say", "pin", "weigh", "supersede", "forget", "meet", "meet", "copy", "back", "lose"]
    ),
    st.integers(0, 9),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=25))
def test_any_steps_in_any_order_end_alike(steps):
    asyncio.run(_alike(steps))


async def _alike(steps):
    with tempfile.TemporaryDirectory() as home:
        shared = Path(home, "shared")
        shared.mkdir()
        three = [await device(Path(home, f"{at}.db"), shared) for at in range(3)]
        try:
            for who, what, which in steps:
                await _step(three[who], what, which, shared)
            for each in three * 3:
                status = await each.meet()
            rows = [await each.rows() for each in three]
            assert rows[0] == rows[1] == rows[2]
            assert status["trouble"] == []
        finally:
            for each in three:
                await each.memory.close()


async def _step(one, what, which, shared):
    home = shared / "timmy-memory"
    ids = [
        row[0].hex() for row in await one.database.rows("SELECT id FROM memory WHERE superseded_by IS NULL")
    ]
    name = ids[which % len(ids)] if ids else ""
    one.now += which  # devices do not run alike
    if what == "say":
        await one.say(f"Heron {which}.", session=f"s{which % 2}")
    elif what == "meet":
        await one.meet()
    elif what == "copy" and home.exists() and not (shared / "copy").exists():
        shutil.copytree(home, shared / "copy")
    elif what == "back" and (shared / "copy").exists():  # a service that restores old files
        shutil.copytree(shared / "copy", home, dirs_exist_ok=True)
    elif what == "lose" and home.exists():  # and one that loses some
        for path in sorted(home.glob("*.memory"))[: which % 3]:
            path.unlink()
    elif name and what == "pin":
        await one.memory.change(("house",), name, pinned=bool(which % 2))
    elif name and what == "weigh":
        await one.memory.change(("house",), name, importance=which / 10)
    elif name and what == "supersede":
        await one.memory.supersede(("house",), name, NewMemory(f"Newer {which}.", "house"))
    elif name and what == "forget":
        await one.forget(name)


@pytest.mark.parametrize("round_", range(3))
async def test_kill_9_while_it_writes_loses_nothing(tmp_path, shared, round_):
    random.seed(round_)
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(tmp_path / "one.db"), str(shared), PHRASE],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(said := random.randint(2, 8)):
        assert process.stdout.readline()
    await asyncio.sleep(random.random() * 0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    one, other = await device(tmp_path / "one.db", shared), await device(tmp_path / "other.db", shared)
    one.now = other.now = 1_800_000_000.0
    for each in (other, one, other):
        status = await each.meet()
        assert status["trouble"] == []
    assert not list(shared.rglob("*.draft"))
    assert await other.rows() == await one.rows()
    assert len([text for text in await other.texts() if text.startswith("forgotten")]) <= 1
    assert len([text for text in await other.texts() if text.startswith("Heron")]) >= said
    for each in (one, other):
        await each.memory.close()


async def test_ten_thousand_entries_arrive(tmp_path, shared):
    one, other = await device(tmp_path / "one.db", shared), await device(tmp_path / "other.db", shared)
    await one.memory.remember([NewMemory(f"Entry {at} of the heron.", "house") for at in range(10_000)])
    one.now += 10
    await one.meet()
    status = await other.meet()
    assert status["trouble"] == []
    assert (await other.memory.health()).entries == 10_000
    assert len(list(shared.rglob("*.memory"))) < 40
    for each in (one, other):
        await each.memory.close()
