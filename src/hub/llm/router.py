"""Ask the providers in order until one answers; whatever happens, a person gets an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from hub.llm.provider import Answer, Delta, Message, Provider, Request, ToolCall
from hub.llm.routing.asking import Asking
from hub.llm.routing.candidates import Candidates, is_far, is_model
from hub.llm.routing.deadlines import TEXT
from hub.llm.routing.hedge import Hedges
from hub.llm.stations import Guard, Seen, Stations

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence

    from hub.events import Bus
    from hub.llm.canned import Canned
    from hub.llm.routing.candidates import Asked
    from hub.llm.routing.deadlines import Deadlines

_NOTHING = Message("user", "")
_ORDER = {"exact": 0, "full": 1, "quoted": 2, "limit": 3, "basic": 4, "canned": 5}


class Router:
    """Providers, best first, and a last rung that cannot fail."""

    def __init__(
        self,
        providers: Sequence[Provider],
        last: Canned,
        bus: Bus | None = None,
        stations: Stations | None = None,
    ) -> None:
        self._given = list(providers)
        self._chosen: list[Provider] = []
        self._order: list[Provider] | None = None
        self._last = last
        self._bus = bus
        self._hedges = Hedges()
        self._tails: set[asyncio.Task[None]] = set()
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
        if self._order is None:
            self._order = sorted((*self._chosen, *self._given), key=lambda one: _ORDER[one.caps.quality])
        return [*self._order]

    def add(self, provider: Provider) -> None:
        """Add a provider; it is asked after those of the same quality that are already there."""
        self._given.append(provider)
        self._order = None

    def drop(self, provider: Provider) -> None:
        """Ask ``provider`` no more."""
        self._given = [one for one in self._given if one is not provider]
        self._order = None

    def choose(self, providers: Sequence[Provider]) -> None:
        """Ask ``providers`` in this order, from the next question on, in place of those chosen before."""
        self._chosen = list(providers)
        self._order = None

    async def close(self) -> None:
        """End what is still asked in silence."""
        tails = set(self._tails)
        for task in tails:
            task.cancel()
        if tails:
            await asyncio.wait(tails, timeout=1)

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
        ``only``: names of the providers that may be asked; ``models_only``: not those that compute.
        ``commit``: "token" tells each piece at once, even where another could go on after a whole sentence.

        A provider that declines or fails is passed over, and its reason kept in ``by.refusals``; where a
        part was told another goes on behind it. Never raises but for cancellation.
        """
        by, times = by if by is not None else Answer(), deadlines or TEXT
        candidates = Candidates(
            self._asked(only, models_only), prompt, self.stations, by, accepted, cached=not times.spoken
        )
        asking = Asking(
            candidates, self.stations, by, times, accepted=accepted, by_sentence=commit == "sentence",
            bus=self._bus, hedges=self._hedges, tails=self._tails,
        )  # fmt: skip
        telling = asking.telling
        try:
            while await asking.turn():
                if asking.saved is not None:
                    yield Delta(asking.saved)
                    return
                source = asking.source
                try:
                    while (text := await source.next()) is not None:
                        if text := telling.feed(text):
                            if asking.unnamed:
                                asking.name()
                            yield Delta(text)
                except Exception as error:  # noqa: BLE001  one provider's fault must not cost the answer
                    await asking.fail(error)
                    continue
                for piece in await asking.rest():
                    yield piece
                return
            yield asking.last_words(self._last)
        finally:
            await asking.close()

    def _asked(self, only: Collection[str] | None, models_only: bool) -> list[Provider]:
        return [
            one
            for one in self.providers
            if (only is None or one.name in only) and (not models_only or is_model(one.caps))
        ]

    async def prime(self, prompt: Asked) -> None:
        """Let providers that keep a prompt cache read the talk ahead of the next question.

        Who stands behind a large model that is well will hardly be asked: a Pi's time is spent on nothing.
        """
        for provider in self.providers:
            if provider.caps.quality == "basic" and self._stands_behind(provider):
                continue
            if prime := getattr(provider, "prime", None):
                caps = provider.caps
                seen = await self._look(provider, Request((*prompt.prefix(caps), _NOTHING)))
                if is_far(caps) and (seen.why or self.stations.privacy.tier("") == "local"):
                    continue
                request, _ = self.stations.privacy.apply(seen.request, caps)
                await prime(request.messages[:-1])

    def _stands_behind(self, provider: Provider) -> bool:
        """Tell whether a large model that is well is asked before ``provider``."""
        breakers = self.stations.breakers
        return any(
            one.caps.quality == "full" and is_model(one.caps) and breakers.refusal(one.name) is None
            for one in self.providers
            if one is not provider
        )

    async def _look(self, provider: Provider, request: Request) -> Seen:
        """Have the guard look at what a language model is to be asked; what computes is none."""
        if self.guard is None or not is_model(provider.caps):
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
