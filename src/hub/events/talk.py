"""What happens in talks, to their turns, and to whoever answers them."""

from __future__ import annotations

from typing import Literal

from hub.events.event import Event

AT_ONCE_S = 0.05
"""Sooner than this nobody counts."""


class TurnEvent(Event):
    """Something happened to one turn of one conversation."""

    conversation: str
    turn: str


class TurnDrafted(TurnEvent):
    """The person is still speaking; ``text`` is what was understood so far."""

    name = "turn.drafted"
    text: str
    revision: int

    @property
    def fleeting(self) -> bool:
        """The next one says more."""
        return True


class TurnWithdrawn(TurnEvent):
    """The draft came to nothing."""

    name = "turn.withdrawn"


class TurnAccepted(TurnEvent):
    """The person's words are final and stored; ``replaces``: the turn that they ask again.

    A turn of the hub's own (``source`` hub) has no words of a person.
    """

    name = "turn.accepted"
    text: str
    source: Literal["voice", "text", "api", "hub"]
    replaces: str = ""


class TurnDelta(TurnEvent):
    """More of the answer's text."""

    name = "turn.delta"
    text: str

    @property
    def fleeting(self) -> bool:
        """The turn's end says it all."""
        return True


class TurnHeard(TurnEvent):
    """How many characters of the answer have been heard so far."""

    name = "turn.heard"
    chars: int

    @property
    def fleeting(self) -> bool:
        """The turn's end says it all."""
        return True


class TurnEnded(TurnEvent):
    """The turn reached its end; the stored answer is what was heard or shown.

    ``provider`` names who answered, ``quality`` how far to trust it, ``seconds`` the time from
    acceptance to the first word, ``total`` to the last. ``prompt_tokens`` and ``completion_tokens``
    are 0 where they are not known. ``pending``: what was asked waits for the ``approval`` of that id, and a
    turn of the hub's own will tell what became of it.
    """

    name = "turn.ended"
    state: Literal["done", "interrupted", "failed", "pending"]
    answer: str
    provider: str = ""
    quality: Literal["exact", "done", "full", "quoted", "limit", "basic", "canned", ""] = ""
    seconds: float = 0.0
    reason: str = ""
    source: str = ""
    total: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    approval: str = ""

    def line(self) -> str | None:
        """Tell the time an answer took, or how it ended early."""
        if self.state == "pending":
            return "That waits for your yes"
        if self.state == "done":
            return f"Answered in {self.seconds:.1f} s" if self.seconds >= AT_ONCE_S else "Answered at once"
        if self.state == "interrupted":
            return "Stopped speaking"
        return f"Could not answer: {self.reason}"


class LanguageAsked(Event):
    """A language model was asked and is done: ``seconds`` in all, ``first_s`` to its first words, if any.

    ``left_s``: what was left then of the time it had for them. ``outcome``: done, failed (before a word),
    cut (in the middle) or stopped (by whoever asked). ``cost`` in US dollars; ``cached_tokens`` of the prompt
    were not read anew. ``speculative``: the words were not final yet; ``hedged``: it was started silently
    beside another that was slow. ``resumed``: it went on in the middle of another's answer.
    ``fallback_from``: who was to answer before it, and ``why`` that one did not, in one word: trip, hold,
    config, caller, local, privacy, capability, budget, breaker. ``stations_s``: seconds that deciding took.
    """

    name = "language.asked"
    provider: str
    model: str
    outcome: Literal["done", "failed", "cut", "stopped"]
    seconds: float
    prompt_tokens: int = 0
    completion_tokens: int = 0
    first_s: float | None = None
    left_s: float | None = None
    cost: float = 0.0
    cached_tokens: int = 0
    speculative: bool = False
    hedged: bool = False
    resumed: bool = False
    fallback_from: str = ""
    why: str = ""
    stations_s: float = 0.0


class ToolCalled(Event):
    """A tool was called; never with what."""

    name = "tool.called"
    tool: str
    owner: str
    outcome: Literal["done", "failed"]
    ms: float


class TalkEvent(Event):
    """Something happened to a talk as a whole."""

    conversation: str


class TalkRenamed(TalkEvent):
    """A talk has another title: ``text``, since it is made of what was said."""

    name = "talk.renamed"
    text: str


class TalkDeleted(TalkEvent):
    """A talk was deleted; for a short while it can be brought back."""

    name = "talk.deleted"


class TalkRestored(TalkEvent):
    """A deleted talk was brought back."""

    name = "talk.restored"
