"""In a whole hub, words go through the plugins on their way to a language model."""

from __future__ import annotations

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
