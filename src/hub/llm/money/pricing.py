"""Say what a request can cost at most, before anybody knows what it will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.llm.provider import Price, Usage

if TYPE_CHECKING:
    from hub.llm.provider import Caps, Request

DEAR = Price(prompt=5.0, cached=5.0, completion=25.0)
"""What somebody in the world is thought to take whose price nobody knows: as much as the dearest usual."""

_HIGHEST = 1e6
"""US dollars for a million tokens."""

_MOST = 10_000_000
"""Tokens: no model reads or writes more at once."""

MESSAGE_TOKENS = 16
"""What a message costs beyond its text: its role and the marks around it."""


def price_of(caps: Caps) -> Price | None:
    """Return what a provider takes; None: nothing. Who is out in the world and names no price is dear."""
    price = caps.price
    if price is None:
        return DEAR if caps.distance == "world" else None
    parts = (price.prompt, price.cached, price.completion)
    if not all(
        0.0 <= part <= _HIGHEST for part in parts
    ):  # a mistake of whoever wrote it; NaN is none of these
        return DEAR
    return price if any(parts) else None


def plausible(usage: Usage) -> Usage:
    """Return ``usage`` with numbers that a request can have, whatever a server or a plugin says."""
    prompt, cached, completion = (_count(one) for one in (usage.prompt, usage.cached, usage.completion))
    return Usage(prompt, completion, min(cached, prompt), bool(usage.estimated))


def _count(told: object) -> int:
    """Return ``told`` when it is a number of tokens, else the nearest that is; NaN is none."""
    if not isinstance(told, int | float) or not told > 0:
        return 0
    return int(min(told, _MOST))


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
