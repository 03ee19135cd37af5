"""Encrypted files: durable through kill -9, honest about every trouble, never overwritten."""

# Nothing else runs on these loops: processes may be waited for and files looked at.

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlcipher3 import dbapi2

from hub.errors import HubError, Unavailable
from hub.store.connection import connect
from hub.store.database import Connection, Database
from hub.store.migrations import backups

from .conftest import KEY, SRC, killed_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TABLE = ("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)",)
SECRET = "the heron stands in the shallow water"


async def opened(
    path: Path, migrations: tuple[str, ...] = TABLE, key: bytes = KEY, **options: Any
) -> Database:
    database = Database(path, key, migrations, **options)
    await database.open()
    return database


def insert(text: str) -> Callable[[Connection], int]:
    return lambda db: db.execute("INSERT INTO t (text) VALUES (?)", (text,)).lastrowid


async def test_what_was_written_is_read_back_also_after_reopening(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    assert await db.write(insert("one")) == 1
    await db.execute("INSERT INTO t (text) VALUES (?)", ("two",))
    assert await db.rows("SELECT text FROM t ORDER BY n") == [("one",), ("two",)]
    await db.close()
    await db.close()
    db = await opened(tmp_path / "a.db")
    assert await db.rows("SELECT count(*) FROM t") == [(2,)]
    await db.close()


async def test_the_settings_that_promise_durability_are_on(tmp_path: Path) -> None:
    def ask(db: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    full, normal = await opened(tmp_path / "f.db"), await opened(tmp_path / "n.db", full=False)
    assert await full.write(ask) == ["wal", 2, 1, 1]
    assert await normal.write(ask) == ["wal", 1, 1, 1]
    await full.close()
    await normal.close()


async def test_readers_keep_as_much_of_the_file_as_they_are_told_and_the_writer_does_not(
    tmp_path: Path,
) -> None:
    def ask(db: Connection) -> int:
        return -int(db.execute("PRAGMA cache_size").fetchone()[0])

    plain, wide = await opened(tmp_path / "p.db"), await opened(tmp_path / "w.db", cache_kib=9_000)
    assert await plain.read(ask) == await plain.write(ask) == await wide.write(ask)
    assert await wide.read(ask) == 9_000
    await plain.close()
    await wide.close()


async def test_the_loop_neither_writes_nor_reads(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    names = {await db.write(lambda _: threading.current_thread().name)}
    names |= {await db.read(lambda _: threading.current_thread().name)}
    assert threading.current_thread().name not in names
    assert len(names) == 2
    await db.close()


async def test_a_failed_write_is_undone_and_the_writer_lives_on(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")

    def half(connection: Connection) -> None:
        insert("half")(connection)
        raise LookupError("a bug")

    with pytest.raises(LookupError):
        await db.write(half)
    with pytest.raises(dbapi2.IntegrityError):
        await db.execute("INSERT INTO t (text) VALUES (NULL)")
    with pytest.raises(dbapi2.OperationalError):
        await db.execute("INSERT INTO nowhere VALUES (1)")
    await db.write(insert("whole"))
    assert await db.rows("SELECT text FROM t") == [("whole",)]
    await db.close()


async def test_readers_cannot_write(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    with pytest.raises((dbapi2.OperationalError, HubError)):
        await db.read(insert("sneaky"))
    assert await db.rows("SELECT * FROM t") == []
    await db.close()


async def test_readers_go_on_during_a_write_and_see_whole_states_only(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    writing, finish = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        insert("a")(connection)
        writing.set()
        finish.wait(30)
        insert("b")(connection)

    task = asyncio.create_task(db.write(slow))
    await asyncio.to_thread(writing.wait, 30)
    counts = await asyncio.gather(*(db.rows("SELECT count(*) FROM t") for _ in range(50)))
    assert counts == [[(0,)]] * 50
    finish.set()
    await task
    assert await db.rows("SELECT count(*) FROM t") == [(2,)]
    await db.close()


async def test_a_reader_sees_one_state_over_several_queries(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    between, go_on = threading.Event(), threading.Event()

    def twice(connection: Connection) -> list[int]:
        first = connection.execute("SELECT count(*) FROM t").fetchone()[0]
        between.set()
        go_on.wait(30)
        return [first, connection.execute("SELECT count(*) FROM t").fetchone()[0]]

    reading = asyncio.create_task(db.read(twice))
    await asyncio.to_thread(between.wait, 30)
    await db.write(insert("meanwhile"))
    go_on.set()
    assert await reading == [0, 0]
    await db.close()


async def test_a_cancelled_write_is_whole_or_absent(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    for number in range(30):
        task = asyncio.create_task(db.write(insert(str(number))))
        await asyncio.sleep(random.random() * 0.001)
        task.cancel()
        await asyncio.wait({task})
    await db.write(insert("after"))
    assert (await db.rows("SELECT text FROM t ORDER BY n DESC"))[0] == ("after",)
    await db.close()


@pytest.mark.slow
async def test_kill_9_in_mid_write_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path, highest = tmp_path / "a.db", 0
    for _ in range(20):
        said = killed_writer("numbers", path, random.randint(1, 60))
        highest = max(highest, int(said[-1]))
        db = await opened(path, ("CREATE TABLE number (n INTEGER PRIMARY KEY, filler BLOB)",))
        numbers = [n for (n,) in await db.rows("SELECT n FROM number ORDER BY n")]
        assert numbers[:highest] == list(range(1, highest + 1))
        assert await db.rows("PRAGMA integrity_check") == [("ok",)]
        assert await db.rows("PRAGMA cipher_integrity_check") == []
        await db.close()


async def test_nothing_can_be_read_in_the_files(
    tmp_path: Path, plaintext_in: Callable[[str], list[str]]
) -> None:
    db = await opened(tmp_path / "a.db")
    for _ in range(50):
        await db.write(insert(SECRET))
    assert plaintext_in(SECRET) == []  # the journal is still there
    assert plaintext_in("CREATE TABLE") == []
    await db.close()
    assert plaintext_in(SECRET) == []
    assert (tmp_path / "a.db").stat().st_mode & 0o077 == 0


async def refused(path: Path, key: bytes = KEY, migrations: tuple[str, ...] = TABLE) -> HubError:
    """Open what cannot be opened: an error with a fix that names the file, and not a byte changed."""
    before = path.read_bytes() if path.is_file() else None
    db = Database(path, key, migrations)
    with pytest.raises(HubError) as error:
        await db.open()
    await db.close()
    assert error.value.fix
    assert path.name in str(error.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    return error.value


async def some_file(path: Path, rows: int = 300) -> None:
    db = await opened(path)
    await db.write(lambda c: [insert(SECRET * 10)(c) for _ in range(rows)])
    await db.close()


async def test_another_key_is_refused(tmp_path: Path) -> None:
    await some_file(tmp_path / "a.db")
    assert "key" in str(await refused(tmp_path / "a.db", key=bytes(32)))


async def test_an_empty_file_is_damage_and_not_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    assert "empty" in str(await refused(tmp_path / "a.db"))


@pytest.mark.parametrize("keep", [1, 100, 4095, 4096, 5000, 3 * 4096, -4096])
async def test_a_truncated_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.db"
    await some_file(path)
    os.truncate(path, keep if keep > 0 else path.stat().st_size + keep)
    await refused(path)


async def test_garbage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(random.Random(1).randbytes(20_000))
    await refused(tmp_path / "a.db")


async def test_damage_in_the_middle_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await some_file(path)
    content = bytearray(path.read_bytes())
    content[10 * 4096 : 11 * 4096] = bytes(4096)
    path.write_bytes(content[:-1])
    db = await opened(path)
    with pytest.raises(HubError, match=r"a\.db") as error:
        await db.rows("SELECT text FROM t")
    assert "backup" in error.value.fix
    await db.close()


async def test_a_journal_without_its_file_is_told(tmp_path: Path) -> None:
    db = await opened(tmp_path / "a.db")
    await db.write(insert("x"))
    shutil.copy(tmp_path / "a.db-wal", tmp_path / "b.db-wal")
    await db.close()
    assert "journal" in str(await refused(tmp_path / "b.db"))


async def test_a_file_cut_off_at_its_creation_is_simply_made_again(tmp_path: Path) -> None:
    (tmp_path / "a.db.draft-123456").write_bytes(b"half a file")
    db = await opened(tmp_path / "a.db")
    await db.write(insert("x"))
    await db.close()


async def test_two_who_create_the_same_file_get_one(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from hub.store.database import Database\n"
        "async def main():\n"
        "    db = Database(Path(sys.argv[1]), bytes(range(32)),"
        " ('CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)',))\n"
        "    await db.open(); await db.execute(\"INSERT INTO t (text) VALUES ('x')\"); await db.close()\n"
        "asyncio.run(main())"
    )
    many = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "a.db")], env=os.environ | {"PYTHONPATH": str(SRC)}
        )
        for _ in range(4)
    ]
    assert [process.wait(60) for process in many] == [0] * 4
    db = await opened(tmp_path / "a.db")
    assert await db.rows("SELECT count(*) FROM t") == [(4,)]
    await db.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


async def test_two_writers_take_turns(tmp_path: Path) -> None:
    one, other = await opened(tmp_path / "a.db"), await opened(tmp_path / "a.db")
    await asyncio.gather(*(db.write(insert("x")) for db in (one, other) for _ in range(100)))
    assert await one.rows("SELECT count(*) FROM t") == [(200,)]
    await one.close()
    await other.close()


async def test_a_file_held_by_another_process_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.connection.BUSY_S", 0.1)
    db = await opened(tmp_path / "a.db")
    holder = connect(tmp_path / "a.db", KEY)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(HubError, match="in use"):
        await db.write(insert("x"))
    holder.execute("ROLLBACK")
    holder.close()
    await db.write(insert("x"))
    await db.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode:
        pytest.skip("LEFT OUT: a full disk needs the right to mount a small tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_a_full_disk_loses_nothing_and_heals(small_disk: Path) -> None:
    db = await opened(small_disk / "a.db")
    writes = [db.write(insert("x" * 20_000)) for _ in range(100)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    stored = sum(isinstance(outcome, int) for outcome in outcomes)
    errors = [outcome for outcome in outcomes if isinstance(outcome, HubError)]
    assert stored > 10
    assert stored + len(errors) == 100
    assert "no room left" in str(errors[0])
    assert "space" in errors[0].fix
    assert await db.rows("SELECT count(*) FROM t") == [(stored,)]
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    await db.write(insert("room again"))
    await db.close()
    db = await opened(small_disk / "a.db")
    assert await db.rows("SELECT count(*) FROM t") == [(stored + 1,)]
    await db.close()


async def test_no_room_for_the_first_file_is_told(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2**20 - 8192))
    db = Database(small_disk / "a.db", KEY, TABLE)
    with pytest.raises(HubError):
        await db.open()
    await db.close()
    filler.unlink()
    await (await opened(small_disk / "a.db")).close()


async def test_no_room_for_a_backup_stops_the_migration(small_disk: Path) -> None:
    db = await opened(small_disk / "a.db")
    await db.write(insert("x" * 300_000))
    await db.close()
    (small_disk / "filler").write_bytes(bytes(400_000))
    await refused(small_disk / "a.db", migrations=(*TABLE, "CREATE TABLE more (n)"))
    await (await opened(small_disk / "a.db")).close()


async def test_a_read_only_disk_is_told(small_disk: Path) -> None:
    await (await opened(small_disk / "a.db")).close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    error = await refused(small_disk / "a.db")
    assert "read-only" in error.fix
    await refused(small_disk / "new.db")


async def test_a_limit_on_the_size_of_files_is_told(tmp_path: Path) -> None:
    script = (
        "import asyncio, resource, sys; from pathlib import Path\n"
        "from hub.store.database import Database; from hub.errors import HubError\n"
        "async def main():\n"
        "    db = Database(Path(sys.argv[1]), bytes(range(32)), ('CREATE TABLE t (x)',)); await db.open()\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); n = 0\n"
        "    try:\n"
        "        while True: await db.execute('INSERT INTO t VALUES (zeroblob(10000))'); n += 1\n"
        "    except HubError as error: print(error, error.fix)\n"
        "    assert await db.rows('SELECT count(*) FROM t') == [(n,)] and n > 5\n"
        "asyncio.run(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.db")],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "disk" in done.stdout


MORE = (
    "ALTER TABLE t ADD COLUMN extra TEXT DEFAULT ';'; CREATE INDEX t_text ON t (text); -- done; really\n",
    """CREATE TRIGGER upper AFTER INSERT ON t BEGIN
         UPDATE t SET extra = upper(new.text) WHERE n = new.n;
         UPDATE t SET extra = extra || ';' WHERE n = new.n;
       END;""",
)


async def test_a_migration_keeps_the_rows_and_a_backup(
    tmp_path: Path, plaintext_in: Callable[[str], list[str]]
) -> None:
    path = tmp_path / "a.db"
    await some_file(path, rows=3)
    db = await opened(path, TABLE + MORE)
    await db.write(insert("new"))
    assert (await db.rows("SELECT extra FROM t ORDER BY n")) == [(";",)] * 3 + [("NEW;",)]
    await db.close()
    (backup,) = backups(path)
    assert plaintext_in(SECRET) == []
    shutil.copy(backup, tmp_path / "restored.db")
    old = await opened(tmp_path / "restored.db")
    assert await old.rows("SELECT count(*) FROM t") == [(3,)]
    await old.close()


async def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    await (await opened(tmp_path / "a.db", TABLE + MORE)).close()
    error = await refused(tmp_path / "a.db")
    assert "newer hub" in str(error)
    assert "Update" in error.fix


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await some_file(path, rows=3)
    db = Database(path, KEY, (*TABLE, "CREATE TABLE fine (x); INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(dbapi2.OperationalError):
        await db.open()
    await db.close()
    db = await opened(path)
    assert await db.rows("SELECT name FROM sqlite_master WHERE type = 'table'") == [("t",)]
    await db.close()


async def test_forgetting_reaches_the_backups_and_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await some_file(path, rows=3)
    db = await opened(path, TABLE + MORE)
    await db.forget(lambda c: c.execute("DELETE FROM t WHERE n < 3").rowcount)
    assert (tmp_path / "a.db-wal").stat().st_size == 0
    assert await db.rows("SELECT n FROM t") == [(3,)]
    await db.close()
    (backup,) = backups(path)
    copy = connect(backup, KEY)
    assert copy.execute("SELECT n FROM t").fetchall() == [(3,)]
    copy.close()


FULL_TEXT = (
    *TABLE,
    """CREATE VIRTUAL TABLE words USING fts5(text, content='t', content_rowid='n');
       CREATE TRIGGER took AFTER INSERT ON t
       BEGIN INSERT INTO words (rowid, text) VALUES (new.n, new.text); END;
       CREATE TRIGGER dropped AFTER DELETE ON t
       BEGIN INSERT INTO words (words, rowid, text) VALUES ('delete', old.n, old.text); END;""",
)


def readable(path: Path, text: str) -> bool:
    """Return whether a text is in a page of a file, used or free, for who has the key."""
    whole, found = path.read_bytes(), b""
    for at in range(0, len(whole), 4096):
        page, start = whole[at : at + 4096], 0 if at else 16
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(page[-80:-64])).decryptor()
        found += decryptor.update(page[start:-80])
    return text.encode() in found


@pytest.mark.parametrize("rewrite", [False, True])
async def test_only_a_rewritten_file_has_forgotten_the_words_of_its_full_text(
    tmp_path: Path, rewrite: bool
) -> None:
    path = tmp_path / "a.db"
    db = await opened(path, FULL_TEXT)
    for number in range(20):
        await db.write(insert(f"quokka{number} is here"))
        await db.write(insert(f"heron{number} is here"))
    await db.close()
    db = await opened(path, (*FULL_TEXT, "CREATE TABLE more (n)"))
    work = lambda c: c.execute("DELETE FROM t WHERE text LIKE 'quokka%'").rowcount  # noqa: E731
    assert await db.forget(work, rewrite=rewrite) == 20
    (backup,) = backups(path)
    assert readable(path, "quokka") is readable(backup, "quokka") is not rewrite
    assert readable(path, "heron")
    assert await db.rows("SELECT count(*) FROM words WHERE words MATCH 'here'") == [(20,)]
    assert await db.rows("PRAGMA freelist_count") == [(0,)] or not rewrite
    assert (tmp_path / "a.db-wal").stat().st_size == 0
    await db.write(insert("and it goes on"))
    await db.close()


async def test_used_before_open_or_after_close_it_is_unavailable(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.db", KEY, TABLE)
    with pytest.raises(Unavailable):
        await db.rows("SELECT 1")
    await db.open()
    await db.close()
    with pytest.raises(Unavailable):
        await db.write(insert("late"))


async def test_many_files_can_be_opened_and_closed_without_leaks(tmp_path: Path) -> None:
    await some_file(tmp_path / "a.db", rows=1)
    threads, files = threading.active_count(), psutil.Process().num_fds()
    for _ in range(50):
        db = await opened(tmp_path / "a.db")
        await db.rows("SELECT * FROM t")
        await db.close()
    assert threading.active_count() < threads + 50  # asyncio's own pool may have grown
    assert psutil.Process().num_fds() <= files
