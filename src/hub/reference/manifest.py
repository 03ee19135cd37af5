"""The page of the manifest, and its JSON Schema for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.plugin.manifest import Command, Extra, Manifest, Permission, json_schema
from hub.reference import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel


def page() -> str:
    """Return docs/reference/manifest.md."""
    return table.page(
        "hub-plugin.toml",
        "Lies beside the `__init__.py` of a plugin, and says all that is static about it. The hub reads it "
        "without importing anything of the plugin; what it does not know it refuses, and says where. "
        "[Its JSON Schema](hub-plugin.schema.json) is also served by every hub, at "
        "`/api/schema/hub-plugin.json`.",
        table.table(HEADS, _rows(Manifest)),
        *_part("`[permissions.<name>]`", Permission),
        *_part("`[extras.<name>]`", Extra),
        *_part("`[commands.<name>]`", Command),
        "## `[settings.<name>]`",
        "Each is the plain part of JSON Schema: `title`, `description`, `type` (`string`, `integer`, "
        "`number`, `boolean`, or `array` of texts) or `enum`, `default`, `minimum`, `maximum`, `minLength`, "
        '`maxLength`, `pattern`. `format = "password"` makes a secret: it is kept encrypted, never shown '
        "again, and has no default. The hub makes the form of it, checks what is written, and hands "
        "`hub_start` all of them.",
    )


HEADS = ("field", "type", "default", "what")


def schema() -> str:
    """Return docs/reference/hub-plugin.schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _part(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"## {title}\n\n{table.about(model)}"
    yield table.table(HEADS, _rows(model))


def _rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    told = model.model_json_schema()
    for name, field in model.model_fields.items():
        default = (
            "**required**"
            if field.is_required()
            else table.code(_default(field.get_default(call_default_factory=True)))
        )
        yield table.code(name), _type(told["properties"][name]), default, table.words(field.description or "")


def _default(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _type(about: dict[str, Any]) -> str:
    if "anyOf" in about:
        return next(_type(one) for one in about["anyOf"])
    match about.get("type", "table"):
        case "array":
            return "list of texts" if about["items"].get("type") == "string" else "list"
        case "string":
            most = about.get("maxLength")
            return f"text of at most {most}" if most else "text"
        case "boolean":
            return "true or false"
        case "object" | "table":
            return "table"
        case kind:
            return str(kind)
