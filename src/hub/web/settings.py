"""Serve the settings: the hub's own fields, those of plugins, and a restart where one is due."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hub.config import FILE, LIVE, ApprovalSettings, Settings
from hub.errors import HubError
from hub.web.fields import Field, fields, noted
from hub.web.saving import Refused, failure, save

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.web.site import Site

PATH = "/settings"
SHOWN = (
    "system_prompt", "forget_after_days", "tool_logs_days", "disabled", "privacy_tools",
    "approvals.expire_s", "approvals.required", "host", "port", "names",
)  # fmt: skip
"""The hub's own settings in the order of the page; the data folder is where hub.toml itself lies."""
FRESH_S = 60.0


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    pages = SettingsPages(site)
    return [
        site.page(PATH, pages.get, needs="owner"),
        site.page(PATH, pages.post, methods=("POST",), needs="owner"),
    ]


class SettingsPages:
    """The page of settings and its forms. Every form goes to the page's own address, by its button ``do``."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    async def get(self, request: Request) -> Response:
        """Show what is set."""
        return await self._show(request)

    async def post(self, request: Request) -> Response:
        """Do what a form asks; what is wrong stands beside its field, and what was written stays."""
        given = await self._site.fields(request)
        form = dict(given)
        what, _, name = form.get("do", "").partition(":")
        try:
            if what == "restart":
                await self._restart()
                # The next of us answers that, when it is there.
                return self._site.back(request, f"{PATH}?fresh")
            said = await self._do(what, name, given, request.state.person)
        except HubError as error:
            return await self._show(request, do=form.get("do", ""), **failure(error, form))
        if isinstance(said, Refused):
            written = said.written | {"was": form.get("was", "")}
            return await self._show(request, do=form["do"], wrong=said.wrong, written=written)
        return self._site.back(request, PATH, said=said)

    async def _do(self, what: str, name: str, given: list[tuple[str, str]], by: Person) -> str | Refused:
        if what == "hub":
            return await save(self._hub, await self._core(), given, by)
        if what == "plugin":
            return await save(self._hub, await self._plugin(name), given, by)
        raise HubError("I do not know that button.", fix="Load the page anew.")

    async def _restart(self) -> None:
        """Start afresh, once the settings are known to be good."""
        await self._hub.configuration.read()
        if self._hub.restart is None:
            raise HubError("I cannot restart myself here.", fix="Stop me and run hub serve again.")
        self._hub.restart()

    async def _show(
        self,
        request: Request,
        *,
        do: str = "",
        wrong: dict[str, str] | None = None,
        written: dict[str, Any] | None = None,
        fault: HubError | None = None,
    ) -> Response:
        hub = self._hub
        try:
            settings, broken = await hub.configuration.read(), None
        except HubError as error:
            settings, broken = hub.settings, error
        response = self._site.show(
            request, "settings.html", title="Settings", do=do, fault=fault, broken=broken,
            wrong=wrong or {}, written=written or {}, file=hub.data / FILE,
            core=await self._core(wrong if do == "hub" else None, written if do == "hub" else None),
            plugins=[
                (plugin, await self._plugin(plugin.name, wrong, written) if do == f"plugin:{plugin.name}"
                 else await self._plugin(plugin.name))
                for plugin in hub.plugins if plugin.manifest.settings
            ],
            waiting=[_title(name) for name in hub.configuration.waiting(settings)],
            restarts=hub.restart is not None, noted=noted,
            fresh="fresh" in request.query_params and time.time() - hub.started < FRESH_S,
        )  # fmt: skip
        if wrong or fault:
            response.status_code = 422
        return response

    async def _core(self, wrong: Any = None, written: Any = None) -> list[Field]:
        """Return the hub's own fields."""
        told = Settings.model_json_schema()["properties"]
        names = [plugin.name for plugin in self._hub.plugins]
        told["disabled"]["items"] = {"type": "string", "enum": names}
        values = (await self._now()).model_dump(mode="json") | (written or {})
        for name, about in ApprovalSettings.model_json_schema()["properties"].items():
            told[f"approvals.{name}"] = about
            values.setdefault(f"approvals.{name}", values["approvals"][name])
        told["approvals.required"]["items"] = {"type": "string", "enum": _and_set(names, values)}
        return fields(
            {name: told[name] for name in SHOWN}, values, wrong=wrong,
            fixed=self._hub.configuration.overridden, live=LIVE.__contains__,
        )  # fmt: skip

    async def _plugin(self, name: str, wrong: Any = None, written: Any = None) -> list[Field]:
        """Return the fields of a plugin, from its manifest."""
        plugin, prefix = self._hub.plugins.get(name), f"plugins.{name}."
        if plugin is None:
            raise HubError("There is no such plugin.", fix="See which are there on the home page.")
        values = dict((await self._now()).plugins.get(name, {}))
        values |= {key.removeprefix(prefix): value for key, value in (written or {}).items()}
        return fields(
            plugin.manifest.settings, values, prefix=prefix, wrong=wrong,
            fixed=self._hub.configuration.overridden, live=lambda _: False,
        )  # fmt: skip

    async def _now(self) -> Settings:
        """Return what is set; while hub.toml is broken, what the hub runs with."""
        try:
            return await self._hub.configuration.read()
        except HubError:
            return self._hub.settings


def _and_set(names: list[str], values: dict[str, Any]) -> list[str]:
    """Return ``names``, and those that are required though no such plugin is there: they can be taken out."""
    return [*names, *(name for name in values["approvals"]["required"] if name not in names)]


def _title(name: str) -> str:
    return str(Settings.model_fields[name].title or name)
