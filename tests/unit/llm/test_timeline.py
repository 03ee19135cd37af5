"""A row of spans says when a provider was away."""

from __future__ import annotations

from hub.llm.timeline import away, spans


def test_nothing_happened() -> None:
    assert spans([], 0, 100, 4, since=50) == ["off", "off", "well", "well"]


def test_a_span_is_as_well_as_its_time_was() -> None:
    changes = [(10, "open", ""), (15, "closed", ""), (20, "open", ""), (36, "half", ""), (38, "closed", "")]
    assert spans(changes, 0, 50, 5, since=0) == ["well", "stop", "stop", "stop", "well"]
    assert spans(changes, 0, 100, 2, since=0) == ["care", "well"]


def test_what_lasts_until_now_and_what_is_but_a_pause() -> None:
    assert spans([(30, "config", "wrong key")], 0, 40, 4, since=0) == ["well", "well", "well", "stop"]
    assert spans([(0, "held", "pause")], 0, 20, 2, since=0) == ["care", "care"]
    assert spans([(0, "closed", "")], 0, 20, 2, since=0) == ["well", "well"]


def test_changes_out_of_order_are_put_in_order() -> None:
    assert spans([(5, "closed", ""), (0, "open", "")], 0, 10, 2, since=0) == ["stop", "well"]


def test_the_time_away_is_added_up() -> None:
    changes = [(10, "open", ""), (15, "closed", ""), (20, "held", ""), (90, "config", "")]
    assert away(changes, 0, 100) == 15
    assert away(changes, 12, 95) == 8
