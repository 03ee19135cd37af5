"""The breakers in a whole hub: before real sockets, a person's question is never the one that finds out."""

from __future__ import annotations

import asyncio

import pytest

from hub.llm.breakers.breaker import CLASSIC
from hub.llm.breakers.probing import distances, prober
from hub.testing import hub_with
from hub.testing.upstream import Upstream, never


@pytest.fixture
async def home():
    async with hub_with() as hub:
        yield hub


async def connect(hub, up, **more):
    about = {"kind": "openai", "base_url": up.url, "model": "big-1", "enabled": True, "title": "Lab", **more}
    await hub.configuration.change({("providers", "lab", key): value for key, value in about.items()})


async def test_a_probe_lists_models_and_asks_nothing(home):
    async with Upstream() as up:
        await connect(home, up)
        look = prober(home.router)
        await look("lab")
        assert (up.ledger.looks, up.ledger.requests) == (1, 0)
        up.ill = True
        with pytest.raises(Exception, match="out of order"):
            await look("lab")
        await up.away()
        with pytest.raises(Exception, match="cannot be reached"):
            await look("lab")
        assert distances(home.router)("lab") == "machine"


async def test_new_settings_and_a_test_that_went_well_forget_a_fault(home):
    async with Upstream(never) as up:
        await connect(home, up)
        home.breakers.note("lab", "config", "Lab refused the key.", "Give it a new key.")
        assert home.breakers.refusal("lab") is not None
        await connect(home, up, model="big-2")
        assert home.breakers.refusal("lab") is None
        home.breakers.note("lab", "config", "Lab has no credit left.", "Add credit.")
        assert (await home.providers.test("lab")).ok
        assert home.breakers.refusal("lab") is None


async def test_the_rule_is_a_setting(home):
    await home.configuration.change({("breaker",): "classic"})
    assert home.breakers._rule == CLASSIC


async def test_it_comes_back_by_itself(home):
    async with Upstream() as up:
        await connect(home, up)
        await up.away()
        for _ in range(2):
            home.breakers.note("lab", "trip", "Lab cannot be reached.")
        assert home.breakers.refusal("lab").why == "Lab cannot be reached."
        await up.back()
        async with asyncio.timeout(60):
            while home.breakers.refusal("lab"):
                await asyncio.sleep(0.01)
        assert (home.breakers.state("lab").state, up.ledger.requests) == ("half", 0)
