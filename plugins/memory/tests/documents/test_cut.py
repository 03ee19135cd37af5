"""Texts are cut where they part by themselves, and no word is lost or made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub_memory.documents.cut import LONGEST, cut

RULES = """Welcome.

# House rules

## Heating

The boiler stands
in the cellar.

It is serviced in May.

## Guests
### Keys

Under the pot.

Garden
------

Water it.

```sh
# no heading
```

# Empty
# End
"""


def test_headings_are_kept_as_a_path_and_paragraphs_whole() -> None:
    assert [(part.heading, part.body) for part in cut(RULES)] == [
        ("", "Welcome."),
        ("House rules / Heating", "The boiler stands\nin the cellar.\n\nIt is serviced in May."),
        ("House rules / Guests / Keys", "Under the pot."),
        ("House rules / Garden", "Water it.\n\n```sh\n# no heading\n```"),
        ("Empty", ""),
        ("End", ""),
    ]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = "".join(f"The {at}th quick brown fox jumps over the lazy dog. " for at in range(60))
    parts = cut(f"# Fox\n\n{text}Done.")
    assert len(parts) > 2
    for part in parts[:-1]:
        assert len(part.text) <= LONGEST
        assert part.body.endswith("dog.")


def test_the_same_words_twice_are_one_part() -> None:
    assert len(cut("# A\n\n" + "x" * 800 + "\n\n" + "y" * 800 + "\n\n" + "x" * 800)) == 2


def test_a_table_is_no_heading() -> None:
    assert [part.heading for part in cut("a | b\nc | d\n---\n\ntext")] == [""]


def test_a_line_that_only_looks_like_a_heading_for_long_is_none() -> None:
    spaces = " " * 200_000
    assert [part.heading for part in cut(f"# a{spaces}b\n\n#\n\n## c ##\n\n# d#\n\n{'# ' * 100_000}\n\nend")][
        -1
    ] == "d#"
    assert [part.heading for part in cut("#hash\n\n# C# #\n\nx\n")] == ["", "C#"]


@given(st.text(alphabet=st.sampled_from("ab .\n#`=-"), max_size=3_000))
def test_no_word_is_lost(text: str) -> None:
    kept = "".join("".join(part.text.split()) for part in cut(text))
    for word in text.split():
        if word.strip("#`=-"):
            assert word.strip("#") in kept
    assert all(0 < len(part.text) <= LONGEST for part in cut(text))


@given(st.text(max_size=2_000))
def test_any_text_can_be_cut(text: str) -> None:
    if text.strip():
        assert all(len(part.text) <= LONGEST for part in cut(text))
