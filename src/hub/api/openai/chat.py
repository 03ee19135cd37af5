"""Answer ``/v1/chat/completions``: whole, or as a stream of chunks with the figures at the end."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import orjson

from hub.api.openai import asked
from hub.api.openai.answering import Answering
from hub.api.openai.errors import wrong
from hub.api.openai.offered import Offered
from hub.llm.provider import ToolCall
from hub.telemetry import trace

if TYPE_CHECKING:
    from hub.api.openai.answering import Commit
    from hub.api.openai.door import Call
    from hub.hub import Hub
    from hub.llm.provider import Usage

STREAM = (b"content-type", b"text/event-stream; charset=utf-8")
DONE = b"data: [DONE]\n\n"


class Chat:
    """The endpoint of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._offered = hub, Offered(hub)

    async def __call__(self, call: Call) -> None:
        """Answer one request. Raises `Refused`."""
        request = asked.read(call.body)
        question = asked.question(request, call.person.id)
        choice = self._offered.choose(request.model, question)
        answering = Answering(self._hub, choice, commit_of(call), request.stops)
        headers = asked.passed_over(request)
        if request.stream:
            return await _stream(call, answering, headers, tells_usage=request.tells_usage)
        async with aclosing(answering.pieces()) as pieces:
            async for _ in pieces:
                pass
        body = orjson.dumps(_whole(answering))
        return await call.answer(body, [*answering.headers(), answering.cost(), *headers])


def commit_of(call: Call) -> Commit:
    """Return what is told at once: whole sentences, which another model could go on from, or tokens."""
    wanted = next((value for name, value in call.scope["headers"] if name == b"x-hub-commit"), b"sentence")
    if wanted == b"sentence":
        return "sentence"
    if wanted == b"token":
        return "token"
    raise wrong("x-hub-commit", "That is no way to tell an answer.", "Say sentence or token.")


async def _stream(
    call: Call, answering: Answering, headers: list[tuple[bytes, bytes]], *, tells_usage: bool
) -> None:
    send, begin, end = call.send, b"", b""
    async with aclosing(answering.pieces()) as pieces:
        async for piece in pieces:
            if not call.begun:
                begin, end, first = _frames(answering, tells_usage=tells_usage)
                await call.begin(200, [STREAM, *answering.headers(), *headers])
                await send({"type": "http.response.body", "body": first, "more_body": True})
            delta = (
                _call_delta(len(answering.calls) - 1, piece)
                if isinstance(piece, ToolCall)
                else b'{"content":%b}' % orjson.dumps(piece)
            )
            await send({"type": "http.response.body", "body": begin + delta + end, "more_body": True})
    reason = answering.finish.encode()
    last = begin + b"{}" + end.replace(b'"finish_reason":null', b'"finish_reason":"%b"' % reason)
    if tells_usage:
        last += b"data: " + orjson.dumps(_figures(answering, begin)) + b"\n\n"
    await send({"type": "http.response.body", "body": last + DONE})


def _frames(answering: Answering, *, tells_usage: bool) -> tuple[bytes, bytes, bytes]:
    """Return what stands before and after the delta of every chunk, and the first chunk."""
    head = orjson.dumps({**_head(answering, "chat.completion.chunk")})[:-1]
    begin = b"data: " + head + b',"choices":[{"index":0,"delta":'
    end = b',"finish_reason":null}]' + (b',"usage":null' if tells_usage else b"") + b"}\n\n"
    return begin, end, begin + b'{"role":"assistant","content":""}' + end


def _call_delta(index: int, call: ToolCall) -> bytes:
    about = {"index": index, **_call(call)}
    return orjson.dumps({"tool_calls": [about]})


def _figures(answering: Answering, begin: bytes) -> dict[str, Any]:
    """Return the chunk without a choice; its head is that of the others."""
    head = orjson.loads(begin.removeprefix(b"data: ").partition(b',"choices"')[0] + b"}")
    return {**head, "choices": [], "usage": usage(answering.usage), "hub": answering.about()}


def _whole(answering: Answering) -> dict[str, Any]:
    said = answering.text
    message: dict[str, Any] = {"role": "assistant", "content": said, "refusal": None}
    if answering.calls:
        message |= {"content": said or None, "tool_calls": [_call(call) for call in answering.calls]}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answering.finish}
    return {
        **_head(answering, "chat.completion"), "choices": [choice], "usage": usage(answering.usage),
    }  # fmt: skip


def _head(answering: Answering, what: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{trace.current_id()[:24]}", "object": what, "created": int(time.time()),
        "model": answering.by.provider,
    }  # fmt: skip


def _call(call: ToolCall) -> dict[str, Any]:
    return {
        "id": call.id, "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }  # fmt: skip


def usage(told: Usage) -> dict[str, Any]:
    """Return the figures in the form of chat completions."""
    return {
        "prompt_tokens": told.prompt, "completion_tokens": told.completion,
        "total_tokens": told.prompt + told.completion,
        "prompt_tokens_details": {"cached_tokens": told.cached},
    }  # fmt: skip
