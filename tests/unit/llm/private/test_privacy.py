"""Nothing leaves in tier local, no secret in any, and what was hidden is in the answer again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.auth.sessions import Person
from hub.errors import HubError
from hub.llm.canned import Canned
from hub.llm.private.privacy import LONG, NOTE, Privacy, distance_of
from hub.llm.private.tiers import TIERS, Tiers, tightest
from hub.llm.provider import Answer, Caps, Delta, Message, Request, ToolCall, ToolSpec
from hub.llm.router import Router
from hub.llm.routing.replies import KEPT_S, MOST, Replies
from hub.llm.stations import VERBATIM, Stations
from hub.store.database import Database
from hub.store.schema import CORE
from hub.testing import ScriptedModel

TOLD = "Mail anna@example.com: my password is Hunter2!x and the key is sk-live0123456789abcdef."
SECRETS = ("Hunter2!x", "sk-live0123456789abcdef")
WORLD = Caps(local=False, quality="full", distance="world", tools=True)
HOUSE = Caps(local=True, quality="full", distance="house")
HERE = Caps(local=True, quality="full")


def privacy(house="redacted", own=None, lets=lambda _: False):
    tiers = Tiers(None, lambda: house)
    tiers._own = own or {}
    return Privacy(tiers, lets)


def asked(*texts, **about):
    return Request((Message("system", "Be brief."), *(Message("user", text) for text in texts)), **about)


def words(request):
    """All that a request tells."""
    parts = [
        request.prefix,
        *(f"{one.text} {one.calls}" for one in request.messages),
        *map(str, request.tools),
    ]
    return " ".join(parts)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("caps", [WORLD, HOUSE, replace(WORLD, distance="machine")])
def test_no_secret_leaves_this_machine_in_any_tier(tier, caps):
    station = privacy(tier)
    if tier == "local" and distance_of(caps) == "world":
        with pytest.raises(HubError, match="stays in this house"):
            station.apply(asked(TOLD), caps)
        return
    sent, _ = station.apply(asked(TOLD, prefix="It is Hunter2!x, as in: my password is Hunter2!x"), caps)
    assert not [one for one in SECRETS if one in words(sent)]


def test_what_runs_on_this_machine_sees_all():
    request = asked(TOLD)
    assert privacy("local").apply(request, HERE) == (request, VERBATIM)


def test_redacted_hides_who_and_full_does_not():
    assert "anna@example.com" not in words(privacy("redacted").apply(asked(TOLD), WORLD)[0])
    assert "anna@example.com" in words(privacy("full").apply(asked(TOLD), WORLD)[0])
    assert "anna@example.com" in words(privacy("redacted").apply(asked(TOLD), HOUSE)[0])


def test_a_request_that_tells_nothing_is_the_same_object():
    request = asked("What is the capital of France?")
    assert privacy().apply(request, WORLD) == (request, VERBATIM)
    assert privacy().apply(request, WORLD)[0] is request


def test_the_tighter_of_house_person_and_request_holds():
    station = privacy("full", {"anna": "redacted", "tom": "local"})
    assert [station.tier(who) for who in ("anna", "tom", "", "else")] == [
        "redacted",
        "local",
        "local",
        "full",
    ]
    assert privacy("local", {"anna": "full"}).tier("anna") == "local"
    assert "anna@" not in words(station.apply(asked(TOLD, person="anna"), WORLD)[0])
    assert "anna@" not in words(station.apply(asked(TOLD, tier="redacted", person="else"), WORLD)[0])
    with pytest.raises(HubError):
        station.apply(asked("Hello.", person="tom"), WORLD)
    with pytest.raises(HubError):
        station.apply(asked("Hello.", tier="local"), WORLD)


@given(st.lists(st.sampled_from(TIERS), min_size=1))
def test_the_tightest_is_never_wider_than_any(tiers):
    assert all(TIERS.index(tightest(*tiers)) <= TIERS.index(one) for one in tiers)


def test_the_model_is_told_what_placeholders_are_and_only_then():
    sent, _ = privacy().apply(asked(TOLD), WORLD)
    assert sent.messages[0].text == f"Be brief. {NOTE}"
    bare, _ = privacy().apply(Request((Message("user", TOLD),)), WORLD)
    assert bare.messages[0] == Message("system", NOTE)


def test_a_talk_keeps_its_placeholders_and_another_has_its_own():
    station = privacy()
    first, _ = station.apply(asked("a@b.example", "c@d.example", conversation="one"), WORLD)
    later, _ = station.apply(asked("c@d.example", conversation="one"), WORLD)
    other, restorer = station.apply(asked("c@d.example", conversation="two"), WORLD)
    assert [one.text for one in first.messages[1:]] == ["[EMAIL_1]", "[EMAIL_2]"]
    assert later.messages[1].text == "[EMAIL_2]"
    assert other.messages[1].text == "[EMAIL_1]"
    assert restorer.feed("[EMAIL_1] [EMAIL_2]") == "c@d.example [EMAIL_2]"
    theirs, _ = station.apply(asked("x@y.example", conversation="one", person="tom"), WORLD)
    assert theirs.messages[1].text == "[EMAIL_1]"
    station.forget("one")
    anew, _ = station.apply(asked("c@d.example", conversation="one"), WORLD)
    assert anew.messages[1].text == "[EMAIL_1]"


def test_what_was_hidden_once_is_hidden_wherever_it_stands():
    """Before it was said to be a password, in another case, in an answer of ours, and in what a tool is told."""
    request = Request(
        (
            Message("user", "Note swordfish for me."),
            Message("assistant", "Swordfish it is."),
            Message("user", "Right: my password is swordfish. And 4711 is my PIN: 4711"),
            Message("assistant", "", calls=(ToolCall("1", "note", '{"text": "swordfish, 4711, 47110"}'),)),
        )
    )
    sent, restorer = privacy("full").apply(request, WORLD)
    assert "swordfish" not in words(sent).lower()
    assert "4711 " not in words(sent)
    assert "47110" in words(sent)
    told = "\n".join(one.text for one in sent.messages[1:])
    assert restorer.feed(told) == "\n".join(one.text for one in request.messages)


def test_calls_and_results_of_tools_are_hidden_and_stay_json():
    call = ToolCall(
        "1", "mail", json.dumps({"to": "anna@example.com", "password": "Hunter2!x", "pin": 829113})
    )
    request = Request(
        (
            Message("user", "Mail anna@example.com."),
            Message("assistant", "", calls=(call,)),
            Message("tool", '{"sent": true, "token": "sk-live0123456789abcdef"}', call="1"),
        )
    )
    sent, _ = privacy().apply(request, WORLD)
    assert json.loads(sent.messages[2].calls[0].arguments).keys() == {"to", "password", "pin"}
    assert not [one for one in (*SECRETS, "anna@example.com", "829113") if one in words(sent)]


def test_a_call_that_alone_tells_something_is_hidden_too():
    call = ToolCall("1", "lock", '{"pin": 829113}')
    request = Request((Message("user", "Lock it."), Message("assistant", "", calls=(call,))))
    assert "829113" not in words(privacy("full").apply(request, WORLD)[0])


def test_a_call_of_before_keeps_the_placeholder_that_it_was_made_with():
    station = privacy()
    station.apply(asked("anna@example.com", conversation="one"), WORLD)
    call = ToolCall("1", "mail", '{"to": "[EMAIL_1]"}')
    request = Request((Message("user", "anna@example.com"), Message("assistant", "", calls=(call,))), "one")
    sent, _ = station.apply(request, WORLD)
    assert sent.messages[-1].calls[0].arguments in ('{"to":"[EMAIL_1]"}', '{"to": "[EMAIL_1]"}')


def test_only_a_tool_that_may_know_is_told_and_never_a_secret():
    station = privacy(lets=lambda name: name == "note")
    _, restorer = station.apply(asked(TOLD), WORLD)
    arguments = '{"a": "[EMAIL_1]", "b": "[PASSWORD_1]", "c": "[SECRET_1]"}'
    assert restorer.call(ToolCall("1", "fetch", arguments)).arguments == arguments
    told = json.loads(restorer.call(ToolCall("1", "note", arguments)).arguments)
    assert told == {"a": "anna@example.com", "b": "[PASSWORD_1]", "c": "[SECRET_1]"}


def test_secrets_in_what_is_told_of_tools_do_not_leave():
    spec = ToolSpec(
        "fetch", "Fetches with token=7b2e9a01c4.",
        {"properties": {"key": {"default": "sk-live0123456789abcdef"}}, "required": ["key"], "maxLength": 9},
    )  # fmt: skip
    station = privacy("full")
    sent, _ = station.apply(asked("Hello.", tools=(spec,)), WORLD)
    assert not [one for one in ("7b2e9a01c4", *SECRETS) if one in words(sent)]
    assert sent.tools[0].schema["required"] == ["key"]
    plain = ToolSpec("time", "Tells the time.", {"properties": {}})
    request = asked("Hello.", tools=(plain,))
    assert station.apply(request, WORLD)[0] is request


async def test_long_words_are_looked_through_off_the_loop():
    station = privacy()
    request = asked("word " * LONG + "anna@example.com")
    await station.read(request, HERE)
    assert not station._long
    await station.read(request, WORLD)
    station._finder.find = None
    station._seen["Be brief."] = ()
    assert "anna@" not in words(station.apply(request, WORLD)[0])


async def test_what_is_too_long_or_tells_too_much_stays_with_a_clear_reason(monkeypatch):
    monkeypatch.setattr("hub.llm.private.privacy.LONGEST", 2 * LONG)
    monkeypatch.setattr("hub.llm.private.privacy.MOST_FOUND", 10)
    for text in ("word " * LONG, "a@b.example " * (LONG // 10)):
        far, near = ScriptedModel("Never.", name="far", local=False), ScriptedModel("Here.", name="near")
        answer, by = await ask(routed(privacy(), far, near), text)
        assert (answer, far.requests) == ("Here.", [])
        assert "That is too long to look through first." in by.refusals


class Talk:
    """A question as the router takes it."""

    def __init__(self, text, **about):
        self._request = asked(text, **about)

    def for_provider(self, _caps):
        return self._request

    def prefix(self, _caps):
        return self._request.messages[:-1]


async def ask(router, text, **about):
    by = Answer()
    pieces = [piece async for piece in router.answer(Talk(text, **about), by)]
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta)), by


def routed(station, *models):
    return Router(models, Canned(), stations=Stations(privacy=station, cache=Replies(station.find)))


def echo(request):
    return f"You said: {request.messages[-1].text} That is all."


async def test_the_answer_tells_what_the_question_did_not():
    far = ScriptedModel(echo, name="far", local=False)
    answer, _ = await ask(routed(privacy(), far), TOLD)
    assert answer == f"You said: {TOLD} That is all."
    assert not [one for one in (*SECRETS, "anna@example.com") if one in words(far.requests[0])]


async def test_tier_local_asks_nobody_outside_whatever_else_fails():
    """The only one in the house is broken, and still nobody outside is asked."""
    far = ScriptedModel("Never.", name="far", local=False)
    near = ScriptedModel(ConnectionError(), name="near")
    answer, by = await ask(routed(privacy("local"), far, near), "Hello.")
    assert not far.requests
    assert len(near.requests) == 1
    assert "Never" not in answer
    assert any("house" in why for why in by.refusals)


async def test_who_goes_on_is_not_told_either_what_was_said_so_far():
    """The first breaks after a sentence that names the address: the prefix of the next does not."""
    first = ScriptedModel(["Write to [EMAIL_1] first. ", "And ", ConnectionError()], name="one", local=False)
    second = ScriptedModel("Then call.", name="two", local=False)
    answer, by = await ask(routed(privacy("full", {"tom": "redacted"}), first, second), TOLD, person="tom")
    assert by.resumed == 1
    assert answer.startswith("Write to anna@example.com first.")
    assert answer.endswith("Then call.")
    assert "anna@" not in words(second.requests[0])
    assert "[EMAIL_1]" in second.requests[0].prefix


async def test_a_call_that_was_not_told_leaves_the_router_with_its_placeholder():
    class Calls(ScriptedModel):
        async def stream(self, request, deadline):
            del deadline
            self.requests.append(request)
            yield ToolCall("1", "mail", '{"to": "[EMAIL_1]"}')

    far = Calls(name="far", local=False)
    far.caps = replace(far.caps, tools=True)
    router = routed(privacy(), far)
    tool = ToolSpec("mail", "Sends mail.", {})
    pieces = [piece async for piece in router.answer(Talk("Mail anna@example.com.", tools=(tool,)))]
    assert [piece.arguments for piece in pieces if isinstance(piece, ToolCall)] == ['{"to": "[EMAIL_1]"}']


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from([TOLD, "Hello.", "[EMAIL_1]", "x@y.example", " [", "]"]), max_size=6).map(
        " ".join
    )
)
def test_an_echo_comes_back_as_it_was_asked(text):
    station = privacy()
    sent, restorer = station.apply(asked(text), WORLD)
    told = sent.messages[-1].text
    assert "".join(map(restorer.feed, told)) + restorer.finish() == text


# What people chose


@pytest.fixture
async def tiers(tmp_path):
    core = Database(tmp_path / "core.db", b"k" * 32, CORE)
    await core.open()
    await core.write(lambda db: db.execute("INSERT INTO person VALUES ('p', 'Pia', 'member', 0)"))
    house = SimpleNamespace(tier="redacted")
    made = Tiers(core, lambda: house.tier)
    await made.open()
    made.test = house
    yield made
    await core.close()


PIA = Person("p", "Pia", "member")


async def test_a_choice_is_kept_and_can_be_taken_back(tiers):
    assert await tiers.choose(PIA, "local") == "local"
    again = Tiers(tiers._core, lambda: "full")
    await again.open()
    assert (again.of("p"), again.own("p")) == ("local", "local")
    assert await tiers.choose(PIA, "") == "redacted"
    assert tiers.own("p") is None


async def test_nobody_goes_further_than_the_house(tiers):
    with pytest.raises(HubError, match="less far"):
        await tiers.choose(PIA, "full")
    with pytest.raises(HubError, match="no such choice"):
        await tiers.choose(PIA, "anything")
    tiers.test.tier = "full"
    await tiers.choose(PIA, "full")
    tiers.test.tier = "local"  # the owner changes their mind: it holds at once
    assert tiers.of("p") == "local"


async def test_who_is_removed_leaves_no_choice_behind(tiers):
    await tiers.choose(PIA, "local")
    await tiers._core.write(lambda db: db.execute("DELETE FROM person WHERE id = 'p'"))
    assert await tiers._core.rows("SELECT * FROM privacy") == []


# What is told again


def cold(text, **about):
    return asked(text, temperature=0, **about)


@pytest.fixture
def replies():
    now = [0.0]
    made = Replies(privacy().find, lambda: now[0])
    made.now = now
    return made


def test_a_harmless_question_is_answered_again_for_ten_minutes(replies):
    request = cold("What is the capital of France?")
    replies.keep("far", request, "Paris.")
    assert replies.find("far", cold("What is the capital of France?")) == "Paris."
    assert replies.find("other", request) is None
    assert replies.find("far", replace(request, max_tokens=8)) is None
    assert replies.find("far", replace(request, person="anna")) is None
    replies.now[0] = KEPT_S
    assert replies.find("far", request) is None
    assert replies.hits == 1


@pytest.mark.parametrize(
    "request_",
    [
        asked("What is the capital of France?"),
        asked("What is the capital of France?", temperature=0.1),
        cold("What is my name?"),
        cold("What is the time in Graz?"),
        cold("What is the news?"),
        cold("Who is anna@example.com?"),
        cold("What is the capital of France?", tools=(ToolSpec("a", "b", {}),)),
        cold("What is the capital of France?", prefix="Par"),
        cold("What is the capital of France?", speculative=True),
        Request((Message("user", "a"), Message("tool", "b")), temperature=0),
    ],
)
def test_what_is_personal_or_drawn_by_lot_is_not_kept(replies, request_):
    replies.keep("far", request_, "Paris.")
    assert len(replies) == 0


def test_an_answer_that_tells_something_is_not_kept(replies):
    replies.keep("far", cold("Who is the king?"), "Ask king@example.com.")
    replies.keep("far", cold("Who is the king?"), "")
    assert len(replies) == 0


def test_what_is_kept_is_bounded_and_forgotten(replies):
    for number in range(MOST + 5):
        replies.keep("far", cold(f"Define word {number}"), "A word.")
    assert len(replies) == MOST
    replies.forget()
    assert replies.find("far", cold("Define word 9")) is None


async def test_the_router_tells_a_reply_again_without_asking():
    far = ScriptedModel("Paris.", "Never.", name="far", local=False)
    router = routed(privacy(), far)
    first, _ = await ask(router, "What is the capital of France?", temperature=0)
    again, by = await ask(router, "What is the capital of France?", temperature=0)
    assert first == again == "Paris."
    assert len(far.requests) == 1
    assert by.provider.startswith("far")
    await asyncio.sleep(0)
