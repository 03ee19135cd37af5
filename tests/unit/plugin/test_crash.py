"""Whose doing a death was, from what it left behind; and that nobody is accused who may be innocent."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

import pytest

from hub.guardian import Rebirth
from hub.plugin import crash, manifest
from hub.plugin.blackbox import BEFORE, LOG, BlackBox, parse
from hub.plugin.crash import ENOUGH, PATIENT, Crashes
from hub.plugin.origin import BUNDLED, Owners, bundled

SEGV = Rebirth(1, "killed by SIGSEGV", 1.0)
KILL = Rebirth(1, "killed by SIGKILL", 1.0)
EXIT = Rebirth(1, "left with exit code 3", 1.0)
FAILED = Rebirth(1, "exit code 1", 1.0)
HUNGER = Rebirth(1, "killed by SIGKILL, no memory left", 1.0)
NAMES = ("alpha", "beta", "gamma")


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, EntryPoint]:
    site = tmp_path / "site"
    for name in NAMES:
        (site / f"hc_{name}").mkdir(parents=True)
        (site / f"hc_{name}" / "__init__.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(site))
    return {name: EntryPoint(name, f"hc_{name}", manifest.GROUP) for name in NAMES}


class Lives:
    """One folder through many lives of a hub."""

    def __init__(self, folder: Path, entries: dict[str, EntryPoint]) -> None:
        self.folder, self.entries = folder, entries
        self.crashes = Crashes(folder)

    async def begin(self, rebirth: Rebirth = Rebirth()) -> list[str]:  # noqa: B008  it is frozen
        """Begin a life after a death that ``rebirth`` tells of; return who is said to be guilty of that."""
        self.crashes = Crashes(self.folder)
        self.crashes._ended = rebirth.reason
        return [death.plugin for death in await self.crashes.open(self.entries)]

    async def die_while_starting(self, *names: str) -> None:
        for name in names:
            await self.crashes._quietly(lambda name=name: self.crashes._mark(name))

    async def up(self, *names: str) -> None:
        for name in names:
            async with self.crashes.starting(name):
                pass

    def out(self) -> list[str]:
        return [name for name in NAMES if self.crashes.held(name)]


@pytest.fixture
def lives(tmp_path: Path, entries: dict[str, EntryPoint]) -> Lives:
    return Lives(tmp_path / "data" / "plugins", entries)


async def test_who_took_it_down_twice_stays_out_with_reason_and_fix(lives: Lives) -> None:
    for number in range(ENOUGH):
        await lives.begin(EXIT if number else Rebirth())
        assert lives.out() == []
        await lives.up("alpha")
        await lives.die_while_starting("beta")
    assert await lives.begin(EXIT) == ["beta"]
    assert lives.out() == ["beta"]
    held = lives.crashes.held("beta")
    assert held is not None
    assert "exit code 3" in held.reason
    assert "twice" in held.reason
    assert held.fix


async def test_it_stays_out_over_starts_and_comes_back_when_a_person_asks(lives: Lives) -> None:
    for _ in range(ENOUGH):
        await lives.begin(SEGV)
        await lives.die_while_starting("beta")
    await lives.begin(SEGV)
    await lives.begin()
    assert lives.out() == ["beta"]
    await lives.crashes.pardon("beta")
    assert lives.out() == []
    await lives.begin()
    assert lives.out() == []


async def test_several_suspects_start_one_by_one_until_the_culprit_is_known(lives: Lives) -> None:
    await lives.begin()
    await lives.die_while_starting(*NAMES)
    assert await lives.begin(SEGV) == []
    assert lives.out() == []
    at_once, most = 0, 0

    async def start(name: str) -> None:
        nonlocal at_once, most
        async with lives.crashes.starting(name):
            at_once, most = at_once + 1, max(most, at_once + 1)
            await asyncio.sleep(0.01)
            at_once -= 1

    await asyncio.gather(*(start(name) for name in NAMES))
    assert most == 1
    # The same again, and this time beta takes it down when it is its turn.
    await lives.die_while_starting(*NAMES)
    await lives.begin(SEGV)
    await lives.up("alpha")
    await lives.die_while_starting("beta")
    assert await lives.begin(SEGV) == ["beta"]
    assert lives.out() == ["beta"]  # the first time it was a suspect already: this was the second


async def test_one_that_is_starting_beside_a_suspect_is_not_accused(lives: Lives) -> None:
    await lives.begin()
    await lives.die_while_starting("alpha", "beta")
    await lives.begin(SEGV)
    await lives.up("alpha")
    await lives.die_while_starting("beta", "gamma")
    assert await lives.begin(SEGV) == ["beta"]


async def test_of_several_the_one_that_did_it_before_is_the_likeliest(lives: Lives) -> None:
    await lives.begin()
    await lives.die_while_starting("beta")
    assert await lives.begin(EXIT) == ["beta"]
    await lives.die_while_starting("alpha", "beta", "gamma")
    assert await lives.begin(EXIT) == ["beta"]
    assert lives.crashes.times("beta") == ENOUGH


@pytest.mark.parametrize("end", [KILL, FAILED, Rebirth()])
async def test_kills_from_outside_and_power_cuts_keep_nobody_out(lives: Lives, end: Rebirth) -> None:
    for number in range(50):
        await lives.begin(end)
        assert lives.out() == []
        assert bool(lives.crashes.put_off("alpha")) is (number > PATIENT)
        assert lives.crashes.put_off("alpha") <= 15
        assert not lives.crashes.put_off("beta")
        await lives.die_while_starting("alpha")
    await lives.begin(end)
    await lives.up("alpha")
    assert lives.crashes.put_off("alpha") == 0
    await lives.begin(end)
    assert lives.crashes.put_off("alpha") == 0


async def test_a_kill_between_two_faults_does_not_hide_the_culprit(lives: Lives) -> None:
    for end in (Rebirth(), SEGV, KILL, SEGV):
        await lives.begin(end)
        await lives.die_while_starting("gamma")
    await lives.begin(SEGV)
    assert lives.out() == ["gamma"]


async def test_one_that_ate_all_memory_is_no_kill_from_outside(lives: Lives) -> None:
    for _ in range(ENOUGH):
        await lives.begin(HUNGER)
        await lives.die_while_starting("alpha")
    assert await lives.begin(HUNGER) == ["alpha"]
    assert lives.out() == ["alpha"]


async def test_a_death_while_nobody_was_starting_accuses_nobody(lives: Lives) -> None:
    await lives.begin()
    await lives.up(*NAMES)
    assert await lives.begin(SEGV) == []
    assert lives.crashes._book == crash.Book()


async def test_an_end_in_order_leaves_no_marker(lives: Lives) -> None:
    await lives.begin()
    await lives.die_while_starting("alpha")
    await lives.crashes.close()
    assert await lives.begin(SEGV) == []
    assert list(lives.folder.glob(f"*{crash.MARK}")) == []


async def test_a_plugin_that_raises_is_no_longer_marked(lives: Lives) -> None:
    await lives.begin()
    with pytest.raises(ValueError, match="no"):
        async with lives.crashes.starting("alpha"):
            raise ValueError("no")
    assert list(lives.folder.glob(f"*{crash.MARK}")) == []


async def test_what_is_long_past_and_what_another_version_did_counts_no_more(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ENOUGH):
        await lives.begin(SEGV)
        await lives.die_while_starting("alpha")
    await lives.begin(SEGV)
    monkeypatch.setattr(crash, "WITHIN_S", 0.0)
    await lives.begin()
    assert lives.out() == []
    monkeypatch.undo()
    await lives.begin()
    assert lives.out() == ["alpha"]
    monkeypatch.setattr(crash.origin, "identity", lambda _: "hc-alpha 2 0123")
    await lives.begin()
    assert lives.out() == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"deaths": [{"plugin": 1}]}', '{"deaths": 3}', "\x00"])
async def test_a_broken_book_costs_the_memory_and_nothing_else(lives: Lives, content: str) -> None:
    lives.folder.mkdir(parents=True)
    (lives.folder / crash.BOOK).write_text(content)
    assert await lives.begin(SEGV) == []
    await lives.up(*NAMES)


async def test_a_folder_that_cannot_be_made_stops_no_plugin(tmp_path: Path, entries: Any) -> None:
    (tmp_path / "file").write_text("in the way")
    crashes = Crashes(tmp_path / "file" / "plugins")
    assert await crashes.open(entries) == []
    async with crashes.starting("alpha"):
        pass
    await crashes.close()


async def test_the_book_can_be_read_by_people(lives: Lives) -> None:
    await lives.begin()
    await lives.die_while_starting("alpha")
    await lives.begin(SEGV)
    told = json.loads((lives.folder / crash.BOOK).read_text())
    assert told["deaths"][0]["plugin"] == "alpha"
    assert told["deaths"][0]["how"] == "killed by SIGSEGV"


# What faulthandler leaves.

DYING = {
    "fault": "import ctypes; ctypes.string_at(0)",
    "exit": "import os; os._exit(3)",
    "abort": "import os; os.abort()",
    "still": "box.stand_still(10.0); import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "deaf": "box.arm(0.2); import time; time.sleep(30)",
    "thread": (
        "import threading, ctypes\n  t = threading.Thread(target=lambda: ctypes.string_at(0))\n"
        "  t.start(); t.join()"
    ),
}


def die(folder: Path, package: Path, body: str) -> None:
    """Let a process die in the function of a plugin's package."""
    (package / "__init__.py").write_text(f"def die(box):\n  {body}\n")
    program = f"""
        import sys, threading
        from pathlib import Path
        from hub.plugin.blackbox import BlackBox
        sys.path.insert(0, {str(package.parent)!r})
        Path({str(folder)!r}).mkdir(parents=True, exist_ok=True)
        box = BlackBox(Path({str(folder)!r}))
        box.open(threading.get_ident())
        import {package.name}
        {package.name}.die(box)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("way", DYING)
async def test_a_death_names_file_and_line_even_of_a_plugin_that_was_up(
    lives: Lives, entries: Any, tmp_path: Path, way: str
) -> None:
    die(lives.folder, tmp_path / "site" / "hc_beta", DYING[way])
    await lives.begin(Rebirth())  # even when the guardian is gone too
    await lives.up("alpha")
    assert lives.crashes.times("beta") == 1
    assert "hc_beta/__init__.py, line " in lives.crashes._book.deaths[0].where
    assert (lives.folder / BEFORE).exists()
    assert await lives.begin() == []  # it counts once
    die(lives.folder, tmp_path / "site" / "hc_beta", DYING[way])
    assert await lives.begin(SEGV) == ["beta"]
    assert lives.out() == ["beta"]


async def test_a_fault_of_the_hubs_own_accuses_no_plugin(lives: Lives) -> None:
    await lives.begin()
    await lives.die_while_starting("alpha")
    (lives.folder / LOG).write_text(
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x01 (most recent call first):\n"
        f'  File "{Path(crash.__file__).parents[1]}/store/database.py", line 3 in run\n'
    )
    assert await lives.begin(SEGV) == []
    assert lives.out() == []


def test_a_log_without_a_death_says_nothing(tmp_path: Path) -> None:
    assert parse("") is None
    assert parse("The event loop is thread 0x0000000000000001\n") is None
    assert BlackBox(tmp_path).read() is None
    (tmp_path / LOG).write_bytes(b"\xff\x00Fatal Python err")
    assert BlackBox(tmp_path).read() is None


def test_a_file_belongs_to_the_innermost_package_that_holds_it(tmp_path: Path) -> None:
    owners = Owners(
        {"outer": tmp_path / "outer", "inner": tmp_path / "outer" / "inner", "single": tmp_path / "one.py"}
    )
    assert owners.owner(f"{tmp_path}/outer/a.py") == "outer"
    assert owners.owner(f"{tmp_path}/outer/inner/a.py") == "inner"
    assert owners.owner(f"{tmp_path}/outer_not/a.py") == ""
    assert owners.owner(f"{tmp_path}/one.py") == "single"
    assert owners.owner(f"{tmp_path}/one.pyx") == ""
    assert owners.blame([("/usr/lib/x.py", 1), (f"{tmp_path}/outer/b/c.py", 7)]) == (
        "outer",
        "outer/b/c.py",
        7,
    )


def test_a_path_that_is_not_ascii_is_known_as_faulthandler_writes_it(tmp_path: Path) -> None:
    owners = Owners({"umlaut": tmp_path / "hüb"})
    assert owners.owner(f"{tmp_path}/h\\xfcb/a.py") == "umlaut"
    assert owners.owner(f"{tmp_path}/hüb/a.py") == "umlaut"


def test_bundled_is_what_lies_in_plugins_and_no_name_that_begins_like_it() -> None:
    there = {path.name for path in (Path(__file__).parents[3] / "plugins").iterdir() if path.is_dir()}
    assert {f"timmy-hub-{name}" for name in there} == BUNDLED
    assert bundled("timmy_hub_voice")
    assert not bundled("timmy-hub-voice-evil")
    assert not bundled("")
    found = {dist.name for dist in distributions() if bundled(dist.name)}
    assert found <= BUNDLED
