"""What another device says is read strictly: line by line, within bounds, and in no other version."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import HubError, MemoryChange
from hub_memory.sync import seal as seals
from hub_memory.sync import wire
from hub_memory.sync.phrase import keys, new_phrase
from hub_memory.sync.seal import seal, unseal
from hub_memory.sync.wire import Batch, decode, encode

from .conftest import KEYS, NOW

ID, CLOCK, NODE = "0" * 31 + "1", "0" * 15 + "1", "abcdef012345"
CONTENT = {
    "text": "A heron.", "namespace": "house", "kind": "fact", "origin": "user_text", "session": "",
    "sequence": 0, "created": NOW, "valid_from": NOW, "language": "", "tags": ["bird"], "sources": [],
}  # fmt: skip
FLAGS = {
    "trust": 1, "pinned": 0, "quarantined": 0, "importance": 0.5, "valid_until": 0.0, "expires": 0.0,
    "superseded_by": "",
}  # fmt: skip


def content(**fields):
    return MemoryChange(ID, CLOCK, NODE, "content", CONTENT | fields)


def line(**told):
    whole = {"id": ID, "clock": CLOCK, "node": NODE, "group": "content", "fields": CONTENT}
    return orjson.dumps(whole | told)


def said(*lines: bytes) -> bytes:
    return encode(Batch(NODE)) + b"\n".join(lines) + b"\n"


TEXT = st.text(min_size=1).filter(lambda text: text.strip() and "\ud800" not in text)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TEXT, st.lists(st.text(max_size=20), max_size=3)), max_size=5), st.text(max_size=9))
def test_what_is_written_is_read_as_it_was(texts, cursor):
    changes = [content(text=text, tags=tags) for text, tags in texts]
    changes += [MemoryChange(ID, CLOCK, NODE, "flags", FLAGS), MemoryChange(ID, CLOCK, NODE, "gone", {})]
    batch = Batch(NODE, changes, cursor, NODE, want=True)
    read = decode(encode(batch))
    assert read == batch
    assert not read.wrong


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Kitchen", "Kitchen"), ("  A \t b\n", "A b"), ("\x1b[2J\u202eevil", "[2J evil"), ("x" * 900, "x" * 60),
        ("", ""), (None, ""), (7, ""), (["a"], ""),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_device_is_called_what_can_be_shown_and_no_name_is_no_trouble(name, shown):
    head, rest = encode(Batch(NODE)).split(b"\n", 1)
    said = orjson.dumps(orjson.loads(head) | {"name": name}) + b"\n" + rest
    assert decode(said).name == shown
    bare = {key: value for key, value in orjson.loads(head).items() if key != "name"}
    assert decode(orjson.dumps(bare) + b"\n").name == ""  # as hubs said it before they had names


@pytest.mark.parametrize(
    "bad",
    [
        b"{", b"5", b"[]", b'"x"', b"{}", b"[" * 100_000, b"\xff\xfe", line(more=1), line(id="x"),
        line(id="0" * 30 + " 1"), line(clock="0x" + "0" * 14), line(clock="-" + "0" * 15), line(clock=1),
        line(node=""), line(node="a b"), line(node="a" * 65), line(group="all"), line(group=["gone"]),
        line(group="gone"), line(fields=[]), line(fields={}), line(fields=FLAGS),
        line(fields=CONTENT | {"more": 1}), line(fields=CONTENT | {"text": ""}),
        line(fields=CONTENT | {"text": "x" * 1_000_001}), line(fields=CONTENT | {"tags": "bird"}),
        line(fields=CONTENT | {"tags": ["x"] * 65}), line(fields=CONTENT | {"sequence": 1.5}),
        line(fields=CONTENT | {"created": 1e300}), line(fields=CONTENT | {"sources": ["0"]}),
        line(group="flags", fields=FLAGS | {"pinned": 0.5}), line(group="flags", fields=FLAGS | {"trust": 9}),
        line(group="flags", fields=FLAGS | {"superseded_by": "x"}), line().replace(b"0.5", b"NaN") + b"x",
        line(fields=CONTENT | {"created": 0}).replace(b'"created":0', b'"created":1e999'),
        line(fields={**CONTENT, "language": {"a": {"b": 1}}}),
    ],
    ids=range(36),
)  # fmt: skip
def test_a_wrong_line_is_named_and_the_rest_is_taken(bad):
    read = decode(said(line(), bad, line(group="gone", fields={})))
    assert [one.group for one in read.changes] == ["content", "gone"]
    assert len(read.wrong) == 1
    assert read.wrong[0].startswith("Line 3: ")


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\n", b"x", b"[]", b'{"version":1}', b'{"version":1,"node":5,"cursor":"","known":"","want":false}',
        b'{"version":1,"node":"a","cursor":1,"known":"","want":false}', b"{" + b" " * 10_000,
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_batch_is_refused_with_a_fix(text):
    with pytest.raises(HubError) as error:
        decode(text)
    assert error.value.fix


def test_a_newer_version_is_refused_whole():
    with pytest.raises(HubError, match="version 2") as error:
        decode(said(line()).replace(b'"version":1', b'"version":2'))
    assert "Update" in error.value.fix


def test_too_much_is_cut_and_told(monkeypatch):
    monkeypatch.setattr(wire, "MOST", 3)
    read = decode(said(*[line()] * 5))
    assert len(read.changes) == 3
    assert "too many" in read.wrong[0]
    monkeypatch.setattr(wire, "LONGEST", 10)
    assert "too long" in decode(said(line())).wrong[0]


def test_what_is_sealed_is_opened_only_as_what_it_is():
    sealed = seal(KEYS, b"quokkazebra", b"a")
    assert unseal(KEYS, sealed, b"a") == b"quokkazebra"
    assert b"quokkazebra" not in sealed
    assert seal(KEYS, b"quokkazebra", b"a") != sealed
    newer = b"hubsync2" + sealed[8:]
    for wrong, about, keys_ in (
        (sealed, b"b", KEYS), (sealed[:-1], b"a", KEYS), (b"", b"a", KEYS), (newer, b"a", KEYS),
        (sealed, b"a", keys(new_phrase())),
    ):  # fmt: skip
        with pytest.raises(HubError) as error:
            unseal(keys_, wrong, about)
        assert error.value.fix


def test_every_changed_byte_is_noticed():
    sealed = seal(KEYS, b"A heron.", b"a")
    for at in range(len(sealed)):
        with pytest.raises(HubError):
            unseal(KEYS, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], b"a")


def test_what_would_fill_the_machine_is_not_opened(monkeypatch):
    monkeypatch.setattr(seals, "OPENED", 1 << 16)
    sealed = seal(KEYS, bytes(1 << 17), b"a")
    assert len(sealed) < 1000
    with pytest.raises(HubError, match="too large"):
        unseal(KEYS, sealed, b"a")


def test_a_phrase_is_typed_as_people_type():
    phrase = new_phrase()
    assert keys(phrase) == keys(phrase.upper().replace("-", " ")) == keys(f"  {phrase.replace('-', '')}\n")
    assert keys(phrase) == keys(phrase.replace("o", "0").replace("l", "1").replace("b", "8"))
    assert len({new_phrase() for _ in range(100)}) == 100
    assert len(phrase.split("-")) == 9
    assert phrase not in repr(keys(phrase))
    assert KEYS.box.hex() not in repr(KEYS)
    assert repr(KEYS.box) not in repr(KEYS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 43), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_slip_of_the_pen_is_noticed(at, letter):
    phrase = new_phrase()
    if phrase[at] in {"-", letter}:
        return
    with pytest.raises(HubError) as error:
        keys(phrase[:at] + letter + phrase[at + 1 :])
    assert error.value.fix


@pytest.mark.parametrize("wrong", ["", "x", "aaaa-bbbb", "é" * 36, "=" * 36, "a" * 36, "a" * 100_000])
def test_what_is_no_phrase_is_refused(wrong):
    with pytest.raises(HubError):
        keys(wrong)
