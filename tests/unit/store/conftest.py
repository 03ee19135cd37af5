"""Real files, real keys, and processes that are killed for real."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.store.database import Database
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

UNIT = Path(__file__).parents[1]
SRC = UNIT.parents[1] / "src"
KEY = bytes(range(32))


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "core.db", KEY, CORE)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def transcripts(core: Database, tmp_path: Path) -> AsyncIterator[Transcripts]:
    store = Transcripts(core, tmp_path / "transcripts", KEY)
    await store.open()
    yield store
    await store.close()


def killed_writer(kind: str, path: Path, lines: int) -> list[str]:
    """Run the writer until it has acknowledged ``lines`` lines, kill -9 it, and return all it said."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "children.writer", kind, str(path), KEY.hex()],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{SRC}{os.pathsep}{UNIT}"},
    )
    assert writer.stdout is not None
    timer = threading.Timer(60, writer.kill)
    timer.start()
    said = [writer.stdout.readline() for _ in range(lines)]
    threading.Event().wait(random.random() * 0.01)
    writer.kill()
    said += writer.stdout.readlines()
    writer.wait()
    timer.cancel()
    assert all(said[:lines]), "the writer ended by itself"
    return [line.strip() for line in said if line.endswith("\n")]


@pytest.fixture
def plaintext_in(tmp_path: Path) -> Callable[[str], list[str]]:
    """Return the files, below the test's folder, in which a text can be read."""

    def search(text: str) -> list[str]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert files
        return [path.name for path in files if text.encode() in path.read_bytes()]

    return search
