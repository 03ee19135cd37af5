"""One canonical line for every request and every turn, with its trace, and never with what was said."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from structlog.testing import capture_logs

from hub.telemetry import trace
from hub.telemetry.access import Access
from hub.telemetry.metrics import Metrics

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def requests(lines):
    return [line for line in lines if line["event"] == "request"]


async def test_every_request_has_one_line_with_a_route_and_never_a_code(served) -> None:
    with capture_logs() as lines:
        async with served.client.get(f"{served.url}/", headers={"traceparent": PARENT}) as page:
            size = int(page.headers["content-length"])
            assert page.headers["x-trace-id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
        async with served.stranger.get(f"{served.url}/claim/wrong-code-of-mine") as refused:
            assert refused.status == 403
        async with served.stranger.get(f"{served.url}/health", headers={"host": "evil.example"}) as foreign:
            assert foreign.status == 403
            assert len(foreign.headers["x-trace-id"]) == 32
        async with served.client.request("PROPFIND", f"{served.url}/no/such/page/wrong-code") as _:
            pass
        async with served.client.post(f"{served.url}/api/talks") as talk:
            id_ = (await talk.json())["id"]
        async with served.client.get(f"{served.url}/api/talks/{id_}") as _:
            pass
        await until(lambda: len(requests(lines)) == 6)
    found = requests(lines)
    assert [(line["method"], line["route"], line["status"], line["role"]) for line in found] == [
        ("GET", "/", 200, "owner"), ("GET", "/claim/{code}", 403, "stranger"), ("GET", "refused", 403, "stranger"),
        ("OTHER", "unknown", 404, "owner"), ("POST", "/api/talks", 200, "owner"),
        ("GET", "/api/talks/{talk}", 200, "owner"),
    ]  # fmt: skip
    assert found[0]["bytes"] == size
    assert all(line["ms"] > 0 for line in found)
    assert "wrong-code" not in json.dumps(lines, default=str)
    assert id_ not in json.dumps(found)


async def test_a_turn_has_one_line_and_all_of_it_has_the_trace_of_its_request(served) -> None:
    with capture_logs() as lines:
        async with served.client.post(f"{served.url}/api/talks") as talk:
            id_ = (await talk.json())["id"]
        words = {"text": "what is 17 times 3"}
        address = f"{served.url}/api/talks/{id_}/turns"
        async with served.client.post(address, json=words, headers={"traceparent": PARENT}) as answer:
            turn = await answer.json()
        assert "51" in turn["answer"]
        await until(lambda: any(line["event"] == "turn" for line in lines))
    (line,) = [line for line in lines if line["event"] == "turn"]
    assert (line["turn"], line["conversation"], line["source"], line["outcome"]) == (
        turn["id"],
        id_,
        "api",
        "done",
    )
    assert (line["provider"], line["quality"]) == ("exact", "exact")
    assert 0 <= line["first_ms"] <= line["total_ms"]
    told = json.dumps(lines, default=str)
    assert "17 times" not in told
    assert "51" not in line.get("answer", "")
    async with served.client.get(f"{served.url}/api/events?trace=4bf92f3577b34da6a3ce929d0e0e4736") as events:
        story = await events.json()
    assert [event["event"] for event in story] == ["turn.accepted", "turn.ended"]
    assert "17 times" not in json.dumps(story)
    assert story[0]["text"] == "[18 characters]"


async def test_each_message_of_a_socket_begins_a_trace_of_its_own(served) -> None:
    with capture_logs() as lines:
        async with served.client.ws_connect(f"{served.url}/ws/session/abc") as socket:
            await socket.send_str('{"type": "hello"}')
            for text in ("what is 2 plus 2", "what is 3 plus 3"):
                await socket.send_str(json.dumps({"type": "write", "text": text}))
                while True:
                    message = await socket.receive_json(timeout=60)
                    if message["type"] == "llm_response" and message["final"]:
                        break
        await until(lambda: any(line.get("method") == "SOCKET" for line in lines))
    (socket_line,) = [line for line in requests(lines) if line["method"] == "SOCKET"]
    assert (socket_line["route"], socket_line["status"]) == ("/ws/session/{id}", 101)
    ended = [event for event in served.hub.bus.history() if event.name == "turn.ended"]
    assert len({event.trace for event in ended}) == 2
    assert all(trace.parse(f"00-{event.trace}-{'1' * 16}-01") for event in ended)


async def test_what_breaks_is_counted_and_told_as_an_error() -> None:
    async def broken(scope, receive, send):
        raise RuntimeError("no")

    metrics = Metrics()
    access = Access(broken, metrics)
    with capture_logs() as lines, pytest.raises(RuntimeError):
        await access({"type": "http", "method": "GET", "path": "/", "headers": []}, None, None)
    assert (lines[0]["log_level"], lines[0]["status"]) == ("error", 500)


async def test_a_client_that_leaves_first_is_told_apart() -> None:
    async def slow(scope, receive, send):
        await asyncio.sleep(10)

    with capture_logs() as lines:
        task = asyncio.create_task(
            Access(slow, Metrics())({"type": "http", "method": "GET", "headers": []}, None, None)
        )
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert lines[0]["status"] == 499
