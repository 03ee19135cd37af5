"""Two steps to an interruption: a window of voice lowers the answer, words stop it."""

from __future__ import annotations

import pytest

from hub import Counted, Duck, Voiced
from hub_voice.settings import WINDOW_MS, Waits, windows
from hub_voice.turn.actions import Accept, Action, Floor, Glance, Interrupt, Transcribe
from hub_voice.turn.echo import Overlap
from hub_voice.turn.taker import TurnTaker

WAITS = Waits()
SAYING = Overlap("Let me tell you about a ship, a storm and the old lighthouse keeper.")


class Over:
    """A machine over an answer that has sounded for a while."""

    def __init__(self, waits: Waits = WAITS) -> None:
        self.turns = TurnTaker(waits)
        self.actions: list[Action] = self.turns.listen(push=False)
        self.floor = Floor.SOUNDING
        self.hears = ""
        self.voice(2000, 0.02)
        self.actions = []

    def voice(self, ms: float, probability: float = 0.95, level: float = -30.0) -> None:
        """Some sound; whatever is looked at meanwhile is what `hears` says."""
        for _ in range(windows(ms)):
            self.do(self.turns.window(probability, self.floor, level))

    def do(self, actions: list[Action]) -> None:
        self.actions += actions
        for action in actions:
            if isinstance(action, Glance):
                self.do(self.turns.glimpsed(action.ticket, self.hears, SAYING))

    def pause(self, ms: float) -> None:
        self.voice(ms, 0.02)

    def all(self, kind: type) -> list:
        return [action for action in self.actions if isinstance(action, kind)]


def test_one_window_of_voice_lowers_the_answer_and_cancels_nothing() -> None:
    over = Over()
    over.voice(WINDOW_MS)
    assert over.actions == [Duck(True)]


@pytest.mark.parametrize(
    "heard", ["", "You", "Mhm.", "Mm-hmm.", "Yeah, okay.", "(coughs)", "Uh-huh.", "Ha ha ha"]
)
def test_what_is_no_word_lifts_it_again_and_is_counted(heard: str) -> None:
    over = Over()
    over.hears = heard
    over.voice(600)
    over.pause(500)
    assert over.all(Duck) == [Duck(True), Duck(False)]
    assert over.all(Counted) == [Counted("false_barge_in")]
    assert not over.all(Interrupt)
    assert not over.all(Voiced)
    over.pause(2000)
    assert not over.all(Transcribe), "no turn comes of it"


def test_words_stop_it_once_there_is_voice_enough() -> None:
    over = Over()
    over.hears = "What about tomorrow"
    over.voice(256)
    assert not over.all(Interrupt)
    over.voice(200)
    assert over.all(Interrupt)
    assert over.all(Duck) == [Duck(True), Duck(False)]
    assert over.all(Voiced) == [Voiced(True)]
    assert not over.all(Counted)


def test_what_interrupts_becomes_the_next_turn_with_its_first_syllable() -> None:
    over = Over()
    over.hears = "What about tomorrow"
    over.voice(500)
    over.floor = Floor.FREE
    over.voice(300)
    over.pause(160)
    asked = over.all(Transcribe)[-1]
    assert windows(2000) - windows(320) <= asked.first <= windows(2000) - windows(200)
    over.do(over.turns.transcribed(asked.ticket, "What about tomorrow?"))
    over.do(over.turns.judged(asked.ticket, 0.9))
    over.pause(300)
    assert [action.text for action in over.all(Accept)] == ["What about tomorrow?"]


@pytest.mark.parametrize("heard", ["Stop.", "No!", "Wait", "Cancel", "Oh no, stop it"])
def test_a_command_always_wins_however_short(heard: str) -> None:
    over = Over()
    over.hears = heard
    over.voice(160)
    over.pause(128)
    assert over.all(Interrupt)


def test_one_word_must_be_heard_twice() -> None:
    over = Over()
    over.hears = "Cut"
    over.voice(330)
    assert not over.all(Interrupt)
    over.hears = "Louder"
    over.pause(128)
    assert not over.all(Interrupt)
    over.pause(400)
    over.voice(400)
    over.pause(128)
    assert over.all(Interrupt)


def test_who_had_words_and_goes_on_after_a_short_pause_does_not_begin_anew() -> None:
    for pause, stops in ((400, True), (1000, False)):
        over = Over()
        over.hears = "Tomorrow"
        over.voice(224)
        over.pause(pause)
        assert over.all(Duck) == [Duck(True), Duck(False)], "the answer is loud again meanwhile"
        over.hears = "Tomorrow then"
        over.voice(224)
        assert bool(over.all(Interrupt)) is stops, pause


