"""Keep the test run honest: with CI=true a test that is left out fails the run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

STRICT = os.environ.get("CI") == "true"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run that skipped something red, where nothing may be skipped."""
    reporter: TerminalReporter | None = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter is None:  # a worker: whoever gathers what all of them found decides
        return
    if STRICT and exitstatus == pytest.ExitCode.OK and reporter.stats.get("skipped"):
        reporter.write_line("")
        reporter.write_line("CI=true, and tests were left out: that is a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
