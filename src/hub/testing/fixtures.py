"""Fixtures for pytest: ``from hub.testing.fixtures import plugin_hub, scripted_model`` in a conftest.py."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from hub.testing.inside import PluginHub, entry_of
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
    """Yield a function that opens a hub with a plugin, and closes it after the test."""
    with contextlib.ExitStack() as stack:

        def open_hub(plugin: ModuleType, **settings: Any) -> PluginHub:
            given = {entry_of(plugin).name: settings} if settings else {}
            home = PluginHub(plugin, settings=given, model=scripted_model, data=tmp_path / "hub")
            return stack.enter_context(home)

        yield open_hub
