"""One question on its way through the providers, until one has told the whole answer."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import structlog

from hub.errors import HubError
from hub.llm.breakers.outcomes import outcome_of
from hub.llm.faults import Fault
from hub.llm.provider import Declined, Delta, Held, Usage
from hub.llm.routing.attempt import Attempt, Spent
from hub.llm.routing.candidates import is_far, is_model, sentence_of
from hub.llm.routing.hedge import Pump, race
from hub.llm.routing.resume import HOPS, Telling

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.events import Bus
    from hub.llm.breakers.outcomes import Outcome
    from hub.llm.canned import Canned
    from hub.llm.provider import Act, Answer, Provider, ToolCall
    from hub.llm.routing.candidates import Candidates, Chosen, Left
    from hub.llm.routing.deadlines import Deadlines
    from hub.llm.routing.hedge import Hedges
    from hub.llm.stations import Stations

log = structlog.get_logger(__name__)

_WORDS: dict[Outcome, Left] = {"hold": "hold", "config": "config", "caller": "caller", "local": "local"}
_TOO_LONG = "That took too long."
_BROKE_OFF = {"broken", "cut"}
"""Faults that often pass at once: not a server that hangs, is away, or refuses."""


class Asking:
    """Where one question stands: `turn` opens ``source``, to be read to its end and told by ``telling``."""

    def __init__(
        self,
        candidates: Candidates,
        stations: Stations,
        by: Answer,
        times: Deadlines,
        *,
        accepted: Callable[[], Awaitable[object]] | None,
        by_sentence: bool,
        bus: Bus | None,
        hedges: Hedges,
        tails: set[asyncio.Task[None]],
    ) -> None:
        self._candidates, self._stations, self._by, self._times = candidates, stations, by, times
        self._accepted, self._by_sentence, self._bus, self._hedges = accepted, by_sentence, bus, hedges
        self._loop = asyncio.get_running_loop()
        self._began, self._until = self._loop.time(), math.inf
        self._open: list[Attempt | Pump] = []
        self._hops = 0
        self._over = False
        self.telling = Telling()
        self.source: Attempt | Pump
        self.saved: str | None = None
        """The answer, when it is known from before."""
        self.unnamed = True
        """Whether nothing was told yet."""
        self._tails, self._own_tails = tails, list[asyncio.Task[None]]()

    async def turn(self) -> bool:
        """Begin to ask the next provider; False when there is none."""
        told = self.telling.told
        if self._loop.time() >= self._until or (told and self._hops >= HOPS):
            return False
        chosen = await self._candidates.next(told)
        if chosen is None:
            return False
        if told:
            self._hops += 1
            self._by.resumed += 1
        if chosen.saved is not None:
            self.saved, self._over = chosen.saved, True
            self._name(chosen.provider)
        else:
            await self._ask(chosen)
        return True

    def name(self) -> None:
        """Note who speaks, before the first words are told."""
        self._name(self.source.attempt.provider)

    async def fail(self, error: Exception) -> None:
        """Note that who spoke broke off; whoever comes next goes on after what was told."""
        await self._shut(self.source)
        attempt = self.source.attempt
        self._blame(attempt, error)
        self.telling.drop()
        if isinstance(error, Fault) and error.what in _BROKE_OFF:
            self._candidates.once_more(attempt.provider, attempt.chosen.seen)
        if self.telling.told:
            self._candidates.forget_small()

    async def rest(self) -> list[Delta | ToolCall]:
        """Return what is left once the source has ended: held words, what was done, calls of tools."""
        attempt = self.source.attempt
        text = self.telling.finish()
        if attempt.act is not None:
            text += await self._perform(attempt.act)
        if self.unnamed:
            self.name()
        if attempt.act is not None and self._by.quality:
            self._by.quality = "done"
        await self._end(attempt, self.telling.told + (text if attempt.act else ""))
        return [*([Delta(text)] if text else []), *attempt.calls]

    def last_words(self, last: Canned) -> Delta:
        """Return an honest end where nobody could bring it to one."""
        self._over = True
        if not self.unnamed:
            if self._loop.time() >= self._until:
                self._by.reason = "length"
            return Delta(last.closing())
        self._name(last)
        return Delta(last.line(self._candidates.held or self._candidates.reason))

    async def close(self) -> None:
        """End all that is still asked."""
        while self._open:
            await self._shut(self._open[-1])
        if not self._over:
            for task in self._own_tails:
                task.cancel()
            if self._own_tails:
                await asyncio.wait(self._own_tails, timeout=1)

    async def _ask(self, chosen: Chosen) -> None:
        attempt = self._attempt(chosen)
        after_s = self._hedge_after(chosen, attempt)
        if after_s is None:
            self.source = attempt
        else:
            changed = asyncio.Event()
            first = self._pump(attempt, changed)
            late_s = self._times.first_s
            self.source, other = await race(first, self._second, changed, after_s=after_s, late_s=late_s)
            if other is not None:
                await self._overtaken(other, first)
            if not self.source.begun and not self._candidates.last:
                self.source.attempt.hurry(late_s)  # nobody bridges the time for it
        request, caps = self.source.attempt.chosen.seen, self.source.attempt.provider.caps
        # Who listens hears sentences anyway; who reads would wait for each where nobody else stands by.
        sewn = bool(self.telling.told) or self._times.spoken or self._candidates.stand_by(request)
        self.telling.begin(hold=self._by_sentence and caps.quality == "full" and sewn)

    def _attempt(self, chosen: Chosen) -> Attempt:
        model = is_model(chosen.provider.caps)
        if model and self._until == math.inf:
            self._began = self._loop.time()
            self._until = self._began + self._times.total_s
        last = not model or self._candidates.last
        # One that is cold may take its time where a listener need not wait for it.
        near = not is_far(chosen.provider.caps) and (
            self._times.hedge_s is None or self._candidates.free is not None
        )
        first_s = self._times.first(near=near, last=last)
        attempt = Attempt(
            chosen, self._times, first_s=first_s, last=last, until=self._until,
            breakers=self._stations.breakers, bus=self._bus,
        )  # fmt: skip
        self._open.append(attempt)
        return attempt

    def _pump(self, attempt: Attempt, changed: asyncio.Event) -> Pump:
        pump = Pump(attempt, changed)
        self._open[self._open.index(attempt)] = pump
        return pump

    def _hedge_after(self, chosen: Chosen, attempt: Attempt) -> float | None:
        """Return when somebody else is to be asked beside it; None: never."""
        caps, hedge_s = chosen.provider.caps, self._times.hedge_s
        if hedge_s is None or not is_model(caps) or chosen.request.prefix or not self._candidates.free:
            return None
        return self._hedges.after(chosen.provider.name, hedge_s, attempt.patience, near=not is_far(caps))

    async def _second(self, changed: asyncio.Event) -> Pump | None:
        chosen = await self._candidates.second()
        if chosen is None:
            return None
        if is_far(self._open[-1].attempt.provider.caps):
            self._hedges.spend()
        return self._pump(self._attempt(chosen), changed)

    async def _overtaken(self, other: Pump, first: Pump) -> None:
        """End who lost the race; who was only late is watched a little longer: it may be slow, or hang."""
        if other.failed:
            await self._shut(other)
            self._blame(other.attempt, other.attempt.error or Declined())
        elif other is first and not other.begun:
            self._open.remove(other)
            task = self._loop.create_task(other.see_off(), name=f"late:{other.attempt.provider.name}")
            self._own_tails.append(task)
            self._tails.add(task)
            task.add_done_callback(self._tails.discard)
        else:
            await self._shut(other)

    async def _shut(self, source: Attempt | Pump) -> None:
        """End one source and take over its figures."""
        attempt = source.attempt
        try:
            await source.close()
        finally:
            if source in self._open:
                self._open.remove(source)
            self._until = max(self._until, attempt.until) if attempt.until < math.inf else self._until
            self._by.cost += attempt.cost
            self._hedges.note(attempt.provider.name, attempt.first_s)
            if attempt.usage and attempt.first_s is not None:
                self._by.usage = _sum(self._by.usage, attempt.usage)

    def _blame(self, attempt: Attempt, error: Exception) -> None:
        """Keep the reason why a provider did not answer, or not to the end."""
        if isinstance(error, Declined):
            return
        if isinstance(error, Spent):
            self._candidates.reason = _TOO_LONG
            return
        if not isinstance(error, HubError | TimeoutError):
            log.error("provider failed", provider=attempt.provider.name, exc_info=error)
        outcome, name = outcome_of(error), attempt.provider.name
        self._candidates.refuse(name, sentence_of(error, attempt.provider), _WORDS.get(outcome, "trip"))

    async def _perform(self, act: Act) -> str:
        """Do what was asked once the words are final; return what there is to say."""
        if self._accepted:
            await self._accepted()
        try:
            # To its end, even if the answer is interrupted.
            return await asyncio.shield(asyncio.ensure_future(act.perform()))
        except HubError as error:
            if isinstance(error, Held):
                self.name()
                self._by.waits, self._by.quality = error.waits, ""
            return f"{error} {error.fix}"
        except Exception:
            log.exception("act failed")
            return "That went wrong; the log says why."

    async def _end(self, attempt: Attempt, reply: str) -> None:
        """Close the source, whose answer is whole, and let the others know of ``reply``."""
        self._over = True
        await self._shut(self.source)
        self._by.reason = attempt.reason
        chosen, caps = attempt.chosen, attempt.provider.caps
        if not is_model(caps):
            return
        if self._stations.guard:
            self._stations.guard.after(chosen.seen, reply, self._accepted)
        plain = chosen.request.messages is chosen.seen.messages
        if plain and not (attempt.calls or attempt.act or self._by.resumed or self._times.spoken):
            self._stations.cache.keep(attempt.provider.name, chosen.request, reply)

    def _name(self, provider: Provider | Canned) -> None:
        self.unnamed = False
        by, caps = self._by, provider.caps
        by.provider = f"{provider.name}/{caps.model}" if caps.model else provider.name
        by.quality, by.model = caps.quality, caps.model
        by.first_s = self._loop.time() - self._began


def _sum(one: Usage | None, other: Usage) -> Usage:
    if one is None:
        return other
    return Usage(
        one.prompt + other.prompt,
        one.completion + other.completion,
        one.cached + other.cached,
        one.estimated or other.estimated,
    )
