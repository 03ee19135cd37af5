"""Chat completions: whole and streamed, who may be asked under which name, tools, stop words, and leaving."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from tests.serving import FIGURES, PATIENCE_S, PRICE, Told, serving

from hub.api.openai.answering import Stops
from hub.llm.provider import ToolCall

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Serving

TOOL = {
    "type": "function",
    "function": {
        "name": "turn_on",
        "description": "Turn a lamp on.",
        "parameters": {"type": "object", "properties": {"lamp": {"type": "string"}}, "required": ["lamp"]},
    },
}
CALL = ToolCall("call_1", "turn_on", '{"lamp": "desk"}')


async def test_a_whole_answer_says_who_gave_it_and_what_it_cost(tmp_path: Path) -> None:
    model = Told("Whales sing.", FIGURES, price=PRICE)
    async with serving(tmp_path, model) as api:
        answer = await api.chat(seed=7, temperature=0.5, max_tokens=99)
        told = answer.json
        assert told["choices"][0]["message"] == {
            "role": "assistant",
            "content": "Whales sing.",
            "refusal": None,
        }
        assert told["choices"][0]["finish_reason"] == "stop"
        assert told["usage"]["prompt_tokens_details"] == {"cached_tokens": 4}
        assert (told["object"], told["model"]) == ("chat.completion", "told/m-1")
        assert answer.headers["x-hub-provider"] == "told/m-1"
        assert answer.headers["x-hub-fallbacks"] == "0"
        assert answer.headers["x-hub-ignored"] == "seed"
        assert float(answer.headers["x-hub-cost-usd"]) >= 0
        assert answer.headers["x-request-id"] == answer.headers["x-trace-id"]
        asked = model.requests[0]
        assert (asked.temperature, asked.max_tokens, asked.person) == (0.5, 99, api.owner.id)


async def test_a_stream_is_the_answer_in_order_and_ends_once(api: Serving) -> None:
    api.model.script = ("Whales ", "sing. ", "They \u2603 dive.", FIGURES)
    events = (await api.chat(stream=True, stream_options={"include_usage": True})).events
    *chunks, figures, done = events
    assert done == "[DONE]"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert _text(chunks) == "Whales sing. They \u2603 dive."
    assert [one["choices"][0]["finish_reason"] for one in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert figures["choices"] == []
    assert figures["usage"]["total_tokens"] == 15
    assert figures["hub"]["provider"] == "told/m-1"
    assert len({one["id"] for one in (*chunks, figures)}) == 1


async def test_no_figures_come_unless_they_are_asked_for(api: Serving) -> None:
    events = (await api.chat(stream=True)).events
    assert all("usage" not in one for one in events[:-1])
    assert events[-1] == "[DONE]"


async def test_a_tool_is_offered_called_and_its_result_taken_back(api: Serving) -> None:
    api.model.script = (CALL,)
    answer = (await api.chat(tools=[TOOL])).json
    message = answer["choices"][0]["message"]
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert message["content"] is None
    assert message["tool_calls"] == [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "turn_on", "arguments": '{"lamp": "desk"}'},
        }
    ]
    api.model.script = ("It is on.",)
    messages = [
        {"role": "user", "content": "Turn on the desk lamp."},
        message,
        {"role": "tool", "tool_call_id": "call_1", "content": "done"},
    ]
    body = {"model": "told/m-1", "messages": messages, "tools": [TOOL]}
    again = (await api.ask("/v1/chat/completions", body)).json
    assert again["choices"][0]["message"]["content"] == "It is on."
    person, wanted, result = api.model.requests[-1].messages
    assert (person.role, wanted.calls, result.role, result.call) == ("user", (CALL,), "tool", "call_1")
    offered = api.model.requests[0].tools[0]
    assert (offered.name, offered.schema["required"]) == ("turn_on", ["lamp"])


async def test_streamed_calls_have_their_index(api: Serving) -> None:
    api.model.script = ("Both. ", CALL, ToolCall("call_2", "turn_on", "{}"))
    events = (await api.chat(tools=[TOOL], stream=True)).events
    calls = [call for one in events[:-1] for call in _delta(one).get("tool_calls", ())]
    assert [(call["index"], call["id"]) for call in calls] == [(0, "call_1"), (1, "call_2")]
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"


async def test_tool_choice_reaches_the_model(api: Serving) -> None:
    for wanted, told in (("auto", ""), ("required", "required"), (_named("turn_on"), "turn_on")):
        await api.chat(tools=[TOOL], tool_choice=wanted)
        assert api.model.requests[-1].tool_choice == told
    await api.chat(tools=[TOOL], tool_choice="none")
    assert api.model.requests[-1].tools == ()


async def test_a_stop_word_ends_the_answer_and_the_model(api: Serving) -> None:
    api.model.script = ("One, two, th", "ree, EN", "D four", 60.0, "never")
    answer = (await api.chat(stop=["END"])).json
    assert answer["choices"][0]["message"]["content"] == "One, two, three, "
    assert answer["choices"][0]["finish_reason"] == "stop"
    await asyncio.wait_for(api.model.closed.wait(), PATIENCE_S)


@given(st.text("abc.", max_size=40), st.lists(st.text("abc.", min_size=1, max_size=4), max_size=4), st.data())
def test_stop_words_cut_a_stream_as_they_cut_a_text(text: str, words: list[str], data: Any) -> None:
    stops, said, rest = Stops(words), "", text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        said += stops.feed(rest[:size])
        rest = rest[size:]
    said += stops.finish()
    found = [(text.find(word) + len(word), text.find(word)) for word in words if word in text]
    assert said == (text[: min(found)[1]] if found else text)
    assert stops.hit is bool(found)


async def test_hub_auto_computes_what_can_be_computed_and_real_models_do_not(api: Serving) -> None:
    said = [{"role": "user", "content": "What is 17 times 23?"}]
    answer = await api.ask("/v1/chat/completions", {"model": "hub/auto", "messages": said})
    assert "391" in answer.json["choices"][0]["message"]["content"]
    assert answer.headers["x-hub-provider"] == "exact"
    answer = await api.ask("/v1/chat/completions", {"model": "told/m-1", "messages": said})
    assert answer.headers["x-hub-provider"] == "told/m-1"
    pirate = [{"role": "system", "content": "You are a pirate."}, *said]
    answer = await api.ask("/v1/chat/completions", {"model": "hub/auto", "messages": pirate})
    assert answer.headers["x-hub-provider"] == "told/m-1"


async def test_the_api_never_acts(api: Serving) -> None:
    for model in ("hub/auto", "hub/voice"):
        said = [{"role": "user", "content": "Set a timer for five minutes."}]
        answer = await api.ask("/v1/chat/completions", {"model": model, "messages": said})
        assert answer.headers["x-hub-provider"] == "told/m-1"
    assert not api.hub.timers.list()


async def test_the_clients_instructions_stand_in_place_of_the_hubs(api: Serving) -> None:
    for model in ("hub/auto", "told/m-1"):
        body = {"model": model, "messages": [{"role": "user", "content": "Tell me about whales."}]}
        await api.ask("/v1/chat/completions", body)
    own, plain = api.model.requests
    assert own.messages[0].role == "system"
    assert [one.role for one in plain.messages] == ["user"]
    said = [{"role": "developer", "content": "Rhyme."}, {"role": "user", "content": "Tell me about whales."}]
    await api.ask("/v1/chat/completions", {"model": "hub/auto", "messages": said})
    assert [one.text for one in api.model.requests[-1].messages] == ["Rhyme.", "Tell me about whales."]


async def test_hub_local_asks_nobody_out_there(tmp_path: Path) -> None:
    far, near = Told("Far.", name="far", distance="world"), Told("Near.", name="near", distance="house")
    async with serving(tmp_path, far, near) as api:
        said = [{"role": "user", "content": "Tell me about whales."}]
        answer = await api.ask("/v1/chat/completions", {"model": "hub/local", "messages": said})
        assert answer.json["choices"][0]["message"]["content"] == "Near."
        assert (far.requests, near.requests[0].tier) == ([], "local")
        near.script = (ConnectionError("gone"),)
        answer = await api.ask("/v1/chat/completions", {"model": "hub/local", "messages": said})
        assert (answer.status, far.requests) == (503, [])


async def test_what_nobody_can_answer_is_an_error_and_no_line_of_comfort(api: Serving) -> None:
    api.model.script = (ConnectionError("gone"),)
    for stream in (False, True):
        answer = await api.chat(stream=stream)
        assert answer.status == 503
        assert answer.json["error"]["code"] == "no_model"
        assert answer.json["error"]["fix"]


async def test_an_answer_that_nobody_brought_to_its_end_is_marked(api: Serving) -> None:
    api.model.script = ("Whales sing. ", "They dive", ConnectionError("gone"))
    body = {
        "model": "told/m-1",
        "messages": [{"role": "user", "content": "Whales?"}],
        "stream_options": {"include_usage": True},
    }
    events = (await api.ask("/v1/chat/completions", {**body, "stream": True})).events
    assert _text(events[:-1]).startswith("Whales sing.")
    assert events[-3]["choices"][0]["finish_reason"] == "length"
    assert events[-2]["hub"]["torn"] is True
    whole = (await api.ask("/v1/chat/completions", body)).json["choices"][0]
    assert whole["finish_reason"] == "length"


async def test_long_talks_lose_their_beginning_only_where_the_hub_chooses(tmp_path: Path) -> None:
    model = Told(prompt_tokens=400)
    async with serving(tmp_path, model) as api:
        turns = [
            {"role": r, "content": f"{n} " + "word " * 60} for n in range(6) for r in ("user", "assistant")
        ]
        talk = [*turns, {"role": "user", "content": "And now?"}]
        answer = await api.ask("/v1/chat/completions", {"model": "told/m-1", "messages": talk})
        assert (answer.status, answer.json["error"]["code"]) == (400, "context_length_exceeded")
        answer = await api.ask("/v1/chat/completions", {"model": "hub/auto", "messages": talk})
        assert answer.status == 200
        kept = [one for one in model.requests[-1].messages if one.role != "system"]
        assert kept[0].role == "user"
        assert (kept[-1].text, 1 < len(kept) < len(talk)) == ("And now?", True)


async def test_whoever_leaves_takes_the_model_along(api: Serving) -> None:
    for stream in (True, False):
        api.model.closed.clear()
        api.model.script = ("One. ", "Two. ", 600.0, "Three.")
        body = {"model": "told/m-1", "messages": [{"role": "user", "content": "Count."}], "stream": stream}
        async with api.client() as client:
            asking = asyncio.create_task(client.post("/v1/chat/completions", json=body))
            while len(api.model.requests) < 1 + (not stream):
                await asyncio.sleep(0.01)
            if stream:
                answer = await asking
                await answer.content.readany()
                answer.close()
            else:
                asking.cancel()
        await asyncio.wait_for(api.model.closed.wait(), PATIENCE_S)


async def test_a_page_of_the_hub_may_ask_with_its_cookie_and_no_other_page(api: Serving) -> None:
    token = await api.hub.sessions.start(api.owner, "test")
    cookie, body = (
        f"{api.cookie}={token}",
        {"model": "hub/auto", "messages": [{"role": "user", "content": "Hi"}]},
    )
    answer = await api.ask("/v1/chat/completions", body, "", cookie=cookie, origin=api.url)
    assert answer.status == 200
    assert not any(name.startswith("access-control") for name in answer.headers)
    answer = await api.ask("/v1/chat/completions", body, "", cookie=cookie, origin="https://evil.example")
    assert answer.status == 403
    answer = await api.ask("/v1/chat/completions", body, "hub_wrong", cookie=cookie)
    assert answer.status == 401


async def test_the_models_are_listed_and_each_can_be_asked_for(api: Serving) -> None:
    async with api.client() as client:
        async with client.get("/v1/models") as answer:
            listed = [one["id"] for one in (await answer.json())["data"]]
        assert listed == ["hub/auto", "hub/voice", "hub/local", "told/m-1", "embedded"]
        for name in listed:
            async with client.get(f"/v1/models/{name}") as answer:
                assert (await answer.json())["id"] == name
        async with client.get("/v1/models/gpt-9") as answer:
            assert answer.status == 404


async def test_words_are_told_as_sentences_or_as_they_come(tmp_path: Path) -> None:
    model = Told("Whales si", "ng. They di", "ve.")
    async with serving(tmp_path, model) as api:
        body = {"model": "told/m-1", "messages": [{"role": "user", "content": "Whales?"}], "stream": True}
        answer = await api.ask("/v1/chat/completions", body, **{"x-hub-commit": "token"})
        assert [_delta(one)["content"] for one in answer.events[1:-2]] == ["Whales si", "ng. They di", "ve."]
        assert _text((await api.ask("/v1/chat/completions", body)).events[:-1]) == "Whales sing. They dive."


def _delta(event: Any) -> dict[str, Any]:
    return dict(event["choices"][0]["delta"]) if event["choices"] else {}


def _text(events: list[Any]) -> str:
    return "".join(_delta(one).get("content") or "" for one in events)


def _named(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}
