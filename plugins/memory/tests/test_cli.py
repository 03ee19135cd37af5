"""``hub memory``: what it takes, writes and undoes, on a data folder with a real memory."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub import HubError
from hub.cli.contributed import found
from hub.testing import hub_with
from hub_memory.commands import command


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
