"""What is said aloud for what is written, however it arrives, and where in the answer each word is."""

from __future__ import annotations

import re
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_voice.playback import numbers
from hub_voice.playback.spoken import Said, Sayable, spoken

from .sayings import SAYINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKUP = set("*`#|<>[]{}~^\\_")


def said(parts: Sequence[str]) -> list[Said]:
    """Feed an answer in ``parts`` as a session does, taking what is ready after each."""
    sayable, found = Sayable(), []
    for part in parts:
        sayable.feed(part)
        while (unit := sayable.take()) is not None:
            found.append(unit)
    return [*found, *sayable.all()]


def cut_up(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({*(at for at in cuts if at < len(text)), len(text)})
    return [text[first:last] for first, last in zip([0, *ends], ends, strict=False)]


def test_the_table_is_long() -> None:
    assert len({written for written, _ in SAYINGS}) >= 250


@pytest.mark.parametrize(("written", "words"), SAYINGS)
def test_said(written: str, words: str) -> None:
    assert spoken(written) == words


@pytest.mark.parametrize(("_written", "words"), SAYINGS)
def test_what_is_sayable_stays_as_it_is(_written: str, words: str) -> None:
    again = spoken(words)
    assert re.sub(r"\W+", " ", again).strip().lower() == re.sub(r"\W+", " ", words).strip().lower()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("```py\nx = 1\n```\nDone.", "The code is on the page. Done."),
        ("```py\nx = 1", "The code is on the page."),
        ("~~~\n```\nx\n~~~\nDone.", "The code is on the page. Done."),
        ("- ```sh\n  ls *\n  ```\n- next", "The code is on the page. next"),
        ("````md\n```\nx\n```\n````\nDone.", "The code is on the page. Done."),
        ("Run `a. b` now. Then go.", "Run a. b now. Then go."),
        ("| Name | Age |\n|---|:-:|\n| Ann | 5 |\n| Bo | |\n\nThat is all.", "Name Ann, Age five. Name Bo. That is all."),
        ("|a|b|c|\n|-|-|-|\n|1|2|3|", "a one, b two, c three."),
        ("a | b\n--|--\n1 | 2", "a b. one two"),
        ("# Title\n\nText here.\n\n- one\n  - two\n    1. three", "Title. Text here. one. two. one, three"),
        ("$$\nx = \\frac{a}{b}\n$$\nSo it is.", "The formula is on the page. So it is."),
        ("Hello\n\nworld", "Hello. world"),
        ("**One sentence. Another one.** And *this. too*.", "One sentence. Another one. And this. too."),
        ("See [this. And that](http://x.example/a). Done.", "See this. And that. Done."),
        ("1. Mix 2 eggs.\n2. Bake 20 min at 180 °C.",
         "one, Mix two eggs. two, Bake twenty minutes at one hundred eighty degrees Celsius."),
        ("Dr. No. 5 lives at 5 Main St. Call him.", "Doctor number five lives at five Main Street. Call him."),
    ],
)  # fmt: skip
def test_said_over_lines(written: str, words: str) -> None:
    assert spoken(written).replace("..", ".") == words
    assert " ".join(unit.spoken for unit in said(list(written)) if unit.spoken) == spoken(written)


def test_a_voice_of_another_language_gets_the_words_as_they_are() -> None:
    assert spoken("**Es sind 5 km** nach `Bonn`, z.B. um 18:42.", english=False) == (
        "Es sind 5 km nach Bonn, z.B. um 18:42."
    )


ODD = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from([
            "word", " ", "**", "*", "`", "```\n", "\n", "- ", "# ", "[a](", "http://x.example)", ". ", "_", "| ", "|\n",
            "|-|-|\n", "$", "$$", "5", "3.5", " km", "/", ":", ", ", "18:42", "e.g. ", "etc. ", "Dr. ", "\\(", "~~~\n",
            "1. ", "> ", "&amp;", "<b>", "<!--", "\U0001f642", "@", "No. ", "2026-03-18", "$5", "x^2", "v1.2", "\t", "日本。",
        ]),
        max_size=60,
    ).map("".join),
)  # fmt: skip
"""Anything, and above all what looks like Markdown."""


@given(ODD)
def test_no_text_breaks_it_and_no_markup_is_said(text: str) -> None:
    words = spoken(text)
    assert words == words.strip()
    assert not MARKUP & set(words)
    assert "```" not in words


@given(ODD, st.lists(st.integers(0, 300), max_size=12))
def test_it_does_not_matter_how_a_text_is_cut_up(text: str, cuts: list[int]) -> None:
    assert said(cut_up(text, cuts)) == said([text])


