"""Pacing, acknowledgement and interruption on a clock of our own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import Audio, Finished, Heard, Started
from hub_voice.playback.playback import Playback
from hub_voice.settings import Output

RATE = 1000
OUTPUT = Output()


class Play:
    """A playback whose synthesiser makes 50 ms of sound for each character, at once."""

    def __init__(self) -> None:
        self.playback = Playback(OUTPUT, RATE, epoch=1)
        self.now, self.events = 100.0, []

    def step(self, seconds: float, *, acknowledge: bool = False) -> None:
        for _ in range(round(seconds / 0.04)):
            while piece := self.playback.next_piece(self.now):
                self.playback.sounded(piece, np.ones(50 * len(piece.text), np.int16))
            self.events += self.playback.due(self.now)
            if acknowledge and self.sent():
                self.playback.acknowledge(1, max(0, self.sent() - 300), self.now)
            self.now += 0.04

    def all(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def sent(self) -> int:
        return sum(len(event.pcm) // 2 for event in self.all(Audio))


def test_nothing_sounds_before_release_but_all_is_ready() -> None:
    play = Play()
    play.playback.say("t", "Hello there. And more.", play.now, last=True)
    play.step(1)
    assert not play.events
    play.playback.release("t")
    play.events += play.playback.due(play.now)
    assert isinstance(play.events[0], Started)
    assert play.sent() > 0


def test_at_most_two_seconds_are_ahead() -> None:
    play = Play()
    play.playback.say("t", "A sentence of some length. " * 20, play.now, last=True)
    play.playback.release("t")
    play.step(0.04)
    assert play.sent() <= RATE * 2 + 80
    play.step(3)
    assert RATE * 4.8 < play.sent() <= RATE * 5.1


def test_a_client_that_does_not_play_is_waited_for() -> None:
    play = Play()
    play.playback.say("t", "A sentence of some length. " * 20, play.now, last=True)
    play.playback.release("t")
    play.step(0.04)
    play.playback.acknowledge(1, 100, play.now)
    play.step(2)
    assert play.sent() <= 2000 + 100 + 80


def test_heard_grows_by_words_and_ends_with_all() -> None:
    play = Play()
    text = "Good morning to you. The rest is silence."
    play.playback.say("t", text[:20], play.now)
    play.playback.say("t", text[20:], play.now, last=True)
    play.playback.release("t")
    play.step(5)
    heard = [event.chars for event in play.all(Heard)]
    assert heard == sorted(set(heard))
    assert heard[-1] == len(text)
    assert all(chars == len(text) or text[chars - 1] in " ." or chars == 0 for chars in heard)
    assert [event.turn for event in play.all(Finished)] == ["t"]
    assert not play.playback.pending


def test_an_interruption_says_what_was_heard_and_is_final() -> None:
    play = Play()
    play.playback.say("t", "One two three four five six seven eight nine ten.", play.now, last=True)
    play.playback.release("t")
    play.step(1.2)
    turn, heard = play.playback.interrupt(play.now)
    assert turn == "t"
    assert 8 <= heard <= 24
    assert not play.playback.say("t", "More.", play.now)
    play.playback.release("t")
    play.events.clear()
    play.step(2)
    assert not play.events
    play.playback.say("u", "New.", play.now, last=True)
    play.playback.release("u")
    play.step(1)
    assert {event.epoch for event in play.all(Audio)} == {2}


def test_a_resumed_answer_counts_from_where_it_was() -> None:
    play = Play()
    play.playback.say("t", "the end.", play.now, last=True, at=100)
    play.playback.release("t")
    play.step(2)
    assert play.all(Heard)[-1].chars == 108


def test_text_without_an_end_is_spoken_after_a_while() -> None:
    play = Play()
    play.playback.release("t")
    play.playback.say("t", "Well", play.now)
    play.step(0.2)
    assert not play.events
    play.step(1.2)
    assert play.sent()


def test_an_answer_of_marks_only_is_finished_at_once() -> None:
    play = Play()
    play.playback.say("t", "---", play.now, last=True)
    play.playback.release("t")
    play.step(0.1)
    assert play.all(Finished)
    assert not play.all(Audio)


def test_an_empty_last_piece_ends_the_answer() -> None:
    play = Play()
    play.playback.release("t")
    play.playback.say("t", "Done.", play.now)
    play.step(0.1)
    play.playback.say("t", "", play.now, last=True)
    play.step(2)
    assert play.all(Finished)


def test_too_much_text_is_refused() -> None:
    play = Play()
    assert not play.playback.say("t", "a" * (OUTPUT.longest_text + 1), play.now)


def test_the_words_around_the_listener_are_known() -> None:
    play = Play()
    play.playback.say("t", "One two three four. Five six seven eight. Nine ten eleven.", play.now, last=True)
    play.playback.release("t")
    assert play.playback.saying(play.now) == ""
    play.step(0.4)
    assert play.playback.saying(play.now).startswith("One two three four")
    play.step(2)
    assert "Five six seven eight" in play.playback.saying(play.now)
    play.step(1.4)
    assert play.all(Finished)
    assert "Nine ten eleven" in play.playback.saying(play.now)


def test_an_answer_that_waits_for_its_next_words_is_not_over() -> None:
    play = Play()
    play.playback.say("t", "One moment.", play.now)
    play.playback.release("t")
    assert not play.playback.sounding
    play.step(1.5)
    assert play.playback.sounding
    play.step(4)
    play.playback.acknowledge(
        play.playback.epoch, sum(len(each.pcm) // 2 for each in play.all(Audio)), play.now
    )
    assert play.playback.sounding, "all that came was heard, and there is more to come"
    play.playback.say("t", "It is ten.", play.now, last=True)
    play.step(4)
    assert play.all(Finished)
    assert not play.playback.sounding


def test_answers_to_words_that_were_never_accepted_do_not_mute_the_one_that_is() -> None:
    play = Play()
    for turn in ("first", "second", "third"):
        play.playback.say(turn, "A sentence of some length. " * 3, play.now, last=True)
        play.step(0.2)
    play.playback.release("third")
    play.step(1)
    assert [event.turn for event in play.all(Started)] == ["third"]
    assert not play.playback.say("first", "Late.", play.now)


def test_an_answer_that_is_held_begins_when_it_is_let_go() -> None:
    play = Play()
    play.playback.held = True
    play.playback.say("t", "Hello there.", play.now, last=True)
    play.playback.release("t")
    play.step(0.5)
    assert not play.events
    play.playback.held = False
    play.step(0.1)
    assert play.all(Started)


Steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from("abc"), st.text("hi .,\n", max_size=60), st.booleans()),
        st.tuples(st.just("release"), st.sampled_from("abc")),
        st.tuples(st.just("played"), st.integers(-5, 9), st.integers(-(10**9), 10**9)),
        st.tuples(st.just("interrupt")),
        st.tuples(st.just("step"), st.floats(0, 3)),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(Steps)
def test_whatever_happens_in_whatever_order(steps: list[tuple]) -> None:
    play = Play()
    for what, *values in steps:
        match what:
            case "say":
                play.playback.say(values[0], values[1], play.now, last=values[2])
            case "release":
                play.playback.release(values[0])
            case "played":
                play.playback.acknowledge(values[0], values[1], play.now)
            case "interrupt":
                play.playback.interrupt(play.now)
            case "step":
                play.step(values[0])
    epochs = [event.epoch for event in play.all(Audio)]
    assert epochs == sorted(epochs)
    for turn in "abc":
        heard = [event.chars for event in play.all(Heard) if event.turn == turn]
        assert heard == sorted(heard)
        assert sum(event.turn == turn for event in play.all(Finished)) <= 1
