"""The turn machine under every order of events."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub import Counted, Draft, Duck, Voiced, Withdrawn
from hub_voice.settings import Waits, windows
from hub_voice.turn.actions import Accept, Action, Floor, Glance, Interrupt, Judge, Transcribe
from hub_voice.turn.echo import NOTHING, Overlap
from hub_voice.turn.taker import TurnTaker

WAITS = Waits()


class Play:
    """A machine, its actions so far, and shorthand to feed it."""

    def __init__(self, *, push: bool = False) -> None:
        self.turns = TurnTaker(WAITS)
        self.actions: list[Action] = []
        self.floor = Floor.FREE
        self.judged = 0
        self.over: float | None = None
        self.do(self.turns.listen(push=push))

    def do(self, actions: list[Action]) -> None:
        self.actions += actions

    def speak(
        self, ms: float, probability: float = 0.95, words: str | None = None, level: float = -30.0
    ) -> None:
        """Speak; ``words``: what every quick look meanwhile finds."""
        if probability > WAITS.voiced:
            self.over = None
        for _ in range(windows(ms)):
            self.do(self.turns.window(probability, self.floor, level))
            self.look()
            if words is not None:
                self.glimpse(words)

    def glimpse(self, words: str, over: Overlap = NOTHING) -> None:
        """Answer the last look, as the first that did is answered."""
        if self.all(Glance):
            self.do(self.turns.glimpsed(self.last(Glance).ticket, words, over))

    def pause(self, ms: float) -> None:
        self.speak(ms, 0.02)

    def answer(self, text: str, over: float | None = None) -> None:
        ticket = self.last(Transcribe).ticket
        self.over = over
        self.do(self.turns.transcribed(ticket, text))
        self.look()

    def look(self) -> None:
        """Answer every look of the turn model that is still open, as the words were answered."""
        while self.over is not None and self.judged < len(self.all(Judge)):
            self.judged += 1
            self.do(self.turns.judged(self.all(Judge)[self.judged - 1].ticket, self.over))

    def all(self, kind: type) -> list:
        return [action for action in self.actions if isinstance(action, kind)]

    def last(self, kind: type):
        return self.all(kind)[-1]


def test_a_turn_ends_soon_when_words_and_model_agree() -> None:
    play = Play()
    play.speak(1000)
    play.pause(160)
    play.answer("What time is it?", over=0.9)
    assert not play.all(Accept)
    play.pause(128)
    assert play.last(Accept).text == "What time is it?"
    assert [action.speaking for action in play.all(Voiced)] == [True, False]


@pytest.mark.parametrize(
    ("text", "over", "ms"),
    [
        ("Turn off the lamp.", 0.9, WAITS.sure_ms),
        ("Turn it off.", 0.9, WAITS.likely_ms),
        ("Is it off?", 0.2, WAITS.plain_ms),
        ("It is off.", 0.9, WAITS.likely_ms),
        ("It is off.", 0.2, WAITS.plain_ms),
        ("Turn it off.", 0.001, WAITS.doubtful_ms),
        ("It is off,", 0.9, WAITS.plain_ms),
        ("Turn it off,", 0.6, WAITS.certain_ms),
        ("Turn it off and.", 0.9, WAITS.certain_ms),
        ("If I turn it off.", 0.6, WAITS.open_ms),
    ],
)
def test_how_much_silence_ends_a_turn(text: str, over: float, ms: float) -> None:
    play = Play()
    play.speak(800)
    play.pause(96)
    play.answer(text, over)
    play.pause(ms - 96 - 64)
    assert not play.all(Accept)
    play.pause(64)
    assert play.last(Accept).text == text


def test_speech_that_goes_on_withdraws_the_draft_and_is_transcribed_whole() -> None:
    play = Play()
    play.speak(800)
    play.pause(160)
    first = play.last(Transcribe)
    play.answer("Turn on the light.", over=0.3)
    play.speak(500)
    assert play.last(Withdrawn).revision == first.ticket
    play.pause(160)
    second = play.last(Transcribe)
    assert second.first == first.first
    assert second.last > first.last
    play.answer("Turn on the light, and the fan.", over=0.9)
    play.pause(200)
    assert [action.text for action in play.all(Accept)] == ["Turn on the light, and the fan."]


def test_one_voiced_window_in_a_pause_is_not_speech() -> None:
    play = Play()
    play.speak(800)
    play.pause(96)
    play.speak(32)
    play.pause(96)
    play.answer("Stop.", over=0.9)
    play.pause(200)
    assert len(play.all(Transcribe)) == 1
    assert play.all(Accept)


@pytest.mark.parametrize("ms", [64, 128, 200])
def test_a_short_noise_comes_to_nothing(ms: float) -> None:
    play = Play()
    play.speak(ms)
    play.pause(1500)
    assert not play.all(Transcribe)
    assert not play.all(Accept)
    assert [action.speaking for action in play.all(Voiced)] == [True, False]


@pytest.mark.parametrize("text", ["You", "So", "", "Um.", "you you", "Thank you."])
def test_a_phantom_is_never_a_turn(text: str) -> None:
    play = Play()
    play.speak(300)
    play.pause(96)
    play.answer(text, over=0.99)
    play.pause(1200)
    assert not play.all(Draft)
    assert not play.all(Accept)
    assert play.last(Withdrawn)


def test_a_late_transcript_is_waited_for() -> None:
    play = Play()
    play.speak(800)
    play.pause(3000)
    assert not play.all(Accept)
    play.answer("Are you there?")
    assert play.last(Accept)


def test_what_was_overtaken_is_no_longer_wanted() -> None:
    play = Play()
    play.speak(800)
    play.pause(96)
    first = play.last(Transcribe).ticket
    assert play.turns.wants(first)
    play.speak(200)
    assert not play.turns.wants(first)
    play.pause(96)
    assert play.turns.wants(play.last(Transcribe).ticket)


def test_push_to_talk_ends_only_when_finished() -> None:
    play = Play(push=True)
    play.speak(800)
    play.pause(5000)
    play.answer("Let me think.", over=0.99)
    assert not play.all(Accept)
    assert not play.all(Judge)
    play.do(play.turns.finish())
    assert play.last(Accept).text == "Let me think."
    assert not play.turns.listening


def test_finish_before_the_transcript_waits_for_it_and_listening_may_go_on() -> None:
    play = Play(push=True)
    play.speak(800)
    play.do(play.turns.finish())
    asked = play.last(Transcribe)
    play.do(play.turns.listen(push=True))
    play.do(play.turns.finish())
    play.do(play.turns.transcribed(asked.ticket, "Hello there."))
    assert [action.text for action in play.all(Accept)] == ["Hello there."]


def test_finish_without_a_word_says_that_nothing_came_of_it() -> None:
    play = Play(push=True)
    play.pause(300)
    play.do(play.turns.finish())
    play.do(play.turns.finish())
    assert len(play.all(Withdrawn)) == 1


def test_ignore_drops_everything() -> None:
    play = Play()
    play.speak(800)
    play.pause(100)
    play.answer("Never mind.")
    play.do(play.turns.ignore())
    play.do(play.turns.judged(play.last(Transcribe).ticket, 0.99))
    play.pause(2000)
    assert play.all(Withdrawn)
    assert not play.all(Accept)


def test_long_speech_is_cut_at_its_quietest_place_and_put_together() -> None:
    play = Play()
    play.speak(14_000)
    play.pause(32)
    play.speak(8_000)
    part = play.last(Transcribe)
    assert abs(part.last - windows(14_000)) <= 2
    play.do(play.turns.transcribed(part.ticket, "I want the first half"))
    play.pause(160)
    play.answer("and the second.", over=0.9)
    play.pause(WAITS.plain_ms)
    assert play.last(Accept).text == "I want the first half and the second."
    assert all(action.last - action.first <= windows(20_000) for action in play.all(Transcribe))


def test_noise_without_end_becomes_a_turn_at_last() -> None:
    play = Play()
    for _ in range(windows(400_000)):
        play.do(play.turns.window(0.95, Floor.FREE))
        for asked in play.all(Transcribe):
            play.do(play.turns.transcribed(asked.ticket, "Blah blah."))
        play.actions = [action for action in play.actions if not isinstance(action, Transcribe)]
    assert play.all(Accept)


def test_speech_before_the_answer_sounds_continues_the_turn() -> None:
    play = Play()
    play.speak(800)
    play.pause(160)
    play.answer("Turn on the light.", over=0.9)
    play.pause(160)
    assert play.all(Accept)
    first = play.last(Transcribe).first
    play.floor = Floor.PENDING
    assert not play.turns.holding
    play.speak(96)
    assert play.turns.holding, "no answer begins while somebody may be speaking"
    play.speak(600, words="In the kitchen")
    assert len(play.all(Interrupt)) == 1
    assert Counted("merge") in play.actions
    play.floor = Floor.FREE
    play.pause(160)
    assert play.last(Transcribe).first == first


@pytest.mark.parametrize("words", ["", "You", "Mhm.", "Okay.", "(coughs)"])
def test_a_cough_before_the_answer_sounds_cancels_nothing(words: str) -> None:
    play = asked()
    play.speak(400, words=words)
    play.pause(800)
    assert not play.all(Interrupt)
    assert not play.turns.holding


def test_music_before_the_answer_sounds_does_not_keep_it_waiting() -> None:
    play = asked()
    play.speak(2000, words="")
    assert not play.turns.holding
    assert not play.all(Interrupt)


def test_who_says_stop_before_the_answer_sounds_begins_a_turn_of_their_own() -> None:
    play = asked()
    play.speak(200)
    play.pause(96)
    play.glimpse("Stop.")
    assert len(play.all(Interrupt)) == 1
    assert Counted("merge") not in play.actions


@pytest.mark.parametrize("word", ["Stop.", "Yes.", "No."])
def test_a_short_word_alone_is_a_turn(word: str) -> None:
    play = Play()
    play.speak(160)
    play.pause(96)
    play.glimpse(word)
    play.pause(64)
    play.answer(word, over=0.9)
    play.pause(300)
    assert play.last(Accept).text == word


def asked() -> Play:
    """A turn was taken, and its answer is on its way."""
    play = Play()
    play.speak(800)
    play.pause(160)
    play.answer("Turn on the light.", over=0.9)
    play.pause(160)
    assert play.last(Accept).sure
    play.floor = Floor.PENDING
    return play


def test_who_goes_on_again_and_again_is_given_more_time() -> None:
    play = Play()
    for _ in range(3):
        play.speak(800)
        play.pause(160)
        play.answer("Turn on the light.", over=0.9)
        play.pause(600)
        play.floor = Floor.PENDING
        play.speak(600, words="in the kitchen")
        play.floor = Floor.FREE
        play.pause(160)
        play.answer("Turn on the light in the kitchen.", over=0.9)
        play.pause(600)
    play.speak(800)
    before = len(play.all(Accept))
    play.pause(160)
    play.answer("Turn off the lamp.", over=0.9)
    play.pause(WAITS.sure_ms - 160)
    assert len(play.all(Accept)) == before
    play.pause(WAITS.sure_ms)
    assert len(play.all(Accept)) == before + 1


def test_words_that_look_unfinished_are_not_told_ahead_until_late() -> None:
    play = Play()
    play.speak(800)
    play.pause(160)
    play.answer("When you have finished,", over=0.1)
    assert not play.all(Draft)
    play.pause(WAITS.draft_anyway_ms)
    assert play.all(Draft)


def test_what_somebody_is_saying_can_be_captioned_until_they_pause() -> None:
    play = Play()
    assert play.turns.speech is None
    play.speak(600)
    first, last = play.turns.speech or (0, 0)
    assert last - first >= windows(600)
    play.pause(200)
    assert play.turns.speech is None


def test_what_fades_out_is_the_end_though_the_detector_lingers() -> None:
    play = Play()
    play.speak(800, level=-25)
    play.speak(64, level=-25 - WAITS.faint_db + 3)
    assert not play.all(Transcribe)
    play.speak(64, level=-25 - WAITS.faint_db - 3)
    assert play.all(Transcribe)


Steps = st.lists(
    st.one_of(
        st.tuples(st.just("speak"), st.integers(1, 60)),
        st.tuples(st.just("pause"), st.integers(1, 60)),
        st.tuples(st.just("words"), st.sampled_from(["", "You", "Stop it.", "And then", "Yes."])),
        st.tuples(st.just("old words"), st.sampled_from(["Late.", ""])),
        st.tuples(
            st.just("look"),
            st.sampled_from(["", "Mhm.", "Stop", "Tell me more", "the old lighthouse keeper"]),
        ),
        st.tuples(st.just("over"), st.floats(0, 1)),
        st.tuples(st.just("floor"), st.sampled_from(list(Floor))),
        st.tuples(st.just("listen"), st.booleans()),
        st.tuples(st.just("finish"), st.none()),
        st.tuples(st.just("ignore"), st.none()),
    ),
    max_size=80,
)


@example([("listen", True), ("speak", 1), ("pause", 2), ("words", "Stop it."), ("finish", None)])
@settings(max_examples=400, deadline=None)
@given(Steps)
def test_whatever_happens_in_whatever_order(steps: list[tuple]) -> None:
    play = Play()
    for what, value in steps:
        match what:
            case "speak" | "pause":
                play.speak(value * 32, 0.95 if what == "speak" else 0.02)
            case "words" | "over" if play.all(Transcribe):
                play.answer(value) if what == "words" else play.do(
                    play.turns.judged(play.last(Transcribe).ticket, value)
                )
            case "old words" if play.all(Transcribe):
                play.do(play.turns.transcribed(play.all(Transcribe)[0].ticket, value))
            case "look":
                play.glimpse(value, Overlap("and so the old lighthouse keeper went home"))
            case "floor":
                play.floor = value
            case "listen":
                play.do(play.turns.listen(push=value))
            case "finish":
                play.do(play.turns.finish())
            case "ignore":
                play.do(play.turns.ignore())
    for _ in range(3):  # every look and every transcript is answered at last, and the room falls silent
        play.glimpse("")
        for asked in play.all(Transcribe):
            play.do(play.turns.transcribed(asked.ticket, ""))
        play.floor = Floor.FREE
        play.pause(2000)
    check(play)
    assert play.turns.silent
    ducks = [action.on for action in play.all(Duck)]
    assert not ducks or ducks[-1] is False, "an answer is not left lowered"
    drafted = {action.revision for action in play.all(Draft)}
    ended = {action.revision for action in play.actions if isinstance(action, Accept | Withdrawn)}
    pushed = [value for what, value in steps if what == "listen"]
    if not (play.turns.listening and pushed and pushed[-1]):  # a button held goes on
        assert drafted <= ended | replaced(play), "every draft comes to an end"


def replaced(play: Play) -> set[int]:
    """Drafts whose words went into a later one, whole."""
    last = max((action.revision for action in play.all(Draft)), default=0)
    return {action.revision for action in play.all(Draft) if action.revision < last}


def check(play: Play) -> None:
    asked = [action.ticket for action in play.all(Transcribe)]
    assert asked == sorted(set(asked)), "tickets only grow"
    for action in [*play.all(Transcribe), *play.all(Judge)]:
        assert 0 <= action.first < action.last
        assert action.last - action.first <= windows(WAITS.segment_ms) + windows(WAITS.merge_ms) + 30
    accepted = [action.revision for action in play.all(Accept)]
    assert len(accepted) == len(set(accepted)), "a turn is accepted once"
    assert all(action.text.strip() for action in play.all(Accept)), "no turn without words"
    over: set[int] = set()
    for action in play.actions:
        if isinstance(action, Draft | Accept):
            assert action.revision not in over, "what is over does not come back"
            assert action.revision in asked
        if isinstance(action, Accept | Withdrawn):
            over.add(action.revision)
    voices = [action.speaking for action in play.all(Voiced)]
    assert all(a != b for a, b in itertools.pairwise(voices)), "voice begins and ends in turn"
    ducks = [action.on for action in play.all(Duck)]
    assert all(a != b for a, b in itertools.pairwise(ducks)), "an answer is lowered and lifted in turn"
    assert not ducks or ducks[0]
