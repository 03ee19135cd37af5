"""Turns: kept in order across days, through crashes, and truly forgotten."""

# Nothing else runs on these loops: files may be looked at.

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.store import days
from hub.store.database import Database
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts, Turn, day_of

from .conftest import KEY, killed_writer

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0
SECRET = "my sister's birthday is in June"


def turn(
    id_: str, at: float = NOON, conversation: str = "talk", state: str = "done", text: str = "hello"
) -> Turn:
    return Turn(id_, conversation, at, "voice", text, state, "", "", "", 0.0)


async def test_a_turn_is_stored_and_completed(transcripts: Transcripts) -> None:
    await transcripts.begin(turn("a", state="answering"))
    await transcripts.update(
        "a", NOON, state="done", answer="Yes.", provider="exact", quality="exact", seconds=0.2
    )
    expected = replace(turn("a"), answer="Yes.", provider="exact", quality="exact", seconds=0.2)
    assert await transcripts.of("talk") == [expected]
    assert await transcripts.of("another") == []


async def test_the_latest_come_oldest_first_across_days(transcripts: Transcripts) -> None:
    for n in range(10):
        await transcripts.begin(turn(str(n), NOON + n * DAY / 2))
    await transcripts.begin(turn("x", NOON, conversation="another"))
    assert [t.id for t in await transcripts.of("talk")] == [str(n) for n in range(10)]
    assert [t.id for t in await transcripts.of("talk", 3)] == ["7", "8", "9"]
    assert await transcripts.of("talk", 0) == []


async def test_the_same_turn_twice_is_refused(transcripts: Transcripts) -> None:
    await transcripts.begin(turn("a"))
    with pytest.raises(Exception, match="UNIQUE"):
        await transcripts.begin(turn("a"))
    assert len(await transcripts.of("talk")) == 1


async def test_an_update_of_no_turn_is_told(transcripts: Transcripts, tmp_path: Path) -> None:
    with pytest.raises(HubError, match="not stored"):
        await transcripts.update("ghost", NOON, state="done", answer="")
    assert not list(tmp_path.glob("transcripts/*"))
    await transcripts.begin(turn("a"))
    with pytest.raises(HubError, match="not stored"):
        await transcripts.update("ghost", NOON, state="done", answer="")


async def reopened(core: Database, folder: Path) -> Transcripts:
    store = Transcripts(core, folder, KEY)
    await store.open()
    return store


async def test_turns_left_in_the_middle_become_interrupted(core: Database, tmp_path: Path) -> None:
    first = await reopened(core, tmp_path / "transcripts")
    for n in range(6):
        await first.begin(turn(str(n), NOON + n * DAY, state="answering"))
    await first.update("3", NOON + 3 * DAY, state="answering", answer="Half an")
    await first.update("5", NOON + 5 * DAY, state="done", answer="Whole")
    await first.close()
    second = await reopened(core, tmp_path / "transcripts")
    turns = await second.of("talk")
    assert [t.state for t in turns] == ["interrupted"] * 5 + ["done"]
    assert turns[3].answer == "Half an"
    await second.begin(turn("new", NOON + 3 * DAY + 1, state="answering"))
    await asyncio.gather(*(second.of("talk") for _ in range(5)))  # other days push this one out
    assert next(t for t in await second.of("talk") if t.id == "new").state == "answering"
    await second.close()


@pytest.mark.slow
async def test_kill_9_under_talk_keeps_every_acknowledged_turn(tmp_path: Path) -> None:
    done: set[str] = set()
    begun: set[str] = set()
    for _ in range(6):
        for line in killed_writer("turns", tmp_path, random.randint(2, 60)):
            id_, state = line.split()
            (done if state == "done" else begun).add(id_)
        core = Database(tmp_path / "core.db", KEY, CORE)
        await core.open()
        store = await reopened(core, tmp_path / "transcripts")
        stored = {t.id: t for t in await store.of("talk", 1_000_000)}
        assert begun <= set(stored)
        assert all(stored[id_].answer == "half an answer" for id_ in done)
        assert all(t.state in {"done", "interrupted"} for t in stored.values())
        await store.close()
        await core.close()


async def test_nothing_said_can_be_read_in_the_files(
    transcripts: Transcripts, plaintext_in: Callable[[str], list[str]]
) -> None:
    for n in range(20):
        await transcripts.begin(turn(str(n), NOON + n * DAY / 4, text=SECRET))
        await transcripts.update(str(n), NOON + n * DAY / 4, state="done", answer=SECRET)
    assert plaintext_in(SECRET) == []
    assert plaintext_in("birthday") == []


async def test_each_day_has_a_key_of_its_own(
    transcripts: Transcripts, core: Database, tmp_path: Path
) -> None:
    await transcripts.begin(turn("a"))
    await transcripts.begin(turn("b", NOON + DAY))
    await transcripts.close()
    one, other = sorted((tmp_path / "transcripts").glob("*.db"))
    other.write_bytes(one.read_bytes())
    again = await reopened(core, tmp_path / "transcripts")
    assert [t.id for t in await again.of("talk")] == ["a"]
    assert "key" in str(again.damaged["2026-03-11"])
    await again.close()


