"""Open ONNX Runtime sessions the way a small shared machine needs them: one thread, no spinning."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import onnxruntime
import structlog

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

SHRINK = onnxruntime.RunOptions()
SHRINK.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
"""Run options that give a long clip's memory back after the run."""


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_aot_function_inlining", "1")  # saves 2 s of Piper's load
    options.log_severity_level = 3
    return options


def open_model(path: Path, cache: Path | None = None) -> onnxruntime.InferenceSession:
    """Open the model at ``path``; with ``cache``, keep its optimised form there to open faster next time.

    Raises what ONNX Runtime raises when the file is not a model.
    """
    if cache is None:
        return _open(path, _options())
    ready = cache / f"{path.stem}-{_fingerprint(path)}.ort"
    if ready.exists():
        try:
            return _open(ready, _options())
        except Exception as error:  # noqa: BLE001  a stale or torn cache is worth nothing: make it anew
            log.warning("cache.unusable", file=ready.name, reason=str(error)[:200])
            ready.unlink(missing_ok=True)
    return _open_and_keep(path, ready)


def _open_and_keep(path: Path, ready: Path) -> onnxruntime.InferenceSession:
    options = _options()
    # beyond "extended" the graph is laid out for this very processor, and a disk may move
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.save_model_format", "ORT")
    unfinished = ready.with_suffix(f".{os.getpid()}.part")
    try:
        ready.parent.mkdir(parents=True, exist_ok=True)
        options.optimized_model_filepath = str(unfinished)
        session = _open(path, options)
        unfinished.replace(ready)
    except Exception as error:  # noqa: BLE001  no room or no right to write: go on without
        log.warning("cache.not_written", file=ready.name, reason=str(error)[:200])
        unfinished.unlink(missing_ok=True)
        return _open(path, _options())
    return session


def _open(path: Path, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _fingerprint(path: Path) -> str:
    stat = path.stat()
    seed = f"{onnxruntime.__version__} {stat.st_size} {stat.st_mtime_ns}"
    return hashlib.sha256(seed.encode()).hexdigest()[:12]
