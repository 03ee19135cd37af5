"""A process that writes to an encrypted file and says what was acknowledged, until it is killed."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path

from hub.store.database import Database
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts, Turn

NUMBERS = ("CREATE TABLE number (n INTEGER PRIMARY KEY, filler BLOB)",)


async def numbers(path: Path, key: bytes) -> None:
    db = Database(path, key, NUMBERS)
    await db.open()
    (((start,)),) = await db.rows("SELECT coalesce(max(n), 0) FROM number")
    for n in range(start + 1, start + 100_000):
        await db.execute("INSERT INTO number VALUES (?, randomblob(2000))", (n,))
        print(n, flush=True)


async def turns(folder: Path, master: bytes) -> None:
    core = Database(folder / "core.db", master, CORE)
    await core.open()
    transcripts = Transcripts(core, folder / "transcripts", master)
    await transcripts.open()
    at = 1_700_000_000.0
    for _ in range(100_000):
        at += 7_000  # a new day every dozen turns
        turn = Turn(uuid.uuid4().hex, "talk", at, "text", "words", "answering", "", "", "", 0.0)
        await transcripts.begin(turn)
        print(turn.id, "answering", flush=True)
        await transcripts.update(turn.id, at, state="answering", answer="half an")
        await transcripts.update(turn.id, at, state="done", answer="half an answer")
        print(turn.id, "done", flush=True)


if __name__ == "__main__":
    work = {"numbers": numbers, "turns": turns}[sys.argv[1]]
    asyncio.run(work(Path(sys.argv[2]), bytes.fromhex(sys.argv[3])))
