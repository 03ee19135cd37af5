"""Hold what is to be spoken, pace it to the listener, and know how much of it was heard.

Pure: it is given the time, and returns the events that are due. Positions are samples since the
epoch began. The listener's position is what the client acknowledged, or else an estimate by the
clock, which never runs ahead of what was sent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hub import Audio, Finished, Heard, Started
from hub_voice import pieces
from hub_voice.spoken import spoken

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub import SpeechEvent
    from hub_voice.settings import Output

DEAD = 64
"""Interrupted turns that are remembered, so that late pieces of them stay unsaid."""


@dataclass(slots=True, eq=False)
class Piece:
    """Some characters of an answer, [first, last), and their sound once it is there."""

    turn: str
    first: int
    last: int
    text: str
    spoken: str
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


@dataclass(slots=True, eq=False)
class _Answer:
    """One turn's answer: text not yet cut, and the pieces."""

    turn: str
    base: int
    text: str = ""
    since: float = 0.0
    cut: int = 0
    whole: bool = False
    released: bool = False
    started: bool = False
    told: int = 0
    pieces: list[Piece] = field(default_factory=list)

    def end(self) -> int | None:
        """Return the position where all of it has been heard, None while there is more to send."""
        if not self.whole or self.cut < len(self.text):
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
        self._answers: dict[str, _Answer] = {}
        self._dead: deque[str] = deque(maxlen=DEAD)
        self._begin()

    def _begin(self) -> None:
        self._sent = self._seq = self._acknowledged = 0
        self._clock = 0.0
        self._clocked_at: float | None = None
        self._told_at = 0.0

    # What the hub asks

    def say(self, turn: str, text: str, now: float, *, last: bool = False, at: int = 0) -> bool:
        """Add ``text`` to the answer to ``turn``; False when it is refused: interrupted, or too long.

        ``at``: where the answer's first text lies in the whole, in characters, when it is resumed.
        """
        if turn in self._dead:
            return False
        answer = self._answers.setdefault(turn, _Answer(turn, base=at))
        if answer.whole or len(answer.text) - answer.cut + len(text) > self._output.longest_text:
            answer.whole = answer.whole or last
            return False
        answer.text += text
        answer.whole = last
        answer.since = now
        self._cut(answer, now)
        return True

    def release(self, turn: str) -> None:
        """Let ``turn`` be heard as soon as it has sound."""
        if turn not in self._dead:
            self._answers.setdefault(turn, _Answer(turn, base=0)).released = True

    def acknowledge(self, epoch: int, samples: int, now: float) -> None:
        """Take the client's word; what cannot be true (never sent, another epoch) is ignored.

        Clients know the lower 16 bits of the epoch.
        """
        self._tick(now)
        if epoch & 0xFFFF == self.epoch & 0xFFFF and self._acknowledged < samples <= self._sent:
            self._acknowledged = samples

    def interrupt(self, now: float) -> tuple[str, int]:
        """Drop everything and begin a new epoch; return the turn that sounded and its heard characters."""
        self._tick(now)
        answer = self._current() or next(iter(self._answers.values()), None)
        heard = (answer.turn, self._heard(answer, self._position(heard=True))) if answer else ("", 0)
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

    def sounding(self, now: float) -> bool:
        """Tell whether the listener hears something now."""
        self._tick(now)
        answer = self._current()
        return answer is not None and answer.started and self._position() < self._sent

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
        self._tick(now)
        events: list[SpeechEvent] = []
        while (answer := self._current()) is not None:
            events += self._send(answer, now, since)
            events += self._tell(answer, now)
            end = answer.end()
            if end is None or self._position(heard=True) < end:
                break
            events.append(Finished(answer.turn, self.epoch))
            del self._answers[answer.turn]
            self._dead.append(answer.turn)
        return events

    def wait(self, now: float) -> float | None:
        """Return seconds until `due` or `next_piece` should be asked again; None: when something changes."""
        waits = []
        answer = self._current()
        if answer is not None and answer.started:
            waits.append(self._output.frame_ms / 2000)
        uncut = [waiting for waiting in self._answers.values() if waiting.cut < len(waiting.text)]
        waits += [max(0.01, waiting.since + self._output.fragment_ms / 1000 - now) for waiting in uncut]
        return min(waits, default=None)

    # Inner workings

    def _current(self) -> _Answer | None:
        """Return the answer that has the floor: the one begun, or the first that is released."""
        released = [answer for answer in self._answers.values() if answer.released]
        return next((answer for answer in released if answer.started), released[0] if released else None)

    def _cut(self, answer: _Answer, now: float) -> None:
        """Cut the waiting text into pieces; a fragment nothing was added to for a while is one, too."""
        stale = now - answer.since >= self._output.fragment_ms / 1000
        while answer.cut < len(answer.text):
            rest = answer.text[answer.cut :]
            length = pieces.cut(rest, first=not answer.pieces, whole=answer.whole or stale)
            if length == 0:
                if answer.whole and not rest.strip():
                    answer.cut = len(answer.text)
                return
            first = answer.base + answer.cut
            answer.cut += length
            piece = Piece(answer.turn, first, first + length, rest[:length], spoken(rest[:length]))
            if not piece.spoken:
                piece.taken = piece.complete = True
            answer.pieces.append(piece)

    def _pause(self, piece: Piece) -> float:
        """Return the milliseconds of silence that belong behind ``piece``."""
        answer = self._answers[piece.turn]
        if answer.whole and answer.cut == len(answer.text) and piece is answer.pieces[-1]:
            return self._output.tail_ms
        return self._output.gap_ms if pieces.ends_sentence(piece.text) else self._output.clause_gap_ms

    def _add(self, piece: Piece, sound: NDArray[np.int16]) -> None:
        size = int(self._rate * self._output.frame_ms / 1000)
        piece.sound += [sound[at : at + size] for at in range(0, len(sound), size)]
        piece.made += len(sound)

    def _waiting(self) -> int:
        return sum(piece.made - piece.sent for answer in self._answers.values() for piece in answer.pieces)

    def _send(self, answer: _Answer, now: float, since: float | None) -> list[SpeechEvent]:
        """Send frames of ``answer`` until enough is ahead of the listener."""
        events: list[SpeechEvent] = []
        lead = int(self._rate * self._output.lead_ms / 1000)
        for piece in answer.pieces:
            if piece.start is None and (piece.sound or piece.complete):
                piece.start = self._sent
            while piece.sound and self._sent - self._position() < lead:
                if not answer.started:
                    answer.started = True
                    events.append(Started(answer.turn, self.epoch, (now - since) * 1000 if since else 0.0))
                frame = piece.sound.pop(0)
                events.append(Audio(self.epoch, self._seq, self._rate, frame.tobytes()))
                self._seq += 1
                piece.sent += len(frame)
                self._sent += len(frame)
                self._clocked_at = self._clocked_at or now
            if piece.sound or not piece.complete:
                break
        return events

    def _tell(self, answer: _Answer, now: float) -> list[SpeechEvent]:
        """Tell how much was heard, now and then and at the end."""
        chars = self._heard(answer, self._position(heard=True))
        end = answer.end()
        ended = end is not None and self._position(heard=True) >= end
        if chars <= answer.told or not (ended or now - self._told_at >= self._output.heard_ms / 1000):
            return []
        answer.told, self._told_at = chars, now
        return [Heard(answer.turn, chars, acknowledged=self._acknowledged > 0)]

    def _heard(self, answer: _Answer, position: int) -> int:
        """Return how many characters of ``answer`` lie before ``position``: whole words only."""
        heard = answer.base
        for piece in answer.pieces:
            if piece.start is None or position < piece.start:
                break
            played = position - piece.start
            if played >= piece.voiced and piece.complete:
                heard = piece.last
                continue
            upto = int(len(piece.text) * played / max(1, piece.voiced))
            return piece.first + (piece.text.rfind(" ", 0, upto) + 1 if upto < len(piece.text) else upto)
        return heard

    def _tick(self, now: float) -> None:
        """Move the estimate on with the clock, never past what was sent."""
        if self._clocked_at is None:
            return
        self._clock = min(self._sent, self._clock + max(0.0, now - self._clocked_at) * self._rate)
        self._clocked_at = now

    def _position(self, *, heard: bool = False) -> int:
        """Return the listener's position; ``heard``: allow for the way to the ear when it is an estimate."""
        if self._acknowledged:
            trust = self._output.ack_trust_ms * self._rate / 1000
            return int(max(self._acknowledged, self._clock - trust))
        late = self._output.client_ms * self._rate / 1000 if heard and self._clock < self._sent else 0
        return int(max(0, self._clock - late))
