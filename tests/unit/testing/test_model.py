"""The scripted model says what was written down, by the hub's own protocol and through its real router."""

from __future__ import annotations

import asyncio

import pytest

from hub.errors import HubError, Unavailable
from hub.llm.provider import Declined, Delta, Done, Message, Provider, Request, Usage
from hub.testing import PluginHub, ScriptedModel, ask, hub_with
from hub.testing.contracts import check_provider

HELLO = Request((Message("system", "You are kind."), Message("user", "hello there")))


async def heard(model: ScriptedModel) -> list:
    return [piece async for piece in model.stream(HELLO, 15)]


async def test_it_speaks_the_protocol() -> None:
    model = ScriptedModel("Good  morning.\n")
    assert isinstance(model, Provider)
    assert (await model.probe()).ok
    *pieces, usage, done = await heard(model)
    assert [piece.text for piece in pieces] == ["Good", "  morning.", "\n"]
    assert (usage, done) == (Usage(5, 2), Done())
    assert model.asked == ["hello there"]
    assert model.requests == [HELLO]


async def test_it_fails_where_it_is_told_to() -> None:
    model = ScriptedModel(
        TimeoutError("late"), ["Half an", 0.01, ConnectionError("gone")], lambda r: r.messages[-1].text
    )
    with pytest.raises(TimeoutError, match="late"):
        await heard(model)
    stream = model.stream(HELLO, 15)
    assert await anext(stream) == Delta("Half an")
    with pytest.raises(ConnectionError, match="gone"):
        await anext(stream)
    assert "".join(piece.text for piece in await heard(model) if isinstance(piece, Delta)) == "hello there"


async def test_after_its_script_it_declines_and_says_so() -> None:
    model = ScriptedModel(Unavailable("No power.", fix="Plug it in."))
    assert (await model.probe()).fix == "Plug it in."
    with pytest.raises(Unavailable):
        await heard(model)
    with pytest.raises(Declined):
        await heard(model)
    assert not (await model.probe()).ok
    assert len(model.requests) == 2


async def test_it_keeps_the_contract_of_its_port() -> None:
    await check_provider(lambda: ScriptedModel(*["Good morning to you."] * 200))


async def test_who_gives_an_answer_up_is_counted() -> None:
    model = ScriptedModel(["One", 60, "two"])
    stream = model.stream(HELLO, 15)
    assert await anext(stream) == Delta("One")
    await stream.aclose()
    assert model.closed == 1


async def test_a_talk_is_answered_by_it_and_goes_on_when_it_fails() -> None:
    model = ScriptedModel("It is a poem.", ["Roses are", ConnectionError("gone")], TimeoutError())
    async with hub_with(model=model) as hub:
        assert await ask(hub, "write me a poem about tea") == "It is a poem."
        cut = await ask(hub, "another one about roses")
        assert cut.startswith("Roses are")
        assert "ask me again" in cut
        assert await ask(hub, "and one about coal")
        assert model.asked == ["write me a poem about tea", "another one about roses", "and one about coal"]
        status = {one["name"]: one for one in await hub.router.status()}
        assert status["scripted"]["reason"] == "The script is over."


def test_a_hub_for_tests_that_are_not_async(hello, plugin_hub, scripted_model) -> None:
    scripted_model.add("It smells of rain.")
    home = plugin_hub(hello, greeting="Ahoy")
    assert home.state("hello")[0] == "ready"
    assert home.say("what does petrichor smell of") == "It smells of rain."
    assert home.say("say hello to Ada") == "Ahoy, Ada."
    assert home.say("use say_hello with to=Bob") == "Ahoy, Bob."
    home.until(lambda: hello.now["answers"] == 3)
    with pytest.raises(AssertionError, match="did not come to it"):
        home.until(lambda: False, seconds=0.05)


def test_what_was_kept_is_there_when_the_folder_is_opened_again(hello, tmp_path) -> None:
    with PluginHub(hello, model=ScriptedModel("Yes."), data=tmp_path / "hub") as home:
        home.say("is there tea")
    with PluginHub(hello, data=tmp_path / "hub") as home:
        talks = home.run(_talks(home.hub))
        assert [talk.title for talk in talks] == ["is there tea"]


async def _talks(hub):
    await asyncio.sleep(0)
    return await hub.conversations.list((await hub.claims.owner()).id)


def test_a_tool_that_does_more_than_read_waits_for_a_yes_when_it_is_named(written) -> None:
    plugin = written(
        'from hub import hookimpl\ndone = []\ndef paint_wall(colour: str) -> str:\n    """Paint the wall."""\n'
        '    done.append(colour)\n    return f"It is {colour}."\n'
        '@hookimpl\ndef hub_tools(register): register.tool(paint_wall, risk="danger")\n'
    )
    with PluginHub(plugin) as home:
        said = home.say("paint wall colour green")
        assert plugin.done == []
        owner = home.run(home.hub.claims.owner())
        (waits,) = home.run(home.hub.gate.waiting(owner))
        assert (waits.tool, dict(waits.arguments)) == ("paint_wall", {"colour": "green"})
        assert said != "It is green."
        assert home.run(home.hub.gate.approve(waits.id, waits.digest, owner)).result == "It is green."
        assert plugin.done == ["green"]
        with pytest.raises(HubError):
            home.call("paint_wall", colour="red")
        assert plugin.done == ["green"]
