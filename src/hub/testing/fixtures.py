"""Fixtures for pytest: ``from hub.testing.fixtures import plugin_hub, scripted_model`` in a conftest.py."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from hub.testing.inside import PluginHub
from hub.testing.model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType


@pytest.fixture
def scripted_model() -> ScriptedModel:
    """Return a language model that says what the test adds to it; `plugin_hub` asks this one."""
    return ScriptedModel()


@pytest.fixture
def plugin_hub(tmp_path: Path, scripted_model: ScriptedModel) -> Iterator[Callable[..., PluginHub]]:
    """Open a hub with a plugin: ``home = plugin_hub(hub_hello, greeting="Ahoy")``; closed after the test."""
    with contextlib.ExitStack() as stack:

        def open_hub(plugin: ModuleType, **settings: Any) -> PluginHub:
            from hub.testing.inside import entry_of  # noqa: PLC0415  with the rest of the hub

            given = {entry_of(plugin).name: settings} if settings else {}
            home = PluginHub(plugin, settings=given, model=scripted_model, data=tmp_path / "hub")
            return stack.enter_context(home)

        yield open_hub
