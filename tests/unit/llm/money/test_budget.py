"""Money is put aside before a model is asked: no limit is ever passed, whatever comes at once or the clock does."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.events import Bus
from hub.llm.money.budget import STRETCH, Budget, Reservation
from hub.llm.money.limits import Limited
from hub.llm.money.pricing import DEAR, longest
from hub.llm.provider import Caps, Message, Price, Request, ToolCall, ToolSpec, Usage
from hub.llm.stations import Refusal
from hub.store.spending import NANO
from hub.telemetry import happenings

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400.0
NOON = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
GROK = Caps(local=False, quality="full", distance="world", model="grok-4.3", price=Price(1.25, 0.2, 2.5))
FREE = Caps(local=True, quality="basic")


def request(words: str = "hello", person: str = "", max_tokens: int = 160, **more: Any) -> Request:
    return Request((Message("user", words),), max_tokens=max_tokens, person=person, **more)


def cost(caps: Caps, usage: Usage) -> int:
    assert caps.price
    return round(caps.price.of(usage) * NANO)


def day_of(now: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(now))


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A budget in memory, with limits and a clock that a test sets."""

    limits: Limited = field(default_factory=Limited)
    clock: Clock = field(default_factory=Clock)
    bus: Bus = field(default_factory=Bus)

    def __post_init__(self) -> None:
        self.budget = Budget(None, self.bus, lambda: self.limits, self.clock)

    def ask(self, person: str = "", caps: Caps = GROK, **more: Any) -> Reservation | Refusal:
        return self.budget.reserve("grok", caps, request(person=person, **more))

    def spend(self, usd: float, person: str = "") -> None:
        """Settle one request that cost so much, whatever the limits are."""
        tokens, limits, self.limits = round(usd * 1e6 / 2.5), self.limits, Limited()
        made, self.limits = self.ask(person, max_tokens=tokens), limits
        assert isinstance(made, Reservation)
        assert made.settle(Usage(0, tokens)) == pytest.approx(usd)

    @property
    def told(self) -> list[tuple[str, float, str]]:
        return [(e.period, e.share, e.person) for e in self.bus.recent() if e.name == "budget.reached"]  # type: ignore[attr-defined]


@dataclass
class Row:
    """What the model knows of one request."""

    made: Reservation
    day: str
    person: str
    put: int
    most: int
    spent: int | None = None  # None: it is still being asked
    gone: bool = False


