"""A row of spans says when a provider was away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.llm.figures.timeline import away, spans


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


@given(
    st.lists(
        st.tuples(st.floats(-50, 150), st.sampled_from(["open", "closed", "held", "config"]), st.just(""))
    ),
    st.floats(-10, 110),
)
def test_spans_are_those_of_a_plain_count(changes: list[tuple[float, str, str]], since: float) -> None:
    """Each span is judged by looking at the state in the middle of each of a thousand instants."""
    told = spans(changes, 0, 100, 10, since)
    ordered = sorted(changes, key=lambda one: one[0])

    def state(at: float) -> str:
        return next((state for begin, state, _ in reversed(ordered) if begin <= at), "closed")

    for number, kind in enumerate(told):
        begin, end = number * 10, number * 10 + 10
        if end <= since:
            assert kind == "off"
            continue
        first = max(begin, since)
        seen = [state(first + (end - first) * (step + 0.5) / 1_000) for step in range(1_000)]
        away_for = sum(one in {"open", "config"} for one in seen) / 1_000
        if abs(away_for - 0.5) > 0.01 and away_for > 0.01:
            assert kind == ("stop" if away_for > 0.5 else "care")
        if kind == "well":
            assert away_for == 0
            assert "held" not in seen
