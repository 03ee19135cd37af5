"""All providers that come with the hub keep the port's contract, and the suite finds those that do not."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from hub import config
from hub.events import Bus
from hub.hub import Hub
from hub.intents import Exact
from hub.intents.intent import Facts
from hub.llm.canned import Canned
from hub.llm.onboard.bigger import Bigger
from hub.llm.onboard.embedded import Embedded
from hub.llm.provider import Act, Caps, Delta, Done, Probe
from hub.llm.servers.ollama import Ollama
from hub.llm.servers.openai import OpenAI, Server
from hub.llm.servers.xai import Grok
from hub.testing import ScriptedModel, check_provider, contracts
from hub.timers.spoken import Spoken

FOLDER = Path(os.environ.get("HUB_MODELS", Path(__file__).parents[2] / ".data" / "models"))
MODEL = FOLDER / "SmolLM2-135M-Instruct.Q4_1.gguf"
CAPS = Caps(local=True, quality="full")


class Shelf:
    """The models folder as it is once everything has been fetched."""

    def path(self, _name):
        return MODEL

    async def wait(self, *_names):
        return


@pytest.mark.parametrize("adapter", [OpenAI, Grok, Ollama])
async def test_a_server_that_speaks_openais_protocol(server, adapter):
    async def key():
        return None

    one = adapter("lab", Server("Lab", server.url, "big-1"), key)
    await check_provider(lambda: one)
    await one.retire()


@pytest.mark.models
async def test_the_embedded_model():
    if not MODEL.exists():
        pytest.skip("no model: run make dev")
    one = Embedded(Shelf(), Bus())
    await one.start()
    assert await one.child.ready(60)
    try:
        await check_provider(lambda: one)
    finally:
        await one.stop()


@pytest.mark.parametrize(
    ("make", "ask"),
    [
        (Canned, "Say hello."),
        (Bigger, "Who wrote Hamlet?"),
        (lambda: Exact(Facts), "What is 17 times 23?"),
        (lambda: ScriptedModel(*["Hello there."] * 99), "Say hello."),
    ],
)
async def test_what_needs_no_model(make, ask):
    await check_provider(make, ask=ask)


async def test_what_sets_timers(tmp_path):
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    try:
        await check_provider(lambda: Spoken(hub.timers), ask="Set a timer for ten minutes.")
        assert not hub.jobs.list()  # an answer that was never accepted does nothing
    finally:
        await hub.stop()


class Good:
    """Keeps the contract; those below break it, each in one way."""

    name = "good"
    caps = CAPS

    async def stream(self, request, deadline):
        yield Delta("Hello.")
        yield Done()

    async def probe(self):
        return Probe(ok=True)


class NoProbe:
    name, caps, stream = "x", CAPS, Good.stream


class NoName(Good):
    name = " "


class Boasts(Good):
    caps = Caps(local=True, quality="full", distance="world")


class NoRoom(Good):
    caps = Caps(local=True, quality="full", prompt_tokens=0)


class Mumbles(Good):
    async def probe(self):
        return Probe(ok=False)


class Endless(Good):
    async def stream(self, request, deadline):
        yield Delta("Hello.")


class Blank(Good):
    async def stream(self, request, deadline):
        yield Delta("  ")
        yield Done()


class Raw(Good):
    async def stream(self, request, deadline):
        yield "Hello."
        yield Done()


class Strange(Good):
    async def stream(self, request, deadline):
        if len(request.messages[-1].text) > 1000:
            raise ValueError("too long")
        yield Delta("Hello.")
        yield Done()


class Clings(Good):
    async def stream(self, request, deadline):
        try:
            yield Delta("Hello.")
            await asyncio.sleep(0.5)
        except (GeneratorExit, asyncio.CancelledError):
            await asyncio.sleep(0.3)
            raise
        yield Done()


class Swallows(Good):
    async def stream(self, request, deadline):
        yield Delta("Hello.")
        try:
            await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            raise RuntimeError("no") from None
        yield Done()


class Hangs(Good):
    async def stream(self, request, deadline):
        await asyncio.sleep(3)
        yield Done()


class Alone(Good):
    """Can answer one at a time only."""

    busy = False

    async def stream(self, request, deadline):
        if self.busy:
            raise RuntimeError("busy")
        self.busy = True
        try:
            await asyncio.sleep(0.05)
            yield Delta("Hello.")
        finally:
            self.busy = False
        yield Done()


class ActsAndTalks(Good):
    async def stream(self, request, deadline):
        yield Act(lambda: None)
        yield Delta("Done.")
        yield Done()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (NoProbe, "lacks one of"), (NoName, "name: it must be words"), (Boasts, "do not stay local"),
        (NoRoom, "room for a prompt"), (Mumbles, "says why"), (Endless, "Done is the last piece"),
        (Blank, "answer of blanks"), (Raw, "yielded str"), (Strange, "ValueError: too long"),
        (Clings, "closing it must end"), (Swallows, "swallowed its cancellation"), (Hangs, "did not end within"),
        (Alone, "Two at once: it raised RuntimeError: busy"), (ActsAndTalks, "an Act stands alone"),
    ],
)  # fmt: skip
async def test_the_suite_finds_what_breaks_the_contract(bad, says, monkeypatch):
    monkeypatch.setattr(contracts, "SOON_S", 0.15)
    patience = 0.3 if bad is Hangs else 5.0
    monkeypatch.setattr(contracts, "PATIENCE_S", patience)
    monkeypatch.setattr(contracts.Faults.box, "__defaults__", (patience,))
    with pytest.raises(AssertionError, match="breaks the contract") as caught:
        await check_provider(bad)
    assert says in str(caught.value)


async def test_the_suite_finds_nothing_where_nothing_is():
    await check_provider(Good)
