"""``hub plugins``: list, install, write, check and remove plugins, and switch them on and off."""

from __future__ import annotations

import functools
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.data import data
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(invoke_without_command=True)
@data
def command(**given: Any) -> None:
    """List, install, write, check and remove plugins."""
    context = click.get_current_context()
    context.obj = given
    if context.invoked_subcommand is None:
        _list(given, as_json=False)


def _given(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options: ``--data`` may stand before or after the sub-command."""
    before = click.get_current_context().obj or {}
    return {name: before.get(name) if value is None else value for name, value in given.items()}


@command.command("list")
@data
@as_json
def list_plugins(*, as_json: bool, **given: Any) -> None:
    """List the installed plugins: what each is, its version and whether it is on."""
    _list(_given(given), as_json=as_json)


def _list(given: dict[str, Any], *, as_json: bool) -> None:
    from hub import config

    settings = config.load(**given)
    rows = _rows(settings.data, settings.disabled)
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['name']:12} {row['version']:10} {row['state']:14} {row['reason'] or row['summary']}"
        )


def _rows(folder: Path, disabled: Sequence[str]) -> list[dict[str, Any]]:
    from hub.plugin import manifest, origin
    from hub.plugin.environment import normal
    from hub.plugin.record import Record

    try:
        known = Record(folder).read()
    except HubError as error:
        click.echo(f"{error}\n{error.fix}", err=True)
        known = {}
    rows = [
        _row(name, entry, disabled, known, origin.bundled(entry.dist.name if entry.dist else ""))
        for name, entry in sorted(manifest.installed().items())
    ]
    here = {normal(row["distribution"]) for row in rows}
    return rows + [
        _blank(name, one.distribution, one.version) | {
            "state": "gone", "reason": "It was installed, and is gone.", "fix": "hub plugins sync",
        }
        for one in known.values() if one.distribution not in here for name in one.plugins
    ]  # fmt: skip


def _row(name: str, entry: Any, disabled: Sequence[str], known: Any, bundled: bool) -> dict[str, Any]:
    from hub.plugin import manifest
    from hub.plugin.environment import normal

    dist = entry.dist
    row = _blank(name, dist.name if dist else "", dist.version if dist else "") | {"bundled": bundled}
    if dist and (kept := known.get(normal(dist.name))):
        row |= {"sha256": kept.sha256, "installed": kept.at}
    try:
        about = manifest.read(entry)
    except HubError as error:
        return row | {"state": "broken", "reason": str(error), "fix": error.fix}
    asks = [{"name": one.name, "why": one.why, "enforced": one.enforced} for one in about.asks]
    state = "off" if name in disabled else "on" if about.built else "not built yet"
    return row | {
        "title": about.title, "summary": about.summary, "state": state, "permissions": asks,
        "commands": sorted(about.commands), "fix": about.fix if state == "not built yet" else "",
    }  # fmt: skip


def _blank(name: str, distribution: str, version: str) -> dict[str, Any]:
    return {
        "name": name, "title": name, "summary": "", "distribution": distribution, "version": version,
        "bundled": False, "state": "", "reason": "", "fix": "", "permissions": [], "commands": [],
        "sha256": "", "installed": "",
    }  # fmt: skip


@command.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(["tool", "panel", "provider"]), default="tool", show_default=True)
@click.option("--into", type=click.Path(path_type=Path), help="Folder to write it into (default: ./NAME).")
def new(name: str, kind: Any, into: Path | None) -> None:
    """Write a new plugin that works as it stands, with a test."""
    from hub.plugin import scaffold

    folder = into or Path(name)
    made = scaffold.write(name, folder, kind)
    for path in made:
        click.echo(str(path))
    shown = folder if folder.is_absolute() else f"./{folder}"
    click.echo(
        f"\nTest it:     cd {folder} && {sys.executable} -m pytest\nInstall it:  hub plugins install {shown}"
    )


@command.command()
@data
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--allow-source", is_flag=True, help="Build what is only there as source: that runs its code.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def install(specs: tuple[str, ...], *, allow_source: bool, yes: bool, **given: Any) -> None:
    """Install plugins: a package, a wheel, or a folder named with a slash, such as ./kettle.

    Only wheels are taken, the packages that the hub stands on never move, and what cannot be loaded is
    taken out again.
    """
    from hub import config
    from hub.plugin.install import install as put

    settings = config.load(**_given(given))
    done = put(settings.data, specs, allow_source=allow_source, agree=lambda wheels: _agree(wheels, yes=yes))
    for one in done:
        click.echo(f"Installed {one.distribution} {one.version} (sha256 {one.sha256[:16]}).")
    if not done:
        click.echo("Nothing was installed.")
    elif _running(settings.data):
        click.echo("The hub takes in within seconds what is new, and a newer version at its next start.")
    else:
        click.echo("It starts with the hub." if len(done) == 1 else "They start with the hub.")


def _agree(wheels: Any, *, yes: bool) -> bool:
    """Show what the plugins may do, and ask where somebody is there to answer."""
    asked = False
    for wheel in wheels:
        for about in wheel.plugins.values():
            click.echo(f"{about.title} {wheel.version}: {about.summary}")
            for one in about.asks:
                asked = True
                click.echo(f"  {one.name:16} {'enforced' if one.enforced else 'declared'}  {one.why}")
    if yes or not asked or not sys.stdin.isatty():
        return True
    return click.confirm("Install it?", default=False, err=True)


@command.command()
@data
@click.argument("name")
def remove(name: str, **given: Any) -> None:
    """Uninstall a plugin, and what only it needed; what it kept in the data folder stays."""
    from hub import config
    from hub.plugin.install import remove as take

    settings = config.load(**_given(given))
    gone = take(settings.data, name)
    click.echo(f"Removed {gone.distribution} {gone.version}.")


@command.command()
@data
def sync(**given: Any) -> None:
    """Bring back what was installed, at the very same versions, after an update of the hub."""
    from hub import config
    from hub.plugin.sync import sync as bring

    settings = config.load(**_given(given))
    done = bring(settings.data)
    for one in done:
        word = {"here": "is here", "installed": "is back", "failed": "could not be brought back"}[one.state]
        click.echo(f"{one.installed.distribution} {one.installed.version} {word}.")
        if one.trouble:
            click.echo(f"  {one.trouble} {one.trouble.fix}", err=True)
    if not done:
        click.echo("Nothing was installed beside what comes with the hub.")
    sys.exit(1 if any(one.trouble for one in done) else 0)


@command.command()
@data
@as_json
@click.argument("name", default="")
def doctor(name: str, *, as_json: bool, **given: Any) -> None:
    """Check the plugins, or one: does it load, how fast, what holds the hub up; and how good it is."""
    from hub import config
    from hub.doctor.finding import Case, worst
    from hub.doctor.plugins import record
    from hub.plugin import manifest

    settings = config.load(**_given(given))
    here = manifest.installed()
    if name and name not in here:
        raise HubError(f"There is no plugin {name}.", fix="See: hub plugins list")
    case = Case(settings.data, settings)
    chosen = {each: entry for each, entry in sorted(here.items()) if name in {"", each}}
    told = [_examined(case, each, entry) for each, entry in chosen.items()]
    lost = [] if name else [one for one in record(case) if one.state != "well"]
    if as_json:
        _print_json(
            [plain for _, _, plain in told] + [{"name": "", "findings": [asdict(one) for one in lost]}]
        )
    else:
        for findings, grade, _ in told:
            _print_examined(findings, grade, whole=bool(name))
        _print_examined(lost, None, whole=False)
    found = [*lost, *(one for findings, _, _ in told for one in findings)]
    sys.exit(1 if worst(found) == "stop" else 0)


def _examined(case: Any, name: str, entry: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return what was found of a plugin, how good it is, and both as plain values."""
    from hub.doctor.plugins import deaths, examine
    from hub.plugin import inspection, quality

    look = functools.cache(inspection.look)  # once is enough for both
    findings = [
        *examine(name, entry, off=name in case.settings.disabled, look_at=look),
        *(one for one in deaths(case) if one.name == name),
    ]
    try:
        subject = quality.examine(entry, look)
        grade = quality.grade(subject) if subject.manifest.built else None
    except HubError:
        grade = None
    missing = [{"rule": one.name, "tier": one.tier, "fix": one.fix} for one in grade.missing] if grade else []
    plain = {
        "name": name, "findings": [asdict(one) for one in findings],
        "quality": grade.tier if grade else "", "missing": missing,
    }  # fmt: skip
    return findings, grade, plain


def _print_examined(findings: Any, grade: Any, *, whole: bool) -> None:
    from hub.cli.doctor import _print_one

    for one in findings:
        _print_one(one)
    if grade is None:
        return
    click.echo(f"{'':22}Quality: {grade.tier or 'none yet'}.")
    for rule in grade.missing if whole else ():
        click.echo(f"{'':22}  for {rule.tier:9} {rule.fix}")


@command.command()
@data
@click.argument("name")
def enable(name: str, **given: Any) -> None:
    """Switch a plugin on."""
    _switch(_given(given), name, on=True)


@command.command()
@data
@click.argument("name")
def disable(name: str, **given: Any) -> None:
    """Switch a plugin off; it stays installed."""
    _switch(_given(given), name, on=False)


def _switch(given: dict[str, Any], name: str, *, on: bool) -> None:
    """Write into hub.toml which plugins are off; everything else in the file stays as it is."""
    from hub import config
    from hub.plugin import manifest
    from hub.store import toml

    settings = config.load(**given)
    if name not in manifest.installed() and not (on and name in settings.disabled):
        raise HubError(f"There is no plugin {name}.", fix="See: hub plugins list")
    if by := config.overrides(settings.given).get(("disabled",)):
        raise HubError(f"Which plugins are off is set by {by}.", fix=f"Change {by} instead.")
    off = [each for each in settings.disabled if each != name] + ([] if on else [name])
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    toml.change(
        settings.data / config.FILE, {("disabled",): off or None}, lambda told: _check(told, settings.given)
    )
    click.echo(f"{name} is {'on' if on else 'off'}.{_follows(settings, name, on=on)}")


def _follows(settings: Any, name: str, *, on: bool) -> str:
    """Let a plugin that is on be tried again although it took the hub down; say what a running hub does."""
    from hub.plugin import crash
    from hub.plugin.record import FOLDER

    if _running(settings.data):
        if on and name not in settings.disabled:
            return " The page Plugins starts it again."
        return " The hub follows within seconds."
    if on and crash.pardon(settings.data / FOLDER, name):
        return " It is tried again, although it took the hub down."
    return ""


def _check(told: dict[str, Any], given: dict[str, Any]) -> None:
    from hub import config

    config.load(told, **given)


def _running(folder: Path) -> bool:
    from hub.doctor.checkup import _running as held

    return held(folder)


def _print_json(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
