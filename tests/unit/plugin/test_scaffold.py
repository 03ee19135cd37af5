"""A new plugin is small, named well, refused when it would clash, and keeps the contract as it stands."""

from __future__ import annotations

import ast
import importlib
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hub.errors import HubError
from hub.plugin import manifest, scaffold
from hub.testing import PluginHub, assert_plugin_contract

NAMES = {"tool": "trialtool", "panel": "trialpanel", "provider": "trial_provider"}


@pytest.mark.parametrize("kind", scaffold.KINDS)
@pytest.mark.parametrize("name", ["kettle", "x9_y", "a_name_of_thirty_two_characters_"[:31]])
def test_seven_files_at_most_and_all_of_them_can_be_read(kind: scaffold.Kind, name: str) -> None:
    files = scaffold.files(name, kind)
    assert len(files) <= 7
    for path, text in files.items():
        assert "$" not in text, path
        if path.endswith(".py"):
            ast.parse(text)
        if path.endswith(".toml"):
            tomllib.loads(text)
    about = manifest.Manifest.model_validate(tomllib.loads(files[f"src/hub_{name}/hub-plugin.toml"]))
    assert about.name == name
    code = files[f"src/hub_{name}/__init__.py"]
    assert len([line for line in code.splitlines() if line.strip()]) <= 40


@pytest.mark.parametrize("name", ["", "Kettle", "9lives", "a-b", "../up", "tea pot", "x" * 33, "class", "a_"])
def test_names_that_will_not_do(name: str) -> None:
    with pytest.raises(HubError) as refused:
        scaffold.files(name)
    assert refused.value.fix


def test_names_that_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entry = EntryPoint("kettle", "hub_other", manifest.GROUP)
    monkeypatch.setattr(manifest, "installed", lambda: {"kettle": entry})
    with pytest.raises(HubError, match="already"):
        scaffold.files("kettle")
    (tmp_path / "hub_teapot").mkdir()
    (tmp_path / "hub_teapot" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(HubError, match="hub_teapot"):
        scaffold.files("teapot")


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "kettle").mkdir()
    (tmp_path / "kettle" / "mine.txt").write_text("mine")
    with pytest.raises(HubError, match="not empty"):
        scaffold.write("kettle", tmp_path / "kettle")
    assert [path.name for path in (tmp_path / "kettle").iterdir()] == ["mine.txt"]
    (tmp_path / "file").write_text("mine")
    with pytest.raises(HubError):
        scaffold.write("kettle", tmp_path / "file")
    with pytest.raises(HubError):
        scaffold.write("kettle", tmp_path / "file" / "below")


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    made = scaffold.write("kettle", tmp_path)
    assert len(made) == 7
    assert all(path.is_file() for path in made)


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_it_keeps_the_contract_and_its_own_test_passes(
    kind: scaffold.Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = NAMES[kind]
    scaffold.write(name, tmp_path / name, kind)
    monkeypatch.syspath_prepend(tmp_path / name / "src")
    plugin = importlib.import_module(f"hub_{name}")
    try:
        assert_plugin_contract(plugin)
        space: dict[str, object] = {}
        test = tmp_path / name / "tests" / f"test_{name}.py"
        exec(compile(test.read_text(), str(test), "exec"), space)
        ran = [run() for what, run in space.items() if what.startswith("test_it") and callable(run)]
        assert len(ran) == 1
        with PluginHub(plugin) as home:
            assert home.state(name)[0] == "ready"
    finally:
        sys.modules.pop(f"hub_{name}")
