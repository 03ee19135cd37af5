"""Serve the event stream: what happens, as it happens, with filters and the whole story of one trace.

An event is rendered once and sent to every tab that shows the stream, without waiting for others. What
people said is never part of it: it tells how much was said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.errors import HubError
from hub.telemetry.happenings import KINDS, Filter, details, happening, select

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.events import Event
    from hub.web.site import Site

NEEDS = "read every event"
NAME = "stream"
SHOWN = 200


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes, and offer the stream to the tabs."""
    pages = StreamPages(site)
    site.parts.stream(NAME, pages.tell, NEEDS)
    return [
        site.page("/events", pages.show, needs=NEEDS),
        site.page("/events/rows", pages.rows, needs=NEEDS),
        site.page("/events/{serial}", pages.one, needs=NEEDS),
    ]


class StreamPages:
    """The page of the stream, what is pushed to it, and what is known of one event."""

    def __init__(self, site: Site) -> None:
        self._site, self._bus = site, site.hub.bus

    def tell(self, event: Event) -> dict[str, Any] | None:
        """Return the message that brings ``event`` to a page, None for what is gone in a moment."""
        if event.fleeting:
            return None
        return {"type": "happened", "serial": event.serial, "html": self._row(event)}

    async def show(self, request: Request) -> Response:
        """Show the latest; what the filter leaves out is in the page as well, for the filter to change."""
        chosen = _filter(request)
        events = select(self._bus.history(), Filter(), SHOWN)
        if chosen.trace:  # a story may begin further back
            events = select(self._bus.history(), Filter(trace=chosen.trace), SHOWN) or events
        lines = [(happening(event), chosen.takes(event)) for event in events]
        return self._site.show(
            request, "events.html", title="Events", parts=(NAME,), lines=lines, chosen=chosen, kinds=KINDS,
            shown=sum(taken for _, taken in lines), most=SHOWN,
        )  # fmt: skip

    async def rows(self, request: Request) -> Response:
        """Return the lines of what happened since a page last heard of anything."""
        events = select(self._bus.history(), _filter(request), SHOWN)
        return self._site.answer(request, "".join(self._row(event) for event in events))

    async def one(self, request: Request) -> Response:
        """Show one event whole; to a script only its inside."""
        serial = request.path_params["serial"]
        event = next((event for event in self._bus.history() if str(event.serial) == serial), None)
        if event is None:
            raise HubError("I no longer know of that event.", fix="I keep the latest thousand.")
        line, json = happening(event), _pretty(details(event))
        if "part" in request.query_params:
            return self._site.answer(
                request, self._site.renderer.page("parts/event.html", line=line, json=json)
            )
        return self._site.show(request, "event.html", title=event.name, line=line, json=json)

    def _row(self, event: Event) -> str:
        return self._site.renderer.page("parts/happening.html", line=happening(event), taken=True)


def _filter(request: Request) -> Filter:
    asked = request.query_params
    kind, since = asked.get("kind", ""), asked.get("since", "0")
    return Filter(
        kind if kind in KINDS else "", asked.get("q", "")[:80], asked.get("trace", "")[:32],
        asked.get("faults") == "1", int(since) if since.isdecimal() and since.isascii() else 0,
    )  # fmt: skip


def _pretty(value: dict[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
