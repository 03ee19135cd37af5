"""Word pieces from words that were cut before are those that the tokenizer gives for the whole text."""

from hypothesis import example, given
from hypothesis import strategies as st

from hub_memory.embed.pieces import pieces, tokenizer


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x17F), max_size=200))
@example("Don't  pay $1,000.50 for unbelievableness_2!")
@example("tab\there\nand\x00there\x7f")
@example("a" * 300)
@example("[CLS] typed by hand")
@example("Ünïted ﬁne 東京 plain words after")
def test_they_are_the_tokenizers(text):
    whole = tokenizer().encode(text, add_special_tokens=False).ids
    assert pieces([text], 10_000) == [whole]


def test_each_text_has_its_own():
    assert pieces(["first second", "", "zwölf", "first"], 5) == [
        tokenizer().encode(one, add_special_tokens=False).ids for one in ("first", "", "zwölf", "first")
    ]
