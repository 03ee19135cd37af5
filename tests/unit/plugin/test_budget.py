"""Failures are counted over a sliding time."""

from __future__ import annotations

import pytest

from hub.plugin.errors import SORE, SORE_S, SPENT, SPENT_S, Budget


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_few_in_a_minute_make_it_sore_until_the_minute_is_over() -> None:
    clock = Clock()
    budget = Budget(clock)
    assert [budget.add("x") for _ in range(SORE)] == ["well"] * (SORE - 1) + ["sore"]
    clock.now += SORE_S
    assert budget.verdict == "sore"
    clock.now += 0.1
    assert budget.verdict == "well"


def test_many_in_five_minutes_spend_it() -> None:
    clock = Clock()
    budget = Budget(clock)
    for _ in range(SPENT - 1):
        assert budget.add("x") != "spent"
        clock.now += SPENT_S / SPENT
    assert budget.add("hub_event: ValueError: x") == "spent"
    assert budget.last == "hub_event: ValueError: x"
    assert budget.total == SPENT
    clock.now += SPENT_S
    assert budget.verdict == "well"


@pytest.mark.parametrize("pause", [SPENT_S / SPENT + 1, 3_600.0])
def test_slow_trouble_never_spends_it(pause: float) -> None:
    clock = Clock()
    budget = Budget(clock)
    for _ in range(100):
        clock.now += pause
        assert budget.add("x") == "well"


def test_a_fresh_start_forgives() -> None:
    budget = Budget(Clock())
    for _ in range(SPENT):
        budget.add("x")
    budget.forgive()
    assert budget.verdict == "well"
    assert budget.total == SPENT
