"""Names, quoted things, codes and amounts in a text, the same for all ways to write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_memory.recall.entities import LONGEST_TEXT, entities, normalise


def _norms(text, known=()):
    return {one.norm for one in entities(text, known)}


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        ("My brother Wim has a spare disk.", {"wim"}),
        ("Who is Wim's daughter?", {"wim"}),
        ("Lotte, class 1B, Miss Duarte.", {"lotte", "1b", "miss duarte", "duarte"}),
        ("I saw Leonardo Bruni in Bremen.", {"leonardo bruni", "leonardo", "bruni", "bremen"}),
        ("José came.", {"jose"}),
        ("Play \u201cNine Lanterns\u201d again.", {"nine lanterns", "nine", "lanterns"}),
        ("He has an eight terabyte disk.", {"8 tb"}),
        ("It holds 8 TB.", {"8 tb"}),
        ("12,5 kWh for 20 euros", {"12,5 kwh", "20 eur"}),
        ("The case number is 26-0193.", {"26-0193"}),
        ("What is the time?", set()),
        ("", set()),
        ("On Monday in March I will not.", set()),
    ],
)
def test_what_a_text_names(text, norms):
    assert _norms(text) == norms


def test_heard_speech_has_no_capitals_so_known_names_count_without():
    assert _norms("when does mrs okafor come") == set()
    assert _norms("when does mrs okafor come", {"okafor", "coma"}) == {"okafor"}


def test_each_is_named_once_with_its_type():
    found = entities("Wim and Wim's 8 TB disk, GZ-4471")
    assert [(one.norm, one.type) for one in found] == [
        ("8 tb", "amount"),
        ("gz-4471", "code"),
        ("wim", "name"),
    ]


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=400))
def test_any_text_has_norms_that_stay_as_they_are(text):
    for one in entities(text):
        assert one.norm
        assert normalise(one.norm) == one.norm


def test_a_megabyte_is_cut():
    assert _norms("a " * (LONGEST_TEXT // 2) + "Wim") == set()
