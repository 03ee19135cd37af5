"""Install, remove and reinstall plugins; what the hub stands on never moves, and what fails is undone.

All of it blocks for seconds, acts on the environment of the running interpreter and works whether or not a
hub runs. The order is: build what is only there as source, ask pip what it would do, refuse what is not
safe, fetch, look into the wheels, install exactly those files, import each plugin in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement

from hub.cli.contributed import owner_of
from hub.errors import HubError
from hub.plugin import environment, manifest, probe, trespass, wheels
from hub.plugin.environment import MovesError, bundled, normal, pip
from hub.plugin.probe import Probed
from hub.plugin.record import Installed, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.plugin.wheels import Wheel

    Agree = Callable[[list[Wheel]], bool]

_SOURCE_FIX = "Ask for a wheel, or, if you trust it, let it be built here: --allow-source"


@dataclass(frozen=True, slots=True)
class _Step:
    """One package that pip would install. ``wheel``: where it lies here, once it is fetched."""

    name: str
    version: str
    url: str
    sha256: str
    wheel: Path | None = None


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
        wanted = [_wanted(spec, folder / f"built{number}", allow_source) for number, spec in enumerate(specs)]
        plan = _plan(wanted, folder, allow_source=allow_source)
        steps = [_fetch(step, folder / "wheels", allow_source=allow_source) for step in plan]
        found = [_verified(step) for step in steps]
        ours = [wheel for wheel in found if wheel.plugins]
        enlarged = _enlarged(wanted)
        _admit(ours, wanted, enlarged)
        for wheel in found:
            if wrong := trespass.found(wheel.path, wheel.distribution):
                raise HubError(f"I do not install {wheel.path.name}. {wrong}", fix="Tell its author.")
        if not steps or not agree(ours):
            return []
        _put(steps, ours, folder)
        return _write(record, ours, found, enlarged)


def _wanted(spec: str, built: Path, allow_source: bool) -> str:
    """Return what pip is to be asked for: a requirement, or the path of a wheel."""
    path = Path(spec).expanduser()
    if spec.startswith("-"):
        raise HubError(f"{spec} is no plugin.", fix="Give a name, a wheel, or a folder.")
    if "://" in spec:
        return spec if _is_wheel(spec) else str(_build(spec, built, allow_source))
    if path.suffix == ".whl" or "/" in spec or spec in {".", ".."}:
        if not path.exists():
            raise HubError(f"{spec} is not there.", fix="Check the path.")
        path = path.resolve()
        # To name a folder with a slash is to ask for its source: it is there to be looked at.
        asked = allow_source or path.is_dir()
        return str(path if path.suffix == ".whl" else _build(str(path), built, asked, path))
    try:
        Requirement(spec)
    except InvalidRequirement as error:
        raise HubError(
            f"{spec} is neither a package, nor a wheel, nor a folder.", fix="Check how it is written."
        ) from error
    return spec


def _build(spec: str, built: Path, allow_source: bool, project: Path | None = None) -> Path:
    """Make a wheel from source: that runs its author's code on this machine."""
    if not allow_source:
        raise HubError(f"{spec} is source, and to build it runs its author's code.", fix=_SOURCE_FIX)
    here = ["--no-build-isolation"] if project and environment.builds_here(project) else []
    pip("wheel", "--no-deps", *here, "--wheel-dir", str(built), spec, about=f"Building {spec}")
    made = sorted(built.glob("*.whl"))
    if len(made) != 1:
        raise HubError(f"Building {spec} made {len(made)} wheels.", fix="Tell its author.")
    return made[0]


def _plan(wanted: Sequence[str], folder: Path, *, allow_source: bool) -> list[_Step]:
    """Ask pip what it would install, with every package that the hub stands on held where it is."""
    held = environment.pins()
    given = [wheels.read(Path(one)) for one in wanted if one.endswith(".whl") and "://" not in one]
    for wheel in given:
        _check_given(wheel, held, allow_source=allow_source)
    asked = [one for one in wanted if one not in {str(wheel.path) for wheel in given}]
    for wheel in given:
        asked += _ask_for(wheel)
    steps = _resolve(asked, held, folder, allow_source=allow_source) if asked else {}
    for wheel in given:
        url = wheel.path.as_uri()
        steps[wheel.distribution] = _Step(wheel.distribution, wheel.version, url, wheel.sha256)
    for step in steps.values():
        _check(step, held, steps, allow_source=allow_source)
    return list(steps.values())


def _ask_for(wheel: Wheel) -> list[str]:
    """Return what pip must look for so that ``wheel`` can run; often that is nothing.

    pip passes over a wheel whose version is here already (its author is at work on it), and with it what
    it newly needs: then that is asked for by itself.
    """
    needed = [
        str(wanted)
        for wanted in environment.applying(wheel.requires)
        if wanted.extras
        or not (here := environment.version(wanted.name))
        or not wanted.specifier.contains(here, prereleases=True)
    ]
    same = environment.version(wheel.distribution) == wheel.version
    return needed if same or not needed else [str(wheel.path)]


def _resolve(
    asked: Sequence[str], held: dict[str, str], folder: Path, *, allow_source: bool
) -> dict[str, _Step]:
    """Return what pip would install for ``asked``, by name."""
    constraints, report = folder / "constraints.txt", folder / "report.json"
    constraints.write_text("".join(f"{name}=={here}\n" for name, here in held.items()))
    only = [] if allow_source else ["--only-binary", ":all:"]
    pip(
        "install", "--dry-run", "--report", str(report), "--constraint", str(constraints), *only, *asked,
        about=f"Looking for {', '.join(Path(one).name for one in asked)}",
    )  # fmt: skip
    return {step.name: step for step in map(_step, json.loads(report.read_text())["install"])}


