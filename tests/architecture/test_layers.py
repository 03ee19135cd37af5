"""Who may import whom: the core knows no plugin, plugins know the hub's public names and not each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hub

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir())
PACKAGES = {f"hub_{name}" for name in PLUGINS}


def _imports(path: Path) -> list[tuple[str, str]]:
    """Return (module, name) of every import in the file; name is empty for ``import module``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def test_the_core_imports_no_plugin() -> None:
    guilty = [
        (path.relative_to(ROOT), module)
        for path in _files(ROOT / "src")
        for module, _ in _imports(path)
        if module.split(".")[0] in PACKAGES
    ]
    assert not guilty


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_imports_only_public_names_and_no_other_plugin(plugin: str) -> None:
    files = _files(ROOT / "plugins" / plugin / "src")
    assert files
    for path in files:
        for module, name in _imports(path):
            root = module.split(".")[0]
            assert root not in PACKAGES - {f"hub_{plugin}"}, f"{path}: {module}"
            if root == "hub":
                assert module == "hub", f"{path} imports {module}: only `from hub import ...` is public"
                assert name in hub.__all__, f"{path} imports {name}, which is not public"


def test_every_public_name_exists() -> None:
    for name in hub.__all__:
        assert getattr(hub, name) is not None


def test_the_core_imports_no_speech_and_no_nostr() -> None:
    banned = {"numpy", "onnxruntime", "piper", "pynostr", "torch"}
    guilty = [
        (path.relative_to(ROOT), module)
        for path in _files(ROOT / "src")
        for module, _ in _imports(path)
        if module.split(".")[0] in banned
    ]
    assert not guilty
