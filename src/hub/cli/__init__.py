"""The ``hub`` command: one module a group of commands, each loaded when it is called.

Heavy parts are imported where a command needs them, so that ``hub --help`` is instant. To add a
command, write a module here and name it in ``COMMANDS``.
"""

from __future__ import annotations

import importlib
import sys

import click

from hub import __version__
from hub.cli.contributed import Contributed, PluginCommand, found
from hub.errors import HubError

COMMANDS = {
    "serve": "Start the hub and keep it running.",
    "claim": "Print a one-time link that signs its first visitor in as the owner.",
    "talk": "Talk with the hub from this terminal.",
    "models": "See, fetch, check and remove the models.",
    "plugins": "List, install, write, check and remove plugins.",
    "tls": "Let phones of the house reach the hub securely, so that they can talk.",
    "doctor": "Check all that the hub needs, and say how to mend what is not well.",
    "backup": "Write all the hub knows into one file.",
    "restore": "Bring a backup back, or check that it could be.",
}
"""The commands in the order of ``hub --help``; each lives in ``hub.cli.<name>`` as ``command``."""


class _Commands(click.Group):
    """Commands that are imported when they are called; their help lines are known without."""

    def list_commands(self, _: click.Context) -> list[str]:
        return [*COMMANDS, *self._contributed()]

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            one = self._contributed().get(name)
            return PluginCommand(one) if one else None
        command: click.Command = importlib.import_module(f"hub.cli.{name}").command
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        if brought := sorted(self._contributed().values(), key=lambda one: one.name):
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(one.name, one.about) for one in brought])

    @staticmethod
    def _contributed() -> dict[str, Contributed]:
        return found(frozenset(COMMANDS))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hub")
def hub() -> None:
    """Your own agent hub: press one button and talk."""


def main() -> None:
    """Run the command; an error says what happened and what to do."""
    try:
        sys.exit(hub.main(standalone_mode=False) or 0)
    except HubError as error:
        click.echo(f"{error}\n{error.fix}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
