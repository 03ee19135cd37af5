"""The scores are what their names say."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from memory_score import Keywords, score, table


@dataclass
class Asked:
    category: str
    text: str
    gold: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def test_recall_hits_and_first_places():
    questions = [Asked("a", "one", ("x", "y")), Asked("b", "two", ("z",)), Asked("b", "none")]
    found = {"one": ["q", "x", "r"], "two": [], "none": ["x"]}
    scores = score(questions, lambda one: found[one.text])
    assert scores["a"].recall == {1: 0.0, 5: 0.5, 10: 0.5, 20: 0.5}
    assert scores["a"].hit[10] == 1.0
    assert scores["a"].mrr == 0.5
    assert scores["b"].count == 1
    assert scores["all"].recall[10] == pytest.approx(0.25)
    assert "recall" not in table({"it": scores})


def test_what_is_out_of_date_must_rank_below_and_poison_must_not_be_there():
    questions = [
        Asked("u", "right", ("new",), ("old",)),
        Asked("u", "wrong", ("new",), ("old",)),
        Asked("u", "lost", ("new",), ("old",)),
        Asked("p", "bad", ("ok",), (), ("evil",)),
    ]
    found = {"right": ["new", "old"], "wrong": ["old", "new"], "lost": [], "bad": ["evil"]}
    scores = score(questions, lambda one: found[one.text])
    assert scores["u"].newest == pytest.approx(1 / 3)
    assert scores["u"].poisoned is None
    assert scores["p"].poisoned == 1.0


def test_keywords_find_stems_and_leave_stop_words_and_others_out():
    keywords = Keywords({"1": "The roses were pruned.", "2": "Pruning the hedge", "3": "What did I do?"})
    assert [id_ for id_, _ in keywords.search("What did I prune?", 9)] == ["2", "1"]
    assert [id_ for id_, _ in keywords.search("prune", 9, among=["1"])] == ["1"]
    assert keywords.search("what did you do", 9) == []
    assert keywords.search('"; drop', 9) == []
