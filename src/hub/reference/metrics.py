"""The page of metrics: all that ``/metrics`` tells, with kind, labels and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.reference import table
from hub.telemetry.gauges import GAUGES
from hub.telemetry.metrics import METRICS, SERIES

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADS = ("metric", "kind", "labels", "what")


def page() -> str:
    """Return docs/reference/metrics.md."""
    return table.page(
        "Metrics",
        "`GET /metrics` answers in the Prometheus text format, and in OpenMetrics to those who ask for it. "
        "From the hub's own machine it needs nothing; a request that a proxy passed on, or that comes from "
        "elsewhere, needs `Authorization: Bearer …` with the token in `HUB_METRICS_TOKEN` (or in the "
        "secret "
        "`metrics-token`), or a signed-in owner or member. Anyone with an account on the machine itself can "
        "read the figures; none of them holds a word that was said, a name or a key.",
        "Labels have few values: routes are templates, methods and states are fixed lists, and beyond "
        f"{SERIES:,} series all further ones become one, called `other`. A scrape of everything takes a few "
        "milliseconds; every 15 s is plenty.",
        "## What happened",
        table.table(HEADS, (_row(one.name, one.kind, one.labels, one.about) for one in METRICS)),
        "## How it stands",
        table.table(HEADS, (_row(one.name, "gauge", one.labels, one.about) for one in GAUGES)),
        "The process itself tells `process_*`, as the Prometheus client library names them.",
        "## Not there, because there is nothing to count yet",
        "`timmy_agent_health` comes with agents, "
        "`timmy_auction_duration_seconds` and `timmy_lightning_balance_sats` with the economy. A zero would "
        "be a lie, so they are left out.",
    )


def _row(name: str, kind: str, labels: Iterable[str], about: str) -> tuple[str, str, str, str]:
    return table.code(name), kind, ", ".join(labels), table.words(about)
