"""Find out what a plugin needs to start: its settings and secrets, its extras, its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import schema
from hub.errors import HubError
from hub.plugin import commands, manifest
from hub.plugin.hookspecs import Health

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.hub import Hub
    from hub.plugin.states import Plugin


def lacks(plugins: Iterable[Plugin], plugin: Plugin) -> Health | None:
    """Return what ``plugin`` does without. Raises `HubError` when a required extra is missing."""
    flaw = None
    try:
        commands.check(plugins, plugin)
    except HubError as error:
        flaw = Health("degraded", str(error), error.fix)
    for name, extra in plugin.manifest.extras.items():
        if gone := manifest.missing(extra):
            reason, fix = f"{gone[0]} is not installed: {extra.why}", f"Install {gone[0]}."
            if plugin.distribution:
                fix = f"Run: hub plugins install '{plugin.distribution}[{name}]'"
            if extra.required:
                raise HubError(reason, fix=fix)
            flaw = flaw or Health("degraded", reason, fix)
    return flaw


async def settings(hub: Hub, plugin: Plugin) -> dict[str, Any]:
    """Return the plugin's settings by name, secrets included. Raises `HubError` when one is not right."""
    known = plugin.manifest.settings
    given = (await _set_now(hub)).get(plugin.name, {})
    if unknown := sorted(set(given) - set(known)):
        raise HubError(f"It has no setting {unknown[0]!r}.", fix=f"Remove it from [plugins.{plugin.name}].")
    for name, value in given.items():
        if schema.is_secret(known[name]):
            raise HubError(f"Its setting {name} is a secret.", fix="Move it from hub.toml to Settings.")
        if wrong := schema.check(known[name], value):
            raise HubError(f"Its setting {name} is not right. {wrong}", fix="Correct it in Settings.")
    secrets = {
        name: await hub.secrets.get(f"plugin.{plugin.name}.{name}")
        for name, about in known.items()
        if schema.is_secret(about)
    }
    return {name: given.get(name, about.get("default")) for name, about in known.items()} | secrets


async def _set_now(hub: Hub) -> dict[str, dict[str, Any]]:
    """Return the settings of plugins as hub.toml has them now; while it is broken, as they were."""
    try:
        return (await hub.configuration.read()).plugins
    except HubError:
        return hub.settings.plugins
