"""``hub doctor``."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hub.cli.data import data
from hub.doctor import Finding, case, examine, worst
from hub.doctor.checkup import names
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLOURS = {"well": "green", "care": "yellow", "stop": "red"}
_NAME, _INDENT, _WIDEST = 14, 22, 110


@click.command()
@data
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--deep", is_flag=True, help="Read every byte of models and databases; this takes a while.")
@click.option("--only", default="", metavar="NAME", help="Only this check, or this group of checks.")
def command(*, as_json: bool, deep: bool, only: str, **given: Any) -> None:
    """Check all that the hub needs, and say how to mend what is not well.

    Looks only, changes nothing, and may be run while the hub runs. Ends with status 1 when something
    does not work.
    """
    looked_at = case(deep=deep, **given)
    found = examine(looked_at, only)
    if only and not found and only.lower() not in names():
        raise HubError(f"There is no check {only}.", fix=f"There are: {', '.join(names())}.")
    if as_json:
        _print_json(looked_at.data, found)
    else:
        _print(found)
    sys.exit(1 if worst(found) == "stop" else 0)


def _print_json(folder: Any, found: Sequence[Finding]) -> None:
    import json

    from hub import __version__

    whole = {"hub": __version__, "data": str(folder), "worst": worst(found)}
    click.echo(
        json.dumps({**whole, "findings": [asdict(item) for item in found]}, indent=2, ensure_ascii=False)
    )


def _print(found: Sequence[Finding]) -> None:
    group = None
    for item in found:
        if item.group != group:
            group = item.group
            click.echo(f"{'' if item is found[0] else chr(10)}{_style(group or 'Checks', bold=True)}")
        _print_one(item)
    click.echo(f"\n{_sum(found)}")


def _print_one(item: Finding) -> None:
    head = f"  {_style(item.state, fg=_COLOURS[item.state])}  {item.name:{_NAME}}"
    lines = _wrap(item.what)
    if item.fix:
        lines += _wrap(item.fix)
    click.echo(f"{head}{lines[0]}")
    for line in lines[1:]:
        click.echo(f"{'':{_INDENT}}{line}")
    if item.command:
        click.echo(f"{'':{_INDENT}}{_style(item.command, bold=True)}")


def _wrap(text: str) -> list[str]:
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns) - _INDENT
    return textwrap.wrap(text, max(30, width), break_long_words=False, break_on_hyphens=False) or [""]


def _sum(found: Sequence[Finding]) -> str:
    count = {state: sum(item.state == state for item in found) for state in _COLOURS}
    if not count["stop"] and not count["care"]:
        return f"All well: {len(found)} things looked at."
    parts = [f"{count['stop']} to mend"] * bool(count["stop"]) + [f"{count['care']} to look after"] * bool(
        count["care"]
    )
    return f"{', '.join(parts)}; {count['well']} well."


def _style(text: str, **style: Any) -> str:
    plain = "NO_COLOR" in os.environ or not sys.stdout.isatty()
    return text if plain else click.style(text, **style)
