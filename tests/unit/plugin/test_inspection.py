"""Whoever looks at a plugin may die in the middle: what it started does not stay."""

from __future__ import annotations

import os
import subprocess
import sys


def test_a_plugin_that_sleeps_does_not_keep_a_process_that_nobody_waits_for(tmp_path):
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(3_600)\n")
    looking = subprocess.Popen(
        (sys.executable, "-m", "hub.plugin.inspection", "sleeper", "1.0"),
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    looking.stdout.close()  # who asked is gone, and nobody reads what it will say
    try:
        assert looking.wait(60) == 0
    finally:
        looking.kill()
