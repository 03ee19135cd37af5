"""Refuse a plugin's command that is somebody else's, or that runs somebody else's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.plugin.states import Plugin


def check(plugins: Iterable[Plugin], plugin: Plugin) -> None:
    """Raise `HubError` when a command of ``plugin`` is the hub's or another's, or not its own code."""
    if not plugin.manifest.commands:
        return
    from hub.cli import COMMANDS  # noqa: PLC0415  only who brings a command needs the list

    owners = dict.fromkeys(COMMANDS, "the hub's")
    for other in sorted(plugins, key=lambda one: one.name):  # as `hub --help` does
        if other is plugin:
            break
        owners |= {name: f"{other.name}'s" for name in other.manifest.commands if name not in owners}
    for name, command in plugin.manifest.commands.items():
        if name in owners:
            raise HubError(f"The command {name} is already {owners[name]}.", fix="Rename it, or remove one.")
        package = plugin.entry.module.partition(".")[0] if plugin.entry else plugin.name
        if command.run.partition(":")[0].partition(".")[0] != package:
            raise HubError(f"The command {name} runs code outside {package}.", fix="Tell its author.")
