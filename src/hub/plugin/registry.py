"""Take what plugins register, each under its owner's name, and take it back when the owner stops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from starlette.routing import Match, Route, WebSocketRoute

from hub.errors import HubError
from hub.plugin import dispatch, guarded
from hub.plugin.acting import acting
from hub.plugin.hookspecs import Health, LoginMethod, Panel
from hub.plugin.provided import Provided
from hub.plugin.served import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.routing import BaseRoute

    from hub.hub import Hub
    from hub.llm.provider import Provider
    from hub.plugin.hooks import Complain
    from hub.plugin.hookspecs import Risk, Tile
    from hub.plugin.states import Plugin

REGISTER_S = 1.0
REGISTERS = ("hub_routes", "hub_panels", "hub_tools", "hub_providers", "hub_logins")
RISKS = ("read", "write", "danger")
CORE_ROOTS = frozenset(
    (
        *("api", "v1", "p", "status", "execute", "health", "metrics", "openapi.json", "personas", "static"),
        "memory",
    )
)
"""First parts of paths that are the core's own, whether or not something is served there now."""


class Registrar:
    """The `Register` of one plugin; refuses what belongs to somebody else."""

    def __init__(self, hub: Hub, plugin: Plugin, complain: Complain) -> None:
        self._hub, self._plugin, self._complain = hub, plugin, complain

    def route(self, path: str, endpoint: Callable[..., Any], methods: tuple[str, ...] = ("GET",)) -> None:
        """Serve ``path`` by ``endpoint``."""
        self._own(path)
        self._serve(Route(path, endpoint, methods=list(methods)))

    def websocket(self, path: str, endpoint: Callable[..., Any]) -> None:
        """Serve a WebSocket at ``path``."""
        self._own(path)
        self._serve(WebSocketRoute(path, endpoint))

    def tile(self, show: Callable[[], Tile]) -> None:
        """Set what the tile shows."""
        self._plugin.show = self._guarded("tile", show)

    def panel(
        self, template: str, show: Callable[[], Mapping[str, Any]], *, refresh_on: tuple[str, ...] = ()
    ) -> None:
        """Show a page at ``/p/<plugin>/``; a plugin has one."""
        path = f"/p/{self._plugin.name}/"
        if self._plugin.panel is not None or owner_of(self._hub.routes, path):
            raise HubError(f"{path} is already {self._plugin.name}'s.", fix="Register one panel.")
        self._plugin.panel = Panel(template, self._guarded("panel", show), tuple(refresh_on))

    def tool(self, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Add a tool."""
        if risk not in RISKS:
            raise HubError(f"A tool cannot be of risk {risk!r}.", fix=f"Choose one of {', '.join(RISKS)}.")
        name = name or getattr(run, "__name__", "")
        self._hub.tools.add(self._plugin.name, self._guarded(f"tool {name}", run), name=name, risk=risk)

    def provider(self, provider: Any) -> None:
        """Add a language model provider."""
        offered = Provided(self._plugin.name, provider, self._complain)
        for other in self._hub.router.providers:
            if other.name == offered.name:
                raise HubError(f"The provider {other.name} is already there.", fix="Choose another name.")
        self._plugin.providers.append(offered)
        self._hub.router.add(cast("Provider", offered))

    def login(self, name: str, title: str, path: str) -> None:
        """Offer a way to sign in."""
        below = path.removeprefix(f"/p/{self._plugin.name}/")
        if below == path or not below.strip("/"):
            raise HubError(
                f"It wants to sign people in at {path}.", fix=f"Serve it below /p/{self._plugin.name}/."
            )
        self._plugin.logins.append(LoginMethod(name, title, path))

    def _guarded(self, what: str, run: Callable[..., Any]) -> Callable[..., Any]:
        return guarded.function(self._plugin.name, what, run, self._complain)

    def _serve(self, route: Route | WebSocketRoute) -> None:
        route.app = served(
            self._plugin.name, route.path, route.app, self._complain, self._is_open(route.path)
        )
        route.owner = self._plugin.name  # type: ignore[union-attr]  # so that a clash can name it
        self._hub.routes.append(route)

    def _is_open(self, served_at: str) -> Callable[[str], bool]:
        """Return what says whether strangers may ask for a path: a public one, or where they sign in."""
        plugin = self._plugin
        public = served_at in plugin.manifest.public_paths

        def is_open(path: str) -> bool:
            return public or any(f"{path}/".startswith(f"{one.path.rstrip('/')}/") for one in plugin.logins)

        return is_open

    def _own(self, path: str) -> None:
        name, prefix = self._plugin.name, f"/p/{self._plugin.name}/"
        if not path.startswith(prefix):
            if owner := owner_of(self._hub.routes, path) or self._core(path):
                raise HubError(f"{path} is already {owner}.", fix="Choose another path.")
            if path not in self._plugin.manifest.public_paths:
                raise HubError(
                    f"It wants to serve {path}, which its manifest does not name.",
                    fix=f"Serve it under {prefix}, or name it in public_paths.",
                )
        elif owner_of(self._hub.routes, path) or (path == prefix and self._plugin.panel):
            raise HubError(f"{path} is already {name}'s.", fix="Choose another path.")

    def _core(self, path: str) -> str:
        """Return whose it is, when the core serves ``path`` itself."""
        scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}
        taken = path.split("/")[1] in CORE_ROOTS or any(
            route.matches(scope)[0] is not Match.NONE for route in self._hub.reserved
        )
        return "the hub's" if taken else ""


async def register(hub: Hub, plugin: Plugin, complain: Complain) -> None:
    """Let ``plugin`` register all it has; what fails is its flaw, and costs only what failed."""
    for name in REGISTERS:
        if hook := plugin.hooks.get(name):
            try:
                with acting(plugin.name):
                    await dispatch.call(hook, REGISTER_S, register=Registrar(hub, plugin, complain))
            except HubError as error:
                plugin.flaw = plugin.flaw or Health("degraded", str(error), error.fix)


def owner_of(routes: Iterable[BaseRoute], path: str) -> str:
    """Return whose ``path`` is, as in "voice's"; "" when it is nobody's."""
    wanted = _shape(path)
    for route in routes:
        if _shape(getattr(route, "path", "")) == wanted:
            return f"{getattr(route, 'owner', 'hub')}'s"
    return ""


def withdraw(hub: Hub, plugin: Plugin) -> None:
    """Take back all that ``plugin`` registered."""
    hub.routes[:] = [route for route in hub.routes if getattr(route, "owner", "") != plugin.name]
    hub.tools.drop(plugin.name)
    for provider in plugin.providers:
        hub.router.drop(cast("Provider", provider))
    plugin.providers.clear()
    plugin.logins.clear()
    plugin.show = plugin.panel = plugin.flaw = None


def _shape(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)
