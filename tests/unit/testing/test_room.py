"""The run of the tests itself: what is spoken in real time has the machine to itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PART = """
import time
import pytest
from pathlib import Path

{mark}

@pytest.mark.parametrize("number", range(5))
def test_it(number):
    began = time.monotonic()
    time.sleep(0.1)
    with (Path(__file__).parent / "times.txt").open("a") as file:
        file.write(f"{name} {{began}} {{time.monotonic()}}\\n")
"""


def test_nothing_runs_beside_what_is_spoken_in_real_time(tmp_path: Path) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = realtime\n")
    for name in ("plain", "other", "spoken", "told"):
        mark = "pytestmark = pytest.mark.realtime" if name in {"spoken", "told"} else ""
        (tmp_path / f"test_{name}.py").write_text(PART.format(mark=mark, name=name))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "4", "--dist", "loadfile", "-p", "xdist", "-p", "no:cacheprovider"],
        cwd=tmp_path, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "20 passed" in done.stdout, done.stdout
    rows = [line.split() for line in (tmp_path / "times.txt").read_text().splitlines()]
    times = [(name, float(began), float(ended)) for name, began, ended in rows]
    spoken = [row for row in times if row[0] in {"spoken", "told"}]
    assert len(spoken) == 10
    beside = [
        (one[0], other[0])
        for one in spoken
        for other in times
        if other is not one and one[1] < other[2] and other[1] < one[2]
    ]
    assert beside == []
    plain = [row for row in times if row[0] in {"plain", "other"}]
    assert any(a[1] < b[2] and b[1] < a[2] for a in plain for b in plain if a[0] != b[0])