async def test_forgetting_destroys_key_and_file(
    transcripts: Transcripts, core: Database, tmp_path: Path
) -> None:
    for n in range(5):
        await transcripts.begin(turn(str(n), NOON + n * DAY, text=SECRET))
    stolen = (tmp_path / "transcripts" / "2026-03-11.db").read_bytes()
    assert await transcripts.forget_days_before(date(2026, 3, 13)) == [
        "2026-03-10",
        "2026-03-11",
        "2026-03-12",
    ]
    assert [t.id for t in await transcripts.of("talk")] == ["3", "4"]
    names = {path.name.split(".db")[0] for path in (tmp_path / "transcripts").iterdir()}
    assert names == {"2026-03-13", "2026-03-14"}
    assert await core.rows("SELECT day FROM transcript_key ORDER BY day") == [
        ("2026-03-13",),
        ("2026-03-14",),
    ]
    with pytest.raises(HubError, match="forgotten"):
        await transcripts.update("0", NOON, state="done", answer="again")
    assert await transcripts.forget_days_before(date(2026, 3, 13)) == []
    # Whoever kept a copy of the file finds no key for it any more, and the day can begin anew.
    (tmp_path / "transcripts" / "2026-03-11.db").write_bytes(stolen)
    await transcripts.begin(turn("anew", NOON + DAY))
    assert [t.id for t in await transcripts.of("talk", 3)] == ["anew", "3", "4"]
    assert (await transcripts.forget_days_before(date(2026, 3, 12))) == ["2026-03-11"]
    assert not list((tmp_path / "transcripts").glob("2026-03-11*"))


async def test_forgetting_reaches_the_keys_in_backups_of_core(tmp_path: Path) -> None:
    core = Database(tmp_path / "core.db", KEY, CORE)
    await core.open()
    store = await reopened(core, tmp_path / "transcripts")
    await store.begin(turn("a"))
    await store.close()
    await core.close()
    core = Database(tmp_path / "core.db", KEY, (*CORE, "CREATE TABLE later (x)"))
    await core.open()
    store = await reopened(core, tmp_path / "transcripts")
    await store.forget_days_before(date(2026, 3, 11))
    await store.close()
    await core.close()
    (backup,) = tmp_path.glob("core.db.before-*")
    copy = Database(backup, KEY, CORE)
    await copy.open()
    assert await copy.rows("SELECT * FROM transcript_key") == []
    await copy.close()


async def test_a_file_whose_key_is_gone_is_swept_once_it_is_old(
    transcripts: Transcripts, core: Database, tmp_path: Path
) -> None:
    await transcripts.begin(turn("a"))
    await transcripts.begin(turn("b", NOON + DAY))
    await transcripts.close()
    await core.execute("DELETE FROM transcript_key")  # a crash between key and file, or core.db lost
    again = await reopened(core, tmp_path / "transcripts")
    assert await again.of("talk") == []
    assert len(list((tmp_path / "transcripts").glob("*.db"))) == 2
    assert await again.forget_days_before(date(2026, 3, 11)) == []
    assert [path.name for path in (tmp_path / "transcripts").iterdir()] == ["2026-03-11.db"]
    await again.close()


async def test_a_damaged_day_hides_no_other(transcripts: Transcripts, core: Database, tmp_path: Path) -> None:
    for n in range(3):
        await transcripts.begin(turn(str(n), NOON + n * DAY))
    await transcripts.close()
    (tmp_path / "transcripts" / "2026-03-11.db").write_bytes(b"damage" * 1000)
    (tmp_path / "transcripts" / "2026-03-12.db").write_bytes(b"")
    again = await reopened(core, tmp_path / "transcripts")
    assert [t.id for t in await again.of("talk")] == ["0"]
    assert set(again.damaged) == {"2026-03-11", "2026-03-12"}
    with pytest.raises(HubError) as error:
        await again.begin(turn("late", NOON + 2 * DAY))
    assert error.value.fix
    assert (tmp_path / "transcripts" / "2026-03-12.db").read_bytes() == b""
    await again.close()


async def test_forgetting_waits_for_those_who_read(transcripts: Transcripts) -> None:
    for n in range(12):
        await transcripts.begin(turn(str(n), NOON + n * DAY))
    reading = [asyncio.create_task(transcripts.of("talk")) for _ in range(10)]
    writing = [
        asyncio.create_task(transcripts.begin(turn(f"w{n}", NOON + (n % 12) * DAY))) for n in range(20)
    ]
    await asyncio.sleep(0)
    await transcripts.forget_days_before(date(2026, 3, 15))
    await asyncio.gather(*reading, *writing)
    ids = {t.id for t in await transcripts.of("talk")}
    assert {str(n) for n in range(5, 12)} <= ids


async def test_few_files_are_open_at_a_time(transcripts: Transcripts) -> None:
    for n in range(10):
        await transcripts.begin(turn(str(n), NOON + n * DAY))
    assert len(await transcripts.of("talk")) == 10
    assert len(transcripts._days._files) <= days.MOST_OPEN


moments = st.floats(NOON - 4 * DAY, NOON + 4 * DAY) | st.sampled_from([NOON, NOON + DAY, NOON - NOON % DAY])
talks = st.lists(st.tuples(moments, st.sampled_from("ab"), st.text(max_size=20)), max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(talks, st.integers(1, 30))
def test_turns_come_back_whole_and_in_order(said: list[tuple[float, str, str]], limit: int) -> None:
    async def check() -> None:
        with TemporaryDirectory() as folder:
            core = Database(Path(folder) / "core.db", KEY, CORE, full=False)
            await core.open()
            store = await reopened(core, Path(folder) / "transcripts")
            turns = [turn(str(n), at, talk, text=text) for n, (at, talk, text) in enumerate(said)]
            for one in turns:
                await store.begin(one)
            for talk in "ab":
                wanted = sorted((t for t in turns if t.conversation == talk), key=lambda t: t.at)
                assert await store.of(talk, limit) == wanted[-limit:]
            assert {day for (day,) in await core.rows("SELECT day FROM transcript_key")} == {
                day_of(t.at) for t in turns
            }
            await store.close()
            await core.close()

    asyncio.run(check())
