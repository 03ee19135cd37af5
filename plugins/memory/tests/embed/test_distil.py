"""How the table is made, on few pieces; with MiniLM itself in test_minilm."""

from __future__ import annotations

import numpy as np
import pytest

from hub_memory.embed import distil


def test_the_main_axes_come_first_and_keep_who_is_close_to_whom() -> None:
    made = np.random.default_rng(3)
    plane = made.normal(size=(400, 3)) * [9, 4, 1]
    vectors = (plane @ np.linalg.qr(made.normal(size=(24, 24)))[0][:3]).astype(np.float32) + 5
    small = distil.compress(vectors, 3)
    assert np.all(np.diff(small.std(axis=0)) < 0)
    centred = vectors - vectors.mean(axis=0)
    undone = small * (np.linalg.svd(centred, compute_uv=False)[:3] / 20) ** distil.EVEN  # sqrt(400) = 20
    assert np.allclose(undone @ undone.T, centred @ centred.T, atol=1e-2)


def test_the_axes_point_the_same_way_round_whatever_the_library_says(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(4).normal(size=(50, 8)).astype(np.float32)
    first, eigh = distil.compress(vectors, 8), np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda matrix: (eigh(matrix)[0], -eigh(matrix)[1]))
    assert np.allclose(distil.compress(vectors, 8), first)


def test_common_pieces_tell_little() -> None:
    told = distil.weights(distil.PIECES)
    assert np.all(np.diff(told) > 0)
    assert told[0] < 0.01
    assert told[-1] > 0.9


def test_rows_are_packed_to_within_half_a_step() -> None:
    vectors = (
        np.random.default_rng(5).normal(size=(20, 256)).astype(np.float32) * np.logspace(-3, 2, 20)[:, None]
    )
    vectors[7] = 0
    rows = distil.pack(vectors.astype(np.float32))
    back = rows["values"] * rows["scale"][:, None]
    assert np.all(np.abs(back - vectors) <= rows["scale"][:, None] * 0.501)
    assert not back[7].any()


def test_marks_are_not_words() -> None:
    assert all(map(distil._is_mark, "!.,-?„”…。"))
    assert not any(map(distil._is_mark, ["a", "7", "日", "♥", "##s", "the", ""]))
