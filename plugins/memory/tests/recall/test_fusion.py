"""Scores of the legs become one, and its parts say how."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_memory.recall.fusion import DAY_S, HALF_LIFE_S, Candidates, Weights, fade, fuse
from hub_memory.recall.neighbours import around, beside


def _found(count=3, **given_):
    arrays = {
        "cosine": np.zeros(count), "bm25": np.zeros(count), "entity": np.zeros(count),
        "session": np.full(count, -1), "sequence": np.zeros(count, np.int64), "age": np.zeros(count),
        "half_life": np.full(count, np.inf), "importance": np.ones(count), "timely": np.zeros(count, bool),
        "asks": np.zeros(count, bool),
    }  # fmt: skip
    return Candidates(**arrays | {name: np.asarray(value) for name, value in given_.items()})


def test_meaning_and_words_are_scaled_to_the_best():
    score, parts = fuse(_found(cosine=[0.2, 0.6, 0.4], bm25=[8.0, 0.0, 4.0]), Weights(words=0.8))
    assert parts["meaning"] == pytest.approx([0, 1, 0.5])
    assert parts["words"] == pytest.approx([0.8, 0, 0.4])
    assert score == pytest.approx([0.8, 1, 0.9])


def test_what_has_no_vector_is_found_by_its_words_alone():
    score, parts = fuse(_found(cosine=[np.nan, 0.1, 0.9], bm25=[9.0, 0.0, 0.0]))
    assert parts["meaning"].tolist() == [0, 0, 1]
    assert np.isfinite(score).all()
    score, parts = fuse(_found(cosine=[np.nan] * 3, bm25=[9.0, 3.0, 0.0]))
    assert parts["meaning"].tolist() == [0, 0, 0]
    assert np.argsort(-score).tolist() == [0, 1, 2]


def test_of_two_alike_the_newer_and_the_more_important_is_first():
    young, old = 1 * DAY_S, 300 * DAY_S
    half = [HALF_LIFE_S["episodic"]] * 2
    score, parts = fuse(_found(2, cosine=[0.5, 0.5], age=[old, young], half_life=half))
    assert score[1] > score[0]
    assert parts["recency"][0] < parts["recency"][1] <= 0
    score, parts = fuse(_found(2, cosine=[0.5, 0.5], importance=[0.2, 0.9]))
    assert score[1] > score[0]
    assert parts["importance"][0] < parts["importance"][1] < 0


def test_a_fact_does_not_age():
    score, parts = fuse(_found(2, cosine=[0.5, 0.5], age=[0.0, 3_000 * DAY_S]))
    assert "fact" not in HALF_LIFE_S
    assert score[0] == score[1]
    assert parts["recency"].tolist() == [0, 0]


def test_age_takes_half_of_what_it_can_in_a_half_life_and_never_more_than_all():
    ages = np.array([-5.0, 0, 10, 1e12])
    assert fade(ages, np.full(4, 10.0), 0.6).tolist() == pytest.approx([1, 1, 0.8, 0.6])


def test_the_time_in_the_question_lifts_what_is_of_it():
    score, parts = fuse(_found(2, cosine=[0.5, 0.5], timely=[False, True]))
    assert score[1] > score[0]
    assert parts["recency"].tolist() == pytest.approx([0, Weights().hint])


def test_an_answer_counts_the_words_of_the_question_before_it_as_its_own():
    found = _found(4, bm25=[8.0, 0.0, 0.0, 1.0], session=[0, 0, 0, 1], sequence=[4, 5, 3, 5])
    score, parts = fuse(found, Weights(words=1.0, before=0.5, after=0.25, neighbour=0.0))
    assert parts["words"] == pytest.approx([1, 0, 0, 0.125])
    assert parts["neighbour"] == pytest.approx([0, 0.5, 0.25, 0])
    assert np.argsort(-score).tolist() == [0, 1, 2, 3]


def test_of_two_alike_the_one_that_says_something_is_before_the_one_that_asks():
    score, parts = fuse(_found(2, cosine=[0.5, 0.5], asks=[True, False]))
    assert score[1] > score[0]
    assert parts["importance"][0] < parts["importance"][1] == 0


def test_nothing_found_is_nothing():
    score, parts = fuse(_found(0))
    assert len(score) == 0
    assert all(len(part) == 0 for part in parts.values())


_UNIT = st.floats(0, 1)
_ROW = st.tuples(
    st.one_of(st.floats(-1, 1), st.just(float("nan"))), st.floats(0, 50), _UNIT, st.integers(-1, 3),
    st.integers(0, 5), st.floats(0, 1e9), st.sampled_from([*HALF_LIFE_S.values(), np.inf]), _UNIT, st.booleans(),
    st.booleans(),
)  # fmt: skip


@settings(deadline=None)  # the machine may be busy
@given(st.lists(_ROW, max_size=30))
def test_the_parts_sum_to_the_score_and_nothing_is_below_zero(rows):

    columns = zip(*rows, strict=True) if rows else [()] * 10
    types = (float, float, float, np.int64, np.int64, float, float, float, bool, bool)
    arrays = [np.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    score, parts = fuse(Candidates(*arrays))
    assert set(parts) == {"words", "meaning", "entity", "neighbour", "recency", "importance"}
    assert sum(parts.values(), np.zeros(len(rows))) == pytest.approx(score)
    assert (score >= -1e-9).all()


def test_a_neighbour_is_the_turn_before_or_after_in_the_same_talk():
    scores = np.array([1.0, 0.5, 0.25, 2.0, 4.0])
    sessions, sequences = np.array([7, 7, 7, 8, -1]), np.array([3, 4, 6, 5, 4])
    before, after = beside(scores, sessions, sequences)
    assert before.tolist() == [0, 1.0, 0, 0, 0]
    assert after.tolist() == [0.5, 0, 0, 0, 0]


def test_two_in_one_place_lend_once():
    scores, sessions, sequences = np.array([1.0, 3.0, 0.0]), np.array([1, 1, 1]), np.array([4, 4, 5])
    assert beside(scores, sessions, sequences)[0][2] == 3.0


@settings(deadline=None)  # the machine may be busy
@given(st.permutations(range(6)))
def test_the_order_of_the_candidates_does_not_matter(order):
    order = np.array(order)
    scores, sessions = np.array([1.0, 2, 3, 4, 5, 6]), np.array([0, 0, 0, 1, 1, -1])
    sequences = np.array([0, 1, 2, 0, 2, 0])
    whole = beside(scores, sessions, sequences)
    turned = beside(scores[order], sessions[order], sequences[order])
    assert [one.tolist() for one in turned] == [one[order].tolist() for one in whole]


def test_beside_strong_hits_lie_places_that_are_not_candidates_yet():
    assert around([("a", 3), ("a", 4), ("", 9)]) == {("a", 2), ("a", 5)}
