"""Read how the hub stands at the moment of a scrape: what is a state, and no count of what happened."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from hub.llm.routing.candidates import is_model
from hub.ports.memory import Kind, Leg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.hub import Hub
    from hub.ports.memory import MemoryHealth

Row = tuple[str, tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A family of gauges that is read at each scrape."""

    name: str
    about: str
    labels: tuple[str, ...] = ()


GAUGES = (
    Gauge("timmy_ws_connections", "WebSockets that are open."),
    Gauge("hub_info", "Always 1; the version is a label.", ("version",)),
    Gauge("hub_uptime_seconds", "How long this hub has run."),
    Gauge("hub_plugin_state", "1 for the state that a plugin is in.", ("plugin", "state")),
    Gauge("hub_plugin_since_timestamp_seconds", "When a plugin entered its state.", ("plugin",)),
    Gauge("hub_child_up", "1 while a child process is ready.", ("child",)),
    Gauge("hub_child_memory_bytes", "Resident memory of a child's whole process tree.", ("child",)),
    Gauge("hub_model_ready", "1 when a model file is there and whole.", ("model",)),
    Gauge("hub_model_bytes", "Bytes of a model file that are there.", ("model",)),
    Gauge("hub_jobs", "Jobs that wait or run.", ("state",)),
    Gauge("hub_tools", "Tools that may be called."),
    Gauge("hub_llm_redactions", "What was hidden from language models since the start, by kind.", ("kind",)),
    Gauge("hub_llm_replies_retold", "Answers that were told again without asking, since the start."),
    Gauge("hub_llm_breaker_state", "1 for the state that the breaker of a provider is in.",
          ("provider", "state")),
    Gauge("hub_llm_spent_usd", "US dollars spent this ``day`` and this ``month``, where the hub stands.",
          ("period",)),
    Gauge("hub_llm_limit_usd", "The limit on that, if there is one.", ("period",)),
    Gauge("timmy_memory_count", "Entries that the memory holds, by kind.", ("kind",)),
    Gauge("memory_recall_estimate", "Share of an exact search's ten best that the quick one finds."),
    Gauge("hub_memory_leg_up", "1 for each way in which the memory can find now, 0 for one it lacks.",
          ("leg",)),
    Gauge("hub_memory_to_embed", "Entries that are yet to be learnt by meaning."),
)  # fmt: skip


def read(hub: Hub, connections: int, memory: MemoryHealth | None = None) -> list[Row]:
    """Return all rows; on the event loop, and without a disk. ``memory``: None where there is none."""
    return [
        ("timmy_ws_connections", (), connections),
        ("hub_info", (hub.version,), 1),
        ("hub_uptime_seconds", (), time.time() - hub.started),
        ("hub_tools", (), len(list(hub.tools))),
        *_plugins(hub),
        *_children(hub),
        *_models(hub),
        *_jobs(hub),
        *_breakers(hub),
        *_money(hub),
        *_memory(memory),
        ("hub_llm_replies_retold", (), hub.replies.hits),
        *(("hub_llm_redactions", (kind,), count) for kind, count in hub.privacy.hidden.items()),
    ]


def _plugins(hub: Hub) -> Iterator[Row]:
    for plugin in hub.plugins:
        yield "hub_plugin_state", (plugin.name, plugin.state), 1
        yield "hub_plugin_since_timestamp_seconds", (plugin.name,), plugin.since


def _children(hub: Hub) -> Iterator[Row]:
    for child in hub.children:
        yield "hub_child_up", (child.spec.name,), child.state == "ready"
        yield "hub_child_memory_bytes", (child.spec.name,), child.memory


def _models(hub: Hub) -> Iterator[Row]:
    for file in hub.models.files:
        state = hub.models.state(file.name)
        ready = state.state == "ready"
        yield "hub_model_ready", (file.name,), ready
        yield "hub_model_bytes", (file.name,), state.total if ready else state.done


def _jobs(hub: Hub) -> Iterator[Row]:
    jobs = getattr(hub, "jobs", None)
    if jobs is not None:
        states = [job.state for job in jobs.list()]
        for state in ("waiting", "running"):
            yield "hub_jobs", (state,), states.count(state)


def _breakers(hub: Hub) -> Iterator[Row]:
    for provider in hub.router.providers:
        if is_model(provider.caps):
            yield "hub_llm_breaker_state", (provider.name, hub.breakers.state(provider.name).state), 1


def _money(hub: Hub) -> Iterator[Row]:
    for standing in hub.budget.standing():
        yield "hub_llm_spent_usd", (standing.period,), standing.spent
        if standing.limit:
            yield "hub_llm_limit_usd", (standing.period,), standing.limit


def _memory(health: MemoryHealth | None) -> Iterator[Row]:
    if health is None:
        return
    for kind in get_args(Kind):
        yield "timmy_memory_count", (kind,), health.by_kind.get(kind, 0)
    yield "memory_recall_estimate", (), health.recall_estimate
    yield "hub_memory_to_embed", (), health.to_embed
    for leg in get_args(Leg):
        yield "hub_memory_leg_up", (leg,), leg in health.legs
