"""The Python environment that the hub runs in: its own pip, and the packages that the hub stands on."""

from __future__ import annotations

import fcntl
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
from pip._vendor.packaging.utils import canonicalize_name

from hub.errors import HubError
from hub.plugin.origin import BUNDLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OURS = "timmy-hub"
_WAIT_S = 900.0
_DEPENDS = re.compile(r"^\s+(\S+) \S+ depends on (\S.*)$", re.MULTILINE)
_PINNED = re.compile(r"^\s+The user requested \(constraint\) ([^=\s]+)==(\S+)$", re.MULTILINE)


class MovesError(HubError):
    """Something would move a package that the hub itself stands on."""


def normal(name: str) -> str:
    """Return a distribution's name in its one normal form (packaging.python.org, name normalization)."""
    return str(canonicalize_name(name))


def bundled(distribution: str) -> bool:
    """Say whether a distribution comes with the hub."""
    return normal(distribution) in BUNDLED | {OURS}


def version(distribution: str) -> str:
    """Return the installed version of ``distribution``, or ""."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def pins() -> dict[str, str]:
    """Return, with its version, every package that the hub and what comes with it need."""
    here: dict[str, metadata.Distribution] = {}
    for each in metadata.distributions():
        here.setdefault(normal(each.name or ""), each)
    found: dict[str, str] = {}
    waiting = [name for name in here if bundled(name)]
    while waiting:
        name = waiting.pop()
        if name not in found and name in here:
            found[name] = here[name].version
            waiting += [normal(wanted.name) for wanted in applying(here[name].requires or ())]
    return found


def needs(distribution: str) -> list[Requirement]:
    """Return what an installed distribution needs on this machine, its extras left out."""
    return applying(metadata.requires(distribution) or ())


def applying(texts: Iterable[str]) -> list[Requirement]:
    """Return those requirements among ``texts`` that hold on this machine; what is none is left out."""
    found = []
    for text in texts:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            found.append(wanted)
    return found


def missing(distribution: str) -> list[str]:
    """Return what ``distribution`` needs and is not here, or only in a version that will not do."""
    return [
        f"{wanted.name}{wanted.specifier}"
        for wanted in needs(distribution)
        if not (here := version(wanted.name)) or not wanted.specifier.contains(here, prereleases=True)
    ]


def dependants(name: str) -> dict[str, Requirement]:
    """Return who needs the package ``name``, by distribution, and what exactly they ask for."""
    found = {}
    for each in metadata.distributions():
        for wanted in applying(each.requires or ()):
            if each.name and normal(wanted.name) == name:
                found[normal(each.name)] = wanted
    return found


def builds_here(project: Path) -> bool:
    """Say whether all that is needed to build ``project`` is installed, so that nothing must be fetched."""
    try:
        asked = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["build-system"][
            "requires"
        ]
    except (OSError, ValueError, KeyError):
        return False
    wanted = applying(asked)
    return len(wanted) == len(asked) and all(
        (here := version(each.name)) and each.specifier.contains(here, prereleases=True) for each in wanted
    )


def pip(*arguments: str, about: str) -> str:
    """Run the environment's own pip and return what it said; ``about``: what for, in the error's words."""
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "NO_COLOR": "1", "PIP_USER": "0"}
    away = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_REQUIREMENT"}
    environ = {name: value for name, value in os.environ.items() if name not in away} | quiet
    try:
        done = subprocess.run(
            (sys.executable, "-m", "pip", *arguments),
            capture_output=True, text=True, errors="replace", check=False, timeout=_WAIT_S, env=environ,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise HubError(
            f"{about} took longer than {_WAIT_S / 60:.0f} minutes.", fix="Look after the network."
        ) from late
    importlib.invalidate_caches()
    if done.returncode:
        raise _why(f"{done.stdout}\n{done.stderr}", about)
    return done.stdout


def _why(said: str, about: str) -> HubError:
    """Turn pip's complaint into what happened and what to do."""
    if held := _PINNED.findall(said):
        name, here = held[0]
        asking = [f"{who} asks for {what}" for who, what in _DEPENDS.findall(said) if _names(what, name)]
        because = asking[0] if asking else "something else is asked for"
        return MovesError(
            f"It would move {name} {here}, which the hub stands on: {because}.",
            fix=f"Ask its author to allow {name} {here}.",
        )
    if "No module named pip" in said:
        return HubError("This Python has no pip.", fix=f"Run: {sys.executable} -m ensurepip --upgrade")
    if "No matching distribution" in said or "Could not find a version" in said:
        return HubError(
            f"{about} failed: the package index has no wheel of it for this machine.",
            fix="Check the name, or build it from its source with --allow-source.",
        )
    if "externally-managed-environment" in said:
        return HubError("The system's own Python is not mine to change.", fix="Install the hub into a venv.")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    error = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1] if lines else "")
    return HubError(
        f"{about} failed: {error.removeprefix('ERROR: ')[:300]}", fix="Mend what pip names, and try again."
    )


def _names(wanted: str, name: str) -> bool:
    return normal(re.split(r"[^A-Za-z0-9._-]", wanted)[0]) == normal(name)


@contextmanager
def alone() -> Iterator[None]:
    """Keep other installations out of this environment. Raises `HubError` when one is going on."""
    handle = os.open(sys.prefix, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise HubError("Plugins are being changed already.", fix="Wait until that is done.") from error
    finally:
        os.close(handle)


class Snapshot:
    """The files of installed distributions as they are now, to be put back when an installation fails."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._saved: list[tuple[Path, Path]] = []
        for name in names:
            for path in _files(name):
                copy = folder / f"{len(self._saved)}"
                shutil.copy2(path, copy)
                self._saved.append((copy, path))

    def restore(self) -> None:
        """Put every file back where it was."""
        for copy, path in self._saved:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(copy, path)
        importlib.invalidate_caches()


def _files(name: str) -> list[Path]:
    """Return the files of a distribution that lie in this environment; others are not ours to touch."""
    try:
        listed = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return []
    home = Path(sys.prefix).resolve()
    found = [Path(str(file.locate())).resolve() for file in listed]
    return [path for path in found if path.is_file() and path.is_relative_to(home)]
