from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import HubError
from hub.web import messages


def test_what_a_page_and_a_plain_client_say_first() -> None:
    page = messages.read('{"type":"hello","page":true,"audio":{"encoding":"s16le","rate":16000},"new":1}')
    assert page == messages.Hello(page=True, audio=messages.Format(encoding="s16le"))
    assert messages.Hello().audio == messages.Format(encoding="f32le", rate=16_000)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "{}", '{"type":"shout"}', '{"type":"write"}', '{"type":"write","text":""}',
        '{"type":"played","epoch":-1,"samples":0}', '{"type":"played","epoch":70000,"samples":0}',
        '{"type":"hello","audio":{"rate":1}}', '{"type":"start_recording","mode":"loud"}',
        json.dumps({"type": "write", "text": "a" * messages.MAX_TEXT}),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_fix(text: str) -> None:
    with pytest.raises(HubError) as caught:
        messages.read(text)
    assert caught.value.fix


@given(
    st.text()
    | st.recursive(st.none() | st.integers() | st.text(), lambda s: st.dictionaries(st.text(), s)).map(
        json.dumps
    )
)
def test_any_text_is_a_message_or_a_refusal(text: str) -> None:
    try:
        messages.read(text)
    except HubError as error:
        assert error.fix
