"""The option that every command shares: which data folder it is about."""

from __future__ import annotations

from pathlib import Path

import click

data = click.option("--data", type=click.Path(path_type=Path), help="Folder that holds all the hub knows.")
