"""The page of settings: the hub's own, those of a language server, and those of the bundled plugins."""

from __future__ import annotations

import inspect
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from hub import schema
from hub.config import FILE, LIVE, PREFIX, ProviderSettings, Settings
from hub.plugin.manifest import Manifest
from hub.reference import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

ROOT = Path(__file__).parents[3]


def page() -> str:
    """Return docs/reference/settings.md."""
    return table.page(
        "Settings",
        f"The command line wins over the environment, that over `{FILE}` in the data folder, and that over "
        "the defaults. The page Settings of the hub writes the same file, and keeps its comments. Secrets "
        "are kept encrypted, and never in the file.",
        "## The hub's own",
        table.table(
            ("setting", "variable", "default", "what it may be", "what it does", "takes effect"), _core()
        ),
        *_groups(),
        f"## A language server: `[providers.<name>]`\n\n{table.about(ProviderSettings)}",
        table.table(("setting", "default", "what it may be", "what it does"), _of(ProviderSettings)),
        *_plugins(),
    )


def bundled() -> list[Manifest]:
    """Return the manifests of the plugins that come with the hub, by name."""
    files = (ROOT / "plugins").glob("*/src/*/hub-plugin.toml")
    read = [Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files]
    return sorted(read, key=lambda about: about.name)


def _core() -> Iterator[tuple[str, ...]]:
    for (setting, default, may, what), name in zip(_of(Settings), Settings.model_fields, strict=True):
        when = "at once" if name in LIVE else "with a restart"
        yield setting, table.code(PREFIX + name.upper()), default, may, what, when


def _of(model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    told = model.model_json_schema(mode="serialization")
    for name, field in model.model_fields.items():
        about = _whole(told["properties"][name], told)
        yield table.code(name), _default(field), _allowed(about), table.words(field.description or "")


def _whole(about: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return ``about`` with what it refers to."""
    name = about.get("$ref", "").rpartition("/")[2]
    return {**told["$defs"][name], **about} if name else about


def _groups() -> Iterator[str]:
    """Tell the settings that are tables with fixed fields."""
    for name, field in Settings.model_fields.items():
        if inspect.isclass(field.annotation) and issubclass(field.annotation, BaseModel):
            yield f"## {field.title}: `[{name}]`\n\n{table.about(field.annotation)}"
            yield table.table(("setting", "default", "what it may be", "what it does"), _of(field.annotation))


def _default(field: FieldInfo) -> str:
    if field.default_factory is None:
        default = field.default
        return table.code(json.dumps(list(default) if isinstance(default, tuple) else default))
    if inspect.isclass(field.default_factory) and issubclass(field.default_factory, BaseModel):
        return "see below"
    if inspect.isfunction(field.default_factory):
        return table.words(inspect.getdoc(field.default_factory) or "").partition(": ")[2].rstrip(".")
    return "none"


def _allowed(about: dict[str, Any]) -> str:
    return "A table." if about.get("type") == "object" else schema.allowed(about)


def _plugins() -> Iterator[str]:
    for about in bundled():
        if about.settings:
            yield f"## {about.title}: `[plugins.{about.name}]`\n\n{about.summary}"
            rows = ((table.code(name), *_cells(told)) for name, told in about.settings.items())
            yield table.table(("setting", "default", "what it may be", "what it does"), rows)


def _cells(told: dict[str, Any]) -> tuple[str, str, str]:
    default = "kept secret" if schema.is_secret(told) else table.code(json.dumps(told.get("default")))
    what = " ".join(filter(None, (f"{told.get('title', '')}.", told.get("description", ""))))
    return default, schema.allowed(told), what
