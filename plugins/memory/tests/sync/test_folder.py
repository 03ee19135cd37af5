"""Devices that share a folder come to remember the same, whatever happens to its files."""

from __future__ import annotations

import json
import os
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from hub import HubError, MemoryQuery
from hub_memory.store.clock import AHEAD_S
from hub_memory.sync import folder as folders
from hub_memory.sync import segments
from hub_memory.sync.folder import Folder
from hub_memory.sync.phrase import keys, new_phrase
from hub_memory.sync.seal import unseal
from hub_memory.sync.segments import HOME
from hub_memory.sync.wire import Batch, decode

from .conftest import KEYS, NOW, device

if TYPE_CHECKING:
    from pathlib import Path


def files(shared: Path) -> list[Path]:
    return sorted((shared / HOME).glob("*.memory"))


def opened(path: Path) -> bytes:
    return unseal(KEYS, path.read_bytes(), path.name.encode())


def readable(shared: Path) -> bytes:
    """All that can be read in the folder, by whoever has the phrase too."""
    raw = b"".join(path.read_bytes() for path in shared.rglob("*") if path.is_file())
    return raw + b"".join(opened(path) for path in files(shared))


async def test_what_one_says_the_other_knows(devices, shared):
    one, other = await devices(), await devices()
    await one.say("The key hangs behind the quokkazebra.")
    await one.meet()
    status = await other.meet()
    assert await other.texts() == ["The key hangs behind the quokkazebra."]
    found = await other.memory.recall(MemoryQuery("Where is the quokkazebra key?", ("house",)))
    assert found.hits
    assert [peer["received"] for peer in status["peers"] if peer["peer"] == one.node] == [2]
    assert status["trouble"] == []
    raw = b"".join(path.read_bytes() for path in files(shared))
    assert b"quokkazebra" not in raw
    assert b"quokkazebra" in readable(shared)


async def test_nothing_new_writes_nothing(devices, shared):
    one, other = await devices(), await devices()
    await one.say("A heron.")
    for each in (one, other, one, other, one, other):
        await each.meet()
    there = {path: path.stat().st_mtime_ns for path in files(shared)}
    for each in (one, other, one):
        await each.meet()
    assert {path: path.stat().st_mtime_ns for path in files(shared)} == there


async def test_three_devices_that_change_and_forget_end_up_alike(devices):
    all_of_them = [await devices() for _ in range(3)]
    one, other, third = all_of_them
    names = [await each.say(f"Heron {at} of {each.node}.") for each in all_of_them for at in range(5)]
    for each in all_of_them * 2:
        await each.meet()
    await one.memory.change(("house",), names[0], pinned=True)
    await other.memory.change(("house",), names[0], importance=0.9)
    await third.forget(names[1])
    await other.memory.change(("house",), names[1], pinned=True)  # of what is gone elsewhere
    for each in all_of_them * 2:
        status = await each.meet()
    rows = [await each.rows() for each in all_of_them]
    assert rows[0] == rows[1] == rows[2]
    assert len(rows[0][0]) == 14
    assert [conflict["id"] for conflict in status["conflicts"]].count(names[0]) <= 1
    told = [one_["id"] for each in all_of_them for one_ in (await each.sync.status())["conflicts"]]
    assert names[0] in told


async def test_what_was_forgotten_leaves_every_file_of_every_device(devices, shared):
    one, other = await devices(), await devices()
    name = await one.say("The safe opens by quokkazebra.")
    await one.say("A heron stays.")
    for each in (one, other, one):
        await each.meet()
    assert readable(shared).count(b"quokkazebra") >= 2  # each has told it to who comes later
    before = {path.name for path in files(shared)}
    await one.forget(name)
    await one.meet()
    mine = [path for path in files(shared) if path.name.startswith(one.node)]
    assert not any(b"quokkazebra" in opened(path) for path in mine)
    await other.meet()
    assert b"quokkazebra" not in readable(shared)
    assert await other.texts() == ["A heron stays."]
    assert not before & {path.name for path in files(shared)}  # no file of before is left
    third = await devices()
    await third.meet()
    assert await third.texts() == ["A heron stays."]


