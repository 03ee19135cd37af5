"""The search index: it finds, keeps up, survives what happens to files, and forgets for good."""

# Nothing else runs on these loops: files may be looked at.

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.store import search as search_module
from hub.store.connection import connect
from hub.store.database import Database
from hub.store.keys import unwrap
from hub.store.schema import CORE
from hub.store.search import Search
from hub.store.transcripts import Transcripts, Turn, day_of

from .conftest import KEY, SRC, UNIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAY = 86_400.0
NOW = time.time()
SECRET = "marzipan"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "SETTLE_S", 0.0)
    monkeypatch.setattr(search_module, "PAUSE_S", 0.01)


@dataclass
class Home:
    """The stores of one folder and the search over them."""

    folder: Path
    core: Database
    transcripts: Transcripts
    search: Search

    @classmethod
    async def open(cls, folder: Path) -> Home:
        core = Database(folder / "core.db", KEY, CORE)
        await core.open()
        transcripts = Transcripts(core, folder / "transcripts", KEY)
        await transcripts.open()
        search = Search(core, transcripts, folder / "search.db", KEY)
        search.start()
        return cls(folder, core, transcripts, search)

    async def close(self) -> None:
        await self.search.close()
        await self.transcripts.close()
        await self.core.close()

    async def reopen(self) -> Home:
        await self.close()
        return await Home.open(self.folder)

    async def say(self, id_: str, text: str, answer: str = "", *, days: float = 0, **more: Any) -> Turn:
        about = {"talk": "talk", "person": "ann", "replaces": None, **more}
        await self.core.execute(
            "INSERT OR IGNORE INTO conversation (id, title, created, touched, person) VALUES (?, '', ?, ?, ?)",
            (about["talk"], NOW, NOW - days * DAY, about["person"]),
        )
        at = NOW - days * DAY
        turn = Turn(id_, about["talk"], at, "text", text, "done", answer, "", "", 0.0)
        await self.transcripts.begin(turn, about["replaces"])
        return turn

    async def found(self, text: str, person: str = "ann", **how: Any) -> list[str]:
        return [hit.turn for hit in (await self.search.find(text, person, **how)).hits]

    async def until(self, text: str, *turns: str, person: str = "ann") -> None:
        async with asyncio.timeout(60):
            while sorted(await self.found(text, person)) != sorted(turns):
                await asyncio.sleep(0.01)

    async def key(self) -> bytes:
        ((wrapped,),) = await self.core.rows("SELECT wrapped FROM search_key")
        return unwrap(KEY, wrapped)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    home = await Home.open(tmp_path)
    yield home
    with suppress(Exception):
        await home.close()


async def test_a_turn_is_found_by_its_words_soon_after(home: Home) -> None:
    turn = await home.say("a", "What is the name of the grey cat?", "She is called Muesli.")
    await home.until("grey", "a")
    for text in ("gre", "GREY cat", '"grey cat"', "muesli name", "muesl", "grey -dog"):
        assert await home.found(text) == ["a"], text
    assert await home.found("grey dog") == []
    assert await home.found("grey -cat") == []
    hit = (await home.search.find("cat", "ann")).hits[0]
    assert ("cat", True) in hit.pieces
    assert "".join(text for text, _ in hit.pieces) == turn.text
    assert (hit.talk, hit.at) == ("talk", pytest.approx(turn.at, abs=0.002))


async def test_accents_do_not_matter(home: Home) -> None:
    await home.say("a", "Où est le café?")
    await home.until("cafe", "a")
    assert await home.found("CAFÉ ou") == ["a"]


async def test_an_answer_that_comes_later_is_found_too(home: Home) -> None:
    turn = Turn("a", "talk", NOW, "text", "Who is it?", "answering", "", "", "", 0.0)
    await home.say("b", "something else")
    await home.transcripts.begin(turn)
    await home.until("else", "b")
    assert await home.found("who") == []
    await home.transcripts.update("a", NOW, state="done", answer="It is the postman.")
    await home.until("postman", "a")


async def test_everyone_finds_their_own(home: Home) -> None:
    await home.say("a", "my birthday wish", person="ann", talk="1")
    await home.say("b", "my birthday cake", person="bob", talk="2")
    await home.until("birthday", "a")
    await home.until("birthday", "b", person="bob")
    assert await home.found("birthday", "eve") == []
    assert await home.found("birthday", "") == []


