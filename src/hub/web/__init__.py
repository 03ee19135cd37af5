"""The page: plain routes for people, and one WebSocket per tab that carries every live update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.web.live import Live
from hub.web.pages import Pages
from hub.web.render import Renderer
from hub.web.socket import serve_tabs
from hub.web.static import Static

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from hub.hub import Hub

__all__ = ["routes"]


def routes(hub: Hub) -> list[BaseRoute]:
    """Return the routes of the page: home, talks, static files and the tabs' socket."""
    static = Static()
    renderer = Renderer(hub, static)
    return [*Pages(hub, renderer).routes(), *static.routes(), serve_tabs(hub, Live(hub, renderer))]
