"""The scale sees what it says it sees: each rule is broken once, and holds again when it is mended."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hub.plugin import inspection, manifest, quality, source
from hub.plugin.inspection import Look
from hub.plugin.manifest import Manifest
from hub.plugin.quality import RULES, TIERS, Subject, grade
from hub.plugin.source import Place, Source

HEADERS = (
    """Metadata-Version: 2.1
Name: hub-kettle
Version: 1
License-Expression: MIT
Project-URL: Source, https://example.org/kettle

"""
    + "Boils water when you ask it to. " * 10
)


def subject(tmp_path: Path, **change: object) -> Subject:
    from email import message_from_string

    (tmp_path / "py.typed").touch()
    about = {"name": "kettle", "title": "Kettle", "summary": "Boils water."} | change.pop("manifest", {})  # type: ignore[operator]
    hooks = ("hub_start", "hub_stop", "hub_health", "hub_forget", "hub_export", "hub_event")
    parts: dict[str, object] = {
        "look": Look(seconds=0.01, hooks=hooks),
        "source": Source(public=4, typed=4, told=4),
        "about": message_from_string(HEADERS),
    }
    return Subject("kettle", Manifest.model_validate(about), tmp_path, **(parts | change))  # type: ignore[arg-type]


def test_one_that_does_all_is_platinum(tmp_path: Path) -> None:
    assert grade(subject(tmp_path)) == quality.Grade("platinum", ())


BROKEN = {
    "loads": {"look": Look("ValueError: no")},
    "hooks-fit": {"look": Look(seconds=0.01, unknown=("hub_boil",))},
    "summary": {"manifest": {"summary": ""}},
    "readable": {"source": Source(unreadable=("hub_kettle/x.py",))},
    "light": {"look": Look(seconds=0.01, heavy=("numpy",))},
    "quick": {"look": Look(seconds=2.0)},
    "free-loop": {"source": Source(blocking=(Place("time.sleep", "a.py", 1),))},
    "settings-told": {"manifest": {"settings": {"heat": {"type": "integer", "title": "Heat"}}}},
    "permissions-told": {"manifest": {"permissions": {"network": {"why": "Because"}}}},
    "stops": {"look": Look(hooks=("hub_start", "hub_health")), "manifest": {"data": ["kettle.db"]}},
    "health": {"look": Look(hooks=("hub_start",))},
    "forgets": {"look": Look(hooks=("hub_event",))},
    "told": {"source": Source(public=4, typed=4, told=3)},
    "readme": {"about": None},
    "licence": {"about": None},
    "typed": {"source": Source(public=4, typed=3, told=4)},
    "instant": {"look": Look(seconds=0.5)},
    "home": {"about": None},
}


def test_every_rule_has_its_case() -> None:
    assert set(BROKEN) == {rule.name for rule in RULES}
    assert [rule.tier for rule in RULES] == sorted((rule.tier for rule in RULES), key=TIERS.index)


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_can_fail_and_costs_its_tier(name: str, tmp_path: Path) -> None:
    found = grade(subject(tmp_path, **BROKEN[name]))
    rule = next(rule for rule in found.missing if rule.name == name)
    assert rule.fix.endswith(".")
    assert ("", *TIERS).index(found.tier) <= TIERS.index(rule.tier)
    assert found.next[0].tier == found.missing[0].tier


CODE = '''
import numpy
from time import sleep as rest
import subprocess, pathlib
from pathlib import Path
from typing import TYPE_CHECKING
from hub import hookimpl
if TYPE_CHECKING:
    import torch

def plain():
    import pandas
    rest(1)

async def slow(a: int) -> None:
    """It is slow."""
    rest(1)
    Path("x").read_text()
    def elsewhere():
        subprocess.run(["x"])
    open("x")

@hookimpl
def hub_start(hub) -> None:
    subprocess.run(["x"])
'''


def test_the_source_is_read_and_not_run(tmp_path: Path) -> None:
    package = tmp_path / "hub_kettle"
    package.mkdir()
    (package / "__init__.py").write_text(CODE)
    (package / "torn.py").write_text("def (")
    read = source.read(package)
    assert [place.what for place in read.heavy] == ["numpy"]
    assert read.heavy[0].line == 2
    assert {place.what for place in read.blocking} == {
        "time.sleep",
        "Path.read_text",
        "open",
        "subprocess.run",
    }
    assert len(read.blocking) == 4
    assert read.unreadable == ("hub_kettle/torn.py",)
    assert (read.public, read.typed, read.told) == (3, 1, 1)
    assert str(read.heavy[0]) == "numpy (hub_kettle/__init__.py:2)"


def test_an_import_is_seen_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    cases = {
        "hub_try_good": "from hub import hookimpl\nprint('noise')\n@hookimpl\ndef hub_stop(hub): ...\n",
        "hub_try_hooks": "from hub import hookimpl\n@hookimpl\ndef hub_boil(): ...\ndef hub_stop(hub): ...\n",
        "hub_try_unfit": "from hub import hookimpl\n@hookimpl\ndef hub_stop(kettle): ...\n",
        "hub_try_raises": "raise ValueError('no water')\n",
        "hub_try_exits": "import sys; sys.exit(3)\n",
        "hub_try_dies": "import os; os.kill(os.getpid(), 9)\n",
        "hub_try_hangs": "import time; time.sleep(60)\n",
        "hub_try_threads": "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()\n",
    }
    for name, code in cases.items():
        (tmp_path / f"{name}.py").write_text(code)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as threads:
        told = dict(zip(cases, threads.map(lambda name: inspection.look(name, 5.0), cases), strict=True))
    assert told["hub_try_good"].hooks == ("hub_stop",)
    assert not told["hub_try_good"].trouble
    assert told["hub_try_hooks"].unknown == ("hub_boil",)
    assert told["hub_try_hooks"].unmarked == ("hub_stop",)
    assert "kettle" in told["hub_try_unfit"].unfit
    assert told["hub_try_raises"].trouble == "ValueError: no water"
    assert told["hub_try_exits"].trouble
    assert "signal 9" in told["hub_try_dies"].trouble
    assert "longer than 5 s" in told["hub_try_hangs"].trouble
    assert not told["hub_try_threads"].trouble


def test_an_installed_plugin_is_graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "hub_try_graded"
    package.mkdir()
    (package / "__init__.py").write_text('"""It is."""\n')
    (package / "hub-plugin.toml").write_text('name = "graded"\ntitle = "Graded"\nsummary = "Is graded."\n')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    found = grade(quality.examine(EntryPoint("graded", "hub_try_graded", manifest.GROUP)))
    assert found.tier == "silver"
    assert {rule.name for rule in found.next} == {"readme", "licence"}
    assert "hub_try_graded" not in sys.modules
