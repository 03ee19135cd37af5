"""Make ``chroma.sql`` anew: ``pip install chromadb`` in a scratch environment, then run this with it.

It is what ChromaDB itself wrote, less the tables that hold vectors, queues and full text.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

KEPT = ("collections", "segments", "embeddings", "embedding_metadata")


def fill(folder: str) -> None:
    """Write two collections as a program would: with metadata, without a document, and with a deletion."""
    import chromadb  # type: ignore[import-not-found]

    client = chromadb.PersistentClient(path=folder)
    notes = client.create_collection("timmy_memories", metadata={"owner": "ann"})
    notes.add(
        ids=["a1", "a2", "a3"],
        documents=[
            "The boiler was serviced in May.",
            "Ann's sister is called Vera.",
            "Zürich is where Tom works. 🚆",
        ],
        embeddings=[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]],
        metadatas=[
            {"timestamp": 1700000000.5, "source": "chat"},
            {"created_at": "2024-05-01T10:00:00+00:00", "kept": True},
            {"n": 3},
        ],
    )
    notes.add(ids=["a4"], embeddings=[[0.7, 0.8]], metadatas=[{"empty": True}])
    notes.add(ids=["a5"], embeddings=[[0.7, 0.8]], documents=["Gone by now."])
    notes.delete(ids=["a5"])
    other = client.create_collection("other")
    other.add(ids=["a1"], embeddings=[[1, 2, 3]], documents=["The boiler was serviced in May."])


def dump(path: Path) -> str:
    """Return the tables that are kept, as SQL."""
    db = sqlite3.connect(path)
    db.execute("UPDATE collections SET schema_str = NULL")
    starts = tuple(f"{verb} {name}" for table in KEPT for name in (table, f'"{table}"')
                   for verb in ("CREATE TABLE", "INSERT INTO"))  # fmt: skip
    lines = [line for line in db.iterdump() if line.split("(")[0].strip().startswith(starts)
             and line.split()[2].strip('"(') in KEPT]  # fmt: skip
    db.close()
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        fill(folder)
        Path(__file__).with_name("chroma.sql").write_text(
            dump(Path(folder) / "chroma.sqlite3"), encoding="utf-8"
        )
