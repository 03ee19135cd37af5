"""The subset of responses: text, functions and their results, whole and as typed events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.serving import FIGURES

from hub.llm.provider import ToolCall

if TYPE_CHECKING:
    from tests.serving import Reply, Serving

TOOL = {"type": "function", "name": "turn_on", "parameters": {"type": "object", "properties": {}}}
CALL = ToolCall("call_1", "turn_on", "{}")


async def ask(api: Serving, **more: Any) -> Reply:
    return await api.ask("/v1/responses", {"model": "told/m-1", "input": "Tell me about whales.", **more})


async def test_a_whole_response(api: Serving) -> None:
    api.model.script = ("Whales sing.", FIGURES)
    told = (await ask(api, instructions="Rhyme.", max_output_tokens=50)).json
    assert (told["object"], told["status"], told["store"]) == ("response", "completed", False)
    assert told["output"][0]["content"][0]["text"] == "Whales sing."
    assert told["usage"]["input_tokens"] == 12
    asked = api.model.requests[0]
    assert [one.role for one in asked.messages] == ["system", "user"]
    assert asked.max_tokens == 50


async def test_its_events_are_numbered_and_complete(api: Serving) -> None:
    api.model.script = ("Whales ", "sing.", CALL, FIGURES)
    events = (await ask(api, stream=True, tools=[TOOL])).events
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    kinds = [one["type"].removeprefix("response.") for one in events]
    assert kinds[:4] == ["created", "in_progress", "output_item.added", "content_part.added"]
    assert kinds[-1] == "completed"
    assert kinds.index("output_text.done") < kinds.index("function_call_arguments.delta")
    assert "".join(one["delta"] for one in events if one["type"].endswith("text.delta")) == "Whales sing."
    message, call = events[-1]["response"]["output"]
    assert message["content"][0]["text"] == "Whales sing."
    assert (call["type"], call["call_id"], call["arguments"]) == ("function_call", "call_1", "{}")


async def test_a_call_and_its_result_go_back_as_messages(api: Serving) -> None:
    talk = [
        {"role": "user", "content": [{"type": "input_text", "text": "Turn it on."}]},
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "call_id": "a", "name": "turn_on", "arguments": "{}"},
        {"type": "function_call", "call_id": "b", "name": "turn_on", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "done"},
        {"type": "function_call_output", "call_id": "b", "output": "done"},
    ]
    assert (await ask(api, input=talk, tools=[TOOL])).status == 200
    said, wanted, *results = api.model.requests[0].messages
    assert said.text == "Turn it on."
    assert [call.id for call in wanted.calls] == ["a", "b"]
    assert [(one.role, one.call) for one in results] == [("tool", "a"), ("tool", "b")]


async def test_nobody_to_answer_is_an_error_before_the_stream(api: Serving) -> None:
    api.model.script = (ConnectionError("gone"),)
    for stream in (False, True):
        answer = await ask(api, stream=stream)
        assert (answer.status, answer.json["error"]["code"]) == (503, "no_model")
