"""What a person said to ChatGPT and to Claude comes in from their exports, and a hostile one does no harm."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from hub import HubError, MemoryQuery, MemorySelection
from hub_memory.exchange import archive, chats, reading

if TYPE_CHECKING:
    from hub_memory.exchange.exchange import Exchange
    from hub_memory.memory import SqliteMemory

ANNA = "anna"


def node(role: str, text: Any, parent: Any, at: float | None = 1.7e9, **more: Any) -> dict[str, Any]:
    parts = text if isinstance(text, list) else [text]
    kind = "text" if all(isinstance(part, str) for part in parts) else "multimodal_text"
    content = {"content_type": kind, "parts": parts}
    return {
        "parent": parent,
        "message": {"author": {"role": role}, "create_time": at, "content": content, **more},
    }


def chatgpt(**changes: Any) -> dict[str, Any]:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://a"}
    spoken = {"content_type": "audio_transcription", "text": "My train leaves at nine.", "direction": "in"}
    hidden: dict[str, Any] = {"metadata": {"is_visually_hidden_from_conversation": True}}
    return {
        "title": "A trip to Rome", "create_time": 1.6e9, "conversation_id": "c-1", "current_node": "a3",
        "mapping": {
            "root": {"id": "root", "message": None, "parent": None, "children": ["s"]},
            "s": node("system", "Be brief.", "root"),
            "h": node("user", "A hidden note.", "s", **hidden),
            "u1": node("user", "I am alergic to nuts.", "h"),
            "a1": node("assistant", "Noted.", "u1"),
            "u2": node("user", "I am allergic to nuts.", "h", 1.7e9 + 60),
            "a2": node("assistant", "Noted, no nuts.", "u2"),
            "t": node("tool", "A page says buy.", "a2"),
            "u3": node("user", [picture, "This is my dog Bello.", spoken], "t", None),
            "a3": node("assistant", "Lovely!", "u3"),
        },
    } | changes  # fmt: skip


def said(sender: str, text: str, name: str, parent: str = "0", **more: Any) -> dict[str, Any]:
    return {
        "uuid": name, "sender": sender, "text": text, "parent_message_uuid": parent,
        "created_at": "2024-05-01T10:00:00.123Z", **more,
    }  # fmt: skip


CLAUDE = {
    "uuid": "d-1", "name": "Bread", "created_at": "2024-04-30T10:00:00Z",
    "chat_messages": [
        said("human", "", "m1", content=[{"type": "text", "text": "I bake with rye."}, {"type": "image"}],
             attachments=[{"file_name": "a.txt", "extracted_content": "long"}]),
        said("assistant", "Rye is fine.", "m2", "m1"),
        said("human", "My oven is  old.\n", "m3", "m2", created_at="soon"),
    ],
}  # fmt: skip


def zipped(**files: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, value in files.items():
            made.writestr(name, value if isinstance(value, str | bytes) else json.dumps(value))
    return out.getvalue()


def raw(*talks: Any) -> bytes:
    return json.dumps(list(talks)).encode()


async def kept(memory: SqliteMemory) -> list[Any]:
    entries = await memory.browse(MemorySelection(ANNA), limit=1_000)
    return sorted(entries, key=lambda one: (one.session, one.sequence))


async def test_chatgpt_brings_the_persons_own_words_of_the_branch_that_went_on(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    told = await exchange.take(ANNA, raw(chatgpt()))
    assert (told.format, told.new, told.left_out) == ("chatgpt", 2, 0)
    assert told.lost == {"answers": 2, "other wordings": 1, "attachments": 1}
    first, second = await kept(memory)
    assert (first.text, first.created, first.kind, first.origin, first.trust) == (
        "I am allergic to nuts.", 1.7e9 + 60, "episodic", "import", 1,
    )  # fmt: skip
    assert second.text == "This is my dog Bello.\nMy train leaves at nine."
    assert (second.created, second.session, second.sequence) == (1.6e9, "chatgpt:c-1", 1)
    assert set(first.tags) == {"title=A trip to Rome", f"import:{told.batch}"}
    found = await memory.recall(MemoryQuery("What is my dog called?", (ANNA,)))
    assert found.hits[0].entry.id == second.id


async def test_claude_brings_the_persons_own_words_as_they_are(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    told = await exchange.take(ANNA, raw(CLAUDE))
    assert (told.format, told.new, told.lost) == ("claude", 2, {"answers": 1, "attachments": 1})
    first, second = await kept(memory)
    assert (first.text, first.session, first.created) == ("I bake with rye.", "claude:d-1", 1714557600.123)
    assert (second.text, second.sequence, second.created) == ("My oven is  old.\n", 1, 1714471200.0)


async def test_a_newer_export_adds_what_is_new_and_each_is_undone_alone(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    first = await exchange.take(ANNA, raw(chatgpt()))
    more = chatgpt(current_node="u4")
    more["mapping"]["u4"] = node("user", "I came home.", "a3")
    again = await exchange.take(ANNA, raw(more))
    assert (again.new, again.duplicates) == (1, 2)
    assert [one.sequence for one in await kept(memory)] == [0, 1, 2]
    assert await exchange.undo(ANNA, first.batch) == 2
    assert [one.text for one in await kept(memory)] == ["I came home."]


async def test_the_zip_is_read_in_all_its_parts_and_nothing_else_of_it(
    memory: SqliteMemory, exchange: Exchange
) -> None:
    packed = zipped(**{
        "a/conversations-001.json": [CLAUDE], "a/conversations-000.json": [chatgpt()],
        "../../conversations.json": [], "user.json": "{", "conversations.json.bak": "[", "a.png": b"\0" * 9,
    })  # fmt: skip
    told = await exchange.preview(ANNA, packed)
    assert (told.format, told.new, await kept(memory)) == ("chatgpt", 4, [])
    assert [one.line for one in told.samples] == [1, 1, 2]
    assert (await exchange.take(ANNA, packed)).new == 4


ODD = [
    ("ring", chatgpt(mapping={"a": node("user", "Me.", "b"), "b": node("user", "You.", "a")}, current_node="a")),
    ("self", chatgpt(mapping={"a": node("user", "Me.", "a"), "b": node("user", "You.", None)}, current_node="a")),
    ("lost-leaf", chatgpt(mapping={"a": node("user", "Me.", None), "b": node("user", "You.", "a")}, current_node=7)),
    ("gap", chatgpt(mapping={"a": node("user", "Me.", None), "b": node("user", "You.", "x")}, current_node="b")),
    ("types", chatgpt(mapping={
        "a": node("user", "Me.", 3), "b": node("user", "You.", ["a"]), "c": 4, "d": {"message": []},
        "e": {"message": {"author": "user", "content": {"content_type": "text", "parts": ["x"]}}},
        "f": {"message": {"author": {"role": ["user"]}, "content": "x", "metadata": 1}},
        "g": node("user", [None, 3, {"text": ["x"]}], "a", True), "h": node("user", "", None),
    }, title=["x"], create_time="never", conversation_id={}, current_node=None)),
    ("claude", CLAUDE | {"uuid": 1, "name": None, "chat_messages": [
        said("human", "Me.", "m"), said("human", "You.", "m", "m"), 7, None, said("robot", "x", "n"),
        said("human", "", "", content="x"), {"sender": ["human"], "text": {}},
    ]}),
]  # fmt: skip


@pytest.mark.parametrize("talk", [talk for _, talk in ODD], ids=[name for name, _ in ODD])
async def test_odd_shapes_lose_no_words(memory: SqliteMemory, exchange: Exchange, talk: Any) -> None:
    told = await exchange.take(ANNA, raw(talk))
    assert (told.new, {one.text for one in await kept(memory)}) == (2, {"Me.", "You."})


async def test_what_is_no_talk_or_cannot_be_kept_is_counted(exchange: Exchange) -> None:
    bad = chatgpt(mapping={"a": node("user", "\ud800", None), "b": node("user", "x" * 1_000_001, "a")})
    told = await exchange.take(ANNA, raw(chatgpt(title="x" * 300), 7, None, {"mapping": 3}, bad))
    assert [one.line for one in told.skipped] == [2, 3, 4, 5, 5]
    assert (told.new, told.lost["title"]) == (2, 1)


async def test_a_chain_of_many_turns_takes_no_longer_than_its_length(exchange: Exchange) -> None:
    turns = 60_000
    chain = {f"n{at}": node("user", f"Turn {at}.", f"n{at - 1}" if at else None) for at in range(turns)}
    left = {f"m{at}": node("user", "No.", f"m{at - 1}" if at else "n0") for at in range(turns)}
    told = await exchange.preview(ANNA, raw(chatgpt(mapping=left | chain, current_node=f"n{turns - 1}")))
    assert (told.new, told.lost["other wordings"]) == (turns, turns)


def listed(count: int) -> bytes:
    """A ZIP with a long list of files, and none of them in it."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", *(0,) * 6, *(0,) * 3, 200, *(0,) * 4, 0, 0) + b"n" * 200
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count % 65536, count % 65536, len(entry) * count, 4, 0)
    return archive.ZIP + entry * count + end


