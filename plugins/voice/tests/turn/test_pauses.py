"""Patience that is learned."""

from __future__ import annotations

import random

from hub_voice.turn.pauses import LEAST, MOST, RATE, Pauses


def test_it_stays_in_bounds() -> None:
    pauses = Pauses()
    for _ in range(100):
        pauses.cut_off()
    assert pauses.factor == MOST
    for _ in range(1000):
        pauses.good()
    assert pauses.factor == LEAST


def test_it_settles_where_as_many_turns_end_too_soon_as_may() -> None:
    pauses, dice, early = Pauses(), random.Random(6), 0
    turns = 20_000
    for _ in range(turns):
        if dice.random() < 0.5 * (1.5 - pauses.factor):  # the longer the wait, the fewer
            early += 1
            pauses.cut_off()
        else:
            pauses.good()
    assert abs(early / turns - RATE) < 0.02
