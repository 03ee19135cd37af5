"""Decide from how asking went whether a provider is to be asked: one provider's state, and its rule.

Nothing here waits, draws the time or does input and output: the clock and the chance are given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from hub.llm.breakers.outcomes import Outcome

State = Literal["closed", "open", "half", "held", "config"]
"""closed: it is asked. open: it failed and is not asked; probes find out when it is well. half: a probe
found it well, the next question proves it. held: it wanted a pause. config: it waits for a person."""

RuleName = Literal["quick", "classic"]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a breaker opens and how it comes back; all times in seconds.

    It opens after ``failures`` in a row, is probed after ``first_s``, then after ``growth`` times as long
    each, up to ``most_s``; ``jitter`` (a share of the interval) is drawn once per opening. ``successes``
    of questions close it. One that is well for probes only, and fails at the question after, waits longer
    each time, up to ``relapse_s``, whatever ``most_s`` is. A pause without a length lasts ``hold_s``; none
    lasts longer than ``longest_hold_s``. While it is half open one question at a time is let through, but
    none holds up the others longer than ``trial_s``. What waits for a person is looked at every
    ``config_s`` all the same, since credit and models are added elsewhere.
    """

    failures: int = 2
    successes: int = 1
    first_s: float = 2.0
    most_s: float = 60.0
    growth: float = 2.0
    jitter: float = 0.1
    hold_s: float = 5.0
    longest_hold_s: float = 3_600.0
    config_s: float = 600.0
    relapse_s: float = 60.0
    trial_s: float = 10.0

    def interval(self, step: int, relapses: int = 0) -> float:
        """Return the time before probe number ``step`` (from 0), before jitter."""
        usual = min(self.most_s, self.first_s * self.growth ** min(step, 64))
        return max(usual, min(self.relapse_s, 2.0**relapses)) if relapses else usual


QUICK = Rule()
"""For a home that asks every few seconds: a window of a hundred calls would never fill."""

CLASSIC = Rule(failures=5, successes=2, first_s=60.0, growth=1.0)
"""Five failures, a minute, two successes."""

NEAR = Rule(first_s=0.5, most_s=1.0)
"""For what runs in this process: looking costs nothing, and it may be ready at any moment."""

NETWORK = Rule(failures=1, most_s=15.0)
"""For this machine's way to the world: that there is none is certain at once."""

RULES: Mapping[RuleName, Rule] = {"quick": QUICK, "classic": CLASSIC}


