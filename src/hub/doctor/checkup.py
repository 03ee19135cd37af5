"""Run all checks at once, each on a thread of its own: one that breaks or hangs costs only itself."""

from __future__ import annotations

import asyncio
import importlib
import queue
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.doctor.finding import CHECKS, Case, Check, Finding

if TYPE_CHECKING:
    from hub.hub import Hub

MODULES = (
    "system", "packages", "settings", "catalog", "network", "clock", "folder", "stores", "backups", "models",
    "plugins",
)  # fmt: skip
"""The modules here that hold checks, in the order in which they are told."""

PATIENCE_S = 20.0
DEEP_PATIENCE_S = 3600.0


def case(*, deep: bool = False, **given: object) -> Case:
    """Return what to examine; ``given`` as in `hub.config.load`. Never raises: trouble is a finding."""
    settings, trouble = None, ""
    folder = given.get("data")
    try:
        config = importlib.import_module("hub.config")
        folder = folder or config.default_data()
        settings = config.load(**given)
        folder = settings.data
    except Exception as error:  # noqa: BLE001  whatever it is, the other checks go on
        trouble = f"{error} {getattr(error, 'fix', '')}".strip()
    data = Path(str(folder or "~/.local/share/hub")).expanduser().absolute()
    return Case(data, settings, trouble, deep, _running(data))


def examine(case: Case, only: str = "") -> list[Finding]:
    """Run the checks, or those whose name or group is ``only``; blocks for a second or two."""
    broken = _load()
    chosen = [check for check in _all() if only.lower() in {"", check.name, check.group.lower()}]
    done: queue.SimpleQueue[tuple[Check, list[Finding]]] = queue.SimpleQueue()
    for check in chosen:
        threading.Thread(target=lambda c=check: done.put((c, _run(c, case))), daemon=True).start()
    found: dict[str, list[Finding]] = {}
    end = time.monotonic() + (DEEP_PATIENCE_S if case.deep else PATIENCE_S)
    while len(found) < len(chosen):
        try:
            check, findings = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found[check.name] = findings
    late = [_hung(check) for check in chosen if check.name not in found]
    return [*broken, *(item for check in chosen for item in found.get(check.name, ())), *late]


async def findings(hub: Hub, *, deep: bool = False) -> list[Finding]:
    """Examine a running hub from inside, on threads."""
    return await asyncio.to_thread(examine, Case(hub.data, hub.settings, deep=deep, running=True))


def names() -> list[str]:
    """Return the names and groups that `examine` can be narrowed to."""
    _load()
    return [*dict.fromkeys(check.group.lower() for check in _all()), *(check.name for check in _all())]


def _all() -> list[Check]:
    """Return the checks in the order of `MODULES`, whoever has loaded which first."""
    return sorted(CHECKS, key=lambda check: (*MODULES, check.module).index(check.module))


def _load() -> list[Finding]:
    broken = []
    for module in MODULES:
        try:
            importlib.import_module(f"hub.doctor.{module}")
        except Exception as error:  # noqa: BLE001  a broken installation is what this is for
            broken.append(Finding(module, "stop", f"I cannot check this: {error}", "Install the hub again."))
    return broken


def _run(check: Check, case: Case) -> list[Finding]:
    try:
        return [replace(finding, group=check.group) for finding in check.run(case)]
    except Exception as error:  # noqa: BLE001  as above
        what = f"I cannot check this: {type(error).__name__}: {error}"
        return [
            Finding(check.name, "stop", what, "Install the hub again, or tell its makers.", group=check.group)
        ]


def _hung(check: Check) -> Finding:
    return Finding(
        check.name, "stop", "This check did not end.", "See whether a disk or a share hangs.", "", check.group
    )


def _running(data: Path) -> bool:
    """Say whether a hub holds the lock of ``data``; taking a shared one for a moment harms nobody."""
    fcntl = importlib.import_module("fcntl")
    try:
        with (data / "hub.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
