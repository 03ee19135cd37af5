# ruff: noqa: DTZ001  naive times are what a person in one place means
"""Jobs: due once, resumed after a kill, cancelled for good, whatever the clocks do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.jobs import Due, Running, scheduler

from .conftest import START, House, started, until


class Noting:
    """A kind of job that notes each run, and does what it is told."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, float]] = []
        self.again: Due | None = None
        self.hold = asyncio.Event()
        self.hold.set()
        self.error: Exception | None = None

    def __call__(self, house: House) -> None:
        house.jobs.register("note", self.run)

    async def run(self, job: Running) -> Due | None:
        self.runs.append((job.title, job.late))
        await self.hold.wait()
        if self.error:
            raise self.error
        again, self.again = self.again, None
        return again


async def test_runs_when_due_and_not_before(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "tea", due=house.clock.after(60))
        house.clock.pass_(59.5)
        await asyncio.sleep(0.03)
        assert not note.runs
        house.clock.pass_(0.5)
        await until(lambda: note.runs and not house.jobs.list())
        assert note.runs == [("tea", 0.0)]
        assert [job.state for job in await house.jobs.past("note")] == ["done"]


async def test_a_job_without_a_time_runs_at_once(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "now")
        await until(lambda: note.runs)


async def test_a_countdown_does_not_care_for_the_wall_clock(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        job = await house.jobs.add("note", "tea", due=house.clock.after(60))
        house.clock.set(3_600)
        await until(lambda: house.told("clock.changed"))
        assert not note.runs
        assert house.jobs.get(job.id).due.wall == START + 3_660  # what the clock will show then
        house.clock.set(-7_200)
        await until(lambda: len(house.told("clock.changed")) == 2)
        house.clock.pass_(59)
        await asyncio.sleep(0.02)
        assert not note.runs
        house.clock.pass_(1)
        await until(lambda: note.runs)


async def test_an_alarm_follows_the_wall_clock_both_ways(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "early", due=START + 3_600)
        await house.jobs.add("note", "late", due=START + 7_200)
        house.clock.set(-600)
        house.clock.pass_(3_600)
        await asyncio.sleep(0.03)
        assert not note.runs
        house.clock.set(600)
        await until(lambda: [title for title, _ in note.runs] == ["early"])
        house.clock.set(86_400)
        await until(lambda: [title for title, _ in note.runs] == ["early", "late"])
        house.clock.set(-86_400)
        house.clock.pass_(86_400)
        await asyncio.sleep(0.03)
        assert len(note.runs) == 2  # what has rung does not ring again


async def test_what_was_due_while_the_hub_was_off_runs_at_once_and_is_late(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "alarm", due=START + 100)
        await house.jobs.add("note", "tea", due=house.clock.after(200))
        await house.stop()
        house.clock.pass_(500)
        await house.start()
        await until(lambda: len(note.runs) == 2)
        assert note.runs == [("alarm", 400.0), ("tea", 300.0)]


async def test_a_countdown_goes_on_by_the_wall_clock_after_a_reboot(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "tea", due=house.clock.after(600))
        await house.stop()
        house.clock.reboot(away=590)
        await house.start()
        await asyncio.sleep(0.02)
        assert not note.runs
        house.clock.pass_(10)
        await until(lambda: note.runs)


async def test_a_countdown_survives_a_clock_set_while_the_hub_was_off(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        job = await house.jobs.add("note", "tea", due=house.clock.after(600))
        await house.stop()
        house.clock.pass_(60)
        house.clock.set(-50_000)
        await house.start()
        assert house.clock.left(house.jobs.get(job.id).due) == 540
        assert house.jobs.get(job.id).due.wall == house.clock.wall() + 540
        assert not note.runs


async def test_repeats_at_the_same_local_time_over_daylight_saving(tmp_path):
    note, zone = Noting(), "Europe/Berlin"
    async with started(tmp_path, note, zone) as house:
        house.clock.set(datetime(2027, 3, 26, 12, tzinfo=house.zone).timestamp() - START)
        job = await house.jobs.add("note", "up", every="FREQ=DAILY", start=datetime(2027, 3, 1, 7))
        times = []
        for count in range(1, 5):
            due = house.jobs.get(job.id).due
            times.append(datetime.fromtimestamp(due.wall, house.zone).strftime("%d %H:%M %z"))
            house.clock.pass_(house.clock.left(due))
            await until(
                lambda count=count, due=due: len(note.runs) == count and house.jobs.get(job.id).due != due
            )
        assert times == ["27 07:00 +0100", "28 07:00 +0200", "29 07:00 +0200", "30 07:00 +0200"]


async def test_what_repeats_and_was_missed_often_runs_once(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        job = await house.jobs.add("note", "up", every="FREQ=DAILY")
        await house.stop()
        house.clock.pass_(10 * 86_400)
        await house.start()
        await until(lambda: note.runs and house.jobs.get(job.id).state == "waiting")
        await asyncio.sleep(0.02)
        assert len(note.runs) == 1
        assert 0 < house.clock.left(house.jobs.get(job.id).due) <= 86_400


async def test_seven_is_seven_where_the_hub_is(tmp_path):
    """The machine's zone may be another after a restart."""
    from zoneinfo import ZoneInfo

    async with started(tmp_path, Noting(), "Europe/Berlin") as house:
        job = await house.jobs.add("note", "up", every="FREQ=DAILY", start=datetime(2026, 11, 18, 7))
        await house.stop()
        house.zone = ZoneInfo("America/New_York")
        await house.start()
        due = house.jobs.get(job.id).due
        assert datetime.fromtimestamp(due.wall, house.zone).strftime("%H:%M") == "07:00"


async def test_runs_again_when_it_says_so(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        note.again = house.clock.after(300)
        job = await house.jobs.add("note", "tea")
        await until(lambda: note.runs and house.jobs.get(job.id).state == "waiting")
        house.clock.pass_(300)
        await until(lambda: len(note.runs) == 2 and not house.jobs.list())


async def test_cancelled_means_it_does_not_run_and_restored_that_it_does(tmp_path):
    note = Noting()
    async with started(tmp_path, note) as house:
        job = await house.jobs.add("note", "tea", due=house.clock.after(60))
        assert (await house.jobs.cancel(job.id)).state == "cancelled"
        house.clock.pass_(100)
        await asyncio.sleep(0.02)
        assert not note.runs
        with pytest.raises(HubError, match="over"):
            await house.jobs.cancel(job.id)
        await house.jobs.restore(job.id)
        await until(lambda: note.runs)
        with pytest.raises(HubError):
            await house.jobs.restore(job.id)  # done is done


async def test_a_running_job_is_cancelled_where_it_stands(tmp_path):
    note = Noting()
    note.hold.clear()
    async with started(tmp_path, note) as house:
        job = await house.jobs.add("note", "long")
        await until(lambda: note.runs)
        await house.jobs.cancel(job.id)
        assert not house.jobs.list()
        await house.stop()
        await house.start()
        assert not house.jobs.list()


async def test_a_kind_that_comes_late_is_waited_for(tmp_path):
    note = Noting()
    async with started(tmp_path, lambda _: None) as house:
        await house.jobs.add("note", "early bird")
        await asyncio.sleep(0.02)
        assert house.jobs.list()[0].state == "waiting"
        note(house)
        await until(lambda: note.runs)


async def test_an_error_is_told_tried_again_and_at_last_final(tmp_path):
    note = Noting()
    note.error = RuntimeError("no luck")
    async with started(
        tmp_path, lambda house: house.jobs.register("note", note.run, pauses=(10, 20))
    ) as house:
        await house.jobs.add("note", "risky")
        for count, pause in ((1, 10), (2, 20)):
            await until(
                lambda count=count: len(note.runs) == count and house.jobs.list()[0].state == "waiting"
            )
            assert "no luck" in house.jobs.list()[0].reason
            house.clock.pass_(pause)
        await until(lambda: len(note.runs) == 3 and not house.jobs.list())
        failed = (await house.jobs.past("note"))[0]
        assert (failed.state, bool(failed.reason), bool(failed.fix)) == ("failed", True, True)
        assert "failed" in house.told("job.changed")[-1].line()


async def test_what_a_person_can_mend_is_final_at_once_and_keeps_its_fix(tmp_path):
    note = Noting()
    note.error = HubError("There is no disk.", fix="Plug it in.")
    async with started(tmp_path, lambda house: house.jobs.register("note", note.run, pauses=(10,))) as house:
        await house.jobs.add("note", "risky")
        await until(lambda: note.runs and not house.jobs.list())
        failed = (await house.jobs.past("note"))[0]
        assert (failed.reason, failed.fix) == ("There is no disk.", "Plug it in.")


async def test_a_job_that_ends_the_hub_each_time_is_given_up(tmp_path):
    note = Noting()
    note.hold.clear()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "bomb")
        for count in range(1, scheduler.TRIES + 1):
            await until(lambda count=count: len(note.runs) == count)
            await house.die()
            await house.start()
        await until(lambda: not house.jobs.list())
        assert len(note.runs) == scheduler.TRIES
        assert "cut short" in (await house.jobs.past("note"))[0].reason


async def test_a_calm_stop_is_no_attempt(tmp_path):
    note = Noting()
    note.hold.clear()
    async with started(tmp_path, note) as house:
        await house.jobs.add("note", "patient")
        for count in range(1, scheduler.TRIES + 3):
            await until(lambda count=count: len(note.runs) == count)
            await house.stop()
            await house.start()
        assert house.jobs.list()


async def test_progress_is_told_and_kept(tmp_path):
    async def run(job: Running) -> None:
        for step in range(5):
            await job.progress(step, 5, f"step {step}")
        await asyncio.Event().wait()

    async with started(tmp_path, lambda house: house.jobs.register("steps", run)) as house:
        await house.jobs.add("steps", "long")
        await until(lambda: house.jobs.list()[0].progress.done == 4)
        assert house.told("job.changed")[-1].note == "step 4"


async def test_the_same_id_is_the_same_job(tmp_path):
    async with started(tmp_path, Noting()) as house:
        first = await house.jobs.add("note", "tea", due=house.clock.after(60), id="turn-1")
        again = await house.jobs.add("note", "tea", due=house.clock.after(90), id="turn-1")
        assert again == first
        assert len(house.jobs.list()) == 1


async def test_cancelling_whoever_asked_does_not_tear_a_change(tmp_path):
    async with started(tmp_path, Noting()) as house:
        adding = asyncio.create_task(house.jobs.add("note", "tea", due=house.clock.after(60)))
        await asyncio.sleep(0)
        adding.cancel()
        await until(house.jobs.list)  # on disk, and known
        rows = await house.core.rows("SELECT count(*) FROM job")
        assert rows[0][0] == 1


async def test_refuses_rules_that_cannot_be_read(tmp_path):
    async with started(tmp_path, Noting()) as house:
        for rule in ("NONSENSE", "FREQ=SOMETIMES", "FREQ=HOURLY;BYDAY=MO"):
            with pytest.raises(HubError, match="recurrence"):
                await house.jobs.add("note", "x", every=rule)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 50)),
        st.tuples(st.just("alarm"), st.integers(1, 50)),
        st.tuples(st.just("pass"), st.integers(1, 30)),
        st.tuples(st.just("set"), st.integers(-40, 40)),
        st.tuples(st.sampled_from(["stop", "die", "cancel", "reboot"]), st.integers(0, 20)),
    ),
    max_size=14,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_due_runs_exactly_once_whatever_happens(steps):
    async def scenario() -> None:
        note, wanted, gone = Noting(), [], set()
        with tempfile.TemporaryDirectory() as folder:
            async with started(Path(folder), note) as house:
                for number, (what, value) in enumerate(steps):
                    if what == "add":
                        wanted.append(await house.jobs.add("note", str(number), due=house.clock.after(value)))
                    elif what == "alarm":
                        wanted.append(
                            await house.jobs.add("note", str(number), due=house.clock.wall() + value)
                        )
                    elif what == "pass":
                        house.clock.pass_(value)
                    elif what == "set":
                        house.clock.set(value)
                    elif what == "cancel":
                        waiting = [job for job in house.jobs.list() if job.state == "waiting"]
                        if waiting:
                            job = waiting[value % len(waiting)]
                            gone.add(job.title)
                            await house.jobs.cancel(job.id)
                    else:
                        await until(lambda: not house.jobs._runs)
                        await (house.die() if what == "die" else house.stop())
                        if what == "reboot":
                            house.clock.reboot(value)
                        await house.start()
                house.clock.pass_(500)
                await until(lambda: not house.jobs.list())
                ran = [title for title, _ in note.runs]
                assert len(ran) == len(set(ran))
                assert {job.title for job in wanted} - gone <= set(ran)

    asyncio.run(scenario())


async def test_goes_on_from_its_checkpoint_after_kill_9(tmp_path):
    """A real process, killed again and again: no step is lost, and at most one a kill is done twice."""
    worker, steps = Path(__file__).with_name("worker.py"), tmp_path / "steps"
    kills = 0
    for count in range(30):
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(worker), str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        until_step = (count + 1) * 4
        line = b""
        while line != b"done\n":
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            if line.strip().isdigit() and int(line) >= until_step and line != b"done\n":
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
            assert line, "the worker ended by itself"
        await process.wait()
        if line == b"done\n":
            break
    done = json.loads("[" + steps.read_text().strip().replace("\n", ",") + "]")
    assert kills >= 3
    assert sorted(set(done)) == list(range(20))
    assert len(done) <= 20 + kills