async def test_an_older_file_that_comes_back_brings_nothing_back(devices, shared):
    one, other = await devices(), await devices()
    name = await one.say("quokkazebra")
    await one.meet()
    (old,) = files(shared)
    copy = old.read_bytes()
    await other.meet()
    await one.forget(name)
    await one.meet()
    await other.meet()
    old.write_bytes(copy)
    for each in (one, other, one, other):
        await each.meet()
        assert await each.texts() == []
    assert b"quokkazebra" not in readable(shared)


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "rename", "grown"])
async def test_a_damaged_file_is_told_and_taken_once_it_is_whole(devices, shared, harm):
    one, other = await devices(), await devices()
    await one.say("First.")
    await one.meet()
    (path,) = files(shared)
    whole = path.read_bytes()
    if harm == "rename":
        path.rename(path.with_name(path.name.replace(one.node, "abcdef012345")))
    else:
        flipped = bytearray(whole)
        flipped[-5] ^= 1
        path.write_bytes({"cut": whole[:50], "flip": flipped, "empty": b"", "grown": whole + b"x"}[harm])
    await one.say("Second.")
    changes, _ = await one.memory.changes("1")
    await one.folder.publish(Batch(one.node, changes))
    status = await other.meet()
    assert status["trouble"]
    assert status["trouble"][0]["fix"]
    assert "Second." in await other.texts()
    for wrong in files(shared):
        if wrong.name.startswith("abcdef"):
            wrong.unlink()
    path.write_bytes(whole)
    os.utime(path, (NOW, NOW))
    status = await other.meet()
    assert status["trouble"] == []
    assert await other.texts() == ["First.", "Second."]


async def test_own_files_that_went_are_written_anew(devices, shared):
    one, other = await devices(), await devices()
    await one.say("A heron.")
    await one.meet()
    for path in files(shared):
        path.unlink()
    await one.meet()
    await other.meet()
    assert await other.texts() == ["A heron."]


async def test_a_mount_that_went_is_no_empty_folder(devices, shared):
    one = await devices()
    await one.say("A heron.")
    await one.meet()
    away = shared.with_name("away")
    shared.rename(away)
    shared.mkdir()
    status = await one.meet()
    assert "not what it was" in status["trouble"][0]["what"]
    assert not list(shared.iterdir())
    shutil.rmtree(shared)
    status = await one.meet()
    assert status["trouble"][0]["fix"]
    away.rename(shared)
    assert (await one.meet())["trouble"] == []


async def test_a_folder_that_was_never_there_is_told(tmp_path):
    one = await device(tmp_path / "memory.db", tmp_path / "none")
    status = await one.meet()
    assert "There is no folder" in status["trouble"][0]["what"]
    await one.memory.close()


async def test_what_others_put_there_is_left_alone(devices, shared):
    one, other = await devices(), await devices()
    await one.say("A heron.")
    await one.meet()
    (path,) = files(shared)
    odd = shared / HOME / path.name.replace("1.memory", "1.sync-conflict-20261122.memory")
    odd.write_bytes(b"x")
    os.mkfifo(shared / HOME / f"{'a' * 12}-{'b' * 16}-1.memory")
    (shared / HOME / f"{'c' * 12}-{'d' * 16}-1.memory").symlink_to("/etc/hostname")
    status = await other.meet()
    assert await other.texts() == ["A heron."]
    assert len(status["trouble"]) == 2
    assert odd.exists()


