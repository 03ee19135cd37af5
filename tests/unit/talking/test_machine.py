"""The programs that record and play: found, run, and told of when they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.errors import Unavailable
from hub.talking import machine

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on the PATH, with nothing else of sound on it."""
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "cat", "head", "sleep"):
        (tmp_path / "bin" / tool).symlink_to(f"/bin/{tool}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


def test_without_a_program_it_says_which_there_could_be(path: Path) -> None:
    with pytest.raises(Unavailable, match="parec, pw-record, arecord") as caught:
        machine.find(machine.RECORDERS, "microphone")
    assert "--file" in caught.value.fix


def test_the_first_that_is_there_is_taken_with_its_options(path: Path) -> None:
    program(path, "arecord", "exit")
    found = machine.find(machine.RECORDERS, "microphone")
    assert found.command(16_000)[1:] == ["-q", "-t", "raw", "-f", "S16_LE", "-r", "16000", "-c", "1", "--buffer-time=80000"]  # fmt: skip
    program(path, "parec", "exit")
    assert machine.find(machine.RECORDERS, "microphone").path.endswith("/parec")


async def test_a_microphone_gives_frames_and_its_end_is_explained(path: Path) -> None:
    program(path, "parec", "head -c 2000 /dev/zero; echo 'Connection refused' >&2; exit 1")
    frames = []
    with pytest.raises(Unavailable, match="The microphone stopped: Connection refused"):
        async for frame in machine.record(machine.find(machine.RECORDERS, "microphone")):
            frames.append(frame)  # noqa: PERF401  what came before the end counts
    assert [len(frame) for frame in frames] == [640, 640, 640]


async def test_a_speaker_gets_all_and_its_end_is_explained(path: Path, tmp_path: Path) -> None:
    program(path, "pacat", f'echo "$@" >> {tmp_path}/options; cat >> {tmp_path}/played')
    speaker = machine.Speaker(machine.find(machine.PLAYERS, "speaker"))
    await speaker.write(22_050, b"ab" * 100)
    await speaker.write(16_000, b"cd" * 100)
    await speaker.stop()
    assert (tmp_path / "played").read_bytes() == b"ab" * 100 + b"cd" * 100
    assert "--rate=22050" in (tmp_path / "options").read_text()
    assert "--rate=16000" in (tmp_path / "options").read_text()
    program(path, "pacat", "exec 0<&-; echo 'No such device' >&2")
    with pytest.raises(Unavailable, match="The speaker stopped: No such device"):
        for _ in range(10_000):
            await speaker.write(22_050, bytes(4_000))
