"""``hub memory``: what it takes, writes and undoes, on a data folder with a real memory."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlcipher3 import dbapi2

from hub import HubError, Memory, NewMemory, workplace
from hub.cli.contributed import found
from hub.testing import hub_with
from hub_memory.commands import command
from hub_memory.index import vec0


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose hub has an owner, and has ended."""

    async def live() -> None:
        async with hub_with("hub_memory", data=tmp_path / "hub"):
            pass

    asyncio.run(live())
    return tmp_path / "hub"


def ran(data: Path, *words: str, given: str = "") -> str:
    result = CliRunner().invoke(command, [words[0], "--data", str(data), *words[1:]], input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_it_is_a_command_of_the_hub() -> None:
    assert found()["memory"].run == "hub_memory.commands:command"


def test_a_file_is_shown_taken_exported_and_undone(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text('{"text": "Anna likes tea.", "created": 1700000000}\nbroken\n', encoding="utf-8")
    shown = ran(data, "import", str(file), given="n\n")
    assert "1 new, 0 known already, 1 left out." in shown
    assert "14 November 2023: Anna likes tea." in shown or "15 November 2023: Anna likes tea." in shown
    assert "row 2: It is no JSON." in shown
    assert json.loads(ran(data, "export", "-"))["entries"] == []
    batch = ran(data, "import", str(file), "--yes").rsplit(" ", 1)[1].strip()
    assert "0 new, 1 known already" in ran(data, "import", str(file), "--yes")
    ran(data, "export", str(tmp_path / "all.json"))
    (entry,) = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))["entries"]
    assert (entry["text"], entry["created"]) == ("Anna likes tea.", 1700000000.0)
    assert (tmp_path / "all.json").stat().st_mode & 0o077 == 0
    assert ran(data, "undo", batch) == "Forgotten: 1.\n"
    assert json.loads(ran(data, "export", "-"))["entries"] == []


def test_the_export_of_a_chat_is_taken_and_says_what_it_leaves(data: Path, tmp_path: Path) -> None:
    asked = {"sender": "human", "text": "I bake with rye.", "created_at": "2024-05-01T10:00:00Z"}
    talk = {"uuid": "d-1", "chat_messages": [asked, {"sender": "assistant", "text": "Fine."}]}
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as made:
        made.writestr("conversations.json", json.dumps([talk, 7]))
    shown = ran(data, "import", str(tmp_path / "export.zip"), "--yes")
    assert "1 new, 0 known already, 1 left out." in shown
    assert "Left out, talk 2: It is no talk." in shown
    assert "Left out of these: answers (1)." in shown
    (entry,) = json.loads(ran(data, "export", "-"))["entries"]
    assert (entry["text"], entry["session"], entry["created"]) == (
        "I bake with rye.",
        "claude:d-1",
        1714557600.0,
    )


def test_an_export_with_many_pictures_is_taken_without_them(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_memory.exchange.reading.LARGEST", 10_000)
    asked = [
        {"sender": "human", "text": "I bake with rye."},
        {"sender": "human", "text": "Zürich is far. 🚆"},
    ]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as made:
        for at, one in enumerate(asked):
            made.writestr(f"conversations-{at:03}.json", json.dumps([{"chat_messages": [one]}]))
        made.writestr("picture.png", bytes(20_000))
    assert "2 new, 0 known already, 0 left out." in ran(data, "import", str(tmp_path / "export.zip"), "--yes")
    (tmp_path / "large.json").write_text("[" + " " * 20_000 + "]", encoding="utf-8")
    with pytest.raises(HubError, match="too large"):
        ran(data, "import", str(tmp_path / "large.json"), "--yes")


def test_the_folder_of_chromadb_is_taken(data: Path, tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    db = sqlite3.connect(tmp_path / "chroma" / "chroma.sqlite3")
    sql = Path(__file__).parent / "exchange" / "chroma.sql"
    db.executescript(sql.read_text(encoding="utf-8"))
    db.close()
    assert "3 new, 1 known already, 1 left out." in ran(data, "import", str(tmp_path / "chroma"), "--yes")
    (tmp_path / "chroma" / "chroma.sqlite3-wal").write_bytes(b"more")
    with pytest.raises(HubError, match="being written"):
        ran(data, "import", str(tmp_path / "chroma"), "--yes")


def test_what_cannot_be_done_says_why(data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    for words in (
        ("import", str(tmp_path / "none.json")), ("import", str(tmp_path)), ("undo", "none"),
        ("export", str(tmp_path / "a.json")), ("import", str(tmp_path / "a.json"), "--person", "Nobody"),
    ):  # fmt: skip
        with pytest.raises(HubError) as refused:
            ran(data, *words)
        assert refused.value.fix
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "[]"


def test_a_copy_is_searched_by_sql_alone(data: Path, tmp_path: Path) -> None:
    texts = ["Anna likes green tea.", "The bins go out on Tuesday.", "The boiler is serviced in May."]

    async def filled() -> list[float]:
        async with hub_with("hub_memory", data=data) as hub:
            memory = hub.port(Memory)
            owner = await workplace("memory", data).person()
            await memory.remember([NewMemory(text, owner, tags=("home",)) for text in texts])
            await memory.remember([NewMemory("The neighbour owes us a ladder.", "somebody else")])
            return (await memory.meaning.question("what does she drink")).tolist()

    question = asyncio.run(filled())
    told = ran(data, "sql", str(tmp_path / "mine.db"))
    assert "3 entries, not encrypted" in told
    assert "memory_vec, by static-256@1" in told
    assert (tmp_path / "mine.db").stat().st_mode & 0o077 == 0
    db = dbapi2.connect(str(tmp_path / "mine.db"))
    vec0.load(db)
    near = """SELECT text FROM memory_vec JOIN memory USING (rid)
              WHERE e MATCH vec_quantize_int8(vec_f32(?), 'unit') AND k = 1 ORDER BY distance"""
    assert db.execute(near, (json.dumps(question),)).fetchall() == [(texts[0],)]
    words = "SELECT rowid FROM memory_words WHERE memory_words MATCH 'bin tuesday'"
    assert len(db.execute(words).fetchall()) == 1
    assert db.execute("SELECT count(*), min(tags) FROM memory").fetchone() == (3, '["home"]')
    with pytest.raises(HubError, match="cannot be written"):  # it is there already, and stays
        ran(data, "sql", str(tmp_path / "mine.db"))
    assert db.execute("SELECT count(*) FROM memory").fetchone() == (3,)
