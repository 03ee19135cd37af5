"""What the doctor says of plugins: each fault is planted once, and each has a fix."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from hub.doctor import Case, Finding, plugins
from hub.plugin import inspection, manifest
from hub.plugin.inspection import Look
from hub.plugin.record import Installed, Record, digest

GOOD = "from hub import hookimpl\n@hookimpl\ndef hub_stop(hub): ...\n"


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def plant(folder: Path, name: str, code: str = GOOD, about: str = "") -> metadata.EntryPoint:
    package = folder / f"hub_{name}"
    package.mkdir()
    (package / "__init__.py").write_text(code)
    (package / "hub-plugin.toml").write_text(f'name = "{name}"\ntitle = "{name}"\nsummary = "s"\n{about}')
    return metadata.EntryPoint(name, f"hub_{name}", manifest.GROUP)


def the(found: list[Finding], state: str, *words: str) -> Finding:
    (one,) = (each for each in found if all(word in f"{each.what} {each.fix}" for word in words))
    assert one.state == state
    assert one.fix
    return one


def test_one_that_is_well_says_how_fast(planted: Path) -> None:
    (one,) = plugins.examine("dwell", plant(planted, "dwell"))
    assert one.state == "well"
    assert one.what.endswith("ms.")


def test_wrong_hooks(planted: Path) -> None:
    code = GOOD + "@hookimpl\ndef hub_boil(): ...\ndef hub_health(hub): ...\n"
    found = plugins.examine("dhooks", plant(planted, "dhooks", code))
    the(found, "stop", "hub_boil is no hook")
    the(found, "care", "hub_health is never called", "@hookimpl")
    unfit = plugins.examine("dunfit", plant(planted, "dunfit", GOOD.replace("(hub)", "(kettle)")))
    the(unfit, "stop", "kettle")


def test_what_is_heavy_or_holds_the_hub_up(planted: Path) -> None:
    (planted / "numpy.py").write_text("")
    code = f"import numpy\nimport time\n{GOOD}\nasync def wait(): time.sleep(9)\n"
    found = plugins.examine("dheavy", plant(planted, "dheavy", code))
    the(found, "care", "numpy (hub_dheavy/__init__.py:1)", "inside the function")
    the(found, "care", "time.sleep (hub_dheavy/__init__.py:7)", "to_thread")


def test_what_is_heavy_in_something_it_imports(planted: Path) -> None:
    (planted / "pandas.py").write_text("")
    (planted / "between.py").write_text("import pandas")
    found = plugins.examine("dover", plant(planted, "dover", f"import between\n{GOOD}"))
    the(found, "care", "It imports pandas")


def test_a_slow_import(planted: Path) -> None:
    entry = plant(planted, "dslow")
    found = plugins.examine("dslow", entry, look_at=lambda _: Look(seconds=2.5, hooks=("hub_stop",)))
    the(found, "care", "takes 2.5 s", "hub_start")


def test_the_time_the_hub_itself_takes_is_not_counted(planted: Path) -> None:
    (planted / "hub_dwhole.py").write_text("from hub import Hub, Provider, hookimpl\n")
    alone = inspection.look("hub_dwhole")
    assert not alone.trouble
    assert "fastapi" not in alone.heavy
    (planted / "hub_dbare.py").write_text("import hub.hub\n")
    assert alone.seconds < inspection.look("hub_dbare").seconds


def test_missing_extras(planted: Path) -> None:
    about = """
[extras.gpu]
modules = ["never_heard_of_it"]
why = "Runs faster."
[extras.must]
modules = ["nor_of_this"]
why = "Runs at all."
required = true
"""
    found = plugins.examine("dextra", plant(planted, "dextra", about=about))
    assert the(found, "care", "never_heard_of_it").command == "hub plugins install 'dextra[gpu]'"
    the(found, "stop", "nor_of_this", "Runs at all.")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ("api = '9'", ("api 9",)),
        ("colour = 1", ("colour",)),
        ("[commands.serve]\nrun = 'hub_d:x'\nabout = 'A.'", ("serve",)),
    ],
)
def test_manifests(planted: Path, about: str, words: tuple[str, ...]) -> None:
    name = f"dman{len(about)}"
    found = plugins.examine(name, plant(planted, name, about=about))
    assert the(found, found[0].state, *words).state in {"stop", "care"}


def test_one_that_is_off_or_not_built_is_not_loaded(planted: Path) -> None:
    entry = plant(planted, "doff", "raise ValueError", 'built = false\nfix = "Comes later."')
    assert [one.what for one in plugins.examine("doff", entry)] == ["Comes later."]
    assert plugins.examine("doff", entry, off=True)[0].what == "Switched off in the settings."
    assert "hub_doff" not in sys.modules


def test_what_was_installed_and_is_gone(tmp_path: Path) -> None:
    assert list(plugins.record(Case(tmp_path))) == []
    record = Record(tmp_path)
    for name, version in (("hub-gone", "1.0"), ("click", "0.1"), ("orjson", metadata.version("orjson"))):
        wheel = tmp_path / f"{name}.whl"
        wheel.write_bytes(b"")
        record.keep(Installed(name, version, digest(wheel), wheel.name, (name,)), wheel)
    gone, other = plugins.record(Case(tmp_path))
    assert (gone.state, gone.command) == ("stop", "hub plugins sync")
    assert "hub-gone 1.0" in gone.what
    assert other.state == "care"
    assert "click" in other.what
    record.forget("hub-gone")
    record.forget("click")
    assert [one.state for one in plugins.record(Case(tmp_path))] == ["well"]
