"""Grok as xAI serves it: the conversation's header, prices, retired models, wrong keys."""

from __future__ import annotations

import pytest
from aiohttp import web
from pydantic import SecretStr

from hub.llm.breakers.outcomes import outcome_of
from hub.llm.faults import Fault
from hub.llm.provider import Message, Price, Request
from hub.llm.servers.openai import Server
from hub.llm.servers.presets import PRESETS
from hub.llm.servers.xai import Grok

ASK = Request((Message("user", "Hi."),), "talk-1", 64)


@pytest.fixture
async def grok(server):
    made = []

    def make(model="grok-4.3", url=""):
        async def key():
            return SecretStr("xai-key")

        extra = PRESETS["xai"].extra
        made.append(Grok("grok", Server("Grok", url or server.url, model, True, extra, "xai"), key))
        return made[-1]

    yield make
    for one in made:
        await one.retire()


async def ask(one, request=ASK):
    return [piece async for piece in one.stream(request, 5)]


async def test_a_conversation_names_itself_alike_each_time_and_not_as_we_do(server, grok):
    one = grok()
    await ask(one)
    await ask(one)
    await ask(one, Request(ASK.messages, "talk-2"))
    await ask(one, Request(ASK.messages))
    told = [seen.get("x-grok-conv-id") for seen in server.seen]
    assert told[0] == told[1] != told[2]
    assert told[3] is None
    assert "talk" not in told[0]


async def test_it_does_not_think_before_it_speaks_unless_asked_to(server, grok):
    await ask(grok())
    await ask(grok(), Request(ASK.messages, think="high"))
    await ask(grok("grok-4.7"))
    await ask(grok("grok-4.20-non-reasoning"))
    assert [one.get("reasoning_effort") for one in server.asked] == ["none", "high", "low", None]


async def test_a_model_that_is_gone_is_a_fault_of_the_settings_and_names_its_successor(server, grok):
    server.status = 404
    server.body = (
        '{"code": "Some requested entity was not found", "error": "The model grok-4.1-fast does not exist or your'
        ' team 1 does not have access to it."}'
    )
    one = grok("grok-4.1-fast")
    with pytest.raises(Fault) as caught:
        await ask(one)
    assert (caught.value.what, outcome_of(caught.value)) == ("model", "config")
    assert caught.value.fix == "Choose grok-4.3 under Language."
    assert (await one.probe()).fix == caught.value.fix


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (
            400,
            '{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***ey."}',
            "key",
        ),
        (401, '{"error":"No API key"}', "key"),
        (403, '{"code":"permission-denied","error":"Your team has used all available credits"}', "credit"),
        (410, '{"error":"This model was retired."}', "model"),
        (400, '{"error":"This model\'s maximum prompt length is 10, context window exceeded"}', "refused"),
        (413, "", "refused"),
        (408, "", "slow"),
    ],
)
async def test_its_refusals_are_told_apart(server, grok, status, body, what):
    server.status, server.body = status, body
    with pytest.raises(Fault) as caught:
        await ask(grok())
    assert caught.value.what == what


async def test_prices_come_from_the_server_when_it_tells_them():
    listed = {"models": [{
        "id": "grok-next", "aliases": ["grok-next-latest"], "prompt_text_token_price": 20_000,
        "cached_prompt_text_token_price": 5_000, "completion_text_token_price": 60_000,
    }]}  # fmt: skip

    async def models(_request):
        return web.json_response(listed)

    app = web.Application()
    app.router.add_get("/v1/language-models", models)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def key():
        return SecretStr("xai-key")

    one = Grok(
        "grok", Server("Grok", f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "grok-next", kind="xai"), key
    )
    assert await one.models() == ["grok-next"]
    told = one.catalog.about("xai", "grok-next", host="127.0.0.1")
    assert told.price == Price(2.0, 0.5, pytest.approx(6.0))
    assert told.sure
    await one.retire()
    await runner.cleanup()