def _step(item: dict[str, Any]) -> _Step:
    info, about = item["download_info"], item["metadata"]
    sha256 = info.get("archive_info", {}).get("hashes", {}).get("sha256", "")
    return _Step(normal(about["name"]), about["version"], info["url"], sha256)


def _check_given(wheel: Wheel, held: dict[str, str], *, allow_source: bool) -> None:
    """Refuse a wheel that fights with the hub's own packages, or would have pip build something."""
    for wanted in environment.applying(wheel.requires):
        name = normal(wanted.name)
        if wanted.url and not wanted.url.endswith(".whl") and not allow_source:
            raise HubError(f"{wheel.distribution} needs {name} from source.", fix=_SOURCE_FIX)
        if name in held and not wanted.specifier.contains(held[name], prereleases=True):
            raise MovesError(
                f"It would move {name} {held[name]}, which the hub stands on: "
                f"{wheel.distribution} asks for {name}{wanted.specifier}.",
                fix=f"Ask its author to allow {name} {held[name]}.",
            )


def _check(step: _Step, held: dict[str, str], steps: dict[str, _Step], *, allow_source: bool) -> None:
    """Refuse a step that moves what the hub stands on, breaks another plugin, or is not a wheel."""
    if step.name in held:
        raise MovesError(
            f"It would replace {step.name} {held[step.name]}, which the hub stands on, by {step.version}.",
            fix="That comes with the hub: update the hub instead.",
        )
    if not _is_wheel(step.url) and not allow_source:
        raise HubError(f"{step.name} is only there as source.", fix=_SOURCE_FIX)
    for name, asked in environment.dependants(step.name).items():
        if name not in steps and not asked.specifier.contains(step.version, prereleases=True):
            raise HubError(
                f"{name} needs {step.name}{asked.specifier}, and this one wants {step.version}.",
                fix=f"Remove one of them: hub plugins remove {name}",
            )


def _is_wheel(url: str) -> bool:
    return url.partition("#")[0].partition("?")[0].endswith(".whl")


def _fetch(step: _Step, folder: Path, *, allow_source: bool) -> _Step:
    """Bring a step's wheel into ``folder`` and check that it is the very one pip had found."""
    folder.mkdir(exist_ok=True)
    if step.url.startswith("file://") and _is_wheel(step.url):
        from urllib.parse import unquote, urlsplit  # noqa: PLC0415

        path = Path(unquote(urlsplit(step.url).path))
        step = replace(step, wheel=Path(shutil.copy(path, folder)))
    else:
        home = folder / step.name
        exact = folder / f"{step.name}.txt"
        digest = f" --hash=sha256:{step.sha256}" if step.sha256 else ""
        exact.write_text(f"{step.name} @ {step.url}{digest}\n")
        how = ["wheel", "--wheel-dir"] if allow_source else ["download", "--only-binary", ":all:", "--dest"]
        pip(*how, str(home), "--no-deps", "--requirement", str(exact), about=f"Fetching {step.name}")
        step = replace(step, wheel=next(home.glob("*.whl")))
    return step


def _verified(step: _Step) -> Wheel:
    """Read the wheel that was fetched, and check that it is the one that was resolved."""
    if step.wheel is None:
        raise HubError(f"{step.name} could not be fetched.", fix="Try again.")
    wheel = wheels.read(step.wheel)
    if step.sha256 and wheel.sha256 != step.sha256:
        raise HubError(
            f"{step.wheel.name} is not what was asked for.", fix="Tell who runs the package index."
        )
    return wheel


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


def _put(steps: list[_Step], ours: list[Wheel], folder: Path) -> None:
    """Install exactly the fetched files, and try every plugin; whatever fails puts all back."""
    names = [step.name for step in steps]
    saved = folder / "saved"
    saved.mkdir()
    before = environment.Snapshot(saved, names)
    try:
        files = [str(step.wheel) for step in steps]
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


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync` did with one distribution; ``trouble`` says why it could not be brought back."""

    installed: Installed
    state: str
    trouble: HubError | None = None


def sync(data: Path) -> list[Synced]:
    """Make the environment hold what the record says: after an update that lost the plugins.

    The wheel that was kept is used when its digest is still right, else the same version is fetched and
    must have that digest. One that fails does not keep the others out.
    """
    return [_bring(data, one) for one in Record(data).read().values()]


def _bring(data: Path, one: Installed) -> Synced:
    brought = [each for each in one.brought if not environment.version(each.partition("==")[0])]
    here = environment.version(one.distribution) == one.version
    if here and not brought and not environment.missing(one.distribution):
        return Synced(one, "here")
    try:
        kept = Record(data).wheel(one)
        if kept is None:
            _refetch(data, one, brought)
        else:
            install(data, [str(kept), *brought])
    except HubError as error:
        return Synced(one, "failed", error)
    return Synced(one, "installed")


def _refetch(data: Path, one: Installed, brought: list[str]) -> None:
    """Fetch the recorded version anew; a wheel with another digest is not the one that was trusted."""
    with TemporaryDirectory(prefix="hub-plugins-") as scratch:
        exact = Path(scratch) / "exact.txt"
        exact.write_text(f"{one.distribution}=={one.version} --hash=sha256:{one.sha256}\n")
        pip(
            "download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", scratch,
            "--requirement", str(exact), about=f"Fetching {one.distribution} {one.version}",
        )  # fmt: skip
        install(data, [str(next(Path(scratch).glob("*.whl"))), *brought])
