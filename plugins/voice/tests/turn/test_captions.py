"""When captions may take another look."""

from __future__ import annotations

from hub_voice.turn.captions import LEAST_MS, SHARE, Captions


def test_a_pass_needs_new_sound_and_one_at_a_time() -> None:
    captions, clock = Captions(), [0.0]
    assert not captions.due(0.0, int(LEAST_MS / 32) - 1)
    assert captions.due(0.0, int(LEAST_MS / 32) + 1)
    with captions.passing(lambda: clock[0]):
        assert not captions.due(5.0, 500)
        clock[0] = 1.0
    assert not captions.due(1.1, 500), "a slow pass must earn its sound"
    assert captions.due(1.0 + 1.0 / SHARE, 500)


def test_another_speech_begins_anew() -> None:
    captions = Captions()
    assert captions.due(0.0, 100)
    assert not captions.due(0.0, 105)
    assert captions.due(0.0, 20)
