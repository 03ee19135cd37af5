"""The page of hooks: each with its signature, when it is called, how long it may take, what it is given."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from itertools import pairwise
from typing import Any

from hub.plugin import hookspecs
from hub.reference import table

VALUES = (
    hookspecs.Health, hookspecs.Tile, hookspecs.Panel, hookspecs.LoginMethod, hookspecs.Call,
    hookspecs.Refusal, hookspecs.Selector,
)  # fmt: skip


class _Written(str):
    """An annotation that is shown as it is written, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def specifications() -> dict[str, Any]:
    """Return the hook specifications by name, in the order of their module."""
    return {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, "hub_spec")}


def page() -> str:
    """Return docs/reference/hooks.md."""
    hooks = specifications()
    return table.page(
        "Hooks",
        "A plugin marks functions of these names with `@hub.hookimpl`. Each may be `def` or `async def`, and "
        "takes those of the arguments that it wants. A plain function is called on the event loop: it must "
        "not block. An exception, a delay or a wrong result costs that plugin and no other.",
        table.table(("hook", "when, how long, and what an exception does"), map(_row, hooks.values())),
        *(_section(name, spec) for name, spec in hooks.items()),
        "## Register",
        table.about(hookspecs.Register),
        table.table(("method", "what"), _methods()),
        "## Values",
        table.words(_after("Risk")),
        *(_value(value) for value in VALUES),
    )


def _row(spec: Any) -> tuple[str, str]:
    return f"[`{spec.__name__}`](#{spec.__name__})", " ".join(table.about(spec).split())


def _section(name: str, spec: Any) -> str:
    return f"## {name}\n\n```python\ndef {name}{_signature(spec)}: ...\n```\n\n{table.about(spec)}"


def _signature(run: Any) -> str:
    """Return arguments and result as they are written, without quotes and without ``self``."""
    told = inspect.signature(run)
    kept = [
        one.replace(annotation=_Written(one.annotation))
        for name, one in told.parameters.items()
        if name != "self"
    ]
    return str(told.replace(parameters=kept, return_annotation=_Written(told.return_annotation)))


def _methods() -> list[tuple[str, str]]:
    methods = {
        name: one for name, one in vars(hookspecs.Register).items() if name[0] != "_" and callable(one)
    }
    return [(f"`{name}{_signature(one)}`", table.first(one)) for name, one in methods.items()]


def _value(value: Any) -> str:
    fields = [
        (
            table.code(field.name),
            table.code(field.type),
            "" if field.default is dataclasses.MISSING else table.code(repr(field.default)),
        )
        for field in dataclasses.fields(value)
    ]
    return (
        f"### {value.__name__}\n\n{table.about(value)}\n\n{table.table(('field', 'type', 'default'), fields)}"
    )


def _after(name: str) -> str:
    """Return the string that stands below the assignment of ``name`` in the module of the hooks."""
    body = ast.parse(inspect.getsource(hookspecs)).body
    for node, below in pairwise(body):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            text = getattr(getattr(below, "value", None), "value", "")
            return f"`{name}`: {inspect.cleandoc(text)}"
    return ""
