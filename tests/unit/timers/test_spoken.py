"""Timers kept by words: a draft changes nothing, what was accepted is done once, and the answer is true."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import HubError

from .conftest import Home, until


class Voice:
    """Notes what it is to say."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.last: list[str] = []

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        self.said[turn] = self.said.get(turn, "") + text
        if last:
            self.last.append(turn)

    async def release(self, turn: str) -> None:
        pass


SET = "set a timer for five minutes"


async def test_names_exactly_what_was_set(home: Home):
    assert (
        await home.ask("set a pasta timer for 8 minutes")
        == "Pasta timer set for 8 minutes; it rings at 14:13."
    )
    assert (
        await home.ask("set a timer for 12.5 minutes")
        == "Timer set for 12 minutes 30 seconds; it rings at 14:17."
    )
    assert await home.ask("timer 30 seconds") == "Timer set for 30 seconds."
    assert await home.ask("set a timer for 20 hours") == "Timer set for 20 hours; it rings tomorrow at 10:05."
    assert await home.ask("wake me at 7") == "Alarm set for tomorrow at 07:00."
    assert (
        await home.ask("set an alarm for 7:30 am on weekdays")
        == "Alarm set on weekdays, first tomorrow at 07:30."
    )
    assert await home.ask("remind me to call mum at 5") == "Reminder set for 17:00: Call mum."
    assert (
        await home.ask("remind me on the 5th of december at 9 to call")
        == "Reminder set for 5 December at 09:00: Call."
    )
    assert await home.ask("remind me in 20 minutes to stir") == "Reminder set for 14:25: Stir."
    assert len(home.timers.list()) == 9


async def test_a_draft_sets_nothing_and_a_withdrawn_one_leaves_nothing(home: Home):
    talk, voice = await home.talks.latest(), Voice()
    await talk.draft(1, SET, voice)
    await asyncio.sleep(0.05)
    assert not home.timers.list()
    await talk.withdraw(1)
    await asyncio.sleep(0.05)
    assert not home.timers.list()
    assert not await home.core.rows("SELECT id FROM job")
    assert not voice.said


async def test_a_draft_that_is_accepted_sets_one(home: Home):
    talk, voice = await home.talks.latest(), Voice()
    await talk.draft(1, SET, voice)
    await asyncio.sleep(0.02)
    turn = await talk.accept(1, "Set a timer for five minutes.", speaker=voice)
    await until(lambda: turn in voice.last)
    assert [timer.span for timer in home.timers.list()] == [300]
    assert voice.said[turn] == "Timer set for 5 minutes; it rings at 14:10."


async def test_a_long_silence_before_acceptance_loses_nothing(home: Home, monkeypatch):
    """No time limit of a language model may end the wait for the person's last word."""
    from hub.conversation.mediation import mediator
    from hub.llm.routing.deadlines import Deadlines

    monkeypatch.setattr(mediator, "VOICE", Deadlines(first_s=1.0, stall_s=0.01, total_s=0.05, spoken=True))
    talk, voice = await home.talks.latest(), Voice()
    await talk.draft(1, SET, voice)
    await asyncio.sleep(0.2)
    turn = await talk.accept(1, SET, speaker=voice)
    await until(lambda: turn in voice.last)
    assert "Timer set" in voice.said[turn]
    assert len(home.timers.list()) == 1


async def test_reworded_drafts_set_one(home: Home):
    talk, voice = await home.talks.latest(), Voice()
    for revision, text in enumerate(
        ["set a timer", "set a timer for five", "set a timer for five minutes", "Set a timer for 5 minutes"]
    ):
        await talk.draft(revision, text, voice)
        await asyncio.sleep(0.005)
    turn = await talk.accept(4, "set a timer for ten minutes", speaker=voice)
    await until(lambda: turn in voice.last)
    assert [timer.span for timer in home.timers.list()] == [600]


