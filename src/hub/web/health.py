"""Serve the health of the hub: to machines in JSON, to people as a page, what is not well first.

Where something can be mended from here, its button stands beside the reason.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from starlette.responses import JSONResponse
from starlette.routing import Route

from hub.auth.roles import allows
from hub.errors import HubError
from hub.llm.figures.overview import standings
from hub.telemetry.happenings import Happening, happening
from hub.web import status
from hub.web.ago import ago, span
from hub.web.lanes import word_of
from hub.web.tiles import TileView, tile
from hub.web.vitals import Vitals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.hub import Hub
    from hub.supervise.child import Child
    from hub.web.site import Site

MENDS = "change settings"
EVERYONE, OWNER = "health", "health-owner"
LATEST = 3
_TONES = {"ready": "well", "failed": "stop", "stopped": "off"}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that mends: a button that posts to ``path``, or a link there."""

    title: str
    path: str
    link: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is not well, and what mends it."""

    title: str
    reason: str
    fix: str
    tone: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class PluginView:
    """One plugin with its heartbeat, since when it is so, what it did last, and what could mend it."""

    tile: TileView
    since: str
    latest: list[Happening]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class ChildView:
    """One child process; ``memory`` in bytes."""

    name: str
    state: str
    tone: str
    reason: str
    since: str
    restarts: int
    memory: int
    act: Act


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes, and keep the page up to date in every tab that shows it."""
    pages = HealthPages(site)
    site.part(EVERYONE, lambda: pages.part(EVERYONE))
    site.part(OWNER, lambda: pages.part(OWNER), needs=MENDS)
    return [
        Route("/health", pages.answer),
        site.page("/health/children/{name}/restart", pages.restart, methods=("POST",), needs=MENDS),
        site.page("/health/plugins/{name}/check", pages.check, methods=("POST",), needs=MENDS),
        site.page("/health/models", pages.fetch, methods=("POST",), needs=MENDS),
    ]


class HealthPages:
    """The health page and its acts."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._vitals = Vitals(site.hub)
        self._page = cast("Route", site.page("/health", self.show)).endpoint

    async def answer(self, request: Request) -> Response:
        """S1-08: machines get JSON without details, whoever they are; people who are signed in a page."""
        person = getattr(request.state, "person", None)
        if person is not None and "text/html" in request.headers.get("accept", ""):
            response: Response = await self._page(request)
        else:
            response = JSONResponse(alive(self._hub))
        response.headers["vary"] = ", ".join(filter(None, [response.headers.get("vary"), "accept", "cookie"]))
        return response

    async def show(self, request: Request) -> Response:
        """Show the page; only the owner's has buttons."""
        await self._vitals.refresh()
        await self._site.renderer.probe()
        part = OWNER if allows(request.state.person, MENDS) else EVERYONE
        return self._site.show(request, "health.html", title="Health", parts=(part,), shown=part)

    async def restart(self, request: Request) -> Response:
        """Restart a child process."""
        child = self._hub.children.get(request.path_params["name"])
        child.restart()
        return self._site.back(request, "/health", said=f"Restarting {child.spec.name}.")

    async def check(self, request: Request) -> Response:
        """Ask a plugin for its health now."""
        plugin = self._hub.plugins.get(request.path_params["name"])
        if plugin is None:
            raise HubError("There is no such plugin.", fix="Go back to the health page.")
        self._hub.recheck(plugin.name)
        return self._site.back(request, "/health", said=f"Asked {plugin.title} how it is.")

    async def fetch(self, request: Request) -> Response:
        """Fetch what is missing of the models, now."""
        self._hub.spawn(self._hub.models.ensure(), name="models")
        return self._site.back(request, "/health", said="Getting what is missing.")

    def part(self, name: str) -> str:
        """Return the markup that changes by itself."""
        self._vitals.refresh_later()
        hub, language = self._hub, self._site.renderer.language
        return self._site.renderer.page(
            "parts/health.html", name=name, may=name == OWNER, troubles=troubles(hub, language),
            plugins=[_plugin(hub, plugin) for plugin in hub.plugins], children=[*map(_child, hub.children)],
            language=[(one, word_of(one)) for one in standings(hub, language)],
            calm=status.calm(hub), models=_models(hub), machine=self._vitals.latest,
            lag=hub.lag, damaged=hub.transcripts.damaged, up=span(time.time() - hub.started), size=size,
            clock=time.strftime("%H:%M, %Z"), version=hub.version,
        )  # fmt: skip


def alive(hub: Hub) -> dict[str, Any]:
    """Return what anyone may know: that the hub is alive, and in which state each plugin is."""
    return {"status": "ok", "version": hub.version, "plugins": {p.name: p.state for p in hub.plugins}}


def troubles(hub: Hub, language: Iterable[dict[str, Any]]) -> list[Trouble]:
    """Return what is not well, the worst first, each with what mends it."""
    found = [
        Trouble(fault.title, fault.reason, fault.fix, fault.tone, _acts(hub, fault))
        for fault in status.faults(hub, list(language))
    ]
    lost = [
        Trouble(f"The talks of {day} cannot be read", str(error), error.fix, "care", ())
        for day, error in hub.transcripts.damaged.items()
    ]
    return found + lost


def _acts(hub: Hub, fault: status.Fault) -> tuple[Act, ...]:
    kind, _, name = fault.anchor.partition("-")
    if kind == "plugin":
        return _mends(hub, name)
    if any(hub.models.state(file.name).state == "failed" for file in hub.models.files):
        return (Act("Get it again", "/health/models"), Act("Models", "/models", link=True))
    broken = [child for child in hub.children.of("") if child.state in {"failed", "restarting"}]
    return tuple(_restart(child) for child in broken) or (Act("Language", "/language", link=True),)


def _mends(hub: Hub, name: str) -> tuple[Act, ...]:
    """Return what may mend the plugin ``name``: its broken processes anew, or another look."""
    plugin = hub.plugins.get(name)
    if plugin is None or not plugin.running or plugin.state == "ready":
        return ()
    broken = [child for child in hub.children.of(name) if child.state != "ready"]
    return tuple(_restart(child) for child in broken) or (
        Act("Check again", f"/health/plugins/{name}/check"),
    )


def _restart(child: Child) -> Act:
    return Act("Restart it", f"/health/children/{child.spec.name}/restart")


def _plugin(hub: Hub, plugin: Any) -> PluginView:
    names = {child.spec.name for child in hub.children.of(plugin.name)}
    about = [
        happening(event)
        for event in reversed(hub.bus.history())
        if getattr(event, "plugin", "") == plugin.name or getattr(event, "child", "") in names
    ]
    return PluginView(tile(hub, plugin), ago(plugin.since), about[:LATEST], _mends(hub, plugin.name))


def _child(child: Child) -> ChildView:
    tone = _TONES.get(child.state, "care")
    return ChildView(
        child.spec.name, child.state, tone, child.reason, ago(child.since), child.restarts, child.memory,
        _restart(child),
    )  # fmt: skip


def _models(hub: Hub) -> str:
    """Return how the models do, in a sentence."""
    states = [hub.models.state(file.name).state for file in hub.models.files]
    ready, failed = states.count("ready"), states.count("failed")
    wanted = len(states) - states.count("off")
    if not wanted:
        return "None is needed."
    return f"{ready} of {wanted} files are here." + (f" {failed} could not be got." if failed else "")


def size(count: int) -> str:
    """Return a number of bytes in the largest unit that fits, in steps of 1,000 as disks are sold."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.3g}\N{NO-BREAK SPACE}{name}"
    return f"{count}\N{NO-BREAK SPACE}B"
