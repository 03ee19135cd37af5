"""Cutting a model: the parts do what the whole does, in slices too; what is no model is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from hub_voice.engine.graph import Uncuttable, cut
from hub_voice.engine.runtime import open_model
from hub_voice.engine.slices import Ahead, Sliced, count

CHANNELS, SIGHT, HOP = 3, 2, 4


def voice(*, leak: bool = False) -> bytes:
    """Return a model laid out as a voice of several speakers: who speaks enters both scopes.

    ``leak``: the decoder's end takes numbers that no scope names.
    """
    random = np.random.default_rng(0)

    def weights(name: str, *shape: int) -> Any:
        return helper.make_tensor(name, TensorProto.FLOAT, shape, random.normal(size=shape).ravel() / 3)

    def node(kind: str, name: str, inputs: list[str], **how: Any) -> Any:
        return helper.make_node(kind, inputs, [f"{name}_out"], name, **how)

    sight = {"kernel_shape": [2 * SIGHT + 1], "pads": [SIGHT, SIGHT]}
    nodes = [
        node("Gather", "/emb/Gather", ["who", "sid"]),
        node("Unsqueeze", "/Unsqueeze", ["/emb/Gather_out", "last"]),
        node("Cast", "/Cast", ["input"], to=TensorProto.FLOAT),
        node("Conv", "/enc/Conv", ["/Cast_out", "w0"], **sight),
        node("Conv", "/flow/Conv", ["/enc/Conv_out", "w1"], **sight),
        node("Add", "/flow/Add", ["/flow/Conv_out", "/Unsqueeze_out"]),
        node("Tanh", "Tanh_17", ["/flow/Add_out"]),  # between the scopes, without one
        node("Add", "/dec/Add", ["Tanh_17_out", "/Unsqueeze_out"]),
        node("ConvTranspose", "/dec/Conv", ["/dec/Add_out", "w2"], strides=[HOP]),
        helper.make_node("Add", ["/dec/Conv_out", "/Cast_out" if leak else "last_f"], ["output"]),
    ]
    constants = [
        weights("who", 2, CHANNELS),
        weights("w0", CHANNELS, CHANNELS, 2 * SIGHT + 1),
        weights("w1", CHANNELS, CHANNELS, 2 * SIGHT + 1),
        weights("w2", CHANNELS, 1, HOP),
        helper.make_tensor("last", TensorProto.INT64, [1], [2]),
        helper.make_tensor("last_f", TensorProto.FLOAT, [1], [0.5]),
    ]
    ends = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, CHANNELS, "n"]),
        helper.make_tensor_value_info("sid", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "t"]),
    ]
    graph = helper.make_graph(nodes, "voice", ends[:2], ends[2:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def test_the_parts_in_slices_do_what_the_whole_does() -> None:
    given = {
        "input": np.random.default_rng(1).integers(-3, 4, (1, CHANNELS, 90)),
        "sid": np.array([1], np.int64),
    }
    whole = open_model(voice()).run(None, given)[0]
    first, flow, decoder = (open_model(part) for part in cut(voice(), "/flow/", "/dec/", rank=3))
    frames = dict(zip([out.name for out in first.get_outputs()], first.run(None, given), strict=True))
    assert set(frames) == {"/enc/Conv_out", "/Unsqueeze_out"}
    assert count(frames) == given["input"].shape[-1]
    ahead, made = Ahead(Sliced(flow, SIGHT), frames), []
    for start, end in ((0, 1), (1, 30), (30, 33), (33, 90)):
        ahead.upto(end)
        made.append(Sliced(decoder, 0).run(frames, start, end))
    np.testing.assert_allclose(np.concatenate(made, axis=-1), whole, atol=1e-5)


def test_what_would_need_more_than_the_parts_give_is_left_whole() -> None:
    with pytest.raises(Uncuttable, match="needs input"):
        cut(voice(leak=True), "/flow/", "/dec/", rank=3)
    with pytest.raises(Uncuttable, match="/none/"):
        cut(voice(), "/none/", rank=3)


@given(st.binary(max_size=300))
def test_rubbish_is_refused(rubbish: bytes) -> None:
    with contextlib.suppress(Uncuttable, UnicodeDecodeError):
        cut(rubbish, "/dec/", rank=3)
        raise AssertionError("cut what is no model")