async def test_accepted_twice_sets_one(home: Home):
    talk, voice = await home.talks.latest(), Voice()
    await talk.draft(1, SET, voice)
    first = await talk.accept(1, SET, speaker=voice)
    second = await talk.accept(1, SET, speaker=voice)
    assert first == second
    await until(lambda: first in voice.last)
    await talk.finished(first)
    assert await talk.accept(1, SET, speaker=voice) == first
    await asyncio.sleep(0.02)
    assert len(home.timers.list()) == 1
    again = await talk.accept(2, SET, speaker=voice)  # said again: meant again
    await until(lambda: again in voice.last)
    assert len(home.timers.list()) == 2


async def test_interrupted_while_it_is_being_set_it_is_whole_or_not_there(home: Home):
    talk = await home.talks.latest()
    await talk.write(SET)
    await talk.interrupt()
    await asyncio.sleep(0.05)
    rows = await home.core.rows("SELECT count(*) FROM job")
    assert rows[0][0] == len(home.timers.list()) <= 1


@given(st.lists(st.sampled_from(["draft", "reword", "withdraw", "accept", "interrupt", "wait"]), max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_many_timers_as_acceptances(steps):
    """Whatever is drafted, withdrawn and interrupted: no timer without an acceptance, none twice for one."""
    import tempfile
    from pathlib import Path

    async def scenario() -> None:
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder))
            await home.start()
            talk, voice, revision, accepted = await home.talks.latest(), Voice(), 0, 0
            for step in steps:
                match step:
                    case "draft" | "reword":
                        revision += 1
                        await talk.draft(
                            revision, SET if step == "draft" else "set a timer for six minutes", voice
                        )
                    case "withdraw":
                        await talk.withdraw(revision)
                    case "accept":
                        revision += 1
                        accepted += 1
                        turn = await talk.accept(revision, SET, speaker=voice)
                        await until(lambda turn=turn: turn in voice.last)
                        await talk.finished(turn)
                    case "interrupt":
                        await talk.interrupt()
                    case _:
                        await asyncio.sleep(0.002)
            await asyncio.sleep(0.01)
            assert [timer.span for timer in home.timers.list()] == [300] * accepted
            await home.stop()

    asyncio.run(scenario())


