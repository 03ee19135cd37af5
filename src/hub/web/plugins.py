"""Serve the plugins: how each does, since when and why, what it may do, and what mends it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from hub.auth.roles import allows
from hub.errors import HubError
from hub.plugin import origin, quality
from hub.web import status
from hub.web.ago import ago, left, moment
from hub.web.tiles import TileView, tile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.hub import Hub
    from hub.plugin.quality import Grade
    from hub.plugin.states import Change, Plugin
    from hub.web.site import Site

log = structlog.get_logger(__name__)

PATH, SEES, ACTS = "/plugins", "member", "change settings"
HISTORY = 20
_GROUPS = (("here", "Here"), ("off", "Off"), ("later", "Not built yet"))
_TONES = {"ready": "well", "degraded": "care", "disabled": "stop"}


@dataclass(frozen=True, slots=True)
class Row:
    """One plugin in the list."""

    plugin: Plugin
    tile: TileView
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A plugin entered a state; ``tone`` colours its word."""

    at: float
    state: str
    tone: str
    reason: str
    fix: str


def routes(site: Site) -> list[BaseRoute]:
    """Offer the parts ``plugins`` and ``about-<name>``; return the routes."""
    pages = PluginPages(site)
    site.part("plugins", pages.rows, needs=SEES)
    site.parts.add_personal("about-", pages.about, SEES)
    acts = {
        "enable": pages.enable, "disable": pages.disable, "restart": pages.restart, "check": pages.check,
    }  # fmt: skip
    return [
        site.page(PATH, pages.index, needs=SEES),
        site.page(f"{PATH}/look", pages.look, methods=("POST",), needs=ACTS),
        site.page(f"{PATH}/{{name}}", pages.show, needs=SEES),
        *(
            site.page(f"{PATH}/{{name}}/{name}", act, methods=("POST",), needs=ACTS)
            for name, act in acts.items()
        ),
    ]


class PluginPages:
    """The list of plugins, a page about each, and what their buttons do."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._grades: dict[str, tuple[str, Grade | None]] = {}
        self._grading: set[str] = set()

    async def index(self, request: Request) -> Response:
        """List all that are installed."""
        owner = allows(request.state.person, ACTS)
        return self._site.show(request, "plugins.html", title="Plugins", parts=("plugins",), owner=owner)

    async def show(self, request: Request) -> Response:
        """Show one plugin."""
        plugin = find(self._hub, request.path_params["name"])
        if allows(request.state.person, ACTS):
            self._grade(plugin)
        self._site.parts.renew()
        part = f"about-{plugin.name}"
        return self._site.show(
            request, "plugin.html", title=plugin.title, parts=(part,), name=part, plugin=plugin
        )

    def rows(self) -> str:
        """Return the list as markup."""
        rows = [_row(self._hub, plugin) for plugin in self._hub.plugins]
        groups = [(title, [row for row in rows if row.kind == kind]) for kind, title in _GROUPS]
        return self._site.renderer.page("parts/plugins.html", groups=groups, rows=rows)

    def about(self, part: str, person: Person | None) -> str:
        """Return all about one plugin as markup; what is the owner's alone is left out for others."""
        hub, plugin = self._hub, self._hub.plugins.get(part.partition("-")[2])
        if plugin is None:
            return self._site.renderer.page("parts/plugin_gone.html", id=part)
        owner = allows(person, ACTS)
        kind, grade = self._grades.get(plugin.name, ("", None))
        return self._site.renderer.page(
            "parts/plugin.html", id=part, plugin=plugin, owner=owner, row=_row(hub, plugin),
            since=ago(plugin.since), retry=left(plugin.retry_at) if plugin.retry_at else "",
            history=moments(list(plugin.history)[-HISTORY:]),
            tools=[tool for tool in hub.tools if tool.owner == plugin.name],
            off=plugin.name in hub.settings.disabled, log=_lines(plugin) if owner else [], hub=hub,
            grade=grade, graded=bool(kind), loss=_loss(plugin), failures=plugin.budget.total,
        )  # fmt: skip

    async def enable(self, request: Request) -> Response:
        """Switch a plugin on and start it."""
        return await self._did(request, self._hub.plugins.enable)

    async def disable(self, request: Request) -> Response:
        """Stop a plugin, and leave it off."""
        return await self._did(request, self._hub.plugins.disable)

    async def restart(self, request: Request) -> Response:
        """Stop and start a plugin."""
        return await self._did(request, self._hub.plugins.restart)

    async def check(self, request: Request) -> Response:
        """Ask a plugin for its health now."""
        plugin = find(self._hub, request.path_params["name"])
        self._hub.recheck(plugin.name)
        return self._site.back(request, f"{PATH}/{plugin.name}", said=f"Asked {plugin.title} how it is.")

    async def look(self, request: Request) -> Response:
        """Find what was installed since the hub started."""
        before = len(self._hub.plugins)
        await asyncio.to_thread(self._hub.plugins.discover)
        found = len(self._hub.plugins) - before
        said = (
            f"Found {found} new: see what it may do, then start it." if found else "Nothing new is installed."
        )
        return self._site.back(request, PATH, said=said)

    async def _did(self, request: Request, act: Callable[[str], Awaitable[None]]) -> Response:
        plugin = find(self._hub, request.path_params["name"])
        await act(plugin.name)
        state = "off" if plugin.name in self._hub.settings.disabled else plugin.state
        return self._site.back(request, f"{PATH}/{plugin.name}", said=f"{plugin.title} is {state} now.")

    def _grade(self, plugin: Plugin) -> None:
        """Have the quality of ``plugin`` looked at, once for each version, in a process of its own."""
        if plugin.entry is not None and plugin.manifest.built and plugin.name not in self._grading:
            self._grading.add(plugin.name)
            self._hub.spawn(self._look_at(plugin), name=f"quality of {plugin.name}")

    async def _look_at(self, plugin: Plugin) -> None:
        entry: Any = plugin.entry
        try:
            now = await asyncio.to_thread(origin.identity, entry)
            if not now or self._grades.get(plugin.name, ("",))[0] == now:
                return
            grade = await asyncio.to_thread(lambda: quality.grade(quality.examine(entry)))
            self._grades[plugin.name] = (now, grade)
        except HubError as error:
            self._grades[plugin.name] = (str(error), None)
        finally:
            self._grading.discard(plugin.name)
        self._site.parts.renew()