@given(ODD, st.lists(st.integers(0, 300), max_size=12), st.integers(0, 1000))
def test_every_word_has_its_place_in_the_answer(text: str, cuts: list[int], at: int) -> None:
    sayable = Sayable(at)
    for part in cut_up(text, cuts):
        sayable.feed(part)
    units = list(sayable.all())
    place = at
    for unit in units:
        assert unit.first == place, "nothing of the answer is skipped"
        places = [unit.place(chars) for chars in range(len(unit.spoken) + 2)]
        assert places == sorted(places)
        assert unit.first <= places[0] <= places[-1] == unit.last
        place = unit.last
    assert place == at + len(text), "and all of it is heard in the end"


@given(ODD, st.lists(st.integers(0, 300), max_size=12), st.lists(st.booleans(), max_size=12))
def test_haste_loses_no_letter(text: str, cuts: list[int], hasty: list[bool]) -> None:
    sayable, place = Sayable(), 0
    for part, haste in zip(cut_up(text, cuts), [*hasty, *[True] * 20], strict=False):
        sayable.feed(part)
        while (unit := sayable.take(hurry=haste, stale=haste)) is not None:
            assert unit.first == place
            place = unit.last
    for unit in sayable.all():
        place = unit.last
    assert place <= len(text)
    assert not text[place:].strip()


def test_a_place_in_what_is_said_is_a_place_in_the_answer() -> None:
    answer = "It costs **$5.50** for [the page](https://x.example/long/address) only."
    (unit,) = said([answer])
    heard = unit.spoken.index("for the page") + len("for")
    assert answer[: unit.place(heard)].rstrip() == "It costs **$5.50** for"
    assert unit.place(len(unit.spoken)) == len(answer)


def test_a_slow_answer_is_begun_before_its_sentence_ends() -> None:
    sayable = Sayable()
    sayable.feed("Well the weather tomorrow will probably be rather ")
    assert sayable.take() is None
    unit = sayable.take(hurry=True)
    assert unit is not None
    assert unit.spoken == "Well the weather tomorrow will"
    sayable.feed("nice and 5")
    assert sayable.take(hurry=True) is None, "only the first piece is begun in a hurry"


def test_code_that_came_half_is_not_said_when_it_stalls() -> None:
    sayable = Sayable()
    sayable.feed("```py\nprint(1)\n``")
    assert [unit.spoken for _ in range(3) if (unit := sayable.take(stale=True))] == [
        "The code is on the page.",
        "",
    ]
    sayable.feed("`\nDone.")
    assert [unit.spoken for unit in sayable.all() if unit.spoken] == ["Done."]


def test_a_book_is_said_in_reasonable_time() -> None:
    text = "The **quick** brown fox saw 5 km of road at 18:42, and `ran` to [it](http://x.example). " * 1200
    sayable, began = Sayable(), process_time()
    sayable.feed(text)
    count = sum(1 for _ in sayable.all())
    assert count > 1000
    assert process_time() - began < 20, "100 kB"
    for nasty in (
        "[" * 20_000,
        "`" * 20_001,
        "$a" * 10_000,
        "*a " * 10_000,
        "<a " * 10_000,
        "|" * 20_000,
        "1" * 20_000,
    ):
        began = process_time()
        spoken(nasty)
        assert process_time() - began < 20, nasty[:4]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"), (13, "thirteen"), (20, "twenty"), (21, "twenty-one"), (100, "one hundred"),
        (999, "nine hundred ninety-nine"), (1000, "one thousand"), (1001, "one thousand one"),
        (1_000_000, "one million"), (10**15, "one quadrillion"), (-3, "minus three"),
    ],
)  # fmt: skip
def test_numbers_are_counted(number: int, words: str) -> None:
    assert numbers.cardinal(number) == words


@given(st.integers(0, 10**20))
def test_every_number_has_words(number: int) -> None:
    for words in (numbers.cardinal(number), numbers.ordinal(number), numbers.year(number)):
        assert words
        assert re.fullmatch(r"[a-z' -]+", words)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (5, "fifth"), (12, "twelfth"), (20, "twentieth"), (21, "twenty-first"), (100, "one hundredth"),
     (102, "one hundred second"), (1000, "one thousandth"), (111, "one hundred eleventh"), (30, "thirtieth")],
)  # fmt: skip
def test_numbers_in_a_row(number: int, words: str) -> None:
    assert numbers.ordinal(number) == words
