"""A request as the fields of a chat completion: tools, results, beginnings, thought, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.llm.faults import Fault
from hub.llm.provider import Message, Request, ToolCall, ToolSpec
from hub.llm.servers.catalog import Known
from hub.llm.servers.fields import GO_ON, fields, packed

ASK = (Message("system", "Be brief."), Message("user", "Hi."))
LAMP = ToolSpec("lamp", "Switch the lamp.", {"type": "object", "properties": {"on": {"type": "boolean"}}})


def body(request, known=None, extra=None, refused=()):
    return fields("big-1", request, known or Known(), extra or {}, refused)


def test_tools_and_their_results_are_told_as_the_protocol_has_it():
    call = ToolCall("c1", "lamp", '{"on": true}')
    talk = (*ASK, Message("assistant", "", (call,)), Message("tool", "It is on.", call="c1"))
    told = body(Request(talk, tools=(LAMP,), tool_choice="lamp"))
    assert told["messages"][2] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "lamp", "arguments": '{"on": true}'}}
        ],
    }
    assert told["messages"][3] == {"role": "tool", "content": "It is on.", "tool_call_id": "c1"}
    about = {"name": "lamp", "description": "Switch the lamp.", "parameters": LAMP.schema}
    assert told["tools"] == [{"type": "function", "function": about}]
    assert told["tool_choice"] == {"type": "function", "function": {"name": "lamp"}}
    assert "tool_choice" not in body(Request(talk, tools=(LAMP,)))
    assert body(Request(talk, tools=(LAMP,), tool_choice="required"))["tool_choice"] == "required"
    assert "tools" not in body(Request(talk, tools=(LAMP,)), Known(tools=False))


@pytest.mark.parametrize("prefill", ["", "last", "flag"])
def test_an_answer_that_another_began_is_gone_on_with(prefill):
    told = body(Request(ASK, prefix="P1 is told."), Known(prefill=prefill))
    last = told["messages"][2:]
    assert last[0] == {"role": "assistant", "content": "P1 is told."}
    assert [one["content"] for one in last[1:]] == ([] if prefill else [GO_ON])
    assert ("continue_final_message" in told) == (prefill == "flag")


@pytest.mark.parametrize(
    ("think", "efforts", "sent"),
    [
        ("", None, "none"), ("high", None, "high"), ("high", ("low", "high"), "high"), ("", ("low", "high"), "low"),
        ("xhigh", ("low", "high"), "high"), ("high", (), None), ("", (), None),
    ],
)  # fmt: skip
def test_it_is_told_to_think_as_hard_as_it_can(think, efforts, sent):
    told = body(Request(ASK, think=think), Known(efforts=efforts), {"reasoning_effort": "none"})
    assert told.get("reasoning_effort") == sent


def test_only_what_is_set_is_sent_and_nothing_that_was_refused():
    assert "temperature" not in body(Request(ASK))
    assert body(Request(ASK, temperature=0.0))["temperature"] == 0.0
    every = {"stream_options", "max_tokens", "temperature"}
    told = body(Request(ASK, max_tokens=7, temperature=0.5), refused=every)
    assert not every & set(told)
    assert told["max_completion_tokens"] == 7


@settings(deadline=None)
@given(st.text() | st.text(alphabet="\ud83d\ude00a"))
def test_any_text_can_be_sent(text):
    told = json.loads(packed(body(Request((Message("user", text),), prefix=text)), "Lab"))
    assert told["messages"][0]["content"] == text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("schema", [{"x": object()}, {"x": {1, 2}}, {(1, 2): 3}])
def test_a_schema_that_is_no_json_is_the_plugins_fault(schema):
    with pytest.raises(Fault, match="no JSON") as caught:
        packed(body(Request(ASK, tools=(ToolSpec("t", "", schema),))), "Lab")
    assert caught.value.what == "refused"


def test_a_schema_that_holds_itself_ends():
    schema: dict = {}
    schema["x"] = schema
    with pytest.raises(Fault, match="no JSON"):
        packed(body(Request(ASK, tools=(ToolSpec("t", "", schema),))), "Lab")
