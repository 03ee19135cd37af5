"""Before a language model sees words, plugins do: when one cannot, the words stay on this machine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

from hub.llm.canned import Canned
from hub.llm.provider import Act, Answer, Caps, Declined, Delta, Done, Message, Request
from hub.llm.router import Router
from hub.plugin import words
from hub.plugin.acting import current
from hub.plugin.hooks import Hooks
from hub.plugin.words import Words
from hub.testing import ScriptedModel

SYSTEM, TEXT = Message("system", "Be brief."), Message("user", "My code is 1234.")


class Talk:
    """A question with a system part."""

    def for_provider(self, _caps):
        return Request((SYSTEM, TEXT), "talk", 64)

    def prefix(self, _caps):
        return (SYSTEM, Message("user", "My code was 1234."))


class Computes(ScriptedModel):
    """Computes on this machine: no language model."""

    def __init__(self, *answers):
        super().__init__(*answers, name="exact")
        self.caps = Caps(local=True, quality="exact")


class Primes(ScriptedModel):
    """Reads ahead."""

    def __init__(self, **about):
        super().__init__(**about)
        self.primed = []

    async def prime(self, messages):
        self.primed.append(messages)


class World:
    """A router with a guard; the plugins are given by their hooks, those of ``had`` ran before and do not."""

    def __init__(self, *models, had=(), off=(), state="disabled", **plugins):
        self.complaints = []
        self.hooks = Hooks(lambda name, hook, error: self.complaints.append((name, hook, str(error))))
        self.hooks.bind(plugins.items())
        known = {name: SimpleNamespace(title=name.title(), running=True) for name in plugins}
        known |= {name: SimpleNamespace(title=name.title(), running=False, state=state) for name in had}
        remembered = SimpleNamespace(had=lambda hook: [*had] if hook == "hub_before_llm" else [])
        self.router = Router(models, Canned())
        self.router.guard = Words(SimpleNamespace(hooks=self.hooks, get=known.get), remembered, lambda: off)

    async def ask(self, accepted=None):
        by = Answer()
        text = "".join([delta.text async for delta in self.router.answer(Talk(), by, accepted=accepted)])
        return text, by


def far(*answers):
    return ScriptedModel(*answers, name="far", local=False)


def near(*answers):
    return ScriptedModel(*answers, name="near")


def redact(request):
    cut = tuple(replace(one, text=one.text.replace("1234", "****")) for one in request.messages)
    return replace(request, messages=cut)


def raises(request):
    raise RuntimeError("no list of secrets")


async def hangs(request):
    await asyncio.sleep(60)


async def test_words_are_taken_away_before_any_model_sees_them():
    model = far("Good.")
    text, by = await World(model, cut={"hub_before_llm": redact}).ask()
    assert (text, by.provider) == ("Good.", "far/script")
    assert model.asked == ["My code is ****."]


async def test_what_one_plugin_leaves_the_next_one_sees():
    model, seen = far("Good."), []

    async def fence(request):
        seen.append((request.messages[-1].text, current.get()))
        return replace(
            request, messages=(*request.messages[:-1], Message("user", f"<{request.messages[-1].text}>"))
        )

    world = World(model, cut={"hub_before_llm": redact}, fence={"hub_before_llm": fence})
    await world.ask()
    assert seen == [("My code is ****.", "fence")]
    assert model.asked == ["<My code is ****.>"]


async def test_a_plugin_may_change_nothing_but_the_messages():
    model = far("Good.")

    def greedy(request):
        return replace(request, max_tokens=10**6, conversation="another")

    await World(model, greedy={"hub_before_llm": greedy}).ask()
    assert (model.requests[0].max_tokens, model.requests[0].conversation) == (64, "talk")


async def test_one_that_fails_keeps_the_words_on_this_machine(monkeypatch):
    monkeypatch.setattr(words, "BEFORE_S", 0.05)
    bad = [
        raises, hangs, lambda request: "redacted", lambda request: replace(request, messages=()),
        lambda request: replace(request, messages=["x"]), lambda request: replace(request, messages=(1,)),
        lambda request: (_ for _ in ()).throw(SystemExit(1)),
        lambda request: (_ for _ in ()).throw(asyncio.CancelledError()),
    ]  # fmt: skip
    for hook in bad:
        away, here = far("Secret."), near("Here.")
        text, by = await World(away, here, cut={"hub_before_llm": hook}).ask()
        assert (text, by.provider) == ("Here.", "near/script"), hook
        assert away.requests == []
        assert "Cut could not look at your words first" in by.refusals[0]


async def test_when_nobody_is_left_a_person_is_told_why():
    away = far("Secret.")
    text, by = await World(away, cut={"hub_before_llm": raises}).ask()
    assert text.startswith("Cut could not look at your words first: RuntimeError: no list of secrets")
    assert (by.quality, away.requests) == ("canned", [])


async def test_those_after_one_that_failed_still_take_words_away():
    here = near("Here.")
    await World(here, bad={"hub_before_llm": raises}, cut={"hub_before_llm": redact}).ask()
    assert here.asked == ["My code is ****."]


async def test_one_that_does_not_run_is_missed_unless_a_person_switched_it_off():
    for state in ("disabled", "starting", "discovered", "stopped"):
        away, here = far("Secret."), near("Here.")
        text, by = await World(away, here, had=("cut",), state=state).ask()
        assert (text, away.requests) == ("Here.", [])
        assert by.refusals == ["Cut looks at your words first, and is not running."]
    away = far("Told.")
    text, _ = await World(away, had=("cut",), off=("cut",)).ask()
    assert text == "Told."


async def test_what_computes_is_not_held_up():
    exact = Computes("Four.")
    world = World(exact, cut={"hub_before_llm": raises})
    assert (await world.ask())[0] == "Four."
    assert not world.complaints
    assert exact.asked == ["My code is 1234."]


async def test_a_computing_server_elsewhere_is_looked_at_too():
    liar = Computes("Four.")
    liar.caps = Caps(local=False, quality="exact")
    here = near("Here.")
    assert (await World(liar, here, cut={"hub_before_llm": raises}).ask())[0] == "Here."
    assert liar.requests == []


async def test_what_is_read_ahead_is_looked_at_too():
    here, away = Primes(name="near"), Primes(name="far", local=False)
    world = World(here, away, cut={"hub_before_llm": redact})
    await world.router.prime(Talk())
    assert [one.text for one in here.primed[0]] == ["Be brief.", "My code was ****."]
    assert here.primed == away.primed
    world = World(Primes(name="near"), away, cut={"hub_before_llm": raises})
    await world.router.prime(Talk())
    assert len(world.router.providers[0].primed) == 1
    assert len(away.primed) == 1


async def test_the_small_model_reads_nothing_ahead_behind_a_large_one_that_is_well():
    large, small = ScriptedModel(name="large"), Primes(name="small")
    small.caps = Caps(local=True, quality="basic")
    world = World(large, small)
    await world.router.prime(Talk())
    assert small.primed == []
    world.router.stations.breakers = SimpleNamespace(refusal=lambda name: name)
    await world.router.prime(Talk())
    assert len(small.primed) == 1


async def test_a_whole_reply_is_told_once_the_words_are_final_and_none_that_was_taken_back(monkeypatch):
    monkeypatch.setattr(words, "ACCEPTED_S", 0.2)
    told = []
    after = {"hub_after_llm": lambda request, reply: told.append((request.messages[-1].text, reply))}
    final = asyncio.Event()
    world = World(near("One and two."), cut={"hub_before_llm": redact}, notes=after)
    assert (await world.ask(final.wait))[0] == "One and two."
    await asyncio.sleep(0.05)
    assert told == []
    final.set()
    async with asyncio.timeout(60):
        while not told:
            await asyncio.sleep(0.01)
    assert told == [("My code is ****.", "One and two.")]
    world = World(near("Never."), notes=after)
    await world.ask(asyncio.Event().wait)
    await asyncio.sleep(0.4)
    assert len(told) == 1
    assert not world.router.guard._telling


async def test_a_reply_cut_short_or_computed_is_not_told():
    told = []
    after = {"hub_after_llm": lambda reply: told.append(str(reply))}
    cut = near(["It is", ConnectionError("gone")])
    await World(cut, notes=after).ask()
    await World(Computes("Four."), notes=after).ask()
    await World(near(Declined()), notes=after).ask()
    await asyncio.sleep(0.05)
    assert told == []


async def test_one_that_raises_after_costs_the_answer_nothing():
    def bad(reply):
        raise ValueError("x")

    world = World(near("Good."), bad={"hub_after_llm": bad})
    assert (await world.ask())[0] == "Good."
    async with asyncio.timeout(60):
        while not world.complaints:
            await asyncio.sleep(0.01)
    assert world.complaints == [("bad", "hub_after_llm", "ValueError: x")]


async def test_what_a_model_did_is_told_as_its_reply():
    told = []

    class Acts(ScriptedModel):
        async def stream(self, request, deadline):
            async def perform():
                return "Done."

            yield Act(perform)
            yield Done()

    world = World(Acts(), notes={"hub_after_llm": lambda reply: told.append(str(reply))})
    await world.ask()
    await asyncio.sleep(0.05)
    assert told == ["Done."]


async def test_without_a_guard_nothing_is_held_up():
    router = Router([far("Told.")], Canned())
    assert [delta async for delta in router.answer(Talk())] == [Delta("Told.")]
