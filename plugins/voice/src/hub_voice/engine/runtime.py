"""Open ONNX Runtime sessions the way a small shared machine needs them: one thread, no spinning."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import onnxruntime as _onnxruntime
import structlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = structlog.get_logger(__name__)

onnxruntime: Any = _onnxruntime
"""Its stubs name less than it exports."""

Model = Any
"""An open ``onnxruntime.InferenceSession``."""

SHRINK = onnxruntime.RunOptions()
SHRINK.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
"""Run options that give a long clip's memory back after the run."""


def _options(threads: int = 1) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_aot_function_inlining", "1")  # 2 s faster
    options.log_severity_level = 3
    return options


def open_model(source: Path | bytes, threads: int = 1) -> Model:
    """Open a model, from a file or from memory. Raises what ONNX Runtime raises when it is none."""
    return _open(source, _options(threads))


def optimised(path: Path, part: str, cache: Path) -> Path:
    """Return where the optimised form of ``part`` of the model at ``path`` is kept."""
    stat = path.stat()
    seed = f"{onnxruntime.__version__} {stat.st_size} {stat.st_mtime_ns}"
    return cache / f"{path.stem}-{part}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}.ort"


def open_kept(kept: Path, make: Callable[[], bytes | Path]) -> Model:
    """Open the optimised model at ``kept``; when it is not there, ``make`` the model and keep it so.

    A cache that cannot be read or written costs time and nothing else.
    """
    if kept.exists():
        try:
            return open_model(kept)
        except Exception as error:  # noqa: BLE001  a stale or torn cache is worth nothing: make it anew
            log.warning("cache.unusable", file=kept.name, reason=str(error)[:200])
            kept.unlink(missing_ok=True)
    return _open_and_keep(make(), kept)


def _open_and_keep(source: bytes | Path, kept: Path) -> Model:
    options = _options()
    # beyond "extended" the graph is laid out for this very processor, and a disk may move
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.save_model_format", "ORT")
    unfinished = kept.with_suffix(f".{os.getpid()}.part")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        options.optimized_model_filepath = str(unfinished)
        session = _open(source, options)
        unfinished.replace(kept)
    except Exception as error:  # noqa: BLE001  no room or no right to write: go on without
        log.warning("cache.not_written", file=kept.name, reason=str(error)[:200])
        unfinished.unlink(missing_ok=True)
        return open_model(source)
    return session


def _open(source: Path | bytes, options: Any) -> Model:
    given = source if isinstance(source, bytes) else str(source)
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
