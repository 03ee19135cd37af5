"""In a whole hub, words go through the plugins on their way to a language model."""

from __future__ import annotations

from hub.llm.provider import ToolCall
from hub.testing import ScriptedModel

REDACTS = """
from dataclasses import replace
from hub import Message, hookimpl
broken = False
@hookimpl
def hub_before_llm(request):
    if broken:
        raise OSError("no list")
    return replace(request, messages=tuple(Message(m.role, m.text.replace("1234", "*")) for m in request.messages))
"""


async def test_in_a_whole_hub_the_talk_goes_through_the_guard(home):
    home.plant("cut", REDACTS, "")
    hub = await home.open()
    model = ScriptedModel("Good.", "Never.", name="far", local=False)
    hub.router.choose([model])
    talk = await hub.conversations.new("ann")
    await talk.write("Keep 1234 to yourself.")
    await talk.settled()
    assert model.asked == ["Keep * to yourself."]
    assert talk.history()[-1].answer == "Good."
    import hx_cut

    hx_cut.broken = True
    await talk.write("And 1234 too.")
    await talk.settled()
    assert len(model.requests) == 1
    assert "Cut could not look at your words first: OSError: no list" in talk.history()[-1].answer
    await home.until(lambda: hub.remembered.had("hub_before_llm"))
    # After a restart with its code broken it is still missed; switched off by a person it is not.
    home.plant("cut", "raise ImportError('gone')", "")
    hub = await home.again()
    assert "is not running" in hub.router.guard._missing()
    hub = await home.again("cut")
    assert hub.router.guard._missing() == ""


async def test_what_a_tool_returned_goes_through_the_guard_and_stays_with_its_call(home):
    home.plant("cut", REDACTS, "")
    hub = await home.open()
    await hub.claims.redeem(await hub.claims.new_code())
    owner = await hub.claims.owner()

    def read_code() -> str:
        """Read the code."""
        return "It is 1234."

    hub.tools.add("hub", read_code)
    model = ScriptedModel([ToolCall("7", "read_code", "{}")], "Good.", tools=True)
    hub.router.choose([model])
    talk = await hub.conversations.new(owner.id)
    await talk.write("What is the secret?")
    await talk.settled()
    assert talk.history()[-1].answer == "Good."
    asked, result = model.requests[-1].messages[-2:]
    assert (asked.calls[0].id, result.call) == ("7", "7")
    assert "It is *." in result.text