async def test_a_page_at_a_time_newest_of_the_same_worth_first(home: Home) -> None:
    for number in range(7):
        await home.say(f"{number}", "pancakes", days=number)
    await home.until("pancakes", *map(str, range(7)))
    pages = [await home.found("pancakes", page=page, size=3) for page in range(4)]
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"], []]
    assert (await home.search.find("pancakes", "ann", size=3)).total == 7
    assert await home.found("pancakes", days=2) == ["0", "1"]
    assert await home.found("pancakes", hidden={"talk"}) == []


async def test_rare_words_and_fresh_turns_come_first(home: Home) -> None:
    await home.say("long", "we talked of " + "many other things and " * 30 + "a heron", days=1)
    await home.say("short", "a heron", days=2)
    await home.say("old", "a heron", days=400)
    await home.until("heron", "long", "short", "old")
    assert await home.found("heron") == ["short", "old", "long"]


async def test_what_was_asked_again_is_found_only_as_it_is_now(home: Home) -> None:
    old = await home.say("a", "How tall is the tower?", days=0.0001)
    await home.until("tall", "a")
    await home.say("b", "How high is the tower?", replaces=old)
    await home.until("tower", "b")
    assert await home.found("tall") == []


async def test_a_restart_reads_nothing_twice_and_misses_nothing(home: Home) -> None:
    for number in range(5):
        await home.say(f"{number}", "a walk", days=number)
    await home.until("walk", *map(str, range(5)))
    await home.search.close()
    await home.say("late", "a late walk", days=3)
    again = await home.reopen()
    try:
        await again.until("walk", "0", "1", "2", "3", "4", "late")
        rows = await again.search._index._open.rows("SELECT count(*), count(DISTINCT id) FROM turn")
        assert rows == [(6, 6)]
    finally:
        await again.close()


@pytest.mark.parametrize("harm", ["missing", "garbage", "cut", "no key", "middle"])
async def test_an_index_that_is_lost_is_made_anew(home: Home, harm: str) -> None:
    for number in range(40):
        await home.say(f"{number}", f"sentence {number} about rivers", "and lakes " * 20, days=number % 3)
    await home.until("sentence 7", "7")
    await home.search.settled.wait()
    await home.close()
    path = home.folder / "search.db"
    whole = path.read_bytes()
    if harm == "missing":
        path.unlink()
    elif harm == "garbage":
        path.write_bytes(os.urandom(len(whole)))
    elif harm == "cut":
        path.write_bytes(whole[:4096])
    elif harm == "middle":
        path.write_bytes(whole[:8192] + os.urandom(len(whole) - 8192))
    again = await Home.open(home.folder)
    if harm == "no key":
        await again.core.execute("DELETE FROM search_key")
        await again.search.close()
        again.search = Search(again.core, again.transcripts, path, KEY)
        again.search.start()
    try:
        async with asyncio.timeout(60):
            while len(await again.found("rivers", size=50)) < 40:
                await asyncio.sleep(0.01)
    finally:
        await again.close()


async def test_a_damaged_day_is_left_out_and_no_error(home: Home) -> None:
    await home.say("a", "old rain", days=2)
    await home.say("b", "new rain")
    await home.until("rain", "a", "b")
    await home.close()
    day = home.folder / "transcripts" / f"{day_of(NOW - 2 * DAY)}.db"
    day.write_bytes(b"x" * day.stat().st_size)
    again = await Home.open(home.folder)
    try:
        await again.until("rain", "b")
    finally:
        await again.close()


PAGE, RESERVED, SALT = 4096, 80, 16
FRAME = 24


def dumped(path: Path, key: bytes) -> bytes:
    """Every page of the file and of its journal as it lies there, free ones too (SQLCipher 4's format)."""
    pages = [path.read_bytes()[at : at + PAGE] for at in range(0, path.stat().st_size, PAGE)]
    journal = path.with_name(f"{path.name}-wal")
    frames = journal.read_bytes()[32:] if journal.exists() else b""
    pages += [frames[at + FRAME : at + FRAME + PAGE] for at in range(0, len(frames), FRAME + PAGE)]
    whole = [page for page in pages if len(page) == PAGE]  # the last frame may be in the middle of being written
    return b"".join(_decrypted(page, key, SALT if number == 0 else 0) for number, page in enumerate(whole))


