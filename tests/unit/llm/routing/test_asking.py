"""Whatever several models do to one question, what must hold does; and what is told of it is true."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.events import LanguageAsked
from hub.llm.provider import Answer, Caps, Delta, Done, Price, Usage
from hub.llm.routing.deadlines import TEXT, VOICE
from hub.llm.stations import VERBATIM, Refusal, Seen
from hub.testing.clock import run
from hub.testing.faulty import SENTENCES, Faulty, Home, Question
from hub.testing.upstream.troubles import KINDS, Trouble, always, in_turn, never

TROUBLES = st.builds(
    Trouble, st.sampled_from([*KINDS, "network"]), st.integers(0, 70), st.sampled_from([0.05, 0.6, 3.0, 20.0])
)
NEAR = {"local": True, "distance": "house", "price": None}


def quietly(make):
    """Run ``make()`` on the jumping clock without the log of what it was made to suffer."""
    with structlog.testing.capture_logs():
        return run(make())


def events(home):
    told = []
    home.bus.publish, publish = (lambda event: (told.append(event), publish(event))), home.bus.publish
    return told


@settings(max_examples=60, deadline=None)
@given(
    st.lists(TROUBLES, min_size=3, max_size=3),
    st.sampled_from([VOICE, TEXT]),
    st.sampled_from(["sentence", "token"]),
    st.booleans(),
    st.one_of(st.none(), st.floats(0.0, 8.0)),
)
def test_any_troubles_end_once_whole_or_honestly(troubles, times, commit, near, leaves):
    async def scenario():
        servers = [
            Faulty(name, letter, always(one.kind, one.after, one.seconds))
            for name, letter, one in zip(("p", "q", "r"), "PQR", troubles, strict=True)
        ]
        if near:
            servers[1].caps = Caps(quality="full", title="Q", prefill=True, **NEAR)
        servers.append(Faulty("small", "S", quality="basic", **{**NEAR, "distance": "machine"}))
        home = Home(*servers)
        told = events(home)
        task = asyncio.ensure_future(home.ask(7, times, commit=commit))
        if leaves is not None:
            await asyncio.sleep(leaves)
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(times.near_s + 1)  # who was late in the house is seen off
        assert all(one.open == 0 for one in servers)
        assert home.budget.standing()[0].held == 0
        asked = [event for event in told if isinstance(event, LanguageAsked)]
        assert len(asked) == sum(one.asked for one in servers)
        await home.close()
        return home, any(one.asked > 1 for one in servers)

    home, again = quietly(scenario)
    told = home.told[0]
    if told.ended is None:
        return
    assert told.text
    assert told.took_s <= times.total_s + 0.05
    assert told.by.provider
    verdict = told.verdict
    if commit == "sentence":
        assert verdict.doubled == ()
        alone = again and times is TEXT  # word by word, since nobody stood by
        assert verdict.torn == () or not told.by.resumed or alone
        assert verdict.whole or told.by.quality == "canned" or told.text.endswith("please ask me again.")
    assert told.by.resumed <= 2


def test_what_is_told_of_each_who_was_asked():
    async def scenario():
        home = Home(
            Faulty("p", "P", always("error")), Faulty("q", "Q", always("cut", after=30)), Faulty("r", "R")
        )
        told = events(home)
        answer = await home.ask(1)
        await home.close()
        return answer, [event for event in told if isinstance(event, LanguageAsked)]

    answer, asked = quietly(scenario)
    assert [(one.provider, one.outcome, one.fallback_from, one.why, one.resumed) for one in asked] == [
        ("p", "failed", "", "", False), ("q", "cut", "p", "trip", False), ("r", "done", "q", "trip", True),
    ]  # fmt: skip
    assert asked[0].first_s is None
    assert asked[1].first_s > 0
    assert answer.by.cost == sum(one.cost for one in asked) > 0
    assert (answer.by.provider, answer.by.resumed, answer.by.reason) == ("q", 1, "stop")
    assert answer.by.first_s > 0


def test_a_server_that_stands_alone_is_asked_once_more_when_its_line_breaks():
    async def scenario(*troubles):
        lone = Faulty("p", "P", in_turn(*troubles))
        home = Home(lone, Faulty("small", "S", quality="basic", **{**NEAR, "distance": "machine"}))
        answer = await home.ask(1)
        await home.close()
        return answer.by, answer.verdict, answer.text, lone.asked

    by, verdict, _, asked = quietly(lambda: scenario("error"))
    assert (by.provider, verdict.whole, asked) == ("p", True, 2)
    by, verdict, _, asked = quietly(lambda: scenario(Trouble("cut", after=30)))
    assert (by.provider, by.resumed, verdict.doubled, asked) == ("p", 1, (), 2)
    assert verdict.whole
    by, _, text, asked = quietly(lambda: scenario(Trouble("cut", after=30), Trouble("cut", after=2)))
    assert (by.provider, asked) == ("p", 2)
    assert text.endswith("please ask me again.")
    by, _, _, asked = quietly(lambda: scenario("hang"))
    assert (by.provider, asked) == ("small", 1)  # nobody waits for that twice


def test_only_and_models_only():
    async def scenario():
        exact = Faulty("exact", "E", quality="exact", local=True, distance="machine", price=None)
        home = Home(exact, Faulty("p", "P"), Faulty("q", "Q"))
        told = [
            await home.ask(1), await home.ask(2, models_only=True), await home.ask(3, only={"q"}),
            await home.ask(4, only=set()),
        ]  # fmt: skip
        await home.close()
        return [one.by.provider for one in told]

    assert quietly(scenario) == ["exact", "p", "q", "canned"]


def test_by_token_each_piece_is_told_at_once():
    async def scenario():
        home = Home(Faulty("p", "P", gap_s=0.1), Faulty("q", "Q"))
        pieces = [
            piece.text async for piece in home.router.answer(Question(1), deadlines=TEXT, commit="token")
        ]
        held = [piece.text async for piece in home.router.answer(Question(1), deadlines=TEXT)]
        await home.close()
        return pieces, held

    pieces, held = quietly(scenario)
    assert len(pieces) > 40
    assert len(held) == SENTENCES
    assert "".join(pieces) == "".join(held)


class Broken:
    """A station that fails."""

    def tier(self, person):
        raise ValueError("the list of persons is broken")

    def apply(self, request, caps):
        return request, VERBATIM

    async def read(self, request, caps):
        pass


def test_a_station_that_fails_lets_nobody_out_and_costs_no_answer():
    async def scenario():
        home = Home(Faulty("p", "P"))
        home.router.stations.privacy = Broken()
        told = await home.ask(1)
        await home.close()
        return told, home.providers["p"].asked

    told, asked = quietly(scenario)
    assert (told.by.provider, asked) == ("canned", 0)
    assert told.by.refusals == ["I could not ask P safely."]


class Poor:
    """A budget that is spent."""

    def reserve(self, name, caps, request, *, hedged=False):
        if caps.price:
            return Refusal("The limit for today is reached.", "Ask again tomorrow.")
        return Kept()


class Kept:
    released = settled = 0

    def settle(self, usage):
        Kept.settled += 1
        return 0.0

    def release(self):
        Kept.released += 1


def test_over_the_budget_only_who_is_free_is_asked():
    async def scenario():
        home = Home(Faulty("p", "P"), Faulty("q", "Q", **NEAR))
        home.router.stations.budget = Poor()
        told = await home.ask(1)
        await home.close()
        return told, home.providers["p"].asked

    told, asked = quietly(scenario)
    assert (told.by.provider, asked) == ("q", 0)
    assert told.by.refusals == ["The limit for today is reached."]


class Hiding:
    """Hides the number of the house, and puts it back."""

    def tier(self, person):
        return "redacted"

    async def read(self, request, caps):
        pass

    def apply(self, request, caps):
        return request, Numbers()


class Numbers:
    def __init__(self):
        self._held = ""

    def feed(self, text):
        self._held += text
        whole, mark, rest = self._held.rpartition("[")
        told, self._held = (whole, mark + rest) if mark and "]" not in rest else (self._held, "")
        return told.replace("[1]", "12")

    def finish(self):
        return self._held

    def call(self, call):
        return call


class Says(Faulty):
    def __init__(self, *words, **caps):
        super().__init__("p", "P", **caps)
        self._words = words

    async def stream(self, request, deadline):
        self.requests.append(request)
        for word in self._words:
            await asyncio.sleep(0.01)
            yield Delta(word)
        yield Usage(3, 4, 2)
        yield Done("length")


def test_what_was_hidden_is_put_back_before_it_is_told():
    async def scenario():
        home = Home(Says("House ", "[", "1", "] it ", "is. [", "2"))
        home.router.stations.privacy = Hiding()
        told = await home.ask(1)
        await home.close()
        return told

    told = quietly(scenario)
    assert told.text == "House 12 it is. [2"
    assert told.by.reason == "length"
    assert told.by.usage == Usage(3, 4, 2)


class Remembers(dict):
    """A cache."""

    def find(self, name, request):
        return self.get((name, request))

    def keep(self, name, request, answer):
        self[name, request] = answer


def test_what_was_answered_is_told_again_without_asking_but_not_to_who_listens():
    async def scenario():
        home = Home(Faulty("p", "P"), Faulty("q", "Q"))
        home.router.stations.cache = Remembers()
        for times in (VOICE, TEXT, TEXT, VOICE):
            await home.ask(1, times)
        await home.close()
        return home

    home = quietly(scenario)
    assert len({told.text for told in home.told}) == 1
    assert home.providers["p"].asked == 3
    assert home.told[2].by == Answer(provider="p", quality="full", first_s=0.0)


def test_a_question_that_is_too_long_for_all_is_told_so():
    async def scenario():
        home = Home(Faulty("p", "P"))
        told = await home.ask(1, question=Question(1, words="x" * 10_000_000))
        await home.close()
        return told, home.providers["p"].asked

    told, asked = quietly(scenario)
    assert asked == 0
    assert told.text.startswith("That is too long for P.")


def test_a_guard_that_says_no_keeps_words_from_the_world():
    class Guard:
        async def before(self, request):
            return Seen(request, "Cut is not running.")

        def after(self, *about):
            pass

    async def scenario():
        home = Home(Faulty("p", "P"), Faulty("q", "Q"), Faulty("r", "R", **NEAR))
        home.router.guard = Guard()
        told = await home.ask(1)
        await home.close()
        return told

    told = quietly(scenario)
    assert (told.by.provider, told.by.refusals) == ("r", ["Cut is not running."])


def test_words_that_are_not_final_are_marked_and_stay_in_the_house():
    async def scenario():
        near = Faulty("near", "N", **NEAR)
        home = Home(near)
        final = asyncio.Event()
        await home.ask(1, accepted=final.wait)
        final.set()
        await home.ask(2, accepted=final.wait)
        await home.close()
        return [request.speculative for request in near.requests]

    assert quietly(scenario) == [True, False]


def test_a_question_that_cannot_be_cut_is_told_so():
    class Cannot(Question):
        def for_provider(self, caps):
            raise HubError("That has no words.", fix="Write some.")

    async def scenario():
        home = Home(Faulty("p", "P"))
        told = await home.ask(1, question=Cannot(1))
        await home.close()
        return told

    assert quietly(scenario).text.startswith("That has no words.")


def test_a_price_is_counted_for_all_who_were_asked():
    async def scenario():
        price = Price(1_000_000.0, 0.0, 1_000_000.0)
        home = Home(Faulty("p", "P", in_turn(Trouble("cut", after=40)), price=price), Faulty("q", "Q", never))
        told = await home.ask(1)
        await home.close()
        return told

    assert quietly(scenario).by.cost >= 40
