"""The openai package of Python, as its users write it, against the hub."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import openai
import pytest
from tests.interop.conftest import MODEL
from tests.serving import PATIENCE_S

from hub.ports import Embedder, Vectors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.serving import Serving

    from hub.testing.upstream import Upstream

WHALES: list[Any] = [{"role": "user", "content": "Tell me about whales #7"}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "turn_on",
        "description": "Turn a lamp on.",
        "parameters": {"type": "object", "properties": {"lamp": {"type": "string"}}},
    },
}
CALL: list[Any] = [{"role": "user", "content": 'call turn_on with {"lamp": "desk"}'}]


@pytest.fixture
async def client(api: Serving) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=api.v1, api_key=api.key, max_retries=0) as made:
        yield made


async def test_models(client: openai.AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]
    assert listed[:4] == ["hub/auto", "hub/voice", "hub/local", MODEL]
    assert (await client.models.retrieve(MODEL)).id == MODEL
    assert (await client.models.retrieve("hub/auto")).owned_by == "hub"


async def test_a_completion_with_its_headers(client: openai.AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(model=MODEL, messages=WHALES)
    told = raw.parse()
    assert told.choices[0].message.content
    assert told.choices[0].finish_reason == "stop"
    assert told.usage
    assert told.usage.total_tokens > 0
    assert raw.headers["x-hub-provider"] == MODEL
    assert raw.request_id


async def test_a_stream_says_the_same_as_the_whole(client: openai.AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model=MODEL, messages=WHALES)
    stream = await client.chat.completions.create(
        model=MODEL, messages=WHALES, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens > 0
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_the_packages_own_accumulation_of_a_stream(client: openai.AsyncOpenAI) -> None:
    async with client.chat.completions.stream(model=MODEL, messages=CALL, tools=[TOOL]) as stream:
        kinds = [event.type async for event in stream]
        final = await stream.get_final_completion()
    assert "tool_calls.function.arguments.done" in kinds
    calls = final.choices[0].message.tool_calls
    assert calls
    assert (calls[0].function.name, json.loads(calls[0].function.arguments)) == ("turn_on", {"lamp": "desk"})


async def test_a_round_trip_through_a_tool(client: openai.AsyncOpenAI) -> None:
    first = await client.chat.completions.create(model="hub/auto", messages=CALL, tools=[TOOL])
    wanted = first.choices[0]
    assert wanted.finish_reason == "tool_calls"
    assert wanted.message.tool_calls
    talk: list[Any] = [
        *CALL,
        wanted.message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": wanted.message.tool_calls[0].id, "content": "It is on."},
    ]
    last = await client.chat.completions.create(model="hub/auto", messages=talk, tools=[TOOL])
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].message.content


async def test_responses(client: openai.AsyncOpenAI) -> None:
    whole = await client.responses.create(
        model=MODEL, input="Tell me about whales #7", instructions="Be brief."
    )
    assert whole.status == "completed"
    async with client.responses.stream(model=MODEL, input="Tell me about whales #7") as stream:
        kinds = [event.type async for event in stream]
        final = await stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert final.output_text == whole.output_text != ""
    assert final.usage
    assert final.usage.output_tokens > 0


async def test_responses_call_functions(client: openai.AsyncOpenAI) -> None:
    flat: Any = {"type": "function", **TOOL["function"]}
    first = await client.responses.create(model=MODEL, input=CALL, tools=[flat])
    call = first.output[0]
    assert call.type == "function_call"
    talk: list[Any] = [
        *CALL,
        call.model_dump(),
        {"type": "function_call_output", "call_id": call.call_id, "output": "It is on."},
    ]
    last = await client.responses.create(model=MODEL, input=talk, tools=[flat])
    assert last.output_text


async def test_embeddings_in_the_encoding_that_the_package_chooses(
    api: Serving, client: openai.AsyncOpenAI
) -> None:
    with pytest.raises(openai.InternalServerError, match="vectors"):
        await client.embeddings.create(model="hub/auto", input="whales")

    class Small:
        async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
            return Vectors(tuple((float(len(text)), 0.5) for text in texts), model or "small", len(texts))

    api.hub.provide(Embedder, Small())
    for encoding in ({}, {"encoding_format": "float"}):
        told = await client.embeddings.create(model="hub/auto", input=["whales", "sea"], **encoding)
        assert [one.embedding for one in told.data] == [[6.0, 0.5], [3.0, 0.5]]
        assert (told.model, told.usage.total_tokens) == ("small", 2)


async def test_its_errors_are_of_the_right_kind(api: Serving, client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        await client.chat.completions.create(model="gpt-9", messages=WHALES)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError, match="one answer"):
        await client.chat.completions.create(model=MODEL, messages=WHALES, n=2)
    with pytest.raises(openai.AuthenticationError, match="Keys for apps"):
        await client.with_options(api_key="hub_wrong").models.list()
    with pytest.raises(openai.APIStatusError) as large:
        huge: Any = [{"role": "user", "content": "word " * 2_000_000}]
        await client.chat.completions.create(model=MODEL, messages=huge)
    assert large.value.status_code == 413


async def test_leaving_in_the_middle_closes_the_stream_of_the_server_behind(
    client: openai.AsyncOpenAI, upstream: Upstream
) -> None:
    upstream.gap_s, upstream.sentences = 0.02, 500
    stream = await client.chat.completions.create(
        model=MODEL, messages=WHALES, stream=True, extra_headers={"x-hub-commit": "token"}
    )
    async for _ in stream:
        break
    await stream.close()
    async with asyncio.timeout(PATIENCE_S):
        while upstream.ledger.running:
            await asyncio.sleep(0.01)
    assert len(upstream.ledger.of("closed")) == 1
