"""Cutting a model: bytes that are none do no harm (the real cut is tested with the real voice)."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from hub_voice.engine.graph import Uncuttable, cut


@given(st.binary(max_size=300))
def test_rubbish_is_refused(rubbish: bytes) -> None:
    with contextlib.suppress(Uncuttable, UnicodeDecodeError):
        cut(rubbish, "/dec/", 3)
        raise AssertionError("cut what is no model")
