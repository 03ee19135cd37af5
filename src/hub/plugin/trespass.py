"""Say what of somebody else's a wheel would write over, or what it would run without being asked.

An installer writes a wheel's files wherever they say. One that brings ``hub/`` takes the place of the hub,
a ``.pth`` file runs in every Python of the environment, and a script may be called ``hub``.
"""

from __future__ import annotations

import configparser
import sys
import sysconfig
import zipfile
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from hub.plugin import manifest
from hub.plugin.environment import bundled, normal

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALWAYS_RUN = frozenset({"sitecustomize.py", "usercustomize.py"})


def found(path: Path, distribution: str) -> str:
    """Return what the wheel ``path`` of ``distribution`` would do to others, in a sentence, or ""."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        entries = "".join(
            archive.read(name).decode(errors="replace")
            for name in names
            if name.endswith(".dist-info/entry_points.txt") and name.count("/") == 1
        )
    files = [_placed(name) for name in names if ".dist-info/" not in name]
    wrong = [*_runs(files), *_packages(files, distribution), *_scripts(names, entries, _own(distribution))]
    return wrong[0] if wrong else ""


def _placed(name: str) -> str:
    """Return where a member comes to lie below the packages; wheels may keep some in ``*.data/purelib``."""
    first, _, rest = name.partition("/")
    if first.endswith(".data"):
        kind, _, inner = rest.partition("/")
        return inner if kind in {"purelib", "platlib"} else ""
    return name


def _runs(files: list[str]) -> Iterator[str]:
    for name in files:
        if "/" not in name and (name.endswith(".pth") or name in _ALWAYS_RUN):
            yield f"{name} in it would run in every Python here."


def _packages(files: list[str], distribution: str) -> Iterator[str]:
    """Find packages that are another distribution's, and files of others in shared ones."""
    home = Path(sysconfig.get_path("purelib"))
    for top in sorted({name.partition("/")[0].partition(".")[0] for name in files if name}):
        if top in _core():
            yield f"It would write over {top}, which comes with the hub."
        elif PathFinder.find_spec(top) and (owner := _owner(top, distribution)):
            files_of_it = (name for name in files if name.startswith((f"{top}/", f"{top}.")))
            if any((home / name).exists() for name in files_of_it):
                yield f"It would write over {top}, which is {owner}'s."
            elif not _shared(top):
                yield f"It would hide {top}, which is {owner}'s."


def _core() -> set[str]:
    """Return the packages of the hub and of what comes with it."""
    entries = manifest.installed().values()
    return {"hub"} | {one.module.partition(".")[0] for one in entries if one.dist and bundled(one.dist.name)}


def _owner(top: str, distribution: str) -> str:
    """Return which other distribution the package ``top`` is from, or ""."""
    owners = metadata.packages_distributions().get(top, ())
    return next((owner for owner in owners if normal(owner) != distribution), "")


def _shared(top: str) -> bool:
    """Say whether a package is a namespace, in which several distributions have their parts."""
    return not any((Path(folder) / top / "__init__.py").is_file() for folder in sys.path)


def _scripts(names: list[str], entries: str, own: set[Path]) -> Iterator[str]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # commands keep their case
    parser.read_string(entries)
    made = {name for group in ("console_scripts", "gui_scripts") if group in parser for name in parser[group]}
    made |= {name.rpartition("/")[2] for name in names if ".data/scripts/" in name}
    folder = Path(sysconfig.get_path("scripts"))
    for name in sorted(made):
        if name == "hub" or ((folder / name).exists() and (folder / name).resolve() not in own):
            yield f"It would write over the command {name}."


def _own(distribution: str) -> set[Path]:
    """Return the files of the version that is here, which the new one may replace."""
    try:
        return {Path(str(file.locate())).resolve() for file in metadata.files(distribution) or ()}
    except metadata.PackageNotFoundError:
        return set()
