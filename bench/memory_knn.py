"""Measure how memory finds near vectors, beside others on the same vectors: rows memory.knn* and filter.

    python bench/memory_knn.py              all; rows are kept in bench/out/memory.json as each part is done
    python bench/memory_knn.py small fast   some of: small, fast, filter, index, large
    python bench/memory_knn.py --no-peers

The vectors are those of bench/memory_texts.py. One thread. Peers run in an environment of their own
(bench/memory_peers.py); one that cannot be had is left out aloud. A row's peer is numpy's exact search;
its note has the others. Recall counts what is as near as the tenth of an exact search, for equal texts have
equal vectors.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from memory_texts import HERE, vectors
from rows import quantile, row, save

from hub.store.connection import connect, connect_plain, transact
from hub_memory.index import kept
from hub_memory.index.codes import CodeIndex
from hub_memory.index.file import Namespaces, changed, fetching, load
from hub_memory.index.port import Columns, Mask
from hub_memory.index.turbo import TurboIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub_memory.index.port import Fetch, VectorIndex

MODEL, LIMIT, KEY = "minilm-l6-int8@1", 10, b"k" * 32
CACHE_KIB = 64_000
"""What the connection may keep of the file; `hub.Database` keeps 2,000 unless told otherwise."""

MILLION = 1_000_000
ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "LANCE_CPU_THREADS",
    "TOKIO_WORKER_THREADS",
)  # fmt: skip
PEERS = ("numpy", "sqlite-vec", "pgvector-exact", "pgvector", "hnswlib", "lancedb", "chroma")
HERE_TOO = PEERS[:4]
"""Those that the hub's own environment has."""
SCHEMA = """
    CREATE TABLE memory (rid INTEGER PRIMARY KEY, revision INTEGER, namespace TEXT, kind TEXT, created REAL,
        trust INTEGER, pinned INTEGER, quarantined INTEGER, superseded_by BLOB, text TEXT);
    CREATE INDEX memory_revision ON memory (revision);
    CREATE TABLE vector (rid INTEGER, model TEXT, vec BLOB, PRIMARY KEY (rid, model)) WITHOUT ROWID;
"""
"""What the index reads of the plugin's own tables (hub_memory.store.schema)."""

Row = dict[str, Any]
Took = tuple[list[float], list[float], list[Any]]
"""Milliseconds of wall and of CPU of each query, and the rids that it found."""


def columns(rows: int) -> Columns:
    """Return columns of which every twentieth row is of namespace 1."""
    at = np.arange(rows)
    none = np.zeros(rows, np.uint8)
    return Columns((at % 20 == 0).astype(np.uint16), none, 1.7e9 + at, none, none)


def written(path: Path, entries: np.ndarray, key: bytes | None) -> Any:
    """Return a connection to a file that holds ``entries``; made once."""
    done = path.with_suffix(".done")
    if not done.exists():
        path.unlink(missing_ok=True)
        if key is None:
            path.touch()
        db = connect(path, key, create=True) if key else connect_plain(path)
        for statement in SCHEMA.split(";"):
            db.execute(statement)
        transact(db, lambda db: _fill(db, entries))
        db.close()
        done.touch()
    db = connect(path, key) if key else connect_plain(path)
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return db


