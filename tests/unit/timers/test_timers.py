# ruff: noqa: DTZ001, DTZ006, DTZ901  naive times are what a person in one place means
"""Timers ring once each, until somebody comes, whatever happens to the hub meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from hub.errors import HubError
from hub.timers import timers as module

from .conftest import Home, until


async def test_a_timer_rings_until_it_is_stopped(home: Home):
    timer = await home.timers.timer(480, "pasta")
    assert (timer.title, timer.state, timer.left) == ("Pasta timer", "set", 480)
    assert home.told("timer.set")[0].line() == "Pasta timer set for " + datetime.fromtimestamp(
        timer.due
    ).strftime("%H:%M")
    await home.rings(480)
    assert home.told("timer.rang")[0].line() == "Pasta timer rings"
    home.clock.pass_(60)
    await asyncio.sleep(0.02)
    assert home.timers.ringing()
    await home.timers.stop(timer.id)
    assert not home.timers.list()
    ring = (await home.timers.rings())[0]
    assert (ring.title, ring.late, ring.how) == ("Pasta timer", 0, "stopped")
    assert home.told("timer.ended")[0].how == "stopped"


async def test_a_timer_without_a_name_is_called_by_its_span(home: Home):
    assert (await home.timers.timer(480)).title == "8 minute timer"
    assert (await home.timers.timer(90)).title == "1 minute 30 second timer"


async def test_a_snooze_rings_again(home: Home):
    timer = await home.timers.timer(60)
    await home.rings(60)
    await home.timers.snooze(timer.id)
    assert [one.state for one in home.timers.list()] == ["set"]
    await home.rings(300)
    await home.timers.snooze(timer.id, 60)
    await home.rings(60)
    await home.timers.stop(timer.id)
    assert [ring.how for ring in await home.timers.rings()] == ["stopped", "snoozed", "snoozed"]


async def test_nobody_came(home: Home, monkeypatch):
    monkeypatch.setattr(module, "RING_S", 0.05)
    await home.timers.timer(60, "tea")
    home.clock.pass_(60)
    await until(lambda: home.told("timer.ended"))
    assert home.told("timer.ended")[0].line() == "Tea timer rang and nobody came"
    assert [ring.how for ring in await home.timers.rings()] == ["missed"]


async def test_a_ring_goes_on_after_a_restart_and_counts_once(home: Home):
    timer = await home.timers.timer(60)
    await home.rings(60)
    await until(lambda: home.jobs.get(timer.id).checkpoint)
    await home.restart(away=30)
    await until(lambda: home.timers._bells)
    assert [one.id for one in home.timers.ringing()] == [timer.id]
    assert len(await home.timers.rings()) == 1
    await home.timers.stop(timer.id)
    assert [ring.how for ring in await home.timers.rings()] == ["stopped"]


async def test_what_rang_too_long_while_the_hub_was_off_was_missed(home: Home):
    timer = await home.timers.timer(60)
    await home.rings(60)
    await until(lambda: home.jobs.get(timer.id).checkpoint)
    await home.restart(away=module.RING_S + 5)
    await until(lambda: home.told("timer.ended"))
    assert home.told("timer.ended")[-1].how == "missed"


async def test_due_while_the_hub_was_off_rings_at_once_and_says_so(home: Home):
    await home.timers.timer(60, "tea")
    await home.restart(away=600)
    await until(lambda: home.told("timer.rang"))
    assert home.told("timer.rang")[0].line() == "Tea timer rings, 9 min late: I was off"


async def test_a_weekday_alarm_comes_back(home: Home):
    seven = datetime(2026, 11, 20, 7, 0)  # a Friday
    alarm = await home.timers.alarm(seven, rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", every="on weekdays")
    await home.rings(alarm.left)
    await home.timers.stop(alarm.id)
    again = home.timers.list()[0]
    assert f"{home.timers.local(again.due):%a %H:%M}" == "Mon 07:00"
    assert (again.id, again.every, again.state) == (alarm.id, "on weekdays", "set")


async def test_a_snoozed_alarm_keeps_its_recurrence(home: Home):
    alarm = await home.timers.alarm(datetime(2026, 11, 20, 7, 0), rule="FREQ=DAILY", every="every day")
    await home.rings(alarm.left)
    await home.timers.snooze(alarm.id)
    await home.rings(300)
    await home.timers.stop(alarm.id)
    assert f"{home.timers.local(home.timers.list()[0].due):%a %H:%M}" == "Sat 07:00"


async def test_add_take_pause_and_go_on(home: Home):
    timer = await home.timers.timer(300)
    assert (await home.timers.add(timer.id, 60)).left == 360
    assert (await home.timers.add(timer.id, -160)).left == 200
    with pytest.raises(HubError, match="3 minutes 20 seconds left"):
        await home.timers.add(timer.id, -200)
    held = await home.timers.pause(timer.id)
    assert (held.state, held.left, held.due) == ("paused", 200, None)
    home.clock.pass_(1_000)
    await asyncio.sleep(0.02)
    assert not home.timers.ringing()
    assert (await home.timers.add(timer.id, 10)).left == 210
    await home.restart()
    assert home.timers.list()[0].left == 210
    assert (await home.timers.resume(timer.id)).left == 210
    await home.rings(210)
    with pytest.raises(HubError):
        await home.timers.pause(timer.id)
    assert (await home.timers.add(timer.id, 120)).state == "ringing"  # it was: now it is snoozed
    assert home.timers.list()[0].left == 120


async def test_cancel_and_undo(home: Home):
    timer = await home.timers.timer(300, "tea")
    await home.timers.cancel(timer.id)
    assert not home.timers.list()
    assert (await home.timers.cancelled(timer.id)).title == "Tea timer"
    home.clock.pass_(100)
    assert (await home.timers.restore(timer.id)).left == 200
    with pytest.raises(HubError):
        await home.timers.stop(timer.id)


async def test_undo_brings_back_timers_and_no_other_job(home: Home):
    """Anyone who talks may undo a timer; a backup that the owner switched off is none."""
    job = await home.jobs.add("backup.regular", "Regular backup", due=home.clock.wall() + 60, id="backup-1")
    await home.jobs.cancel(job.id)
    with pytest.raises(HubError):
        await home.timers.restore(job.id)
    assert home.jobs.get(job.id) is None


async def test_undo_is_no_way_around_how_many(home: Home, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    gone = await home.timers.timer(60)
    await home.timers.cancel(gone.id)
    await home.timers.timer(60)
    with pytest.raises(HubError, match="1 timers already"):
        await home.timers.restore(gone.id)


@pytest.mark.parametrize("seconds", [0, -1, 0.5, 31 * 86_400, float("inf"), float("nan")])
async def test_a_timer_that_cannot_be(home: Home, seconds):
    with pytest.raises(HubError) as error:
        await home.timers.timer(seconds)
    assert error.value.fix
    assert not home.timers.list()


async def test_a_time_that_has_passed_or_is_too_far(home: Home):
    for at in (datetime(2020, 1, 1), datetime(2999, 1, 1)):
        with pytest.raises(HubError):
            await home.timers.alarm(at)
    with pytest.raises(HubError, match="words"):
        await home.timers.remind(60, " \n ")


async def test_no_time_is_out_of_reach_of_a_word(home: Home):
    """Found from the year 1 on, the next day that repeats took the whole hub ten seconds."""
    zones = (None, UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)))
    times = (datetime.min, datetime.max, datetime(1900, 1, 1), datetime(2999, 1, 1))
    for at, zone, rule in product(times, zones, ("", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO")):
        with pytest.raises(HubError):
            await home.timers.alarm(at.replace(tzinfo=zone), rule=rule)
    assert not home.timers.list()


async def test_names_are_one_short_line(home: Home):
    assert "\n" not in (await home.timers.timer(60, "a\nb\x00" + "x" * 500)).title
    assert len((await home.timers.timer(60, "y" * 500)).name) == module.NAME


async def test_there_is_an_end_to_how_many(home: Home, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    await home.timers.timer(60)
    await home.timers.timer(60)
    with pytest.raises(HubError, match="2 timers already"):
        await home.timers.timer(60)


async def test_many_that_are_due_together_all_ring(home: Home):
    for number in range(40):
        await home.timers.timer(60, f"number {number}")
    await home.rings(60, 40)
    await until(lambda: len({event.timer for event in home.told("timer.rang")}) == 40)
    await asyncio.gather(*(home.timers.stop(timer.id) for timer in home.timers.ringing()))
    assert len(await home.timers.rings(100)) == 40
