"""Serve the pages of plugins at ``/p/<plugin>/``, in the hub's own dress, from templates in a sandbox.

A template may read what its plugin hands it, and nothing of the hub; its text is escaped, its scripts are
stopped by the page's policy, and only files inside the package's ``templates`` folder are read.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from starlette.routing import Match, Route

from hub.errors import HubError
from hub.events.bus import Subscription
from hub.plugin import manifest
from hub.plugin.acting import acting
from hub.plugin.dispatch import HookError, describe
from hub.web.plugins import find
from hub.web.render import PANEL
from hub.web.site import markup

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import Scope

    from hub.auth.sessions import Person
    from hub.hub import Hub
    from hub.plugin.hookspecs import Panel
    from hub.plugin.states import Plugin
    from hub.web.site import Site

MOST = 256 * 1024
"""Bytes of a template, and characters of what comes of it."""


def routes(site: Site) -> list[BaseRoute]:
    """Offer the parts ``panel-<name>``; return the route."""
    pages = Panels(site)
    site.parts.add_personal("panel-", pages.part, PANEL)
    page: Any = site.page("/p/{name}/", pages.show, needs=PANEL)
    return [_Panel("/p/{name}/", page.endpoint, hub=site.hub)]


class _Panel(Route):
    """The route of all panels; leaves the path to a plugin that serves it itself."""

    def __init__(self, path: str, endpoint: Any, *, hub: Hub) -> None:
        super().__init__(path, endpoint, methods=["GET"])
        self._hub = hub

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match, unless a plugin has a route of its own there."""
        match, child = super().matches(scope)
        own = scope.get("path") if match is not Match.NONE else None
        if own and any(getattr(route, "path", None) == own for route in self._hub.routes):
            return Match.NONE, {}
        return match, child


class Inside(jinja2.BaseLoader):
    """Loads the files of one folder: no other, by whatever name or link."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Any]:
        """Return the template. Raises `HubError` for what is outside, missing, or too large."""
        del environment
        root = self._folder.resolve()
        path = (root / template).resolve()
        if not path.is_relative_to(root):
            raise HubError(f"Its template {template[:60]} is outside its folder.", fix="Tell its author.")
        try:
            if path.stat().st_size > MOST:
                raise HubError(f"Its template {template[:60]} is too large.", fix="Tell its author.")
            return path.read_text(encoding="utf-8"), str(path), lambda: True
        except (OSError, ValueError) as error:
            fix = "Install it again, or tell its author."
            raise HubError(f"Its template {template[:60]} cannot be read.", fix=fix) from error


class Panels:
    """The panels of all plugins."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._made: dict[str, tuple[Panel, jinja2.Template]] = {}
        self._kept: dict[str, tuple[Panel, int, str]] = {}

    async def show(self, request: Request) -> Response:
        """Show a plugin's panel, or why it has none now."""
        plugin = find(self._hub, request.path_params["name"])
        panel = plugin.panel if plugin.running else None
        if panel is None:
            reason, fix = plugin.reason or f"It is {plugin.state}", plugin.fix or "See the plugins page."
            why = "It has no page of its own" if plugin.running else reason
            raise HubError(f"{plugin.title}: {why.rstrip('.')}.", fix=fix)
        try:
            await asyncio.to_thread(self._template, plugin, panel)  # reads files
        except HubError as error:
            self._hub.plugins.complain(plugin.name, "panel", HookError(str(error), fix=error.fix))
        self._kept.pop(plugin.name, None)
        self._site.parts.renew()
        part = f"panel-{plugin.name}"
        return self._site.show(request, "panel.html", title=plugin.title, parts=(part,), name=part)

    def part(self, name: str, _: Person | None) -> str:
        """Return a panel as markup; made anew after the events that it names, else as it was."""
        plugin = self._hub.plugins.get(name.partition("-")[2])
        panel = plugin.panel if plugin and plugin.running else None
        if plugin is None or panel is None:
            return self._told(name, HubError("It is not running now.", fix="See the plugins page."), plugin)
        before, serial, html = self._kept.get(plugin.name, (None, 0, ""))
        if before is panel and not self._due(panel, serial):
            return html
        serial = self._latest()
        try:
            html = self._site.renderer.page(
                "parts/panel.html", id=name, inside=markup(self._inside(plugin, panel))
            )
        except HubError as error:
            html = self._told(name, error, plugin)
        self._kept[plugin.name] = (panel, serial, html)
        return html

    def _inside(self, plugin: Plugin, panel: Panel) -> str:
        """Return what the plugin's template comes to. Raises `HubError`, and counts it as a failure."""
        try:
            shown = panel.show()  # guarded: what it raises is counted where it is called
        except Exception as error:
            raise HubError(f"I could not ask it: {describe(error)}.", fix="See its log.") from error
        try:
            with acting(plugin.name):
                html = self._template(plugin, panel).render(dict(shown))
        except Exception as error:
            told = error if isinstance(error, HubError) else HubError(describe(error), fix="Tell its author.")
            self._hub.plugins.complain(plugin.name, "panel", HookError(str(told), fix=told.fix))
            raise told from error
        if len(html) > MOST:
            raise HubError("Its page is too large.", fix="Tell its author.")
        return html

    def _template(self, plugin: Plugin, panel: Panel) -> jinja2.Template:
        kept = self._made.get(plugin.name)
        if kept is None or kept[0] is not panel:
            if plugin.entry is None:
                raise HubError("Its package is not there.", fix="Install it again.")
            folder = manifest.package_folder(plugin.entry) / "templates"
            env = SandboxedEnvironment(
                loader=Inside(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                undefined=jinja2.StrictUndefined, auto_reload=False,
            )  # fmt: skip
            kept = self._made[plugin.name] = (panel, env.get_template(panel.template))
        return kept[1]

    def _due(self, panel: Panel, serial: int) -> bool:
        """Say whether something happened since ``serial`` after which the panel is to be shown anew."""
        wants = Subscription(tuple(panel.refresh_on), 1).wants
        for event in reversed(self._hub.bus.recent(500)):
            if event.serial <= serial:
                return False
            if wants(event.name):
                return True
        return False

    def _latest(self) -> int:
        last = self._hub.bus.recent(1)
        return last[-1].serial if last else 0

    def _told(self, name: str, error: HubError, plugin: Plugin | None) -> str:
        about = f"/plugins/{plugin.name}" if plugin else "/plugins"
        return self._site.renderer.page("parts/panel.html", id=name, inside="", error=error, about=about)
