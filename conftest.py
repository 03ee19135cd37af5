"""Keep the test run honest: nothing left out with CI=true, and nothing beside what is spoken in real time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from _pytest.terminal import TerminalReporter

STRICT = os.environ.get("CI") == "true"
FOLDER = pytest.StashKey[Path]()
ALONE = pytest.StashKey[contextlib.ExitStack]()


@pytest.hookimpl(optionalhook=True)  # of xdist
def pytest_configure_node(node: Any) -> None:
    """Tell each worker where all of them meet."""
    if FOLDER not in node.config.stash:
        node.config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="hub-tests-"))
    node.workerinput["folder"] = str(node.config.stash[FOLDER])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, bool, bool]:
    """Run tests marked ``realtime`` while no other worker runs any; several of a file in one go."""
    given = getattr(item.config, "workerinput", {}).get("folder")
    if given is None:  # there are no others
        return (yield)
    stash = item.config.stash
    if not _is_realtime(item):
        with _room(Path(given), fcntl.LOCK_SH):
            return (yield)
    if ALONE not in stash:
        stash[ALONE] = contextlib.ExitStack()
        stash[ALONE].enter_context(_room(Path(given), fcntl.LOCK_EX))
    try:
        return (yield)
    finally:
        if not _is_realtime(nextitem):
            stash[ALONE].close()
            del stash[ALONE]


@contextlib.contextmanager
def _room(folder: Path, how: int) -> Iterator[None]:
    """Be in the room, with others or alone; whoever waits to be alone holds the gate, so that none enters."""
    with (folder / "room").open("w") as room:
        with (folder / "gate").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(room, how)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what is spoken in real time or drives a browser a second try, which the summary counts.

    The machine may be shared, and both wait for processes that are nobody's here.
    """
    for item in items:
        if _is_realtime(item) or item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _is_realtime(item: pytest.Item | None) -> bool:
    return item is not None and item.get_closest_marker("realtime") is not None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run that skipped something red, where nothing may be skipped."""
    shutil.rmtree(session.config.stash.get(FOLDER, ""), ignore_errors=True)
    reporter: TerminalReporter | None = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter is None:  # a worker: whoever gathers what all of them found decides
        return
    if STRICT and exitstatus == pytest.ExitCode.OK and reporter.stats.get("skipped"):
        reporter.write_line("")
        reporter.write_line("CI=true, and tests were left out: that is a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
