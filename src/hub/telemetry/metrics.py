"""Count and time what happens, and show it at ``/metrics`` in the formats of Prometheus.

The library is imported after the first page has been served; what was recorded before then waits.
Every series is listed here or in `hub.telemetry.gauges`; docs/reference/metrics.md is made of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import structlog

from hub.ports.memory import Memory, NullMemory
from hub.telemetry import gauges
from hub.telemetry.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client import CollectorRegistry

    from hub.hub import Hub
    from hub.ports.memory import MemoryHealth

log = structlog.get_logger(__name__)

EARLY = 4_096
MEMORY_S = 0.5
"""Seconds that a scrape waits for the memory to count itself."""

SERIES = 2_000
"""Combinations of labels that are kept apart; all further ones become one, called "other"."""

INSTANT = (2e-05, 5e-05, 1e-04, 1.5e-04, 2.5e-04, 5e-04, 0.001, 0.005, 0.05)
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
FIRST = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 5.0)
HEARD = (0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.85, 1.0, 1.5, 3.0, 8.0)
SLOW = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


VOICE_STEPS = {
    "tail": ("vad_tail", "the silence was noticed."),
    "text": ("stt_final", "the final words were there."),
    "endpoint": ("endpoint_wait", "the turn was taken as over."),
    "token": ("llm_first", "the first words of the answer came."),
    "sound": ("tts_first", "its first sound was made."),
    "sent": ("first_audio", "that sound left."),
    "played": ("first_played", "the client played it, where it says so."),
}
"""The steps of a spoken turn, by the fields of `hub.ports.Timed`, as series are called."""

VOICE_COUNTS = {
    "merge": ("merge_resume", "Turns whose end was taken back, since the person went on."),
    "false_barge_in": ("false_barge_in", "Sounds over an answer that were no interruption."),
    "echo": ("echo_dropped", "Answers that the microphone heard, and that were not taken for words."),
    "underrun": ("underruns", "Gaps in the sound at a client."),
    "dropped": ("input_dropped", "Pieces of a person's sound that were lost, since the ears were away."),
    "slip": ("slips", "Times that a listener's clock, or ours, was given up."),
}
"""What voice sessions count, by `hub.ports.Noticed`, as series are called."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of series. ``buckets``: upper bounds of a histogram, in the unit that its name ends with."""

    kind: Literal["counter", "gauge", "histogram"]
    name: str
    about: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


METRICS = (
    Metric("histogram", "timmy_llm_request_duration_seconds", "Time until a language model was done.",
           ("provider", "model"), SLOW),
    Metric("counter", "timmy_llm_tokens_total", "Tokens read (input) and written (output).",
           ("provider", "direction")),
    Metric("gauge", "personaplex_audio_latency_ms",
           "Latest wait in a voice session, in milliseconds. ``inbound``: from silence to an accepted turn; "
           "``outbound``: to the first sound of the answer.",
           ("direction",)),
    Metric("gauge", "personaplex_buffer_depth",
           "Pieces of sound that waited, last seen. ``input``: for the ears; ``output``: for the listener.",
           ("buffer",)),
    Metric("counter", "personaplex_interruptions_total", "Answers that somebody spoke over."),
    Metric("counter", "personaplex_tool_calls_total", "Calls of tools.", ("tool",)),
    Metric("counter", "timmy_tasks_total",
           "Jobs that ended, by how. ``persona`` is ``hub`` until there are others.",
           ("status", "persona")),
    Metric("histogram", "hub_request_duration_seconds", "Time to the end of a response.",
           ("route", "method", "status"), QUICK),
    Metric("counter", "hub_response_bytes_total", "Bytes of responses.", ("route",)),
    Metric("counter", "hub_turns_total", "Turns that ended.", ("source", "outcome", "provider")),
    Metric("histogram", "hub_first_word_seconds", "Time from the words to the first word of the answer.",
           ("source", "provider"), (0.01, *SLOW)),
    *(Metric("histogram", f"hub_voice_{name}_seconds", f"After the person fell silent: time until {about}",
             (), HEARD) for name, about in VOICE_STEPS.values()),
    Metric("counter", "hub_voice_turns_total",
           "Spoken turns that were answered aloud. ``sure``: whether the turn model was.", ("sure",)),
    Metric("histogram", "hub_voice_barge_in_stop_seconds",
           "Time from the first sign of somebody speaking over an answer to its silence.", (), HEARD),
    *(Metric("counter", f"hub_voice_{name}_total", about) for name, about in VOICE_COUNTS.values()),
    Metric("gauge", "hub_voice_sessions", "Voice sessions that are open."),
    Metric("histogram", "hub_first_sound_seconds", "Time from the person's silence to the first sound.",
           (), SLOW),
    Metric("counter", "hub_llm_requests_total",
           "Times that a language model was asked, by outcome: done, failed, cut, stopped.",
           ("provider", "model", "outcome")),
    Metric("histogram", "hub_llm_time_to_first_chunk_seconds",
           "Time until the first piece of a language model's answer.", ("provider", "model"), FIRST),
    Metric("histogram", "hub_llm_deadline_left_seconds",
           "What was left of the time that a language model had for its first piece.", ("provider",), FIRST),
    Metric("histogram", "hub_llm_overhead_seconds",
           "Time that deciding whom to ask took: privacy, capability, budget, breaker.", (), INSTANT),
    Metric("counter", "hub_llm_cost_usd_total", "US dollars that language models cost.",
           ("provider", "model")),
    Metric("counter", "hub_llm_cached_tokens_total", "Tokens read that a server had read before.",
           ("provider",)),
    Metric("counter", "hub_llm_fallback_total",
           "Times that one was asked in place of another, and why: trip, hold, config, caller, local, "
           "privacy, capability, budget, breaker.", ("from", "to", "reason")),
    Metric("counter", "hub_llm_midstream_resume_total",
           "Times that a language model went on in the middle of another's answer.", ("provider",)),
    Metric("counter", "hub_llm_extra_requests_total",
           "Requests that nobody had to wait for. ``speculative``: before the words were final; ``hedged``: "
           "beside another that was slow.", ("provider", "purpose")),
    Metric("counter", "hub_llm_redactions_total",
           "Times that something was hidden from a language model, by what it was.", ("kind",)),
    Metric("counter", "hub_llm_cache_hits_total", "Answers that were kept from before."),
    Metric("counter", "hub_llm_breaker_changes_total", "States that a breaker went into.",
           ("provider", "state")),
    Metric("counter", "hub_tool_failures_total", "Calls of tools that failed.", ("tool",)),
    Metric("counter", "hub_child_restarts_total", "Times that a child process was brought back.", ("child",)),
    Metric("counter", "hub_recoveries_total", "Times that this hub came back after it had died."),
    Metric("histogram", "hub_event_loop_lag_seconds", "How late the event loop was, measured twice a second.",
           (), QUICK),
)  # fmt: skip


