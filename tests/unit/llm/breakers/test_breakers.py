"""All breakers together: probes in the background, one network for all, events, history, a restart."""

from __future__ import annotations

import asyncio
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Unavailable
from hub.events import BreakerChanged, Bus
from hub.llm.breakers.breaker import CLASSIC, Rule
from hub.llm.breakers.breakers import Breakers
from hub.llm.breakers.outcomes import outcome_of
from hub.llm.breakers.recalled import Recalled
from hub.llm.faults import Fault
from hub.llm.provider import Declined
from hub.store.database import Database
from hub.store.schema import CORE

FAST = Rule(first_s=0.02, most_s=0.04, hold_s=0.05, relapse_s=0.05)


class Clock:
    def __init__(self, now=1_000.0):
        self.now = now

    def __call__(self):
        return self.now


class World:
    """What probes find: an exception to raise by name, None for well."""

    def __init__(self, **faults):
        self.faults, self.looked = faults, []

    async def __call__(self, name):
        self.looked.append(name)
        if fault := self.faults.get(name):
            raise fault


async def until(what):
    async with asyncio.timeout(30):
        while not what():
            await asyncio.sleep(0.002)


@pytest.fixture
async def make():
    made = []

    def one(**about):
        made.append(Breakers(**({"rule": FAST} | about)))
        return made[-1]

    yield one
    for each in made:
        await each.close()


def trip(breakers, name="grok", times=2, why="Grok is out of order."):
    for _ in range(times):
        breakers.note(name, "trip", why, "Wait.")


async def test_it_refuses_with_reason_and_lets_others_pass(make):
    breakers = make(probe=World(grok=Unavailable("no", fix="no")))
    trip(breakers)
    refusal = breakers.refusal("grok")
    assert (refusal.why, refusal.fix) == ("Grok is out of order.", "Wait.")
    assert refusal.until is not None
    assert breakers.refusal("other") is None


async def test_probes_in_the_background_find_out_and_the_first_answer_closes(make):
    world = World(grok=Unavailable("Still down.", fix="Wait."))
    breakers = make(probe=world)
    trip(breakers)
    await until(lambda: len(world.looked) >= 3)
    assert breakers.state("grok").state == "open"
    assert breakers.state("grok").why == "Still down."
    world.faults.clear()
    await until(lambda: breakers.state("grok").state == "half")
    assert breakers.refusal("grok") is None
    breakers.note("grok", "ok")
    assert [state for _, state, _ in breakers.history("grok")] == ["open", "half", "closed"]


async def test_a_probe_that_hangs_counts_as_failed(make, monkeypatch):
    monkeypatch.setattr("hub.llm.breakers.breakers.PROBE_S", 0.02)
    asked = 0

    async def hang(_name):
        nonlocal asked
        asked += 1
        await asyncio.sleep(3_600)

    breakers = make(probe=hang)
    trip(breakers)
    await until(lambda: asked >= 2)
    assert breakers.state("grok").state == "open"


async def test_a_probe_learns_of_a_wrong_key(make):
    wrong = Fault("key", "Grok refused the key.", fix="Give it a new key in Settings.")
    breakers = make(probe=World(grok=wrong))
    trip(breakers)
    await until(lambda: breakers.state("grok").state == "config")
    assert breakers.state("grok").fix == "Give it a new key in Settings."
    breakers.forget("grok")
    assert breakers.refusal("grok") is None
    assert breakers.state("grok").state == "closed"


async def test_without_network_all_the_world_is_away_and_one_probe_finds_out(make, monkeypatch):
    monkeypatch.setattr("hub.llm.breakers.breakers.NETWORK", Rule(failures=1, first_s=0.02, most_s=0.04))
    world = World(grok=socket.gaierror(socket.EAI_AGAIN, "?"), other=socket.gaierror(socket.EAI_AGAIN, "?"))
    away = {"home": "house", "small": "machine"}
    breakers = make(probe=world, distance=lambda name: away.get(name, "world"))
    for name in ("grok", "other", "home", "small"):
        assert breakers.refusal(name) is None
    breakers.note("grok", "local", "There is no network.", "Check the cable.")
    assert {n: breakers.refusal(n) is None for n in ("grok", "other", "third", "home", "small")} == {
        "grok": False, "other": False, "third": False, "home": True, "small": True,
    }  # fmt: skip
    assert breakers.refusal("other").why == "There is no network."
    await until(lambda: len(world.looked) >= 1)
    assert set(world.looked) == {"grok"}
    world.faults["grok"] = Unavailable("It is out of order, but there.", fix="")
    await until(lambda: breakers.refusal("grok") is None)
    assert breakers.refusal("other") is None
    assert [state for _, state, _ in breakers.history("other")] == ["open", "closed"]


async def test_after_a_probe_one_question_at_a_time_proves_it(make):
    breakers = make(probe=World())
    trip(breakers)
    await until(lambda: breakers.state("grok").state == "half")
    breakers.begin("grok")
    assert breakers.refusal("grok").why == "Grok is out of order."
    breakers.note("grok", "ok")
    assert breakers.refusal("grok") is None


async def test_what_waits_for_a_person_says_so_even_without_network(make):
    breakers = make()
    breakers.note("grok", "config", "The key is wrong.", "Give it a new key.")
    breakers.note("other", "local", "There is no network.")
    assert breakers.refusal("grok").why == "The key is wrong."


async def test_a_name_that_is_unknown_in_this_house_says_nothing_of_the_network(make):
    breakers = make(distance=lambda name: "house" if name == "home" else "world")
    breakers.note("home", "local", "No such name.")
    assert breakers.refusal("grok") is None
    assert breakers.state("home").failures == 1


