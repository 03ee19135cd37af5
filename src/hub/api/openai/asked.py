"""Read the body of a chat completion: what is understood, what is refused, and what is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.api.openai import tools
from hub.api.openai.errors import unreadable, wrong
from hub.api.openai.question import Question, talk_of
from hub.llm.provider import Message, ToolCall

if TYPE_CHECKING:
    from hub.llm.provider import ToolSpec

Stop = Annotated[str, Field(min_length=1, max_length=256)]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
Model = Annotated[
    str, Field(min_length=1, max_length=200, description="One of /v1/models.", examples=["hub/auto"])
]
Temperature = Annotated[float, Field(ge=0, le=2)]
Tokens = Annotated[int, Field(ge=1, le=1_000_000)]
MOST_MESSAGES = 2_048

PASSED_OVER = frozenset({
    "seed", "top_p", "presence_penalty", "frequency_penalty", "logit_bias", "user", "store", "metadata",
    "service_tier", "parallel_tool_calls", "prediction", "safety_identifier", "verbosity",
    "web_search_options", "truncation", "include",
})  # fmt: skip
"""Fields that change nothing here; an answer names in ``x-hub-ignored`` which of them were sent."""


class Lenient(BaseModel):
    """A part of a request. Fields that nobody knows are passed over, as new clients send them."""

    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)


class Part(Lenient):
    """A part of a message's content; only text is understood."""

    type: str = Field(max_length=50)
    text: str | None = None
    refusal: str | None = None


class CalledFunction(Lenient):
    """What an assistant wanted called."""

    name: str = Field(min_length=1, max_length=64)
    arguments: str = ""


class Called(Lenient):
    """A call of a tool, as an assistant's message has it."""

    id: str = Field(min_length=1, max_length=200)
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(Lenient):
    """A message of the talk."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[Called] | None = None
    tool_call_id: str | None = Field(None, max_length=200)


class Function(Lenient):
    """A function that may be called; ``parameters``: JSON Schema of its arguments."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class OfferedTool(Lenient):
    """A tool of the client."""

    type: Literal["function"]
    function: Function


class Named(Lenient):
    """The name of a function."""

    name: str


class Wanted(Lenient):
    """The one tool that must be called."""

    type: Literal["function"]
    function: Named


class StreamOptions(Lenient):
    """``include_usage``: one more event with the tokens, before the last."""

    include_usage: bool | None = None


class Format(Lenient):
    """The form of the answer: only ``text``."""

    type: str


class ChatRequest(Lenient):
    """The body of ``POST /v1/chat/completions``."""

    model: Model
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Temperature | None = None
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=4)] | None = None
    n: int | None = Field(None, description="Only 1.", json_schema_extra={"minimum": 1, "maximum": 1})
    tools: list[OfferedTool] | None = None
    tool_choice: Literal["none", "auto", "required"] | Wanted | None = None
    reasoning_effort: Effort | None = None
    response_format: Format | None = Field(None, description="Only text.")
    logprobs: bool | None = Field(None, description="Only false.")
    functions: list[Any] | None = Field(None, description="Old; send tools.")
    modalities: list[str] | None = Field(None, description="Only text.")
    prompt_cache_key: str | None = Field(None, max_length=500)
    seed: Any = Field(None, description="Passed over.")
    top_p: Any = Field(None, description="Passed over.")
    presence_penalty: Any = Field(None, description="Passed over.")
    frequency_penalty: Any = Field(None, description="Passed over.")
    logit_bias: Any = Field(None, description="Passed over.")
    user: Any = Field(None, description="Passed over.")
    store: Any = Field(None, description="Passed over: nothing is kept.")
    metadata: Any = Field(None, description="Passed over.")
    service_tier: Any = Field(None, description="Passed over.")
    parallel_tool_calls: Any = Field(None, description="Passed over.")
    prediction: Any = Field(None, description="Passed over.")
    safety_identifier: Any = Field(None, description="Passed over.")
    verbosity: Any = Field(None, description="Passed over.")
    web_search_options: Any = Field(None, description="Passed over.")

    @property
    def stops(self) -> list[str]:
        """The words at which the answer ends."""
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    @property
    def tells_usage(self) -> bool:
        """Whether a stream ends with its figures."""
        return bool(self.stream_options and self.stream_options.include_usage)


