"""Back up while writing, restore, verify, forget again; and what is refused changes nothing."""

from __future__ import annotations

import asyncio
import fcntl
import io
import json
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub.backup import exchange as exchanges
from hub.backup import note, scratch
from hub.backup.create import create
from hub.backup.restore import known_key, restore, verify
from hub.backup.seal import Header, Sealer, new_header
from hub.backup.sources import count_rows
from hub.errors import HubError
from hub.plugin import manifest as plugins
from hub.plugin.hookspecs import Selector
from hub.store import forgotten, owed, schema, spending
from hub.store.connection import connect
from hub.store.keys import master_key

from .conftest import PASSPHRASE, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def secret(_: Header) -> bytes:
    return PASSPHRASE


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "hub.lock"
    }


async def texts(data: Path, talk: str = "talk") -> list[str]:
    store = await opened(data)
    try:
        return await store.heard(talk)
    finally:
        await store.close()


async def test_what_was_backed_up_comes_back_as_it_was(data: Path, backup: Path, tmp_path: Path) -> None:
    done = await asyncio.to_thread(restore, backup, secret, tmp_path / "new")
    assert done.manifest.left_out == ()
    assert {member.name for member in done.manifest.members} >= {"core.db", "keys/master.key", "hub.toml"}
    assert done.manifest.rows > 16
    assert await texts(tmp_path / "new") == await texts(data)
    assert (tmp_path / "new" / "hub.toml").read_text() == "port = 8421\n"
    assert (tmp_path / "new" / "catalog.json").read_text() == '{"kinds": {}}'
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    modes = {
        p.stat().st_mode & 0o777
        for p in (tmp_path / "new").rglob("*")
        if p.is_file() and p.suffix != ".db-shm"
    }
    assert modes == {0o600}


def test_a_backup_tells_nothing_and_is_private(backup: Path, data: Path) -> None:
    content = backup.read_bytes()
    assert backup.stat().st_mode & 0o777 == 0o600
    for word in (b"core.db", b"secret", b"8421", (data / "keys" / "master.key").read_bytes()):
        assert word not in content


def test_verifying_leaves_nothing_and_is_noted(data: Path, backup: Path) -> None:
    before = set(backup.parent.iterdir())
    assert note.read(data) == note.Note(
        at=note.read(data).at, file=str(backup), size=backup.stat().st_size, verified=False
    )
    assert verify(backup, secret, data=data).rows > 16
    assert set(backup.parent.iterdir()) == before
    assert note.read(data).verified


