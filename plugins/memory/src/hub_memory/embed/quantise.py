"""Make MiniLM quick, once: ``python -m hub_memory.embed.quantise MODEL.onnx SMALL.onnx``.

As it is published here its weights are eight bits on disk and floats at work. Here the floats are computed
once, and its products quantised so that the runtime does them in integers (dynamic, a scale a channel; with
one scale a matrix the vectors are visibly worse). 2 s, 450 MB; the onnx package is needed here only.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

_PRODUCTS = ["MatMul", "Gather"]


def quantise(source: Path, made: Path) -> None:
    """Write the model at ``source`` to ``made``, quantised; whole or not at all. Raises what onnx raises."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent, prefix="part-") as name:
        work = Path(name)
        _fold(source, work / "folded.onnx")
        _shrink(work / "folded.onnx", work / "small.onnx")
        (work / "small.onnx").replace(made)


def _fold(source: Path, made: Path) -> None:
    """Compute what is constant: the weights, as floats."""
    import onnxruntime  # noqa: PLC0415  with onnx, only where it is needed

    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.save_model_format", "ONNX")
    options.optimized_model_filepath = str(made)
    options.log_severity_level = 3
    runtime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def _shrink(source: Path, made: Path) -> None:
    tool: Any = import_module("onnxruntime.quantization")  # its stubs name less than it exports
    logging.disable(logging.WARNING)  # it advises a step that was done
    eight = tool.QuantType.QInt8
    tool.quantize_dynamic(
        str(source), str(made), per_channel=True, weight_type=eight, op_types_to_quantize=_PRODUCTS
    )


if __name__ == "__main__":
    os.nice(10)
    quantise(Path(sys.argv[1]), Path(sys.argv[2]))
