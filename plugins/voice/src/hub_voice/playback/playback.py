"""Hold what is to be spoken, pace it to the listener, and know how much of it was heard.

Pure: it is given the time, and returns the events that are due. Positions are samples since the
epoch began; where the listener is, and how much may be sent, is the `RateController`'s to say.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hub import Audio, Counted, Finished, Heard, Started
from hub_voice.playback.rate import RateController
from hub_voice.playback.spoken import Said, Sayable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub import SpeechEvent
    from hub_voice.settings import Output

DEAD = 64
"""Interrupted turns that are remembered, so that late pieces of them stay unsaid."""

CUT_AHEAD = 4
"""Pieces that wait for the synthesiser: cutting a whole book at once would hold up the ears."""

BEFORE_S, AFTER_S = 3.0, 0.5
"""How much of what is said a microphone may have heard around the listener's place, in seconds."""


@dataclass(slots=True, eq=False)
class Piece:
    """Some characters of an answer, and their sound once it is there."""

    turn: str
    said: Said
    text: str
    sound: list[NDArray[np.int16]] = field(default_factory=list)
    """Its sound so far, ready to send: frames of `Output.frame_ms`, the last of a slice may be shorter."""
    taken: bool = False
    """Whether its synthesis was begun."""
    complete: bool = False
    """Whether all its sound is there."""
    made: int = 0
    """Samples made so far."""
    voiced: int = 0
    """Samples that are speech, and not the pause behind it, as far as is known."""
    start: int | None = None
    """Position of its first sample, once that was sent."""
    sent: int = 0

    @property
    def spoken(self) -> str:
        """The words to synthesise."""
        return self.said.spoken


@dataclass(slots=True, eq=False)
class _Answer:
    """One turn's answer: text not yet cut, and the pieces."""

    turn: str
    base: int
    english: bool = True
    text: str = ""
    since: float = 0.0
    began: float | None = None
    """When its first text came."""
    whole: bool = False
    released: bool = False
    started: bool = False
    told: int = 0
    pieces: list[Piece] = field(default_factory=list)
    sayable: Sayable = field(init=False)

    def __post_init__(self) -> None:
        self.sayable = Sayable(self.base, english=self.english)

    @property
    def waits(self) -> int:
        """Characters that are not cut into pieces yet."""
        return len(self.sayable.waiting)

    def end(self) -> int | None:
        """Return the position where all of it has been heard, None while there is more to send."""
        if not self.whole or self.waits:
            return None
        if any(piece.sound or not piece.complete for piece in self.pieces):
            return None
        return max((piece.start + piece.sent for piece in self.pieces if piece.start is not None), default=0)


