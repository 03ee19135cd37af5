"""Measure a backup of 1 GB and its verified restore, beside tar with gpg. Writes bench/out/backup.json.

Run ``python bench/backup.py``. The data is made by the stores themselves: turns over many days, each
day a file with a key of its own. The peer seals the same folder with the same passphrase and brings it
back; it neither copies a database consistently while it is written to nor opens one afterwards, and
so does less.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows import row, save

from hub.backup.check import day_keys
from hub.backup.create import create
from hub.backup.restore import known_key, restore, verify
from hub.store.connection import connect
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE, TRANSCRIPT
from hub.store.transcripts import Transcripts, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

PASSPHRASE = b"four words nobody guesses"
SIZE = int(float(os.environ.get("HUB_BENCH_BACKUP_GB", "1")) * 1e9)
ROUNDS = int(os.environ.get("HUB_BENCH_BACKUP_ROUNDS", "3"))
DAYS, TALKS, BATCH, DAY_S = 40, 200, 500, 86_400
WORDS = "the hub answers at once and remembers what was said about supper and the sea".split()  # noqa: SIM905
COLUMNS = "id, conversation, at, source, text, state, answer, provider, quality, seconds"
INSERT = f"INSERT INTO turn ({COLUMNS}) VALUES (?, ?, ?, 'text', ?, 'done', ?, 'embedded', 'basic', 0.2)"
PEER = "tar + gpg --symmetric (AES-256), neither consistent under writing nor opened afterwards"


async def fill(data: Path) -> int:
    """Write `SIZE` bytes of turns through the stores; return how many turns."""
    random.seed(3)
    master = master_key(data)
    core = Database(data / "core.db", master, CORE)
    await core.open()
    talks, now = [os.urandom(16).hex() for _ in range(TALKS)], time.time()
    rows = [(talk, now, now) for talk in talks]
    sql = "INSERT INTO conversation (id, title, created, touched) VALUES (?, 'A talk', ?, ?)"
    await core.write(lambda db: db.executemany(sql, rows) and None)
    transcripts = Transcripts(core, data / "transcripts", master)
    for ago in range(DAYS):  # the first turn of each day makes its file and its key
        at, name = now - ago * DAY_S, os.urandom(16).hex()
        await transcripts.begin(
            Turn(name, talks[0], at, "text", "hello", "done", "Hello.", "exact", "", 0.01)
        )
    await transcripts.close()
    await core.close()
    days = day_keys(data, master).items()
    return DAYS + sum([await _fill_day(data / name, key, talks, SIZE // DAYS) for name, key in days])


async def _fill_day(path: Path, key: bytes, talks: list[str], size: int) -> int:
    """Add turns to a day in large transactions until its file has ``size`` bytes; return how many."""
    day, count = Database(path, key, TRANSCRIPT), 0
    at = datetime.fromisoformat(path.stem).replace(tzinfo=UTC).timestamp()
    await day.open()
    while path.stat().st_size < size:
        batch = [
            (
                os.urandom(16).hex(), random.choice(talks), at + count + number,
                " ".join(random.choices(WORDS, k=15)), " ".join(random.choices(WORDS, k=120)),
            )
            for number in range(BATCH)
        ]  # fmt: skip
        await day.write(lambda db, batch=batch: db.executemany(INSERT, batch) and None)
        count += BATCH
    await day.close()
    return count


def rows_of(data: Path) -> dict[str, tuple[int, int]]:
    """Return count and digest of the rows of every table, by file and table."""
    master = known_key(data)
    assert master
    found = {}
    for name, key in {"core.db": master, **day_keys(data, master)}.items():
        with closing(connect(data / name, key)) as db:
            tables = [line[0] for line in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(tables):
                digest, count = 0, 0
                for line in db.execute(f'SELECT * FROM "{table}"'):
                    whole = hashlib.blake2b(repr(line).encode(), digest_size=16).digest()
                    digest ^= int.from_bytes(whole)
                    count += 1
                found[f"{name} {table}"] = (count, digest)
    return found


def ours(data: Path, folder: Path) -> tuple[float, float, float]:
    """Back up, verify and restore; return the seconds of the three."""
    file = folder / "ours.backup"
    return (
        timed(lambda: create(data, file, PASSPHRASE)),
        timed(lambda: verify(file, lambda _: PASSPHRASE)),
        timed(lambda: restore(file, lambda _: PASSPHRASE, folder / "ours")),
    )


def gpg(data: Path, folder: Path) -> float:
    """``tar | gpg --symmetric`` and back, durable at the end of each, as ours is."""
    (folder / "home").mkdir(mode=0o700)
    (folder / "gpg").mkdir()
    (folder / "passphrase").write_bytes(PASSPHRASE)
    options = (
        f"gpg --batch --quiet --homedir {folder}/home --pinentry-mode loopback "
        f"--passphrase-file {folder}/passphrase --compress-algo none --cipher-algo AES256"
    )
    seal = f"tar -C {data} -c . | {options} --symmetric -o {folder}/peer.gpg && sync -d {folder}/peer.gpg"
    back = f"{options} --decrypt {folder}/peer.gpg | tar -C {folder}/gpg -x && sync -f {folder}/gpg"
    try:
        return timed(lambda: (_shell(seal), _shell(back)))
    finally:  # its agent would outlive us
        subprocess.run(["gpgconf", "--homedir", f"{folder}/home", "--kill", "gpg-agent"], check=False)


def _shell(command: str) -> None:
    subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True)


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that ``work`` takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def measure() -> list[dict[str, Any]]:
    """``core.backup``: seconds of a backup and its verified restore, all rows compared."""
    samples, peers, parts, busy = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="hub-bench-", dir=os.environ.get("HUB_BENCH_DISK")) as name:
        data = Path(name) / "data"
        turns = asyncio.run(fill(data))
        size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
        print(f"{turns:,} turns on {DAYS} days, {size / 1e9:.2f} GB", flush=True)
        before = rows_of(data)
        for number in range(ROUNDS):
            folder = Path(name) / str(number)
            folder.mkdir()
            used = time.process_time()
            made, read, back = (round(part, 2) for part in ours(data, folder))
            busy.append((round(time.process_time() - used, 1), round(os.getloadavg()[0], 1)))
            assert rows_of(folder / "ours") == before, "the rows are not the same"
            samples.append(made + back)  # the restore proves every database and row before it ends
            parts.append((made, read, back))
            peers.append(gpg(data, folder))
            shutil.rmtree(folder, ignore_errors=True)
            print(f"  backup {made} s, verify {read} s, restore {back} s; peer {peers[-1]:.2f} s", flush=True)
    note = (
        f"{turns} turns, {len(before)} tables, {size} bytes; rows equal in every table of every round; "
        f"seconds of (backup, verify alone, verified restore): {parts}; "
        f"processor seconds of the three, and the machine's load, of {os.cpu_count()} cores: {busy}"
    )
    return [row("core.backup", "s", samples, 60, by="max", peer=PEER, peer_samples=peers, note=note)]


if __name__ == "__main__":
    save("backup", measure())
