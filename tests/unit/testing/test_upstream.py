"""The fake upstream keeps to the protocol, breaks it as planned, and counts what it did."""

from __future__ import annotations

import asyncio
import json
import os
import sys

import aiohttp
import pytest
from aiohttp.http_exceptions import LineTooLong

from hub.testing.upstream import (
    Trouble,
    Upstream,
    always,
    cuts,
    flapping,
    in_turn,
    judge,
    mixed,
    named,
    sentence,
    since,
)
from hub.testing.upstream.reply import Call


@pytest.fixture
async def client():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session


def asked(words="#7 go on", *, stream=True, prefix="", **more):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": words}]
    messages += [{"role": "assistant", "content": prefix}] if prefix else []
    return {
        "model": "big-1", "messages": messages, "stream": stream,
        "stream_options": {"include_usage": True}, **more,
    }  # fmt: skip


async def chunks(client, up, body=None, **more):
    """Return the events of a streamed answer, as JSON, until it ends or breaks."""
    async with client.post(f"{up.url}/chat/completions", json=body or asked(), **more) as response:
        response.raise_for_status()
        lines = [line async for line in response.content]
    found = [line[6:].strip().decode() for line in lines if line.startswith(b"data: ")]
    assert found.pop() == "[DONE]"
    return [json.loads(each) for each in found]


def text(events):
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in events if e["choices"])


async def settled(up):
    async with asyncio.timeout(20):
        while up.ledger.running:
            await asyncio.sleep(0.005)


async def test_it_streams_numbered_sentences_and_bills_them(client):
    async with Upstream() as up:
        events = await chunks(client, up)
        said = text(events)
        assert judge(said, "7", 5).whole
        assert said.startswith(sentence("P", "7", 1))
        entry = up.ledger.entries[0]
        assert events[-1]["usage"]["completion_tokens"] == entry.completion_tokens == len(said.split())
        assert (entry.ended, entry.question, up.ledger.requests) == ("whole", "7", 1)


async def test_another_goes_on_in_other_words_after_what_was_told(client):
    async with Upstream(letter="F") as up:
        told = " ".join(sentence("P", "7", n) for n in (1, 2))
        rest = text(await chunks(client, up, asked(prefix=told)))
        verdict = judge(f"{told} {rest}", "7", 5)
        assert verdict.whole
        assert verdict.letters == "PPFFF"
        body = asked()
        body["messages"].append({"role": "user", "content": f"Continue after: {told}"})
        assert text(await chunks(client, up, body)) == rest


def test_the_judge_sees_what_is_lost_doubled_and_torn():
    one, two, three = (sentence("P", "7", n) for n in (1, 2, 3))
    assert judge(f"{one} {two} {three}", "7", 3).whole
    assert judge(f"{one} {three}", "7", 3).lost == (2,)
    assert judge(f"{one} {two} {two} {three}", "7", 3).doubled == (2,)
    assert judge(f"{two} {one} {three}", "7", 3).doubled == (1,)
    assert judge(f"{one} {two[:-4]} {three}", "7", 3).torn == (2,)
    assert judge(f"{one} {two} {three[:8]}", "7", 3).torn == (3,)
    assert judge("", "7", 1).lost == (1,)


async def test_a_burst_is_the_same_in_one_piece(client):
    async with Upstream(in_turn("cut"), burst=True) as up:
        with pytest.raises(aiohttp.ClientError):
            await chunks(client, up)
        assert judge(text(await chunks(client, up)), "7", 5).whole
        assert up.ledger.entries[1].ended == "whole"


async def test_without_a_stream_it_answers_whole(client):
    async with Upstream() as up:
        async with client.post(f"{up.url}/chat/completions", json=asked(stream=False)) as response:
            told = await response.json()
        assert judge(told["choices"][0]["message"]["content"], "7", 5).whole
        assert told["usage"]["total_tokens"] > told["usage"]["completion_tokens"]


@pytest.mark.parametrize(("kind", "status"), [("error", 500), ("pace", 429), ("key", 400), ("model", 404)])
async def test_it_turns_away(client, kind, status):
    async with Upstream(always(kind, seconds=7)) as up:
        async with client.post(f"{up.url}/chat/completions", json=asked()) as response:
            assert response.status == status
            assert (await response.json())["error"]
            assert response.headers.get("retry-after") == ("7" if kind == "pace" else None)
        assert up.ledger.entries[0].ended == "refused"
        assert not up.ledger.completion_tokens


@pytest.mark.parametrize("kind", ["close", "drop"])
async def test_it_ends_the_connection_without_a_reply(client, kind):
    async with Upstream(always(kind)) as up:
        with pytest.raises(aiohttp.ClientError):
            await chunks(client, up)
        await settled(up)
        assert up.ledger.entries[0].ended == "refused"


@pytest.mark.parametrize("kind", ["cut", "end", "garbage", "oversized"])
async def test_it_breaks_after_so_many_words(client, kind):
    async with Upstream(always(kind, after=3)) as up:
        with pytest.raises((aiohttp.ClientError, LineTooLong, ValueError, AssertionError)):
            await chunks(client, up)
        await settled(up)
        assert (up.ledger.entries[0].ended, up.ledger.completion_tokens) == ("broken", 3)


