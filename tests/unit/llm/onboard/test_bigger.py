from __future__ import annotations

import pytest

from hub.llm.canned import Canned
from hub.llm.onboard.bigger import Bigger, needs
from hub.llm.provider import Answer, Caps, Declined, Delta, Done, Message, Probe, Request
from hub.llm.router import Router

BEYOND = """
Translate good morning into Spanish
How do you say thank you in Japanese?
Write a Python script that sorts my files
write an essay about the sea
Who wrote Hamlet?
who was Napoleon
When was the French Revolution?
when did Elvis die
What is the population of Germany?
how tall is Mount Everest
What are the symptoms of diabetes?
Is it legal to record a phone call?
Tom has 5 apples and gives 2 to Ann. How many apples does he have left?
prove that there are infinitely many primes
""".strip().splitlines()

SMALL = """
Why is the sky blue?
Tell me something nice about the sea.
What makes bread rise in the oven?
Give me an idea for dinner tonight.
Do you like music?
Tell me about your day.
Tell me in plain words why people in cold countries enjoy saunas.
Please explain to my young son how a sailing boat moves forward.
What would be a good name for a small grey rescue cat?
Tell me what I could plant in a shady corner this spring.
Describe how a quiet evening at the lake feels in late summer.
Tell me a joke
Write a poem about the sea
write a story about a fox
who are you
who was that at the door
who is your favourite singer
how old is my dog
How long does it take to boil an egg?
my daughter is 5 and likes 3 colours, what is a good gift for her birthday?
what should I cook with 2 eggs and 3 tomatoes
I feel sad today
""".strip().splitlines()


@pytest.mark.parametrize("question", BEYOND)
def test_says_what_takes_a_larger_model(question):
    assert "larger language model" in needs(question)
    assert "page Language" in needs(question)


@pytest.mark.parametrize("question", SMALL)
def test_leaves_talk_to_the_small_model(question):
    assert needs(question) == ""


class Speaks:
    """A model that answers with its own name."""

    def __init__(self, quality, *, fails=False):
        self.name, self.caps, self._fails = quality, Caps(local=True, quality=quality, title=quality), fails

    async def stream(self, request, deadline):
        if self._fails:
            raise Declined
        yield Delta(self.name)
        yield Done()

    async def probe(self):
        return Probe(ok=True)


class Asked:
    def __init__(self, text):
        self._text = text

    def for_provider(self, caps):
        return Request((Message("user", self._text),))

    def prefix(self, caps):
        return ()


async def _who(question, *providers):
    by = Answer()
    async for _ in Router(providers, Canned()).answer(Asked(question), by):
        pass
    return by.quality


async def test_speaks_only_when_no_large_model_answers():
    asked = "who was Napoleon"
    assert await _who(asked, Speaks("basic"), Bigger(), Speaks("full")) == "full"
    assert await _who(asked, Speaks("basic"), Bigger(), Speaks("full", fails=True)) == "limit"
    assert await _who(asked, Speaks("basic"), Bigger()) == "limit"
    assert await _who("tell me a joke", Speaks("basic"), Bigger()) == "basic"