class Breaker:
    """One provider's. ``clock``: seconds that never go back; ``chance``: numbers from 0 to 1."""

    __slots__ = (
        "_chance", "_clock", "_factor", "_hold", "_hold_why", "_phase", "_relapses", "_since", "_step",
        "_trial", "_until", "_well", "failures", "fix", "rule", "why",
    )  # fmt: skip

    def __init__(self, rule: Rule, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self.rule, self._clock, self._chance = rule, clock, chance
        self.why = self.fix = ""
        self.failures = 0
        """In a row, while it is asked."""
        self._phase: State = "closed"  # never held: a pause lies over the phase
        self._since = clock()
        self._until = math.inf  # of the next probe
        self._hold = -math.inf
        self._hold_why = ("", "")
        self._step = self._well = self._relapses = 0
        self._factor = 1.0
        self._trial = -math.inf  # when the question began that is to prove it well

    # -- what it says ------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """How it stands now."""
        if self._phase in ("closed", "half") and self._clock() < self._hold:
            return "held"
        return self._phase

    @property
    def asked(self) -> bool:
        """Whether the provider may be asked now."""
        if self._phase not in ("closed", "half") or self._clock() < self._hold:
            return False
        return self._phase == "closed" or self._clock() >= self._trial + self.rule.trial_s

    @property
    def since(self) -> float:
        """The second of the clock since which its phase lasts."""
        return self._since

    @property
    def until(self) -> float | None:
        """The second of the clock at which it is looked at, or its pause ends; None: nothing is due."""
        if self._phase in ("open", "config"):
            return max(self._until, self._hold)
        return self._hold if self.state == "held" else None

    @property
    def words(self) -> tuple[str, str]:
        """Why it is as it is, and what a person can do."""
        return self._hold_why if self.state == "held" else (self.why, self.fix)

    # -- what it hears -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Take note that a question is asked now."""
        if self._phase == "half":
            self._trial = self._clock()

    def note(self, outcome: Outcome, why: str = "", fix: str = "", hold_s: float | None = None) -> None:
        """Take note of how a question ended.

        What began before it opened and ends after says nothing new: only a probe brings it back.
        """
        self._trial = -math.inf
        if outcome == "hold":
            self._pause(why, fix, hold_s)
        elif outcome == "config":
            self._wait_for_person(why, fix)
        elif outcome == "ok":
            self._succeeded()
        elif outcome in ("trip", "local") and self._phase in ("closed", "half"):
            self.failures += 1
            self.why, self.fix = why, fix
            if self._phase == "half" or outcome == "local" or self.failures >= self.rule.failures:
                self._open()

    def probed(self, outcome: Outcome, why: str = "", fix: str = "", hold_s: float | None = None) -> None:
        """Take note of a probe, which proves less than a question: at best it lets one be asked."""
        if outcome == "hold":
            self._pause(why, fix, hold_s)
        if self._phase not in ("open", "config"):
            return
        if outcome == "ok":
            self._enter("half")
            self._well = 0
        elif outcome == "config":
            self._wait_for_person(why, fix)
        elif self._phase == "config":
            self._until = self._clock() + self.rule.config_s
        else:
            self.why, self.fix = why or self.why, fix or self.fix
            self._wait()

    def reset(self) -> None:
        """Forget all: what the settings now say was never asked."""
        self.failures = self._step = self._well = self._relapses = 0
        self.why = self.fix = ""
        self._hold = -math.inf
        self._enter("closed")

    # -- over a restart ----------------------------------------------------------------------------

    def keep(self) -> dict[str, Any] | None:
        """Return what is worth keeping over a restart, as plain values; None: nothing is.

        What waits for a person is not: who starts the hub anew may just have given the key.
        """
        now = self._clock()
        if self._phase == "config" or (self._phase == "closed" and not self.failures and now >= self._hold):
            return None
        return {
            "phase": self._phase, "failures": self.failures, "step": self._step, "factor": self._factor,
            "relapses": self._relapses,
            "left": self._until - now if self._phase == "open" else 0.0, "hold": max(0.0, self._hold - now),
            "why": self.why, "fix": self.fix, "pause": list(self._hold_why),
        }  # fmt: skip

    def recall(self, kept: Mapping[str, Any], age: float) -> None:
        """Take up again what was kept ``age`` seconds ago. Raises `ValueError`, `KeyError`, `TypeError`."""
        now, phase, hold = self._clock(), kept["phase"], float(kept["hold"])
        if phase not in ("closed", "open", "half"):
            raise ValueError(phase)
        self.failures, self._step = int(kept["failures"]), int(kept["step"])
        self._relapses = int(kept["relapses"])
        self._factor = min(2.0, max(0.5, float(kept["factor"])))
        self.why, self.fix = str(kept["why"]), str(kept["fix"])
        self._enter(phase)
        left = min(max(0.0, float(kept["left"]) - age), 2 * max(self.rule.most_s, self.rule.relapse_s))
        self._until = now + left if phase == "open" else math.inf
        if hold > age:
            self._pause(str(kept["pause"][0]), str(kept["pause"][1]), hold - age)

    # -- inside ------------------------------------------------------------------------------------

    def _succeeded(self) -> None:
        if self._phase == "closed":
            self.failures = 0
            self.why = self.fix = ""
        elif self._phase == "half":
            self._well += 1
            if self._well >= self.rule.successes:
                self.failures = self._step = self._relapses = 0
                self.why = self.fix = ""
                self._enter("closed")

    def _open(self) -> None:
        """Open: from closed with the shortest interval, from half where the intervals had got to."""
        if self._phase == "half":
            self._relapses += 1
        else:
            self._step = self._relapses = 0
            self._factor = 1.0 + self.rule.jitter * (2.0 * self._chance() - 1.0)
        self._enter("open")
        self._wait()

    def _wait(self) -> None:
        self._until = self._clock() + self.rule.interval(self._step, min(self._relapses, 64)) * self._factor
        self._step += 1

    def _wait_for_person(self, why: str, fix: str) -> None:
        self.why, self.fix = why, fix
        if self._phase != "config":
            self._enter("config")
        self._until = self._clock() + self.rule.config_s

    def _pause(self, why: str, fix: str, hold_s: float | None) -> None:
        seconds = self.rule.hold_s if hold_s is None or math.isnan(hold_s) else hold_s
        until = self._clock() + min(max(0.0, seconds), self.rule.longest_hold_s)
        if until > self._hold:
            self._hold, self._hold_why = until, (why, fix)

    def _enter(self, phase: State) -> None:
        if phase != self._phase:
            self._phase, self._since = phase, self._clock()
        self._until, self._trial = math.inf, -math.inf
