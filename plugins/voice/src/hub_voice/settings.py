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
    faint_db: float = 34
    """A window quieter than the speech around it by this much is its end, though the detector lingers."""
    voiced_over_sound: float = 0.8
    """The same while an answer sounds: the microphone hears some of it."""
    onset_ms: float = 64
    """Speech for this long opens a turn, or resumes it after a pause."""
    preroll_ms: float = 300
    """Sound kept from before the onset: first consonants are quiet."""
    least_voiced_ms: float = 250
    """Less speech than this is noise."""
    least_word_ms: float = 128
    """The same when a quick look finds a command in it: "stop" is short."""
    least_push_ms: float = 128
    """The same when the person held the button: they meant to speak."""
    young_ms: float = 1000
    """An answer younger than this is heard by the microphone before echo cancellation has learned."""
    voiced_over_young: float = 0.9
    """A window above this is speech over such an answer."""
    convinced_ms: float = 576
    """Speech for this long, times the weight of its words, stops an answer: `hub_voice.turn.weight`."""
    glance_ms: float = 192
    """Speech over an answer before its words are looked at, and between two such looks."""
    glance_gap_ms: float = 96
    """Silence behind it that is worth a look at once: that was all."""
    dismiss_ms: float = 320
    """Silence after which speech over an answer was no interruption; twice as much if it had words."""
    wordless_ms: float = 1600
    """Voice for this long without a word is music, or a crowd."""
    echo_share: float = 0.6
    """This share of the words heard that are the answer's own makes them an echo."""
    ring_ms: float = 250
    """What begins this soon after an answer's end may be its echo."""
    reaction_ms: float = 400
    """Nobody reacts to an answer sooner than this: who speaks then goes on with what they said."""
    distant_db: float = 13
    """Voice quieter than the person's own by this much is somebody in another room."""
    draft_ms: float = 64
    """Silence before a draft is transcribed."""
    draft_anyway_ms: float = 448
    """Silence after which words that look unfinished are told ahead all the same."""
    looks_ms: tuple[float, ...] = (64, 160, 224, 288, 352, 448)
    """Silences at which the turn model is asked, until it says "over" twice running."""
    hush_ms: float = 160
    """Silence after which the person is told to have ceased to speak."""
    noise_ms: float = 320
    """Silence after which too little speech is given up as noise."""
    overdue_ms: float = 1000
    """Silence after which a look at the words is waited for no longer."""
    sure_ms: float = 160
    """Silence that ends a turn when model and words agree that it is over, see `hub_voice.turn.rule`."""
    likely_ms: float = 352
    """Silence that ends it when they agree, but less firmly."""
    further_ms: float = 448
    """Silence that ends, when they agree, what is often gone on with: "Take the train", "or the bus"."""
    plain_ms: float = 576
    """Silence that ends a short statement, and what the model thinks may be over."""
    doubtful_ms: float = 704
    """Silence that ends words that look complete when the model objects."""
    certain_ms: float = 768
    """Silence that ends words without a mark, or before the model could say anything."""
    open_ms: float = 1024
    """Silence that ends a sentence that is not one yet: "If I leave the windows open"."""
    factor: float = 1.0
    """The person's patience: times the silences that end a turn."""
    sure: float = 0.5
    """Above this the turn model says "over"."""
    surer: float = 0.7
    """The same where the words ask nothing: statements are gone on with more often."""
    very_sure: float = 0.8
    """Above this it is believed against a comma: recognisers err there, too."""
    surest: float = 0.9
    """Probability with which one look is enough for a question that is seldom followed by more."""
    possible: float = 0.1
    """Above this it thinks an end possible."""
    merge_ms: float = 2000
    """Speech this soon after acceptance, before an answer sounds, continues the same turn."""
    segment_ms: float = 20_000
    """Longer speech is transcribed in segments, cut at the quietest place."""
    turn_segments: int = 15
    """After so many segments a turn is accepted as it stands."""


PATIENCE = {"quick": 0.7, "normal": 1.0, "patient": 1.5, "very patient": 2.0}
"""What the person chose, as a factor on the silences that end a turn."""


def waits(patience: str | float) -> Waits:
    """Return the waits for one of `PATIENCE`, or for a factor; what is neither counts as normal."""
    factor = PATIENCE.get(patience, 1.0) if isinstance(patience, str) else float(patience)
    factor = min(max(factor, min(PATIENCE.values())), max(PATIENCE.values()))
    return replace(Waits(), factor=factor)


@dataclass(frozen=True, slots=True)
class Listening:
    """Bounds of one session's listening."""

    words_s: float = 20.0
    """Seconds after which words that do not come are given up: a turn never hangs."""
    ring_ms: float = 300
    """How long an answer still rings in the room, for ears that close while it sounds."""
    echoes: int = 2
    """Echoes after which something better is suggested."""


@dataclass(frozen=True, slots=True)
class Output:
    """How answers are spoken and paced."""

    frame_ms: float = 80
    """Length of one audio frame."""
    lead_ms: float = 2000
    """At most this much sound is ahead of the listener."""
    fill: float = 1.5
    """How much faster than it is heard sound goes out until then."""
    drift_ms: float = 500
    """A clock that is further off is given up (MAX_DRIFT of S4-17); as much may go out at once."""
    heard_ms: float = 250
    """How often the listener's position is told."""
    client_ms: float = 120
    """Assumed delay between sending and hearing, where the client does not acknowledge."""
    ack_trust_ms: float = 3000
    """A client that does not acknowledge anything new for this long is paced by the clock."""
    gap_ms: float = 180
    """Silence between sentences."""
    clause_gap_ms: float = 60
    """Silence after a clause."""
    tail_ms: float = 200
    """Silence after the last word: some speakers cut the end off."""
    fragment_ms: float = 1200
    """Text without an end mark is spoken after this wait for more of it."""
    hurry_ms: float = 300
    """So long after an answer's first text a few words of its first sentence are spoken: the rest is slow."""
    ahead_ms: float = 12_000
    """Synthesis pauses when this much sound is waiting."""
    longest_text: int = 200_000
    """Characters that may wait to be spoken; more is refused."""


@dataclass(frozen=True, slots=True)
class Input:
    """Bounds of what a client may send."""

    ring_ms: float = 500
    """Sound that the ears have been sent and have not worked off (S0-28): their lag stays below this."""
    shelter_ms: float = 4000
    """Sound that the hub keeps while the ears stand still, or start anew; beyond it the oldest goes, counted.

    The seed drops all that is older than the ring, for late sound is worth nothing to a duplex model. Here it
    is words, and ears that are back work off seconds of it in some hundredths: none of it need be lost.
    """
    wait_ms: float = 500
    """How long a client that sends faster than the child hears is held up, before sound is dropped."""
    chunk_ms: float = 100
    """Frames are cut to this length on their way to the child."""
    lowest_rate: int = 8_000
    highest_rate: int = 96_000
    most_channels: int = 2
