"""Choose who is asked next, and keep the reason for each who is left out."""

from __future__ import annotations

import asyncio
import inspect
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import structlog

from hub.errors import HubError
from hub.llm.provider import Message
from hub.llm.stations import VERBATIM, Refusal, Seen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub.llm.provider import Answer, Caps, Provider, Request
    from hub.llm.stations import Reservation, Restorer, Stations

log = structlog.get_logger(__name__)

Left = Literal["trip", "hold", "config", "caller", "local", "privacy", "capability", "budget", "breaker"]
"""Why somebody was left out or did not answer, in one word."""

MOST_CHARS = 8
"""Characters that a token can stand for at most: a question with more of them fits in no case."""

_HOME = "That stays in this house"


class Asked(Protocol):
    """A question that is cut to the measure of whoever answers it."""

    def for_provider(self, caps: Caps) -> Request:
        """Return the request that fits ``caps``."""
        ...

    def prefix(self, caps: Caps) -> Sequence[Message]:
        """Return what comes before the person's words."""
        ...


@dataclass(slots=True, eq=False)
class Chosen:
    """A provider that may be asked ``request``; ``seen`` is that before anything was taken out of it.

    ``saved``: it answered that before, with these words. ``after``: who was to answer before it, and
    ``why`` that one did not. ``stations_s``: seconds that the stations took, without what they waited for.
    """

    provider: Provider
    request: Request
    seen: Request
    restorer: Restorer = VERBATIM
    reservation: Reservation | None = None
    saved: str | None = None
    hedged: bool = False
    after: str = ""
    why: Left | Literal[""] = ""
    stations_s: float = 0.0


