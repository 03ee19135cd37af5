"""Back up a hub that is being talked to, wipe it, bring it back; and kill -9 in the middle of either."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from hub.backup import seal
from hub.backup.create import create
from hub.backup.restore import known_key, verify
from hub.store.connection import connect
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts
from hub.testing import RunningHub, Tab

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = "four words nobody guesses"
DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
KILLS = int(os.environ.get("HUB_BACKUP_KILLS", "4"))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return path


def command(*arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", "hub.cli", *map(str, arguments))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)


async def say(tab: Tab, words: str) -> None:
    """Write and wait until it is acknowledged."""
    await tab.send(type="write", text=words)
    while True:
        message = await tab.until("transcription", timeout=60)
        if message["is_final"] and message["text"] == words:
            return


async def stored(data: Path) -> set[str]:
    master = master_key(data)
    core = Database(data / "core.db", master, CORE)
    await core.open()
    transcripts = Transcripts(core, data / "transcripts", master)
    await transcripts.open()
    talks = await core.rows("SELECT id FROM conversation")
    found = {turn.text for (talk,) in talks for turn in await transcripts.of(talk, 1_000_000)}
    await transcripts.close()
    await core.close()
    return found


async def test_wiped_and_restored_all_is_there(tmp_path: Path, key_file: Path) -> None:
    data, file, said = tmp_path / "data", tmp_path / "a.backup", list[str]()
    async with RunningHub(data, env=DEAD) as hub:
        await hub.sign_in()
        async with hub.tab() as tab:
            for number in range(3):
                await say(tab, f"What is {number} plus 1?")
                said.append(f"What is {number} plus 1?")
            making = asyncio.create_task(
                asyncio.to_thread(run, "backup", file, "--data", data, "--key-file", key_file)
            )
            number, before = 3, list(said)
            while not making.done():
                await say(tab, f"What is {number} plus 1?")
                said.append(f"What is {number} plus 1?")
                number += 1
        made = making.result()
        assert made.returncode == 0, made.stderr
        assert "I read it back" in made.stdout
        refused = await asyncio.to_thread(
            run, "restore", file, "--replace", "--data", data, "--key-file", key_file
        )
        assert refused.returncode == 1
        assert "A hub runs" in refused.stderr
        await hub.stop()
        shutil.rmtree(data)
        done = await asyncio.to_thread(run, "restore", file, "--data", data, "--key-file", key_file)
        assert done.returncode == 0, done.stderr
        assert set(before) <= await stored(data)
        await hub.start()
        assert "/claim/" not in hub.link  # it has its owner
        async with hub.client.get(hub.url + "/") as home:
            assert home.status == 200  # and knows the session of before
        async with hub.tab() as tab:
            await say(tab, "What is 70 plus 7?")


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder of some megabytes, so that there is a middle to be killed in."""
    data = tmp_path / "data"
    asyncio.run(_fill(data, "old"))
    return data


async def _fill(data: Path, mark: str) -> None:
    core = Database(data / "core.db", master_key(data), CORE)
    await core.open()
    await core.write(
        lambda db: db.executemany(
            "INSERT INTO setting (name, value) VALUES (?, ?)",
            [(f"{mark}{n}", "x" * 3000) for n in range(2000)],
        )
    )
    await core.close()


def marks(data: Path) -> tuple[str, int]:
    """Return which folder this is and how many of its rows are there."""
    key = known_key(data)
    assert key
    with closing(connect(data / "core.db", key)) as core:
        assert core.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        names = [row[0] for row in core.execute("SELECT name FROM setting WHERE name GLOB '[on]*[0-9]'")]
    return names[0][:3], len(names)


def killed(started: Path, within: float, *arguments: object) -> int:
    """Run a command, kill it -9 at random once ``started`` exists, and return its status."""
    process = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 30
    while not started.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(random.uniform(0, within))
    process.kill()
    process.communicate()
    return process.returncode


def test_killed_in_the_middle_of_a_backup_there_is_none(filled: Path, tmp_path: Path, key_file: Path) -> None:
    file, kills = tmp_path / "a.backup", 0
    for _ in range(KILLS):
        status = killed(
            filled / ".hub-scratch", 0.9, "backup", file, "--data", filled, "--key-file", key_file
        )
        kills += status == -signal.SIGKILL
        if file.exists():  # then it is whole
            assert verify(file, lambda _: PASSPHRASE.encode()).rows >= 2000
            file.unlink()
        assert marks(filled) == ("old", 2000)
    assert kills
    done = run("backup", file, "--data", filled, "--key-file", key_file)
    assert done.returncode == 0, done.stderr
    assert not (filled / ".hub-scratch").exists()
    assert not list(tmp_path.glob(".*"))


def test_killed_in_the_middle_of_a_restore_it_is_the_old_or_the_new(
    filled: Path, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "COST", 10)
    asyncio.run(_fill(tmp_path / "source", "new"))
    file = tmp_path / "a.backup"
    create(tmp_path / "source", file, PASSPHRASE.encode())
    restore = ("restore", file, "--replace", "--data", filled, "--key-file", key_file)
    kills = 0
    for _ in range(KILLS):
        kills += killed(tmp_path / "data.restoring", 0.2, *restore) == -signal.SIGKILL
        assert marks(filled) in {("old", 2000), ("new", 2000)}
    assert kills
    done = run(*restore)
    assert done.returncode == 0, done.stderr
    assert marks(filled) == ("new", 2000)
    asides = list(tmp_path.glob("data.before-*"))
    assert ("old", 2000) in {marks(aside) for aside in asides}  # nothing was deleted
