"""Measure the search: a real hub with 100,000 messages over 200 days, asked by HTTP, beside Tantivy.

Run ``python bench/search.py``, or call `web_search` and `web_search_fill` from another bench. The peer is
Tantivy (Rust), installed into a folder of its own: it keeps its index in plain files and is asked in
its own process, while ours is encrypted and answers a whole page by HTTP.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows import quantile, row, save

from hub.store.database import Database
from hub.store.keys import SIZE, master_key, wrap
from hub.store.schema import CORE, TRANSCRIPT
from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MESSAGES, DAYS, QUERIES = 100_000, 200, 300
TURNS_A_TALK = 20
PEER = "tantivy==0.27.0"


def sentences() -> list[str]:
    """Return real English sentences: those of the manual that comes with Python."""
    from pydoc_data.topics import topics

    text = re.sub(r"\s+", " ", " ".join(topics.values()))
    return [one for one in re.split(r"(?<=[.:]) ", text) if 20 < len(one) < 300]


def made_up(count: int) -> list[tuple[str, str]]:
    """Return ``count`` exchanges of a question and an answer; always the same ones."""
    chance, known = random.Random(7), sentences()
    ends = ("rik", "lena", "mos", "tia", "va")
    names = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ends]
    exchanges = []
    for _ in range(count):
        at = chance.randrange(len(known) - 3)
        name = chance.choice(names).title()
        exchanges.append((f"{known[at]} {name}?", " ".join(known[at + 1 : at + 1 + chance.randint(1, 2)])))
    return exchanges


def asked(exchanges: list[tuple[str, str]], count: int) -> list[str]:
    """Return queries as people type them: one, two or three words, begun words, phrases, exclusions."""
    chance, queries = random.Random(8), list[str]()
    while len(queries) < count:
        words = re.findall(r"[A-Za-z]{3,}", " ".join(chance.choice(exchanges)))
        if len(words) < 8:
            continue
        one, two, three = chance.sample(words, 3)
        at = chance.randrange(len(words) - 2)
        kinds = [one, f"{one} {two}", f"{one} {two} {three}", one[:3], f"{one} {two[:3]}",
                 f'"{words[at]} {words[at + 1]}"', f"{one} -{two}"]  # fmt: skip
        queries.append(kinds[len(queries) % len(kinds)])
    return queries


async def fill(data: Path, person: str, exchanges: list[tuple[str, str]]) -> None:
    """Write the exchanges into the stores of a hub that is not running, a file a day."""
    master = master_key(data)
    core = Database(data / "core.db", master, CORE)
    await core.open()
    now, each = time.time(), len(exchanges) // DAYS
    for day in range(DAYS):
        noon = now - (day + 1) * 86_400
        name, key = datetime.fromtimestamp(noon, UTC).date().isoformat(), random.randbytes(SIZE)
        midnight = datetime.fromisoformat(f"{name}T00:00:00+00:00").timestamp()
        talks = [uuid.uuid4().hex for _ in range(each // TURNS_A_TALK + 1)]
        rows = [
            (uuid.uuid4().hex, talks[n // TURNS_A_TALK], midnight + n * 60, said, answer)
            for n, (said, answer) in enumerate(exchanges[day * each : (day + 1) * each])
        ]
        await core.write(_note_day(name, wrap(master, key), talks, midnight, person))
        file = Database(data / "transcripts" / f"{name}.db", key, TRANSCRIPT, full=False)
        await file.open()
        await file.write(_write_turns(rows))
        await file.close()
    await core.close()


def _note_day(day: str, wrapped: bytes, talks: list[str], at: float, person: str) -> Any:
    def note(db: Any) -> None:
        db.execute("INSERT INTO transcript_key VALUES (?, ?)", (day, wrapped))
        for n, talk in enumerate(talks):
            db.execute(
                "INSERT INTO conversation (id, title, created, touched, person) VALUES (?, ?, ?, ?, ?)",
                (talk, f"Talk {n} of {day}", at, at + n, person),
            )
            db.execute("INSERT INTO conversation_day VALUES (?, ?)", (talk, day))

    return note


def _write_turns(rows: list[tuple[Any, ...]]) -> Any:
    def write(db: Any) -> None:
        db.executemany(
            "INSERT INTO turn (id, conversation, at, source, text, state, answer, provider, quality, seconds,"
            " change) VALUES (?, ?, ?, 'text', ?, 'done', ?, 'x', 'full', 0.5,"
            " (SELECT coalesce(max(change), 0) + 1 FROM turn))",
            rows,
        )

    return write


@asynccontextmanager
async def filled(exchanges: list[tuple[str, str]]) -> AsyncIterator[tuple[RunningHub, float]]:
    """Run a hub that has said all of ``exchanges``; also the seconds until all of it could be found."""
    with tempfile.TemporaryDirectory(prefix="hub-search-") as folder:
        data = Path(folder) / "data"
        hub = RunningHub(data, env={"PIP_NO_INDEX": "1"})
        await hub.start()
        await hub.sign_in()
        person = (await hub.get("/api/me"))["id"]
        await hub.stop()
        await fill(data, person, exchanges)
        await hub.start()
        began = time.monotonic()
        while (await hub.get("/api/talks/search?q=x"))["reading"]:
            await asyncio.sleep(0.25)
        try:
            yield hub, time.monotonic() - began
        finally:
            await hub.stop()
            await hub.client.close()


async def web_search() -> list[dict[str, Any]]:
    """Ask 300 things of 100,000 messages: the page of results, from request to last byte."""
    exchanges = made_up(MESSAGES // 2)
    queries = asked(exchanges, QUERIES)
    async with filled(exchanges) as (hub, seconds):
        ours, found = [], 0
        for query in queries:
            took, text = await _timed(hub, "/talks", query)
            ours.append(took)
            found += "No" not in unescape(text).split('role="status">')[1][:2]
        bare = [(await _timed(hub, "/api/talks/search", query))[0] for query in queries]
        size = (hub.data / "search.db").stat().st_size / 1e6
    assert found >= 0.9 * len(queries), f"only {found} of {len(queries)} found anything"
    theirs, built = beside(exchanges, queries)
    note = (
        f"{MESSAGES:,} messages over {DAYS} days; index {size:.0f} MB, made in {seconds:.0f} s in the"
        f" background (Tantivy {built:.0f} s); the JSON alone p95 {quantile(bare, 0.95):.1f} ms;"
        " Tantivy is asked in its own process, unencrypted, without a page"
    )
    return [row("web.search", "ms", ours, 50, by="p95", peer="Tantivy 0.27", peer_samples=theirs, note=note)]


async def _timed(hub: RunningHub, path: str, query: str) -> tuple[float, str]:
    began = time.perf_counter()
    async with hub.client.get(hub.url + path, params={"q": query}) as answer:
        text = await answer.text()
        assert answer.status == 200, text
    return (time.perf_counter() - began) * 1e3, text


def beside(exchanges: list[tuple[str, str]], queries: list[str]) -> tuple[list[float], float]:
    """Return what Tantivy takes for the same queries (ms) over the same exchanges, and to index them (s)."""
    with tempfile.TemporaryDirectory(prefix="hub-peer-") as folder:
        home, work = Path(folder) / "lib", Path(folder) / "work.json"
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(home), PEER]
        subprocess.run(pip, check=True)
        work.write_text(json.dumps({"exchanges": exchanges, "queries": queries}))
        done = subprocess.run(
            [sys.executable, "-c", _PEER, str(work)], check=True, capture_output=True, text=True,
            env={"PYTHONPATH": str(home)},
        )  # fmt: skip
    told = json.loads(done.stdout)
    return told["samples"], told["built"]


_PEER = """
import json, sys, tempfile, time
import tantivy
work = json.load(open(sys.argv[1]))
build = tantivy.SchemaBuilder().add_text_field("said", stored=True).add_text_field("answered", stored=True)
schema = build.build()
with tempfile.TemporaryDirectory() as folder:
    index = tantivy.Index(schema, path=folder)
    began = time.perf_counter()
    writer = index.writer()
    for said, answered in work["exchanges"]:
        writer.add_document(tantivy.Document(said=said, answered=answered))
    writer.commit(); writer.wait_merging_threads(); index.reload()
    built = time.perf_counter() - began
    searcher, samples = index.searcher(), []
    for text in work["queries"]:
        began = time.perf_counter()
        terms = [t if t[0] in '-"' else "+" + t for t in ([text] if text[0] == '"' else text.split())]
        query = index.parse_query(" ".join(terms), ["said", "answered"])
        found = searcher.search(query, 20)
        snippets = tantivy.SnippetGenerator.create(searcher, query, schema, "answered")
        [snippets.snippet_from_doc(searcher.doc(address)).to_html() for _, address in found.hits]
        samples.append((time.perf_counter() - began) * 1e3)
print(json.dumps({"samples": samples, "built": built}))
"""


if __name__ == "__main__":
    save("web", asyncio.run(web_search()))
