"""Load a model the way that this machine runs fastest: faster weights, and threads by measurement.

Both are found once and kept beside the model; a machine that is busy just now gets the choice that
cannot hurt, one thread, and is measured another time.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

import structlog
import xllamacpp

from hub.llm.onboard.engine import Engine
from hub.llm.onboard.repack import repack, worth_it

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

_LOOK_S = 0.15
_WORTH = 1.2  # more threads must be this much faster: they take time from speech
_SAMPLE = "The old man walked down to the harbour and looked at the boats in the sun. " * 4


def load(model: Path, cache: Path) -> tuple[Engine, dict[str, Any]]:
    """Return an engine for ``model`` and what was found; ``cache`` is a folder for what is worth keeping."""
    fast = _fast_weights(model, cache)
    known = cache / f"{model.stem}.tune.json"
    mark = f"{os.cpu_count()} {xllamacpp.__version__} {fast.name}"
    if found := _read(known, mark):
        return Engine(fast, reading=found, writing=_writing(found)), {"threads": found, "measured": False}
    engine, busy = _measure(fast)
    if not busy:
        with contextlib.suppress(OSError):
            known.write_text(json.dumps({"mark": mark, "threads": engine.reading}), "utf-8")
    return engine, {"threads": engine.reading, "measured": True, "busy": busy}


def _fast_weights(model: Path, cache: Path) -> Path:
    target = cache / f"{model.stem}.fast.gguf"
    try:
        if target.stat().st_mtime_ns >= model.stat().st_mtime_ns:
            return target
    except OSError:
        pass  # not made yet
    try:
        cache.mkdir(parents=True, exist_ok=True)  # for what is measured, too
        if not worth_it(model):
            return model
        repack(model, target, xllamacpp.xllamacpp.__file__)
    except (OSError, ValueError, AttributeError) as error:
        log.warning("the model runs slower than it could", reason=str(error))
        return model
    return target


def _measure(model: Path) -> tuple[Engine, bool]:
    """Try 1, 2, 4 threads on idle cores, while each step pays; say whether the machine was busy."""
    idle, cores = _idle_cores(), os.cpu_count() or 1
    best, speed = Engine(model), 0.0
    if cores < 2 or idle < 1.5:  # noqa: PLR2004  room for a second thread
        return best, cores > 1
    speed = _speed(best)
    for threads in (2, 4):
        if threads > idle + 0.5:
            break
        other = Engine(model, reading=threads, writing=_writing(threads))
        if (its := _speed(other)) < speed * _WORTH:
            break
        best, speed = other, its
    return best, False


def _writing(reading: int) -> int:
    """Speech computes while the answer is written: leave it half of the cores that reading uses."""
    return max(1, reading // 2)


def _speed(engine: Engine) -> float:
    result = engine.run(_SAMPLE, 1, lambda _: None, lambda: False)
    return result.prompt_speed if result else 0.0


def _idle_cores() -> float:
    """Return how many cores had nothing to do, over a short look (Linux; elsewhere by the load average)."""
    try:
        before = _cpu_times()
        time.sleep(_LOOK_S)
        after = _cpu_times()
    except (OSError, ValueError):
        return (os.cpu_count() or 1) - os.getloadavg()[0]
    spent = [b - a for a, b in zip(before, after, strict=True)]
    return (os.cpu_count() or 1) * (spent[3] + spent[4]) / max(1, sum(spent))


def _cpu_times() -> list[int]:
    with open("/proc/stat", encoding="ascii") as file:  # noqa: PTH123  a kernel table, not a path of ours
        return [int(word) for word in file.readline().split()[1:9]]


def _read(path: Path, mark: str) -> int | None:
    try:
        kept = json.loads(path.read_text("utf-8"))
        return int(kept["threads"]) if kept["mark"] == mark else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
