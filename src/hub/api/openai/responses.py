"""Answer the subset of ``/v1/responses`` that needs no memory of earlier ones: text, and functions to call.

Nothing is kept: ``previous_response_id``, ``conversation`` and built-in tools are refused, not ignored.
"""

from __future__ import annotations

import os
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

import orjson
from pydantic import Field, ValidationError

from hub.api.openai import tools
from hub.api.openai.answering import Answering
from hub.api.openai.asked import (
    MOST_MESSAGES,
    Effort,
    Format,
    Lenient,
    Model,
    Part,
    Temperature,
    Tokens,
    offered_and_wanted,
    passed_over,
    text,
)
from hub.api.openai.chat import STREAM, commit_of
from hub.api.openai.errors import unreadable, wrong
from hub.api.openai.offered import Offered
from hub.api.openai.question import Question, talk_of
from hub.llm.provider import Message, ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.api.openai.door import Call
    from hub.hub import Hub
    from hub.llm.provider import ToolSpec, Usage


State = Literal["in_progress", "completed", "incomplete"]


class Item(Lenient):
    """A part of the input: a message, a call that was made, or its result."""

    type: Literal["message", "function_call", "function_call_output", "reasoning"] = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | list[Part] | None = None
    call_id: str | None = Field(None, max_length=200)
    name: str | None = Field(None, max_length=64)
    arguments: str | None = None
    output: str | list[Part] | None = None


class FlatTool(Lenient):
    """A function that may be called; built-in tools are refused."""

    type: str = Field(max_length=50)
    name: str = ""
    description: str | None = None
    parameters: dict[str, Any] | None = None


class FlatWanted(Lenient):
    """The one function that must be called."""

    type: Literal["function"]
    name: str


class Reasoning(Lenient):
    """How hard to think."""

    effort: Effort | None = None


class TextSettings(Lenient):
    """The form of the answer: only ``text``."""

    format: Format | None = None


class ResponsesRequest(Lenient):
    """The body of ``POST /v1/responses``."""

    model: Model
    input: str | list[Item]
    instructions: str | None = None
    stream: bool | None = None
    temperature: Temperature | None = None
    max_output_tokens: Tokens | None = None
    tools: list[FlatTool] | None = None
    tool_choice: Literal["none", "auto", "required"] | FlatWanted | None = None
    reasoning: Reasoning | None = None
    text: TextSettings | None = None
    prompt_cache_key: str | None = Field(None, max_length=500)
    previous_response_id: str | None = Field(None, description="Only null: nothing is kept.")
    conversation: Any = Field(None, description="Only null: nothing is kept.")
    background: bool | None = Field(None, description="Only false.")
    store: Any = Field(None, description="Passed over: nothing is kept.")
    parallel_tool_calls: Any = Field(None, description="Passed over.")
    service_tier: Any = Field(None, description="Passed over.")
    safety_identifier: Any = Field(None, description="Passed over.")
    truncation: Any = Field(None, description="Passed over.")
    include: Any = Field(None, description="Passed over.")
    top_p: Any = Field(None, description="Passed over.")
    user: Any = Field(None, description="Passed over.")
    metadata: Any = Field(None, description="Passed over.")