def test_what_was_no_word_goes_on_with_nothing() -> None:
    over = Over()
    over.hears = "Mhm."
    for _ in range(6):
        over.voice(224)
        over.pause(400)
    assert not over.all(Interrupt)
    assert over.all(Counted) == 6 * [Counted("false_barge_in")]


def test_thanks_are_more_than_a_sign_of_listening() -> None:
    over = Over()
    over.hears = "Thank you."
    over.voice(330)
    assert not over.all(Interrupt)
    over.voice(200)
    assert over.all(Interrupt)


def test_a_voice_that_may_be_the_answers_own_takes_longer() -> None:
    stopped = []
    for likeness in (0.4, 0.55, 0.65):
        over = Over()
        for window in range(60):
            for action in over.turns.window(0.95, over.floor):
                if isinstance(action, Glance):
                    acts = over.turns.glimpsed(
                        action.ticket, "what about tomorrow", Overlap(SAYING.saying, likeness)
                    )
                    if any(isinstance(act, Interrupt) for act in acts):
                        stopped.append((likeness, window))
    assert [likeness for likeness, _ in stopped] == [0.4, 0.55, 0.65]
    assert [window for _, window in stopped] == sorted({window for _, window in stopped})


def test_one_word_over_and_over_is_one_word() -> None:
    over = Over()
    over.hears = "the top, the top, the top"
    over.voice(330)
    assert not over.all(Interrupt)


def test_the_answer_heard_by_the_microphone_is_an_echo_and_no_interruption() -> None:
    over = Over()
    over.hears = "ship a storm and the old light house"
    over.voice(1500)
    over.pause(500)
    assert not over.all(Interrupt)
    assert over.all(Counted) == [Counted("echo")]
    assert over.all(Duck) == [Duck(True), Duck(False)]


def test_after_an_echo_words_come_before_ducking() -> None:
    over = Over()
    over.hears = "the old lighthouse keeper"
    over.voice(600)
    over.pause(500)
    before = len(over.all(Duck))
    over.voice(160)
    assert len(over.all(Duck)) == before
    over.hears = "can you please tell me something else"
    over.voice(1300)
    assert over.all(Interrupt)


def test_after_a_true_interruption_an_answer_is_lowered_at_once_again() -> None:
    over = Over()
    over.hears = "the old lighthouse keeper"
    over.voice(600)
    over.pause(500)
    over.hears = "can you please tell me something else"
    over.voice(1300)
    assert over.all(Interrupt)
    over.do(over.turns.ignore())
    over.do(over.turns.listen(push=False))
    before = over.all(Duck).count(Duck(True))
    over.voice(160)
    assert over.all(Duck).count(Duck(True)) == before + 1


def test_a_command_in_the_answer_itself_is_an_echo() -> None:
    over = Over()
    over.hears = "the old lighthouse"
    over.do(over.turns.window(0.95, over.floor))
    for _ in range(20):
        for action in over.turns.window(0.95, over.floor):
            if isinstance(action, Glance):
                over.actions += over.turns.glimpsed(
                    action.ticket, "never stop dancing", Overlap("We never stop dancing here.")
                )
    assert not over.all(Interrupt)


def test_the_first_second_takes_more() -> None:
    over = Over()
    over.floor = Floor.FREE
    over.pause(100)
    over.floor = Floor.SOUNDING
    over.voice(500, 0.85)
    assert not over.all(Duck)
    over.pause(600)
    over.voice(64, 0.85)
    assert over.all(Duck)


def test_a_garbled_echo_is_known_by_its_sound_and_a_command_wins_over_likeness() -> None:
    for likeness, words, stops in (
        (0.8, "hatsogen taxi junkies", False),
        (0.5, "hatsogen taxi junk", True),
        (0.8, "wait a second", True),
        (0.9, "wait a second", False),
    ):
        over = Over()
        for _ in range(16):
            for action in over.turns.window(0.95, over.floor):
                over.actions.append(action)
                if isinstance(action, Glance):
                    over.actions += over.turns.glimpsed(
                        action.ticket, words, Overlap(SAYING.saying, likeness)
                    )
        assert bool(over.all(Interrupt)) is stops, (likeness, words)


def test_after_music_the_next_voice_lowers_the_answer_at_once() -> None:
    over = Over()
    over.voice(2500)
    over.pause(600)
    before = len(over.all(Duck))
    over.voice(WINDOW_MS)
    assert len(over.all(Duck)) == before + 1


