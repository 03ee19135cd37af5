"""Name every wait, threshold and bound of the voice in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace

RATE = 16_000
"""Hz at which the ears listen."""

WINDOW = 512
"""Samples that the voice detector takes at a time."""

WINDOW_MS = 1000 * WINDOW / RATE


def windows(ms: float) -> int:
    """Return how many detector windows cover ``ms`` milliseconds, at least one."""
    return max(1, round(ms / WINDOW_MS))


@dataclass(frozen=True, slots=True)
class Waits:
    """When a turn begins and ends. Times in milliseconds, thresholds are probabilities."""

    voiced: float = 0.5
    """A window above this is speech."""
    voiced_over_sound: float = 0.8
    """The same while an answer sounds: the microphone hears some of it."""
    onset_ms: float = 64
    """Speech for this long opens a turn, or resumes it after a pause."""
    preroll_ms: float = 300
    """Sound kept from before the onset: first consonants are quiet."""
    least_voiced_ms: float = 250
    """Less speech than this is noise."""
    least_push_ms: float = 128
    """The same when the person held the button: they meant to speak."""
    barge_in_ms: float = 280
    """Speech for this long over a sounding answer stops it."""
    barge_in_gap_ms: float = 128
    """A longer gap starts that count anew."""
    draft_ms: float = 64
    """Silence before a draft is transcribed."""
    judge_ms: float = 160
    """Silence before the turn model is asked."""
    judge_again_ms: float = 416
    """Silence before it is asked once more, if it was not sure."""
    noise_ms: float = 320
    """Silence after which too little speech is given up as noise."""
    sure_ms: float = 256
    """Silence that ends a turn when model and words agree that it is over."""
    likely_ms: float = 512
    """Silence that ends it when the words look complete and the model does not object."""
    doubtful_ms: float = 704
    """Silence that ends it when the words look complete and the model does object."""
    certain_ms: float = 900
    """Silence that ends it whatever the words."""
    sure: float = 0.5
    """Above this the turn model says "over"."""
    objects: float = 0.02
    """Below this the turn model says "not over"."""
    merge_ms: float = 2000
    """Speech this soon after acceptance, before an answer sounds, continues the same turn."""
    segment_ms: float = 20_000
    """Longer speech is transcribed in segments, cut at the quietest place."""
    turn_segments: int = 15
    """After so many segments a turn is accepted as it stands."""


PATIENCE = {"quick": 0.75, "normal": 1.0, "patient": 1.75}
"""What the person chose, as a factor on the silences that end a turn."""


def waits(patience: str) -> Waits:
    """Return the waits for one of `PATIENCE`; a word that is none of them counts as normal."""
    factor, usual = PATIENCE.get(patience, 1.0), Waits()
    names = ("sure_ms", "likely_ms", "doubtful_ms", "certain_ms")
    return replace(usual, **{name: getattr(usual, name) * factor for name in names})


@dataclass(frozen=True, slots=True)
class Output:
    """How answers are spoken and paced."""

    frame_ms: float = 80
    """Length of one audio frame."""
    lead_ms: float = 2000
    """At most this much sound is ahead of the listener."""
    heard_ms: float = 250
    """How often the listener's position is told."""
    client_ms: float = 120
    """Assumed delay between sending and hearing, where the client does not acknowledge."""
    ack_trust_ms: float = 3000
    """A client whose acknowledgements lag the clock by more than this is paced by the clock."""
    gap_ms: float = 180
    """Silence between sentences."""
    clause_gap_ms: float = 60
    """Silence after a clause."""
    tail_ms: float = 200
    """Silence after the last word: some speakers cut the end off."""
    fragment_ms: float = 400
    """Text without an end mark is spoken after this wait for more of it."""
    ahead_ms: float = 12_000
    """Synthesis pauses when this much sound is waiting."""
    longest_text: int = 20_000
    """Characters that may wait to be spoken; more is refused."""


@dataclass(frozen=True, slots=True)
class Input:
    """Bounds of what a client may send."""

    ring_ms: float = 4000
    """Sound that waits for the child: a busy machine loses no word. Beyond it the oldest goes, counted."""
    flight_ms: float = 500
    """Sound that is on its way to the child at most."""
    wait_ms: float = 500
    """How long a client that sends faster than the child hears is held up, before sound is dropped."""
    chunk_ms: float = 100
    """Frames are cut to this length on their way to the child."""
    lowest_rate: int = 8_000
    highest_rate: int = 48_000
