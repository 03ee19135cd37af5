"""All talks: whose they are, how they are listed, deleted, brought back and forgotten."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
import zipfile
from io import BytesIO
from typing import Any

import pytest

from hub.conversation import conversations as module
from hub.conversation import export
from hub.errors import HubError
from hub.store.transcripts import Turn

DAY = 86_400.0


async def said(world: Any, text: str, person: str = "", days: float = 0) -> str:
    """Have a talk of one turn, some days ago."""
    id_, at = uuid.uuid4().hex, time.time() - days * DAY
    turn = Turn(f"turn-{id_}", id_, at, "text", text, "done", "Yes.", "", "", 0.0)
    await world.transcripts.begin(turn)
    await world.core.execute(
        "INSERT INTO conversation (id, title, created, touched, person) VALUES (?, ?, ?, ?, ?)",
        (id_, text, at, at, person),
    )
    return id_


async def test_another_persons_talk_is_no_such_talk(world: Any) -> None:
    mine, theirs = await said(world, "mine", "ann"), await said(world, "theirs", "bob")
    assert [talk.id for talk in await world.talks.list("ann")] == [mine]
    assert (await world.talks.latest("ann")).id == mine
    assert (await world.talks.latest("bob")).id == theirs
    for act in (
        world.talks.get(theirs, "ann"),
        world.talks.heading(theirs, "ann"),
        world.talks.rename(theirs, "x", "ann"),
        world.talks.delete(theirs, "ann"),
        world.talks.restore(theirs, "ann"),
        world.talks.get(theirs),
    ):
        with pytest.raises(HubError, match=r"no such talk|too late"):
            await act
    await world.talks.delete(theirs, "bob")
    with pytest.raises(HubError, match="too late"):
        await world.talks.restore(theirs, "ann")
    assert (await world.talks.latest("eve")).id not in {mine, theirs}


async def test_thousands_are_listed_a_page_at_a_time(world: Any) -> None:
    rows = [(f"{n:04d}", f"talk {n}", float(n), float(n), "ann") for n in range(1, 251)]
    await world.core.write(
        lambda db: db.executemany(
            "INSERT INTO conversation (id, title, created, touched, person) VALUES (?, ?, ?, ?, ?)", rows
        ) and None
    )  # fmt: skip
    seen, before = [], None
    while page := await world.talks.list("ann", 60, before):
        seen += [talk.id for talk in page]
        before = page[-1].touched
    assert seen == [f"{n:04d}" for n in range(250, 0, -1)]
    assert [talk.id async for talk in world.talks.all("ann")] == seen


async def test_a_talk_that_is_used_comes_first(world: Any) -> None:
    old, new = await said(world, "old", days=3), await said(world, "new", days=1)
    assert [talk.id for talk in await world.talks.list()] == [new, old]
    talk = await world.talks.get(old)
    await talk.write("again")
    await talk.settled()
    async with asyncio.timeout(60):
        while (await world.talks.list())[0].id != old:
            await asyncio.sleep(0.01)


async def test_a_deleted_talk_can_be_brought_back(world: Any) -> None:
    id_ = await said(world, "keep me")
    talk = await world.talks.get(id_)
    await world.talks.delete(id_)
    assert await world.talks.list() == []
    assert [t.deleted for t in await world.talks.list(deleted=True)] == [True]
    with pytest.raises(HubError, match="no such talk"):
        await world.talks.get(id_)
    with pytest.raises(HubError, match="deleted"):
        await talk.write("hello?")
    await world.talks.restore(id_)
    assert await world.talks.get(id_) is talk
    await talk.write("hello?")
    await talk.settled()
    assert [turn.text for turn in await world.transcripts.of(id_)] == ["keep me", "hello?"]
    assert [event.name for event in world.bus.recent() if event.name.startswith("talk.")] == [
        "talk.deleted", "talk.restored",
    ]  # fmt: skip


async def test_then_it_is_gone_for_good(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNDO_S", 0.01)
    id_, other = await said(world, "a marzipan secret"), await said(world, "another")
    talk, told = await world.talks.get(id_), []
    world.talks.on_forget.append(lambda: told.append(1))
    await talk.write("marzipan, I said")
    await talk.settled()
    await world.talks.delete(id_)
    async with asyncio.timeout(60):
        while not told:
            await asyncio.sleep(0.01)
    assert talk.history() == []
    assert await world.transcripts.of(id_) == []
    assert await world.core.rows("SELECT id FROM conversation") == [(other,)]
    assert not any("marzipan" in str(event) for event in world.bus.recent(500))
    with pytest.raises(HubError, match="too late"):
        await world.talks.restore(id_)


async def test_a_deletion_that_was_cut_short_is_done_at_the_next_start(world: Any) -> None:
    id_ = await said(world, "secret")
    await world.talks.delete(id_)
    await world.reopen()
    with pytest.raises(HubError, match="no such talk"):
        await world.talks.get(id_)
    await world.talks.resume()
    assert await world.core.rows("SELECT count(*) FROM conversation") == [(0,)]
    assert await world.transcripts.of(id_) == []


async def test_forgetting_old_days_takes_titles_and_memory_with_them(world: Any) -> None:
    gone = await said(world, "the old secret", days=40)
    both = await said(world, "the old plan", days=40)
    named = await said(world, "an old name", days=40)
    fresh = await said(world, "today", days=0)
    await world.talks.rename(named, "Our summer")
    held = await world.talks.get(both)
    for id_ in (both, named):
        talk = await world.talks.get(id_)
        await talk.write("something new today")
        await talk.settled()
    empty = await world.talks.new()
    assert len(await world.talks.forget_old(30)) == 1
    titles = {talk.id: talk.title for talk in await world.talks.list()}
    assert titles == {both: "something new today", named: "Our summer", fresh: "today", empty.id: ""}
    assert gone not in titles
    assert [turn.text for turn in held.history()] == ["something new today"]
    assert held.title == "something new today"
    assert await world.talks.forget_old(30) == []


async def test_a_talk_written_out_is_all_there(world: Any) -> None:
    id_ = await said(world, 'Say "*hi*"')
    talk = await world.talks.get(id_)
    turn = await talk.write("Bye")
    await talk.settled()
    await talk.edit(turn, "Good bye")
    await talk.settled()
    heading = await world.talks.heading(id_)

    async def written(kind: Any) -> str:
        return "".join([part async for part in export.write(world.transcripts, heading, kind)])

    whole = json.loads(await written("json"))
    assert [turn["text"] for turn in whole["turns"]] == ['Say "*hi*"', "Bye", "Good bye"]
    assert whole["title"] == heading.title
    for kind in ("md", "txt"):
        text = await written(kind)
        assert "Good bye" in text
        assert "Bye\n" not in text
        assert world.provider.answer in text


async def test_all_talks_come_as_one_archive(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    id_ = await said(world, "../../etc: a title/of\\sorts")
    await said(world, "Grüße")
    talk = await world.talks.get(id_)
    for number in range(5):
        await talk.write(f"line {number}")
        await talk.settled()
    parts = [part async for part in export.archive(world.transcripts, world.talks.all(), "txt")]
    with zipfile.ZipFile(BytesIO(b"".join(parts))) as pack:
        assert pack.testzip() is None
        names = pack.namelist()
        whole = pack.read(next(name for name in names if "sorts" in name)).decode()
    assert len(names) == 2
    assert not any("/" in name or "\\" in name or ".." in name for name in names)
    assert [line for line in whole.splitlines() if "You: line" in line][-1].endswith("line 4")
    assert whole.count("You:") == 6


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Grüße", "Grue"),
        ("日本", "talk.md"),
        ('a"b\r\nc', "a b c.md"),
        ("", "talk.md"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_file_name_is_one_that_every_browser_takes(title: str, plain: str) -> None:
    told = export.disposition(title, "md")
    assert plain[:3] in told or "Gru" in told
    assert "\r" not in told
    assert "\n" not in told
    assert told.count('"') == 2
    told.encode("ascii")
