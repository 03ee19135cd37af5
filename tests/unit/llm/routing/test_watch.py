from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from hub.llm.routing.watch import Watch
from hub.testing.clock import run


async def slowly(*waits):
    for wait in waits:
        await asyncio.sleep(wait)
        yield wait


def watched(work):
    async def inside():
        loop = asyncio.get_running_loop()
        watch = Watch(loop)
        try:
            return await work(watch, loop)
        finally:
            watch.close()

    return run(inside())


def test_pieces_in_time_pass():
    async def work(watch, loop):
        stream, got = slowly(1.0, 2.0, 0.5), []
        while (piece := await watch.next(stream, loop.time() + 3.0)) is not None:
            got.append(piece)
        return got

    assert watched(work) == [1.0, 2.0, 0.5]


def test_a_late_piece_is_an_error_at_its_time():
    async def work(watch, loop):
        stream = slowly(1.0, 9.0)
        await watch.next(stream, 3.0)
        with pytest.raises(TimeoutError):
            await watch.next(stream, loop.time() + 2.5)
        assert asyncio.current_task().cancelling() == 0
        return loop.time()

    assert watched(work) == pytest.approx(3.5)


def test_a_time_that_is_over_is_an_error_at_once():
    async def work(watch, loop):
        await asyncio.sleep(5)
        with pytest.raises(TimeoutError):
            await watch.next(slowly(0.1), 4.0)

    watched(work)


def test_a_sooner_time_than_that_of_the_piece_before_counts():
    async def work(watch, loop):
        stream = slowly(0.1, 60.0)
        await watch.next(stream, 50.0)
        with pytest.raises(TimeoutError):
            await watch.next(stream, 2.0)
        return loop.time()

    assert watched(work) == pytest.approx(2.0)


def test_nobody_is_cancelled_between_two_pieces():
    async def work(watch, loop):
        stream = slowly(0.1, 0.1)
        await watch.next(stream, 1.0)
        await asyncio.sleep(5)  # past the time that was set
        piece = await watch.next(stream, loop.time() + 1.0)
        await stream.aclose()
        return piece

    assert watched(work) == 0.1


def test_who_cancels_from_outside_is_heard_even_at_the_same_moment():
    async def work(watch, loop):
        async def read():
            await watch.next(slowly(60.0), loop.time() + 2.0)

        for at in (1.0, 2.0):
            task = loop.create_task(read())
            loop.call_at(loop.time() + at, task.cancel)
            with suppress(asyncio.CancelledError, TimeoutError):
                await task
            assert task.cancelled() or isinstance(task.exception(), TimeoutError)
            watch.close()
        task = loop.create_task(read())
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    watched(work)


def test_a_stream_that_makes_another_error_of_it_leaves_no_cancellation_behind():
    async def stubborn():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionError("gone") from None
        yield 1

    async def swallows():
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        yield 1

    async def work(watch, loop):
        with pytest.raises(ConnectionError):
            await watch.next(stubborn(), 1.0)
        assert await watch.next(swallows(), 3.0) == 1
        assert asyncio.current_task().cancelling() == 0
        await asyncio.sleep(1)

    watched(work)


def test_a_stream_that_is_cancelled_by_itself_is_a_stream_that_broke():
    async def own():
        raise asyncio.CancelledError
        yield

    async def work(watch, loop):
        with pytest.raises(ConnectionError):
            await watch.next(own(), 5.0)

    watched(work)


def test_a_time_can_be_made_sooner():
    async def work(watch, loop):
        loop.call_at(1.0, watch.hurry, 2.0)
        with pytest.raises(TimeoutError):
            await watch.next(slowly(60.0), 30.0)
        return loop.time()

    assert watched(work) == pytest.approx(2.0)
