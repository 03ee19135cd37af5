"""What can be meant about timers, alarms and reminders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hub.timers.timer import Kind
    from hub.timers.when import When


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Set a timer."""

    seconds: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class SetAlarm:
    """Set an alarm."""

    when: When
    name: str = ""


@dataclass(frozen=True, slots=True)
class Remind:
    """Set a reminder of ``text``."""

    text: str
    when: When


@dataclass(frozen=True, slots=True)
class Ask:
    """The sentence lacks something: ``question`` asks for it, and the answer is read as its end."""

    question: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """What was asked cannot be; ``reason`` says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pick:
    """Which of those that are set: of ``kind``, called ``words``; or ``all`` of them."""

    kind: Kind | None = None
    words: str = ""
    all: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """Do something with what is set. ``seconds``: how much to add, or how long to snooze."""

    what: Literal["cancel", "add", "pause", "resume", "snooze", "stop", "list", "left"]
    pick: Pick
    seconds: float = 0.0


Command = SetTimer | SetAlarm | Remind | Ask | Refuse | Do

HOW_LONG = "For how long?"
AT_WHAT_TIME = "At what time?"
REMIND_WHEN = "When shall I remind you?"
REMIND_WHAT = "What shall I remind you of?"
QUESTIONS = (HOW_LONG, AT_WHAT_TIME, REMIND_WHEN, REMIND_WHAT)
