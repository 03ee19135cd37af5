"""Any bytes off the wire are an answer or a fault in words, never anything else."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.llm.faults import Fault
from hub.llm.provider import Delta, Done, Message, Piece, Request, ToolCall, Usage
from hub.llm.servers.chunks import Reading
from hub.llm.servers.wire import ANSWER, LINE, Wire, parsed

ASK = Request((Message("user", "Hi."),))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["choices", "delta", "message", "content", "tool_calls", "index", "id", "function", "name", "arguments",
             "finish_reason", "usage", "prompt_tokens", "completion_tokens", "total_tokens", "error", "code", "refusal",
             "prompt_tokens_details", "cached_tokens", "type", "text"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
DELTA = JSON.map(lambda inner: {"choices": [{"delta": {"content": inner}}, inner]})
CALLS = JSON.map(
    lambda inner: {"choices": [{"delta": {"tool_calls": [{"function": inner}, inner]}}], "usage": inner}
)
EVENT = st.one_of(JSON, DELTA, CALLS).map(lambda told: b"data: " + json.dumps(told).encode() + b"\n\n")
BLOCKS = st.lists(
    EVENT | st.binary(max_size=30) | st.sampled_from([b"data: [DONE]\n\n", b"event: error\n"]), max_size=8
)


class Told:
    """What `Wire` uses of an answer: a head, and blocks of bytes."""

    def __init__(self, blocks, kind="text/event-stream"):
        self.headers, self.content, self._left = {"content-type": kind}, self, list(blocks)

    async def readany(self):
        return self._left.pop(0) if self._left else b""

    def set_exception(self, error):
        raise error


async def read(blocks, kind="text/event-stream"):
    wire, reading, pieces = (
        Wire(Told(blocks, kind), "Lab", asyncio.get_running_loop().time() + 60),
        Reading("Lab"),
        [],
    )
    try:
        while not wire.over:
            for name, data in await wire.events():
                if data == b"[DONE]":
                    reading.ended = True
                elif text := reading.take(parsed(name, data, "Lab")):
                    pieces.append(Delta(text))
        pieces += reading.pieces(ASK)
    except Fault as fault:
        return pieces, fault
    finally:
        wire.close()
    return pieces, None


@settings(deadline=None)
@given(BLOCKS, st.sampled_from(["text/event-stream", "application/json"]))
def test_any_bytes_are_an_answer_or_a_fault(blocks, kind):
    pieces, fault = asyncio.run(read([block for block in blocks if block], kind))
    assert all(isinstance(piece, Piece) for piece in pieces)
    for piece in pieces:
        if isinstance(piece, Delta):
            assert piece.text.encode()  # can be written anywhere
        if isinstance(piece, Usage):
            assert piece.prompt >= piece.cached >= 0 <= piece.completion
        if isinstance(piece, ToolCall):
            assert piece.name
    if fault is None:
        assert isinstance(pieces[-1], Done)
        assert sum(isinstance(piece, Usage) for piece in pieces) == 1
    else:
        assert fault.fix
        assert not any(isinstance(piece, ToolCall | Done) for piece in pieces)


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
async def test_an_answer_without_end_is_a_fault_within_its_bounds(kind):
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1 << 16
            yield b"x" * (1 << 16)

    told = Told([], kind)
    blocks = endless()
    told.readany = lambda: _next(blocks)
    wire = Wire(told, "Lab", asyncio.get_running_loop().time() + 60)
    with pytest.raises(Fault, match="more than an answer"):
        while True:
            await wire.events()
    wire.close()
    assert taken <= (LINE if kind.startswith("text") else ANSWER) + (1 << 17)


async def _next(blocks):
    return next(blocks)


async def test_torn_characters_and_halves_of_pairs_do_not_end_an_answer():
    blocks = [
        b'data: {"choices": [{"delta": {"content": "a\\ud83d',
        b'"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n',
        b"data: [DONE]\n\n",
    ]
    pieces, fault = await read(blocks)
    assert fault is None
    assert [piece.text for piece in pieces[:2]] == ["a?", "\ufffd"]
