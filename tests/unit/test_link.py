"""Links: frames both ways, Wyoming's own reader and writer on the other side, and ill-formed input."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.event import Event, async_read_event, async_write_event

from hub.link import MAX_DATA, MAX_PAYLOAD, Link, connect_parent, open_link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[Link, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A link, and a raw stream on its other side."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_unix_connection(sock=theirs)
    link = await open_link(ours)
    try:
        yield link, reader, writer
    finally:
        writer.transport.abort()
        await link.close()


async def arrived(link: Link) -> list[Event]:
    return [event async for event in link]


async def test_wyoming_reads_what_we_send() -> None:
    async with linked() as (link, reader, _):
        await link.send("audio-chunk", {"rate": 16000, "text": "élan"}, b"\x00\x01")
        await link.send("ping")
        assert await async_read_event(reader) == Event(
            "audio-chunk", {"rate": 16000, "text": "élan"}, b"\x00\x01"
        )
        assert await async_read_event(reader) == Event("ping", {}, None)


async def test_we_read_what_wyoming_sends() -> None:
    async with linked() as (link, _, writer):
        await async_write_event(Event("transcript", {"text": "hello"}, b"pcm"), writer)
        writer.write(b'{"type": "old-style", "data": {"inline": 1}}\n')
        writer.write_eof()
        assert await arrived(link) == [
            Event("transcript", {"text": "hello"}, b"pcm"),
            Event("old-style", {"inline": 1}),
        ]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(min_size=1), st.dictionaries(st.text(), st.integers(-(2**53), 2**53)), st.binary()),
        max_size=20,
    )
)
def test_frames_arrive_as_sent_and_in_order(frames: list[tuple[str, dict[str, int], bytes]]) -> None:
    async def exchange() -> None:
        ours, theirs = socket.socketpair()
        sender, receiver = await open_link(ours), await open_link(theirs)
        receiving = asyncio.create_task(arrived(receiver))
        for frame in frames:
            await sender.send(*frame)
        await sender.close()
        assert [(e.type, e.data, e.payload or b"") for e in await receiving] == frames
        await receiver.close()

    asyncio.run(exchange())


async def test_many_senders_do_not_mix_their_frames() -> None:
    async with linked() as (link, reader, _):
        size = 200_000
        sending = asyncio.gather(*(link.send("chunk", {"n": n}, bytes([n]) * size) for n in range(20)))
        for _ in range(20):
            event = await async_read_event(reader)
            assert event is not None
            assert event.payload == bytes([event.data["n"]]) * size
        await sending


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\xfe not json\n",
        b"[]\n",
        b"{}\n",
        b'{"type": 7}\n',
        b'{"type": "x", "data": 7}\n',
        b'{"type": "x", "data_length": "many"}\n',
        b'{"type": "x", "data_length": -1}\n',
        b'{"type": "x", "payload_length": true}\n',
        b'{"type": "x", "data_length": 4}\nnope',
        b'{"type": "x", "data_length": 2}\n[]',
        b'{"type": "x", "data_length": %d}\n' % (MAX_DATA + 1),
        b'{"type": "x", "payload_length": %d}\n' % (MAX_PAYLOAD + 1),
        b'{"type": "x", "payload_length": 9}\ntorn',
        b'{"type": "torn',
        b"x" * 300_000,
    ],
)
async def test_garbage_ends_the_link_and_nothing_else(garbage: bytes) -> None:
    async with linked() as (link, _, writer):
        await async_write_event(Event("good"), writer)
        writer.write(garbage)
        writer.write_eof()
        async with asyncio.timeout(60):
            assert [event.type for event in await arrived(link)] == ["good"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_at_all_raise(garbage: bytes) -> None:
    async def feed() -> None:
        async with linked() as (link, _, writer):
            writer.write(garbage)
            writer.write_eof()
            await arrived(link)

    asyncio.run(feed())


async def test_too_big_a_frame_is_refused_and_the_link_lives_on() -> None:
    async with linked() as (link, reader, _):
        with pytest.raises(ValueError, match="too big"):
            await link.send("x", {"text": "y" * MAX_DATA})
        with pytest.raises(ValueError, match="too big"):
            await link.send("x", payload=bytes(MAX_PAYLOAD + 1))
        await link.send("fine")
        assert await async_read_event(reader) == Event("fine")


async def test_the_largest_frame_passes() -> None:
    async with linked() as (link, reader, _):
        sending = asyncio.create_task(link.send("big", payload=bytes(MAX_PAYLOAD)))
        event = await async_read_event(reader)
        assert event is not None
        assert event.payload is not None
        assert len(event.payload) == MAX_PAYLOAD
        await sending


async def test_sending_to_the_gone_is_a_connection_error() -> None:
    async with linked() as (link, _, writer):
        writer.transport.abort()
        with pytest.raises(ConnectionError):
            await fill(link)


async def fill(link: Link) -> None:
    for _ in range(1000):
        await link.send("x", payload=bytes(100_000))


async def test_a_reader_that_does_not_read_holds_up_the_sender_and_not_the_memory() -> None:
    async with linked() as (link, _, _):
        filling = asyncio.create_task(fill(link))
        await asyncio.wait({filling}, timeout=0.5)
        assert not filling.done()
        assert link._writer.transport.get_write_buffer_size() < 1_000_000
        filling.cancel()
        async with asyncio.timeout(60):
            await link.close()


async def test_close_delivers_what_was_sent() -> None:
    async with linked() as (link, reader, _):
        await link.send("last words", json.loads('{"a": 1}'))
        await link.close()
        assert await async_read_event(reader) == Event("last words", {"a": 1})
        with pytest.raises(ConnectionError):
            await link.send("too late")


async def test_a_child_answers_pings_by_reading() -> None:
    ours, theirs = socket.socketpair()
    hub, child = await open_link(ours), await open_link(theirs, answers_pings=True)
    await hub.send("hub.ping", {"n": 1})
    await hub.send("work")
    assert (await anext(child)).type == "work"
    assert await anext(hub) == Event("hub.pong", {"n": 1})
    await hub.close()
    await child.close()


async def test_a_child_module_started_by_hand_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_LINK_FD", raising=False)
    with pytest.raises(RuntimeError, match="started by the hub"):
        await connect_parent()


async def test_the_link_is_not_inherited_by_grandchildren(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    monkeypatch.setenv("HUB_LINK_FD", str(theirs.fileno()))
    fd = theirs.detach()
    link = await connect_parent()
    assert not os.get_inheritable(fd)
    await link.close()
    ours.close()
