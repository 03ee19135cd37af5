"""Find out which wheels an installation comes to, refuse what is not safe, and fetch them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement

from hub.errors import HubError
from hub.plugin import environment, wheels
from hub.plugin.environment import MovesError, normal, pip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.plugin.wheels import Wheel

_SOURCE_FIX = "Ask for a wheel, or, if you trust it, let it be built here: --allow-source"


@dataclass(frozen=True, slots=True)
class _Step:
    """One package that pip would install. ``wheel``: where it lies here, once it is fetched."""

    name: str
    version: str
    url: str
    sha256: str
    wheel: Path | None = None


def wanted(spec: str, built: Path, *, allow_source: bool) -> str:
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


def fetched(wanted: Sequence[str], folder: Path, *, allow_source: bool) -> list[Wheel]:
    """Return the wheels, brought into ``folder`` and checked, that an installation of ``wanted`` comes to."""
    steps = _plan(wanted, folder, allow_source=allow_source)
    return [_verified(_fetch(step, folder / "wheels", allow_source=allow_source)) for step in steps]


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
