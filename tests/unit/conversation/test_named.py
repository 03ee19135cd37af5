"""A tool is called by its own words, and by nothing else."""

from __future__ import annotations

import pytest

from hub.conversation.named import understand
from hub.conversation.tools import Tools


def say_hello(to: str) -> str:
    """Greet."""
    return to


def say_hello_again() -> str:
    """Greet again."""
    return ""


def set_lamp(room: str, level: int = 100, warm: bool = False) -> str:
    """Set a lamp."""
    return f"{room}{level}{warm}"


def move_box(from_place: str, to: str) -> str:
    """Move."""
    return from_place + to


@pytest.fixture
def tools() -> Tools:
    tools = Tools()
    for tool in (say_hello, say_hello_again, set_lamp, move_box):
        tools.add("test", tool)
    return tools


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("say hello to Ada", "say_hello", {"to": "Ada"}),
        ("Say hello to Ada and to Bob.", "say_hello", {"to": "Ada and to Bob"}),
        ("please say hello Ada", "say_hello", {"to": "Ada"}),
        ("Could you say hello to O'Brien?", "say_hello", {"to": "O'Brien"}),
        ("say hello again", "say_hello_again", {}),
        (
            "set lamp room kitchen level 40 warm yes",
            "set_lamp",
            {"room": "kitchen", "level": 40, "warm": True},
        ),
        ("set lamp level 40 room living room", "set_lamp", {"room": "living room", "level": 40}),
        ("set lamp room kitchen", "set_lamp", {"room": "kitchen"}),
        (
            "move box from place the attic to the cellar",
            "move_box",
            {"from_place": "the attic", "to": "the cellar"},
        ),
    ],
)
def test_its_own_words_call_it(tools: Tools, said: str, name: str, arguments) -> None:
    assert understand(tools, said) == (name, arguments)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "say",
        "hello",
        "say hello",
        "say hellos to Ada",
        "what does say hello to Ada mean",
        "set lamp",
        "set lamp room kitchen level bright",
        "set lamp kitchen",
        "set lamp room kitchen room hall",
        "move box to the cellar",
        "say hello to " + "x" * 500,
    ],
)
def test_other_words_call_nothing(tools: Tools, said: str) -> None:
    assert understand(tools, said) is None