_VERBS = {"counter": "inc", "gauge": "set", "histogram": "observe"}


class Metrics:
    """The series of one hub."""

    def __init__(self) -> None:
        self.connections = 0
        """WebSockets that are open now."""
        self._known = {metric.name: metric for metric in METRICS}
        self._early: deque[tuple[str, float, tuple[str, ...]]] = deque(maxlen=EARLY)
        self._series: dict[tuple[str, tuple[str, ...]], Callable[[float], None]] = {}
        self._registry: CollectorRegistry | None = None
        self._families: dict[str, Any] = {}
        self._rows: list[gauges.Row] = []
        self._totals = Totals()
        self._lock = asyncio.Lock()

    def record(self, name: str, value: float, *labels: str) -> None:
        """Add ``value`` to a counter, set a gauge to it, or have a histogram observe it."""
        series = self._series.get((name, labels))
        if series is None:
            if self._registry is None:
                self._early.append((name, value, labels))
                return
            series = self._make(name, labels)
        series(value)

    async def load(self) -> None:
        """Import the library, on a thread, and take up what was recorded before."""
        async with self._lock:
            if self._registry is None:
                registry = await asyncio.to_thread(self._build)
                self._registry = registry
                while self._early:
                    name, value, labels = self._early.popleft()
                    self.record(name, value, *labels)

    async def scrape(self, hub: Hub, accept: str) -> tuple[bytes, str]:
        """Return everything as text, and its content type, in the format that ``accept`` asks for."""
        await self.load()
        memory = await _memory(hub)
        async with self._lock:
            self._rows = gauges.read(hub, self.connections, memory)
            for name, labels, more in self._totals.since(hub):
                self.record(name, more, *labels)
            return await asyncio.to_thread(self._render, accept)

    def collect(self) -> Iterator[Any]:
        """Yield the gauges as they were read for this scrape: the protocol of a collector."""
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415  see the module's docstring

        families = {
            gauge.name: GaugeMetricFamily(gauge.name, gauge.about, labels=gauge.labels)
            for gauge in gauges.GAUGES
        }
        for name, labels, value in self._rows:
            families[name].add_metric(labels, value)
        yield from (family for family in families.values() if family.samples)

    def _build(self) -> CollectorRegistry:
        from prometheus_client import (  # noqa: PLC0415  see the module's docstring
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        kinds: dict[str, Any] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
        disable_created_metrics()  # type: ignore[no-untyped-call]  # one series more for each, of its birth
        registry = CollectorRegistry(auto_describe=False)
        for metric in METRICS:
            options: dict[str, Any] = {"buckets": metric.buckets} if metric.buckets else {}
            family = kinds[metric.kind](
                metric.name, metric.about, metric.labels, registry=registry, **options
            )
            self._families[metric.name] = family
        ProcessCollector(registry=registry)
        registry.register(self)
        return registry

    def _make(self, name: str, labels: tuple[str, ...]) -> Callable[[float], None]:
        metric, family = self._known[name], self._families[name]
        kept = labels if len(self._series) < SERIES else ("other",) * len(labels)
        child = family.labels(*kept) if metric.labels else family
        verb: Callable[[float], None] = getattr(child, _VERBS[metric.kind])
        if kept == labels:
            self._series[name, labels] = verb
        return verb

    def _render(self, accept: str) -> tuple[bytes, str]:
        from prometheus_client.exposition import choose_encoder  # noqa: PLC0415  see the module's docstring

        assert self._registry is not None  # noqa: S101  load() comes first
        encode, kind = choose_encoder(accept)
        return encode(self._registry), kind


async def _memory(hub: Hub) -> MemoryHealth | None:
    """Return how the memory does; None where there is none, or where it does not say so soon."""
    memory = hub.port(Memory)  # type: ignore[type-abstract]  # a Protocol is the key
    if isinstance(memory, NullMemory):
        return None
    try:
        async with asyncio.timeout(MEMORY_S):
            return await memory.health()
    except Exception as error:  # noqa: BLE001  a plugin's; the other figures are told
        log.warning("memory.not_counted", reason=repr(error))
        return None
