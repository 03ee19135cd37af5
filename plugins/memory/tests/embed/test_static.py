"""The table: what it finds alike, what it bears, and that it is the one that was shipped."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import Unavailable
from hub_memory.embed import table
from hub_memory.embed.static import LONGEST, NAME, StaticEmbedder


@pytest.fixture(scope="module")
def static() -> StaticEmbedder:
    return StaticEmbedder()


def test_it_says_what_it_is(static: StaticEmbedder) -> None:
    assert (static.model, static.dimensions) == (NAME, 256) == ("static-256@1", 256)


@pytest.mark.parametrize(
    ("asked", "meant", "other"),
    [
        (
            "How warm is it outside?",
            "The temperature in the garden is 21 degrees.",
            "The printer is out of paper.",
        ),
        ("restart the web server", "reboot nginx", "buy milk and eggs"),
        ("my daughter's birthday", "Anna was born in May, a girl", "the disk is almost full"),
        ("doctor appointment", "see the physician on Monday", "a song by the Beatles"),
    ],
)
def test_what_means_the_same_lies_closer(static: StaticEmbedder, asked: str, meant: str, other: str) -> None:
    vectors = static.embed_now([asked, meant, other])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


def test_vectors_are_float32_of_length_one(static: StaticEmbedder) -> None:
    vectors = static.embed_now(["a lamp", "Grüße aus Köln", "日本語", "x" * 90])
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00", "...!?", "[CLS][SEP][PAD]", "\U0001f9ff", "q" * 200_000]
)
def test_a_text_without_a_known_word_is_zeros(static: StaticEmbedder, text: str) -> None:
    assert not static.embed_now([text]).any()


@pytest.mark.parametrize(
    ("odd", "plain"),
    [("a\x00 lamp", "a lamp"), ("a \ud800 lamp", "a ? lamp"), ("A LAMP!", "a lamp"), ("café", "cafe")],
)
def test_what_does_not_matter_changes_nothing(static: StaticEmbedder, odd: str, plain: str) -> None:
    one, other = static.embed_now([odd, plain])
    assert one.any()
    assert one @ other == pytest.approx(1, abs=1e-5)


def test_a_megabyte_is_read_as_its_beginning(static: StaticEmbedder) -> None:
    text = "turn the kitchen lamp on " * 42_000
    whole, start = static.embed_now([text, text[:LONGEST]])
    assert len(text) > 1_000_000
    assert np.array_equal(whole, start)


def test_a_text_has_the_same_vector_in_whatever_company(static: StaticEmbedder) -> None:
    texts = ["", *(f"the lamp number {at} in the hall" for at in range(400)), "", "word " * 2000, ""]
    together = static.embed_now(texts)
    assert together.shape == (len(texts), 256)
    for at in (0, 1, 2, 128, 257, len(texts) - 3, len(texts) - 2, len(texts) - 1):
        assert np.allclose(together[at], static.embed_now([texts[at]])[0], atol=1e-6), at
    assert not together[[0, len(texts) - 3, len(texts) - 1]].any()


def test_no_texts_have_no_vectors(static: StaticEmbedder) -> None:
    assert static.embed_now([]).shape == (0, 256)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(), max_size=40), max_size=6))
def test_any_text_has_a_vector(texts: list[str]) -> None:
    vectors = _any.embed_now(texts)
    lengths = np.linalg.norm(vectors, axis=1)
    assert vectors.shape == (len(texts), 256)
    assert all(length == 0 or abs(length - 1) < 1e-4 for length in lengths)


_any = StaticEmbedder()


async def test_many_may_ask_at_once(static: StaticEmbedder) -> None:
    texts = [[f"question {at} about lamp {at}"] * 20 for at in range(20)]
    told = await asyncio.gather(*(static.embed(some, query=True) for some in texts))
    for some, vectors in zip(texts, told, strict=True):
        assert np.allclose(vectors, static.embed_now(some), atol=1e-6)


# -- the files ------------------------------------------------------------------------------------------


def test_the_table_is_the_one_that_its_provenance_tells_of() -> None:
    told = (table.DATA / "PROVENANCE.md").read_text(encoding="utf-8")
    for name, digest in table.FILES.items():
        assert hashlib.sha256((table.DATA / name).read_bytes()).hexdigest() == digest
        assert digest in told


def test_the_table_is_mapped_and_cannot_be_written() -> None:
    rows = table.open_table()
    assert isinstance(rows, np.memmap)
    assert rows.shape == (30_522,)
    with pytest.raises(ValueError, match="read-only"):
        rows["scale"][0] = 1


def _copied(folder: Path) -> Path:
    shutil.copytree(table.DATA, folder / "data")
    return folder / "data"


@pytest.mark.parametrize("name", list(table.FILES))
def test_without_a_file_it_says_so_and_what_to_do(tmp_path: Path, name: str) -> None:
    folder = _copied(tmp_path)
    (folder / name).unlink()
    with pytest.raises(Unavailable, match=f"cannot be read: {name}") as caught:
        StaticEmbedder(folder)
    assert "reinstall" in caught.value.fix


@pytest.mark.parametrize("name", list(table.FILES))
@pytest.mark.parametrize("how", ["flipped", "cut", "empty"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, how: str) -> None:
    path = _copied(tmp_path) / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes({"flipped": bytes(raw), "cut": bytes(raw[: len(raw) // 2]), "empty": b""}[how])
    with pytest.raises(Unavailable, match=f"damaged: {name}") as caught:
        StaticEmbedder(path.parent)
    assert caught.value.fix
