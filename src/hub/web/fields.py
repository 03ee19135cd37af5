"""Make form fields out of JSON Schema, and read them back: each knows its input, its bounds and its fault."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hub import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub.schema import Schema

    Wrong = Mapping[str, str]

Kind = Literal["text", "area", "number", "choice", "switch", "several", "list", "secret"]
_LONG = 500


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``name`` is its dotted path, ``fixed`` says what else sets it, ``wrong`` what is wrong."""

    name: str
    kind: Kind
    label: str
    about: str
    value: Any
    schema: Schema
    wrong: str = ""
    fixed: str = ""
    live: bool = True

    @property
    def id(self) -> str:
        """Its id in the page."""
        return "f-" + self.name.replace(".", "-")

    @property
    def choices(self) -> list[str]:
        """What can be chosen."""
        told = self.schema if self.kind == "choice" else self.schema.get("items", {})
        return [str(one) for one in told.get("enum", ())]

    @property
    def described(self) -> str:
        """The ids of what describes it."""
        parts = (("about", self.about or self.fixed), ("wrong", self.wrong))
        return " ".join(f"{self.id}-{part}" for part, there in parts if there)


def kind_of(about: Schema) -> Kind:
    """Return the input that fits a schema."""
    if schema.is_secret(about):
        return "secret"
    if "enum" in about:
        return "choice"
    match about.get("type"):
        case "integer" | "number":
            return "number"
        case "boolean":
            return "switch"
        case "array":
            return "several" if "enum" in about.get("items", {}) else "list"
    return "area" if about.get("maxLength", 0) > _LONG else "text"


def fields(
    properties: Mapping[str, Schema],
    values: Mapping[str, Any],
    *,
    prefix: str = "",
    wrong: Wrong | None = None,
    fixed: Callable[[tuple[str, ...]], str] = lambda _: "",
    live: Callable[[str], bool] = lambda _: True,
) -> list[Field]:
    """Return a field for each of ``properties``; ``values`` are shown as they stand."""
    made = []
    for key, about in properties.items():
        name, kind = prefix + key, kind_of(about)
        value = values.get(key, about.get("default"))
        made.append(
            Field(
                name, kind, str(about.get("title") or key.replace("_", " ").capitalize()),
                str(about.get("description", "")), _shown(kind, value), about,
                (wrong or {}).get(name, ""), fixed(tuple(name.split("."))), live(key),
            )
        )  # fmt: skip
    return made


def _shown(kind: Kind, value: Any) -> Any:
    """Return ``value`` as its input takes it; a secret is never shown."""
    if kind == "secret":
        return ""
    if kind == "several":
        return list(value or ())
    if kind == "list":
        return value if isinstance(value, str) else ", ".join(value or ())
    if kind == "switch":
        return bool(value)
    return "" if value is None else str(value)


def read(
    form: Sequence[Field], given: Sequence[tuple[str, str]]
) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Read a form. Return the values by name, what is wrong by name, and what was written, to show again.

    Fields that are set elsewhere and secrets that were left empty are left out of the values.
    """
    values, wrong, written = dict[str, Any](), dict[str, str](), dict[str, Any]()
    for field in form:
        if field.fixed:
            continue
        texts = [text for name, text in given if name == field.name]
        written[field.name] = raw = _raw(field.kind, texts)
        if field.kind == "secret" and not raw:
            continue
        try:
            values[field.name] = raw if field.kind in {"switch", "several", "secret"} else _parse(field, raw)
        except ValueError as error:
            wrong[field.name] = str(error)
        else:
            if problem := schema.check(field.schema, values[field.name]):
                wrong[field.name] = problem
    return values, wrong, written


def noted(form: Sequence[Field]) -> str:
    """Return what ``form`` shows, for the form to send along: what comes back as it was, nobody changed."""
    return json.dumps({field.name: field.value for field in form if field.kind != "secret"})


def unchanged(was: str) -> dict[str, Any]:
    """Return what a form showed; nothing when it does not say so."""
    try:
        shown = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    return shown if isinstance(shown, dict) else {}


def _raw(kind: Kind, texts: list[str]) -> Any:
    if kind == "several":
        return [text for text in texts if text]
    text = texts[-1] if texts else ""
    return text == "on" if kind == "switch" else text


def _parse(field: Field, text: str) -> Any:
    """Read what was written; an emptied number goes back to its default."""
    if not text and field.kind == "number" and "default" in field.schema:
        return field.schema["default"]
    return schema.parse(field.schema, text)
