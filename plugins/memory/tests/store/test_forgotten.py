"""What was forgotten cannot be read in any file of the folder, even with the key."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlcipher3 import dbapi2

from hub import Database, HubError, MemorySelection, NewMemory
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

from .conftest import KEY, opened
from .pages import plain

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = [f"the quokkazebra{at} hides under floorboard{at}" for at in range(400)]
MARKS = [b"quokkazebra", b"floorboard"]
LATER = (*MIGRATIONS, "CREATE TABLE later (x)")


class Embedder:
    """Gives every text the same vector, whose bytes can be found again."""

    model = "mark@1"

    async def embed(self, texts, *, query=False):
        return np.full((len(texts), 64), 0.125, np.float32)


VECTOR = np.full(64, 0.125, "<f2").tobytes()


def everything(folder: Path) -> bytes:
    return b"".join(plain(path, KEY) for path in folder.iterdir() if not path.name.endswith("-shm"))


async def filled(path: Path, migrations=MIGRATIONS) -> SqliteMemory:
    memory = SqliteMemory(Database(path, KEY, migrations), meaning=Meaning(Embedder()))
    await memory.open()
    new = [NewMemory(text, "ann", session="s", sequence=at, tags=(text,)) for at, text in enumerate(SECRETS)]
    await memory.remember(new)
    await memory.remember([NewMemory(f"The tide {at} is out.", "ben") for at in range(400)])
    return memory


async def test_the_look_at_the_pages_sees_what_is_there(tmp_path):
    memory = await filled(tmp_path / "memory.db")
    assert all(mark in plain(tmp_path / "memory.db-wal", KEY) for mark in (*MARKS, VECTOR))
    await memory.close()
    assert all(mark in plain(tmp_path / "memory.db", KEY) for mark in (*MARKS, VECTOR))
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(mark in raw for mark in MARKS)


async def test_a_plain_deletion_would_leave_it_to_be_read(tmp_path):
    memory = await filled(tmp_path / "memory.db")
    await memory._database.execute("DELETE FROM memory WHERE namespace = 'ann'")
    assert MARKS[0] in everything(tmp_path)
    await memory.close()


@pytest.mark.parametrize(
    "selection",
    [
        MemorySelection(namespace="ann"), MemorySelection(session="s"), MemorySelection(topic="under"),
        MemorySelection(since=1.0), MemorySelection(everything=True),
    ],
)  # fmt: skip
async def test_not_a_byte_stays(tmp_path, selection):
    memory = await filled(tmp_path / "memory.db")
    count = await memory.forget(selection)
    assert count in (400, 800)
    found = everything(tmp_path)
    assert not any(mark in found for mark in MARKS)
    assert (tmp_path / "memory.db-wal").stat().st_size == 0
    await memory.close()
    assert not any(mark in everything(tmp_path) for mark in MARKS)


async def test_not_a_byte_of_very_many_stays_and_the_others_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("hub_memory.store.words.MANY", 100)
    await (await filled(tmp_path / "memory.db")).close()
    memory = SqliteMemory(Database(tmp_path / "memory.db", KEY, LATER))
    await memory.open()  # a backup is made before the migration
    assert await memory.forget(MemorySelection(namespace="ann")) == 400
    assert not any(mark in everything(tmp_path) for mark in MARKS)
    assert len(await memory.browse(MemorySelection("ben", topic="tide"))) == 50
    assert await memory.forget(MemorySelection("ben", topic="7")) == 1
    (name,) = await memory.remember([NewMemory("The tide comes in.", "ben")])
    assert await memory.forget(MemorySelection(ids=(name,))) == 1
    assert b"comes in" not in everything(tmp_path)
    await memory.close()


async def test_one_of_many_leaves_the_others(tmp_path):
    memory = await filled(tmp_path / "memory.db")
    assert await memory.forget(MemorySelection(topic="quokkazebra7")) == 1
    found = everything(tmp_path)
    assert b"quokkazebra7 " not in found
    assert b"floorboard7\0" not in found
    assert b"quokkazebra77" in found
    await memory.close()


async def test_vectors_tags_and_digests_go_too(tmp_path):
    memory = await filled(tmp_path / "memory.db")
    hashes = [row[0] for row in await memory._database.rows("SELECT text_hash FROM memory")]
    await memory.forget(MemorySelection(everything=True))
    found = everything(tmp_path)
    assert VECTOR not in found
    assert not any(digest in found for digest in hashes)
    await memory.close()


async def test_backups_made_before_a_migration_forget_too(tmp_path):
    await (await filled(tmp_path / "memory.db")).close()
    memory = SqliteMemory(Database(tmp_path / "memory.db", KEY, LATER))
    await memory.open()
    (backup,) = tmp_path.glob("memory.db.before-*")
    assert MARKS[0] in plain(backup, KEY)
    assert await memory.forget(MemorySelection(namespace="ann")) == 400
    assert not any(mark in everything(tmp_path) for mark in MARKS)
    copy = dbapi2.connect(str(backup))
    copy.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    assert copy.execute("SELECT count(*) FROM memory").fetchone() == (400,)
    copy.close()
    await memory.close()


async def test_what_expires_leaves_nothing_either(tmp_path):
    async with opened(tmp_path / "memory.db") as memory:
        await memory.remember([NewMemory(text, "ann", expires=5.0) for text in SECRETS])
        assert (await memory.sweep(10.0)).expired == 400
        assert not any(mark in everything(tmp_path) for mark in MARKS)


async def test_while_somebody_reads_it_forgetting_says_that_it_is_not_done(tmp_path, monkeypatch):
    memory = await filled(tmp_path / "memory.db")
    monkeypatch.setattr("hub.store.connection.BUSY_S", 0.1)
    other = Database(tmp_path / "memory.db", KEY, MIGRATIONS)
    reader = dbapi2.connect(str(tmp_path / "memory.db"), isolation_level=None)
    with contextlib.closing(reader):
        reader.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM memory").fetchone()
        await memory._database.write(lambda db: db.execute("PRAGMA busy_timeout = 100") and None)
        with pytest.raises(HubError, match="being read") as error:
            await memory.forget(MemorySelection(namespace="ann"))
        assert "once more" in error.value.fix
        reader.execute("COMMIT")
    assert await memory.forget(MemorySelection(namespace="ann")) == 0  # and yet the rest of the work is done
    assert not any(mark in everything(tmp_path) for mark in MARKS)
    await memory.close()
    await other.close()
