from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.llm.routing.resume import LONGEST, Seam, Sentences, Telling


def told(text, size=1):
    sentences = Sentences()
    parts = [sentences.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return [part for part in parts if part], sentences.finish()


@pytest.mark.parametrize(
    ("text", "whole", "rest"),
    [
        ("One two. Three four. Five", ["One two.", " Three four."], " Five"),
        ("It costs 3.50 in all. Yes", ["It costs 3.50 in all."], " Yes"),
        ("Ask Dr. Smith at 5 p.m. or so. No", ["Ask Dr. Smith at 5 p.m. or so."], " No"),
        ('He said "Go!" Then he went.', ['He said "Go!"'], " Then he went."),
        ("First:\n1. Milk\n2. Bread\nThat", ["First:", "\n1. Milk", "\n2. Bread"], "\nThat"),
        ("はい。そうです。たぶん", ["はい。", "そうです。"], "たぶん"),
        ("J. S. Bach wrote it. He", ["J. S. Bach wrote it."], " He"),
        ("Really?! Yes... and no. Well", ["Really?!", " Yes... and no."], " Well"),
    ],
)
def test_sentences_end_where_a_reader_would_say(text, whole, rest):
    assert told(text) == (whole, rest)


@settings(deadline=None)
@given(st.text(alphabet="ab .!?\n1\"'。M", max_size=200), st.integers(1, 9))
def test_sentences_lose_nothing_however_they_are_cut(text, size):
    whole, rest = told(text, size)
    assert "".join(whole) + rest == text.rstrip()


@settings(deadline=None)
@given(st.text(alphabet="abA .!?\n1\"'。M", max_size=120), st.integers(1, 7), st.integers(1, 7))
def test_where_a_sentence_ends_does_not_depend_on_the_chunks(text, one, other):
    assert "".join(told(text, one)[0]) == "".join(told(text, other)[0])


def test_a_sentence_without_an_end_is_told_by_words():
    whole, rest = told("word " * 600, 7)
    assert "".join(whole) + rest == ("word " * 600).rstrip()
    assert all(len(part) <= LONGEST + 8 and part.rstrip().endswith("word") for part in whole)


def test_a_flood_without_an_end_is_passed_on_in_little_time():
    whole, rest = told("x" * 4_000_000 + " y" * 2_000, 100_000)
    assert len("".join(whole) + rest) == 4_004_000
    assert len(rest) <= LONGEST


def sewn(told, text, size=3, gap=" "):
    seam = Seam(told, gap)
    return "".join(seam.feed(text[at : at + size]) for at in range(0, len(text), size)) + seam.finish()


@pytest.mark.parametrize(
    ("told", "said", "new"),
    [
        ("One is here.", "Two is there.", " Two is there."),
        ("One is here.", " Two is there.", " Two is there."),
        ("One is here.", "One is here. Two is there.", " Two is there."),
        ("One is here. Two is there.", "Two is there. Three goes.", " Three goes."),
        ("One is here. Two is there.", "Two  is\nthere.\n\nThree goes.", "\n\nThree goes."),
        ("One is here. Two is there.", "Two is somewhere.", " Two is somewhere."),
        ("One is here. Two is there.", "One is here. Two is there.", ""),
        ("One is here. Two is there.", "One is here.", ""),
        ("Ha! Ha!", "Ha! That was it.", " Ha! That was it."),
        ("Hi!", "Hi! I am here.", " I am here."),
        ("It is a nice place to be.", "nice place to be. So it is.", " So it is."),
        ("One is here.", "", ""),
        ("One is here.", "  \n", ""),
        ("Call 12 34 56", "12 34 567 is not it.", " 12 34 567 is not it."),
    ],
)
def test_what_is_repeated_is_told_once(told, said, new):
    for size in (1, 3, 100):
        assert sewn(told, said, size) == new


WORDS = st.lists(st.text(alphabet="abcdefg", min_size=1, max_size=6), min_size=3, max_size=7)
SENTENCE = WORDS.map(lambda words: " ".join(words).capitalize() + ".")


@settings(max_examples=150, deadline=None)
@given(st.lists(SENTENCE, min_size=1, max_size=8, unique=True), st.data())
def test_a_cut_anywhere_leaves_no_gap_and_no_duplicate(sentences, data):
    """The next one repeats nothing, a few or all of the told sentences before it goes on."""
    numbered = [f"P{n} {sentence}" for n, sentence in enumerate(sentences)]
    whole = " ".join(numbered)
    telling, shown = Telling(), ""
    for _ in range(3):
        telling.begin(hold=True)
        done = telling.told
        count = len(done.split(". ")) if done else 0
        again = data.draw(st.integers(0, count))
        text = " ".join(numbered[count - again :])
        cut = data.draw(st.integers(0, len(text)))
        for at in range(0, cut, 4):
            shown += telling.feed(text[at : min(at + 4, cut)])
        telling.drop()
        assert shown == telling.told
        assert whole.startswith(shown)
        assert not shown or shown in {" ".join(numbered[:n]) for n in range(len(numbered) + 1)}
    telling.begin(hold=True)
    done = telling.told
    count = len(done.split(". ")) if done else 0
    shown += telling.feed(" ".join(numbered[count:])) + telling.finish()
    assert shown == whole == telling.told


def test_without_holding_text_passes_at_once():
    telling = Telling()
    telling.begin(hold=False)
    assert [telling.feed(part) for part in ("Half", " a")] == ["Half", " a"]
    telling.drop()
    telling.begin(hold=False)
    assert telling.feed("word.") == " word."
    assert telling.told == "Half a word."
