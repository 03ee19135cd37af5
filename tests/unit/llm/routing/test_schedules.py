"""Schedules A to L of the research, on a clock that jumps: what must hold whatever goes wrong."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing, suppress

import pytest

from hub.llm.provider import Delta, ToolSpec
from hub.llm.routing.deadlines import TEXT, VOICE
from hub.testing.clock import run
from hub.testing.faulty import PRICE, SENTENCES, Faulty, Home, Question
from hub.testing.upstream.told import judge
from hub.testing.upstream.troubles import (
    Trouble,
    always,
    cuts,
    flapping,
    garbled,
    in_turn,
    mixed,
    never,
    since,
)

LATE_S = 0.05
GAP_S = 15.0
TOOL = ToolSpec("lamp", "Switches the lamp.", {"type": "object"})


def primary(schedule, **more):
    return Faulty("primary", "P", schedule, **more)


def fallback(schedule=never, **more):
    return Faulty("fallback", "F", schedule, **more)


def small(schedule=never, **more):
    return Faulty(
        "small", "S", schedule, quality="basic", local=True, distance="machine", price=None,
        prefill=False, tools=False, **more,
    )  # fmt: skip


def played(scenario):
    """Run ``scenario(home)`` built by ``scenario.home()`` and check what must hold for every schedule."""

    async def play():
        home = await scenario()
        await home.close()
        check(home)
        return home

    return run(play())


def check(home, times=VOICE):
    for told in home.told:
        assert told.ended is not None
        assert told.text or told.calls
        assert told.took_s <= times.total_s + LATE_S
    assert not home.router._tails


def share(home, letter):
    """Return the share of answers that began with that letter."""
    return sum(told.verdict.letters[:1] == letter for told in home.told) / len(home.told)


def whole(home):
    return [told for told in home.told if not told.verdict.whole]


async def each(home, count, gap_s=GAP_S, **more):
    for number in range(count):
        await home.ask(number, **more)
        await asyncio.sleep(gap_s)
    return home


def test_a_mixed_faults_lose_and_double_nothing():
    plan = mixed(seed=3)

    def anywhere(number, attempt, at):
        trouble = plan(number, attempt, at)
        return Trouble(trouble.kind, after=number % 60) if trouble.kind == "cut" else trouble

    async def scenario():
        return await each(Home(primary(anywhere, gap_s=0.0), fallback(gap_s=0.0)), 600)

    home = played(scenario)
    assert whole(home) == []
    assert share(home, "P") >= 0.6
    resumed = [told for told in home.told if told.by.resumed]
    assert len(resumed) > 20
    assert all(set(told.verdict.letters) == {"P", "F"} for told in resumed)


def test_a_many_at_once():
    async def scenario():
        home = Home(primary(mixed(seed=5)), fallback())
        await asyncio.gather(*(home.ask(number) for number in range(300)))
        return home

    assert whole(played(scenario)) == []


def test_b_whoever_hangs_costs_two_persons_a_moment_and_no_more():
    async def scenario():
        return await each(Home(primary(always("hang")), fallback()), 40)

    home = played(scenario)
    assert whole(home) == []
    waits = [told.wait_s for told in home.told]
    normal = 0.1 + 0.2  # the first word of the fallback, and its first sentence
    assert max(waits) <= VOICE.first_s + normal
    assert sorted(waits[2:])[len(waits) // 2] <= normal
    # Its probes go well, so that now and then somebody finds out anew that it hangs.
    assert sum(wait > normal for wait in waits[2:]) <= 15


def test_c_a_pause_that_is_asked_for_is_kept():
    async def scenario():
        home = Home(primary(always("pace", seconds=40.0)), fallback())
        return await each(home, 20, 5.0)

    home = played(scenario)
    assert whole(home) == []
    assert home.providers["primary"].asked <= 4  # 100 s in pauses of 40 s
    assert home.breakers.state("primary").failures == 0


def test_d_flapping_is_found_out_by_probes_not_by_persons():
    async def scenario():
        return await each(Home(primary(flapping(30.0)), fallback()), 240, 5.0)

    home = played(scenario)
    assert whole(home) == []
    hit = home.providers["primary"].met["error"]
    assert hit <= 2 * 22  # two for each of the twenty falls, and a little
    assert share(home, "P") >= 0.3


def test_e_a_slow_first_word_counts_as_a_failure():
    async def scenario():
        return await each(Home(primary(always("slow", seconds=3.0)), fallback()), 30)

    home = played(scenario)
    assert whole(home) == []
    assert set("".join(told.verdict.letters for told in home.told)) == {"F"}
    assert home.providers["primary"].asked <= 30 / 2


@pytest.mark.parametrize("times", [VOICE, TEXT], ids=["voice", "text"])
def test_f_cut_anywhere_it_goes_on_at_a_sentence(times):
    async def scenario():
        home = Home(primary(cuts(40)), fallback())
        for number in range(80):
            home.breakers.forget("primary")
            await home.ask(number, times)
        return home

    home = run(_kept(scenario))
    assert whole(home) == []
    assert {"P" in told.verdict.letters for told in home.told} == {True, False}
    assert all(told.by.resumed == ("P" in told.verdict.letters) for told in home.told)


async def _kept(scenario):
    home = await scenario()
    await home.close()
    return home


def test_f_two_that_are_cut_leave_it_to_a_third_and_no_more_than_two_go_on():
    async def scenario():
        four = [Faulty(name, name.upper(), always("cut", after=after)) for name, after in
                (("p", 16), ("q", 16), ("r", 16), ("s", 16), ("t", 16))]  # fmt: skip
        home = Home(*four)
        await home.ask(1)
        return home

    told = played(scenario).told[0]
    assert told.verdict.letters == "PQR"
    assert told.verdict.doubled == told.verdict.torn == ()
    assert told.by.resumed == 2
    assert told.text.endswith("please ask me again.")
    assert len(told.by.refusals) == 3


def test_f_a_small_model_does_not_go_on_where_a_large_one_broke_off():
    async def scenario():
        home = Home(primary(always("cut", after=30)), small())
        await home.ask(1)
        return home

    home = played(scenario)
    assert home.providers["small"].asked == 0
    assert home.told[0].text.endswith("please ask me again.")


def test_g_garbage_is_passed_over():
    async def scenario():
        home = Home(primary(garbled()), fallback())
        for number in range(40):
            home.breakers.forget("primary")
            await home.ask(number)
        return home

    assert whole(played(scenario)) == []


def test_h_a_key_that_is_withdrawn_is_not_tried_again_and_again():
    async def scenario():
        return await each(Home(primary(since(10, Trouble("key"))), fallback()), 30)

    home = played(scenario)
    assert whole(home) == []
    assert home.providers["primary"].asked == 11
    assert home.breakers.state("primary").state == "config"
    assert "It met key." in home.told[-1].by.refusals


def test_i_without_a_network_all_of_the_world_is_away_at_once():
    def lost(number, attempt, at):
        return Trouble("network" if 20 <= at < 100 else "none")

    async def scenario():
        home = Home(primary(lost), fallback(lost), small())
        return await each(home, 20, 10.0)

    home = played(scenario)
    during = [told for told in home.told if 20 <= told.began < 99]
    assert all(told.by.provider == "small" for told in during)
    assert home.providers["primary"].met["network"] == 1  # the second was not even tried
    assert home.providers["fallback"].met["network"] == 0
    assert home.told[-1].by.provider == "primary"


def test_j_a_small_model_that_dies_in_mid_answer_ends_honestly():
    async def scenario():
        home = Home(small(in_turn(Trouble("cut", after=20), "error")))
        return await each(home, 3)

    home = played(scenario)
    assert home.told[0].text.endswith("please ask me again.")
    assert home.told[1].by.provider == "canned"
    assert home.told[2].by.provider == "small"


@pytest.mark.parametrize("seed", range(4))
def test_k_who_stops_listening_leaves_nothing_behind(seed):
    async def scenario():
        draw = random.Random(seed)
        home = Home(primary(mixed(seed=seed)), fallback(), small())

        async def one(number):
            await asyncio.sleep(draw.random() * 60)
            task = asyncio.ensure_future(home.ask(number, draw.choice([VOICE, TEXT])))
            await asyncio.sleep(draw.random() * 1.5)
            before = asyncio.get_running_loop().time()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert asyncio.get_running_loop().time() - before <= 0.1

        await asyncio.gather(*(one(number) for number in range(200)))
        home.told = [told for told in home.told if told.ended is not None]
        assert all(one.open == 0 for one in home.providers.values())
        assert home.budget.standing()[0].held == 0
        return home

    played(scenario)


def test_k_who_closes_the_answer_closes_the_stream():
    async def scenario():
        home = Home(primary(never), fallback())
        for pieces in (1, 2, 3):
            await home.ask(pieces, leave_after=pieces)
            assert home.providers["primary"].open == 0
        return home

    home = played(scenario)
    assert home.breakers.state("primary").failures == 0
    assert home.providers["fallback"].asked == 0


def test_l_when_all_are_down_a_person_is_told_why():
    async def scenario():
        home = Home(primary(always("error")), fallback(always("hang")), small(always("error")))
        return await each(home, 20)

    home = played(scenario)
    assert {told.by.provider for told in home.told} == {"canned"}
    assert sorted(home.told[0].by.refusals) == ["Fallback took too long to answer.", *["It met error."] * 2]
    assert home.told[-1].took_s < VOICE.first_s  # nobody waits for who is known to be away


def test_everything_at_once_keeps_the_deadline():
    def evil(number, attempt, at):
        draw = random.Random(f"{number} {attempt}")
        return Trouble(draw.choice(["hang", "stall", "slow", "cut", "error"]), draw.randint(1, 60), 2.0)

    async def scenario():
        home = Home(primary(evil), fallback(evil), Faulty("third", "T", evil), small(evil))
        await asyncio.gather(*(home.ask(number) for number in range(120)))
        return home

    home = played(scenario)
    for told in home.told:
        assert told.verdict.doubled == ()
        assert told.verdict.torn == () or not told.by.resumed  # nobody stood behind who spoke


def test_what_may_not_leave_the_house_does_not_whatever_fails():
    async def scenario():
        home = Home(primary(never), fallback(), small(always("error")))
        for number in range(3):
            await home.ask(number, question=Question(number, tier="local"))
        return home

    home = played(scenario)
    assert home.providers["primary"].asked == home.providers["fallback"].asked == 0
    assert {told.by.provider for told in home.told} == {"canned"}
    assert "stays in this house" in home.told[0].text


def test_calls_of_tools_are_handed_on_whole_or_not_at_all():
    async def scenario():
        home = Home(primary(always("cut")), fallback(), small())
        await home.ask(1, question=Question(1, tools=(TOOL,), words="call a tool"))
        return home

    told = played(scenario).told[0]
    assert [call.name for call in told.calls] == ["lamp"]
    assert (told.by.provider, told.by.reason) == ("fallback", "tools")


def test_tools_are_not_offered_to_who_knows_none():
    async def scenario():
        home = Home(primary(always("error")), small())
        await home.ask(1, question=Question(1, tools=(TOOL,)))
        return home

    home = played(scenario)
    assert home.told[0].verdict.whole
    assert home.providers["small"].requests[0].tools == ()


def test_the_money_that_is_counted_is_what_was_billed():
    async def scenario():
        return await each(Home(primary(mixed(seed=9), gap_s=0.0), fallback(gap_s=0.0)), 200)

    home = played(scenario)
    told = sum(one.usd for one in home.budget.spent("month"))
    assert told == pytest.approx(sum(told.by.cost for told in home.told))
    sure = sum(one.words * PRICE.completion for one in home.providers.values()) / 1e6
    assert told >= sure


def test_a_slow_first_is_helped_by_a_second_that_is_its_equal():
    near = {"local": True, "distance": "house", "price": None}

    async def scenario():
        home = Home(primary(always("slow", seconds=0.8)), fallback(**near, first_s=0.05))
        await home.ask(1)
        assert home.router._tails
        await asyncio.sleep(2)
        return home

    home = played(scenario)
    assert home.told[0].verdict.letters == "F" * SENTENCES
    assert home.breakers.state("primary").failures == 0  # slow, yet in time


def test_a_small_model_is_an_insurance_and_wins_no_race():
    async def scenario():
        home = Home(primary(in_turn(Trouble("slow", seconds=0.7), "hang")), small(first_s=0.02))
        return await each(home, 2)

    home = played(scenario)
    assert home.told[0].verdict.letters == "P" * SENTENCES
    assert home.told[1].verdict.letters == "S" * SENTENCES
    assert home.told[1].wait_s <= VOICE.first_s + LATE_S


def test_a_second_is_asked_for_a_tenth_at_most():
    async def scenario():
        near = {"local": True, "distance": "house", "price": None}
        slow = primary(lambda number, _attempt, _at: Trouble("slow", seconds=0.36 + 0.5 * (number % 2)))
        return await each(Home(slow, fallback(**near)), 100)

    home = played(scenario)
    assert whole(home) == []
    assert 0 < home.providers["fallback"].asked <= 0.1 * 100 + 3


def test_a_cold_model_in_the_house_is_not_given_up_while_the_small_one_speaks():
    near = {"local": True, "distance": "machine", "price": None}

    async def scenario():
        cold = primary(in_turn(Trouble("slow", seconds=6.0)), **near)
        home = Home(cold, small(first_s=0.02))
        return await each(home, 2)

    home = played(scenario)
    assert [told.verdict.letters[0] for told in home.told] == ["S", "P"]
    assert home.told[0].wait_s <= VOICE.first_s + LATE_S
    assert home.breakers.state("primary").failures == 0


class Thinker(Faulty):
    """Thinks for a while, and shows it, before it answers."""

    def __init__(self, *about, thinks_s, **more):
        super().__init__(*about, **more)
        self.thinks_s = thinks_s

    async def stream(self, request, deadline):
        for _ in range(int(self.thinks_s / 0.1)):
            await asyncio.sleep(0.1)
            yield Delta("")
        async with aclosing(super().stream(request, deadline)) as pieces:
            async for piece in pieces:
                yield piece


@pytest.mark.parametrize(
    ("thinks_s", "times", "letter"),
    [(20.0, TEXT, "P"), (1.5, VOICE, "P"), (20.0, VOICE, "F"), (90.0, TEXT, "F")],
)
def test_who_shows_that_it_is_at_work_is_given_more_time_and_not_for_ever(thinks_s, times, letter):
    async def scenario():
        home = Home(Thinker("primary", "P", thinks_s=thinks_s), fallback())
        await home.ask(1, times)
        return home

    assert run(_kept(scenario)).told[0].verdict.letters == letter * SENTENCES


def test_who_listens_slowly_is_no_fault_of_the_model():
    async def scenario():
        home = Home(primary(never), fallback())
        answer = home.router.answer(Question(1), deadlines=VOICE)
        text = ""
        async for piece in answer:
            text += piece.text
            await asyncio.sleep(10.0)
        home.told = []
        assert judge(text, "1", SENTENCES).whole
        assert home.providers["fallback"].asked == 0
        return home

    run(_kept(scenario))


@pytest.mark.parametrize("beside", [[], [("small", always("error"))]], ids=["nobody", "one that fails"])
def test_a_cold_model_does_not_keep_a_listener_waiting_where_nobody_bridges_the_time(beside):
    async def scenario():
        cold = primary(always("hang"), local=True, distance="house", price=None)
        home = Home(cold, fallback(), *(small(schedule) for _, schedule in beside))
        await home.ask(1)
        return home

    home = played(scenario)
    assert home.told[0].verdict.letters == "F" * SENTENCES
    assert home.told[0].wait_s <= VOICE.first_s + 0.2 + LATE_S
