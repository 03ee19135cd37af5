"""A data folder with real talks in it, and backups that are quick to open."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from hub.auth.claim import Claims
from hub.backup import seal
from hub.backup.create import create
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts, Turn

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = b"four words nobody guesses"
NOW = time.time()
DAY = 86_400.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases less, and take no key from the environment."""
    monkeypatch.setattr(seal, "COST", 10)
    monkeypatch.delenv("HUB_MASTER_KEY", raising=False)


@dataclass
class Store:
    """The open stores of a data folder."""

    data: Path
    core: Database
    transcripts: Transcripts

    async def say(self, text: str, *, days_ago: int = 0, talk: str = "talk") -> Turn:
        """Store a turn; it is on disk when this returns."""
        at = NOW - days_ago * DAY
        turn = Turn(f"{text}-{days_ago}", talk, at, "text", text, "done", f"You said {text}.", "", "", 0.1)
        await self.core.execute(
            "INSERT OR IGNORE INTO conversation (id, title, created, touched) VALUES (?, '', ?, ?)",
            (talk, at, NOW),
        )
        await self.transcripts.begin(turn)
        return turn

    async def heard(self, talk: str = "talk") -> list[str]:
        """Return what was said in a talk."""
        return [turn.text for turn in await self.transcripts.of(talk, 1000)]

    async def close(self) -> None:
        await self.transcripts.close()
        await self.core.close()


async def opened(data: Path) -> Store:
    """Open the stores of ``data``, as a hub does."""
    master = master_key(data)
    core = Database(data / "core.db", master, CORE)
    await core.open()
    transcripts = Transcripts(core, data / "transcripts", master)
    await transcripts.open()
    return Store(data, core, transcripts)


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A folder with three days of talks, an owner and settings; closed."""
    store = await opened(tmp_path / "data")
    await Claims(store.core).redeem(await Claims(store.core).new_code())
    for days_ago in (2, 1, 0):
        for number in range(5):
            await store.say(f"word{number}", days_ago=days_ago)
    await store.say("secret", days_ago=1, talk="other")
    await store.close()
    (store.data / "hub.toml").write_text("port = 8421\n")
    (store.data / "catalog.json").write_text('{"kinds": {}}')
    (store.data / "models").mkdir()
    (store.data / "models" / "voice.bin").write_bytes(b"weights")
    return store.data


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    """A backup of that folder."""
    file = tmp_path / "a.backup"
    create(data, file, PASSPHRASE)
    return file
