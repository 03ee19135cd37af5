"""The voice page and its JSON: bars, figures, counts and engines."""

from __future__ import annotations

import re

import pytest

from hub import events, ports
from hub.conversation.spoken_turns import STEPS, SpokenTurn
from hub.web import voice
from hub.web.voice import WIDTH, bar, marks, scale


class Speech:
    """A voice that says what it is made of."""

    def __init__(self, state: ports.SpeechState) -> None:
        self._state = state

    async def open(self, session, audio):
        raise NotImplementedError

    def state(self) -> ports.SpeechState:
        return self._state


async def show(site) -> str:
    async with site.client.get(f"{site.url}/voice") as response:
        assert response.status == 200
        return await response.text()


def talk(hub, count: int = 3) -> None:
    for number in range(count):
        hub.spoken.take(
            events.SpeechTimed(
                session="s",
                timed=ports.Timed(
                    f"t{number}", 90.0, text=180.0, endpoint=360.0 + number, token=300.0, sound=340.0,
                    sent=365.0 + number, played=430.0 + number, sure=number % 2 == 0,
                ),
            )
        )  # fmt: skip


async def test_before_anybody_talked_it_says_so_and_why_there_is_no_voice(site) -> None:
    page = await show(site)
    assert "Nobody has talked with me since I was started." in page
    assert "Press the disc" in page
    assert "No voice plugin is running." in page
    assert "Enable the voice plugin." in page


async def test_each_turn_is_a_bar_that_says_its_parts(site, hub) -> None:
    talk(hub)
    page = await show(site)
    assert "I answered 431\N{NO-BREAK SPACE}ms after you fell silent, after 3 turns." in page
    bars = re.findall(r'<svg class="took"[^>]*aria-label="([^"]+)"', page)
    assert bars[0].replace("\N{NO-BREAK SPACE}", " ") == (
        "432 ms: hearing 180 ms, making sure 182 ms, on its way 70 ms"
    )
    assert len(bars) == 3
    assert "67\N{NO-BREAK SPACE}%" in page  # sure


@pytest.mark.parametrize(("count", "lead", "note"), [(1, 430, "after 1 turn"), (19, 439, "after 19 turns")])
async def test_of_few_turns_it_tells_how_few(site, hub, count: int, lead: int, note: str) -> None:
    talk(hub, count)
    page = (await show(site)).replace("\N{NO-BREAK SPACE}", " ")
    assert f"I answered {lead} ms after you fell silent, {note}." in page
    assert "1 in 20" not in page
    assert "usually" not in page
    assert page.count(f"</b> {note}<") == 8  # the figure and the seven steps


async def test_the_slowest_twentieth_is_told_from_twenty_turns_on(site, hub) -> None:
    talk(hub, 20)
    page = (await show(site)).replace("\N{NO-BREAK SPACE}", " ")
    assert "I answer 439 ms after you fall silent, usually." in page
    assert "1 in 20 waits 448 ms" in page
    assert "<b>369 ms</b> usually, 1 in 20 at 378 ms" in page  # the turn taken as over


async def test_the_engines_are_told_with_the_reason_and_what_would_be_better(site, hub) -> None:
    state = ports.SpeechState(
        ears="Moonshine <tiny>", mouth="Piper", tier="quick", reason="It suits it.", fix="Run: hub voice prepare",
        open=3, talking=1, most=7,
    )  # fmt: skip
    hub.provide(ports.Speech, Speech(state))
    page = await show(site)
    assert "Ears: Moonshine &lt;tiny&gt;" in page
    assert "Run: hub voice prepare" in page
    assert "Talks at once: 7" in page
    assert "3 open" in page


async def test_what_is_counted_stands_there(site, hub) -> None:
    hub.spoken.take(events.SpeechCounted(session="s", what="underrun", times=1234))
    page = await show(site)
    assert re.search(r'class="care"><dt>Gaps in the sound</dt><dd>1,234', page)


@pytest.mark.parametrize("totals", [[], [200.0], [900.0, 2600.0], [1e9]])
def test_the_scale_has_whole_marks_and_room(totals: list[float]) -> None:
    widest = scale([SpokenTurn("t", 0.0, sent=total) for total in totals])
    assert 1000 <= widest <= 4000
    assert widest % 500 == 0
    assert marks(widest)[-1][0] == WIDTH


def test_a_bar_never_leaves_its_frame_and_its_parts_do_not_overlap() -> None:
    drawn = bar(SpokenTurn("t", 50, text=5000, endpoint=100, token=None, sound=7000, sent=1), 2000)
    assert all(at >= 0 and at + wide <= WIDTH + 1 for _, at, wide in drawn.parts)
    ends = [at + wide for _, at, wide in drawn.parts]
    assert all(at >= end - 1 for (_, at, _), end in zip(drawn.parts[1:], ends, strict=False))


def test_every_step_has_a_title_and_a_part() -> None:
    assert set(voice.TITLES) == set(STEPS)
    assert {step for steps in voice.PARTS.values() for step in steps} == set(STEPS)
    assert set(voice.PARTS) == set(voice.PART_TITLES)