class Responses:
    """The endpoint of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._offered = hub, Offered(hub)

    async def __call__(self, call: Call) -> None:
        """Answer one request. Raises `Refused`."""
        request = read(call.body)
        choice = self._offered.choose(request.model, question(request, call.person.id))
        answering = Answering(self._hub, choice, commit_of(call))
        telling, headers = Telling(request, answering), passed_over(request)
        if request.stream:
            return await _stream(call, telling, headers)
        async with aclosing(answering.pieces()) as pieces:
            async for piece in pieces:
                for _ in telling.take(piece):
                    pass
        for _ in telling.end():
            pass
        body = orjson.dumps(telling.response())
        return await call.answer(body, [*answering.headers(), answering.cost(), *headers])


async def _stream(call: Call, telling: Telling, headers: list[tuple[bytes, bytes]]) -> None:
    async with aclosing(telling.answering.pieces()) as pieces:
        async for piece in pieces:
            begin = b""
            if not call.begun:
                await call.begin(200, [STREAM, *telling.answering.headers(), *headers])
                begin = b"".join(telling.begin())
            body = begin + b"".join(telling.take(piece))
            await call.send({"type": "http.response.body", "body": body, "more_body": True})
    await call.send({"type": "http.response.body", "body": b"".join(telling.end())})


class Telling:
    """A response in the making: the events of its stream, and the whole of it."""

    def __init__(self, request: ResponsesRequest, answering: Answering) -> None:
        self.answering, self._request = answering, request
        self._id, self._created = f"resp_{os.urandom(16).hex()}", int(time.time())
        self._output: list[dict[str, Any]] = []
        self._said: list[str] = []  # of the message that is open
        self._open = False
        self._serial = 0

    def begin(self) -> Iterator[bytes]:
        """Yield the events before the first piece."""
        yield self._event("response.created", response=self.response("in_progress"))
        yield self._event("response.in_progress", response=self.response("in_progress"))

    def take(self, piece: str | ToolCall) -> Iterator[bytes]:
        """Yield the events of one piece."""
        if isinstance(piece, ToolCall):
            yield from self._close()
            yield from self._call(piece)
            return
        if not self._open:
            yield from self._message()
        self._said.append(piece)
        yield self._event("response.output_text.delta", **self._place(), delta=piece, logprobs=[])

    def end(self) -> Iterator[bytes]:
        """Yield the last events."""
        yield from self._close()
        length = self.answering.finish == "length"
        state: State = "incomplete" if length else "completed"
        yield self._event(f"response.{state}", response=self.response(state))

    def response(self, state: State | None = None) -> dict[str, Any]:
        """Return the response as it is now."""
        length = self.answering.finish == "length"
        state = state or ("incomplete" if length else "completed")
        over, asked = state != "in_progress", self._request
        return {
            "id": self._id, "object": "response", "created_at": self._created, "status": state,
            "error": None, "incomplete_details": {"reason": "max_output_tokens"} if over and length else None,
            "instructions": asked.instructions, "max_output_tokens": asked.max_output_tokens,
            "model": self.answering.by.provider, "output": self._output, "parallel_tool_calls": True,
            "previous_response_id": None, "store": False, "temperature": asked.temperature, "top_p": None,
            "reasoning": {"effort": asked.reasoning.effort if asked.reasoning else None, "summary": None},
            "text": {"format": {"type": "text"}}, "truncation": "disabled", "metadata": {},
            "tool_choice": _choice(asked), "tools": [_tool(tool) for tool in asked.tools or ()],
            "usage": _usage(self.answering.usage) if over else None, "user": None,
        }  # fmt: skip

    def _message(self) -> Iterator[bytes]:
        self._open, self._said = True, []
        item = {"type": "message", "id": f"msg_{os.urandom(16).hex()}", "role": "assistant", "content": []}
        self._output.append({**item, "status": "in_progress"})
        place = len(self._output) - 1
        yield self._event("response.output_item.added", output_index=place, item=self._output[-1])
        yield self._event("response.content_part.added", **self._place(), part=_part(""))

    def _close(self) -> Iterator[bytes]:
        """End the message that is open, if there is one."""
        if not self._open:
            return
        self._open, said, place = False, "".join(self._said), len(self._output) - 1
        self._output[-1] |= {"status": "completed", "content": [_part(said)]}
        yield self._event("response.output_text.done", **self._place(), text=said, logprobs=[])
        yield self._event("response.content_part.done", **self._place(), part=_part(said))
        yield self._event("response.output_item.done", output_index=place, item=self._output[-1])

    def _call(self, call: ToolCall) -> Iterator[bytes]:
        item = {
            "type": "function_call", "id": f"fc_{os.urandom(16).hex()}", "call_id": call.id,
            "name": call.name, "arguments": call.arguments, "status": "completed",
        }  # fmt: skip
        self._output.append(item)
        at = {"item_id": item["id"], "output_index": len(self._output) - 1}
        begun = {**item, "arguments": "", "status": "in_progress"}
        yield self._event("response.output_item.added", output_index=at["output_index"], item=begun)
        yield self._event("response.function_call_arguments.delta", **at, delta=call.arguments)
        yield self._event(
            "response.function_call_arguments.done", **at, name=call.name, arguments=call.arguments
        )
        yield self._event("response.output_item.done", output_index=at["output_index"], item=item)

    def _place(self) -> dict[str, Any]:
        return {"item_id": self._output[-1]["id"], "output_index": len(self._output) - 1, "content_index": 0}

    def _event(self, kind: str, **about: Any) -> bytes:
        told = orjson.dumps({"type": kind, "sequence_number": self._serial, **about})
        self._serial += 1
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), told)


def read(body: bytes) -> ResponsesRequest:
    """Return what ``body`` asks. Raises `Refused`."""
    try:
        asked = ResponsesRequest.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error) from None
    for field in ("previous_response_id", "conversation"):
        if getattr(asked, field) is not None:
            raise wrong(field, "I keep no responses.", "Send the whole talk as input.")
    if asked.background:
        raise wrong("background", "I answer at once, not later.", "Leave background out.")
    if asked.text and asked.text.format and asked.text.format.type != "text":
        raise wrong("text.format", "I answer in text only.", "Ask for JSON in words, or by a tool.")
    return asked


def question(asked: ResponsesRequest, person: str) -> Question:
    """Return ``asked`` as the router takes it. Raises `Refused`."""
    messages = _messages(asked)
    choice = asked.tool_choice
    wanted = choice.name if isinstance(choice, FlatWanted) else choice or ""
    effort = asked.reasoning.effort if asked.reasoning else None
    return Question(
        messages, talk_of(person, messages, asked.prompt_cache_key or ""), person,
        *offered_and_wanted(_tools(asked.tools or []), wanted), asked.max_output_tokens or 0,
        asked.temperature, effort or "",
    )  # fmt: skip


def _messages(asked: ResponsesRequest) -> tuple[Message, ...]:
    """Return the input as messages; calls that follow each other become one assistant's message."""
    items = [Item(role="user", content=asked.input)] if isinstance(asked.input, str) else asked.input
    if not items or len(items) > MOST_MESSAGES:
        raise wrong("input", f"There are {len(items)} items.", f"Send 1 to {MOST_MESSAGES:,}.")
    found = [Message("system", asked.instructions)] if asked.instructions else []
    known: set[str] = set()
    for place, item in enumerate(items):
        at = f"input.{place}"
        if item.type == "function_call":
            call = _made(item, at)
            known.add(call.id)
            last = found.pop() if found and found[-1].role == "assistant" else Message("assistant", "")
            found.append(Message("assistant", last.text, (*last.calls, call)))
        elif item.type == "function_call_output":
            if item.call_id not in known:
                raise wrong(
                    f"{at}.call_id", "That is the result of no call before it.", "Send the call first."
                )
            found.append(Message("tool", text(item.output, f"{at}.output"), call=item.call_id or ""))
        elif item.type == "message":
            if item.role is None:
                raise wrong(f"{at}.role", "The role is missing.", "Say user, assistant, system or developer.")
            role = "system" if item.role == "developer" else item.role
            found.append(Message(role, text(item.content, f"{at}.content")))
    if not found:
        raise wrong("input", "There is nothing to answer.", "Send a message.")
    return tuple(found)


