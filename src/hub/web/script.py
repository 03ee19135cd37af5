"""Write a turn into the script of a talk: who said what, and how far to trust the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.events import AT_ONCE_S
from hub.web import markdown

if TYPE_CHECKING:
    from markupsafe import Markup

    from hub.store.transcripts import Turn

TRIES = ("What time is it?", "How full is the disk?", "What is 12% of 340?")


@dataclass(frozen=True, slots=True)
class Note:
    """The line under an answer; ``care`` stands first and in the colour of care."""

    text: str
    care: str = ""


@dataclass(frozen=True, slots=True)
class TurnView:
    """What the template needs of one turn.

    ``html``: the answer, when it has markup and has ended; ``acted``: it did something, which is not
    to be done once more by asking again.
    """

    id: str
    talk: str
    at: float
    source: str
    state: str
    text: str
    answer: str
    html: Markup | None
    note: Note | None
    acted: bool


def view(turn: Turn, reason: str = "") -> TurnView:
    """Return ``turn`` as the page shows it; ``reason``: why it failed."""
    html = None if turn.state == "answering" else markdown.render(turn.answer)
    return TurnView(
        turn.id, turn.conversation, turn.at, turn.source, turn.state, turn.text, turn.answer.strip(), html,
        note(turn, reason), turn.quality == "done",
    )  # fmt: skip


def note(turn: Turn, reason: str = "") -> Note | None:
    """Return who answered, how fast and how well; None while the answer is still coming."""
    if turn.state == "answering":
        return None
    if turn.state == "failed":
        return Note("Ask me again.", care=f"I could not answer: {reason or 'something broke'}.")
    if turn.state == "pending":
        return Note("Only with your yes.")
    told = _told(turn)
    return Note(f"Stopped here. {told}".strip() if turn.state == "interrupted" else told)


def _told(turn: Turn) -> str:
    took = f"{turn.seconds:.1f} s" if turn.seconds >= AT_ONCE_S else "at once"
    if turn.quality == "basic":
        return f"The small model, {took}. Basic: check what matters."
    if turn.quality == "full":
        name, _, model = turn.provider.partition("/")
        return f"{', '.join(filter(None, (name.capitalize(), model, took)))}."
    return _FIXED.get(turn.quality, "")


_FIXED = {
    "done": "Done, not only said.",
    "exact": "Exact: worked out, not guessed.",
    "quoted": "Remembered, word for word.",
    "limit": "A fixed line: the small model would guess.",
    "canned": "A fixed line: no model could answer.",
}
