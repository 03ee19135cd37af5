"""``hub memory``: what the memory brings to the command line."""

from __future__ import annotations

import click

from hub_memory.cli import export, import_, sql, undo
from hub_memory.sync.command import pair


@click.group()
def command() -> None:
    """Import, export and undo what I remember, and pair devices whose memories are to be alike."""


for each in (import_, undo, export, sql, pair):
    command.add_command(each)
