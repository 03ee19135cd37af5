"""Bad input of every kind: a clear error with its fix, nothing asked of any model, and the hub goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.serving import Serving, Told, serving

if TYPE_CHECKING:
    from pathlib import Path

CHAT = "/v1/chat/completions"
USER = {"role": "user", "content": "Hi"}


def chat(**more: Any) -> dict[str, Any]:
    return {"model": "told/m-1", "messages": [USER], **more}


def tool(schema: Any, name: Any = "f") -> dict[str, Any]:
    return chat(tools=[{"type": "function", "function": {"name": name, "parameters": schema}}])


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def raw(text: str) -> bytes:
    return b'{"model": "told/m-1", "messages": [{"role": "user", "content": %b}]}' % text.encode()


BAD: dict[str, tuple[Any, int, str | None]] = {
    "nothing": (b"", 400, None),
    "no JSON": (b"{", 400, None),
    "no object": (b"[]", 400, None),
    "invalid UTF-8": (b'{"model": "told/m-1", "messages": [{"role": "user", "content": "\xff\xfe"}]}', 400, None),
    "half a surrogate pair": (raw('"\\ud800"'), 400, None),
    "depth without end": (b"[" * 100_000, 400, None),
    "10 MB prompt": (raw('"' + "word " * 2_000_000 + '"'), 413, None),
    "a prompt longer than any room": (raw('"' + "word " * 500_000 + '"'), 400, "messages"),
    "no model": ({"messages": [USER]}, 400, "model"),
    "unknown model": (chat(model="gpt-9"), 404, "model"),
    "a model of another type": (chat(model=3), 400, "model"),
    "no messages": ({"model": "told/m-1"}, 400, "messages"),
    "an empty talk": (chat(messages=[]), 400, "messages"),
    "too many messages": (chat(messages=[USER] * 3_000), 400, "messages"),
    "no role": (chat(messages=[{"content": "x"}]), 400, "messages.0.role"),
    "unknown role": (chat(messages=[USER, {"role": "king", "content": "x"}]), 400, "messages.1.role"),
    "a picture": (chat(messages=[{"role": "user", "content": [{"type": "image_url"}]}]), 400, "messages.0.content.0"),
    "a number for words": (chat(messages=[{"role": "user", "content": 3}]), 400, "messages.0.content"),
    "a result of no call": (chat(messages=[{"role": "tool", "tool_call_id": "x", "content": "1"}]), 400,
                            "messages.0.tool_call_id"),
    "two answers": (chat(n=2), 400, "n"),
    "JSON wanted": (chat(response_format={"type": "json_object"}), 400, "response_format"),
    "probabilities": (chat(logprobs=True), 400, "logprobs"),
    "functions": (chat(functions=[{"name": "f"}]), 400, "functions"),
    "sound": (chat(modalities=["text", "audio"]), 400, "modalities"),
    "too hot": (chat(temperature=9), 400, "temperature"),
    "no number": (b'{"model": "told/m-1", "messages": [{"role": "user", "content": "x"}], "temperature": NaN}', 400,
                  "temperature"),
    "less than a token": (chat(max_tokens=0), 400, "max_tokens"),
    "a huge number": (b'{"model": "told/m-1", "messages": [], "max_tokens": 1' + b"0" * 5_000 + b"}", 400, None),
    "five stops": (chat(stop=list("abcde")), 400, "stop"),
    "an empty stop": (chat(stop=""), 400, "stop"),
    "a tool without a name": (tool({}, ""), 400, "tools.0.function.name"),
    "a tool with a bad name": (tool({}, "rm -rf /"), 400, "tools.0.function.name"),
    "a tool of another kind": (chat(tools=[{"type": "web_search"}]), 400, "tools.0.type"),
    "arguments that are no object": (tool({"type": "string"}), 400, "tools.0.function.parameters.type"),
    "properties that are a list": (tool({"type": "object", "properties": []}), 400,
                                   "tools.0.function.parameters.properties"),
    "a schema too deep": (tool(deep(60)), 400, "tools.0.function.parameters"),
    "a schema too deep to write": (tool(deep(90)), 400, None),
    "a schema too large": (tool({"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(9_000)}}),
                           400, "tools.0.function.parameters"),
    "a number beyond 64 bits": (tool({"type": "object", "maximum": 10**40}), 400, "tools.0.function.parameters"),
    "two tools of one name": (chat(tools=tool({})["tools"] * 2), 400, "tools.1"),
    "too many tools": (chat(tools=[tool({}, f"f{n}")["tools"][0] for n in range(200)]), 400, "tools"),
    "a tool that is not there": (tool({}) | {"tool_choice": {"type": "function", "function": {"name": "g"}}}, 400,
                                 "tool_choice"),
    "a tool required of none": (chat(tool_choice="required"), 400, "tool_choice"),
}  # fmt: skip


async def test_each_is_refused_with_its_fix_and_costs_nothing(api: Serving) -> None:
    wrong = []
    for what, (body, status, param) in BAD.items():
        answer = await api.ask(CHAT, body)
        error = answer.json["error"]
        if answer.status != status or (param and (error["param"] or "") != param) or len(error["fix"]) < 10:
            wrong.append((what, answer.status, error))
        assert set(error) == {"message", "type", "param", "code", "fix"}
        assert error["fix"] in error["message"]
    assert wrong == []
    assert api.model.requests == []
    assert (await api.chat()).status == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer hub_wrong", "Basic aHViOng=", "\xe9\xff"]
)
async def test_a_wrong_or_empty_key_is_told_where_to_get_one(api: Serving, header: str) -> None:
    headers = {"authorization": header} if header else {}
    for path in (CHAT, "/v1/responses", "/v1/embeddings"):
        answer = await api.ask(path, chat(), "", **headers)
        assert answer.status == 401
        error = answer.json["error"]
        assert (error["code"], error["type"]) == ("invalid_api_key", "authentication_error")
        assert "Keys for apps" in error["fix"]
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert api.model.requests == []


async def test_a_stranger_with_a_large_body_hears_that_it_is_the_key(api: Serving) -> None:
    answer = await api.ask(CHAT, b"x" * 10_000_000, "hub_wrong")
    assert answer.status == 401


async def test_tools_are_refused_where_nobody_can_call_them(tmp_path: Path) -> None:
    async with serving(tmp_path, Told(tools=False)) as api:
        for model in ("told/m-1", "hub/auto"):
            answer = await api.ask(CHAT, tool({}) | {"model": model})
            assert (answer.status, answer.json["error"]["code"]) == (400, "tools_unsupported")


async def test_answers_are_kept_out_of_caches_and_say_nothing_of_what_was_sent(api: Serving) -> None:
    answer = await api.ask(CHAT, chat(temperature="my secret words"))
    assert answer.headers["cache-control"] == "no-store"
    assert b"my secret words" not in answer.body


async def test_another_method_is_refused(api: Serving) -> None:
    async with api.client() as client:
        async with client.get(CHAT) as answer:
            assert (answer.status, answer.headers["allow"]) == (405, "POST")
        async with client.options(CHAT) as answer:
            assert answer.status == 405


RESPONSES: dict[str, tuple[Any, str]] = {
    "an earlier one": ({"input": "x", "previous_response_id": "resp_1"}, "previous_response_id"),
    "a kept talk": ({"input": "x", "conversation": "c"}, "conversation"),
    "later": ({"input": "x", "background": True}, "background"),
    "a built-in tool": ({"input": "x", "tools": [{"type": "web_search"}]}, "tools.0.type"),
    "JSON": ({"input": "x", "text": {"format": {"type": "json_schema"}}}, "text.format"),
    "nothing": ({"input": []}, "input"),
    "a picture": ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input.0.content.0"),
    "a result of no call": ({"input": [{"type": "function_call_output", "call_id": "x", "output": "1"}]},
                            "input.0.call_id"),
    "a call without a name": ({"input": [{"type": "function_call", "call_id": "x"}]}, "input.0"),
}  # fmt: skip


async def test_what_is_not_in_the_subset_of_responses_is_refused_by_name(api: Serving) -> None:
    for what, (body, param) in RESPONSES.items():
        answer = await api.ask("/v1/responses", {"model": "told/m-1", **body})
        assert (what, answer.status, answer.json["error"]["param"]) == (what, 400, param)
    assert api.model.requests == []


async def test_embeddings_wait_for_an_embedder_and_say_so(api: Serving) -> None:
    answer = await api.ask("/v1/embeddings", {"model": "hub/auto", "input": "whales"})
    assert answer.status == 503
    assert answer.json["error"]["fix"]
    answer = await api.ask("/v1/embeddings", {"model": "hub/auto", "input": [[1, 2, 3]]})
    assert answer.status == 400


async def test_one_key_cannot_take_up_the_hub(api: Serving) -> None:
    from hub.api.openai import door

    key = await api.hub.keys.find(api.key)
    assert key is not None
    import asyncio

    task = asyncio.create_task(asyncio.sleep(60))
    others = [asyncio.create_task(asyncio.sleep(60)) for _ in range(door.AT_ONCE)]
    key.running.update(others)
    answer = await api.chat()
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    key.running.clear()
    for one in (task, *others):
        one.cancel()
    assert (await api.chat()).status == 200
    assert json.loads(answer.body)["error"]["type"] == "rate_limit_error"
