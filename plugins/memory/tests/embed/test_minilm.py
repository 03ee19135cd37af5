"""MiniLM itself, in its child: made quick, right, and back after a death."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import psutil
import pytest

from hub import Unavailable
from hub_memory.embed import distil, table
from hub_memory.embed.minilm import NAME, MiniLM
from hub_memory.embed.pieces import END, START, pieces, tokenizer
from hub_memory.embed.quantise import quantise
from hub_memory.embed.remote import BATCH, FILE, LONGEST, ChildEmbedder

if TYPE_CHECKING:
    from plugins.memory.tests.embed.conftest import SmallHub

pytestmark = pytest.mark.models

TEXTS = [
    "How warm is it outside?",
    "The temperature in the garden is 21 degrees.",
    "The printer is out of paper.",
    "Please remind me to call my sister on Sunday about the birthday of our mother.",
]


def plain(path: Path, text: str) -> np.ndarray:
    """Return what the model as published makes of ``text``."""
    session: Any = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    ids = np.array([[START, *pieces([text], LONGEST)[0], END]])
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": 0 * ids}
    mean: np.ndarray = session.run(None, given)[0][0].mean(axis=0)
    return mean / np.linalg.norm(mean)


async def test_made_quick_it_is_as_small_and_says_the_same(able: SmallHub, tmp_path: Path) -> None:
    source, made = able.models.path(FILE), tmp_path / "deep" / "small.onnx"
    quantise(source, made)
    assert made.stat().st_size < 25_000_000
    assert [one.name for one in made.parent.iterdir()] == ["small.onnx"]
    vectors = MiniLM(made).embed(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert vector @ plain(source, text) > 0.98
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


async def test_the_table_is_made_of_this_model(able: SmallHub) -> None:
    words = [
        "lamp",
        "kitchen",
        "doctor",
        "music",
        "rain",
        "network",
        "monday",
        "happy",
        "car",
        "paris",
        "light",
        "bedroom",
        "nurse",
        "song",
        "snow",
    ]
    ids = np.array([tokenizer().token_to_id(word) for word in words])
    read = distil.read_pieces(able.models.path(FILE), ids)
    rows = table.open_table()
    packed = rows["values"][ids] * rows["scale"][ids][:, None]
    pairs = np.triu_indices(len(words), 1)
    one, other = (np.corrcoef(vectors - vectors.mean(axis=0))[pairs] for vectors in (read, packed))
    assert np.corrcoef(one, other)[0, 1] > 0.9


async def test_the_child_embeds_bears_what_is_odd_and_comes_back(able: SmallHub) -> None:
    embedder = ChildEmbedder(able)  # type: ignore[arg-type]  # as much of a hub as it uses
    with pytest.raises(Unavailable, match="not started"):
        await embedder.embed(["early"])
    await embedder.start()
    try:
        assert await embedder.ready(240)
        await _embeds(embedder)
        await _bears(embedder)
        await _survives(embedder)
    finally:
        await embedder.stop()


async def _embeds(embedder: ChildEmbedder) -> None:
    vectors = await embedder.embed(TEXTS * BATCH)
    assert vectors.shape == (len(TEXTS) * BATCH, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.array_equal(vectors[:4], vectors[4:8])  # whatever else is in the batch
    assert (await embedder.embed([])).shape == (0, 384)
    assert (embedder.model, embedder.dimensions) == (NAME, 384)


async def _bears(embedder: ChildEmbedder) -> None:
    odd = ["", "\x00", "a\ud800b", "word " * 250_000, "日本語", "[CLS]", "\x01" * 100_000, "q" * 5_000]
    vectors = await embedder.embed(odd)
    assert not vectors[[0, 1, 6]].any()
    assert vectors[[2, 3, 4]].any(axis=1).all()
    assert np.isfinite(vectors).all()
    whole, start = await embedder.embed([odd[3], odd[3][:LONGEST]])
    assert np.array_equal(whole, start)


async def _survives(embedder: ChildEmbedder) -> None:
    assert embedder._child is not None
    assert embedder._child.pid is not None
    before = psutil.Process(embedder._child.pid)
    asking = asyncio.create_task(embedder.embed(["how are you " * 50] * 400))
    await asyncio.sleep(0.05)
    before.send_signal(signal.SIGKILL)
    with pytest.raises(Unavailable) as caught:
        await asking
    assert caught.value.fix
    assert embedder.trouble is not None
    assert await embedder.ready(240)
    assert (await embedder.embed(["again"])).any()
    assert embedder.trouble is None
    assert not embedder._waiting


async def test_a_torn_model_is_made_anew(able: SmallHub) -> None:
    kept = able.data / "cache" / f"{NAME}.onnx"
    kept.parent.mkdir()
    kept.write_bytes(b"torn")
    embedder = ChildEmbedder(able)  # type: ignore[arg-type]  # as above
    await embedder.start()
    try:
        assert await embedder.ready(240)
        assert (await embedder.embed(["again"])).any()
        assert kept.stat().st_size > 20_000_000
    finally:
        await embedder.stop()


async def test_without_the_model_it_says_how_to_get_it_and_starts_when_it_comes(hub: SmallHub) -> None:
    embedder = ChildEmbedder(hub)  # type: ignore[arg-type]  # as above
    starting = asyncio.create_task(embedder.start())
    await asyncio.sleep(0.05)
    assert embedder.trouble is not None
    assert "hub models pull minilm" in embedder.trouble.fix
    with pytest.raises(Unavailable, match="finer sense of meaning"):
        await embedder.embed(["early"])
    starting.cancel()
    await embedder.stop()
