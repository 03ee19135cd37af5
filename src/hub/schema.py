"""Check values against the plain part of JSON Schema, and say in words what is allowed.

It covers what a settings page can ask for: text, numbers, switches, choices and lists of text. Core
settings get their schema from pydantic, plugins write theirs into the manifest (JSON Schema 2020-12).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    Schema = Mapping[str, Any]


def is_secret(schema: Schema) -> bool:
    """Say whether a value is to be kept among the secrets and never shown."""
    return schema.get("format") == "password" or bool(schema.get("writeOnly"))


def allowed(schema: Schema) -> str:  # noqa: PLR0911  a table
    """Return the sentence that says what a value may be."""
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case _ if "enum" in schema:
            return f"Choose one of {', '.join(str(one) for one in schema['enum'])}."
        case "integer" | "number" as kind:
            what = "A whole number" if kind == "integer" else "A number"
            if low is not None and high is not None:
                return f"{what} from {low} to {high}."
            if low is not None:
                return f"{what}, {low} or more."
            return f"{what}, {high} or less." if high is not None else f"{what}."
        case "boolean":
            return "On or off."
        case "array":
            return "Texts, with a comma between them."
    most = schema.get("maxLength")
    return f"Text of at most {most:,} characters." if most else "Text."


def check(schema: Schema, value: Any) -> str:
    """Return what is allowed when ``value`` is not, else ""."""
    return "" if _fits(schema, value) else allowed(schema)


def _fits(schema: Schema, value: Any) -> bool:  # noqa: PLR0911  a table
    if "enum" in schema:
        return any(value == one and type(value) is type(one) for one in schema["enum"])
    match schema.get("type"):
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and _between(schema, value)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and _between(schema, value)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            many = isinstance(value, list | tuple)
            return many and all(_fits(schema.get("items", {"type": "string"}), one) for one in value)
        case "string":
            return isinstance(value, str) and _text_fits(schema, value)
    return True


def _between(schema: Schema, value: float) -> bool:
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _text_fits(schema: Schema, value: str) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    pattern = schema.get("pattern")
    return not pattern or re.search(pattern, value) is not None


def parse(schema: Schema, text: str) -> Any:
    """Read what a person wrote into a field. Raises `ValueError` with what is allowed."""
    try:
        value = _parsed(schema, text.strip())
    except ValueError:
        raise ValueError(allowed(schema)) from None
    if wrong := check(schema, value):
        raise ValueError(wrong)
    return value


def _parsed(schema: Schema, text: str) -> Any:
    if "enum" in schema:
        return next((one for one in schema["enum"] if str(one) == text), text)
    match schema.get("type"):
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            return text in {"on", "true"}
        case "array":
            return [part for part in (one.strip() for one in re.split(r"[,\n]", text)) if part]
    return text.replace("\r\n", "\n")