def encrypted() -> bytes:
    made = bytearray(zipped(**{"conversations.json": [CLAUDE]}))
    made[made.index(b"PK\1\2") + 8] |= 1
    return bytes(made)


def packed(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("conversations.json", raw(CLAUDE))
    return out.getvalue()


BROKEN = [
    ("no-talks", zipped(**{"user.json": "{}"}), "no conversations.json"),
    ("damaged", zipped(**{"conversations.json": [CLAUDE]})[:-9], "damaged"),
    ("wrong-list", zipped(**{"conversations.json": [CLAUDE]}).replace(b"PK\1\2", b"PK\1\3"), "damaged"),
    ("encrypted", encrypted(), "cannot read"),
    ("lzma", packed(zipfile.ZIP_LZMA), "cannot read"),
    ("empty", zipped(**{"conversations.json": []}), "no talks"),
    ("other", zipped(**{"conversations.json": [{"text": "x"}]}), "no talks"),
    ("cut", zipped(**{"conversations.json": raw(CLAUDE)[:-1]}), "breaks off"),
    ("deep", zipped(**{"conversations.json": "[" * 100_000}), "breaks off"),
    ("bytes", zipped(**{"conversations.json": b"[\xff\xff"}), "damaged"),
    ("list", listed(30_000), "too many files"),
    ("cut-plain", raw(CLAUDE)[:-1], "breaks off"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "why"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
async def test_a_broken_export_is_refused_with_a_fix(
    memory: SqliteMemory, exchange: Exchange, given: bytes, why: str
) -> None:
    with pytest.raises(HubError, match=why) as refused:
        await exchange.take(ANNA, given)
    assert refused.value.fix
    assert await kept(memory) == []


async def test_a_bomb_is_put_down_before_it_fills_the_memory(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "EXPANDED", 5 << 20)
    for files in (
        {"conversations.json": b" " * (6 << 20)},
        {f"conversations-{at}.json": b"[]" + b" " * (1 << 20) for at in range(9)},
    ):
        with pytest.raises(HubError, match="more than 5 MB"):
            await exchange.preview(ANNA, zipped(**files))
    lying = bytearray(zipped(**{"conversations.json": b" " * (6 << 20)}))
    place = lying.index(b"PK\1\2") + 24
    lying[place : place + 4] = struct.pack("<L", 10)  # it says that it is of ten bytes
    with pytest.raises(HubError):
        await exchange.preview(ANNA, bytes(lying))


async def test_a_file_of_fifty_megabytes_is_read_one_talk_at_a_time() -> None:
    answer = node("assistant", "z" * 100_000, "u")
    talk = json.dumps(chatgpt(mapping={"u": node("user", "Me.", None), "a": answer}, current_node="a"))
    text = f"[{','.join([talk] * 530)}]"
    assert len(text) > 50 << 20
    found = reading.read(text.encode(), ANNA)
    assert (len(found.found), found.lost["answers"]) == (530, 530)
    first = next(chats.elements(text))
    assert first["current_node"] == "a"
