"""The rules of W3C Trace Context for ``traceparent``, and who inherits a trace."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.telemetry import trace

ID, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    ("header", "sampled"),
    [
        (f"00-{ID}-{SPAN}-01", True),
        (f"00-{ID}-{SPAN}-00", False),
        (f"00-{ID}-{SPAN}-ff", True),  # flags that we do not know are ignored
        (f" 00-{ID}-{SPAN}-01\t", True),  # optional white space, RFC 9110
        (f"01-{ID}-{SPAN}-01", True),  # a later version
        (f"cc-{ID}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_what_is_valid_is_followed(header: str, sampled: bool) -> None:
    found = trace.parse(header)
    assert found == trace.Trace(ID, SPAN, sampled)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"ff-{ID}-{SPAN}-01",  # the version that is forbidden
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"00-{ID.upper()}-{SPAN}-01",
        f"00-{ID}-{SPAN.upper()}-01",
        f"00-{ID[:-1]}-{SPAN}-01",
        f"00-{ID}-{SPAN[:-1]}-01",
        f"00-{ID}0-{SPAN}-01",
        f"00-{ID}-{SPAN}-1",
        f"00-{ID}-{SPAN}-001",
        f"00-{ID}-{SPAN}-01-more",  # version 00 has four fields
        f"00-{ID}-{SPAN}-01-",
        f"cc-{ID}-{SPAN}-01.more",  # a later version must go on with a dash
        f"0-{ID}-{SPAN}-01",
        f"zz-{ID}-{SPAN}-01",
        f"00_{ID}_{SPAN}_01",
        f"00-{ID}-{SPAN}-0\u0661",
        f"00-{ID}-{SPAN}-01\n",
    ],
)
def test_what_is_not_valid_is_ignored(header: str) -> None:
    assert trace.parse(header) is None


@given(st.text(HEX, min_size=32, max_size=32), st.text(HEX, min_size=16, max_size=16), st.booleans())
def test_a_header_comes_back_as_it_went(trace_id: str, span: str, sampled: bool) -> None:
    given_ = trace.Trace(trace_id, span, sampled)
    expected = None if not trace_id.strip("0") or not span.strip("0") else given_
    assert trace.parse(given_.header) == expected


@given(st.text())
def test_nonsense_never_raises(header: str) -> None:
    found = trace.parse(header)
    assert found is None or found.id in header


def test_a_request_goes_on_with_its_own_span_and_two_headers_say_nothing() -> None:
    header = (b"traceparent", f"00-{ID}-{SPAN}-00".encode())
    found = trace.follow([(b"host", b"hub"), header])
    assert (found.id, found.sampled) == (ID, False)
    assert found.span != SPAN
    assert trace.follow([header, header]).id != ID
    assert trace.follow([(b"traceparent", b"\xff\xfe")]).id != ID
    assert trace.parse(trace.follow([]).header) is not None


async def test_tasks_inherit_and_the_outside_does_not() -> None:
    async def told() -> tuple[str, str]:
        return trace.current_id(), trace.traceparent()

    begun = trace.fresh()
    with trace.entered(begun):
        inside = asyncio.create_task(told())
    assert trace.current_id() == ""
    id_, header = await inside
    assert id_ == begun.id
    sent = trace.parse(header)
    assert sent
    assert sent.id == begun.id
    assert sent.span != begun.span
    assert trace.parse(trace.traceparent())  # with no trace it begins one
