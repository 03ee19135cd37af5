"""Say what a request can cost at most, before anybody knows what it will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.llm.provider import Price, Usage

if TYPE_CHECKING:
    from hub.llm.provider import Caps, Request

DEAR = Price(prompt=5.0, cached=5.0, completion=25.0)
"""What somebody in the world is thought to take whose price nobody knows: as much as the dearest usual."""

MESSAGE_TOKENS = 16
"""What a message costs beyond its text: its role and the marks around it."""


def price_of(caps: Caps) -> Price | None:
    """Return what a provider takes; None: nothing. Who is out in the world and names no price is dear."""
    price = caps.price
    if price is None:
        return DEAR if caps.distance == "world" else None
    return price if price.prompt or price.cached or price.completion else None


def longest(request: Request, caps: Caps) -> Usage:
    """Return the most tokens that a request can take: no token is shorter than a byte of UTF-8."""
    texts = [request.prefix, *(message.text for message in request.messages)]
    for message in request.messages:
        texts += [part for call in message.calls for part in (call.id, call.name, call.arguments)]
    for tool in request.tools:
        texts += [tool.name, tool.about, str(tool.schema)]
    count = len(request.messages) + len(request.tools) + 1
    prompt = sum(map(_bytes, texts)) + MESSAGE_TOKENS * count
    return Usage(prompt, request.max_tokens or caps.answer_tokens)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
