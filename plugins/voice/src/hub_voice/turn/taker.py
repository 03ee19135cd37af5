"""Decide when a person's turn begins and ends: a state machine over detector windows, pure and timeless.

It counts 32 ms windows and is told of transcripts and judgements as they arrive; it answers with
actions. Nothing in it waits, runs a model or reads a clock, so that every order of events can be
tested. Windows are numbered from 0 over the whole session; ranges are half-open.
"""

from __future__ import annotations

from hub import Counted, Draft, Voiced, Withdrawn
from hub_voice.settings import WINDOW_MS, Waits, windows
from hub_voice.turn.actions import Accept, Action, Floor, Glance, Interrupt, Judge, Transcribe
from hub_voice.turn.backchannel import Weight, only_stops, weigh
from hub_voice.turn.echo import NOTHING, Overlap
from hub_voice.turn.endings import is_phantom, is_whole, looks_complete
from hub_voice.turn.grammar import wants_more
from hub_voice.turn.over_answer import OverAnswer
from hub_voice.turn.pauses import Pauses
from hub_voice.turn.rule import agreed, is_sure, needed
from hub_voice.turn.utterance import Utterance


class TurnTaker:
    """The machine. ``revision`` is where the numbering of drafts goes on from."""

    def __init__(self, waits: Waits, revision: int = 0) -> None:
        self._waits = waits
        self._tickets = revision
        self._now = 0
        self._run = 0
        self._floor = Floor.FREE
        self._over = OverAnswer(waits, self._ticket)
        self._pauses = Pauses()
        self._push = False
        self._listening = False
        self._open: Utterance | None = None
        self._closing: list[Utterance] = []
        """Turns that were finished by hand and wait for their words."""
        self._last: tuple[int, Utterance] | None = None

    @property
    def listening(self) -> bool:
        """Whether windows are wanted."""
        return self._listening

    @property
    def now(self) -> int:
        """The number of the next window."""
        return self._now

    @property
    def silent(self) -> bool:
        """Whether the latest window was taken for silence."""
        return (self._open is None or self._open.silence > 0) and not self._over.voiced

    @property
    def holding(self) -> bool:
        """Whether somebody speaks, or perhaps does, so that no answer should begin now."""
        speech = self._open
        if speech is None or speech.wordless:
            return False
        return self._push or speech.confirmed or speech.silence < windows(self._waits.noise_ms)

    @property
    def speech(self) -> tuple[int, int] | None:
        """The windows [first, last) of what somebody is just saying, None when nobody surely does."""
        speech = self._open
        if speech is None or not speech.confirmed or speech.silence >= windows(self._waits.draft_ms):
            return None
        return speech.first, self._now

    def wants(self, ticket: int) -> bool:
        """Tell whether an answer to ``ticket`` is still of use; may be asked from any thread."""
        utterances = [*self._closing, self._open]
        return ticket == self._over.ticket or any(
            each and (ticket in (each.revision, each.glance) or ticket in each.parts) for each in utterances
        )

    def listen(self, *, push: bool) -> list[Action]:
        """Begin to listen; a second call only changes the manner."""
        if not self._listening:
            self._run = 0
            self._last = None
        self._listening, self._push = True, push
        if push and self._open is None:
            self._open = Utterance(first=self._now)
        return self._over.forget() if push else []

    def finish(self) -> list[Action]:
        """Stop listening and make a turn of what was said; `Withdrawn` when nothing was."""
        if not self._listening:
            return []
        self._listening = False
        utterance, self._open = self._open, None
        least = self._waits.least_push_ms if self._push else self._waits.least_voiced_ms
        actions = self._over.forget() + (self._hush(utterance) if utterance else [])
        if utterance is None or not (utterance.confirmed or utterance.voiced >= windows(least)):
            drafted = utterance.drafted if utterance else 0
            if drafted or not self._closing:
                actions.append(Withdrawn(drafted or self._ticket()))
            return actions
        self._closing.append(utterance)
        if utterance.revision == 0:
            actions.append(self._transcribe(utterance))
        return actions + self._close(utterance)

    def ignore(self) -> list[Action]:
        """Stop listening and drop what was said, also what was finished and not yet understood."""
        dropped = [*self._closing, self._open] if self._open else self._closing
        self._listening, self._open, self._closing, self._last = False, None, [], None
        actions = self._over.forget()
        for utterance in dropped:
            actions += self._hush(utterance)
            if utterance.drafted:
                actions.append(Withdrawn(utterance.drafted))
        return actions

    def window(self, probability: float, floor: Floor, level: float = -30.0) -> list[Action]:
        """Take the speech probability and the level (dB) of the next window."""
        self._now += 1
        self._floor = floor
        self._over.note(self._now, floor)
        if not self._listening:
            return []
        if floor is Floor.SOUNDING and not self._push and not (self._open and self._open.confirmed):
            return self._overhear(probability, level)
        actions = self._hand_over()
        voiced = probability > self._waits.voiced
        if self._open is None:
            return actions + self._wait(voiced)
        voiced = voiced and not self._open.fades(level, self._waits.faint_db)
        if voiced:
            self._open.levels.append(level)
        return actions + self._follow(self._open, voiced, probability)

    def transcribed(self, ticket: int, text: str, over: Overlap = NOTHING) -> list[Action]:
        """Take the words that were asked for under ``ticket``; late ones are ignored.

        ``over``: what the answer says and sounds like where the listener is, to know an echo by.
        """
        for utterance in [*self._closing, self._open] if self._open else self._closing:
            if ticket in utterance.parts:
                utterance.parts[ticket] = text
            elif ticket == utterance.revision and utterance.text is None:
                utterance.text = text
            else:
                continue
            if utterance in self._closing:
                return self._close(utterance)
            if self._over.is_echo(utterance, text, over):
                return [*self._drop(utterance), Counted("echo")]
            return self._draft(utterance) + self._decide(utterance)
        return []

    def glimpsed(self, ticket: int, text: str, over: Overlap = NOTHING) -> list[Action]:
        """Take the words of a quick look; late ones are ignored. ``over``: see `transcribed`."""
        if self._open is not None and ticket and ticket == self._open.glance:
            return self._consider(self._open, text, over)
        confirmed, actions = self._over.glimpsed(ticket, text, over)
        return actions + self._seize(text) if confirmed else actions

    def judged(self, ticket: int, over: float) -> list[Action]:
        """Take the probability that the turn is over; late ones are ignored."""
        utterance = self._open
        if utterance is None or ticket == 0 or ticket != utterance.revision:
            return []
        utterance.looks.append(over)
        return self._draft(utterance) + self._decide(utterance)

    def _ticket(self) -> int:
        self._tickets += 1
        return self._tickets

    # Over an answer

    def _overhear(self, probability: float, level: float) -> list[Action]:
        """Somebody may speak over an answer: it takes words to stop it."""
        actions: list[Action] = []
        if (early := self._open) is not None:  # it began before the answer did
            self._open = None
            actions = self._hush(early)
            if early.drafted or early.revision:
                actions.append(Withdrawn(early.drafted or early.revision))
            self._over.adopt(self._now, early)
        self._run = 0
        return actions + self._over.window(self._now, probability, level)

    def _seize(self, text: str) -> list[Action]:
        """Make an interruption the next turn, or let it go on with the one before."""
        utterance, soon, lifted = self._over.seize(self._now)
        if utterance is None:
            return []
        self._open = utterance
        return [Interrupt(), *lifted, *self._continue(utterance, text, merging=soon), Voiced(True)]

    def _hand_over(self) -> list[Action]:
        """Take what is said on after the answer ended for speech like any other."""
        utterance, actions = self._over.hand_over(self._now)
        if utterance is None:
            return actions
        self._open = utterance
        return [*actions, Voiced(True)]

    # With the floor free, or an answer on its way

    def _wait(self, voiced: bool) -> list[Action]:
        """Nobody speaks: look for an onset."""
        waits = self._waits
        self._run = self._run + 1 if voiced else 0
        if self._run < windows(waits.onset_ms):
            return []
        first = max(0, self._now - self._run - windows(waits.preroll_ms))
        self._open = utterance = Utterance(first=first, voiced=self._run, announced=True)
        utterance.overlapped = self._over.rings(self._now - self._run)
        utterance.loudness = [1.0] * (self._now - first)
        self._run = 0
        return [*self._confirm(utterance), Voiced(True)]

    def _follow(self, utterance: Utterance, voiced: bool, probability: float) -> list[Action]:
        """Somebody speaks, or has just ceased to."""
        actions: list[Action] = []
        utterance.loudness.append(probability)
        self._run = self._run + 1 if voiced else 0
        utterance.voiced += voiced
        if voiced and (utterance.silence == 0 or self._run >= windows(self._waits.onset_ms)):
            actions += self._resume(utterance)
        else:
            utterance.silence += 1
        actions += self._confirm(utterance)
        if utterance.silence:
            actions += self._pause(utterance)
        if self._open is utterance and len(utterance.loudness) >= windows(self._waits.segment_ms):
            actions += self._cut(utterance)
        return actions

    def _resume(self, utterance: Utterance) -> list[Action]:
        """Speech goes on: whatever was drafted in the pause is void."""
        actions: list[Action] = []
        if utterance.drafted:
            actions.append(Withdrawn(utterance.drafted))
        if not utterance.announced:
            utterance.announced = True
            actions.append(Voiced(True))
        utterance.silence = utterance.revision = utterance.drafted = utterance.judgements = 0
        utterance.text, utterance.looks = None, []
        return actions

    def _confirm(self, utterance: Utterance) -> list[Action]:
        """Once it is surely speech it takes the floor; while an answer is on its way that takes words."""
        if utterance.confirmed:
            return []
        enough = utterance.voiced >= windows(self._waits.least_voiced_ms)
        if enough and (self._push or self._floor is not Floor.PENDING):
            return self._take_floor(utterance)
        return [] if self._push else self._look(utterance)

    def _look(self, utterance: Utterance) -> list[Action]:
        """Ask for the words of what is not yet surely speech, when there is something new to look at."""
        waits, new = self._waits, utterance.voiced - utterance.glanced
        ended = utterance.silence == windows(waits.glance_gap_ms)
        ended = ended and utterance.voiced >= windows(waits.least_word_ms)
        due = self._floor is Floor.PENDING and new >= windows(waits.glance_ms)
        if utterance.glance or not (due or (ended and new)):
            return []
        utterance.glance, utterance.glanced = self._ticket(), utterance.voiced
        return [Glance(utterance.glance, max(utterance.first, self._now - windows(6000)), self._now)]

    def _consider(self, utterance: Utterance, text: str, over: Overlap) -> list[Action]:
        """Take the floor if the words deserve it."""
        utterance.glance = 0
        if utterance.confirmed:
            return []
        if self._over.is_echo(utterance, text, over):
            return [*self._drop(utterance), Counted("echo")]
        pending, weight = self._floor is Floor.PENDING, weigh(text)
        enough = utterance.voiced >= windows(self._waits.least_voiced_ms)
        if weight is Weight.COMMAND or (weight is Weight.WORD and enough) or (not pending and is_whole(text)):
            return self._take_floor(utterance, text)
        if utterance.voiced * WINDOW_MS >= self._waits.wordless_ms:
            utterance.wordless = True
        return []

    def _take_floor(self, utterance: Utterance, text: str = "") -> list[Action]:
        utterance.confirmed = True
        actions = self._continue(utterance, text, merging=self._floor is Floor.PENDING)
        return actions if self._floor is Floor.FREE else [Interrupt(), *actions]

    def _continue(self, utterance: Utterance, text: str, *, merging: bool) -> list[Action]:
        """Let speech continue a turn that ended too soon, and learn from it either way."""
        last, self._last = self._last, None
        if last is None:
            return []
        ended, before = last
        if merging and not only_stops(text) and utterance.first - ended <= windows(self._waits.merge_ms):
            self._pauses.cut_off()
            self._merge(utterance, before)
            return [Counted("merge")]
        self._pauses.good()
        return []

    def _merge(self, utterance: Utterance, before: Utterance) -> None:
        silence = utterance.first - before.first - len(before.loudness)
        utterance.loudness = before.loudness + [0.0] * max(0, silence) + utterance.loudness
        utterance.loudness = utterance.loudness[-(self._now - before.first) :]
        utterance.first, utterance.parts = before.first, before.parts
        utterance.voiced += before.voiced
        utterance.glanced += before.voiced

    def _pause(self, utterance: Utterance) -> list[Action]:
        """Silence grows: draft, ask the turn model, give up on noise, or end the turn."""
        waits, silence = self._waits, utterance.silence
        if not utterance.confirmed and not self._push:
            patience = waits.overdue_ms if utterance.glance else waits.noise_ms
            done = silence >= windows(patience)
            return self._drop(utterance) if done else []
        actions: list[Action] = []
        if utterance.voiced and utterance.revision == 0 and silence >= windows(waits.draft_ms):
            actions.append(self._transcribe(utterance))
        if utterance.revision and not self._push and self._due(utterance):
            utterance.judgements += 1
            actions.append(Judge(utterance.revision, utterance.first, self._now))
        if silence >= windows(waits.hush_ms):
            actions += self._hush(utterance)
        return actions + self._draft(utterance) + self._decide(utterance)

    def _due(self, utterance: Utterance) -> bool:
        looks, number = self._waits.looks_ms, utterance.judgements
        if number >= len(looks) or utterance.silence < windows(looks[number]):
            return False
        return number == len(utterance.looks) and not agreed(self._waits, utterance.looks)

    def _transcribe(self, utterance: Utterance) -> Transcribe:
        utterance.revision = self._ticket()
        utterance.text = None
        return Transcribe(utterance.revision, utterance.first, self._now)

    def _draft(self, utterance: Utterance) -> list[Action]:
        """Tell the words ahead of the end, when an end is likely enough to be worth a model's work."""
        text = utterance.whole()
        if utterance.drafted or not text or is_phantom(text, utterance.voiced * WINDOW_MS):
            return []
        likely = looks_complete(text) or (utterance.looks and utterance.looks[-1] > self._waits.very_sure)
        late = utterance.silence >= windows(self._waits.draft_anyway_ms)
        if not (self._push or late or (likely and not wants_more(text))):
            return []
        utterance.drafted = utterance.revision
        return [Draft(utterance.revision, text)]

    def _decide(self, utterance: Utterance) -> list[Action]:
        """End the turn when words, model and silence together allow it."""
        text = utterance.whole()
        # a voiced window not yet counted as speech may be the next word: wait for its verdict
        if self._push or text is None or utterance.silence == 0 or self._run or not utterance.confirmed:
            return []
        if utterance.silence < needed(self._waits, text, utterance.looks, self._pauses.factor):
            return []
        if is_phantom(text, utterance.voiced * WINDOW_MS):
            return self._drop(utterance)
        self._open = None
        return self._accept(utterance, text)

    def _drop(self, utterance: Utterance) -> list[Action]:
        """Forget it: it was noise."""
        self._open = None
        self._run = 0
        actions = self._hush(utterance)
        if utterance.drafted or utterance.revision:
            actions.append(Withdrawn(utterance.drafted or utterance.revision))
        return actions

    def _close(self, utterance: Utterance) -> list[Action]:
        """End a turn that was finished by hand, once its words are there."""
        if (text := utterance.whole()) is None:
            return []
        self._closing.remove(utterance)
        if is_phantom(text, utterance.voiced * WINDOW_MS):
            return [Withdrawn(utterance.drafted or utterance.revision)]
        return self._accept(utterance, text)

    def _accept(self, utterance: Utterance, text: str) -> list[Action]:
        self._last = (self._now, utterance)
        self._run = 0
        self._over.know(utterance.levels)
        at_once = utterance.judgements <= 2  # noqa: PLR2004  as many looks as it takes to agree
        sure = at_once and is_sure(self._waits, text, utterance.looks)
        return [Accept(utterance.revision, text, sure)]

    def _hush(self, utterance: Utterance) -> list[Action]:
        """Tell that the person ceased to speak, if they were said to speak."""
        if not utterance.announced:
            return []
        utterance.announced = False
        return [Voiced(False)]

    def _cut(self, utterance: Utterance) -> list[Action]:
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
        utterance.text, utterance.looks = None, []
        actions.append(Transcribe(ticket, first, utterance.first))
        if len(utterance.parts) >= self._waits.turn_segments:
            self._open = None
            self._closing.append(utterance)
            actions += [*self._hush(utterance), self._transcribe(utterance)]
        return actions
