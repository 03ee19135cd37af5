"""The API of the plugins: how each does and what it may do; the owner switches them on and off."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.people import needs
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.hub import Hub
    from hub.plugin.states import Plugin

SEES, ACTS = "member", "change settings"


class Asked(BaseModel):
    """Something a plugin wants to do: ``enforced`` by the hub, or declared by its author."""

    name: str
    why: str
    enforced: bool


class Told(BaseModel):
    """How a plugin does. Times in Unix seconds; ``enabled``: no person has switched it off."""

    name: str
    title: str
    summary: str
    version: str
    distribution: str
    api: str
    state: str
    reason: str
    fix: str
    since: float
    retry_at: float | None
    enabled: bool
    failures: int
    permissions: list[Asked]
    tools: list[str]
    panel: str


class ToldWhole(Told):
    """The same with the states it was in, newest last."""

    history: list[dict[str, Any]]


def router(hub: Hub) -> APIRouter:
    """Return the routes under ``/api/plugins``."""
    api = APIRouter(prefix="/api/plugins", tags=["plugins"])

    @api.get("", dependencies=[needs(SEES)])
    async def see() -> list[Told]:
        """List the plugins."""
        return [Told(**_told(hub, plugin)) for plugin in hub.plugins]

    @api.get("/{name}", dependencies=[needs(SEES)])
    async def one(name: str) -> ToldWhole:
        """Tell of one plugin, with the states it was in."""
        return _whole(hub, _find(hub, name))

    @api.get("/{name}/log", dependencies=[needs(ACTS)])
    async def log(name: str) -> list[dict[str, Any]]:
        """Return its last 50 log lines, newest last."""
        return [dataclasses.asdict(line) for line in _find(hub, name).log]

    @api.post("/{name}/enable", dependencies=[needs(ACTS)])
    async def enable(name: str) -> ToldWhole:
        """Switch it on and start it; its state says how that went."""
        await hub.plugins.enable(name)
        return _whole(hub, _find(hub, name))

    @api.post("/{name}/disable", dependencies=[needs(ACTS)])
    async def disable(name: str) -> ToldWhole:
        """Stop it, and leave it off."""
        await hub.plugins.disable(name)
        return _whole(hub, _find(hub, name))

    @api.post("/{name}/restart", dependencies=[needs(ACTS)])
    async def restart(name: str) -> ToldWhole:
        """Stop and start it; its code stays as it was loaded."""
        await hub.plugins.restart(name)
        return _whole(hub, _find(hub, name))

    return api


def _find(hub: Hub, name: str) -> Plugin:
    plugin = hub.plugins.get(name)
    if plugin is None:
        raise NoPluginError(f"There is no plugin {name[:40]!r}.", fix="Ask for the list of plugins.")
    return plugin


class NoPluginError(HubError):
    """There is none of that name."""

    status = 404


def _told(hub: Hub, plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name, "title": plugin.title, "summary": plugin.summary, "version": plugin.version,
        "distribution": plugin.distribution, "api": plugin.manifest.api, "state": plugin.state,
        "reason": plugin.reason, "fix": plugin.fix, "since": plugin.since, "retry_at": plugin.retry_at,
        "enabled": plugin.name not in hub.settings.disabled, "failures": plugin.budget.total,
        "permissions": [dataclasses.asdict(asked) for asked in plugin.manifest.asks],
        "tools": [tool.name for tool in hub.tools if tool.owner == plugin.name],
        "panel": f"/p/{plugin.name}/" if plugin.panel and plugin.running else "",
    }  # fmt: skip


def _whole(hub: Hub, plugin: Plugin) -> ToldWhole:
    return ToldWhole(**_told(hub, plugin), history=[dataclasses.asdict(change) for change in plugin.history])
