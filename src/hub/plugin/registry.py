"""Take what plugins register: routes, tiles, tools and providers, each under its owner's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route, WebSocketRoute

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.hub import Hub
    from hub.plugin.hookspecs import Risk, Tile
    from hub.plugin.lifecycle import Plugin


class Registrar:
    """The `Register` of one plugin; refuses what belongs to somebody else."""

    def __init__(self, hub: Hub, plugin: Plugin) -> None:
        self._hub, self._plugin = hub, plugin

    def route(self, path: str, endpoint: Callable[..., Any], methods: tuple[str, ...] = ("GET",)) -> None:
        """Serve ``path`` by ``endpoint``."""
        self._own(path)
        self._hub.routes.append(Route(path, endpoint, methods=list(methods)))

    def websocket(self, path: str, endpoint: Callable[..., Any]) -> None:
        """Serve a WebSocket at ``path``."""
        self._own(path)
        self._hub.routes.append(WebSocketRoute(path, endpoint))

    def tile(self, show: Callable[[], Tile]) -> None:
        """Set what the tile shows."""
        self._plugin.show = show

    def tool(self, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Add a tool."""
        self._hub.tools.add(self._plugin.name, run, name=name, risk=risk)

    def provider(self, provider: Any) -> None:
        """Add a language model provider."""
        self._hub.router.add(provider)

    def _own(self, path: str) -> None:
        prefix = f"/p/{self._plugin.name}/"
        if not path.startswith(prefix) and path not in self._plugin.manifest.public_paths:
            raise HubError(
                f"It wants to serve {path}, which its manifest does not name.",
                fix=f"Serve it under {prefix}, or name it in public_paths.",
            )
        if any(getattr(route, "path", None) == path for route in self._hub.routes):
            raise HubError(f"{path} is already served.", fix="Choose another path.")
