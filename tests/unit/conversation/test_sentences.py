from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.conversation.sentences import Pieces


def cut(*chunks: str) -> list[str]:
    pieces = Pieces()
    out = [piece for chunk in chunks for piece in pieces.feed(chunk)]
    rest = pieces.finish()
    return [*out, rest] if rest else out


@given(st.lists(st.text(alphabet="ab .,!?\n:;)\"'1é", max_size=40), max_size=20))
def test_the_pieces_are_the_answer(chunks: list[str]) -> None:
    assert "".join(cut(*chunks)) == "".join(chunks)


@given(st.text(alphabet="ab .,!?\n", max_size=200))
def test_it_does_not_matter_how_the_text_arrives(text: str) -> None:
    # A lone first piece may be cut at a clause earlier; after that only sentence ends count.
    assert "".join(cut(text)) == "".join(cut(*text))


def test_sentences_come_whole() -> None:
    assert cut("It is late. Go to bed! ", "Now?") == ["It is late. ", "Go to bed! ", "Now?"]


def test_the_first_piece_may_be_a_clause() -> None:
    assert cut("Well, as far as I know, it is ready, and so on, at last.")[0] == "Well, as far as I know, "


def test_abbreviations_and_numbers_do_not_end_a_sentence() -> None:
    assert cut("Ask Dr. Who about it. Yes.") == ["Ask Dr. Who about it. ", "Yes."]
    assert cut("It is 3.5 GB. Fine.") == ["It is 3.5 GB. ", "Fine."]


def test_a_text_without_an_end_is_cut_at_a_space() -> None:
    pieces = cut("word " * 200)
    assert max(map(len, pieces)) <= 241
