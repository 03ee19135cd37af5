"""Events however they are cut up, within bounds, beside the plainest reading of the whole."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.llm.servers.sse import Events, Lines, Overflow

PIECES = st.sampled_from([
    b"data: ", b"data:", b"data", b"event: error", b"event:x", b": ping", b"id: 1", b"{}", b"[DONE]", b" ",
    b"\n", b"\n\n", b"\r\n", b"\r", b"\r\n\r\n", "Grüße ✓ \U0001f600".encode(), b"\xff\xfe", b"\xef\xbb\xbf", b"data: {}\n\n",
])  # fmt: skip


def plainly(whole: bytes) -> list[tuple[bytes, bytes]]:
    """Read the whole at once, as the specification words it; what the end cut off counts as ended."""
    events, data, name = [], [], b""
    for line in [*re.split(rb"\r\n|\n|\r", whole.removeprefix(b"\xef\xbb\xbf")), b""]:
        field, colon, value = line.partition(b":")
        if not line:
            if data:
                events.append((name, b"\n".join(data)))
            data, name = [], b""
        elif colon and field == b"data":
            data.append(value.removeprefix(b" "))
        elif colon and field == b"event":
            name = value.strip()
    return events


def split(whole: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})
    return [whole[a:b] for a, b in pairwise(places)]


@settings(deadline=None)
@given(st.lists(PIECES, max_size=20), st.lists(st.integers(0, 500), max_size=20))
def test_events_are_read_alike_however_they_arrive(pieces, cuts):
    whole = b"".join(pieces)
    events = Events(1 << 20, 1 << 20)
    found = [event for block in split(whole, cuts) for event in events.feed(block)]
    assert [*found, *events.finish()] == plainly(whole)


def test_one_byte_at_a_time():
    whole = b"\xef\xbb\xbf" + 'data: {"a": "Grüße ✓"}\r\n\r\ndata: [DONE]\r\n\r\n'.encode()
    events = Events(1 << 20, 1 << 20)
    found = [event for place in range(len(whole)) for event in events.feed(whole[place : place + 1])]
    assert found == [(b"", '{"a": "Grüße ✓"}'.encode()), (b"", b"[DONE]")]


@pytest.mark.parametrize("size", [1, 7, 4_096])
def test_a_line_without_end_is_refused_early(size):
    events, fed = Events(10_000, 1 << 30), 0
    with pytest.raises(Overflow):
        while fed < 100_000:
            events.feed(b"x" * size)
            fed += size
    assert fed <= 10_000 + size


def test_a_stream_without_end_is_refused():
    events = Events(10_000, 50_000)
    with pytest.raises(Overflow):
        for _ in range(10_000):
            events.feed(b"data: {}\n\n")


def test_a_long_line_in_one_block_is_refused():
    with pytest.raises(Overflow):
        Lines(100, 1 << 20).feed(b"x" * 101 + b"\n")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([b"a", b"\n", b"\r", b"bc"]), max_size=30),
    st.lists(st.integers(0, 60), max_size=9),
)
def test_no_byte_of_a_line_is_lost(pieces, cuts):
    whole, lines = b"".join(pieces), Lines(1 << 10, 1 << 10)
    found = [line for block in split(whole, cuts) for line in lines.feed(block)] + lines.rest()
    assert found == whole.splitlines()