def _fill(db: Any, entries: np.ndarray) -> None:
    for rid, vector in enumerate(entries):
        space = "ann" if rid % 20 == 0 else "house"
        values = (rid, rid, space, "fact", 1.7e9 + rid, 0, 0, 0, None, "x" * 78)
        db.execute("INSERT INTO memory VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        db.execute("INSERT INTO vector VALUES (?, ?, ?)", (rid, MODEL, vector.tobytes()))


def asked(search: Callable[[np.ndarray], np.ndarray], queries: np.ndarray) -> Took:
    """Ask each of ``queries``, after a round that warms up."""
    for query in queries[:100]:
        search(query)
    wall, cpu, found = [], [], []
    for query in queries:
        a, b = time.perf_counter(), time.thread_time()
        found.append(search(query))
        wall.append((time.perf_counter() - a) * 1e3)
        cpu.append((time.thread_time() - b) * 1e3)
    return wall, cpu, found


def searching(
    index: VectorIndex, fetch: Fetch, mask: Mask | None = None
) -> Callable[[np.ndarray], np.ndarray]:
    """Return what finds the rids for a query."""
    return lambda query: index.search(query, LIMIT, mask, fetch)[0]


def tenths(entries: np.ndarray, queries: np.ndarray, ok: np.ndarray | None = None) -> np.ndarray:
    """Return each query's tenth best cosine among all ``entries``, or those that are ``ok``."""
    best = np.full((len(queries), LIMIT), -1, np.float32)
    for at in range(0, len(entries), 50_000):
        here = entries[at : at + 50_000].astype(np.float32)
        cosines = queries.astype(np.float32) @ here.T
        if ok is not None:
            cosines[:, ~ok[at : at + 50_000]] = -1
        both = np.concatenate((best, cosines), axis=1)
        best = -np.partition(-both, LIMIT - 1, axis=1)[:, :LIMIT]
    least: np.ndarray = best.min(axis=1)
    return least


def shares(entries: np.ndarray, queries: np.ndarray, found: list[Any], least: np.ndarray) -> list[float]:
    """Return the share of each query's ten best that was found."""
    told = []
    for query, rids, bound in zip(queries, found, least, strict=True):
        cosines = entries[np.asarray(rids, np.int64)].astype(np.float32) @ query.astype(np.float32)
        told.append(float((cosines >= bound - 1e-4).sum()) / LIMIT)
    return told


def both(
    id_: str, took: Took, share: list[float], p50: float, recall: float, *,
    note: str = "", beside: dict[str, Any] | None = None, p95: float = 0,
) -> list[Row]:  # fmt: skip
    """Return a row of time and one of recall."""
    (wall, cpu, _), mean = took, sum(share) / len(share)
    note = (
        f"recall@10 {mean:.4f}; CPU p50 {quantile(cpu, 0.5):.2f}, p95 {quantile(cpu, 0.95):.2f} ms; "
        f"load {os.getloadavg()[0]:.1f}; {note}"
    )
    given = (
        {"peer": "numpy exact", "peer_samples": beside["numpy"]["samples"]}
        if beside and "numpy" in beside
        else {}
    )
    told = [row(id_, "ms", wall, p50, note=note, **given)]
    if p95:
        told.append(row(f"{id_}_p95", "ms", wall, p95, by="p95"))
    return [*told, row(f"{id_}_recall", "share", [mean], recall, at_least=True, note=f"{len(share)} queries")]


def small(*, peers: bool) -> list[Row]:
    """knn100k: codes, and the true vectors out of a plain and an encrypted file."""
    entries, queries = vectors()
    least, beside = tenths(entries, queries), others(entries, queries) if peers else {}
    index, rows = CodeIndex(entries.shape[1]), list[Row]()
    index.add(np.arange(len(entries)), entries, columns(len(entries)))
    for id_, key, p50, p95 in (
        ("memory.knn100k", None, 1.6, 2.5),
        ("memory.knn100k_encrypted", KEY, 4.0, 0.0),
    ):
        db = written(HERE / f"knn-{'cipher' if key else 'plain'}.db", entries, key)
        fetch = fetching(db, MODEL, entries.shape[1])
        took = asked(searching(index, fetch, None), queries)
        note = f"{CACHE_KIB // 1000} MB of the file cached"
        share = shares(entries, queries, took[2], least)
        rows += both(id_, took, share, p50, 0.99, note=f"{note}; {_said(beside)}", beside=beside, p95=p95)
    return rows


def fast(**_: bool) -> list[Row]:
    """knn100k_fast: turbovec, and the true vectors out of a plain and an encrypted file."""
    entries, queries = vectors()
    least, rows = tenths(entries, queries), list[Row]()
    index = TurboIndex(entries.shape[1])
    index.add(np.arange(len(entries)), entries, columns(len(entries)))
    for id_, key, p50 in (("memory.knn100k_fast", None, 0.4), ("memory.knn100k_fast_encrypted", KEY, 1.0)):
        db = written(HERE / f"knn-{'cipher' if key else 'plain'}.db", entries, key)
        fetch = fetching(db, MODEL, entries.shape[1])
        took = asked(searching(index, fetch, None), queries)
        rows += both(id_, took, shares(entries, queries, took[2], least), p50, 0.995)
    return rows


def filtered(**_: bool) -> list[Row]:
    """filter: of 100,000 rows the 5 % of one namespace, before the choice; plain file."""
    entries, queries = vectors()
    ok = np.arange(len(entries)) % 20 == 0
    index = CodeIndex(entries.shape[1])
    index.add(np.arange(len(entries)), entries, columns(len(entries)))
    fetch = fetching(written(HERE / "knn-plain.db", entries, None), MODEL, entries.shape[1])
    took = asked(searching(index, fetch, Mask([1])), queries)
    return both(
        "memory.filter", took, shares(entries, queries, took[2], tenths(entries, queries, ok)), 0.6, 1.0
    )


def ready(**_: bool) -> list[Row]:
    """index_ready: from a closed, encrypted file of 100,000 rows to an index that answers."""
    entries, _queries = vectors()
    db, names = written(HERE / "knn-cipher.db", entries, KEY), Namespaces()
    index = CodeIndex(entries.shape[1])
    began = time.perf_counter()
    load(index, changed(db, MODEL, entries.shape[1], names))
    derived = time.perf_counter() - began
    transact(db, lambda db: kept.save(db, MODEL, index, names, len(entries)))
    db.close()
    samples, cpu = [], []
    for _ in range(20):
        began, busy = time.perf_counter(), time.thread_time()
        db = connect(HERE / "knn-cipher.db", KEY)
        restored = kept.restore(db, MODEL, entries.shape[1])
        assert restored
        assert len(restored[0]) == len(entries)
        load(restored[0], changed(db, MODEL, entries.shape[1], restored[1], restored[2]))
        samples.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - busy)
        db.close()
    note = (
        f"from kept codes; derived from the vectors {derived:.2f} s; CPU p50 {quantile(cpu, 0.5):.3f} s; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return [row("memory.index_ready", "s", samples, 0.3, note=note)]


def large(**_: bool) -> list[Row]:
    """knn1m: a million, of which 900,000 lie between two real ones; encrypted file."""
    real, queries = vectors()
    queries = queries[:200]
    entries, path = _million(real), HERE / "knn-million.db"
    db = written(path, entries, KEY)
    gc.collect()
    before = _resident()
    index = CodeIndex(entries.shape[1])
    index.rows.reserve(MILLION)
    for at in range(0, MILLION, 20_000):
        here = columns(MILLION).take(np.arange(at, at + 20_000))
        index.add(np.arange(at, at + 20_000), entries[at : at + 20_000], here)
    gc.collect()
    taken = (_resident() - before) / 1e6
    fetch = fetching(db, MODEL, entries.shape[1])
    took = asked(searching(index, fetch, None), queries)
    share = shares(entries, queries, took[2], tenths(entries, queries))
    held = index.rows.held
    arrays = (
        sum(one.nbytes for one in (held.rids, held.namespace, held.created, held.traits, held.payload)) / 1e6
    )
    rows = both("memory.knn1m", took, share, 10, 0.97, note="encrypted file; 900,000 made between two")
    return [
        *rows,
        row("memory.knn1m_ram", "MB", [arrays], 60, note=f"its arrays; the process grew by {taken:.0f} MB"),
    ]


def _million(real: np.ndarray) -> np.ndarray:
    path = HERE / "million.npy"
    if not path.exists():
        chance, parts = np.random.default_rng(1), [real]
        for _ in range(9):
            one, other = (real[chance.permutation(len(real))].astype(np.float32) for _ in range(2))
            share = chance.uniform(0.5, 0.9, (len(real), 1)).astype(np.float32)
            mixed = share * one + (1 - share) * other
            mixed += chance.standard_normal(mixed.shape, np.float32) * 0.02
            parts.append((mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float16))
        np.save(path, np.concatenate(parts))
    whole: np.ndarray = np.load(path)
    return whole


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def others(entries: np.ndarray, queries: np.ndarray) -> dict[str, Any]:
    """Return what each peer took and found: samples in ms, recall, seconds to build."""
    home, told = _environment(), {}
    given, least = HERE / "peers.npz", tenths(entries, queries)
    np.savez(given, entries=entries.astype(np.float32), queries=queries.astype(np.float32))
    for name in PEERS:
        python = sys.executable if name in HERE_TOO else home
        command = [python, str(Path(__file__).with_name("memory_peers.py")), name, str(given)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"  {name}: left out, {error!r} {getattr(error, 'stderr', '') or ''}"[:600], flush=True)
            continue
        one = json.loads(done.stdout.splitlines()[-1])
        share = shares(entries, queries[: len(one["found"])], one["found"], least[: len(one["found"])])
        told[name] = one | {"recall": sum(share) / len(share)}
        print(f"  {_said({name: told[name]})}", flush=True)
    given.unlink()
    return told


@cache
def _environment() -> str:
    """Return the Python of an environment that has the peers."""
    home = Path(os.environ.get("HUB_BENCH_PEERS", HERE / "peers"))
    if not (home / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        for package in ("numpy", "hnswlib", "lancedb", "chromadb"):  # one that has no wheel here is left out
            subprocess.run([str(home / "bin/pip"), "install", "-q", package], check=False)
    return str(home / "bin/python")


def _said(beside: dict[str, Any]) -> str:
    return "; ".join(
        f"{one['name']} p50 {quantile(one['samples'], 0.5):.2f} ms (CPU {quantile(one['cpu'], 0.5):.2f}) at "
        f"{one['recall']:.3f}, built in {one['built']:.0f} s"
        for one in beside.values()
    )


PARTS: dict[str, Callable[..., list[Row]]] = {
    "small": small, "fast": fast, "filter": filtered, "index": ready, "large": large,
}  # fmt: skip


def main() -> None:
    """Run the parts that were asked for, each in a process of its own with one thread."""
    given = [one for one in sys.argv[1:] if not one.startswith("-")]
    if unknown := set(given) - set(PARTS):
        sys.exit(f"There is no {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    if "--inside" in sys.argv:
        save("memory", PARTS[given[0]](peers="--no-peers" not in sys.argv))
        return
    vectors()
    options = [one for one in sys.argv[1:] if one.startswith("-")]
    for part in given or PARTS:
        command = [sys.executable, str(Path(__file__)), part, "--inside", *options]
        subprocess.run(command, check=True, env=os.environ | dict.fromkeys(ONE_THREAD, "1"))


if __name__ == "__main__":
    main()
