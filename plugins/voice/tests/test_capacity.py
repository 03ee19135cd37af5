"""How many talks a machine carries."""

from __future__ import annotations

from hub_voice.capacity import MOST, UNMEASURED, capacity


def test_two_cores_that_were_measured_carry_several_and_a_slow_board_one() -> None:
    assert capacity(58, 2) >= 2
    assert capacity(1500, 4) == 1
    assert capacity(10**6, 1) == 1


def test_more_cores_and_quicker_engines_carry_more_up_to_a_bound() -> None:
    counts = [capacity(ms, 4) for ms in (400, 200, 100, 50, 0.001)]
    assert counts == sorted(counts)
    assert counts[-1] == MOST
    assert capacity(200, 8) > capacity(200, 2)


def test_without_a_measurement_it_is_two() -> None:
    assert capacity(None) == UNMEASURED
