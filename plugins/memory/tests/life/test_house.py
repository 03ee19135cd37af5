"""The house is kept by a durable job: what is old goes, what is too much too, and never what is worth keeping."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from hub import Database, MemorySelection, NewMemory, Swept
from hub.events import TurnDelta
from hub_memory.life import calm, house
from hub_memory.life.calm import Calm
from hub_memory.life.house import KIND, Limits, since
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS

from . import condensing
from .conftest import DAY, MONDAY, TALK


async def rows(life) -> int:
    return (await life.database.rows("SELECT count(*) FROM memory"))[0][0]


async def test_what_was_said_goes_after_its_days_and_what_talks_came_to_stays(life):
    ids = await life.say(*TALK)
    (fact, pinned) = await life.memory.remember(
        [
            NewMemory("Petra repairs dishwashers.", "ann", kind="fact"),
            NewMemory("Keep this one.", "ann", pinned=True),
        ]
    )
    await life.run()
    (summary,) = await life.summaries()
    await life.run(29 * DAY)
    assert len(await life.memory.get(["ann"], ids)) == len(ids)
    await life.run(2 * DAY)
    assert await life.memory.get(["ann"], ids) == []
    left = await life.memory.get(["ann"], [fact, pinned, summary.id])
    assert [one.id for one in left] == [fact, pinned, summary.id]
    assert left[2].sources == ()
    assert life.house.swept == Swept(expired=len(ids))


async def test_what_was_brought_from_another_memory_stays_however_old_until_there_is_too_much(make_life):
    life = await make_life(most=10)
    brought = [
        NewMemory(
            f"In Rome I saw {at} herons.",
            "ann",
            origin="import",
            session="chatgpt:1",
            sequence=at,
            created=1e9,
        )
        for at in range(12)
    ]
    ids = await life.memory.remember(brought)
    await life.run(90 * DAY)
    assert len(await life.memory.get(["ann"], ids)) == 10
    assert await life.summaries() == []


async def test_a_talk_is_condensed_before_its_turns_go_even_after_a_long_sleep(life):
    await life.say(*TALK)
    await life.run(90 * DAY)
    assert len(await life.summaries()) == 1
    assert await life.texts(kind="episodic") == set()


async def test_summaries_go_after_days_of_their_own(make_life):
    life = await make_life(summaries_days=60)
    await life.say(*TALK)
    await life.run(31 * DAY)
    assert len(await life.summaries()) == 1
    await life.run(31 * DAY)
    assert await life.summaries() == []


async def test_nothing_goes_where_no_days_are_set(make_life):
    life = await make_life(said_days=0)
    await life.say(*TALK)
    await life.run(4_000 * DAY)
    assert len(await life.texts(kind="episodic")) == len(TALK)


def test_the_time_before_which_all_goes_moves_on_once_a_day():
    assert {since(MONDAY + hour * 3_600, 30) for hour in range(24)} == {MONDAY - 30 * DAY}
    assert since(MONDAY, 0) == 0


async def test_what_went_cannot_be_read_in_the_file(life, tmp_path):
    from ..store.pages import plain  # noqa: TID252

    await life.say(*(f"quokkazebra {at} sleeps" for at in range(50)))
    await life.run(40 * DAY)
    await life.memory.forget(MemorySelection("ann", kind="summary"))
    files = b"".join(
        plain(path, bytes(range(32))) for path in tmp_path.glob("memory.db*") if path.suffix != ".db-shm"
    )
    assert b"quokkazebra" not in files


@pytest.fixture
async def crowd(make_life):
    """A memory of 60 entries that may hold 40; every kind of what must stay is among its oldest."""
    life = await make_life(most=40, said_days=0)
    life.now -= 90 * DAY
    kept = await life.memory.remember(
        [
            NewMemory("The rent is 812 euros.", "ann", kind="fact"),
            NewMemory("To close up, lock the door.", "ann", kind="procedure", trust=2),
            NewMemory("They talked of the rent.", "ann", kind="summary"),
            NewMemory("The bicycle is blue.", "ann", pinned=True),
        ]
    )
    (cited,) = await life.memory.remember([NewMemory("The rent went up to 812 euros.", "ann")])
    await life.memory.remember([NewMemory("Rent: 812.", "ann", kind="fact", sources=(cited,))])
    (dear,) = await life.memory.remember([NewMemory("My sister married in May.", "ann", importance=0.9)])
    for at in range(53):
        life.now += DAY
        await life.memory.remember([NewMemory(f"Plum {at} went into jar {at + 100}.", "ann")])
    return life, {*kept, cited, dear}


async def test_beyond_the_most_entries_what_is_worth_least_goes(crowd):
    life, kept = crowd
    await life.run()
    assert (life.house.swept.pruned, await rows(life)) == (20, 40)
    assert {one.id for one in await life.memory.get(["ann"], list(kept))} == kept
    jars = sorted(
        int(text.split()[1]) for text in await life.texts(kind="episodic") if text.startswith("Plum")
    )
    assert jars == list(range(20, 53))
    await life.run()
    assert life.house.swept.pruned == 0


async def test_what_was_recalled_stays_longer_and_what_was_replaced_goes_first(crowd):
    life, _ = crowd
    await life.database.write(
        lambda db: (
            db.execute("UPDATE memory SET recalled = 3 WHERE text LIKE 'Plum % went into jar 10_.'").rowcount
        )
    )
    newest = (await life.memory.browse(MemorySelection("ann", kind="episodic"), limit=1))[0]
    await life.memory.supersede(
        ["ann"], newest.id, NewMemory("Plum 52 went to Petra.", "ann", created=life.now)
    )
    await life.run(2 * DAY)
    texts = await life.texts(kind="episodic")
    assert {f"Plum {at} went into jar {at + 100}." for at in range(10)} <= texts
    assert "Plum 10 went into jar 110." not in texts
    assert await life.memory.get(["ann"], [newest.id]) == []


async def test_what_was_said_today_stays_however_full_it_is(make_life):
    life = await make_life(most=5)
    await life.say(*(f"Jar {at} holds {at * 3} plums." for at in range(20)))
    await life.run(3_600)
    assert await rows(life) == 21  # its summary, too
    await life.run(2 * DAY)
    assert await rows(life) == 5


@pytest.mark.parametrize(
    ("entries", "told"), [(94, ""), (95, "I hold 95 of 100 entries."), (120, "I hold 120 of 100 entries.")]
)
async def test_i_say_so_before_anything_is_dropped(make_life, entries, told):
    assert (await make_life(most=100)).house.nearly_full(entries) == told


async def test_without_a_limit_nothing_is_dropped_or_said(make_life):
    life = await make_life(most=0)
    await life.say("one two three")
    await life.run(2 * DAY)
    assert (await rows(life), life.house.nearly_full(10**9)) == (1, "")


async def test_the_talks_retention_takes_what_is_older_than_mine_only(life):
    old = await life.say("It was long ago.", session="a")
    life.now += 20 * DAY
    new = await life.say("It was of late.", session="b")
    assert await life.house.retire() == 0
    life.now += 12 * DAY
    assert await life.house.retire() == 1
    assert await life.memory.get(["ann"], [*old, *new]) == await life.memory.get(["ann"], new)


async def until(done) -> None:
    async with asyncio.timeout(20):
        while not await done():
            await asyncio.sleep(0.02)


async def test_the_hubs_job_does_it_at_once_and_then_every_hour(life):
    await life.say(*TALK)
    life.now += DAY
    life.hub.jobs.start()

    async def done() -> bool:
        job = life.hub.jobs.get(KIND)
        return job.state == "waiting" and job.due.wall > time.time()

    await until(done)
    job = life.hub.jobs.get(KIND)
    assert 0 < job.due.wall - time.time() <= 3_600
    assert (job.rule, job.title, job.reason) == ("FREQ=HOURLY", "Tidy my memory", "")
    assert len(await life.summaries()) == 1


async def test_cancelled_in_the_middle_it_leaves_what_is_done_and_the_next_start_goes_on(life, monkeypatch):
    for at in range(5):
        await life.say(*(text + f" {at} times." for _, text in TALK), session=f"t{at}")
    life.now += DAY
    begun, go = asyncio.Event(), asyncio.Event()

    async def second(self, *, now: bool = False) -> None:
        if not begun.is_set():
            begun.set()
            await go.wait()

    monkeypatch.setattr(Calm, "wait", second)
    run = asyncio.create_task(life.house.run())
    await asyncio.wait_for(begun.wait(), 20)
    run.cancel()
    await asyncio.wait({run})
    assert len(await life.summaries()) == 1
    await life.restart()
    await life.house.run()
    assert sorted(one.session for one in await life.summaries()) == [f"t{at}" for at in range(5)]


async def test_it_waits_while_somebody_talks_but_not_for_ever(hub):
    quiet = Calm(hub, pause_s=0.3, most_s=60)
    task = asyncio.create_task(quiet.follow())
    await asyncio.sleep(0)
    began = time.monotonic()
    await quiet.wait()
    assert time.monotonic() - began < 0.2
    hub.bus.publish(TurnDelta(conversation="t", turn="1", text="so"))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await quiet.wait(now=True)
    assert time.monotonic() - began < 0.1
    await quiet.wait()
    assert time.monotonic() - began > 0.15
    busy = Calm(hub, pause_s=60, most_s=0.2)
    busy._last = time.monotonic()
    await asyncio.wait_for(busy.wait(), 20)
    task.cancel()


async def test_steps_are_small(make_life, monkeypatch):
    """However much there is to do, nobody who writes meanwhile waits for more than a step."""
    monkeypatch.setattr(house, "STEP", 10)
    monkeypatch.setattr(house, "CLEARED", 10)
    monkeypatch.setattr(calm, "PAUSE_S", 0.0)
    life = await make_life()
    await life.say(*(f"Jar {at} holds {at * 3} plums." for at in range(95)))
    changed: list[int] = []
    write = life.database.write

    async def counted(work):
        before = (await life.database.rows("SELECT count(*) FROM memory WHERE expires = 1.0"))[0][0]
        result = await write(work)
        after = (await life.database.rows("SELECT count(*) FROM memory WHERE expires = 1.0"))[0][0]
        changed.append(abs(after - before))
        return result

    monkeypatch.setattr(life.database, "write", counted)
    await life.run(40 * DAY)
    assert await life.texts(kind="episodic") == set()
    assert max(changed) == 10


def test_the_limits_are_what_the_manifest_says():
    settings = {"keep_said_days": 3, "keep_summaries_days": 4, "most_entries": 5, "embedder": "auto"}
    assert Limits.of(settings) == Limits(3, 4, 5)


async def test_killed_at_any_moment_each_talk_has_one_summary_in_the_end(tmp_path):
    database = Database(tmp_path / "memory.db", condensing.KEY, MIGRATIONS)
    memory = SqliteMemory(database)
    await memory.open()
    for talk in range(60):
        turns = [
            NewMemory(
                f"{text} For the {talk}.",
                "ann",
                origin=origin,
                session=f"t{talk}",
                sequence=at,
                created=1e9 + at,
            )
            for at, (origin, text) in enumerate(TALK)
        ]
        await memory.remember(turns)
    await memory.close()
    for after in (1, 4, 9):
        child = await asyncio.create_subprocess_exec(
            sys.executable, condensing.__file__, str(database.path), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(after):
            while await child.stdout.readline() != b"1\n":  # an earlier one did that talk
                assert not child.stdout.at_eof()
        child.kill()
        await child.wait()
    child = await asyncio.create_subprocess_exec(sys.executable, condensing.__file__, str(database.path))
    assert await child.wait() == 0
    database = Database(database.path, condensing.KEY, MIGRATIONS)
    await database.open()
    made = await database.rows(
        "SELECT session, count(*), count(superseded_by) FROM memory WHERE kind = 'summary' GROUP BY 1"
    )
    await database.close()
    assert sorted(made) == sorted((f"t{talk}", 1, 0) for talk in range(60))
