"""The page: plain routes for people, and one WebSocket per tab that carries every live update."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from hub.web.live import Live
from hub.web.site import Site
from hub.web.socket import serve_tabs

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from hub.hub import Hub

__all__ = ["routes"]

AREAS = (
    "models", "pages", "style", "people", "me", "kept", "door", "stream", "health", "talks", "settings",
    "language", "backup", "doctor", "timers", "approvals", "plugins", "panels", "voices", "voice", "trust",
    "memory", "forgetting", "entry",
)  # fmt: skip
"""The modules here that serve pages, each by its ``routes(site)``. Add yours."""


def routes(hub: Hub) -> list[BaseRoute]:
    """Return the routes of all pages, of the static files and of the tabs' socket."""
    site = Site(hub)
    areas = (importlib.import_module(f"hub.web.{area}") for area in AREAS)
    pages = [route for area in areas for route in area.routes(site)]
    return [*pages, *site.static.routes(), *serve_tabs(hub, Live(hub, site))]
