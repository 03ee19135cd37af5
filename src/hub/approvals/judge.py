"""Ask the plugins whether a call may be made, and tell them what it came to; doubt means no.

Anything but a clear None from every gate, and a running gate for every name in ``required``, refuses
all that does more than read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from hub.approvals.approval import Refused
from hub.plugin.hookspecs import Health, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.plugin.hooks import Hooks, Outcome
    from hub.plugin.hookspecs import Call

log = structlog.get_logger(__name__)

BEFORE_S = 1.0
AFTER_S = 1.0
HEALTH_S = 1.0
READ = "read"


class Judge:
    """What the plugins say. ``plugin`` finds one by name: it has ``state``, ``since`` and ``running``."""

    def __init__(
        self,
        hooks: Callable[[], Hooks | None],
        plugin: Callable[[str], Any],
        required: Sequence[str] = (),
        health: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self._hooks, self._plugin, self._health = hooks, plugin, health
        self._required = tuple(required)
        self._failed: dict[str, _Failure] = {}

    async def before(self, call: Call) -> Refused | None:
        """Return why ``call`` may not be made, or None."""
        strict = call.risk != READ
        if strict and (missing := await self._missing()):
            return missing
        hooks = self._hooks()
        if hooks is None:
            return _no_gate() if strict else None
        try:
            outcomes = await hooks.each("hub_before_tool", BEFORE_S, call=call)
        except Exception:
            log.exception("gate failed", tool=call.tool)
            return _no_gate() if strict else None
        return next((no for outcome in outcomes if (no := _read(outcome, strict=strict))), None)

    async def after(self, call: Call, result: object) -> None:
        """Tell everyone what ``call`` came to; remember who was required to take note and could not."""
        hooks = self._hooks()
        if hooks is None:
            return
        try:
            outcomes = await hooks.each("hub_after_tool", AFTER_S, call=call, result=result)
        except Exception:
            log.exception("recorders failed", tool=call.tool)
            for name in self._required:
                self._note(name)
            return
        for outcome in outcomes:
            if outcome.plugin not in self._required:
                continue
            if outcome.error is not None:
                self._note(outcome.plugin)
            else:
                self._failed.pop(outcome.plugin, None)

    def _note(self, name: str) -> None:
        before = self._failed.get(name)
        self._failed[name] = _Failure(
            time.time(), lied=before is not None and (before.lied or before.trusted)
        )
        log.warning("a required recorder failed", plugin=name)

    async def _missing(self) -> Refused | None:
        for name in self._required:
            plugin, hooks = self._plugin(name), self._hooks()
            there = hooks is not None and (
                name in hooks.who("hub_before_tool") or name in hooks.who("hub_after_tool")
            )
            if plugin is None or not plugin.running or not there:
                return Refused(
                    f"{name} must agree, and is not there.",
                    fix=f"Start {name}, or take it out of approvals.required.",
                )
            if name in self._failed and not await self._mended(self._failed[name], name, plugin):
                return Refused(
                    f"{name} must take note, and could not.", fix=f"See why {name} failed, then restart it."
                )
        return None

    async def _mended(self, failure: _Failure, name: str, plugin: Any) -> bool:
        """Say whether a recorder that failed may be trusted again: it was restarted, or says it is well.

        Its word is taken once: one that says it is well and fails again must be restarted.
        """
        if plugin.state == "ready" and plugin.since > failure.at:
            self._failed.pop(name, None)
            return True
        hooks = self._hooks()
        if failure.lied or plugin.state != "ready" or hooks is None or name not in hooks.who("hub_health"):
            return False
        told = await hooks.each("hub_health", HEALTH_S, frozenset((name,)), **self._health())
        well = bool(told) and all(
            one.error is None and isinstance(one.value, Health) and one.value.state == "ready" for one in told
        )
        failure.trusted |= well
        return well


@dataclass(slots=True)
class _Failure:
    """A required recorder failed ``at`` a time; since then it was ``trusted`` once, or it ``lied``."""

    at: float
    lied: bool = False
    trusted: bool = False


def _read(outcome: Outcome, *, strict: bool) -> Refused | None:
    """Return what an outcome refuses; what is not clear refuses what is ``strict``."""
    value = outcome.value
    if outcome.error is not None:
        if not strict:
            return None
        return Refused(f"{outcome.plugin} could not say yes: {outcome.error}", fix=outcome.error.fix)
    if value is None:
        return None
    if type(value) is Refusal and isinstance(value.reason, str) and isinstance(value.fix, str):
        return Refused(
            value.reason or f"{outcome.plugin} says no.",
            fix=value.fix or f"Ask the maker of {outcome.plugin}.",
        )
    if not strict:
        return None
    return Refused(  # anything else, a subclass that may lie included
        f"{outcome.plugin} gave no clear answer.",
        fix=f"Tell the author of {outcome.plugin}, or switch it off.",
    )


def _no_gate() -> Refused:
    return Refused("I could not ask whether that is allowed.", fix="See the log, then restart me.")
