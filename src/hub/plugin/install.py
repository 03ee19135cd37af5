"""Install and remove plugins; what the hub stands on never moves, and what fails is undone.

All of it blocks for seconds, acts on the environment of the running interpreter and works whether or not a
hub runs. The order is: build what is only there as source, ask pip what it would do, refuse what is not
safe, fetch, look into the wheels, install exactly those files, import each plugin in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement

from hub.cli.contributed import owner_of
from hub.errors import HubError
from hub.plugin import environment, manifest, probe, resolve, trespass
from hub.plugin.environment import bundled, normal, pip
from hub.plugin.probe import Probed
from hub.plugin.record import Installed, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.plugin.wheels import Wheel

    Agree = Callable[[list[Wheel]], bool]


def install(
    data: Path,
    specs: Sequence[str],
    *,
    allow_source: bool = False,
    agree: Agree = lambda _: True,
) -> list[Installed]:
    """Install plugins by name, requirement, wheel or, with ``allow_source``, from a folder or an archive.

    ``agree`` is shown the wheels of plugins before anything is changed, and may say no. Returns what was
    written into the record. Raises `HubError`; then the environment is as it was before.
    """
    record = Record(data)
    record.read()  # what is broken is said before anything is changed
    with environment.alone(), TemporaryDirectory(prefix="hub-plugins-") as scratch:
        folder = Path(scratch)
        wanted = [
            resolve.wanted(spec, folder / f"built{number}", allow_source=allow_source)
            for number, spec in enumerate(specs)
        ]
        found = resolve.fetched(wanted, folder, allow_source=allow_source)
        ours = [wheel for wheel in found if wheel.plugins]
        enlarged = _enlarged(wanted)
        _admit(ours, wanted, enlarged)
        for wheel in found:
            if wrong := trespass.found(wheel.path, wheel.distribution):
                raise HubError(f"I do not install {wheel.path.name}. {wrong}", fix="Tell its author.")
        if not found or not agree(ours):
            return []
        _put(found, ours, folder)
        return _write(record, ours, found, enlarged)


def _enlarged(wanted: Sequence[str]) -> set[str]:
    """Return those among ``wanted`` that are plugins here already, as when an extra of one is asked for."""
    names = set()
    for one in wanted:
        with contextlib.suppress(InvalidRequirement):
            names.add(normal(Requirement(one).name))
    return names & {normal(entry.dist.name) for entry in manifest.installed().values() if entry.dist}


def _admit(ours: list[Wheel], wanted: Sequence[str], enlarged: set[str]) -> None:
    """Refuse what is no plugin, and plugins whose name or commands are somebody else's."""
    if not ours and not enlarged:
        named = ", ".join(re.sub(r"-\d.*", "", Path(one).name) for one in wanted)
        raise HubError(f"There is no plugin of the hub in {named}.", fix="Install it with pip instead.")
    here = manifest.installed()
    for wheel in ours:
        for about in wheel.plugins.values():
            owner = here[about.name].dist if about.name in here else None
            if owner is not None and normal(owner.name) != wheel.distribution:
                raise HubError(
                    f"The plugin {about.name} is already {owner.name}'s.",
                    fix=f"First: hub plugins remove {about.name}",
                )
            for command in about.commands:
                if whose := owner_of(command, about.name):
                    raise HubError(f"The command {command} is already {whose}.", fix="Tell its author.")


def _put(found: list[Wheel], ours: list[Wheel], folder: Path) -> None:
    """Install exactly the fetched files, and try every plugin; whatever fails puts all back."""
    names = [wheel.distribution for wheel in found]
    saved = folder / "saved"
    saved.mkdir()
    before = environment.Snapshot(saved, names)
    try:
        files = [str(wheel.path) for wheel in found]
        pip(
            "install", "--no-deps", "--no-index", "--force-reinstall", *files,
            about=f"Installing {', '.join(names)}",
        )  # fmt: skip
        _try(ours)
    except BaseException:
        undo(names, before)
        raise


def _try(ours: list[Wheel]) -> None:
    """Import every plugin in a process of its own."""
    for wheel in ours:
        for module, about in wheel.plugins.items():
            finding = asyncio.run(probe.ask(module, about.name)) if about.built else None
            if finding and not finding.ok:
                raise HubError(f"{about.title} cannot be loaded. {finding.reason}", fix=finding.fix)


def undo(names: Iterable[str], before: environment.Snapshot) -> None:
    """Take what was installed out again and put back what was there."""
    here = [name for name in names if environment.version(name)]
    if here:
        pip("uninstall", "--yes", *here, about="Taking it out again")
    before.restore()


def _write(record: Record, ours: list[Wheel], found: list[Wheel], enlarged: set[str]) -> list[Installed]:
    brought = tuple(f"{each.distribution}=={each.version}" for each in found if not each.plugins)
    written = []
    for wheel in ours:
        known = record.read().get(wheel.distribution)
        also = known.brought if known else ()
        one = Installed(
            wheel.distribution, wheel.version, wheel.sha256, wheel.path.name, wheel.names,
            _merged(also, brought),
        )  # fmt: skip
        record.keep(one, wheel.path)
        written.append(one)
    for known in record.read().values():
        if known.distribution in enlarged and known not in written:
            written.append(replace(known, brought=_merged(known.brought, brought)))
            record.note(written[-1])
    passed = Probed(record.path.parent)
    here = manifest.installed()
    for name in {name for wheel in ours for name in wheel.names} & set(here):
        passed.remember(here[name])  # so that the hub need not try it again when it starts
    return written


def _merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    by_name = {one.partition("==")[0]: one for one in (*old, *new)}
    return tuple(sorted(by_name.values()))


def remove(data: Path, name: str) -> Installed:
    """Uninstall the plugin, or distribution, ``name`` and what it had brought that nobody else needs.

    None of its code is run, so a broken plugin can be removed too. What it kept in the data folder stays.
    """
    record = Record(data)
    known = record.owner(name) or _unrecorded(name)
    if bundled(known.distribution):
        raise HubError(f"{name} comes with the hub.", fix=f"Switch it off: hub plugins disable {name}")
    with environment.alone():
        if environment.version(known.distribution):
            pip("uninstall", "--yes", known.distribution, about=f"Removing {known.distribution}")
            if environment.version(known.distribution):
                raise HubError(
                    f"{known.distribution} is not in this environment, so I cannot remove it.",
                    fix="Remove it with what installed it.",
                )
        record.forget(known.distribution)
        _sweep(known)
    return known


def _unrecorded(name: str) -> Installed:
    """Find a plugin that was installed by other means."""
    entry = manifest.installed().get(name)
    dist = entry.dist if entry else None
    if dist is None:
        raise HubError(f"There is no plugin {name}.", fix="See: hub plugins list")
    return Installed(normal(dist.name), dist.version, "", "", (name,))


def _sweep(removed: Installed) -> None:
    """Uninstall what came with ``removed`` and nothing that is left needs; in passes, for chains."""
    left = [one.partition("==")[0] for one in removed.brought]
    held = environment.pins()
    while True:
        idle = [
            name
            for name in left
            if name not in held and environment.version(name) and not environment.dependants(name)
        ]
        if not idle:
            return
        pip("uninstall", "--yes", *idle, about=f"Removing {', '.join(idle)}")
        left = [name for name in left if name not in idle]
