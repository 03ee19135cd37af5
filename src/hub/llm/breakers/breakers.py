"""Keep a breaker for each provider, look in the background at those that are away, and say how they stand."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.events.language import BreakerChanged
from hub.llm.breakers.breaker import NEAR, NETWORK, QUICK, Breaker, Rule, State
from hub.llm.breakers.outcomes import Outcome, outcome_of
from hub.llm.stations import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.events import Bus
    from hub.network import Distance

    Probe = Callable[[str], Awaitable[object]]

log = structlog.get_logger(__name__)

PROBE_S = 5.0
"""Seconds that a probe may take."""

REMEMBERED_S = 60.0
"""Seconds after which the state from before a restart says nothing any more."""

_CHANGES = 4_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a provider's breaker stands. ``since``, ``until``: Unix seconds; ``failures``: in a row."""

    state: State
    since: float
    until: float | None = None
    why: str = ""
    fix: str = ""
    failures: int = 0


@dataclass(slots=True)
class _Line:
    """A provider's breaker, its changes, and the timer and the probe that it waits for."""

    name: str
    breaker: Breaker
    changes: deque[tuple[float, State, str]] = field(default_factory=lambda: deque(maxlen=_CHANGES))
    told: State = "closed"
    timer: asyncio.TimerHandle | None = None
    due: float | None = None
    probe: asyncio.Task[None] | None = None


