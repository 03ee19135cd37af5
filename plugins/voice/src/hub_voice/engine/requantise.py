"""Make Moonshine base-en quick: take its graphs apart and quantise them anew, once, into a folder.

As shipped the weights are stored in eight bits and brought back to floats at every token, by nodes that no
runtime fuses. The decoder moreover holds two graphs, for the first token and for later ones, each with the
whole of the weights. Here the floats are computed once, the two graphs become

    cross   the encoder's keys and values, which the first graph computes on its side,
    step    one token, given those and the tokens before it (none, at first),

and their products are quantised so that the runtime does them in integers (dynamic quantisation, per
channel). No weight is kept twice: 80 MB on disk, 4 ms a token. The onnx package is needed here only.
"""

from __future__ import annotations

import logging
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PARTS = ("encoder", "cross", "step")
"""The models that it makes, each ``<part>.onnx``."""

_BRANCHES = {"then_branch": "step", "else_branch": "cross"}
_PRODUCTS = ("MatMul", "Gather")


def requantise(
    encoder: Path,
    decoder: Path,
    folder: Path,
    told: Callable[[str, float], None] = lambda _what, _share: None,
) -> None:
    """Write the `PARTS` of the model at ``encoder`` and ``decoder`` to ``folder``; those there are kept.

    Takes some 20 s and 700 MB in all; stopped half-way it goes on with the next part. ``told``: hears what
    is being done and how far it is, 0 to 1. Raises what onnx raises for a model of another layout.
    """
    folder.mkdir(parents=True, exist_ok=True)
    todo = [part for part in PARTS if not (folder / f"{part}.onnx").exists()]
    with tempfile.TemporaryDirectory(dir=folder, prefix="part-") as name:
        work = Path(name)
        for part in todo:
            done = PARTS.index(part) / len(PARTS)
            told(part, done)
            plain = _plain(encoder if part == "encoder" else decoder, work / "plain.onnx")
            if part != "encoder":
                _split(plain, part, work / "split.onnx")
                plain = work / "split.onnx"
            told(part, done + 0.1)
            folded = _folded(plain, work / "folded.onnx")
            told(part, done + 0.2)
            _quantise(folded, work / "small.onnx")
            (work / "small.onnx").replace(folder / f"{part}.onnx")
    told("", 1.0)


def _session(source: Path, made: Path, level: str) -> Path:
    """Save ``source`` as ONNX, optimised as far as ``level`` says."""
    import onnxruntime  # noqa: PLC0415  with onnx, only where it is needed

    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = getattr(runtime.GraphOptimizationLevel, level)
    options.add_session_config_entry("session.save_model_format", "ONNX")
    options.optimized_model_filepath = str(made)
    options.log_severity_level = 3
    runtime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
    return made


def _plain(source: Path, made: Path) -> Path:
    return _session(source, made, "ORT_DISABLE_ALL")


def _folded(source: Path, made: Path) -> Path:
    """Compute what is constant: the weights, as floats."""
    return _session(source, made, "ORT_ENABLE_BASIC")


def _split(merged: Path, part: str, made: Path) -> None:
    """Write one branch of the merged decoder as a model of its own."""
    import onnx  # noqa: PLC0415  as above

    model = onnx.load(str(merged))
    graph = model.graph
    (fork,) = (node for node in graph.node if node.op_type == "If")
    branch = next(one.g for one in fork.attribute if _BRANCHES.get(one.name) == part)
    kept = _outputs(branch, part)
    inputs = {one.name: one for one in graph.input}
    nodes = [*(node for node in graph.node if node is not fork), *branch.node]
    if part == "cross":
        _free(nodes)
    nodes = _needed(nodes, kept)
    used = {name for node in nodes for name in node.input}
    shapes = {one.name: one for one in branch.output}
    new = onnx.helper.make_graph(
        nodes,
        part,
        [value for name, value in inputs.items() if name in used],
        [shapes[name] for name in kept],
        [one for one in (*graph.initializer, *branch.initializer) if one.name in used],
    )
    alike = {"opset_imports": model.opset_import, "ir_version": model.ir_version}
    onnx.save(onnx.helper.make_model(new, **alike), made)


def _free(nodes: Iterable[Any]) -> None:
    """Ask the encoder's output how many are in the batch, not the layer below: nothing else ties the two."""
    for node in nodes:
        if node.op_type == "Shape":
            node.input[0] = "encoder_hidden_states"


def _outputs(branch: Any, part: str) -> list[str]:
    names = [str(one.name) for one in branch.output]
    if part == "cross":
        return [name for name in names if ".encoder." in name]
    return [name for name in names if ".encoder." not in name]


def _needed(nodes: Iterable[Any], wanted: Iterable[str]) -> list[Any]:
    """Return, in order, the nodes that ``wanted`` tensors depend on."""
    nodes = list(nodes)
    maker = {output: at for at, node in enumerate(nodes) for output in node.output}
    todo, kept = list(wanted), set[int]()
    while todo:
        at = maker.get(todo.pop())
        if at is not None and at not in kept:
            kept.add(at)
            todo += nodes[at].input
    return [node for at, node in enumerate(nodes) if at in kept]


def _quantise(source: Path, made: Path) -> None:
    tool: Any = import_module("onnxruntime.quantization")  # as above; its stubs name less than it exports
    small = {"op_types_to_quantize": list(_PRODUCTS), "weight_type": tool.QuantType.QInt8}
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises a step that was done
    try:
        tool.quantize_dynamic(str(source), str(made), per_channel=True, **small)
    finally:
        logging.disable(before)
