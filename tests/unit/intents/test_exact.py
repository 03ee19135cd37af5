from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intents import Exact, answer
from hub.llm.provider import Declined, Message, Request

from .questions import ASKED, ASKED_EITHER, DECLINED, NOW


@pytest.mark.parametrize("question", ASKED)
def test_answers_exactly(question):
    want = ASKED[question]
    texts = (want,) if isinstance(want, str) else want
    said = answer(question, NOW)
    assert said is not None
    assert (any if question in ASKED_EITHER else all)(text in said for text in texts), said


@pytest.mark.parametrize("question", DECLINED)
def test_declines_what_it_is_not_sure_of(question):
    assert answer(question, NOW) is None


SALAD = [
    "what",
    "is",
    "the",
    "how",
    "many",
    "time",
    "days",
    "until",
    "5",
    "plus",
    "of",
    "percent",
    "in",
    "km",
    "miles",
    "a",
    "and",
    "half",
    "to",
    "3rd",
    "(",
    "-",
    "^",
    "9",
]


@given(st.text(max_size=400))
def test_survives_any_text(text):
    said = answer(text, NOW)
    assert said is None or said.endswith((".", "?"))


@given(
    st.lists(
        st.sampled_from(
            [
                "what",
                "is",
                "the",
                "how",
                "many",
                "time",
                "days",
                "until",
                "5",
                "plus",
                "of",
                "percent",
                "in",
                "km",
                "miles",
                "a",
                "and",
                "half",
                "to",
                "3rd",
                "(",
                "-",
                "^",
                "9",
            ]
        ),
        max_size=12,
    )
)
def test_survives_word_salad(words):
    answer(" ".join(words), NOW)


@given(st.integers(0, 3000), st.sampled_from(["days", "weeks"]))
def test_dates_ahead_agree_with_the_calendar(count, unit):
    day = NOW.date() + timedelta(days=count * (7 if unit == "weeks" else 1))
    said = answer(f"what date is in {count} {unit}", NOW)
    assert said is not None
    assert f"{day:%A}, {day.day} {day:%B} {day.year}" in said


def test_counts_hours_across_the_end_of_summer_time():
    evening = datetime(2026, 10, 24, 23, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert "8 hours" in (answer("how long until 6 am", evening) or "")
    assert "06:00" in (answer("what time will it be in 8 hours", evening) or "")


async def test_provider_streams_the_answer_and_declines_the_rest():
    exact = Exact()
    pieces = [p async for p in exact.stream(Request((Message("user", "2 + 2"),)), 1.0)]
    assert "is 4" in pieces[0].text
    with pytest.raises(Declined):
        async for _ in exact.stream(Request((Message("user", "tell me a joke"),)), 1.0):
            pass
    assert (await exact.probe()).ok


def test_importing_loads_no_model_and_no_machine_probe():
    heavy = ["psutil", "numpy", "xllamacpp", "hub.intents.units"]
    code = f"import sys, hub.intents; print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


@pytest.mark.parametrize("start", ["", "what is ", "how many ", "when is ", "turn on ", "can i take "])
@pytest.mark.parametrize(
    "unit", ["the next ", "and ", "1 + ", "(", "thank you ", "a", "9", "in ", "one hundred and "]
)
def test_repetition_does_not_explode(start, unit):
    """A pattern that backtracks without bound would never come back from these."""
    answer((start + unit * 300)[:290] + " !x", NOW)


async def test_says_the_last_answer_again_as_one_that_was_given():
    exact = Exact()
    talk = (Message("user", "seven times eight"), Message("assistant", "That is 56."))
    for question in ("say that again", "Sorry, could you repeat that please?", "I didn't catch that"):
        pieces = [p async for p in exact.stream(Request((*talk, Message("user", question))), 1.0)]
        assert pieces[0].text == "I said: That is 56."
    with pytest.raises(Declined):
        async for _ in exact.stream(Request((Message("user", "say that again"),)), 1.0):
            pass
