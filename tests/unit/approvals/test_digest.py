"""One text for each value: RFC 8785, with the vectors of its appendix, and nothing that is not plain JSON."""

from __future__ import annotations

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.approvals.digest import canonical, digest
from hub.errors import HubError

# RFC 8785, appendix B: IEEE 754 bits in hex, and the text.
NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324", "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992", "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22", "44b52d02c7e14af6": "1e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332", "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333", "43143ff3c1cb0959": "1424953923781206.2",
}  # fmt: skip


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_in_the_standard(bits: str, text: str) -> None:
    [value] = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value) == text


def test_objects_are_sorted_by_utf16_and_written_without_space() -> None:
    told = {"\u20ac": "Euro", "\r": "CR", "\ufb33": "Hebrew", "1": "One", "\U0001f600": "Face", "\x80": "Ctl"}
    names = list(json.loads(canonical(told)))
    assert names == ["\r", "1", "\x80", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical({"b": [True, None, 1.0], "a": 'x"\\\n'}) == '{"a":"x\\"\\\\\\n","b":[true,null,1]}'


@pytest.mark.parametrize(
    "value",
    [
        math.nan, math.inf, 2**53, {"a": object()}, {1: "a"}, {"a": b"x"}, "\ud800", {"\udfff": 1}, {1, 2},
        type("Text", (str,), {})("a"), type("Whole", (int,), {})(1), type("Map", (dict,), {})(),
    ],
)  # fmt: skip
def test_what_is_not_plain_json_has_no_digest(value: object) -> None:
    with pytest.raises(HubError) as caught:
        digest(value)
    assert caught.value.fix


def test_depth_is_bounded() -> None:
    deep: list[object] = []
    for _ in range(2_000):
        deep = [deep]
    with pytest.raises(HubError, match="nested"):
        canonical(deep)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(JSON)
def test_the_text_says_the_value_and_stays_as_it_is(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text
