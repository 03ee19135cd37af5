"""What a client asks, cut to the measure of whoever answers it: the router's view of a request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.conversation.prompt import system_part, tokens
from hub.llm.provider import Message, Request

if TYPE_CHECKING:
    from hub.llm.provider import Caps, Tier, ToolSpec

MOST_TOKENS = 32_768
"""The longest answer that is asked for, whatever the client wants."""

_HEAD = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A request of the API. ``own``: the owner's description of the hub, where the client gave none.

    ``max_tokens``: 0 leaves it to who answers; ``trims``: older messages may go where there is no room.
    """

    messages: tuple[Message, ...]
    conversation: str
    person: str
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = ""
    max_tokens: int = 0
    temperature: float | None = None
    think: str = ""
    tier: Tier = "full"
    own: str | None = None
    trims: bool = False

    @property
    def size(self) -> int:
        """The tokens of all messages, estimated."""
        return sum(map(_size, self.messages)) + sum(map(_tool_size, self.tools))

    @property
    def least(self) -> int:
        """The tokens of what cannot be left out."""
        kept = [one for one in self.messages if one.role == "system"] + [*self.messages[self._last() :]]
        return sum(_size(message) for message in kept) + sum(_tool_size(tool) for tool in self.tools)

    def for_provider(self, caps: Caps) -> Request:
        """Return the request that fits ``caps``."""
        last = self.messages[self._last() :]
        messages = (*self.prefix(caps), *last)
        return Request(
            messages, self.conversation, self._answer_tokens(caps),
            self.tools, self.tool_choice, self.tier, self.person,
            temperature=self.temperature, think=self.think,
        )  # fmt: skip

    def prefix(self, caps: Caps) -> tuple[Message, ...]:
        """Return what comes before the last words of the person."""
        before = self.messages[: self._last()]
        if self.trims:
            before = _shortened(before, caps.prompt_tokens - self.least)
        if self.own is None:
            return before
        return (Message("system", system_part(caps, self.own)), *before)

    def _last(self) -> int:
        """Return the place of the person's last words; a tool's result belongs to what was asked before."""
        for place in range(len(self.messages) - 1, -1, -1):
            if self.messages[place].role == "user":
                return place
        return len(self.messages) - 1

    def _answer_tokens(self, caps: Caps) -> int:
        if not self.max_tokens:
            return caps.answer_tokens
        # A small model has a bound of its own: it knows no more than it says first.
        return min(self.max_tokens, caps.answer_tokens if caps.quality == "basic" else MOST_TOKENS)


def talk_of(person: str, messages: tuple[Message, ...], key: str) -> str:
    """Return a name for the talk, so that a server finds what it has read of it already.

    ``key``: what the client calls it; otherwise its beginning, which stays as the talk grows.
    """
    begin = key or "\n".join(message.text[:_HEAD] for message in messages[:2])
    return "api-" + hashlib.blake2b(f"{person}\n{begin}".encode(), digest_size=12).hexdigest()


def _shortened(messages: tuple[Message, ...], room: int) -> tuple[Message, ...]:
    """Drop the oldest messages until the rest fits; system messages stay, and no result without its call."""
    if sum(map(_size, messages)) <= room + sum(_size(one) for one in messages if one.role == "system"):
        return messages
    left, kept = room, len(messages)
    for place in range(len(messages) - 1, -1, -1):
        left -= 0 if messages[place].role == "system" else _size(messages[place])
        if left < 0:
            break
        if messages[place].role == "user":
            kept = place
    return (*(one for one in messages[:kept] if one.role == "system"), *messages[kept:])


def _size(message: Message) -> int:
    if not message.calls:
        return tokens(message.text)
    return tokens(message.text) + sum(tokens(call.name + call.arguments) for call in message.calls)


def _tool_size(tool: ToolSpec) -> int:
    return tokens(tool.name + tool.about) + tokens(str(tool.schema))
