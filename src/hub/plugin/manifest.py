"""Read a plugin's ``hub-plugin.toml`` without importing the plugin, and find all installed ones."""

from __future__ import annotations

import tomllib
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import HubError

API = "1"
GROUP = "hub.plugins"


class Permission(BaseModel):
    """Something the plugin wants to do; ``enforced`` by the hub, or only declared by its author."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    why: str
    enforced: bool = False


class Manifest(BaseModel):
    """All that is static about a plugin: enough to show its tile when its code cannot be loaded."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    title: str = Field(max_length=24)
    summary: str = Field(max_length=120)
    api: str = API
    order: int = Field(100, description="Place among the tiles; small is first.")
    built: bool = Field(default=True, description="False: announced, and honestly not there yet.")
    fix: str = Field("", description="What a person can do while it is not built.")
    models: str = Field("", description="File name of the model manifest inside the package.")
    public_paths: tuple[str, ...] = Field((), description="Paths outside /p/<name>/ that it may serve.")
    data: tuple[str, ...] = Field((), description="Its files in the data folder, which a backup takes along.")
    start_s: float = Field(10, gt=0, le=60, description="Seconds that hub_start may take.")
    permissions: dict[str, Permission] = Field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = Field(default_factory=dict)


def installed() -> dict[str, EntryPoint]:
    """Return the entry points of all installed plugins by name; the first of a name wins."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, entry)
    return found


def package_folder(entry: EntryPoint) -> Path:
    """Return the folder of the plugin's package. Nothing of the plugin is run to find it."""
    package = entry.module.partition(".")[0]
    spec = PathFinder.find_spec(package)
    if spec is None or spec.origin is None:
        raise HubError(f"The package {package} is not there.", fix=f"Install {entry.name} again.")
    return Path(spec.origin).parent


def read(entry: EntryPoint) -> Manifest:
    """Return the plugin's manifest. Raises `HubError` with what is wrong in it."""
    path = package_folder(entry) / "hub-plugin.toml"
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise HubError(f"{path.name} is missing.", fix=f"Install {entry.name} again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HubError(f"{path.name}: {where}: {first['msg']}.", fix="Tell its author.") from error
    except (OSError, ValueError) as error:
        raise HubError(f"{path.name} cannot be read: {error}.", fix="Tell its author.") from error
    if manifest.api != API:
        raise HubError(
            f"It speaks plugin api {manifest.api}; this hub speaks {API}.",
            fix="Update the hub or the plugin.",
        )
    if manifest.name != entry.name:
        raise HubError(f"{path.name} is for {manifest.name}, not {entry.name}.", fix="Tell its author.")
    return manifest
