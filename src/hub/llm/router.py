"""Ask the providers in order until one answers; whatever happens, a person gets an answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import structlog

from hub.errors import HubError
from hub.events import LanguageAsked
from hub.llm.deadlines import TEXT
from hub.llm.provider import (
    Act,
    Answer,
    Caps,
    Declined,
    Delta,
    Held,
    Message,
    Piece,
    Provider,
    Request,
    Usage,
)
from hub.llm.stations import Guard, Seen, Stations

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence

    from hub.events import Bus
    from hub.llm.canned import Canned
    from hub.llm.deadlines import Deadlines
    from hub.llm.provider import ToolCall

log = structlog.get_logger(__name__)

STALL_S = 25.0
"""Seconds that it has for each further piece."""

_NOTHING = Message("user", "")
_ORDER = {"exact": 0, "full": 1, "limit": 2, "basic": 3, "canned": 4}


class Asked(Protocol):
    """A question that is cut to the measure of whoever answers it."""

    def for_provider(self, caps: Caps) -> Request:
        """Return the request that fits ``caps``."""
        ...

    def prefix(self, caps: Caps) -> Sequence[Message]:
        """Return what comes before the person's words."""
        ...


class Router:
    """Providers, best first, and a last rung that cannot fail. ``guard`` is asked before a model is."""

    def __init__(
        self,
        providers: Sequence[Provider],
        last: Canned,
        bus: Bus | None = None,
        stations: Stations | None = None,
    ) -> None:
        self._given = list(providers)
        self._chosen: list[Provider] = []
        self._last = last
        self._bus = bus
        self.stations = stations or Stations()
        """What each request passes: their parts may be put in place at any time."""

    @property
    def guard(self) -> Guard | None:
        """Who looks at all words before a language model does."""
        return self.stations.guard

    @guard.setter
    def guard(self, guard: Guard | None) -> None:
        self.stations.guard = guard

    @property
    def providers(self) -> list[Provider]:
        """All that are asked, in order: the better first, and of the same quality the chosen first."""
        return sorted((*self._chosen, *self._given), key=lambda one: _ORDER[one.caps.quality])

    def add(self, provider: Provider) -> None:
        """Add a provider; it is asked after those of the same quality that are already there."""
        self._given.append(provider)

    def drop(self, provider: Provider) -> None:
        """Ask ``provider`` no more."""
        self._given = [one for one in self._given if one is not provider]

    def choose(self, providers: Sequence[Provider]) -> None:
        """Ask ``providers`` in this order, from the next question on, in place of those chosen before."""
        self._chosen = list(providers)

    async def answer(
        self,
        prompt: Asked,
        by: Answer | None = None,
        *,
        accepted: Callable[[], Awaitable[object]] | None = None,
        deadlines: Deadlines | None = None,
        only: Collection[str] | None = None,
        models_only: bool = False,
        commit: Literal["sentence", "token"] = "sentence",
    ) -> AsyncGenerator[Delta | ToolCall, None]:
        """Yield the answer; ``by`` is filled in with who gave it, before its first piece is yielded.

        ``accepted`` returns once the words are final (None: they are): an `Act` waits for that, and so
        does whoever is not on this network: what a person takes back is neither told nor paid for.

        A provider that declines or fails before its first piece is passed over, and its reason kept in
        ``by.refusals``; one that fails later is given an honest end. Never raises but for cancellation.
        """
        by = by if by is not None else Answer()
        del commit
        first_s = (deadlines or TEXT).first(near=True, last=True)
        why = held = ""  # why the last one asked did not answer; why some could not be asked at all
        for provider in (*self._asked(only, models_only), self._last):
            if accepted and not provider.caps.local:
                await accepted()
            seen = await self._look(provider, prompt.for_provider(provider.caps))
            if seen.why and not provider.caps.local:
                by.refusals += [seen.why] if held != seen.why else []
                held = seen.why
                continue
            request, began = seen.request, time.monotonic()
            if provider is self._last:
                stream = self._last.stream(request, first_s, why=held or why)
            else:
                stream = provider.stream(request, first_s)
            async with aclosing(cast("AsyncGenerator[Piece, None]", stream)) as pieces:
                try:
                    first = await _first(pieces, by, first_s)
                except Exception as error:  # noqa: BLE001  one provider's fault must not cost the answer
                    refused = self._refused(provider, error, by)
                    self._tell(provider, began, "failed" if refused else "declined")
                    why = refused or why
                    continue
                by.provider = _who(provider)
                by.quality = "done" if isinstance(first, Act) else provider.caps.quality
                refusals, outcome, reply = len(by.refusals), "stopped", ""
                try:
                    if isinstance(first, Act):
                        if accepted:
                            await accepted()
                        reply = await _perform(first, by)
                        yield Delta(reply)
                    else:
                        reply = first.text
                        yield first
                    async for delta in self._rest(pieces, by):
                        reply += delta.text
                        yield delta
                    outcome = "cut" if len(by.refusals) > refusals else "done"
                    if self.guard and _is_model(provider) and outcome == "done":
                        self.guard.after(request, reply, accepted)
                finally:
                    self._tell(provider, began, outcome, by.usage)
                return

    def _asked(self, only: Collection[str] | None, models_only: bool) -> list[Provider]:
        return [
            one
            for one in self.providers
            if (only is None or one.name in only) and (not models_only or _is_model(one))
        ]

    async def prime(self, prompt: Asked) -> None:
        """Let providers that keep a prompt cache read the talk ahead of the next question."""
        for provider in self.providers:
            if prime := getattr(provider, "prime", None):
                prefix = prompt.prefix(provider.caps)
                seen = await self._look(provider, Request((*prefix, _NOTHING)))
                if provider.caps.local or not seen.why:
                    await prime(seen.request.messages[:-1])

    async def _look(self, provider: Provider, request: Request) -> Seen:
        """Have the guard look at what a language model is to be asked; what computes is none."""
        if self.guard is None or not _is_model(provider):
            return Seen(request)
        return await self.guard.before(request)

    async def status(self) -> list[dict[str, Any]]:
        """Return how each provider does: name, title, model, quality, local, distance, ok, reason, fix."""
        return [await self._status(provider) for provider in self.providers]

    async def _status(self, provider: Provider) -> dict[str, Any]:
        probe, caps = await provider.probe(), provider.caps
        about = {
            "name": provider.name, "title": caps.title, "model": caps.model, "quality": caps.quality,
            "local": caps.local, "distance": caps.distance,
        }  # fmt: skip
        return about | {"ok": probe.ok, "reason": probe.reason, "fix": probe.fix}

    def _tell(self, provider: Provider, began: float, outcome: Any, usage: Usage | None = None) -> None:
        """Publish how a language model did; what is computed or canned is none."""
        caps = provider.caps
        if self._bus is None or outcome == "declined" or caps.quality not in {"basic", "full"}:
            return
        self._bus.publish(
            LanguageAsked(
                provider=provider.name, model=caps.model or provider.name, outcome=outcome,
                seconds=time.monotonic() - began, prompt_tokens=usage.prompt if usage else 0,
                completion_tokens=usage.completion if usage else 0,
            )
        )  # fmt: skip

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


def _is_model(provider: Provider) -> bool:
    """Say whether a language model answers there, or nobody knows what does."""
    return provider.caps.quality in {"basic", "full"} or not provider.caps.local


def _who(provider: Provider) -> str:
    """Return the name that a turn keeps of who answered: ``name`` or ``name/model``."""
    model = provider.caps.model
    return f"{provider.name}/{model}" if model else provider.name


async def _first(pieces: AsyncIterator[Piece], by: Answer, first_s: float) -> Delta | Act:
    """Return the first words; `Declined` when there are none."""
    async with asyncio.timeout(first_s):
        async for piece in pieces:
            if isinstance(piece, Delta | Act):
                return piece
            if isinstance(piece, Usage):
                by.usage = piece
    raise Declined


async def _perform(act: Act, by: Answer) -> str:
    """Do what was accepted, to its end even if the answer is interrupted; return what there is to say."""
    try:
        return await asyncio.shield(asyncio.ensure_future(act.perform()))
    except HubError as error:
        if isinstance(error, Held):
            by.waits, by.quality = error.waits, ""
        return f"{error} {error.fix}"
    except Exception:
        log.exception("act failed")
        return "That went wrong; the log says why."
