"""Commands of plugins: found without importing anything, never in the way of the hub's own, and contained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hub.cli import COMMANDS, contributed
from hub.cli import hub as cli
from hub.errors import HubError

LISTED = """
import json, sys
from hub.cli import hub
try:
    hub(["--help"])
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def plant(folder: Path, name: str, commands: str, code: str = "raise SystemExit(3)") -> None:
    package = folder / f"hub_{name}"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    (package / "hub-plugin.toml").write_text(f'name = "{name}"\ntitle = "T"\nsummary = "S"\n{commands}')
    info = folder / f"hub_{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: hub-{name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        f"[console_scripts]\nx = y:z\n\n[hub.plugins]\n{name} = hub_{name}\n\n[a]\nb = c\n"
    )


def brings(command: str, run: str) -> str:
    return f'[commands.{command}]\nrun = "{run}"\nabout = "Does {command}."\n'


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("HUB_DATA", str(tmp_path / "data"))
    return tmp_path


def test_help_with_twenty_plugins_imports_none_of_them(tmp_path: Path) -> None:
    for number in range(20):
        plant(tmp_path, f"many{number}", brings(f"do{number}", f"hub_many{number}:run"))
    done = subprocess.run(
        [sys.executable, "-c", LISTED], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    for number in range(20):
        assert f"Does do{number}." in done.stdout
    modules = set(json.loads(done.stderr))
    assert not {"pydantic", "importlib.metadata", "pluggy", "asyncio", "hub.plugin.manifest"} & modules
    assert not [name for name in modules if name.startswith("hub_many")]


def test_one_is_run_with_its_own_options(planted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = """
import click
@click.command()
@click.option("--cups", default=1)
def boil(cups):
    click.echo(f"{cups} cups")
def plain(arguments):
    print(arguments)
    return 4
"""
    plant(planted, "trya", brings("boil", "hub_trya:boil") + brings("plain", "hub_trya:plain"), code)
    cli.main(["boil", "--cups", "2"], standalone_mode=False)
    assert capsys.readouterr().out == "2 cups\n"
    assert cli.main(["plain", "--x", "-h"], standalone_mode=False) == 4
    assert capsys.readouterr().out == "['--x', '-h']\n"
    with pytest.raises(click.ClickException):
        cli.main(["boil", "--spoons"], standalone_mode=False)


def test_those_of_the_hub_cannot_be_taken(planted: Path) -> None:
    plant(planted, "tryb", brings("serve", "hub_tryb:run") + brings("kept", "hub_tryb:run"))
    plant(planted, "tryc", brings("kept", "hub_tryc:run"))
    found = contributed.found(frozenset(COMMANDS))
    assert "serve" not in found
    assert found["kept"].plugin == "tryb"
    assert contributed.owner_of("serve", "tryb") == "the hub's"
    assert contributed.owner_of("kept", "tryc") == "tryb's"
    assert contributed.owner_of("kept", "tryb") == ""


@pytest.mark.parametrize(
    "commands",
    [
        "commands = 3",
        "[commands",
        '[commands.x]\nabout = "no run"',
        brings("x", "os:system"),
        "[commands]\nx = 'y'",
    ],
)
def test_manifests_that_lie_cost_nobody_anything(planted: Path, commands: str) -> None:
    plant(planted, "tryd", commands)
    plant(planted, "trye", brings("good", "hub_trye:run"))
    assert set(contributed.found()) >= {"good"}
    assert "x" not in contributed.found()
    assert "good" in cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("code", ["raise ValueError('no')", "", "def run(arguments): return 1 / 0"])
def test_one_that_fails_says_whose_it_is(planted: Path, code: str) -> None:
    name = f"tryf{len(code)}"
    plant(planted, name, brings("fails", f"hub_{name}:run"), code)
    with pytest.raises(HubError, match=f"fails of the plugin {name} failed") as failed:
        cli.main(["fails"], standalone_mode=False)
    assert f"hub plugins doctor {name}" in failed.value.fix


def test_one_of_a_plugin_that_is_off_does_not_run(planted: Path) -> None:
    plant(planted, "tryg", brings("brew", "hub_tryg:run"))
    (planted / "data").mkdir()
    (planted / "data" / "hub.toml").write_text('disabled = ["tryg"]\n')
    with pytest.raises(HubError, match="switched off"):
        cli.main(["brew"], standalone_mode=False)
