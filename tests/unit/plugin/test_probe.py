"""A plugin is first imported where it can harm nobody, and only once for each version."""

from __future__ import annotations

import os
import sys
import time
from importlib.metadata import EntryPoint, PathDistribution
from typing import TYPE_CHECKING

import psutil
import pytest

from hub.plugin import manifest, probe
from hub.plugin.probe import Finding, Probed, ask

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = {
    "raises": ("raise ImportError('no CUDA here')", "no CUDA here"),
    "exits": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "leaves": ("import os; os._exit(3)", "exit code 3"),
    "leaves_well": ("import os; os._exit(0)", "exit code 0"),
    "faults": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "misfits": ("@hookimpl\ndef hub_start(hub, nonsense): pass", "nonsense"),
    "hangs": ("import time; time.sleep(60)", "longer than 1 s"),
    "deafens": ("import ctypes; ctypes.PyDLL(None).sleep(60)", "exit code 1"),
    "eats": ("held = bytearray(1 << 40)", "MemoryError"),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def install(site: Path, name: str, body: str, version: str = "1") -> EntryPoint:
    package, about = site / f"hp_{name}", site / f"hp_{name}-{version}.dist-info"
    package.mkdir(exist_ok=True)
    about.mkdir()
    (package / "__init__.py").write_text(f"from hub import hookimpl\n{body}\n")
    (package / "hub-plugin.toml").write_text(f'name = "{name}"\ntitle = "T"\nsummary = ""\n')
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: hp-{name}\nVersion: {version}\n")
    return EntryPoint(name, f"hp_{name}", manifest.GROUP)._for(PathDistribution(about))


async def test_a_good_one_passes_whatever_it_prints_or_leaves_running(site: Path) -> None:
    install(
        site,
        "good",
        "import threading, time\nprint('{\"ok\": false}')\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "@hookimpl\ndef hub_start(hub): pass",
    )
    finding = await ask("hp_good")
    assert finding.ok, finding
    assert 0 < finding.seconds < 60


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_one_costs_its_own_process_only(site: Path, name: str) -> None:
    body, reason = HOSTILE[name]
    install(site, name, body)
    patience = 30 if name in {"misfits", "eats"} else 1
    finding = await ask(f"hp_{name}", name, patience)
    assert not finding.ok
    assert reason in finding.reason
    assert finding.fix


async def test_what_it_started_is_ended_with_it(site: Path) -> None:
    note = site / "pid"
    install(
        site,
        "parent",
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))",
    )
    assert (await ask("hp_parent")).ok
    pid = int(note.read_text())
    for _ in range(600):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    raise AssertionError("its child is still there")


async def test_a_module_that_is_not_there(site: Path) -> None:
    finding = await ask("hp_nowhere")
    assert "hp_nowhere" in finding.reason


async def test_each_version_is_tried_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def counted(module: str, *_: object) -> Finding:
        asked.append(module)
        return Finding(ok=True)

    monkeypatch.setattr(probe, "ask", counted)
    entry = install(site, "one", "")
    for _ in range(3):
        assert (await Probed(site / "data").check(entry)).ok
    assert asked == ["hp_one"]
    newer = install(site, "one", "", "2")
    await Probed(site / "data").check(newer)
    assert len(asked) == 2
    (site / "hp_one" / "hub-plugin.toml").write_text('name = "one"\ntitle = "T"\nsummary = "new"\n')
    await Probed(site / "data").check(newer)
    assert len(asked) == 3


async def test_one_that_failed_is_tried_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Finding(ok=False, reason="no"), Finding(ok=True)])

    async def answer(*_: object) -> Finding:
        return next(answers)

    monkeypatch.setattr(probe, "ask", answer)
    entry, probed = install(site, "two", ""), Probed(site / "data")
    assert not (await probed.check(entry)).ok
    assert (await probed.check(entry)).ok
    assert (await probed.check(entry)).ok  # remembered: nobody is asked


async def test_a_broken_memory_means_another_probe(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine(*_: object) -> Finding:
        return Finding(ok=True)

    monkeypatch.setattr(probe, "ask", fine)
    entry = install(site, "three", "")
    (site / "data").mkdir()
    (site / "data" / probe.REMEMBERED).write_text("not = = toml")
    probed = Probed(site / "data")
    assert (await probed.check(entry)).ok
    assert probed._unknown(entry) == ""  # and it is remembered anew


def test_it_starts_with_little(site: Path) -> None:
    code = "import sys, hub.plugin.probe; print(*sorted(sys.modules))"
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert not {"starlette", "sqlcipher3", "uvicorn", "numpy", "fastapi"} & set(done.stdout.split())
