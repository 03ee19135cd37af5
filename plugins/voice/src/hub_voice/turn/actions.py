"""Name what the turn machine may ask for, and who can have the floor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hub import Counted, Draft, Duck, Voiced, Withdrawn


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
class Glance:
    """Wanted, soon: roughly the words in [first, last); answer with `TurnTaker.glimpsed`."""

    ticket: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Accept:
    """The turn is over and says ``text``. ``sure``: the turn model said so, and was believed."""

    revision: int
    text: str
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The person speaks although an answer is pending or sounding: stop it."""


Action = Transcribe | Judge | Glance | Accept | Interrupt | Draft | Withdrawn | Voiced | Duck | Counted


class Floor(Enum):
    """Who has the floor: nobody, an answer that is not yet heard, or one that sounds."""

    FREE = auto()
    PENDING = auto()
    SOUNDING = auto()