@pytest.mark.parametrize("kind", ["hang", "stall", "slow"])
async def test_it_sees_at_once_that_who_asked_is_gone(client, kind):
    async with Upstream(always(kind, seconds=60)) as up:
        with pytest.raises(TimeoutError):
            await chunks(client, up, timeout=aiohttp.ClientTimeout(total=0.2))
        await settled(up)
        assert up.ledger.entries[0].ended == "closed"
        assert up.connections == 0


async def test_split_bytes_and_an_echo_are_hard_but_right(client):
    async with Upstream(in_turn("split", Trouble("echo"))) as up:
        assert judge(text(await chunks(client, up)), "7", 5).whole
        told = sentence("Q", "7", 1)
        assert text(await chunks(client, up, asked(prefix=told))).startswith(f"{told} P2 of 7")


async def test_tools_are_called_in_parts_and_their_result_is_answered(client):
    tools = [{"type": "function", "function": {"name": "lamp", "parameters": {"type": "object"}}}]
    async with Upstream() as up:
        body = asked('#7 call lamp with {"room": "hall", "on": true}', tools=tools)
        events = await chunks(client, up, body)
        parts = [p for e in events if e["choices"] for p in e["choices"][0]["delta"].get("tool_calls", ())]
        assert (parts[0]["function"]["name"], parts[0]["index"]) == ("lamp", 0)
        joined = "".join(part["function"]["arguments"] for part in parts)
        assert json.loads(joined) == {"room": "hall", "on": True}
        body["messages"] += [
            {"role": "assistant", "content": None, "tool_calls": [{"id": "call_0", "type": "function", "function": {"name": "lamp", "arguments": joined}}]},
            {"role": "tool", "tool_call_id": "call_0", "content": "done"},
        ]  # fmt: skip
        assert judge(text(await chunks(client, up, body)), "7", 5).whole
        up.say = lambda _body: (Call("a"), Call("b", "{not json"))
        events = await chunks(client, up)
        assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"


async def test_it_takes_one_key_only_lists_models_and_embeds(client):
    async with Upstream(key="right") as up:
        for header, status in ((None, 401), ("Bearer wrong", 400), ("Bearer right", 200)):
            headers = {"authorization": header} if header else {}
            url = f"{up.url}/chat/completions"
            async with client.post(url, json=asked(), headers=headers) as response:
                assert response.status == status
        async with client.get(f"{up.url}/models") as response:
            assert [each["id"] for each in (await response.json())["data"]] == ["big-1", "big-2"]
        up.ill = True
        async with client.get(f"{up.url}/models") as response:
            assert response.status == 500
        async with client.post(f"{up.url}/embeddings", json={"input": ["a", "b", "a"]}) as response:
            one, other, again = (each["embedding"] for each in (await response.json())["data"])
        assert one == again != other
        assert (up.ledger.looks, up.ledger.embedded) == (2, 3)


async def test_it_counts_what_a_talk_has_read_before(client):
    async with Upstream() as up:
        for _ in range(2):
            events = await chunks(client, up, headers={"x-grok-conv-id": "talk"})
        usage = events[-1]["usage"]
        assert usage["prompt_tokens_details"]["cached_tokens"] == usage["prompt_tokens"] > 0


async def test_it_can_go_away_and_come_back(client):
    async with Upstream() as up:
        await up.away()
        with pytest.raises(aiohttp.ClientConnectorError):
            await chunks(client, up)
        await up.back()
        assert judge(text(await chunks(client, up)), "7", 5).whole


def test_schedules_are_the_same_for_the_same_seed():
    one, same, other = mixed(1), mixed(1), mixed(2)
    kinds = [one(n, 0, 0.0).kind for n in range(4_000)]
    assert kinds == [same(n, 0, 9.0).kind for n in range(4_000)]
    assert kinds != [other(n, 0, 0.0).kind for n in range(4_000)]
    shares = {kind: kinds.count(kind) / 4_000 for kind in set(kinds)}
    assert shares == pytest.approx(
        {"none": 0.65, "error": 0.1, "cut": 0.1, "pace": 0.05, "close": 0.05, "hang": 0.05}, abs=0.02
    )
    assert one(3, 0, 0.0) == one(3, 0, 0.0)
    assert {cuts(40)(n, 0, 0.0).after for n in range(80)} == set(range(1, 41))
    assert [flapping(30)(0, 0, at).kind for at in (0, 29, 31, 61)] == ["none", "none", "error", "none"]
    assert [since(5, Trouble("key"))(n, 0, 0.0).kind for n in (4, 5)] == ["none", "key"]
    with pytest.raises(ValueError, match="no such trouble"):
        named("gremlins")


async def test_it_runs_as_a_process_and_takes_plans(client):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.testing.upstream", "--trouble", "mixed", "--letter", "Q",
        stdout=asyncio.subprocess.PIPE, env=os.environ,
    )  # fmt: skip
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with client.post(f"{url}/plan", json={"trouble": "error", "seconds": 2}) as response:
            assert response.status == 200
        async with client.post(f"{url}/chat/completions", json=asked()) as response:
            assert response.status == 500
        async with client.get(f"{url}/ledger") as response:
            told = await response.json()
        assert (told["requests"], told["troubles"]) == (1, {"error": 1})
    finally:
        process.terminate()
        assert await process.wait() == 0