async def test_a_file_that_may_not_be_read_yet_is_read_once_it_may(devices, shared, monkeypatch):
    one, other = await devices(), await devices()
    await one.say("A heron.")
    await one.meet()

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(other.folder._segments, "_sealed", refused)
        patch.setattr(one.folder._segments, "_sealed", refused)
        assert "permission denied" in (await other.meet())["trouble"][0]["what"]
        before = files(shared)
        await one.say("More.")
        await one.meet()
        assert set(before) <= set(files(shared))  # mine is not given up for that
    assert (await other.meet())["trouble"] == []
    assert await other.texts() == ["A heron.", "More."]


async def test_another_phrase_reads_nothing_and_says_so(devices):
    one, other = await devices(), await devices(new_phrase())
    await one.say("A heron.")
    await one.meet()
    status = await other.meet()
    assert await other.texts() == []
    assert "another phrase" in status["trouble"][0]["what"]


async def test_paired_anew_a_device_removes_what_the_old_phrase_sealed(devices, shared):
    one = await devices()
    await one.say("quokkazebra")
    await one.meet()
    (old,) = files(shared)
    one.folder = Folder(str(shared), keys(new_phrase()), one.node)
    status = await one.meet()
    assert status["trouble"] == []
    assert old not in files(shared)
    assert len(files(shared)) == 1


async def test_a_full_disk_is_told_and_forgetting_is_done_all_the_same(devices, shared, monkeypatch):
    one, other = await devices(), await devices()
    name = await one.say("quokkazebra")
    await one.say("A heron.")
    await one.meet()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        await one.say("More.")
        patch.setattr(segments.seal, "seal", full)
        status = await one.meet()
        assert "full" in status["trouble"][0]["what"]
        await one.forget(name)
        status = await one.meet()
        assert "full" in status["trouble"][0]["what"]
    await one.meet()
    assert b"quokkazebra" not in readable(shared)
    await other.meet()
    assert await other.texts() == ["A heron.", "More."]


async def test_many_small_files_become_one(devices, shared, monkeypatch):
    monkeypatch.setattr(folders, "SEVERAL", 4)
    one, other = await devices(), await devices()
    for at in range(6):
        await one.say(f"Heron {at}.")
        await one.meet()
    gone = await one.say("quokkazebra")
    await one.meet()
    await one.forget(gone)
    await one.meet()
    assert len(files(shared)) < 4
    await other.meet()
    assert await other.texts() == [f"Heron {at}." for at in range(6)]
    assert (await other.meet())["trouble"] == []


async def test_small_files_are_joined_only_as_far_as_one_holds_them(devices, shared, monkeypatch):
    monkeypatch.setattr(folders, "SEVERAL", 4)
    monkeypatch.setattr(folders, "FULL", 1500)
    one, other = await devices(), await devices()
    for at in range(9):
        await one.say(f"Heron {at}.")
        await one.meet()
    sizes = [len(decode(opened(path)).changes) for path in files(shared)]
    assert sum(sizes) == 18
    assert max(sizes) == 4  # each change counts for 300
    await other.meet()
    assert len(await other.texts()) == 9


async def test_the_longest_entries_travel_in_several_files(devices, shared):
    one, other = await devices(), await devices()
    long = ["\x01" * 900_000, "\U0001f426" * 900_000, "heron " * 150_000]
    for at in range(6):
        await one.say(f"{at} {long[at % 3]}")
    await one.say("Short.")
    assert (await one.meet())["trouble"] == []
    assert len(files(shared)) >= 3
    assert (await other.meet())["trouble"] == []
    assert await other.texts() == await one.texts()
    assert len(await other.texts()) == 7


async def test_too_many_files_are_told(devices, shared, monkeypatch):
    monkeypatch.setattr(segments, "MOST", 3)
    one = await devices()
    (shared / HOME).mkdir()
    for at in range(5):
        (shared / HOME / f"{at}").touch()
    assert "over 3 files" in (await one.meet())["trouble"][0]["what"]