def _made(item: Item, at: str) -> ToolCall:
    if not item.call_id or not item.name:
        raise wrong(at, "A call has a call_id and a name.", "Send both.")
    return ToolCall(item.call_id, item.name, item.arguments or "")


def _tools(given: list[FlatTool]) -> tuple[ToolSpec, ...]:
    for place, one in enumerate(given):
        if one.type != "function":
            raise wrong(f"tools.{place}.type", f"I have no {one.type[:50]!r}.", "Send functions only.")
    found = tuple(
        tools.spec(one.name, one.description, one.parameters, f"tools.{place}")
        for place, one in enumerate(given)
    )
    tools.check_names(found)
    return found


def _part(said: str) -> dict[str, Any]:
    return {"type": "output_text", "text": said, "annotations": [], "logprobs": []}


def _choice(asked: ResponsesRequest) -> Any:
    wanted = asked.tool_choice
    return {"type": "function", "name": wanted.name} if isinstance(wanted, FlatWanted) else wanted or "auto"


def _tool(tool: FlatTool) -> dict[str, Any]:
    about = {"name": tool.name, "description": tool.description, "parameters": tool.parameters or {}}
    return {"type": "function", "strict": False, **about}


def _usage(told: Usage) -> dict[str, Any]:
    return {
        "input_tokens": told.prompt, "input_tokens_details": {"cached_tokens": told.cached},
        "output_tokens": told.completion, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": told.prompt + told.completion,
    }  # fmt: skip
