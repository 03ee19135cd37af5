"""Decide when a person's turn begins and ends: a state machine over detector windows, pure and timeless.

It counts 32 ms windows and is told of transcripts and judgements as they arrive; it answers with
actions. Nothing in it waits, runs a model or reads a clock, so that every order of events can be
tested. Windows are numbered from 0 over the whole session; ranges are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from hub import Draft, Voiced, Withdrawn
from hub_voice.endings import dangles, is_phantom, looks_complete
from hub_voice.settings import WINDOW_MS, Waits, windows


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Wanted: the words in windows [first, last); answer with `TurnTaker.transcribed`."""

    ticket: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Judge:
    """Wanted: the probability that the turn in [first, last) is over; answer with `TurnTaker.judged`."""

    ticket: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Accept:
    """The turn is over and says ``text``."""

    revision: int
    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The person speaks although an answer is pending or sounding: stop it."""


Action = Transcribe | Judge | Accept | Interrupt | Draft | Withdrawn | Voiced


class Floor(Enum):
    """Who has the floor: nobody, an answer that is not yet heard, or one that sounds."""

    FREE = auto()
    PENDING = auto()
    SOUNDING = auto()


@dataclass(slots=True, eq=False)
class _Utterance:
    """What one turn's speech has come to so far."""

    first: int
    voiced: int = 0
    silence: int = 0
    confirmed: bool = False
    announced: bool = False
    revision: int = 0
    """Ticket of the transcript asked for in this pause; 0 when none is."""
    text: str | None = None
    over: float | None = None
    judgements: int = 0
    parts: dict[int, str | None] = field(default_factory=dict)
    """Texts of the segments cut off so far, by ticket."""
    drafted: int = 0
    """Revision of the draft that stands; 0 when none does."""
    loudness: list[float] = field(default_factory=list)
    """Speech probability of every window since ``first``."""

    def whole(self) -> str | None:
        """Return the text of all segments, None while one is missing."""
        texts = [*self.parts.values(), self.text]
        return None if None in texts else " ".join(text for text in texts if text)


