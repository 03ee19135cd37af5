"""Cut an ONNX model in parts at tensors, on the level of protocol buffer fields.

Only the few fields that matter are read, so that neither the onnx package nor a second copy of the
weights is needed. Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto,
ValueInfoProto, TypeProto).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
GRAPH = 7  # of a model
NODE, INITIALIZER, INPUT, OUTPUT, VALUE_INFO = 1, 5, 11, 12, 13  # of a graph
NODE_INPUT, NODE_OUTPUT, NODE_NAME, NODE_ATTRIBUTE = 1, 2, 3, 5
TENSOR_NAME, VALUE_NAME, ATTRIBUTE_GRAPH = 8, 1, 6
FLOAT = 1


@dataclass(frozen=True, slots=True)
class _Node:
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    raw: memoryview


class Uncuttable(Exception):  # noqa: N818  a finding, not a fault: the model is used whole
    """The model has another layout than the cut expects."""


def cut(model: bytes, *scopes: str, rank: int) -> list[bytes]:
    """Cut ``model`` where the nodes under each of ``scopes`` begin; return one part more than scopes.

    A part takes its inputs by the names under which the parts before it give them, a tensor may skip
    parts. These tensors are of floats and have ``rank`` dimensions. Raises `Uncuttable` when nothing
    enters a scope, when a part would need more than that, or when the graph has branches of its own.
    """
    view = memoryview(model)
    graph = next((value for number, _, value in _fields(view) if number == GRAPH), None)
    if graph is None:
        raise Uncuttable("there is no graph in it")
    nodes = [_node(value) for number, _, value in _fields(graph) if number == NODE]
    constants, there = _names(graph), set(_named(graph, INPUT))
    seams = [_seam(nodes, constants | there, scope) for scope in scopes]
    parts, given = [], set[str]()
    for at, scope in enumerate((*scopes, None)):
        wanted = set(_named(graph, OUTPUT))
        if scope is not None:
            wanted = set[str]().union(*seams[at:]) - given - _made_by(nodes, scope)
        needed = _needed(nodes, wanted, given)
        taken = _open_ends(needed) - constants
        if at and (lost := taken - given):
            raise Uncuttable(f"a part needs {min(lost)} too")
        parts.append(_model(view, _part(graph, needed, taken, wanted, rank)))
        given |= wanted
    return parts


def _seam(nodes: list[_Node], known: set[str], scope: str) -> set[str]:
    """Return the tensors that enter ``scope`` from outside and were not in it before."""
    inside = [node for node in nodes if node.name.startswith(scope)]
    enter = _open_ends(inside) - known - _made_by(nodes, scope)
    if not enter:
        raise Uncuttable(f"nothing enters {scope}")
    return enter


def _made_by(nodes: list[_Node], scope: str) -> set[str]:
    """Return the tensors that depend on the nodes under ``scope``."""
    made = set[str]()
    for node in nodes:  # in the order in which they run, as ONNX demands
        if node.name.startswith(scope) or made.intersection(node.inputs):
            made.update(node.outputs)
    return made


def _open_ends(nodes: list[_Node]) -> set[str]:
    """Return the tensors that ``nodes`` take and do not make."""
    made = {output for node in nodes for output in node.outputs}
    return {name for node in nodes for name in node.inputs if name} - made


def _needed(nodes: list[_Node], wanted: set[str], given: set[str]) -> list[_Node]:
    """Return, in order, the nodes that ``wanted`` tensors depend on, going back no further than ``given``."""
    maker = {output: node for node in nodes for output in node.outputs}
    todo, kept = [name for name in wanted if name not in given], set()
    while todo:
        node = maker.get(todo.pop())
        if node is not None and id(node) not in kept:
            kept.add(id(node))
            todo += [name for name in node.inputs if name not in given]
    return [node for node in nodes if id(node) in kept]


def _part(graph: memoryview, nodes: list[_Node], taken: set[str], wanted: set[str], rank: int) -> bytes:
    """Return a graph of ``nodes`` with the weights that they use; ends it had before stay as they were."""
    used = {name for node in nodes for name in node.inputs}
    parts = [_field(NODE, node.raw) for node in nodes]
    ends = {INPUT: set(taken), OUTPUT: set(wanted)}
    for number, kind, value in _fields(graph):
        if kind != BYTES or number in (NODE, VALUE_INFO):
            continue
        if number == INITIALIZER and _name(value, TENSOR_NAME) not in used:
            continue
        if number in ends:
            if (name := _name(value, VALUE_NAME)) not in ends[number]:
                continue
            ends[number].discard(name)
        parts.append(_field(number, value))
    new = [_field(number, _value_info(name, rank)) for number in ends for name in sorted(ends[number])]
    return b"".join(parts + new)


def _model(model: memoryview, graph: bytes) -> bytes:
    parts = []
    for number, kind, value in _fields(model):
        if number == GRAPH:
            parts.append(_field(GRAPH, graph))
        elif kind == BYTES:
            parts.append(_field(number, value))
        else:
            parts.append(bytes(_tag(number, kind)) + bytes(value))
    return b"".join(parts)


def _node(raw: memoryview) -> _Node:
    inputs, outputs, name = [], [], ""
    for number, _, value in _fields(raw):
        if number == NODE_INPUT:
            inputs.append(_text(value))
        elif number == NODE_OUTPUT:
            outputs.append(_text(value))
        elif number == NODE_NAME:
            name = _text(value)
        elif number == NODE_ATTRIBUTE and any(field == ATTRIBUTE_GRAPH for field, _, _ in _fields(value)):
            raise Uncuttable("a node holds a graph of its own")
    return _Node(name, tuple(inputs), tuple(outputs), raw)


def _names(graph: memoryview) -> set[str]:
    return {_name(value, TENSOR_NAME) for number, _, value in _fields(graph) if number == INITIALIZER}


def _named(graph: memoryview, what: int) -> Iterable[str]:
    return (_name(value, VALUE_NAME) for number, _, value in _fields(graph) if number == what)


def _name(message: memoryview, field: int) -> str:
    return next((_text(value) for number, _, value in _fields(message) if number == field), "")


def _text(value: memoryview) -> str:
    return str(value, "utf-8")


def _value_info(name: str, rank: int) -> bytes:
    """Return a ValueInfoProto: a tensor of floats with ``rank`` dimensions of any size."""
    shape = _field(1, b"") * rank
    tensor = bytes(_tag(1, VARINT)) + bytes([FLOAT]) + _field(2, shape)
    return _field(VALUE_NAME, name.encode()) + _field(2, _field(1, tensor))


# The wire format: https://protobuf.dev/programming-guides/encoding/


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield number, wire type and value of each field; values are slices, nothing is copied."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        start = at
        if kind == VARINT:
            _, at = _varint(message, at)
        elif kind == BYTES:
            size, start = _varint(message, at)
            at = start + size
        elif kind in (FIXED64, FIXED32):
            at += 8 if kind == FIXED64 else 4
        else:
            raise Uncuttable(f"a field of unknown kind {kind}")
        if at > len(message):
            raise Uncuttable("it is cut short")
        yield number, kind, message[start:at]


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message):
            raise Uncuttable("it is cut short")
        byte, at = message[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  the top bit says that more follow
            return value, at
        shift += 7


def _tag(number: int, kind: int) -> bytearray:
    return _as_varint(number << 3 | kind)


def _as_varint(value: int) -> bytearray:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004  as above
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return out


def _field(number: int, value: bytes | memoryview) -> bytes:
    return b"".join((_tag(number, BYTES), _as_varint(len(value)), value))