def read(body: bytes) -> ChatRequest:
    """Return what ``body`` asks. Raises `Refused`."""
    try:
        asked = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error) from None
    if asked.n not in {None, 1}:
        raise wrong("n", "I give one answer at a time.", "Leave n out, and ask again for another.")
    if asked.response_format and asked.response_format.type != "text":
        raise wrong("response_format", "I answer in text only.", "Ask for JSON in words, or by a tool.")
    if asked.logprobs:
        raise wrong("logprobs", "I do not tell probabilities.", "Leave logprobs out.")
    if asked.functions:
        raise wrong("functions", "That is the old form of tools.", "Send them as tools.")
    if asked.modalities and asked.modalities != ["text"]:
        raise wrong("modalities", "I answer in text only.", "Leave modalities out.")
    return asked


def question(asked: ChatRequest, person: str) -> Question:
    """Return ``asked`` as the router takes it. Raises `Refused`."""
    messages = _messages(asked.messages)
    offered = _tools(asked.tools or [])
    choice = asked.tool_choice
    wanted = choice.function.name if isinstance(choice, Wanted) else choice or ""
    return Question(
        messages, talk_of(person, messages, asked.prompt_cache_key or ""), person,
        *offered_and_wanted(offered, wanted), asked.max_completion_tokens or asked.max_tokens or 0,
        asked.temperature, asked.reasoning_effort or "",
    )  # fmt: skip


def offered_and_wanted(offered: tuple[ToolSpec, ...], wanted: str) -> tuple[tuple[ToolSpec, ...], str]:
    """Return the tools to offer, and which is to be called ("" leaves it to the model). Raises `Refused`."""
    if wanted == "none":
        return (), ""
    if wanted not in {"", "auto", "required"} and all(tool.name != wanted for tool in offered):
        raise wrong("tool_choice", "That tool is not among the tools.", "Name one of them.")
    if wanted == "required" and not offered:
        raise wrong("tool_choice", "There is no tool to call.", "Send tools, or leave tool_choice out.")
    return offered, "" if wanted == "auto" else wanted


def _messages(given: list[ChatMessage]) -> tuple[Message, ...]:
    known: set[str] = set()
    return tuple([_message(one, place, known) for place, one in enumerate(given)])


def _message(one: ChatMessage, place: int, known: set[str]) -> Message:
    """Return the message at ``place``; ``known``: the ids of the calls before it."""
    content = one.content if isinstance(one.content, str) else text(one.content, f"messages.{place}.content")
    if one.role == "tool":
        if one.tool_call_id not in known:
            raise wrong(
                f"messages.{place}.tool_call_id", "That is the result of no call before it.",
                "Send the assistant's message with its tool_calls first.",
            )  # fmt: skip
        return Message("tool", content, call=one.tool_call_id or "")
    if one.role == "assistant" and one.tool_calls:
        calls = tuple(ToolCall(c.id, c.function.name, c.function.arguments) for c in one.tool_calls)
        known.update(call.id for call in calls)
        return Message("assistant", content, calls)
    return Message("system" if one.role == "developer" else one.role, content)


def text(content: str | list[Part] | None, at: str) -> str:
    """Return the text of a message. Raises `Refused` for pictures, sound and files."""
    if content is None or isinstance(content, str):
        return content or ""
    texts = [part.text if part.text is not None else part.refusal for part in content]
    for place, (part, said) in enumerate(zip(content, texts, strict=True)):
        if said is None:
            raise wrong(
                f"{at}.{place}",
                f"I cannot take {part.type[:50]!r}.",
                "Send text only.",
                "unsupported_content",
            )
    return "\n".join(said for said in texts if said)


def _tools(given: list[OfferedTool]) -> tuple[ToolSpec, ...]:
    found = tuple(
        tools.spec(one.function.name, one.function.description, one.function.parameters,
                   f"tools.{place}.function")
        for place, one in enumerate(given)
    )  # fmt: skip
    tools.check_names(found)
    return found


def passed_over(asked: BaseModel) -> list[tuple[bytes, bytes]]:
    """Return the header that names what was sent in vain."""
    sent = PASSED_OVER & asked.model_fields_set
    return [(b"x-hub-ignored", ", ".join(sorted(sent)).encode())] if sent else []
