"""Read the bus: one canonical line for every turn, and the figures of turns, speech, tools and children.

Lines say how a turn went and never what was said. Those of a voice session have the fields of S0-34:
session_id, direction, latency_ms and buffer_depth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from hub.telemetry import trace
from hub.telemetry.metrics import VOICE_COUNTS, VOICE_STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub import events
    from hub.events import Bus, Event
    from hub.telemetry.metrics import Metrics

WANTED = ("turn.ended", "language.*", "breaker.*", "tool.*", "speech.*", "child.*", "job.*", "hub.recovered")

log = structlog.get_logger(__name__)


class Follower:
    """The reader of one hub's bus."""

    def __init__(self, bus: Bus, metrics: Metrics) -> None:
        self._bus, self._record = bus, metrics.record
        self._takers: dict[str, Callable[..., None]] = {
            "turn.ended": self._turn,
            "language.asked": self._language,
            "breaker.changed": self._breaker,
            "tool.called": self._tool,
            "speech.heard": self._heard,
            "speech.taken": self._taken,
            "speech.interrupted": self._interrupted,
            "speech.timed": self._timed,
            "speech.counted": self._counted,
            "speech.sessions": self._sessions,
            "child.changed": self._child,
            "job.changed": self._job,
            "hub.recovered": self._recovered,
        }

    async def run(self) -> None:
        """Follow the bus until cancelled."""
        with self._bus.subscribe(*WANTED, size=4_096) as subscription:
            async for event in subscription:
                self.take(event)

    def take(self, event: Event) -> None:
        """Count and tell one event."""
        taker = self._takers.get(event.name)
        if taker:
            with trace.entered(trace.Trace(event.trace, trace.fresh().span) if event.trace else None):
                taker(event)

    def _turn(self, event: events.TurnEnded) -> None:
        provider = event.provider.split("/")[0] or "none"
        self._record("hub_turns_total", 1, event.source, event.state, provider)
        if event.state != "failed":
            self._record("hub_first_word_seconds", event.seconds, event.source, provider)
        level = log.warning if event.state == "failed" else log.info
        level(
            "turn", conversation=event.conversation, turn=event.turn, source=event.source,
            outcome=event.state, provider=event.provider, quality=event.quality,
            first_ms=round(event.seconds * 1_000, 1), total_ms=round(event.total * 1_000, 1),
            prompt_tokens=event.prompt_tokens, completion_tokens=event.completion_tokens,
        )  # fmt: skip

    def _language(self, event: events.LanguageAsked) -> None:
        provider, record = event.provider, self._record
        record("timmy_llm_request_duration_seconds", event.seconds, provider, event.model)
        record("hub_llm_requests_total", 1, provider, event.model, event.outcome)
        record("timmy_llm_tokens_total", event.prompt_tokens, provider, "input")
        record("timmy_llm_tokens_total", event.completion_tokens, provider, "output")
        record("hub_llm_cached_tokens_total", event.cached_tokens, provider)
        record("hub_llm_cost_usd_total", event.cost, provider, event.model)
        if event.stations_s:
            record("hub_llm_overhead_seconds", event.stations_s)
        if event.first_s is not None:
            record("hub_llm_time_to_first_chunk_seconds", event.first_s, provider, event.model)
        if event.left_s is not None:
            record("hub_llm_deadline_left_seconds", event.left_s, provider)
        if event.fallback_from:
            record("hub_llm_fallback_total", 1, event.fallback_from, provider, event.why or "unknown")
        if event.resumed:
            record("hub_llm_midstream_resume_total", 1, provider)
        if event.speculative or event.hedged:
            purpose = "speculative" if event.speculative else "hedged"
            record("hub_llm_extra_requests_total", 1, provider, purpose)

    def _breaker(self, event: events.BreakerChanged) -> None:
        self._record("hub_llm_breaker_changes_total", 1, event.provider, event.state)

    def _tool(self, event: events.ToolCalled) -> None:
        self._record("personaplex_tool_calls_total", 1, event.tool)
        if event.outcome == "failed":
            self._record("hub_tool_failures_total", 1, event.tool)

    def _heard(self, event: events.SpeechHeard) -> None:
        self._record("hub_first_sound_seconds", event.ms / 1_000)
        self._voice(event, "outbound", "output")

    def _taken(self, event: events.SpeechTaken) -> None:
        self._voice(event, "inbound", "input")

    def _voice(self, event: events.SpeechHeard | events.SpeechTaken, direction: str, buffer: str) -> None:
        self._record("personaplex_audio_latency_ms", event.ms, direction)
        self._record("personaplex_buffer_depth", event.waiting, buffer)
        log.info(
            event.name, session_id=event.session, direction=direction, latency_ms=round(event.ms, 1),
            buffer_depth=event.waiting,
        )  # fmt: skip

    def _interrupted(self, event: events.SpeechInterrupted) -> None:
        self._record("personaplex_interruptions_total", 1)
        if event.ms:
            self._record("hub_voice_barge_in_stop_seconds", event.ms / 1_000)
        log.info(event.name, session_id=event.session, direction="inbound")

    def _timed(self, event: events.SpeechTimed) -> None:
        """Record each step of a turn once: all but the last when its sound left."""
        timed = event.timed
        if timed.played is not None:
            self._record("hub_voice_first_played_seconds", timed.played / 1_000)
            return
        self._record("hub_voice_turns_total", 1, "yes" if timed.sure else "no")
        for field, (name, _) in VOICE_STEPS.items():
            if (ms := getattr(timed, field)) is not None:
                self._record(f"hub_voice_{name}_seconds", ms / 1_000)

    def _counted(self, event: events.SpeechCounted) -> None:
        if event.what in VOICE_COUNTS:
            self._record(f"hub_voice_{VOICE_COUNTS[event.what][0]}_total", event.times)

    def _sessions(self, event: events.SpeechSessions) -> None:
        self._record("hub_voice_sessions", event.open)

    def _child(self, event: events.ChildChanged) -> None:
        if event.state in {"restarting", "failed"}:
            self._record("hub_child_restarts_total", 1, event.child)

    def _job(self, event: events.JobChanged) -> None:
        if event.state in {"done", "failed", "cancelled"}:
            self._record("timmy_tasks_total", 1, event.state, "hub")

    def _recovered(self, _: events.HubRecovered) -> None:
        self._record("hub_recoveries_total", 1)
