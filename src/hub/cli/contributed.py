"""Find the commands that plugins bring, without importing one of them or the hub, and run the one asked for.

``hub --help`` must stay instant with any number of plugins, so this reads the folders of the module search
path by itself: `importlib.metadata` alone would take longer than all of it.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUP = "[hub.plugins]"


@dataclass(frozen=True, slots=True)
class Contributed:
    """A command of a plugin: ``run`` is ``module:function`` within the plugin's own package."""

    name: str
    plugin: str
    package: str
    run: str
    about: str


def found(taken: frozenset[str] = frozenset()) -> dict[str, Contributed]:
    """Return the plugins' commands by name; those of the hub are never replaced, the first plugin wins."""
    commands: dict[str, Contributed] = {}
    for plugin, package in sorted(_plugins().items()):
        for one in _commands(plugin, package):
            if one.name not in taken:
                commands.setdefault(one.name, one)
    return commands


def owner_of(command: str, plugin: str) -> str:
    """Return whose ``command`` is, as in "the hub's" or "voice's", if not that of ``plugin``; else ""."""
    from hub.cli import COMMANDS

    if command in COMMANDS:
        return "the hub's"
    one = found().get(command)
    return f"{one.plugin}'s" if one and one.plugin != plugin else ""


def _plugins() -> dict[str, str]:
    """Return the packages of all plugins by the plugin's name."""
    plugins: dict[str, str] = {}
    for folder in sys.path:
        for path in _entry_points(folder or "."):
            try:
                with open(path, encoding="utf-8") as file:  # noqa: PTH123  a Path costs as much as the rest
                    text = file.read()
            except (OSError, UnicodeError):
                continue
            if _GROUP in text:
                for line in text.partition(_GROUP)[2].partition("\n[")[0].splitlines():
                    name, equals, module = line.partition("=")
                    if equals:
                        plugins.setdefault(name.strip(), module.strip().partition(":")[0].partition(".")[0])
    return plugins


def _entry_points(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208  a Path for each costs as much as the rest
    except OSError:
        return []
    return [
        f"{folder}/{name}/entry_points.txt" for name in names if name.endswith((".dist-info", ".egg-info"))
    ]


def _commands(plugin: str, package: str) -> Iterator[Contributed]:
    text = _manifest(package)
    if "commands" not in text:
        return
    import tomllib

    try:
        told = tomllib.loads(text).get("commands", {})
        for name, about in told.items():
            run = about["run"]
            if run.partition(":")[0].partition(".")[0] == package:
                yield Contributed(name, plugin, package, run, str(about.get("about", "")))
    except (ValueError, TypeError, KeyError, AttributeError):
        return  # `hub plugins list` and the page say what is wrong with it


def _manifest(package: str) -> str:
    for folder in sys.path:
        try:
            with open(f"{folder or '.'}/{package}/hub-plugin.toml", encoding="utf-8") as file:  # noqa: PTH123
                return file.read()
        except (OSError, UnicodeError):
            continue
    return ""


class PluginCommand(click.Command):
    """Stands for a plugin's command until it is called; its arguments are passed on whole, ``--help`` too."""

    def __init__(self, contributed: Contributed) -> None:
        super().__init__(
            contributed.name,
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
            callback=self._call,
            help=contributed.about,
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        )
        self._contributed = contributed

    def _call(self, arguments: tuple[str, ...]) -> Any:
        one = self._contributed
        if one.plugin in _disabled():
            raise HubError(
                f"The plugin {one.plugin} is switched off.", fix=f"hub plugins enable {one.plugin}"
            )
        try:
            module, _, function = one.run.partition(":")
            run = getattr(importlib.import_module(module), function)
            if isinstance(run, click.Command):
                return run.main(list(arguments), prog_name=f"hub {one.name}", standalone_mode=False)
            return run(list(arguments))
        except (HubError, click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            first = str(error).partition("\n")[0]
            raise HubError(
                f"The command {one.name} of the plugin {one.plugin} failed: {type(error).__name__}: {first}",
                fix=f"Tell its author, or see: hub plugins doctor {one.plugin}",
            ) from error


def _disabled() -> tuple[str, ...]:
    """Return the plugins that are switched off; a broken hub.toml keeps nobody from a command."""
    from hub import config

    try:
        return config.load().disabled
    except HubError:
        return ()