class Breakers:
    """The `Breakers` station. ``probe(name)`` raises when that provider is not well; None: time alone heals.

    ``clock``: seconds that never go back, so that the wall clock (``wall``, Unix seconds) is only shown.
    ``title(name)``: its name for people; ``distance(name)``: how far it is. Without network all of the
    world is away at once, and one probe, of whoever could not be reached, finds out for all when it is back.
    """

    def __init__(
        self, bus: Bus | None = None, clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random, rule: Rule = QUICK, probe: Probe | None = None,
        *, distance: Callable[[str], Distance] = lambda _: "world", title: Callable[[str], str] = str,
        wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._bus, self._clock, self._chance, self._rule = bus, clock, chance, rule
        self._probe, self._distance, self._title, self._wall = probe, distance, title, wall
        self._lines: dict[str, _Line] = {}
        self._network = _Line("", Breaker(NETWORK, clock, chance))
        self._lost = ""  # who could not be reached for want of a network
        self._closed = False
        self.on_change: Callable[[], None] | None = None
        """Called after every change of a state."""

    # -- what the router asks and tells --------------------------------------------------------------------

    def refusal(self, name: str) -> Refusal | None:
        """Return why the provider is not to be asked now; None: it may be. ``until`` is of the clock."""
        breaker = self._deciding(self._line(name))
        if breaker.asked:
            return None
        why, fix = breaker.words
        return Refusal(why or "It did not answer.", fix, breaker.until)

    def begin(self, name: str) -> None:
        """Take note that the provider is asked now: while it is half open, nobody else is the second."""
        self._line(name).breaker.begin()

    def note(
        self, name: str, outcome: Outcome, why: str = "", fix: str = "", hold_s: float | None = None
    ) -> None:
        """Take note of how asking the provider ended; see `Outcome`. ``hold_s``: the pause it wants."""
        line = self._line(name)
        if outcome == "local" and self._far(name):
            self._lost = name
            self._network.breaker.note("local", why, fix)
            self._changed(self._network)
        else:
            line.breaker.note("trip" if outcome == "local" else outcome, why, fix, hold_s)
            self._changed(line)

    def forget(self, name: str) -> None:
        """Let the provider be asked again: its settings changed, or a person saw that it answers."""
        if line := self._lines.get(name):
            line.breaker.reset()
            line.breaker.rule = self._rule_for(name)
            self._changed(line)

    def follow(self, rule: Rule) -> None:
        """Judge by ``rule`` from now on; what is open stays so until its next probe."""
        self._rule = rule
        for line in self._lines.values():
            line.breaker.rule = self._rule_for(line.name)

    # -- what pages ask ----------------------------------------------------------------------------------

    def state(self, name: str) -> Snapshot:
        """Say how the provider's breaker stands."""
        line = self._line(name)
        breaker, ahead = self._deciding(line), self._wall() - self._clock()
        until, (why, fix) = breaker.until, breaker.words
        since = line.changes[-1][0] if line.changes else breaker.since + ahead
        return Snapshot(
            breaker.state, since, None if until is None else until + ahead, why, fix, breaker.failures
        )

    def history(self, name: str) -> deque[tuple[float, State, str]]:
        """Return its changes, the oldest first: Unix seconds, the state from then on, and why."""
        return self._line(name).changes

    # -- over a restart ------------------------------------------------------------------------------------

    def keep(self) -> dict[str, Any]:
        """Return as plain values what is worth knowing after a restart."""
        kept = {line.name: line.breaker.keep() for line in self._lines.values()}
        return {"at": self._wall(), "breakers": {name: one for name, one in kept.items() if one}}

    def recall(self, kept: Any) -> None:
        """Take up what was kept, if that was just now; a clock that was set makes it worthless."""
        try:
            age = self._wall() - float(kept["at"])
            if not 0 <= age <= REMEMBERED_S:
                return
            for name, one in kept["breakers"].items():
                line = self._line(str(name))
                line.breaker.recall(one, age)
                self._changed(line)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            log.warning("what was kept of the providers' state cannot be read")

    async def close(self) -> None:
        """End all probes."""
        self._closed = True
        lines = (*self._lines.values(), self._network)
        probes = [line.probe for line in lines if line.probe]
        for line in lines:
            if line.timer:
                line.timer.cancel()
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)

    # -- inside --------------------------------------------------------------------------------------------

    def _line(self, name: str) -> _Line:
        line = self._lines.get(name)
        if line is None:
            line = _Line(name, Breaker(self._rule_for(name), self._clock, self._chance))
            line.told = self._deciding(line).state
            self._lines[name] = line
        return line

    def _rule_for(self, name: str) -> Rule:
        return NEAR if self._distance(name) == "machine" and self._probe else self._rule

    def _far(self, name: str) -> bool:
        return self._distance(name) == "world"

    def _deciding(self, line: _Line) -> Breaker:
        """Return the breaker that counts: the network's for all of the world, unless a person must act."""
        lost = not self._network.breaker.asked and line is not self._network
        if lost and line.breaker.state != "config" and self._far(line.name):
            return self._network.breaker
        return line.breaker

    def _changed(self, line: _Line) -> None:
        """Tell what is new, and wait for what is due."""
        shown = (
            [one for one in self._lines.values() if self._far(one.name)] if line is self._network else [line]
        )
        changes = [self._tell(one) for one in shown]
        self._plan(line)
        if any(changes) and self.on_change:
            self.on_change()

    def _tell(self, line: _Line) -> bool:
        breaker = self._deciding(line)
        state = breaker.state
        if state == line.told:
            return False
        line.told, (why, fix) = state, breaker.words
        line.changes.append((self._wall(), state, why))
        log.info("provider", provider=line.name, state=state, why=why)
        if self._bus:
            until = self.state(line.name).until or 0.0
            self._bus.publish(
                BreakerChanged(
                    provider=line.name, title=self._title(line.name), state=state, reason=why, fix=fix,
                    until=until,
                )
            )  # fmt: skip
        return True

    def _plan(self, line: _Line) -> None:
        """Wake when the breaker's time comes: the end of a pause, or a probe."""
        due = line.breaker.until
        if due == line.due and line.timer:
            return
        if line.timer:
            line.timer.cancel()
        line.timer, line.due = None, due
        if due is not None and not self._closed:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:  # a clock of a test: nobody waits, `wake` is called
                return
            line.timer = loop.call_later(max(0.0, due - self._clock()), self.wake, line.name)

    def wake(self, name: str) -> None:
        """Do what is due for a provider ("": for the network)."""
        line = self._line(name) if name else self._network
        line.timer = None
        if line.breaker.state not in ("open", "config"):
            self._changed(line)
        elif (line.breaker.until or 0.0) > self._clock():
            self._plan(line)
        elif self._probe is None:
            self._heard(line, "ok")
        elif line.probe is None or line.probe.done():
            looking = self._look(line, self._probe)
            line.probe = asyncio.get_running_loop().create_task(looking, name=f"probe:{name}")

    async def _look(self, line: _Line, probe: Probe) -> None:
        """Probe, once; whatever is raised says how it went."""
        try:
            async with asyncio.timeout(PROBE_S):
                await probe(line.name or self._lost)
        except Exception as error:  # noqa: BLE001  any fault of the other side's is an answer here
            fix = error.fix if isinstance(error, HubError) else ""
            why = str(error) if isinstance(error, HubError) else ""
            self._heard(line, outcome_of(error), why, fix, getattr(error, "retry_after", None))
        else:
            self._heard(line, "ok")

    def _heard(
        self, line: _Line, outcome: Outcome, why: str = "", fix: str = "", hold_s: float | None = None
    ) -> None:
        line.probe = None
        if line is self._network:
            if outcome == "local":
                line.breaker.probed(outcome, why, fix)
            else:  # somebody out there was heard, whatever it said
                line.breaker.reset()
        elif outcome == "local" and self._far(line.name):
            self._lost = line.name
            line.breaker.probed("trip")
            self._network.breaker.note("local", why, fix)
            self._changed(self._network)
        else:
            line.breaker.probed(outcome, why, fix, hold_s)
        self._changed(line)