async def test_the_end_of_a_pause_is_told(make):
    bus = Bus()
    breakers = make(bus=bus)
    breakers.note("grok", "hold", "Grok wants a pause.", hold_s=0.5)
    await until(lambda: len(breakers.history("grok")) == 2)
    assert breakers.refusal("grok") is None
    told = [(one.provider, one.state, one.reason) for one in bus.recent() if isinstance(one, BreakerChanged)]
    assert sorted(told) == [("grok", "closed", ""), ("grok", "held", "Grok wants a pause.")]


async def test_the_wall_clock_may_be_set_as_it_likes(make):
    clock, wall = Clock(), Clock(2_000_000_000.0)
    breakers = make(clock=clock, wall=wall, rule=Rule(jitter=0.0))
    trip(breakers)
    breakers.note("other", "hold", hold_s=10)
    for to in (1_000.0, 4_000_000_000.0):
        wall.now = to
        assert breakers.state("grok").until == to + 2
        assert breakers.refusal("grok").until == clock.now + 2
        assert breakers.refusal("other") is not None
    clock.now += 2
    breakers.wake("grok")
    assert breakers.refusal("grok") is None  # nobody can look, so time alone must do
    clock.now += 8
    assert breakers.refusal("other") is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["ok", "trip", "hold", "config", "caller", "cancelled", "local", "wake", "forget"]
            ),
            st.sampled_from(["grok", "other", "home"]),
            st.floats(0, 90),
            st.floats(0, 4e9),
        ),
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_wall_clock_does_the_same_are_asked(steps):
    clock, steady, jumping = Clock(), Clock(2e9), Clock(2e9)
    both = [
        Breakers(None, clock, lambda: 0.5, distance=lambda n: "house" if n == "home" else "world", wall=wall)
        for wall in (steady, jumping)
    ]
    for what, name, seconds, wall in steps:
        clock.now += seconds
        steady.now += seconds
        jumping.now = wall
        for one in both:
            if what == "wake":
                one.wake(name)
                one.wake("")
            elif what == "forget":
                one.forget(name)
            else:
                one.note(name, what, hold_s=seconds)
        first, second = ([one.refusal(each) for each in ("grok", "other", "home")] for one in both)
        assert first == second
        for each in ("grok", "other"):
            asked = both[0].refusal(each) is None
            assert asked == (both[0].state(each).state in ("closed", "half"))
            assert [s for _, s, _ in both[0].history(each)] == [s for _, s, _ in both[1].history(each)]


async def test_a_restart_within_a_minute_forgets_nothing(make):
    clock, wall = Clock(), Clock(2_000_000_000.0)
    before = make(clock=clock, wall=wall, rule=Rule(jitter=0.0))
    trip(before)
    before.note("other", "hold", "Slowly.", hold_s=90)
    kept = before.keep()
    for later, states in (
        (1, ["open", "held"]),
        (59, ["open", "held"]),
        (61, ["closed"] * 2),
        (-5, ["closed"] * 2),
    ):
        after = make(clock=Clock(5.0), wall=Clock(wall.now + later), rule=Rule(jitter=0.0))
        after.recall(kept)
        assert [after.state(name).state for name in ("grok", "other")] == states
    for nonsense in (None, 3, {}, {"at": wall.now, "breakers": {"a": {"phase": "open"}}}, {"at": "x"}):
        make(wall=wall).recall(nonsense)


async def test_it_is_kept_in_the_database(make, tmp_path):
    core = Database(tmp_path / "core.db", bytes(32), CORE)
    await core.open()
    try:
        before = make(rule=Rule())
        kept = Recalled(before, core)
        await kept.open()
        following = asyncio.create_task(kept.follow())
        trip(before)
        async with asyncio.timeout(30):
            while not await core.rows("SELECT value FROM setting WHERE name = 'breakers'"):
                await asyncio.sleep(0.01)
        following.cancel()
        after = make(rule=Rule())
        await Recalled(after, core).open()
        assert after.refusal("grok").why == "Grok is out of order."
    finally:
        await core.close()


async def test_the_rule_can_be_changed_while_it_runs(make):
    breakers = make()
    breakers.note("grok", "trip")
    breakers.follow(CLASSIC)
    trip(breakers, times=3)
    assert breakers.refusal("grok") is None
    trip(breakers, times=1)
    assert breakers.refusal("grok") is not None


async def test_closing_ends_its_probes(make):
    started = asyncio.Event()

    async def hang(_name):
        started.set()
        await asyncio.sleep(3_600)

    breakers = make(probe=hang)
    trip(breakers)
    await started.wait()
    await breakers.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("probe:")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Fault("key", "", fix=""), "config"),
        (Fault("model", "", fix=""), "config"),
        (Fault("credit", "", fix=""), "config"),
        (Fault("pace", "", fix=""), "hold"),
        (Fault("refused", "", fix=""), "caller"),
        (Fault("network", "", fix=""), "local"),
        *[
            (Fault(what, "", fix=""), "trip")
            for what in ("broken", "away", "foreign", "empty", "cut", "slow")
        ],
        (TimeoutError(), "trip"),
        (ConnectionResetError(), "trip"),
        (ValueError("nonsense"), "trip"),
        (Unavailable("down", fix=""), "trip"),
        (Declined(), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
        (GeneratorExit(), "cancelled"),
        (socket.gaierror(socket.EAI_AGAIN, "nobody answers"), "local"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "trip"),
        (OSError(101, "unreachable"), "local"),
    ],
)
def test_how_it_ended_says_whose_fault_it_was(error, outcome):
    assert outcome_of(error) == outcome