async def test_a_restored_backup_gets_back_what_it_had_told(tmp_path, shared):
    path = tmp_path / "memory.db"
    one = await device(path, shared)
    await one.say("Before.")
    await one.meet()
    await one.memory.close()
    backup = path.read_bytes()
    one = await device(path, shared)
    await one.say("After.")
    await one.meet()
    await one.memory.close()
    path.write_bytes(backup)
    one = await device(path, shared)
    assert await one.texts() == ["Before."]
    await one.meet()
    assert await one.texts() == ["After.", "Before."]
    await one.memory.close()


async def test_a_clock_ahead_waits_and_is_told(devices):
    one, other = await devices(), await devices()
    one.now += 2 * AHEAD_S
    await one.say("Tomorrow.")
    await one.meet()
    status = await other.meet()
    assert await other.texts() == []
    assert [(held["node"], held["changes"]) for held in status["waiting"]] == [(one.node, 2)]
    assert AHEAD_S < status["waiting"][0]["ahead_s"] <= 2 * AHEAD_S + 10
    assert "clock" in status["trouble"][0]["what"]
    other.now += 2 * AHEAD_S
    await other.meet()
    assert await other.texts() == ["Tomorrow."]
    other.now = NOW - 10_000  # set back: what is written now is still later than all before
    name = await other.say("Back.")
    await other.meet()
    one.now = NOW + 3 * AHEAD_S
    await one.meet()
    assert await one.texts() == ["Back.", "Tomorrow."]
    await other.memory.change(("house",), name, pinned=True)
    await other.meet()
    await one.meet()
    assert (await one.memory.get(("house",), [name]))[0].pinned


async def test_only_what_may_travel_does(devices, shared):
    one, other = await devices(), await devices()
    await one.say("Of the house.")
    mine = await one.say("Of Ann, secretly quokkazebra.", "ann-here")
    await one.meet()
    await other.meet()
    assert await other.texts("ann-here") == []
    assert b"quokkazebra" not in readable(shared)
    one.wire["ann-here"] = other.wire["ann-there"] = "person:ann"
    await one.meet()
    await other.meet()
    assert await other.texts("ann-there") == ["Of Ann, secretly quokkazebra."]
    await other.memory.change(("ann-there",), mine, pinned=True)
    await other.meet()
    await one.meet()
    assert (await one.memory.get(("ann-here",), [mine]))[0].pinned
    del one.wire["ann-here"]  # and what may no longer travel is taken back
    await one.meet()
    own = [path for path in files(shared) if path.name.startswith(one.node)]
    assert not any(b"quokkazebra" in opened(path) for path in own)
    await other.memory.change(("ann-there",), mine, pinned=False)
    await other.meet()
    await one.meet()
    assert (await one.memory.get(("ann-here",), [mine]))[0].pinned


async def test_vectors_stay_at_home(devices, shared):
    one = await devices()
    await one.say("A heron.")
    await one.meet()
    lines = opened(files(shared)[0]).splitlines()
    fields = {name for line in lines[1:] for name in json.loads(line)["fields"]}
    assert "vector" not in fields
    assert "recalled" not in fields


async def test_a_place_that_fails_is_left_alone_for_a_while(devices, shared):
    one = await devices()
    shared.rmdir()
    await one.meet()
    shared.mkdir()
    await one.sync.meet([one.folder])
    assert (await one.sync.status())["trouble"]
    assert (await one.meet())["trouble"] == []


async def test_a_folder_that_never_answers_is_not_asked_twice(devices, monkeypatch):
    one = await devices()
    free = threading.Event()
    monkeypatch.setattr(folders, "ANSWER_S", 0.05)
    monkeypatch.setattr(one.folder._segments, "all", lambda: [free.wait()])
    for _ in range(2):
        assert "does not answer" in (await one.meet())["trouble"][0]["what"]
    free.set()


async def test_hub_errors_have_a_fix(shared):
    with pytest.raises(HubError) as error:
        segments.Segments(shared / "none", KEYS).begin()
    assert error.value.fix
