"""Read a wheel before it is installed: whose it is, what it needs, and which plugins are in it."""

from __future__ import annotations

import configparser
import tomllib
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hub.errors import HubError
from hub.plugin.environment import normal
from hub.plugin.manifest import API, GROUP, Manifest
from hub.plugin.record import digest

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 1 << 18


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel: its file and sha256, its distribution, and the manifests of its plugins by module."""

    path: Path
    sha256: str
    distribution: str
    version: str
    requires: tuple[str, ...]
    plugins: dict[str, Manifest]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its plugins."""
        return tuple(about.name for about in self.plugins.values())


def read(path: Path) -> Wheel:
    """Read a wheel. Raises `HubError` when it is none, or when a manifest in it is not right."""
    try:
        with zipfile.ZipFile(path) as archive:
            about = HeaderParser().parsestr(_text(archive, ".dist-info/METADATA"))
            entries = configparser.ConfigParser(delimiters=("=",), interpolation=None)
            entries.read_string(_text(archive, ".dist-info/entry_points.txt", needed=False))
            found = dict(entries[GROUP]) if GROUP in entries else {}
            plugins = {module: _manifest(archive, name, module) for name, module in found.items()}
    except (OSError, zipfile.BadZipFile, configparser.Error, UnicodeError, KeyError) as error:
        raise HubError(f"{path.name} is no wheel that I can read: {error}.", fix="Fetch it again.") from error
    return Wheel(
        path, digest(path), normal(about["Name"] or ""), about["Version"] or "",
        tuple(about.get_all("Requires-Dist") or ()), plugins,
    )  # fmt: skip


def _text(archive: zipfile.ZipFile, ending: str, *, needed: bool = True) -> str:
    names = [name for name in archive.namelist() if name.endswith(ending) and name.count("/") == 1]
    if not names:
        if needed:
            raise KeyError(f"it has no {ending.rpartition('/')[2]}")
        return ""
    return _content(archive, names[0])


def _content(archive: zipfile.ZipFile, name: str) -> str:
    if archive.getinfo(name).file_size > _LARGEST:
        raise zipfile.BadZipFile(f"{name} is larger than {_LARGEST} bytes")
    return archive.read(name).decode()


def _manifest(archive: zipfile.ZipFile, name: str, module: str) -> Manifest:
    path = f"{module.partition('.')[0].partition(':')[0]}/hub-plugin.toml"
    if path not in archive.namelist():
        raise HubError(f"The plugin {name} has no hub-plugin.toml.", fix="Tell its author.")
    try:
        about = Manifest.model_validate(tomllib.loads(_content(archive, path)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HubError(
            f"hub-plugin.toml of {name}: {where}: {first['msg']}.", fix="Tell its author."
        ) from error
    except ValueError as error:
        raise HubError(
            f"hub-plugin.toml of {name} cannot be read: {error}.", fix="Tell its author."
        ) from error
    if about.api != API:
        raise HubError(
            f"{name} speaks plugin api {about.api}; this hub speaks {API}.",
            fix="Update the hub or the plugin.",
        )
    if about.name != name:
        raise HubError(f"hub-plugin.toml of {name} is for {about.name}.", fix="Tell its author.")
    return about
