"""The sample can be imported though it is not installed, and others can be written."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hub.testing.fixtures import plugin_hub, scripted_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

__all__ = ["plugin_hub", "scripted_model"]


@pytest.fixture
def hello() -> ModuleType:
    return importlib.import_module("hub_hello")


@pytest.fixture
def written(tmp_path, monkeypatch) -> Iterator[Callable[..., ModuleType]]:
    """Write a plugin of that body, and import it."""
    folder, names = tmp_path / "path", []
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def write(body: str, manifest: str = "", files: dict[str, str] | None = None) -> Any:
        name = f"ht_{len(names)}"
        names.append(name)
        package = folder / name
        (package / "templates").mkdir(parents=True)
        (package / "__init__.py").write_text(body)
        (package / "hub-plugin.toml").write_text(
            f'name = "{name}"\ntitle = "Test"\nsummary = "A test."\n{manifest}'
        )
        for file, text in (files or {}).items():
            (package / file).write_text(text)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield write
    for name in [one for one in sys.modules if one.startswith("ht_")]:
        del sys.modules[name]
