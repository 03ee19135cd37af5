"""Import a plugin in a process of its own, and say what that cost and whether its hooks fit.

Used before a plugin is taken in and by the doctor: what ends or hangs that process harms nobody.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from types import ModuleType

WAIT_S = 10.0
_HUB_S = 30.0
HEAVY = (
    "cv2", "jax", "matplotlib", "numba", "numpy", "onnxruntime", "pandas", "scipy", "sentence_transformers",
    "sklearn", "spacy", "sympy", "tensorflow", "torch", "transformers",
)  # fmt: skip
"""Packages that take tenths of seconds and tens of megabytes, so belong where they are used."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of importing a plugin.

    ``trouble``: why it cannot be, or ""; ``seconds``: how long, the hub's own parts left out; ``heavy``:
    what it loaded of `HEAVY`; ``hooks``: those it has; ``unknown``: hooks there are none of; ``unmarked``:
    functions named as hooks without ``@hookimpl``; ``unfit``: what pluggy says of wrong arguments.
    """

    trouble: str = ""
    seconds: float = 0.0
    heavy: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    unfit: str = ""


def look(module: str, wait_s: float = WAIT_S) -> Look:
    """Import ``module`` in a new process, which may take ``wait_s``, and return what came of it. Blocks."""
    try:
        done = subprocess.run(
            (sys.executable, "-m", "hub.plugin.inspection", module, str(wait_s)),
            capture_output=True, text=True, errors="replace", timeout=wait_s + _HUB_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Look(f"it took longer than {wait_s:.0f} s")
    if done.returncode < 0:
        return Look(f"it ended its process by signal {-done.returncode}")
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["it ended its process"]
        return Look(last[0][:200].rstrip("."))
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Look(**cast("dict[str, Any]", given))


def main(module: str, wait_s: float) -> None:
    """Import ``module`` and print what came of it as JSON; what the module prints goes to stderr."""
    from hub.supervise.leash import die_with_parent  # noqa: PLC0415  only here

    die_with_parent()
    out = os.dup(1)
    os.dup2(2, 1)
    spent = _count_the_hub()
    late = {"trouble": f"it took longer than {wait_s:.0f} s"}
    threading.Timer(wait_s, _end, (out, late)).start()
    before, began = set(sys.modules), time.perf_counter()
    try:
        loaded = importlib.import_module(module)
    except Exception as error:  # noqa: BLE001  whatever it is, it is what was asked for
        first = str(error).strip().partition("\n")[0]
        told: dict[str, object] = {"trouble": f"{type(error).__name__}: {first}"[:200].rstrip(".")}
    else:
        seconds = max(0.0, time.perf_counter() - began - sum(spent))
        heavy = sorted(name for name in HEAVY if name in sys.modules and name not in before)
        told = {"seconds": round(seconds, 4), "heavy": heavy, **_hooks(loaded)}
    _end(out, told)


def _count_the_hub() -> list[float]:
    """Return a list that grows by the seconds that parts of the hub take to load: it has them anyway."""
    importlib.import_module("hub.plugin.dispatch")
    hub = importlib.import_module("hub")
    load, spent = hub.__getattr__, list[float]()

    def loading(name: str) -> object:
        began = time.perf_counter()
        try:
            return load(name)
        finally:
            spent.append(time.perf_counter() - began)

    hub.__getattr__ = loading  # type: ignore[method-assign]  # PEP 562
    return spent


def _end(out: int, told: dict[str, object]) -> None:
    """Say ``told`` and end at once: threads that the plugin left running do not keep us."""
    try:
        os.write(out, json.dumps(told).encode())
    finally:  # also when whoever asked is gone
        os._exit(0)


def _hooks(module: ModuleType) -> dict[str, object]:
    hookspecs = importlib.import_module("hub.plugin.hookspecs")
    dispatch = importlib.import_module("hub.plugin.dispatch")
    specs = {name for name, value in vars(hookspecs).items() if hasattr(value, "hub_spec")}
    named = {name: value for name, value in vars(module).items() if callable(value)}
    marked = {name for name, value in named.items() if getattr(value, "hub_impl", None)}
    unknown = sorted(marked - specs)
    unfit = ""
    if not unknown:
        try:
            dispatch.implementations(dispatch.validator(), module.__name__, module)
        except dispatch.HookError as error:
            unfit = str(error)
    return {
        "hooks": sorted(marked & specs),
        "unknown": unknown,
        "unmarked": sorted((specs & set(named)) - marked),
        "unfit": unfit,
    }


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