class Candidates:
    """The providers for one question, best first; each is looked at when its turn comes."""

    def __init__(
        self,
        providers: Sequence[Provider],
        prompt: Asked,
        stations: Stations,
        by: Answer,
        accepted: Callable[[], Awaitable[object]] | None,
        *,
        cached: bool,
    ) -> None:
        self._left, self._prompt, self._stations, self._by = list(providers), prompt, stations, by
        self._accepted, self._cached = accepted, cached
        self._after = ""
        self._why: Left | Literal[""] = ""
        self._again: Provider | None = None
        self.reason = ""
        """Why the last one asked did not answer, as a sentence."""
        self.held = ""
        """Why those outside cannot be asked at all, as a sentence."""

    @property
    def over(self) -> bool:
        """Whether there is nobody left."""
        return not self._left

    @property
    def last(self) -> bool:
        """Whether no other language model is left."""
        return not any(is_model(one.caps) for one in self._left)

    def stand_by(self, request: Request) -> bool:
        """Say whether a large model is left that could go on with the answer to ``request``."""
        return any(
            one.caps.quality == "full"
            and (not self.held or not is_far(one.caps))
            and not self._unfit(one, request)
            and self._stations.breakers.refusal(one.name) is None
            for one in self._left
        )

    def once_more(self, one: Provider, request: Request) -> None:
        """Ask ``one``, whose line broke, a second time, if no other large model could answer in its place."""
        if self._again is None and one.caps.quality == "full" and not self.stand_by(request):
            self._again = one
            self._left.insert(0, one)

    def forget_small(self) -> None:
        """Leave out who cannot go on with what another began."""
        self._left = [one for one in self._left if one.caps.quality == "full"]

    async def next(self, prefix: str = "") -> Chosen | None:
        """Return the next who may be asked, or None; waits until the words are final for who is outside."""
        while self._left:
            if chosen := await self._look_at(self._left.pop(0), prefix):
                return chosen
        return None

    @property
    def free(self) -> Provider | None:
        """Who can be asked beside another that is slow: the first that costs nothing and is here."""
        for one in self._left:
            caps = one.caps
            if caps.quality in {"full", "basic"} and not is_far(caps) and caps.price is None:
                return one
        return None

    async def second(self) -> Chosen | None:
        """Return who is asked beside another that is slow, or None."""
        one = self.free
        if one is None:
            return None
        self._left.remove(one)
        return await self._look_at(one, "", hedged=True)

    def refuse(self, name: str, why: str, word: Left) -> None:
        """Note that somebody was left out or did not answer; ``why`` is a sentence."""
        self.reason = why or self.reason
        if why:
            self._by.refusals.append(why)
        self._after, self._why = name, word

    async def _look_at(self, one: Provider, prefix: str, *, hedged: bool = False) -> Chosen | None:
        """Lead one provider through the stations; where one of them fails, it is not asked."""
        try:
            return await self._pass(one, prefix, hedged=hedged)
        except HubError as error:
            self.refuse(one.name, str(error), "caller")
        except Exception:
            log.exception("station failed", provider=one.name)
            self.refuse(one.name, f"I could not ask {_title(one)} safely.", "privacy")
        return None

    async def _pass(self, one: Provider, prefix: str, *, hedged: bool = False) -> Chosen | None:
        """Lead one provider through the stations; None when one of them says no."""
        caps, stations, began = one.caps, self._stations, time.perf_counter()
        request = self._prompt.for_provider(caps)
        if not is_model(caps):
            return None if prefix else Chosen(one, request, request)
        request = self._narrowed(request, caps, prefix)
        if unfit := self._unfit(one, request):
            self._leave_out(one, *unfit)
            return None
        if refusal := stations.breakers.refusal(one.name):
            self.refuse(one.name, refusal.why, "breaker")
            return None
        took = time.perf_counter() - began
        if self._accepted is not None:
            request = await self._final(request, caps)
        seen = Seen(request) if stations.guard is None else await stations.guard.before(request)
        if seen.why and is_far(caps):
            self._leave_out(one, seen.why, "privacy")
            return None
        await stations.privacy.read(seen.request, caps)
        began = time.perf_counter()
        request, restorer = stations.privacy.apply(seen.request, caps)
        chosen = Chosen(one, request, seen.request, restorer, None, None, hedged, self._after, self._why)
        plain = self._cached and not (prefix or hedged) and request.messages is seen.request.messages
        if plain and (saved := stations.cache.find(one.name, request)) is not None:
            chosen.saved = saved
            return chosen
        reserved = self._reserved(chosen)
        chosen.stations_s = took + time.perf_counter() - began
        return reserved

    def _reserved(self, chosen: Chosen) -> Chosen | None:
        one, stations = chosen.provider, self._stations
        kept = stations.budget.reserve(one.name, one.caps, chosen.request, hedged=chosen.hedged)
        if isinstance(kept, Refusal):
            self.refuse(one.name, kept.why, "budget")
            return None
        # What took its time above may have changed whether it is there.
        if refusal := stations.breakers.refusal(one.name):
            kept.release()
            self.refuse(one.name, refusal.why, "breaker")
            return None
        chosen.reservation = kept
        return chosen

    def _narrowed(self, request: Request, caps: Caps, prefix: str) -> Request:
        """Return the request as ``caps`` can take it, marked when it must not leave the house."""
        kept = request.tier == "local" or self._stations.privacy.tier(request.person) == "local"
        if prefix or (kept and request.tier != "local"):
            request = replace(request, tier="local" if kept else request.tier, prefix=prefix)
        if not caps.tools and (
            request.tools or any(one.role == "tool" or one.calls for one in request.messages)
        ):
            return _without_tools(request)
        return request

    def _unfit(self, one: Provider, request: Request) -> tuple[str, Left] | None:
        """Say why this provider must not or cannot be asked."""
        caps = one.caps
        if request.tier == "local" and is_far(caps):
            return f"{_HOME}, so I did not ask {_title(one)}.", "privacy"
        if request.tool_choice not in {"", "auto", "none"} and not caps.tools:
            return f"{_title(one)} cannot call tools.", "capability"
        if sum(len(message.text) for message in request.messages) > MOST_CHARS * caps.prompt_tokens:
            return f"That is too long for {_title(one)}.", "capability"
        return None

    def _leave_out(self, one: Provider, why: str, word: Left) -> None:
        if word != "privacy":
            self.refuse(one.name, why, word)
            return
        if why != self.held:
            self._by.refusals.append(why)
        self.held, self._after, self._why = why, one.name, word

    async def _final(self, request: Request, caps: Caps) -> Request:
        """Wait for the person's last word before it leaves the house; mark what is asked ahead of it."""
        if self._accepted is None:
            return request
        if is_far(caps):
            await self._accepted()
            self._accepted = None
        elif not request.speculative:
            if not _is_over(self._accepted()):
                return replace(request, speculative=True)
            self._accepted = None
        return request


def is_far(caps: Caps) -> bool:
    """Say whether words to it leave the house."""
    return not caps.local or caps.distance == "world"


def is_model(caps: Caps) -> bool:
    """Say whether a language model answers there, or nobody knows what does."""
    return caps.quality in {"basic", "full"} or not caps.local


def _is_over(waits: Awaitable[object]) -> bool:
    """Say whether there is nothing to wait for, by going one step and no further."""
    if not inspect.iscoroutine(waits):
        return isinstance(waits, asyncio.Future) and waits.done()
    try:
        waits.send(None)
    except StopIteration:
        return True
    waits.close()
    return False


def _title(one: Provider) -> str:
    return one.caps.title or one.name


def _without_tools(request: Request) -> Request:
    """Tell what tools did as plain words, for a model that knows none."""
    messages = tuple(
        Message("user", one.text) if one.role == "tool" else replace(one, calls=()) if one.calls else one
        for one in request.messages
        if one.text or not one.calls
    )
    return replace(request, messages=messages, tools=())


def sentence_of(error: Exception, provider: Provider) -> str:
    """Return what a person is told of an error of ``provider``."""
    if isinstance(error, HubError):
        return str(error)
    title = _title(provider)
    title = title[:1].upper() + title[1:]
    return f"{title} took too long to answer." if isinstance(error, TimeoutError) else f"{title} failed."
