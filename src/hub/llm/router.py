"""Ask the providers in order until one answers; whatever happens, a person gets an answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Protocol, cast

import structlog

from hub.errors import HubError
from hub.llm.provider import Answer, Caps, Declined, Delta, Message, Piece, Provider, Request, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from hub.llm.canned import Canned

log = structlog.get_logger(__name__)

FIRST_S = 15.0
"""Seconds that a provider has for the first piece of its answer."""

STALL_S = 25.0
"""Seconds that it has for each further piece."""

_ORDER = {"exact": 0, "full": 1, "basic": 2, "canned": 3}


class Asked(Protocol):
    """A question that is cut to the measure of whoever answers it."""

    def for_provider(self, caps: Caps) -> Request:
        """Return the request that fits ``caps``."""
        ...

    def prefix(self, caps: Caps) -> Sequence[Message]:
        """Return what comes before the person's words."""
        ...


class Router:
    """Providers, best first, and a last rung that cannot fail."""

    def __init__(self, providers: Sequence[Provider], last: Canned) -> None:
        self._providers = list(providers)
        self._last = last

    def add(self, provider: Provider) -> None:
        """Add a provider; it is asked after those of the same quality that are already there."""
        self._providers.append(provider)
        self._providers.sort(key=lambda one: _ORDER[one.caps.quality])

    async def answer(
        self, prompt: Asked, by: Answer | None = None, *, first_s: float = FIRST_S
    ) -> AsyncGenerator[Delta, None]:
        """Yield the answer; ``by`` is filled in with who gave it, before its first piece is yielded.

        A provider that declines or fails before its first piece is passed over, and its reason kept in
        ``by.refusals``; one that fails later is given an honest end. Never raises but for cancellation.
        """
        by = by if by is not None else Answer()
        why = ""
        for provider in (*self._providers, self._last):
            request = prompt.for_provider(provider.caps)
            if provider is self._last:
                stream = self._last.stream(request, first_s, why=why)
            else:
                stream = provider.stream(request, first_s)
            async with aclosing(cast("AsyncGenerator[Piece, None]", stream)) as pieces:
                try:
                    first = await _first(pieces, by, first_s)
                except Exception as error:  # noqa: BLE001  one provider's fault must not cost the answer
                    why = self._refused(provider, error, by) or why
                    continue
                by.provider, by.quality = provider.name, provider.caps.quality
                yield first
                async for delta in self._rest(pieces, by):
                    yield delta
                return

    async def prime(self, prompt: Asked) -> None:
        """Let providers that keep a prompt cache read the talk ahead of the next question."""
        for provider in self._providers:
            if prime := getattr(provider, "prime", None):
                await prime(prompt.prefix(provider.caps))

    async def status(self) -> list[dict[str, Any]]:
        """Return how each provider does: name, title, quality, local, ok, reason, fix."""
        return [await self._status(provider) for provider in self._providers]

    async def _status(self, provider: Provider) -> dict[str, Any]:
        probe, caps = await provider.probe(), provider.caps
        about = {"name": provider.name, "title": caps.title, "quality": caps.quality, "local": caps.local}
        return about | {"ok": probe.ok, "reason": probe.reason, "fix": probe.fix}

    def _refused(self, provider: Provider, error: Exception, by: Answer) -> str:
        """Note why a provider did not answer; return a sentence for the person, if there is one."""
        if isinstance(error, Declined):
            return ""
        title = provider.caps.title or provider.name
        if isinstance(error, HubError):
            reason = str(error)
        elif isinstance(error, TimeoutError):
            reason = f"{title[:1].upper()}{title[1:]} took too long to answer."
        else:
            log.error("provider failed", provider=provider.name, exc_info=error)
            reason = f"{title[:1].upper()}{title[1:]} failed."
        by.refusals.append(reason)
        return reason

    async def _rest(self, pieces: AsyncIterator[Piece], by: Answer) -> AsyncIterator[Delta]:
        try:
            while True:
                async with asyncio.timeout(STALL_S):
                    piece = await anext(pieces, None)
                if piece is None:
                    return
                if isinstance(piece, Delta):
                    yield piece
                elif isinstance(piece, Usage):
                    by.usage = piece
        except Exception as error:  # noqa: BLE001  what was said stands; its end must be honest
            log.warning("answer cut short", provider=by.provider, reason=repr(error))
            by.refusals.append(str(error))
        yield Delta(self._last.closing())


async def _first(pieces: AsyncIterator[Piece], by: Answer, first_s: float) -> Delta:
    """Return the first words; `Declined` when there are none."""
    async with asyncio.timeout(first_s):
        async for piece in pieces:
            if isinstance(piece, Delta):
                return piece
            if isinstance(piece, Usage):
                by.usage = piece
    raise Declined
