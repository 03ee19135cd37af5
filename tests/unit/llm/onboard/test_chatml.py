from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.llm.onboard.chatml import ChatML

CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>", "<file_sep>")


@given(
    st.lists(st.sampled_from([*CONTROL, "<", "|", "im_end", ">", " ", "a", "\0"]), max_size=20).map("".join)
)
def test_no_person_can_write_a_control_token(text):
    chat = ChatML(CONTROL)
    clean = chat.clean(text)
    assert not any(token in clean for token in CONTROL)
    assert chat.clean(clean) == clean


def test_a_prompt_begins_with_what_was_read_ahead():
    chat = ChatML(())
    talk = [
        {"role": "system", "text": "Be kind."},
        {"role": "user", "text": "Hi"},
        {"role": "assistant", "text": "Hello."},
    ]
    assert chat.whole([*talk, {"role": "user", "text": "And now?"}]).startswith(chat.ahead(talk))
