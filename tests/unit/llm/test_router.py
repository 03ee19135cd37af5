from __future__ import annotations

import asyncio

from hub.errors import Unavailable
from hub.llm.canned import Canned
from hub.llm.provider import Answer, Caps, Declined, Delta, Done, Message, Probe, Request, Usage
from hub.llm.router import Router
from hub.llm.routing.deadlines import Deadlines


class Scripted:
    """A provider that plays a script: pieces, errors to raise, seconds to wait."""

    def __init__(self, name, *script, quality="full"):
        self.name, self.script = name, script
        self.caps = Caps(local=True, quality=quality, title=name)
        self.closed = False

    async def stream(self, _request, _deadline):
        try:
            for step in self.script:
                if isinstance(step, (int, float)):
                    await asyncio.sleep(step)
                elif isinstance(step, BaseException):
                    raise step
                else:
                    yield step
        finally:
            self.closed = True

    async def probe(self):
        return Probe(ok=True)


class Talk:
    def for_provider(self, _caps):
        return Request((Message("user", "hi"),))

    def prefix(self, _caps):
        return ()


SOON = Deadlines(1.0, 1.0, 5.0)


async def ask(*providers, deadlines=SOON):
    by = Answer()
    text = "".join(
        [d.text async for d in Router(providers, Canned()).answer(Talk(), by, deadlines=deadlines)]
    )
    return text, by


async def test_the_first_that_answers_wins_and_is_named():
    text, by = await ask(
        Scripted("a", Declined()),
        Scripted("b", Delta("yes"), Usage(3, 1), Done()),
        Scripted("c", Delta("no")),
    )
    assert (text, by.provider, by.quality, by.usage, by.refusals) == ("yes", "b", "full", Usage(3, 1), [])


async def test_failures_before_the_first_piece_are_passed_over():
    slow = Scripted("slow", 5, Delta("late"))
    text, by = await ask(
        Scripted("down", Unavailable("It is down.", fix="Wait.")), Scripted("bug", ValueError("x")), slow,
        Scripted("empty", Done()), Scripted("ok", Delta("here"), Done()), deadlines=Deadlines(0.05, 1.0, 5.0),
    )  # fmt: skip
    assert (text, by.provider, len(by.refusals)) == ("here", "ok", 3)
    assert slow.closed


async def test_a_failure_in_mid_answer_ends_honestly_where_only_a_small_model_is_left():
    small = Scripted("b", Delta("no"), quality="basic")
    text, by = await ask(Scripted("a", Delta("It is"), ConnectionError("gone")), small)
    assert text == "It is" + Canned.closing()
    assert by.provider == "a"


async def test_when_nobody_can_the_last_rung_says_why():
    text, by = await ask(Scripted("a", Unavailable("My model is on its way.", fix="Wait.")))
    assert text.startswith("My model is on its way.")
    assert (by.provider, by.quality) == ("canned", "canned")


async def test_closing_the_answer_closes_the_provider():
    provider = Scripted("a", Delta("one"), 60, Delta("two"))
    answer = Router([provider], Canned()).answer(Talk(), Answer())
    await anext(answer)
    await answer.aclose()
    assert provider.closed


async def test_added_providers_stand_before_the_small_model_and_behind_exact():
    router = Router([Scripted("exact", quality="exact"), Scripted("small", quality="basic")], Canned())
    router.add(Scripted("big", quality="full"))
    assert [one["name"] for one in await router.status()] == ["exact", "big", "small"]


async def test_words_that_are_not_final_do_not_leave_the_house():
    far = Scripted("far", Delta("yes"), Done())
    far.caps = Caps(local=False, quality="full", title="far")
    asked = asyncio.Event()
    far.stream, play = (lambda *given: asked.set() or play(*given)), far.stream
    final = asyncio.Event()
    answer = Router([far], Canned()).answer(Talk(), Answer(), accepted=final.wait)
    first = asyncio.create_task(anext(answer))
    await asyncio.sleep(0.05)
    assert not asked.is_set()
    final.set()
    assert (await first).text == "yes"
    await answer.aclose()