def find(hub: Hub, name: str) -> Plugin:
    """Return the plugin ``name``. Raises `HubError` when there is none."""
    plugin = hub.plugins.get(name)
    if plugin is None:
        raise HubError("There is no such plugin.", fix="See which are there on the plugins page.")
    return plugin


def moments(history: Sequence[Change]) -> list[Moment]:
    """Return the states of a plugin, the latest first, without those it only passed through."""
    told = [
        Moment(change.at, change.state, _tone(change), change.reason, change.fix)
        for change, after in zip(history, [*history[1:], None], strict=True)
        if after is None or change.reason or after.at - change.at >= 1 or change.state in {"ready", "stopped"}
    ]
    return told[::-1]


def _lines(plugin: Plugin) -> list[str]:
    """Return the last log lines, the latest first, with the time of day here."""
    return [f"{_clock(line.at)} {line.level} {line.text}".strip() for line in reversed(plugin.log)]


def _clock(at: str) -> str:
    try:
        return moment(datetime.fromisoformat(at).timestamp())
    except ValueError:
        return at[:19]


def _tone(change: Change) -> str:
    if change.state == "disabled" and change.reason in {"Switched off", "Not built yet"}:
        return ""
    return _TONES.get(change.state, "")


def _row(hub: Hub, plugin: Plugin) -> Row:
    kind = "here"
    if not plugin.manifest.built:
        kind = "later"
    elif plugin.name in hub.settings.disabled or plugin.state in {"discovered", "stopped"}:
        kind = "off"
    told = plugin.summary if status.tone(hub, plugin) in {"well", "off"} else ""
    return Row(plugin, tile(hub, plugin), kind, told)


def _loss(plugin: Plugin) -> str:
    """Return what stops when the plugin is switched off, in words."""
    lost = ["its page"] * bool(plugin.panel) + ["its tools"] * ("hub_tools" in plugin.hooks)
    return f"{plugin.title} stops{', with ' if lost else ''}{' and '.join(lost)}."
