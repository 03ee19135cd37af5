"""Ask one provider under deadlines, and judge once how that ended."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, cast

import structlog

from hub.events import LanguageAsked
from hub.llm.breakers.outcomes import outcome_of
from hub.llm.money.pricing import plausible
from hub.llm.provider import Act, Declined, Delta, Done, Provider, ToolCall, Usage
from hub.llm.routing.candidates import is_model, sentence_of
from hub.llm.routing.watch import Watch
from hub.llm.servers.chunks import estimated

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hub.events import Bus
    from hub.llm.breakers.outcomes import Outcome
    from hub.llm.provider import Piece
    from hub.llm.routing.candidates import Chosen
    from hub.llm.routing.deadlines import Deadlines
    from hub.llm.stations import Breakers

log = structlog.get_logger(__name__)

CLOSE_S = 1.0
"""Seconds that a provider has to end its work once nobody listens any more."""

End = Literal["done", "failed", "cut", "stopped", "declined"]


class Spent(Exception):  # noqa: N818  the question's end, not a provider's fault
    """The time for the whole answer is over."""


class Attempt:
    """One provider's answer. `next` hands it on piece by piece; `close` must follow, however it ended."""

    __slots__ = (
        "_began", "_breakers", "_bus", "_closed", "_ended", "_first_s", "_fresh", "_heard", "_loop", "_next",
        "_sign", "_signs_s", "_stall_s", "_stream", "_watch", "act", "calls", "chosen", "cost",
        "done", "error", "first_s", "reason", "said", "until", "usage",
    )  # fmt: skip

    def __init__(
        self,
        chosen: Chosen,
        deadlines: Deadlines,
        *,
        first_s: float,
        last: bool,
        until: float,
        breakers: Breakers,
        bus: Bus | None,
    ) -> None:
        self.chosen, self._breakers, self._bus = chosen, breakers, bus
        self._loop = asyncio.get_running_loop()
        self._first_s = first_s
        self._stall_s = deadlines.stall(last=last)
        self.until = until
        """The second of the loop's clock at which the time for the whole answer is over."""
        self._signs_s = deadlines.signs_s
        self._began = self._heard = self._loop.time()
        self._next = self._began + self._first_s
        self._stream: AsyncGenerator[Piece, None] | None = None
        self._watch = Watch(self._loop)
        self._closed = self._ended = self._fresh = self._sign = False
        self.first_s: float | None = None
        """Seconds to its first piece."""
        self.said = 0
        self.done = False
        self.calls: list[ToolCall] = []
        self.usage: Usage | None = None
        self.reason: Literal["stop", "length", "tools"] = "stop"
        self.error: Exception | None = None
        self.cost = 0.0
        self.act: Act | None = None

    @property
    def attempt(self) -> Attempt:
        """Itself: a `hedge.Pump` has one too."""
        return self

    @property
    def provider(self) -> Provider:
        """Who is asked."""
        return self.chosen.provider

    @property
    def patience(self) -> float:
        """Seconds from its beginning that it has for its first piece."""
        return self._first_s

    def hurry(self, first_s: float) -> None:
        """Give it no more than so many seconds from its beginning for its first piece."""
        if self.first_s is None and first_s < self._first_s:
            self._first_s, self._next = first_s, self._began + first_s
            self._watch.hurry(max(self._next, self._loop.time()))

    async def next(self) -> str | None:
        """Return more of the answer; None at its end, when ``act`` or ``calls`` may be there.

        "" is a sign that it is at work. Raises what the provider raised, `TimeoutError` when it is late,
        `Spent` when all the time is over and `Declined` when it ended without an answer.
        """
        if self.done:
            return None
        try:
            while (text := await self._piece()) is not None:
                if text and (text := self.chosen.restorer.feed(text)):
                    return text
                if self._sign:
                    self._sign = False
                    return ""
            self._finish()
            return self.chosen.restorer.finish() or None
        except Exception as error:
            self.error = error
            raise

    def _finish(self) -> None:
        if self.first_s is None:
            raise Declined
        self.done = True

    async def _piece(self) -> str | None:
        """Return the text of the provider's next piece, "" if it has none, None at the end."""
        if self._stream is None:
            if is_watched(self.provider.caps):
                self._breakers.begin(self.provider.name)
            began = self.provider.stream(self.chosen.request, self._first_s)
            self._stream = cast("AsyncGenerator[Piece, None]", began)
        if self._fresh:
            # Whoever listens may have taken its time since: that is no time of the provider's.
            now = self._loop.time()
            self._fresh, self._next = False, now + self._stall_s
            self.until += now - self._heard
        try:
            piece = await self._watch.next(self._stream, min(self._next, self.until))
        except TimeoutError:
            if self.until < self._next and self._loop.time() >= self.until:
                raise Spent from None
            raise
        if type(piece) is Delta:
            if text := piece.text:
                self._note_piece()
                self.said += len(text)
            else:
                self._note_sign()
            return text
        if piece is None:
            self._ended = True
            return None
        return await self._other(piece)

    async def _other(self, piece: Piece) -> str | None:
        if isinstance(piece, Usage):
            self.usage = plausible(piece)
        elif isinstance(piece, ToolCall):
            self._note_piece()
            self.calls.append(self.chosen.restorer.call(piece))
        elif isinstance(piece, Done):
            self.reason = piece.reason
            await self._drain()
            return None
        elif isinstance(piece, Act):
            self._note_piece()
            self.act = piece
            return None
        return ""

    def _note_piece(self) -> None:
        self._heard = self._loop.time()
        if self.first_s is None:
            self.first_s = self._heard - self._began
        self._fresh = True

    def _note_sign(self) -> None:
        """Give it more time while it is seen to be at work."""
        self._sign = True
        if self.first_s is not None:
            self._note_piece()
        elif self._signs_s is not None:
            until = min(self._loop.time() + self._stall_s, self._began + self._signs_s)
            self._next = max(self._next, until)

    async def _drain(self) -> None:
        """Let the provider end by itself after its last piece, so that it can keep its connection."""
        until = self._loop.time() + CLOSE_S
        with suppress(Exception):
            while self._stream is not None and await self._watch.next(self._stream, until) is not None:
                pass
            self._ended = True

    async def close(self) -> None:
        """End the provider's work and judge it; the second time nothing happens."""
        if self._closed:
            return
        self._closed = True
        self._watch.close()
        try:
            if self._stream is not None and not self._ended:
                with suppress(Exception):
                    async with asyncio.timeout(CLOSE_S):
                        await self._stream.aclose()
        finally:
            self._judge()

    def _judge(self) -> None:
        """Tell the breaker, the budget and the bus how it went."""
        end, outcome = self._end(), self._outcome()
        usage = self.usage
        if reservation := self.chosen.reservation:
            told: Usage | None = getattr(self.error, "usage", None)
            if usage is None and told is not None and not told.estimated:
                usage = told  # it said what it takes for an answer that was none
            elif usage is None and self._billed(outcome):
                usage = told or estimated(self.chosen.request, self.said)
            if usage is None:
                reservation.release()
            else:
                self.cost = reservation.settle(usage)
        self.usage = usage
        if is_watched(self.provider.caps):
            self._note(outcome)
        if end != "declined" and self._bus is not None and self.provider.caps.quality in {"basic", "full"}:
            self._bus.publish(self._told(end, usage))

    def _end(self) -> End:
        if isinstance(self.error, Declined):
            return "declined"
        if self.error is not None:
            return "failed" if self.first_s is None else "cut"
        return "done" if self.done else "stopped"

    def _outcome(self) -> Outcome:
        """Return what the breaker is told."""
        if self.error is None:
            return "ok" if self.done else "cancelled"
        if isinstance(self.error, Spent):
            return "cancelled" if self.first_s is None else "ok"
        return outcome_of(self.error)

    def _billed(self, outcome: Outcome) -> bool:
        """Say whether the server began to answer, or may have."""
        if isinstance(self.error, Declined):
            return False
        late = isinstance(self.error, TimeoutError | Spent)
        begun = self._stream is not None and (late or outcome in {"cancelled", "ok"})
        return begun or self.first_s is not None

    def _note(self, outcome: Outcome) -> None:
        error = self.error
        fix = str(getattr(error, "fix", ""))
        why = "" if error is None else sentence_of(error, self.provider)
        hold_s = getattr(error, "retry_after", None)
        self._breakers.note(self.provider.name, outcome, why, fix, hold_s)

    def _told(self, end: Any, usage: Usage | None) -> LanguageAsked:
        caps, chosen = self.provider.caps, self.chosen
        return LanguageAsked(
            provider=self.provider.name, model=caps.model or self.provider.name, outcome=end,
            seconds=self._loop.time() - self._began,
            prompt_tokens=usage.prompt if usage else 0, completion_tokens=usage.completion if usage else 0,
            first_s=self.first_s, left_s=None if self.first_s is None else self._first_s - self.first_s,
            cost=self.cost, cached_tokens=usage.cached if usage else 0,
            speculative=chosen.request.speculative, hedged=chosen.hedged, resumed=bool(chosen.request.prefix),
            fallback_from=chosen.after, why=chosen.why, stations_s=chosen.stations_s,
        )  # fmt: skip


def is_watched(caps: Any) -> bool:
    """Say whether a breaker watches over it: a server does harm when it hangs, what runs in here does not."""
    return is_model(caps) and not (caps.quality == "basic" and caps.distance == "machine" and caps.local)
