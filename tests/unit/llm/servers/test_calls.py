"""Calls of tools in an answer, as servers send them: whole or not at all."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.llm.faults import Fault
from hub.llm.provider import Delta, Done, Message, Request, ToolCall, ToolSpec, Usage
from hub.llm.servers.calls import Calls
from hub.llm.servers.chunks import Reading
from hub.llm.servers.openai import OpenAI, Server

LAMP = ToolSpec("lamp", "Switch the lamp.", {"type": "object", "properties": {"on": {"type": "boolean"}}})
ASK = Request((Message("user", "Light!"),), tools=(LAMP,))


def part(index=None, id_="", name="", arguments=None):
    about = {"name": name} if name else {}
    about |= {"arguments": arguments} if arguments is not None else {}
    told = {"function": about} | ({"id": id_} if id_ else {}) | ({} if index is None else {"index": index})
    return {"choices": [{"index": 0, "delta": {"tool_calls": [told]}}]}


def end(reason="tool_calls"):
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


@pytest.fixture
async def ask(server):
    async def key():
        return None

    one = OpenAI("lab", Server("Lab", server.url, "big-1"), key)

    async def ask(*script):
        server.script = script
        return [piece async for piece in one.stream(ASK, 5)]

    ask.one = one
    yield ask
    await one.retire()


async def test_calls_come_whole_after_the_text_and_before_the_figures(server, ask):
    pieces = await ask(
        server.text("Let me see."), part(0, "a", "lamp", ""), part(0, arguments='{"on"'), part(1, "b", "clock"),
        part(0, arguments=": true}"), end(), server.USAGE, "[DONE]",
    )  # fmt: skip
    assert pieces == [
        Delta("Let me see."), ToolCall("a", "lamp", '{"on": true}'), ToolCall("b", "clock", "{}"), Usage(12, 3),
        Done("tools"),
    ]  # fmt: skip
    assert server.asked[0]["tools"][0]["function"]["name"] == "lamp"


@pytest.mark.parametrize(
    ("script", "calls"),
    [
        ((part(None, "a", "lamp", "{}"), end("stop")), [("a", "lamp", "{}")]),
        (
            (part(0, "a", "lamp", "{}"), part(0, "b", "clock", "{}"), end()),
            [("a", "lamp", "{}"), ("b", "clock", "{}")],
        ),
        ((part(0, "", "lamp", {"on": True}), end()), [("call_0", "lamp", '{"on": true}')]),
        ((part(0, "a", "lamp", '{"on'), end()), [("a", "lamp", '{"on')]),
    ],
    ids=["no index", "one index for all", "unpacked arguments and no id", "arguments as it wrote them"],
)
async def test_servers_bend_calls_too(ask, script, calls):
    pieces = await ask(*script, "[DONE]")
    assert [(one.id, one.name, one.arguments) for one in pieces if isinstance(one, ToolCall)] == calls
    assert pieces[-1] == Done("tools")


@pytest.mark.parametrize("last", [(None,), (), (end("length"), "[DONE]")])
async def test_a_call_that_was_torn_is_none(ask, last):
    with pytest.raises(Fault) as caught:
        await ask(part(0, "a", "lamp", '{"on'), *last)
    assert caught.value.what == "cut"
    assert caught.value.usage.estimated


async def test_a_model_that_takes_no_tools_answers_in_words_and_is_remembered(server, ask):
    server.refuses = [("tools", "registry.ollama.ai/library/gemma:2b does not support tools")]
    assert (await ask(*server.HELLO))[0].text.startswith("Hello")
    assert not ask.one.caps.tools
    await ask(*server.HELLO)
    assert len(server.asked) == 3


async def test_a_message_about_tools_is_no_refusal_of_them(server, ask):
    server.refuses = [("tools", "messages with role 'tool' must follow tool_calls")]
    with pytest.raises(Fault) as caught:
        await ask(*server.HELLO)
    assert caught.value.what == "refused"
    assert ask.one.caps.tools


@settings(deadline=None)
@given(st.lists(
    st.none() | st.integers() | st.text(max_size=2) | st.dictionaries(
        st.sampled_from(["index", "id", "function"]),
        st.none() | st.integers(0, 3) | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
        | st.dictionaries(st.sampled_from(["name", "arguments"]), st.none() | st.text(max_size=5) | st.integers() | st.lists(st.none())),
    ), max_size=8))  # fmt: skip
def test_nonsense_makes_no_call_without_a_name(told):
    calls = Calls()
    calls.take(told)
    calls.take(told * 40)
    found = list(calls.whole())
    assert all(one.name and isinstance(one.arguments, str) and one.id for one in found)
    assert len(found) <= 64


@settings(deadline=None)
@given(st.text(min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=10))
def test_arguments_are_whole_however_they_arrive(value, cuts):
    whole = json.dumps({"x": value})
    places = sorted({0, len(whole), *(cut % len(whole) for cut in cuts)})
    reading = Reading("Lab")
    reading.take(part(0, "a", "lamp"))
    for a, b in pairwise(places):
        reading.take(part(0, arguments=whole[a:b]))
    reading.take(end())
    assert json.loads(next(iter(reading.pieces(ASK))).arguments) == {"x": value}
