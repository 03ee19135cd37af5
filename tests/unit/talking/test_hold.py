"""A held key and a tapped one, by their presses alone."""

from __future__ import annotations

from hub.talking.hold import FIRST_S, NEXT_S, Hold


def test_a_held_key_ends_when_its_repetitions_do() -> None:
    hold = Hold()
    assert hold.pressed(0.0) == "begin"
    at = 0.5
    for _ in range(20):
        assert hold.pressed(at) == ""
        assert hold.look(at) == ""
        at += 0.03
    assert hold.look(at + NEXT_S + 0.01) == "end"
    assert hold.look(at + 5) == ""


def test_a_tap_begins_and_the_next_ends() -> None:
    hold = Hold()
    assert hold.pressed(0.0) == "begin"
    assert hold.look(3.0) == ""
    assert hold.pressed(4.0) == "end"
    assert hold.pressed(4.0 + FIRST_S) == "begin"


def test_what_is_stopped_otherwise_begins_anew() -> None:
    hold = Hold()
    hold.pressed(0.0)
    hold.reset()
    assert hold.pressed(9.0) == "begin"