class Playback:
    """One session's voice. ``rate``: of the synthesiser, Hz; ``epoch``: the first."""

    def __init__(self, output: Output, rate: int, epoch: int = 0) -> None:
        self._output = output
        self._rate = rate
        self.epoch = epoch
        self.held = False
        """Whether no answer may begin now; one that sounds goes on."""
        self.english = True
        """Whether the voice speaks English: only then are numbers and signs put into words."""
        self._answers: dict[str, _Answer] = {}
        self._dead: deque[str] = deque(maxlen=DEAD)
        self._begin()

    def _begin(self) -> None:
        self._pace = RateController(self._output, self._rate)
        self._seq = self._slips = self._began = 0
        self._told_at = 0.0
        self._said: deque[tuple[int, Piece]] = deque(maxlen=DEAD)

    # What the hub asks

    def say(self, turn: str, text: str, now: float, *, last: bool = False, at: int = 0) -> bool:
        """Add ``text`` to the answer to ``turn``; False when it is refused: interrupted, or too long.

        ``at``: where the answer's first text lies in the whole, in characters, when it is resumed.
        """
        if turn in self._dead:
            return False
        if turn not in self._answers:
            self._drop_drafts()
        answer = self._answers.setdefault(turn, _Answer(turn, at, self.english))
        if answer.whole or answer.waits + len(text) > self._output.longest_text:
            answer.whole = answer.whole or last
            return False
        answer.text += text
        answer.sayable.feed(text)
        answer.whole = last
        answer.since = now
        answer.began = now if answer.began is None else answer.began
        self._cut(answer, now)
        return True

    def release(self, turn: str) -> None:
        """Let ``turn`` be heard as soon as it has sound."""
        if turn not in self._dead:
            self._answers.setdefault(turn, _Answer(turn, 0, self.english)).released = True

    def acknowledge(self, epoch: int, samples: int, now: float) -> None:
        """Take the client's word; what cannot be true (never sent, another epoch) is ignored.

        Clients know the lower 16 bits of the epoch.
        """
        if epoch & 0xFFFF == self.epoch & 0xFFFF:
            self._pace.acknowledge(samples, now)

    def interrupt(self, now: float) -> tuple[str, int]:
        """Drop everything and begin a new epoch; return the turn that sounded and its heard characters."""
        answer = self._current() or next(iter(self._answers.values()), None)
        place = self._pace.position(now, heard=True)
        heard = (answer.turn, self._heard(answer, place)) if answer else ("", 0)
        self._dead.extend(self._answers)
        self._answers.clear()
        self.epoch += 1
        self._begin()
        return heard

    # What the session asks

    @property
    def pending(self) -> bool:
        """Whether anything is still to be said or heard."""
        return bool(self._answers)

    @property
    def sounding(self) -> bool:
        """Whether an answer has begun and is not over: one that waits for its next words goes on, too.

        Were the floor free in such a gap, a "mhm" in it would be a turn.
        """
        answer = self._current()
        return answer is not None and answer.started

    def place(self, now: float) -> int:
        """Return where the listener is: as they last said, or by the clock when they never do."""
        return self._pace.position(now)

    def saying(self, now: float) -> str:
        """Return the words, as they are spoken, around the place where the listener is."""
        place = self._pace.position(now)
        first, last = place - BEFORE_S * self._rate, place + AFTER_S * self._rate
        near = [piece.spoken for start, piece in self._said if start <= last and start + piece.made >= first]
        return " ".join(near)

    @property
    def played_s(self) -> float:
        """Seconds of the answer that was begun last that the listener said they have heard."""
        return max(0, self._pace.acknowledged - self._began) / self._rate

    @property
    def told_at(self) -> float:
        """When the listener last said how far they are."""
        return self._pace.told_at

    def next_piece(self, now: float) -> Piece | None:
        """Return the next piece to synthesise; None when none is ready or enough sound waits."""
        if self._waiting() > self._output.ahead_ms * self._rate / 1000:
            return None
        # what may be heard already comes before what is only a guess
        for answer in sorted(self._answers.values(), key=lambda answer: not answer.released):
            self._cut(answer, now)
            for piece in answer.pieces:
                if not piece.taken:
                    piece.taken = True
                    return piece
        return None

    def sounded(self, piece: Piece, sound: NDArray[np.int16], remaining: int = 0) -> bool:
        """Take the next sound of ``piece``; ``remaining`` samples are to come. False: stop, it is void."""
        if self._answers.get(piece.turn) is None or piece.complete:
            return False
        self._add(piece, sound)
        piece.voiced = piece.made + remaining
        if remaining == 0:
            piece.complete = True
            if piece.made:
                self._add(piece, np.zeros(int(self._rate * self._pause(piece) / 1000), np.int16))
        return True

    def due(self, now: float, since: float | None = None) -> list[SpeechEvent]:
        """Return what is to be sent now; ``since``: when the person fell silent, for `Started`."""
        events: list[SpeechEvent] = []
        while (answer := self._current()) is not None and (answer.started or not self.held):
            events += self._send(answer, now, since)
            events += self._tell(answer, now)
            end = answer.end()
            if end is None or self._pace.position(now, heard=True) < end:
                break
            events.append(Finished(answer.turn, self.epoch))
            del self._answers[answer.turn]
            self._dead.append(answer.turn)
        if slips := self._pace.slips - self._slips:
            self._slips += slips
            events.append(Counted("slip", slips))
        return events

    def wait(self, now: float) -> float | None:
        """Return seconds until `due` or `next_piece` should be asked again; None: when something changes."""
        waits = []
        answer = self._current()
        if answer is not None and answer.started:
            waits.append(self._output.frame_ms / 2000)
        for uncut in (one for one in self._answers.values() if one.waits and not one.whole):
            due = [uncut.since + self._output.fragment_ms / 1000]
            if not uncut.pieces and uncut.began is not None:
                due.append(uncut.began + self._output.hurry_ms / 1000)
            waits += [at - now for at in due if at > now]
        return min(waits, default=None)

    # Inner workings

    def _drop_drafts(self) -> None:
        """Forget answers to words that were never accepted: their sound would fill what may wait."""
        for turn in [turn for turn, answer in self._answers.items() if not answer.released]:
            del self._answers[turn]
            self._dead.append(turn)

    def _current(self) -> _Answer | None:
        """Return the answer that has the floor: the one begun, or the first that is released."""
        released = [answer for answer in self._answers.values() if answer.released]
        return next((answer for answer in released if answer.started), released[0] if released else None)

    def _cut(self, answer: _Answer, now: float) -> None:
        """Cut the waiting text into pieces; a fragment nothing was added to for a while is one, too."""
        stale = now - answer.since >= self._output.fragment_ms / 1000
        hurry = now - (answer.began or now) >= self._output.hurry_ms / 1000
        untaken = sum(not piece.taken for piece in answer.pieces)
        while untaken < CUT_AHEAD and (
            said := answer.sayable.take(whole=answer.whole, stale=stale, hurry=hurry)
        ):
            text = answer.text[said.first - answer.base : said.last - answer.base]
            piece = Piece(answer.turn, said, text)
            if said.spoken:
                untaken += 1
            else:
                piece.taken = piece.complete = True
            answer.pieces.append(piece)

    def _pause(self, piece: Piece) -> float:
        """Return the milliseconds of silence that belong behind ``piece``."""
        answer = self._answers[piece.turn]
        if answer.whole and not answer.waits and piece is answer.pieces[-1]:
            return self._output.tail_ms
        return self._output.gap_ms if piece.said.pause else self._output.clause_gap_ms

    def _add(self, piece: Piece, sound: NDArray[np.int16]) -> None:
        size = int(self._rate * self._output.frame_ms / 1000)
        piece.sound += [sound[at : at + size] for at in range(0, len(sound), size)]
        piece.made += len(sound)

    def _waiting(self) -> int:
        return sum(piece.made - piece.sent for answer in self._answers.values() for piece in answer.pieces)

    def _send(self, answer: _Answer, now: float, since: float | None) -> list[SpeechEvent]:
        """Send frames of ``answer`` as far as the pace allows."""
        events: list[SpeechEvent] = []
        for piece in answer.pieces:
            if piece.start is None and (piece.sound or piece.complete):
                piece.start = self._pace.sent
                self._said.append((piece.start, piece))
            while piece.sound and self._pace.room(now) > 0:
                if not answer.started:
                    answer.started, self._began = True, self._pace.sent
                    events.append(Started(answer.turn, self.epoch, (now - since) * 1000 if since else 0.0))
                events.append(self._frame(piece, now))
            if piece.sound or not piece.complete:
                break
        self._pace.wait(more=any(piece.sound for piece in answer.pieces))
        return events

    def _frame(self, piece: Piece, now: float) -> Audio:
        """Return the next frame of ``piece``, on its way."""
        frame = piece.sound.pop(0)
        piece.sent += len(frame)
        self._pace.send(len(frame), now)
        self._seq += 1
        return Audio(self.epoch, self._seq - 1, self._rate, frame.tobytes())

    def _tell(self, answer: _Answer, now: float) -> list[SpeechEvent]:
        """Tell how much was heard, now and then and at the end."""
        place = self._pace.position(now, heard=True)
        chars, end = self._heard(answer, place), answer.end()
        ended = end is not None and place >= end
        if chars <= answer.told or not (ended or now - self._told_at >= self._output.heard_ms / 1000):
            return []
        answer.told, self._told_at = chars, now
        return [Heard(answer.turn, chars, acknowledged=self._pace.acknowledged > 0)]

    def _heard(self, answer: _Answer, position: int) -> int:
        """Return how many characters of ``answer`` lie before ``position``: whole words only."""
        heard = answer.base
        for piece in answer.pieces:
            if piece.start is None or position < piece.start:
                break
            played = position - piece.start
            if played >= piece.voiced and piece.complete:
                heard = piece.said.last
                continue
            upto = piece.said.place(int(len(piece.spoken) * played / max(1, piece.voiced))) - piece.said.first
            return piece.said.first + (piece.text.rfind(" ", 0, upto) + 1 if upto < len(piece.text) else upto)
        return heard
