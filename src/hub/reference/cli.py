"""The page of the command line: every command with its arguments and options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from hub.cli import COMMANDS, hub
from hub.reference import table

if TYPE_CHECKING:
    from collections.abc import Iterator


def page() -> str:
    """Return docs/reference/cli.md."""
    root = click.Context(hub, info_name="hub")
    rows = ((f"[`hub {name}`](#hub-{name})", about) for name, about in COMMANDS.items())
    return table.page(
        "Command line",
        table.about(hub.callback),
        table.table(("command", "what it does"), rows),
        *(part for name in COMMANDS for part in _command(hub.get_command(root, name), name, root)),
    )


def _command(command: click.Command | None, name: str, above: click.Context) -> Iterator[str]:
    assert command is not None, f"hub {name} is listed and not there"  # noqa: S101  the list is ours
    context = click.Context(command, info_name=name, parent=above)
    depth = "#" * min(4, len(context.command_path.split()))
    usage = f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}".strip()
    text = inspect.cleandoc(command.help or "").replace("\b", "")
    yield f"{depth} {context.command_path}\n\n{table.words(text)}\n\n```\n{usage}\n```"
    options = [
        _option(one, context) for one in command.params if isinstance(one, click.Option) and not one.hidden
    ]
    if options:
        yield table.table(("option", "what it does"), options)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _command(command.get_command(context, below), below, context)


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    record = option.get_help_record(context)
    return (table.code(record[0]), record[1]) if record else (table.code(option.opts[0]), "")
