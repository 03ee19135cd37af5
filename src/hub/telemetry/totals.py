"""Read the counts that parts keep themselves, at the moment of a scrape."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.hub import Hub
    from hub.telemetry.gauges import Row


class Totals:
    """What was counted since the last look, as counters take it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, tuple[str, ...]], float] = {}

    def since(self, hub: Hub) -> Iterator[Row]:
        """Yield by how much each count grew."""
        for name, labels, total in _read(hub):
            more = total - self._seen.get((name, labels), 0.0)
            self._seen[name, labels] = total
            if more > 0:
                yield name, labels, more


def _read(hub: Hub) -> Iterator[Row]:
    for kind, count in hub.privacy.hidden.items():
        yield "hub_llm_redactions_total", (kind,), count
    yield "hub_llm_cache_hits_total", (), hub.replies.hits
