"""Measure the language router: what it loses, whom it makes wait, what it adds. Writes bench/out/router.json.

Run ``make bench-router``, or ``python bench/router.py [section ...]``. Faults come from
`hub.testing.upstream`. The peers are installed from the package index (see `router_peers`); what cannot be
had is left out.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import router_faults
import router_footprint
import router_http
import router_overhead
import router_paced
import router_peers
import router_virtual
import structlog
import uvloop
from rows import save

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SECTIONS: dict[str, Callable[[], Awaitable[list[dict[str, Any]]]]] = {
    "lost": router_paced.lost,
    "primary_share": router_virtual.primary_share,
    "deadline_payers": router_virtual.deadline_payers,
    "schedules": router_faults.schedules,
    "hang": router_faults.hang,
    "inproc": router_overhead.inproc,
    "footprint": router_footprint.footprint,
    **router_http.SECTIONS,
}


async def main(wanted: list[str]) -> None:
    """Run the sections wanted and keep their rows in bench/out/router.json."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        for name in wanted or list(SECTIONS):
            save("router", await SECTIONS[name]())
    finally:
        router_peers.leave()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the loop that the hub runs on
        runner.run(main(sys.argv[1:]))
