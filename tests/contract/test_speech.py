"""Without a voice the port says so; the voice plugin's own tests hold its adapter to the same suite."""

from __future__ import annotations

import asyncio

import pytest

from hub import ports
from hub.ports import Audio, Embedder, Finished, Heard, NullSpeech, Speech, Started
from hub.testing import check_embedder, check_speech, contracts

TEXT = "It will rain this afternoon."


@pytest.mark.parametrize("port", [Speech, Embedder])  # the engines' suites: test_engines.py
async def test_the_null_of_every_port_says_why_it_is_absent(port):
    null = ports.NULLS[port]
    checks = {Speech: (check_speech, "speaks"), Embedder: (check_embedder, "embeds")}
    check, can = checks[port]
    await check(null, **{can: False})  # a new port needs a suite of its own


class Session:
    """Speaks a tone for a text, as the contract says; ``bad`` is the one thing that it gets wrong."""

    def __init__(self, bad: str) -> None:
        self.bad, self.epoch, self.seq = bad, 0, 0
        self.queue: asyncio.Queue = asyncio.Queue()
        self.texts: dict[str, str] = {}
        self.whole: set[str] = set()
        self.free: set[str] = set()
        self.tasks: dict[str, asyncio.Task] = {}
        self.closed = False

    async def events(self):
        while (event := await self.queue.get()) is not None:
            yield event

    async def listen(self, *, push_to_talk=False):
        return

    async def finish(self):
        return

    async def ignore(self):
        return

    async def push(self, pcm):
        if self.bad == "odd" and len(pcm) % 2:
            raise ValueError("half a sample")

    async def say(self, turn, text, *, last=False):
        self.texts[turn] = self.texts.get(turn, "") + text
        if last:
            self.whole.add(turn)
        self.go(turn)

    async def release(self, turn):
        self.free.add(turn)
        self.go(turn)

    def go(self, turn):
        ready = turn in self.free or self.bad == "early"
        if turn in self.whole and ready and turn not in self.tasks and not self.closed:
            self.tasks[turn] = asyncio.create_task(self.speak(turn))

    async def speak(self, turn):
        text, epoch = self.texts[turn], self.epoch
        self.queue.put_nowait(Started(turn, epoch, 1.0))
        for at in range(0, len(text), 10):
            pcm = bytes(100) if self.bad == "silent" else b"\1\2" * 50
            self.queue.put_nowait(Audio(epoch, self.seq, 16_000, pcm))
            self.seq += self.bad != "counts"
            heard = min(len(text), at + 10) - (self.bad == "short")
            self.queue.put_nowait(Heard(turn, heard, False))
            await asyncio.sleep(0.02)
        self.queue.put_nowait(Finished(turn, epoch))

    async def played(self, epoch, samples):
        return

    async def interrupt(self):
        if self.bad != "talks on":
            for task in self.tasks.values():
                task.cancel()
        self.texts, self.tasks = {}, {}
        if self.bad != "epoch":
            self.epoch += 1
        return self.epoch

    async def close(self):
        if self.closed and self.bad == "closed twice":
            raise RuntimeError("closed")
        self.closed = True
        for task in self.tasks.values():
            task.cancel()
        if self.bad != "goes on":
            self.queue.put_nowait(None)


class Tones:
    def __init__(self, bad=""):
        self.bad = bad

    async def open(self, session, audio):
        return Session(self.bad)


async def test_a_voice_that_keeps_the_contract_passes():
    await check_speech(Tones)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("early", "nothing is heard before it is released"), ("silent", "not all silence"),
        ("counts", "in order, each once"), ("short", "at the end all 28 characters"),
        ("epoch", "a later epoch"), ("talks on", "no sound of an earlier epoch"),
        ("odd", "half a sample"), ("closed twice", "RuntimeError: closed"), ("goes on", "must end when"),
    ],
)  # fmt: skip
async def test_the_suite_finds_what_breaks_the_contract(bad, says, monkeypatch):
    monkeypatch.setattr(contracts, "SOON_S", 0.15)
    monkeypatch.setattr(contracts, "PATIENCE_S", 2.0)
    with pytest.raises(AssertionError, match="breaks the contract") as caught:
        await check_speech(lambda: Tones(bad), say=TEXT)
    assert says in str(caught.value)


async def test_a_silent_port_that_does_not_say_why_is_found():
    with pytest.raises(AssertionError, match="says why"):
        await check_speech(lambda: NullSpeech("", ""), speaks=False)
    with pytest.raises(AssertionError, match=r"must raise hub\.Unavailable"):
        await check_speech(Tones, speaks=False)
