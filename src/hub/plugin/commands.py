"""Know which commands the plugins bring, and whose each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.plugin.manifest import Command
    from hub.plugin.states import Plugin


def check(plugins: Iterable[Plugin], plugin: Plugin) -> None:
    """Refuse ``plugin`` when one of its commands is the hub's own or that of a plugin before it."""
    if not plugin.manifest.commands:
        return
    from hub.cli import COMMANDS  # noqa: PLC0415  only who brings a command needs the list

    owners = dict.fromkeys(COMMANDS, "the hub's")
    for other in plugins:
        if other is plugin:
            break
        owners |= {name: f"{other.name}'s" for name in other.manifest.commands if name not in owners}
    for name, command in plugin.manifest.commands.items():
        if name in owners:
            raise HubError(f"The command {name} is already {owners[name]}.", fix="Rename it, or remove one.")
        package = plugin.entry.module.partition(".")[0] if plugin.entry else plugin.name
        if command.run.partition(":")[0].partition(".")[0] != package:
            raise HubError(f"The command {name} runs code outside {package}.", fix="Tell its author.")


def owned(plugins: Iterable[Plugin]) -> dict[str, tuple[str, Command]]:
    """Return the commands that plugins bring: by name the plugin and the command; the first wins."""
    found: dict[str, tuple[str, Command]] = {}
    for plugin in plugins:
        for name, command in plugin.manifest.commands.items():
            found.setdefault(name, (plugin.name, command))
    return found
