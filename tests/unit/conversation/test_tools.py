from __future__ import annotations

import pytest

from hub.conversation.tools import Tools
from hub.errors import HubError
from hub.events import Bus


def add(a: int, b: int = 1) -> int:
    """Add two numbers.

    More that is not shown.
    """
    return a + b


async def shout(text: str) -> str:
    """Say it loud."""
    return text.upper()


async def test_a_tool_has_the_schema_of_its_types_and_runs_with_checked_arguments() -> None:
    tools = Tools()
    tools.add("demo", add)
    tools.add("demo", shout)
    first, _ = tools
    assert (first.name, first.about, first.risk) == ("add", "Add two numbers.", "read")
    assert first.schema["properties"]["a"]["type"] == "integer"
    assert await tools.call("add", {"a": 2}) == 3
    assert await tools.call("shout", {"text": "hi"}) == "HI"


@pytest.mark.parametrize("arguments", [{}, {"a": "two"}, {"a": 1, "c": 2}])
async def test_bad_arguments_are_refused(arguments: dict[str, object]) -> None:
    tools = Tools()
    tools.add("demo", add)
    with pytest.raises(HubError, match="add"):
        await tools.call("add", arguments)


async def test_nothing_that_changes_things_runs_without_a_gate() -> None:
    tools = Tools()
    tools.add("demo", add, name="wipe", risk="danger")
    with pytest.raises(HubError, match="no gate to ask"):
        await tools.call("wipe", {"a": 1})


@pytest.mark.parametrize("name", ["Bad", "with space", "x" * 49, "a1"])
def test_bad_and_taken_names_are_refused(name: str) -> None:
    """S0-46."""
    tools = Tools()
    with pytest.raises(HubError):
        tools.add("demo", add, name=name)
    tools.add("demo", add)
    with pytest.raises(HubError, match="demo's"):
        tools.add("other", add)


async def test_a_call_in_a_talk_is_told_with_what_became_of_it() -> None:
    """S0-20, S0-21. Outside of a talk nobody is told of what was asked."""
    bus = Bus()
    tools = Tools(bus)
    tools.add("demo", add)
    with bus.subscribe("tool.call_intent", "tool.call_result") as told:
        assert await tools.call("add", {"a": 41}) == 42
        assert told.take() == []
        assert await tools.call("add", {"a": 41}, talk="c") == 42
        intent, result = told.take()
        assert (intent.model_dump(by_alias=True)["name"], intent.arguments) == ("add", {"a": 41})
        assert (result.id, result.success, result.output, result.conversation) == (intent.id, True, "42", "c")
        with pytest.raises(HubError):
            await tools.call("nothing", {}, talk="c")
        _, result = told.take()
        assert (result.success, result.error) == (False, "There is no tool 'nothing'.")
