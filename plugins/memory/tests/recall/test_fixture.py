"""The fixture is what it says it is, on every machine the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict

import memory_fixture
import memory_score
import pytest

FIXTURE = memory_fixture.load()
TURNS = {turn.id: turn for turn in FIXTURE.turns}
CATEGORIES = {
    "abstain", "asof", "inject", "junk", "multihop", "paraphrase", "people", "plain", "time", "tool", "typo",
    "update",
}  # fmt: skip


def _words(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w+", text.lower())} - {one[:5] for one in memory_score.STOP}


def test_there_are_as_many_as_promised_and_both_halves_have_all_categories():
    assert len({turn.session for turn in FIXTURE.turns}) >= 300
    hand, _ = memory_fixture._blocks((memory_fixture.FOLDER / "hand.txt").read_text(encoding="utf-8"))
    assert len(hand) >= 40
    for half in (memory_fixture.DEV, memory_fixture.TEST):
        counts = Counter(one.category for one in FIXTURE.questions if one.person in half)
        assert set(counts) == CATEGORIES
        assert min(counts.values()) >= 3


def test_it_is_the_same_everywhere():
    told = json.dumps([[asdict(one) for one in FIXTURE.turns], [asdict(one) for one in FIXTURE.questions]])
    assert hashlib.sha256(told.encode()).hexdigest() == (
        "926901266a0db4107422fecbeea9b01fc2b32843487c0c58e551eb990bd1e0bf"
    )


def test_all_that_answers_can_be_seen_when_it_is_asked():
    for one in FIXTURE.questions:
        seen = {turn.id for turn in memory_fixture.visible(FIXTURE.turns, one)}
        assert set(one.gold) <= seen, one.id
        assert not any(TURNS[id_].junk for id_ in one.gold), one.id
        assert all(TURNS[id_].person == one.person for id_ in one.gold + one.stale + one.never)


def test_what_is_out_of_date_is_older_than_what_holds():
    for one in FIXTURE.questions:
        if one.category == "update":
            newest = max(TURNS[id_].at for id_ in one.gold)
            assert all(TURNS[id_].at < newest for id_ in one.stale), one.id


def test_injections_are_of_pages_and_tools_and_their_text_is_nobodys_word():
    for one in FIXTURE.questions:
        if one.category == "inject":
            assert {TURNS[id_].origin for id_ in one.never} <= {"tool", "web"}
            assert {TURNS[id_].origin for id_ in one.gold} == {"user_text"}


def test_most_paraphrases_share_no_word_with_their_answers():
    questions = [one for one in FIXTURE.questions if one.category == "paraphrase"]
    shared = [any(_words(one.text) & _words(TURNS[id_].text) for id_ in one.gold) for one in questions]
    assert sum(shared) / len(shared) < 0.2


def test_no_turn_is_in_the_wrong_place_of_its_talk():
    for one, other in zip(FIXTURE.turns, FIXTURE.turns[1:], strict=False):
        if one.session == other.session:
            assert one.sequence + 1 == other.sequence


@pytest.mark.parametrize("text", ["where is the passport", "I keep my insurance folder in the drawer"])
def test_slips_leave_the_text_recognisable(text):
    slipped = [memory_fixture._misheard(text, key) for key in range(50)]
    assert len(set(slipped)) > 10
    assert all(len(one.split()) == len(text.split()) for one in slipped)