class Model(RuleBasedStateMachine):
    """The budget beside the plainest bookkeeping: a list of requests, added up anew each time."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.rows: list[Row] = []
        self.stretch = 1.0  # by how much the model went beyond what it can cost, as far as it is known

    def used(self, since: str, person: str | None = None, *, held: bool) -> int:
        return sum(
            row.put if row.spent is None else row.spent
            for row in self.rows
            if row.day >= since and not row.gone and person in (None, row.person)
            and (held or row.spent is not None)
        )  # fmt: skip

    @property
    def today(self) -> str:
        return day_of(self.house.clock.now)

    @rule(
        daily=st.sampled_from([0.0, 0.001, 0.01]), monthly=st.sampled_from([0.0, 0.005, 0.02]),
        person=st.sampled_from([0.0, 0.002]),
    )  # fmt: skip
    def limit(self, daily: float, monthly: float, person: float) -> None:
        self.house.limits = Limited(daily, monthly, person)

    @rule(person=st.sampled_from(["", "ann", "bob"]), words=st.text(max_size=200), tokens=st.integers(1, 900))
    def reserve(self, person: str, words: str, tokens: int) -> None:
        asked = request(words, person, tokens)
        usage = longest(asked, GROK)
        most = math.ceil(GROK.price.of(usage) * NANO)  # type: ignore[union-attr]
        put = math.ceil(most * self.stretch)
        limits, month = self.house.limits, self.today[:8] + "01"
        fits = all(
            not limit or used + put <= int(limit * NANO)
            for limit, used in (
                (limits.daily_usd, self.used(self.today, held=True)),
                (limits.monthly_usd, self.used(month, held=True)),
                (limits.person_daily_usd * bool(person), self.used(self.today, person, held=True)),
            )
        )
        made = self.house.budget.reserve("grok", GROK, asked)
        assert isinstance(made, Reservation) == fits
        if isinstance(made, Reservation):
            assert made.nano == put
            self.rows.append(Row(made, self.today, person, put, most))
        else:
            assert made.why
            assert made.fix

    @precondition(lambda self: any(row.spent is None and not row.gone for row in self.rows))
    @rule(data=st.data(), share=st.floats(0, 1))
    def settle(self, data: st.DataObject, share: float) -> None:
        row = data.draw(st.sampled_from([row for row in self.rows if row.spent is None and not row.gone]))
        usage = Usage(int(share * 200), int(share * 200), cached=int(share * 100))
        row.spent = cost(GROK, usage)
        if row.spent > row.put:
            self.stretch = min(max(self.stretch, row.spent / row.most), STRETCH)
        assert round(row.made.settle(usage) * NANO) == row.spent
        assert row.made.settle(Usage(9_999, 9_999)) == row.spent / NANO  # twice counts once
        row.made.release()

    @precondition(lambda self: any(row.spent is None and not row.gone for row in self.rows))
    @rule(data=st.data(), lost=st.booleans())
    def end(self, data: st.DataObject, *, lost: bool) -> None:
        row = data.draw(st.sampled_from([row for row in self.rows if row.spent is None and not row.gone]))
        if lost:
            row.spent = row.put
            row.made.settle(None)
        else:
            row.gone = True
            row.made.release()

    @rule(days=st.sampled_from([-40.0, -1.0, -0.3, 0.01, 0.4, 1.0, 31.0]))
    def turn_clock(self, days: float) -> None:
        self.house.clock.now += days * DAY

    @invariant()
    def sums_are_equal(self) -> None:
        day, month = self.house.budget.standing()
        assert (day.since, month.since) == (self.today, self.today[:8] + "01")
        for window, since in ((day, self.today), (month, month.since)):
            assert round(window.spent * NANO) == self.used(since, held=False)
            assert round((window.spent + window.held) * NANO) == self.used(since, held=True)
        for person in ("ann", "bob"):
            (own,) = self.house.budget.standing(person)
            assert round(own.spent * NANO) == self.used(self.today, person, held=False)
        for by in ("", "provider", "day"):
            told = self.house.budget.spent("month", by)  # type: ignore[arg-type]
            assert round(sum(one.usd for one in told) * NANO) == self.used(month.since, held=False)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


async def test_a_thousand_at_once_never_pass_the_limit() -> None:
    house = House(Limited(daily_usd=0.05))
    done: list[Reservation] = []

    async def one(number: int) -> None:
        made = house.ask(f"p{number % 7}", words="word " * (number % 50), max_tokens=100 + number % 300)
        if isinstance(made, Refusal):
            return
        done.append(made)
        day, _ = house.budget.standing()
        assert day.spent + day.held <= 0.05
        await asyncio.sleep(0)
        most = made.nano / NANO
        assert made.settle(Usage(number % 40, number % 100)) <= most

    await asyncio.gather(*(one(number) for number in range(1_000)))
    day, _ = house.budget.standing()
    assert 0 < day.spent <= 0.05
    assert day.held == 0
    assert 1 < len(done) < 1_000
    assert sum(made.cost for made in done) == pytest.approx(day.spent)


def test_at_the_limit_only_what_is_free_is_asked() -> None:
    house = House(Limited(daily_usd=0.01))
    house.spend(0.01)
    refused = house.ask()
    assert isinstance(refused, Refusal)
    assert refused.why == "Today's limit, $0.01, is spent."
    assert refused.fix == "Ask again tomorrow, or the owner raises the limit."
    assert day_of(refused.until or 0) == "2026-11-22"
    assert isinstance(house.ask(caps=FREE), Reservation)
    house.limits = Limited(daily_usd=1.0)  # takes effect at once
    assert isinstance(house.ask(), Reservation)


def test_a_question_that_is_too_dear_is_refused_alone() -> None:
    house = House(Limited(daily_usd=0.01))
    house.spend(0.004)
    refused = house.ask(max_tokens=4_000)
    assert isinstance(refused, Refusal)
    assert refused.why == "That could cost more than the $0.006 that are left."
    assert isinstance(house.ask(), Reservation)
    assert house.told == []


def test_what_is_being_asked_can_fill_a_limit_for_a_moment() -> None:
    house = House(Limited(daily_usd=0.01))
    first = house.ask(max_tokens=3_000)
    assert isinstance(first, Reservation)
    refused = house.ask(max_tokens=3_000)
    assert isinstance(refused, Refusal)
    assert refused.why == "Other questions hold the last $0.01 just now."
    assert refused.until is None
    first.release()
    assert isinstance(house.ask(max_tokens=3_000), Reservation)


def test_it_is_told_once_that_a_limit_comes_near_and_once_that_it_is_reached() -> None:
    house = House(Limited(daily_usd=0.1, person_daily_usd=0.05))
    house.spend(0.039, "ann")
    assert house.told == []
    house.spend(0.002, "ann")
    house.spend(0.003, "ann")
    assert house.told == [("day", 0.8, "ann")]
    house.spend(0.036, "bob")
    assert house.told == [("day", 0.8, "ann"), ("day", 0.8, "")]
    house.spend(0.002, "bob")
    house.spend(0.0179)
    assert len(house.told) == 2
    assert isinstance(house.ask(), Refusal)
    assert isinstance(house.ask(), Refusal)
    assert house.told[2:] == [("day", 1.0, "")]
    lines = [event.line() for event in house.bus.recent()]
    assert lines[1:] == ["The limit for today is 80% spent", "The limit of $0.10 for today is reached"]
    house.clock.now += DAY
    house.spend(0.09)
    assert house.told[3:] == [("day", 0.8, "")]


@pytest.mark.parametrize("back", [DAY, 40 * DAY, 3 * 365 * DAY, NOON, NOON + DAY])
def test_a_clock_set_back_opens_no_limit(back: float) -> None:
    house = House(Limited(daily_usd=0.01, person_daily_usd=0.01))
    house.spend(0.01, "ann")
    house.clock.now -= back
    assert isinstance(house.ask(), Refusal)
    assert isinstance(house.ask("ann"), Refusal)
    house.clock.now += back
    assert isinstance(house.ask(), Refusal)
    house.clock.now += DAY
    assert isinstance(house.ask(), Reservation)


def test_what_was_spent_under_a_clock_that_ran_ahead_counts_once_that_day_comes() -> None:
    house = House(Limited(daily_usd=0.01))
    house.clock.now += DAY
    house.spend(0.01)
    house.clock.now -= DAY
    assert isinstance(house.ask(), Refusal)
    house.clock.now += DAY
    assert isinstance(house.ask(), Refusal)
    house.clock.now += DAY
    assert isinstance(house.ask(), Reservation)


@pytest.mark.parametrize("broken", [-1e12, 1e15, float(2**62)])
def test_a_broken_clock_breaks_nothing(broken: float) -> None:
    house = House(Limited(daily_usd=0.01))
    house.spend(0.002)
    house.clock.now = broken
    assert house.ask()
    assert house.budget.standing()
    house.clock.now = NOON
    assert house.budget.standing()[0].spent >= 0.002


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the hub stand in Berlin, where a day of October 2026 has 25 hours and one of March 23."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-11-21", 24)])
@pytest.mark.usefixtures("berlin")
def test_a_day_is_one_of_the_calendar_where_the_hub_stands(day: str, hours: int) -> None:
    midnight = time.mktime(time.strptime(day, "%Y-%m-%d"))
    house = House(Limited(daily_usd=0.01), Clock(midnight))
    house.spend(0.01)
    for hour in range(hours):
        house.clock.now = midnight + hour * 3_600 + 3_599
        refused = house.ask()
        assert isinstance(refused, Refusal)
        assert refused.until == midnight + hours * 3_600
    house.clock.now = midnight + hours * 3_600
    assert isinstance(house.ask(), Reservation)


def test_a_month_counts_its_days() -> None:
    house = House(Limited(monthly_usd=0.03))
    for _ in range(3):
        house.spend(0.01)
        house.clock.now += DAY
    refused = house.ask()
    assert isinstance(refused, Refusal)
    assert refused.why == "This month's limit, $0.03, is spent."
    assert day_of(refused.until or 0) == "2026-12-01"
    house.clock.now = time.mktime((2026, 12, 1, 0, 0, 1, 0, 0, -1))
    assert isinstance(house.ask(), Reservation)


def test_one_person_does_not_use_up_what_others_may() -> None:
    house = House(Limited(person_daily_usd=0.01))
    house.spend(0.01, "ann")
    refused = house.ask("ann")
    assert isinstance(refused, Refusal)
    assert refused.why == "Your limit for today, $0.01, is spent."
    assert isinstance(house.ask("bob"), Reservation)
    assert isinstance(house.ask(), Reservation)  # nobody in particular


def test_minutes_with_models_that_cost_something_are_limited() -> None:
    house = House(Limited(person_daily_minutes=2))
    for _ in range(2):
        house.spend(0.001, "ann")
        house.spend(0.001, "ann")
        house.clock.now += 60
    refused = house.ask("ann")
    assert isinstance(refused, Refusal)
    assert refused.why == "Your 2 minutes of today are used up."
    assert isinstance(house.ask("bob"), Reservation)
    free = house.ask("ann", FREE)
    assert isinstance(free, Reservation)
    free.settle(Usage(1, 1))
    (own,) = house.budget.spent(person="ann")
    assert (own.minutes, own.paid_minutes, own.requests) == (3, 2, 5)
    house.clock.now += DAY
    assert isinstance(house.ask("ann"), Reservation)


def test_who_thinks_longer_than_it_may_answer_is_given_room_from_then_on() -> None:
    house = House(Limited(daily_usd=0.1))
    first = house.ask(max_tokens=100)
    assert isinstance(first, Reservation)
    first.settle(Usage(5, 1_000))
    spent = house.budget.standing()[0].spent
    later = []
    while isinstance(made := house.ask(max_tokens=100), Reservation):
        later.append(made)
    assert len(later) > 10
    for made in later:
        made.settle(Usage(5, 1_000))
    assert spent < house.budget.standing()[0].spent <= 0.1


def test_thirty_minutes_a_day_cost_what_they_may() -> None:
    """S0-06: less than $5 a month; four turns a minute of 600 tokens, 480 of them read before, and 40 written."""
    house = House()
    house.clock.now = time.mktime((2026, 11, 1, 12, 0, 0, 0, 0, -1))
    for _ in range(30):
        for _ in range(120):
            made = house.ask("ann")
            assert isinstance(made, Reservation)
            made.settle(Usage(600, 40, cached=480))
            house.clock.now += 15
        house.clock.now += DAY - 120 * 15
    house.clock.now -= DAY
    (month,) = house.budget.spent("month")
    assert month.requests == 3_600
    assert month.usd == pytest.approx(1.2456)
    assert month.paid_minutes == 900


def test_what_nobody_waits_for_is_counted_apart() -> None:
    house = House()
    for more, hedged in (({}, False), ({"speculative": True}, False), ({}, True)):
        made = house.budget.reserve("grok", GROK, request(**more), hedged=hedged)
        assert isinstance(made, Reservation)
        made.settle(Usage(10, 10))
    assert {one.name: one.requests for one in house.budget.spent(by="purpose")} == {
        "asked": 1, "speculative": 1, "hedged": 1
    }  # fmt: skip


def test_cached_tokens_cost_less_and_guesses_are_marked() -> None:
    house = House()
    for usage in (Usage(1_000, 100), Usage(1_000, 100, cached=800), Usage(1_000, 100, estimated=True)):
        made = house.ask()
        assert isinstance(made, Reservation)
        assert made.settle(usage) == pytest.approx(GROK.price.of(usage))  # type: ignore[union-attr]
    (all_,) = house.budget.spent()
    assert (all_.requests, all_.guessed, all_.cached, all_.prompt) == (3, 1, 800, 3_000)
    assert all_.guessed_usd == pytest.approx(0.0015)


def test_who_is_in_the_world_and_names_no_price_is_thought_dear() -> None:
    caps = Caps(local=False, quality="full", distance="world")
    made = House().ask(caps=caps)
    assert isinstance(made, Reservation)
    assert made.price is DEAR
    near = House().ask(caps=Caps(local=False, quality="full", distance="house"))
    assert isinstance(near, Reservation)
    assert near.nano == 0


@pytest.mark.parametrize(
    "told",
    [Usage(-5, -5, -5), Usage(10**30, 10**30), Usage(float("nan"), float("inf")), Usage(None, "9"),  # type: ignore[arg-type]
     Usage(5, 5, cached=10**9)],
)  # fmt: skip
def test_figures_that_no_request_can_have_are_not_believed(told: Usage) -> None:
    house = House(Limited(daily_usd=1.0))
    made = house.ask()
    assert isinstance(made, Reservation)
    assert 0 <= made.settle(told) <= 100
    (all_,) = house.budget.spent()
    assert 0 <= all_.cached <= all_.prompt <= 10_000_000
    assert 0 <= all_.completion <= 10_000_000
    assert house.budget.standing()[0].held == 0


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf"), 1e9])
def test_a_price_that_is_none_is_a_dear_one(wrong: float) -> None:
    house = House(Limited(daily_usd=1.0))
    for price in (Price(wrong, 0.0, 1.0), Price(1.0, 0.0, wrong), Price(1.0, wrong, 1.0)):
        made = house.ask(caps=Caps(local=False, quality="full", price=price))
        assert isinstance(made, Reservation)
        assert made.price is DEAR
        assert made.settle(Usage(10, 10)) > 0


@pytest.mark.parametrize("words", ["", "plain words", "Grüße ✓ 漢字 🎈", "\ud800 alone", "\x00" * 50])
def test_no_prompt_can_have_more_tokens_than_is_put_aside(words: str) -> None:
    """A token of any tokenizer that works on bytes has at least one of them."""
    asked = Request(
        (
            Message("system", words),
            Message("assistant", words, calls=(ToolCall("1", "look", words),)),
            Message("tool", words, call="1"),
        ),
        tools=(ToolSpec("look", words, {"type": "object", "properties": {words: {"type": "string"}}}),),
        prefix=words,
        max_tokens=7,
    )
    most = longest(asked, GROK)
    assert most.prompt >= 6 * len(words.encode("utf-8", "surrogatepass"))
    assert most.completion == 7


def test_a_limit_that_comes_near_stands_among_the_faults() -> None:
    house = House(Limited(daily_usd=0.01))
    house.spend(0.009)
    (near,) = house.bus.history()
    shown = happenings.happening(near)
    assert (shown.kind, shown.tone, shown.what) == ("talk", "care", "The limit for today is 80% spent")