def test_a_voice_from_another_room_is_not_the_person() -> None:
    over = Over()
    over.turns._over._overheard.person(-25.0)
    over.hears = "and now the news at ten"
    over.voice(2000, level=-25.0 - WAITS.distant_db - 4)
    over.pause(500)
    assert not over.all(Duck)
    over.voice(2000, level=-25.0 - WAITS.distant_db - 1)
    over.pause(500)
    assert not over.all(Interrupt)
    over.voice(600, level=-25.0 - WAITS.distant_db + 3)
    assert over.all(Interrupt)


def test_music_is_lifted_over_and_listened_through() -> None:
    over = Over()
    over.voice(2500)
    assert over.all(Duck) == [Duck(True), Duck(False)]
    over.hears = "please turn that off"
    over.voice(400)
    assert over.all(Interrupt)


def test_speech_over_the_last_words_of_an_answer_is_a_turn() -> None:
    over = Over()
    over.voice(200)
    over.floor = Floor.FREE
    over.voice(400)
    assert over.all(Duck) == [Duck(True), Duck(False)]
    assert over.all(Voiced) == [Voiced(True)]
    over.pause(160)
    asked = over.all(Transcribe)[-1]
    over.do(over.turns.transcribed(asked.ticket, "And tomorrow?", SAYING))
    over.do(over.turns.judged(asked.ticket, 0.9))
    over.pause(300)
    assert over.all(Accept)


def test_the_last_words_of_an_answer_as_the_room_gives_them_back_are_no_turn() -> None:
    over = Over()
    over.voice(200)
    over.floor = Floor.FREE
    over.voice(400)
    over.pause(160)
    asked = over.all(Transcribe)[-1]
    over.do(over.turns.transcribed(asked.ticket, "the old lighthouse keeper.", SAYING))
    over.pause(2000)
    assert not over.all(Accept)
    assert Counted("echo") in over.actions


def looks(over: Over, *heard: str) -> bool:
    """Speak on, and understand ``heard`` in one look after the other; tell whether it stops the answer."""
    for words in heard:
        over.hears = words
        over.voice(WAITS.glance_ms)
    over.pause(400)
    return bool(over.all(Interrupt))


@pytest.mark.parametrize(
    "heard",
    [
        ("And?", "And make", "A moment."),
        ("And meet you.", "Am etienne."),
        ("Come.", "Don't."),
        ("Makes", "Mix six", "Makes sense."),
        ("That's", "That's not", "That's nice.", "That's nice."),
        ("Enter", "Interest", "Interesting.", "Interesting,"),
        ("For me", "I'm going to go to the hospital"),
        ("M.", "M. H.", "M. H. M."),
    ],
)
def test_a_hum_that_is_written_down_as_words_is_none(heard: tuple[str, ...]) -> None:
    assert not looks(Over(), *heard)


@pytest.mark.parametrize(
    "heard",
    [
        ("Loud", "Lighter", "Lighter please"),
        ("Skip", "Let's skip", "Let's get part"),
        ("What", "What's", "What's that"),
        ("Say me", "See my tooth", "Same with again"),
        ("That.", "That's not", "That's not true"),
        ("I would", "I would rid", "I would rather"),
        ("Yes.", "Yes, but", "Yes, but is", "Yes, but is it", "Yes, but is it"),
    ],
)
def test_words_that_stay_or_go_on_are_heard_though_badly(heard: tuple[str, ...]) -> None:
    assert looks(Over(), *heard)


def test_who_speaks_for_long_is_heard_though_no_word_weighs_anything() -> None:
    assert not looks(Over(), "That", "Then it", "Would they")
    assert looks(Over(), "That", "Then it", "Would they", "Could we")


@pytest.mark.parametrize("how", ["ignore", "finish", "push"])
def test_who_stops_listening_leaves_no_answer_lowered(how: str) -> None:
    over = Over()
    over.voice(100)
    over.do(over.turns.listen(push=True) if how == "push" else getattr(over.turns, how)())
    assert over.all(Duck) == [Duck(True), Duck(False)]


def test_who_speaks_before_they_can_have_heard_the_answer_goes_on_with_their_turn() -> None:
    over = Over()
    over.floor = Floor.FREE
    over.pause(500)
    over.voice(800)
    over.pause(160)
    asked = over.all(Transcribe)[-1]
    over.do(over.turns.transcribed(asked.ticket, "Turn on the light."))
    over.do(over.turns.judged(asked.ticket, 0.9))
    over.pause(200)
    assert over.all(Accept)
    over.floor = Floor.SOUNDING
    over.pause(200)
    over.hears = "in the kitchen please"
    over.voice(600)
    assert over.all(Interrupt)
    assert Counted("merge") in over.actions
    over.floor = Floor.FREE
    over.pause(160)
    assert over.all(Transcribe)[-1].first == asked.first
