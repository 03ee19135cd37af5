"""The page of names: all that a plugin may import from the hub, and its tests from ``hub.testing``."""

from __future__ import annotations

from typing import Any, get_args

import hub
from hub.reference import table

TESTING = ("PluginHub", "ScriptedModel", "assert_plugin_contract", "hub_with", "plugin_faults", "ask")


def page() -> str:
    """Return docs/reference/names.md."""
    from hub import testing  # noqa: PLC0415  half of it is for tests of the hub only

    return table.page(
        "Names",
        "A plugin imports from `hub`, and from nothing inside it: these names stay, all else may move.",
        table.table(
            ("`from hub import …`", "what it is"), (_row(name, getattr(hub, name)) for name in hub.__all__)
        ),
        "Its tests import from `hub.testing`:",
        table.table(
            ("`from hub.testing import …`", "what it is"),
            (_row(name, getattr(testing, name)) for name in TESTING),
        ),
    )


def _row(name: str, value: Any) -> tuple[str, str]:
    if members := get_args(value):
        return table.code(name), f"One of {', '.join(table.code(one.__name__) for one in members)}."
    if value is hub.hookimpl:
        return table.code(name), "Marks a function as the hook of its name."
    return table.code(name), table.first(value)
