"""Check the plugins: their manifests can be read and their code can be loaded, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_S = 10.0
_IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1])"


@check("Plugins")
def plugins(case: Case) -> Iterator[Finding]:
    """Check each installed plugin."""
    from hub.plugin import manifest  # noqa: PLC0415  may be what is broken

    off = set(case.settings.disabled) if case.settings else set()
    with ThreadPoolExecutor(4) as threads:
        yield from threads.map(
            lambda item: _one(*item, off=item[0] in off), sorted(manifest.installed().items())
        )


def _one(name: str, entry: Any, *, off: bool) -> Finding:
    from hub.errors import HubError  # noqa: PLC0415  as above
    from hub.plugin import manifest  # noqa: PLC0415

    try:
        about = manifest.read(entry)
    except HubError as error:
        return Finding(name, "stop", str(error), error.fix)
    if off:
        return Finding(about.title, "well", "Switched off in the settings.")
    if not about.built:
        return Finding(about.title, "well", about.fix or "Not built yet.")
    if why := _trouble(entry.module):
        dist = entry.dist.name if entry.dist else name
        command = f"{sys.executable} -m pip install --force-reinstall {dist}"
        return Finding(
            about.title,
            "stop",
            f"It cannot be loaded: {why}.",
            "Install it again, or switch it off.",
            command,
        )
    return Finding(about.title, "well", "It loads.")


def _trouble(module: str) -> str:
    """Return why a module cannot be imported; "" when it can."""
    try:
        done = subprocess.run(
            (sys.executable, "-c", _IMPORT, module),
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {WAIT_S:.0f} s"
    if done.returncode < 0:
        return f"it ended its process by signal {-done.returncode}"
    last = done.stderr.strip().splitlines()[-1:] or ["it ended its process"]
    return last[0][:200].rstrip(".") if done.returncode else ""
