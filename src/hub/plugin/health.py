"""Ask a plugin how it does, and believe it no further than it can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.plugin import dispatch
from hub.plugin.acting import acting
from hub.plugin.hookspecs import Health

if TYPE_CHECKING:
    from hub.hub import Hub
    from hub.plugin.states import Plugin

HEALTH_S = 1.0
LONGEST = 300
"""Characters of a reason and of a fix."""


async def ask(hub: Hub, plugin: Plugin) -> Health:
    """Return how ``plugin`` does: by its own word, by what it lacks, and by how often it failed."""
    health = await _said(hub, plugin)
    if health.state == "ready" and plugin.flaw:
        return plugin.flaw
    if health.state == "ready" and plugin.budget.verdict != "well":
        return Health("degraded", plugin.budget.last, "See its log, or restart it.")
    return health


async def _said(hub: Hub, plugin: Plugin) -> Health:
    hook = plugin.hooks.get("hub_health")
    if hook is None:
        return Health()
    try:
        with acting(plugin.name):
            said: Any = await dispatch.call(hook, HEALTH_S, hub=hub)
    except HubError as error:
        return Health("degraded", str(error), error.fix)
    if not isinstance(said, Health) or said.state not in ("ready", "degraded"):
        return Health("degraded", "Its hub_health returned no Health.", "Tell its author.")
    return Health(said.state, str(said.reason)[:LONGEST], str(said.fix)[:LONGEST])