def _decrypted(page: bytes, key: bytes, start: int) -> bytes:
    vector = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    cipher = Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor()
    return cipher.update(page[start : PAGE - RESERVED])


async def test_an_erased_talk_leaves_no_word_behind(home: Home) -> None:
    await home.say("a", f"the {SECRET} is hidden", f"in the {SECRET} box", talk="1")
    await home.say("b", "something else", talk="2")
    await home.until(SECRET, "a")
    assert SECRET.encode() in dumped(home.folder / "search.db", await home.key())
    days = await home.transcripts.erase("1")
    await home.core.execute("DELETE FROM conversation WHERE id = '1'")
    await home.search.drop("1", days)
    assert await home.found(SECRET) == []
    await home.until("else", "b")
    key = await home.key()
    assert (home.folder / "search.db-wal").stat().st_size < 200_000
    await home.close()
    text = dumped(home.folder / "search.db", key)
    assert SECRET[1:6].encode() not in text  # the index shares first letters between words
    assert b"something" in text


async def test_forgotten_days_take_the_key_of_the_index_with_them(home: Home) -> None:
    await home.say("a", f"the {SECRET} is hidden", days=40, talk="1")
    await home.say("b", "something else", talk="2")
    await home.until(SECRET, "a")
    old_key, ((wrapped,),) = await home.key(), await home.core.rows("SELECT wrapped FROM search_key")
    await home.transcripts.forget_days_before(datetime.fromtimestamp(NOW - 30 * DAY, UTC).date())
    assert await home.found(SECRET) == []  # at once, before anything was read anew
    await home.until("else", "b")
    assert await home.found(SECRET) == []
    new_key = await home.key()
    assert new_key != old_key
    await home.close()
    assert wrapped not in dumped(home.folder / "core.db", KEY)
    assert SECRET.encode() not in dumped(home.folder / "search.db", new_key)
    with pytest.raises(Exception, match="not a database"):
        connect(home.folder / "search.db", old_key)


async def test_nothing_is_readable_without_the_key(home: Home, tmp_path: Path) -> None:
    await home.say("a", f"the {SECRET} is hidden")
    await home.until(SECRET, "a")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


async def test_progress_is_told_while_older_talks_are_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        await home.say(f"{number}", "a boat", days=number)
    await home.close()
    (home.folder / "search.db").unlink()
    monkeypatch.setattr(search_module, "BATCH", 1)
    monkeypatch.setattr(search_module, "BREATH_S", 0.02)
    again = await Home.open(home.folder)
    try:
        told = set()
        while again.search.progress is not None:
            told.add((again.search.progress.done, again.search.progress.total))
            assert await again.found("boat") is not None
            await asyncio.sleep(0.005)
        assert {total for _, total in told} <= {0, 6}
        assert len({done for done, total in told if total}) > 1
        assert len(await again.found("boat")) == 6
    finally:
        await again.close()


FILLER = """
import asyncio, sys
sys.path[:0] = [{src!r}, {unit!r}]
from pathlib import Path
from hub.store import search
search.SETTLE_S, search.BATCH, search.BREATH_S = 0.0, 7, 0.0
from store.test_search import Home

async def main():
    home = await Home.open(Path({folder!r}))
    number = int(sys.argv[1])
    while True:
        await home.say(f"t{{number}}", f"number{{number}} of the kingfisher", days=number % 5)
        print(number, flush=True)
        number += 1

asyncio.run(main())
"""


async def test_killed_while_it_reads_it_catches_up(tmp_path: Path) -> None:
    first = 0
    for _ in range(3):
        script = FILLER.format(src=str(SRC), unit=str(UNIT), folder=str(tmp_path))
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(first)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(25):
            assert child.stdout.readline()
        child.kill()
        said = [int(line) for line in child.stdout.read().split()]
        first = max([first + 24, *said]) + 2
        child.wait()
    home = await Home.open(tmp_path)
    try:
        await asyncio.wait_for(home.search.settled.wait(), 60)
        stored = [
            turn.id
            for day in await home.transcripts.known_days()
            for _, turn in await home.transcripts.changes(day, 0, 10_000)
        ]
        assert len(stored) >= 75
        assert set(await home.found("kingfisher", size=1_000)) == set(stored)
        rows = await home.search._index._open.rows("SELECT count(*), count(DISTINCT id) FROM turn")
        assert rows == [(len(stored), len(stored))]
    finally:
        await home.close()