def test_verifying_writes_no_key(data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = os.open

    def watched(path: object, *rest: int, **named: int) -> int:
        seen.append(str(path))
        return real(path, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", watched)
    verify(backup, secret)
    assert any("core.db" in path for path in seen)
    assert not [path for path in seen if "master.key" in path]


async def test_turns_acknowledged_before_it_began_are_in_it(data: Path, tmp_path: Path) -> None:
    store = await opened(data)
    said: list[str] = []
    going = True

    async def talk() -> None:
        number = 0
        while going:
            said.append((await store.say(f"live{number}")).text)
            number += 1

    talking = asyncio.create_task(talk())
    while len(said) < 20:
        await asyncio.sleep(0.01)
    for turn in range(3):
        acknowledged = list(said)
        file = tmp_path / f"{turn}.backup"
        await asyncio.to_thread(create, data, file, PASSPHRASE)
        assert len(said) > len(acknowledged)  # it held nobody up
        await asyncio.to_thread(restore, file, secret, tmp_path / f"new{turn}")
        assert set(acknowledged) <= set(await texts(tmp_path / f"new{turn}"))
    going = False
    await talking
    await store.close()


async def test_a_full_folder_is_moved_aside_only_when_asked(data: Path, backup: Path) -> None:
    before = tree(data)
    with pytest.raises(HubError, match="not empty") as refused:
        await asyncio.to_thread(restore, backup, secret, data)
    assert "--replace" in refused.value.fix
    assert tree(data) == before
    done = await asyncio.to_thread(restore, backup, secret, data, replace=True)
    assert done.aside
    assert tree(done.aside) == before
    assert (data / "models" / "voice.bin").read_bytes() == b"weights"
    assert len(await texts(data)) == 15
    assert not list(data.parent.glob("*.restoring"))


async def test_without_an_exchange_of_names_it_takes_two_steps(
    data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "_swap", lambda _one, _other: False)
    done = await asyncio.to_thread(restore, backup, secret, data, replace=True)
    assert done.aside
    assert len(await texts(data)) == len(await texts(done.aside)) == 15


def test_a_running_hub_is_not_replaced(data: Path, backup: Path) -> None:
    with (data / "hub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = tree(data)
        with pytest.raises(HubError, match="A hub runs"):
            restore(backup, secret, data, replace=True)
        assert tree(data) == before


async def test_what_was_forgotten_since_stays_forgotten(data: Path, tmp_path: Path, backup: Path) -> None:
    from datetime import UTC, datetime, timedelta

    store = await opened(data)
    today = datetime.now(UTC).date()
    assert await store.transcripts.forget_days_before(today - timedelta(days=1))
    await store.transcripts.erase("other")
    await store.close()
    later = tmp_path / "later.backup"
    await asyncio.to_thread(create, data, later, PASSPHRASE)
    done = await asyncio.to_thread(restore, backup, secret, data, replace=True)
    assert done.forgotten == 2
    assert len(await texts(data)) == 10
    assert await texts(data, "other") == []
    assert not list(data.rglob(f"{today - timedelta(days=2)}*"))
    # The later backup knows of these deeds: nothing is left to be done again.
    done = await asyncio.to_thread(restore, later, secret, data, replace=True)
    assert done.forgotten == 0
    assert len(await texts(data)) == 10
    # And the older one once more: the journal came along.
    assert (await asyncio.to_thread(restore, backup, secret, data, replace=True)).forgotten == 2


@pytest.mark.parametrize("chosen", [{"person": "ann"}, {"everything": True}], ids=["ann", "everything"])
async def test_figures_of_who_was_forgotten_since_come_back_without_a_name(
    data: Path, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    def spend(db: Any) -> None:
        for person in ("ann", "bob"):
            db.execute("INSERT INTO person VALUES (?, ?, 'guest', 0)", (person, person))
            account = spending.Account("2026-11-21", "grok", "m", person, "asked")
            spending.write(db, {account: spending.Tally(requests=1, nano=7)}, {}, [])

    store = await opened(data)
    await store.core.write(spend)
    await store.close()
    archive = tmp_path / "figures.backup"
    await asyncio.to_thread(create, data, archive, PASSPHRASE)
    async with forgotten.noted(data, selector=owed.written(Selector(**chosen))):
        pass
    assert (await asyncio.to_thread(restore, archive, secret, data, replace=True)).forgotten == 1
    store = await opened(data)
    assert await store.core.read(spending.people) == ([] if "everything" in chosen else ["bob"])
    assert await store.core.rows("SELECT sum(requests), sum(nano) FROM spending") == [(2, 14)]
    await store.close()


def test_it_overwrites_nothing(data: Path, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(HubError, match="do not overwrite"):
        create(data, backup, PASSPHRASE)
    assert backup.read_bytes() == before


def test_a_missing_folder_and_an_empty_hub_are_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(HubError, match="cannot be written"):
        create(data, tmp_path / "no" / "such" / "a.backup", PASSPHRASE)
    (tmp_path / "empty").mkdir()
    with pytest.raises(HubError, match="There is no hub"):
        create(tmp_path / "empty", tmp_path / "b.backup", PASSPHRASE)
    assert not list((tmp_path / "empty").iterdir())


def test_a_full_disk_is_told_before_anything_is_written(
    data: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "SPARE", 1 << 60)
    with pytest.raises(HubError, match="too full"):
        create(data, tmp_path / "b.backup", PASSPHRASE)
    with pytest.raises(HubError, match="too full"):
        restore(backup, secret, tmp_path / "new")
    assert {path.name for path in tmp_path.iterdir()} == {"data", "a.backup"}


def test_one_that_is_stopped_leaves_nothing(data: Path, tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create(data, tmp_path / "b.backup", PASSPHRASE, stop)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert not (data / scratch.NAME).exists()


def test_sealed_with_the_hubs_own_key_it_needs_no_passphrase(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.backup"
    made = create(data, file, None)
    assert "keys/master.key" not in {member.name for member in made.members}
    master = known_key(data)
    assert master
    restore(file, lambda _: master, tmp_path / "new")
    assert known_key(tmp_path / "new") == master
    with pytest.raises(HubError, match="master key is not the one"):
        verify(file, lambda _: bytes(32))


def test_a_key_of_the_environment_stays_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = (data / "keys" / "master.key").read_text()
    (data / "keys" / "master.key").unlink()
    monkeypatch.setenv("HUB_MASTER_KEY", key)
    file = tmp_path / "b.backup"
    create(data, file, PASSPHRASE)
    restore(file, secret, tmp_path / "new")
    assert not (tmp_path / "new" / "keys").exists()
    monkeypatch.delenv("HUB_MASTER_KEY")
    with pytest.raises(HubError, match="not in this backup"):
        verify(file, secret)
    monkeypatch.setenv("HUB_MASTER_KEY", "0f" * 32)
    with pytest.raises(HubError, match="not the one of this backup"):
        verify(file, secret)


def test_the_wrong_passphrase_is_told(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(HubError, match="passphrase is not the one"):
        restore(backup, lambda _: b"another passphrase", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "new.restoring").exists()


def test_a_damaged_day_is_left_out_and_told(data: Path, tmp_path: Path) -> None:
    days = sorted((data / "transcripts").glob("*.db"))
    days[0].write_bytes(os.urandom(days[0].stat().st_size))
    made = create(data, tmp_path / "b.backup", PASSPHRASE)
    assert [left.name for left in made.left_out] == [f"transcripts/{days[0].name}"]
    assert verify(tmp_path / "b.backup", secret).left_out == made.left_out


def test_what_a_plugin_owns_comes_along(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(data / "memory.db") as db:
        db.execute("CREATE TABLE fact (text TEXT)")
        db.executemany("INSERT INTO fact VALUES (?)", [("a",), ("b",)])
    (data / "memory.json").write_text("{}")
    (data / "evil").symlink_to("/etc/passwd")

    class Owner:
        data = ("memory.db", "memory.json", "evil", "../outside", "absent.db")

    monkeypatch.setattr(plugins, "installed", lambda: {"memory": None})
    monkeypatch.setattr(plugins, "read", lambda _: Owner)
    made = create(data, tmp_path / "b.backup", PASSPHRASE)
    own = {member.name: member for member in made.members if "memory" in member.name}
    assert {name: member.kind for name, member in own.items()} == {
        "memory.db": "sqlite",
        "memory.json": "file",
    }
    assert own["memory.db"].rows == {"fact": 2}
    restore(tmp_path / "b.backup", secret, tmp_path / "new")
    assert sqlite3.connect(tmp_path / "new" / "memory.db").execute("SELECT * FROM fact").fetchall() == [
        ("a",),
        ("b",),
    ]
    assert not (tmp_path / "new" / "evil").exists()


@pytest.mark.parametrize("day", ["../../elsewhere", "2026-11-21/../../x", "today", ""])
def test_a_day_that_is_none_would_lead_out_of_the_folder(data: Path, tmp_path: Path, day: str) -> None:
    """A file is opened by the name of its day, and made when it is not there."""
    with closing(connect(data / "core.db", master_key(data))) as core:
        core.execute("INSERT INTO transcript_key (day, wrapped) VALUES (?, x'00')", (day,))
    create(data, tmp_path / "odd.backup", PASSPHRASE)
    with pytest.raises(HubError, match="no day"):
        restore(tmp_path / "odd.backup", secret, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_tables_are_counted_whatever_they_are_called(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "odd.db")) as plain:
        plain.execute('CREATE TABLE "a"" UNION SELECT 7 --" (x)')
        assert count_rows(plain) == {'a" UNION SELECT 7 --': 0}


def test_a_newer_schema_is_refused(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "CORE", schema.CORE[:-1])
    with pytest.raises(HubError, match="newer hub"):
        restore(backup, secret, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_hub_that_starts_meanwhile_keeps_its_folder(backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"

    def begin(_done: int, _total: int) -> None:
        new.mkdir(exist_ok=True)
        (new / "core.db").write_text("a hub's own")

    with pytest.raises(HubError, match="cannot be put in place"):
        restore(backup, secret, new, replace=True, progress=begin)
    assert tree(new) == {"core.db": b"a hub's own"}
    assert not (tmp_path / "new.restoring").exists()


def test_leftovers_of_a_killed_restore_are_cleared_but_never_data(
    backup: Path, data: Path, tmp_path: Path
) -> None:
    staging = tmp_path / "new.restoring"
    staging.mkdir()
    (staging / ".restoring").touch()
    (staging / "half").write_text("")
    restore(backup, secret, tmp_path / "new")
    assert not staging.exists()
    staging.mkdir()
    (staging / "precious").write_text("what was there before")
    restore(backup, secret, tmp_path / "new", replace=True)
    assert [path.read_text() for path in tmp_path.glob("new.before-*/precious")] == ["what was there before"]


# -- hostile archives: made by somebody who knows the passphrase ----------------------------------


def archive(file: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with file.open("wb") as out:
        sealer = Sealer(out, PASSPHRASE, new_header("passphrase"))
        for info, content in members:
            sealer.write(info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512))
        sealer.write(bytes(1024))
        sealer.close()
    return file


def member(name: str, content: bytes = b"x", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


@pytest.mark.parametrize(
    "members",
    [
        [member("../outside")],
        [member("/etc/outside")],
        [member("a/../../outside")],
        [member("a/b/c")],
        [member(".hidden")],
        [member("nul\0name")],
        [member("link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")],
        [member("link", b"", type=tarfile.LNKTYPE, linkname="core.db")],
        [member("fifo", b"", type=tarfile.FIFOTYPE)],
        [member("device", b"", type=tarfile.CHRTYPE)],
        [member("folder", b"", type=tarfile.DIRTYPE)],
        [member("sparse", b"", type=tarfile.GNUTYPE_SPARSE)],
        [member("long", b"x" * 300, type=tarfile.GNUTYPE_LONGNAME)],
        [member("core.db"), member("core.db")],
        [member("huge", b"x", size=1 << 60)],
        [member("huge", b"x", size=1 << 20)],
        [member("manifest.json", b"{}")],
        [member("manifest.json", b"not json"), member("core.db")],
        [member("core.db")],
        [],
        [member("a"), member("a/b")],
        [member("x" * 100)],
    ],
    ids=lambda members: members[0][0].name[:12] if members else "nothing",
)
def test_a_hostile_archive_is_refused_and_changes_nothing(
    tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    file = archive(tmp_path / "evil.backup", members)
    for work in (lambda: verify(file, secret), lambda: restore(file, secret, tmp_path / "new")):
        with pytest.raises(HubError) as refused:
            work()
        assert refused.value.fix
    assert {path.name for path in tmp_path.iterdir()} == {"evil.backup"}


def _repack(backup: Path, file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Open a good backup as tar does, change its members, and seal it anew."""
    from hub.backup.seal import Opener

    with backup.open("rb") as source:
        opener, plain = Opener(source, secret), b""
        while piece := opener.read(1 << 20):
            plain += piece
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:  # any tar can read it
        members = {info.name: tar.extractfile(info).read() for info in tar}
    change(members)
    return archive(file, [member(name, content) for name, content in members.items()])


def _flip(members: dict[str, bytes]) -> None:
    content = bytearray(members["core.db"])
    content[5000] ^= 1
    members["core.db"] = bytes(content)


def _drop(members: dict[str, bytes]) -> None:
    del members[next(name for name in members if name.startswith("transcripts/"))]


def _add(members: dict[str, bytes]) -> None:
    manifest = members.pop("manifest.json")
    members |= {"extra": b"x", "manifest.json": manifest}


def _swap_days(members: dict[str, bytes]) -> None:
    """Two days under each other's names, with a manifest that agrees: only their keys can tell."""
    one, other = [name for name in members if name.startswith("transcripts/")][:2]
    members[one], members[other] = members[other], members[one]
    manifest = json.loads(members["manifest.json"])
    found = {entry["name"]: entry for entry in manifest["members"]}
    found[one]["name"], found[other]["name"] = other, one
    members["manifest.json"] = json.dumps(manifest).encode()


def _lie_about_rows(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    next(entry for entry in manifest["members"] if entry["name"] == "core.db")["rows"]["person"] = 2
    members["manifest.json"] = json.dumps(manifest).encode()


def _newer(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps(manifest | {"format": 2}).encode()


@pytest.mark.parametrize("change", [_flip, _drop, _add, _swap_days, _lie_about_rows, _newer])
def test_a_backup_that_does_not_agree_with_its_list_is_refused(
    backup: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    file = _repack(backup, tmp_path / "b.backup", change)
    with pytest.raises(HubError):
        restore(file, secret, tmp_path / "new")
    assert {path.name for path in tmp_path.iterdir()} == {"data", "a.backup", "b.backup"}


def test_repacked_unchanged_it_is_taken(backup: Path, tmp_path: Path) -> None:
    assert verify(_repack(backup, tmp_path / "b.backup", lambda _: None), secret).rows > 16