class TurnTaker:
    """The machine. ``revision`` is where the numbering of drafts goes on from."""

    def __init__(self, waits: Waits, revision: int = 0) -> None:
        self._waits = waits
        self._tickets = revision
        self._now = 0
        self._run = 0
        self._gap = 0
        self._loudness: list[float] = []
        self._push = False
        self._listening = False
        self._open: _Utterance | None = None
        self._closing: list[_Utterance] = []
        """Turns that were finished by hand and wait for their words."""
        self._last: tuple[int, _Utterance] | None = None

    @property
    def listening(self) -> bool:
        """Whether windows are wanted."""
        return self._listening

    @property
    def silent(self) -> bool:
        """Whether the latest window was taken for silence."""
        return self._open is None or self._open.silence > 0

    def wants(self, ticket: int) -> bool:
        """Tell whether an answer to ``ticket`` is still of use; may be asked from any thread."""
        utterances = [*self._closing, self._open]
        return any(each and (ticket == each.revision or ticket in each.parts) for each in utterances)

    def listen(self, *, push: bool) -> list[Action]:
        """Begin to listen; a second call only changes the manner."""
        if not self._listening:
            self._run = self._gap = 0
            self._last = None
        self._listening, self._push = True, push
        if push and self._open is None:
            self._open = _Utterance(first=self._now)
        return []

    def finish(self) -> list[Action]:
        """Stop listening and make a turn of what was said; `Withdrawn` when nothing was."""
        if not self._listening:
            return []
        self._listening = False
        utterance, self._open = self._open, None
        least = self._waits.least_push_ms if self._push else self._waits.least_voiced_ms
        actions = self._hush(utterance) if utterance else []
        if utterance is None or not (utterance.confirmed or utterance.voiced >= windows(least)):
            return actions if self._closing else [*actions, Withdrawn(self._ticket())]
        self._closing.append(utterance)
        if utterance.revision == 0:
            actions.append(self._transcribe(utterance))
        return actions + self._close(utterance)

    def ignore(self) -> list[Action]:
        """Stop listening and drop what was said, also what was finished and not yet understood."""
        dropped = [*self._closing, self._open] if self._open else self._closing
        self._listening, self._open, self._closing, self._last = False, None, [], None
        actions: list[Action] = []
        for utterance in dropped:
            actions += self._hush(utterance)
            if utterance.drafted:
                actions.append(Withdrawn(utterance.drafted))
        return actions

    def window(self, probability: float, floor: Floor) -> list[Action]:
        """Take the speech probability of the next window."""
        self._now += 1
        if not self._listening:
            return []
        strict = floor is Floor.SOUNDING and not (self._open and self._open.confirmed)
        voiced = probability > (self._waits.voiced_over_sound if strict else self._waits.voiced)
        if self._open is None:
            return self._wait(voiced, floor)
        return self._follow(self._open, voiced, probability, floor)

    def transcribed(self, ticket: int, text: str) -> list[Action]:
        """Take the words that were asked for under ``ticket``; late ones are ignored."""
        for utterance in [*self._closing, self._open] if self._open else self._closing:
            if ticket in utterance.parts:
                utterance.parts[ticket] = text
            elif ticket == utterance.revision and utterance.text is None:
                utterance.text = text
            else:
                continue
            if utterance in self._closing:
                return self._close(utterance)
            return self._draft(utterance) + self._decide(utterance)
        return []

    def judged(self, ticket: int, over: float) -> list[Action]:
        """Take the probability that the turn is over; late ones are ignored."""
        utterance = self._open
        if utterance is None or ticket == 0 or ticket != utterance.revision:
            return []
        utterance.over = max(over, utterance.over or 0.0)
        return self._decide(utterance)

    def _ticket(self) -> int:
        self._tickets += 1
        return self._tickets

    def _wait(self, voiced: bool, floor: Floor) -> list[Action]:
        """Nobody speaks: look for an onset, or over a sounding answer for a determined one."""
        waits = self._waits
        self._gap = 0 if voiced else self._gap + 1
        sounding = floor is Floor.SOUNDING
        if self._gap > (windows(waits.barge_in_gap_ms) if sounding else 0):
            self._run = self._gap = 0
            return []
        self._run += voiced
        if self._run < windows(waits.barge_in_ms if sounding else waits.onset_ms):
            return []
        first = max(0, self._now - self._run - self._gap - windows(waits.preroll_ms))
        self._open = utterance = _Utterance(first=first, voiced=self._run, announced=True)
        utterance.loudness = [1.0] * (self._now - first)
        self._run = self._gap = 0
        return [*self._confirm(utterance, floor), Voiced(True)]

    def _follow(self, utterance: _Utterance, voiced: bool, probability: float, floor: Floor) -> list[Action]:
        """Somebody speaks, or has just ceased to."""
        actions: list[Action] = []
        utterance.loudness.append(probability)
        self._run = self._run + 1 if voiced else 0
        utterance.voiced += voiced
        if voiced and (utterance.silence == 0 or self._run >= windows(self._waits.onset_ms)):
            actions += self._resume(utterance)
        else:
            utterance.silence += 1
        actions += self._confirm(utterance, floor)
        if utterance.silence:
            actions += self._pause(utterance)
        if self._open is utterance and len(utterance.loudness) >= windows(self._waits.segment_ms):
            actions += self._cut(utterance)
        return actions

    def _resume(self, utterance: _Utterance) -> list[Action]:
        """Speech goes on: whatever was drafted in the pause is void."""
        actions: list[Action] = []
        if utterance.drafted:
            actions.append(Withdrawn(utterance.drafted))
        if not utterance.announced:
            utterance.announced = True
            actions.append(Voiced(True))
        utterance.silence = utterance.revision = utterance.drafted = utterance.judgements = 0
        utterance.text = utterance.over = None
        return actions

    def _confirm(self, utterance: _Utterance, floor: Floor) -> list[Action]:
        """Once it is surely speech it takes the floor, and continues a turn that ended too soon."""
        if utterance.confirmed or utterance.voiced < windows(self._waits.least_voiced_ms):
            return []
        utterance.confirmed = True
        if floor is Floor.PENDING and self._last is not None:
            self._merge(utterance, *self._last)
        self._last = None
        return [] if floor is Floor.FREE else [Interrupt()]

    def _merge(self, utterance: _Utterance, ended: int, before: _Utterance) -> None:
        if utterance.first - ended <= windows(self._waits.merge_ms):
            silence = utterance.first - before.first - len(before.loudness)
            utterance.loudness = before.loudness + [0.0] * max(0, silence) + utterance.loudness
            utterance.loudness = utterance.loudness[-(self._now - before.first) :]
            utterance.first, utterance.parts = before.first, before.parts
            utterance.voiced += before.voiced

    def _pause(self, utterance: _Utterance) -> list[Action]:
        """Silence grows: draft, ask the turn model, give up on noise, or end the turn."""
        waits, silence = self._waits, utterance.silence
        if not utterance.confirmed and not self._push:
            return self._drop(utterance) if silence >= windows(waits.noise_ms) else []
        actions: list[Action] = []
        if utterance.voiced and utterance.revision == 0 and silence >= windows(waits.draft_ms):
            actions.append(self._transcribe(utterance))
        if utterance.revision and not self._push and self._due(utterance):
            utterance.judgements += 1
            actions.append(Judge(utterance.revision, utterance.first, self._now))
        if silence >= windows(waits.judge_ms):
            actions += self._hush(utterance)
        return actions + self._decide(utterance)

    def _due(self, utterance: _Utterance) -> bool:
        waits = self._waits
        if utterance.judgements == 0:
            return utterance.silence >= windows(waits.judge_ms)
        unsure = utterance.over is not None and utterance.over <= waits.sure
        return utterance.judgements == 1 and unsure and utterance.silence >= windows(waits.judge_again_ms)

    def _transcribe(self, utterance: _Utterance) -> Transcribe:
        utterance.revision = self._ticket()
        utterance.text = None
        return Transcribe(utterance.revision, utterance.first, self._now)

    def _draft(self, utterance: _Utterance) -> list[Action]:
        text = utterance.whole()
        if not text or is_phantom(text, utterance.voiced * WINDOW_MS):
            return []
        utterance.drafted = utterance.revision
        return [Draft(utterance.revision, text)]

    def _decide(self, utterance: _Utterance) -> list[Action]:
        """End the turn when words, model and silence together allow it."""
        text = utterance.whole()
        # a voiced window not yet counted as speech may be the next word: wait for its verdict
        if self._push or text is None or utterance.silence == 0 or self._run:
            return []
        if utterance.silence < self._needed(text, utterance.over):
            return []
        if not utterance.drafted:
            return self._drop(utterance)
        self._open = None
        return self._accept(utterance, text)

    def _needed(self, text: str, over: float | None) -> int:
        """Return how many windows of silence end a turn that says ``text``."""
        waits = self._waits
        if over is None or (dangles(text) and not looks_complete(text)):
            return windows(waits.certain_ms)
        if not looks_complete(text):  # a comma, or no mark at all: recognisers err there, too
            return windows(waits.doubtful_ms if over > waits.sure else waits.certain_ms)
        if over > waits.sure:
            return windows(waits.sure_ms)
        return windows(waits.likely_ms if over > waits.objects else waits.doubtful_ms)

    def _drop(self, utterance: _Utterance) -> list[Action]:
        """Forget it: it was noise."""
        self._open = None
        self._run = self._gap = 0
        actions = self._hush(utterance)
        if utterance.drafted or utterance.revision:
            actions.append(Withdrawn(utterance.drafted or utterance.revision))
        return actions

    def _close(self, utterance: _Utterance) -> list[Action]:
        """End a turn that was finished by hand, once its words are there."""
        if (text := utterance.whole()) is None:
            return []
        self._closing.remove(utterance)
        if is_phantom(text, utterance.voiced * WINDOW_MS):
            return [Withdrawn(utterance.revision)]
        return self._accept(utterance, text)

    def _accept(self, utterance: _Utterance, text: str) -> list[Action]:
        self._last = (self._now, utterance)
        self._run = self._gap = 0
        return [Accept(utterance.revision, text)]

    def _hush(self, utterance: _Utterance) -> list[Action]:
        """Tell that the person ceased to speak, if they were said to speak."""
        if not utterance.announced:
            return []
        utterance.announced = False
        return [Voiced(False)]

    def _cut(self, utterance: _Utterance) -> list[Action]:
        """Cut a long speech at its quietest place in the second half, and end one that never ends."""
        half = len(utterance.loudness) // 2
        late = utterance.loudness[half:]
        at = min(range(1, len(late) - 1), key=lambda i: (sum(late[i - 1 : i + 2]), -i)) + half
        ticket, first = self._ticket(), utterance.first
        actions: list[Action] = [Withdrawn(utterance.drafted)] if utterance.drafted else []
        utterance.parts[ticket] = None
        utterance.first += at
        utterance.loudness = utterance.loudness[at:]
        utterance.revision = utterance.drafted = utterance.judgements = 0
        utterance.text = utterance.over = None
        actions.append(Transcribe(ticket, first, utterance.first))
        if len(utterance.parts) >= self._waits.turn_segments:
            self._open = None
            self._closing.append(utterance)
            actions += [*self._hush(utterance), self._transcribe(utterance)]
        return actions
