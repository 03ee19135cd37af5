"""Read a plugin's ``hub-plugin.toml`` without importing the plugin, and find all installed ones."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from hub import schema
from hub.errors import HubError

API = "1"
GROUP = "hub.plugins"


ENFORCED = frozenset({"events", "public_paths", "tools"})
"""What the hub itself holds a plugin to: the events it is handed, the paths that it may serve, and that
its tools above ``read`` wait for approval. All other permissions rest on their author's word."""

_PLAIN = r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$"
_PUBLIC = r"^/[A-Za-z0-9._~-]+(/([A-Za-z0-9._~-]+|\{[a-z_]+\}))*/?$"

PlainPath = Annotated[str, StringConstraints(pattern=_PLAIN, max_length=200)]
PublicPath = Annotated[str, StringConstraints(pattern=_PUBLIC, max_length=200)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Small = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class Permission(BaseModel):
    """Something the plugin wants to do; ``enforced`` by the hub, or only declared by its author."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    why: Words = Field(description="What for, in words that a person reads before enabling it.")
    enforced: bool = Field(default=False, description="Whether the hub holds it to this; see the guide.")


class Extra(BaseModel):
    """Further packages that a part of the plugin needs, as an extra of its distribution."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    modules: tuple[str, ...] = Field(min_length=1, description="Names that must be there to import.")
    why: Words = Field(description="What they are needed for.")
    required: bool = Field(default=False, description="Without it the plugin is disabled, not degraded.")


class Command(BaseModel):
    """A command of its own: ``hub <name>``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    run: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", description="``module:function``, click's.")
    about: Words = Field(description="Its line in `hub --help`.")


class Manifest(BaseModel):
    """All that is static about a plugin: enough to show its tile when its code cannot be loaded."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="hub-plugin.toml")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="That of its entry point.")
    title: str = Field(min_length=1, max_length=24, description="Its name for people.")
    summary: str = Field(max_length=120, description="What it is for, in a sentence.")
    api: str = Field(API, description="Version of the plugin api that it speaks.")
    order: int = Field(100, description="Place among the tiles; small is first.")
    built: bool = Field(default=True, description="False: announced, and honestly not there yet.")
    fix: str = Field("", description="What a person can do while it is not built.")
    models: PlainPath | Literal[""] = Field(
        "", description="File name of the model manifest inside the package."
    )
    nav: str = Field("", max_length=24, description="Label under which its panel is linked.")
    public_paths: tuple[PublicPath, ...] = Field(
        (), description="Paths outside /p/<name>/ that it may serve."
    )
    events: tuple[str, ...] = Field(
        (), description="Patterns of the events it is handed, as in `timer.*`.", max_length=64
    )
    data: tuple[PlainPath, ...] = Field(
        (), description="Its files in the data folder, which a backup takes along."
    )
    start_s: float = Field(10, gt=0, le=60, description="Seconds that hub_start may take.")
    stop_s: float = Field(5, gt=0, le=30, description="Seconds that hub_stop may take.")
    permissions: dict[str, Permission] = Field(
        default_factory=dict, description="What it wants to do, by name, shown before it is enabled."
    )
    extras: dict[str, Extra] = Field(
        default_factory=dict, description="Extras of its distribution, and what each brings."
    )
    commands: dict[Small, Command] = Field(default_factory=dict, description="Its commands, by name.")
    settings: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="JSON Schema of each of its settings, by name."
    )

    @model_validator(mode="after")
    def _honest(self) -> Self:
        for name, about in self.permissions.items():
            if about.enforced and name not in ENFORCED:
                raise ValueError(f"permissions.{name} says enforced, and this hub cannot enforce it")
        for name, told in self.settings.items():
            if "default" in told and (wrong := schema.check(told, told["default"])):
                raise ValueError(f"settings.{name}.default is not what it allows: {wrong}")
            if schema.is_secret(told) and told.get("default"):
                raise ValueError(f"settings.{name} is a secret and has a default")
        return self

    @property
    def asks(self) -> tuple[Asked, ...]:
        """All that it may do, for a person to read: what the hub knows of itself comes first."""
        known = {}
        if self.public_paths:
            known["public_paths"] = f"Serves {', '.join(self.public_paths)}."
        if self.events:
            known["events"] = f"Is told of {', '.join(self.events)}."
        own = {name: about.why for name, about in self.permissions.items()}
        return tuple(Asked(name, why, name in ENFORCED) for name, why in (known | own).items())


@dataclass(frozen=True, slots=True)
class Asked:
    """A permission as a person sees it; ``enforced`` by the hub, or declared by the author."""

    name: str
    why: str
    enforced: bool


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``hub-plugin.toml``."""
    told = Manifest.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://hub.example/schema/hub-plugin-{API}.json",
        **told,
    }


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
        where = "".join(f"{part}." for part in first["loc"]).rstrip(".")
        said = ": ".join(part for part in (path.name, where, _plain(first["msg"])) if part)
        raise HubError(f"{said}.", fix="Tell its author.") from error
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


def missing(extra: Extra) -> list[str]:
    """Return the modules of ``extra`` that are not there. None of them is imported."""
    return [module for module in extra.modules if not _there(module)]


def _there(module: str) -> bool:
    """Look for ``module`` part by part: `importlib.util.find_spec` would import its parents."""
    path, name = None, ""
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        if name in sys.builtin_module_names or name in sys.modules:
            spec = getattr(sys.modules.get(name), "__spec__", None)
        else:
            spec = PathFinder.find_spec(name, path)
            if spec is None:
                return False
        path = list(spec.submodule_search_locations or ()) if spec else None
    return True


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")