async def test_what_could_not_be_set_is_never_claimed(home: Home, monkeypatch):
    async def refuse(*_args, **_kwargs):
        raise HubError("core.db cannot be written.", fix="Free some space.")

    monkeypatch.setattr(home.timers, "timer", refuse)
    assert await home.ask(SET) == "core.db cannot be written. Free some space."

    async def burst(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(home.timers, "timer", burst)
    assert "went wrong" in await home.ask(SET)


async def test_tells_what_is_set(home: Home):
    assert await home.ask("what timers are running") == "No timer is set."
    await home.ask("set a pasta timer for 8 minutes")
    await home.ask("set a tea timer for 5 minutes")
    await home.ask("wake me at 7")
    home.clock.pass_(60)
    assert (
        await home.ask("what timers are running?")
        == "Tea timer: 4 minutes left and Pasta timer: 7 minutes left."
    )
    assert await home.ask("how long is left on the pasta timer?") == "Pasta timer: 7 minutes left."
    assert await home.ask("do I have any alarms?") == "Alarm: tomorrow at 07:00."
    assert await home.ask("how long is left on the egg timer?") == "There is no timer called egg."
    assert await home.ask("list my reminders") == "No reminder is set."


async def test_cancels_the_one_meant(home: Home):
    await home.ask("set a pasta timer for 8 minutes")
    await home.ask("set a 10 minute timer called tea")
    await home.ask("set an alarm for 7 am")
    await home.ask("set an alarm for 9 am")
    assert await home.ask("cancel the pasta timer") == "Pasta timer cancelled."
    assert await home.ask("cancel the timer") == "Tea timer cancelled."
    assert await home.ask("cancel my 7 am alarm") == "Alarm cancelled."
    assert [f"{home.timers.local(timer.due):%H:%M}" for timer in home.timers.list()] == ["09:00"]
    assert await home.ask("cancel the timer") == "No timer is set."


async def test_asks_which_one_and_takes_the_answer(home: Home):
    await home.ask("set a pasta timer for 8 minutes")
    await home.ask("set a tea timer for 5 minutes")
    assert await home.ask("cancel the timer") == "Which one: tea or pasta?"
    assert await home.ask("the pasta one please") == "Pasta timer cancelled."
    await home.ask("set a rice timer for 8 minutes")
    assert await home.ask("add two minutes to the timer") == "Which one: tea or rice?"
    assert await home.ask("rice") == "Rice timer: 10 minutes left; it rings at 14:15."
    assert await home.ask("cancel the timer") == "Which one: tea or rice?"
    assert await home.ask("both") == "Tea timer and Rice timer cancelled."


async def test_asks_for_what_is_missing_and_takes_the_answer(home: Home):
    assert await home.ask("set a timer") == "For how long?"
    assert await home.ask("ten minutes") == "Timer set for 10 minutes; it rings at 14:15."
    assert await home.ask("set an alarm") == "At what time?"
    assert await home.ask("7 tomorrow") == "Alarm set for tomorrow at 07:00."
    assert await home.ask("remind me to call mum") == "When shall I remind you?"
    assert await home.ask("at 5") == "Reminder set for 17:00: Call mum."
    assert await home.ask("remind me tomorrow") == "What shall I remind you of?"
    assert await home.ask("feed the cat") == "Reminder set for tomorrow at 09:00: Feed the cat."


async def test_another_question_after_mine_is_another_question(home: Home):
    assert await home.ask("set a timer") == "For how long?"
    assert await home.ask("what is 2 + 2") == "2 + 2 is 4." or "4" in await home.ask("what is 2 + 2")
    assert not home.timers.list()


async def test_changes_the_time_left(home: Home):
    await home.ask("set a tea timer for 5 minutes")
    assert (
        await home.ask("add five minutes to the tea timer")
        == "Tea timer: 10 minutes left; it rings at 14:15."
    )
    assert await home.ask("take 2 minutes off the timer") == "Tea timer: 8 minutes left; it rings at 14:13."
    assert await home.ask("pause the timer") == "Tea timer paused with 8 minutes left."
    home.clock.pass_(600)
    assert await home.ask("how long is left on the timer") == "Tea timer: paused with 8 minutes left."
    assert await home.ask("resume the timer") == "Tea timer: 8 minutes left; it rings at 14:23."


async def test_stop_and_snooze_are_about_what_rings(home: Home):
    assert not await spoken(home, "stop")
    await home.ask("set a tea timer for 5 minutes")
    assert not await spoken(home, "stop")
    await home.rings(300)
    assert await home.ask("snooze") == "Tea timer snoozed for 5 minutes."
    await home.rings(300)
    assert await home.ask("snooze for two minutes") == "Tea timer snoozed for 2 minutes."
    await home.rings(120)
    assert await home.ask("Stop!") == "Tea timer stopped."
    assert not home.timers.list()
    assert await home.ask("snooze") == "Nothing rings."


async def test_stop_the_alarm_leaves_the_next_one(home: Home):
    await home.ask("wake me every day at 7")
    await home.rings(home.timers.list()[0].left)
    assert await home.ask("stop the alarm") == "Alarm stopped."
    assert [timer.state for timer in home.timers.list()] == ["set"]


async def test_vague_words_are_mine_only_while_something_is_set(home: Home):
    for text in ("how much time is left", "add 2 minutes", "another 5 minutes"):
        assert not await spoken(home, text)
    await home.ask("set a timer for 10 minutes")
    assert await home.ask("how much time is left?") == "10 minute timer: 10 minutes left."
    assert await home.ask("add 2 minutes") == "10 minute timer: 12 minutes left; it rings at 14:17."
    for text in (
        "how long until the train leaves",
        "what's left of the Berlin wall",
        "add 5 minutes to my walk",
    ):
        assert not await spoken(home, text)
    await home.ask("set a pasta timer for 3 minutes")
    assert await home.ask("how long has the pasta got") == "Pasta timer: 3 minutes left."


async def test_importing_loads_no_patterns():
    import subprocess
    import sys

    code = "import sys, hub.timers, hub.timers.spoken; print([m for m in ('dateutil', 'hub.timers.parse', 'hub.timers.peel') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


async def spoken(home: Home, text: str) -> bool:
    """Say whether ``text`` is answered by the timers."""
    await home.ask(text)
    talk = await home.talks.latest()
    return talk.history()[-1].provider == "timers"
