"""Say where a plugin comes from: whether it came with the hub, which version it is, and whose a file is."""

from __future__ import annotations

import hashlib
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.plugin import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

BUNDLED = frozenset({"timmy-hub-executor", "timmy-hub-memory", "timmy-hub-nostr", "timmy-hub-voice"})
"""The distributions of ``plugins/``. A list, for anyone may give a package a name that begins like ours."""

Frame = tuple[str, int]
"""A file and a line."""


def bundled(distribution: str) -> bool:
    """Say whether the plugins of ``distribution`` came with the hub."""
    return distribution.lower().replace("_", "-") in BUNDLED


def identity(entry: EntryPoint) -> str:
    """Return what the plugin is now: distribution, version, and a hash of its manifest; "" if not installed.

    It changes with every update: what was found of one version says nothing of the next. Reads files.
    """
    if entry.dist is None:
        return ""
    about = hashlib.sha256()
    try:
        about.update((manifest.package_folder(entry) / "hub-plugin.toml").read_bytes())
    except (OSError, HubError):
        about.update(b"-")
    return f"{entry.dist.name} {entry.dist.version} {about.hexdigest()[:16]}"


def root(entry: EntryPoint) -> Path | None:
    """Return the folder of the plugin's package, or its file when it is a single module; None if gone."""
    spec = PathFinder.find_spec(entry.module.partition(".")[0])
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin


class Owners:
    """Knows which plugin a source file belongs to. ``roots``: package folder or module by plugin."""

    def __init__(self, roots: Mapping[str, Path]) -> None:
        # The longest first: a package inside another's folder is its own. As faulthandler writes paths.
        named = ((_ascii(str(path)), path.suffix == ".py", name) for name, path in roots.items())
        self._roots = sorted(named, key=lambda each: -len(each[0]))

    @classmethod
    def of(cls, entries: Mapping[str, EntryPoint]) -> Owners:
        """Return the owners of the plugins ``entries``. Looks for their files."""
        found = {name: root(entry) for name, entry in entries.items()}
        return cls({name: path for name, path in found.items() if path})

    def owner(self, file: str) -> str:
        """Return the plugin that ``file`` belongs to, or ""."""
        file = _ascii(file)
        for path, single, name in self._roots:
            if file == path if single else file.startswith(f"{path}/"):
                return name
        return ""

    def blame(self, frames: Iterable[Frame]) -> tuple[str, str, int] | None:
        """Return plugin, file (from its package on) and line of the innermost frame that is a plugin's.

        ``frames``: innermost first. What a plugin calls, wherever that is, is its doing.
        """
        for file, line in frames:
            if name := self.owner(file):
                return name, self._short(file, name), line
        return None

    def _short(self, file: str, name: str) -> str:
        path = next(path for path, _, owner in self._roots if owner == name)
        return _ascii(file).removeprefix(f"{path.rpartition('/')[0]}/")


def _ascii(path: str) -> str:
    return path.encode("ascii", "backslashreplace").decode()
