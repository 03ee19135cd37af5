"""Know when an answer sounds, and make voice over it speech of its own: the turn machine's other half."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Counted, Duck
from hub_voice.settings import Waits, windows
from hub_voice.turn.actions import Action, Floor
from hub_voice.turn.barge_in import Overheard, Suspect
from hub_voice.turn.utterance import Utterance, typical

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub_voice.turn.echo import Overlap


class OverAnswer:
    """Since when an answer sounds, and who speaks over it. ``ticket``: gives the next number."""

    def __init__(self, waits: Waits, ticket: Callable[[], int]) -> None:
        self._waits = waits
        self._overheard = Overheard(waits, ticket)
        self._since: int | None = None
        self._until = -windows(60_000)
        """When an answer was last heard to sound: what begins just after it may be its echo."""

    @property
    def ticket(self) -> int:
        """Ticket of the look that is under way, 0 when none is."""
        return self._overheard.ticket

    @property
    def voiced(self) -> bool:
        """Whether the latest window was voice over an answer."""
        return self._overheard.voiced

    def note(self, now: int, floor: Floor) -> None:
        """Learn who has the floor in window ``now``."""
        if floor is not Floor.SOUNDING:
            self._since = None
            return
        self._until = now
        self._since = now if self._since is None else self._since

    def rings(self, onset: int) -> bool:
        """Tell whether what began at ``onset`` may be the echo of an answer that just ended."""
        return onset - self._until <= windows(self._waits.ring_ms)

    def is_echo(self, utterance: Utterance, text: str, over: Overlap) -> bool:
        """Tell whether ``text`` is the answer that the microphone heard."""
        return utterance.overlapped and over.is_echo(text, self._waits.echo_share)

    def adopt(self, now: int, early: Utterance) -> None:
        """Go on with speech that began before the answer did."""
        first = min(now - 1, early.first + windows(self._waits.preroll_ms))
        self._overheard.adopt(Suspect(first, early.voiced, early.silence, levels=early.levels))

    def window(self, now: int, probability: float, level: float) -> list[Action]:
        """Take a window of sound over the answer; ``now``: the number of the next."""
        since = now if self._since is None else self._since
        return self._overheard.window(now, probability, level, now - since)

    def glimpsed(self, ticket: int, text: str, over: Overlap) -> tuple[bool, list[Action]]:
        """Take the words that were looked for; True: it is an interruption, see `seize`."""
        return self._overheard.glimpsed(ticket, text, over)

    def seize(self, now: int) -> tuple[Utterance | None, bool, list[Action]]:
        """Make an interruption an utterance; True: nobody reacts that soon, so it goes on with the last."""
        suspect = self._overheard.take()
        if suspect is None:
            return None, False, []
        utterance = self._as_utterance(now, suspect)
        utterance.confirmed = True
        soon = self._since is not None and suspect.first - self._since <= windows(self._waits.reaction_ms)
        return utterance, soon, [Duck(False)] if suspect.ducked else []

    def hand_over(self, now: int) -> tuple[Utterance | None, list[Action]]:
        """Take what is said on after the answer ended for speech like any other."""
        suspect = self._overheard.take()
        if suspect is None:
            return None, []
        actions: list[Action] = [Duck(False)] if suspect.ducked else []
        if suspect.voiced < windows(self._waits.onset_ms) or suspect.gap >= windows(self._waits.dismiss_ms):
            return None, [*actions, Counted("false_barge_in")] if suspect.ducked else actions
        utterance = self._as_utterance(now, suspect)
        utterance.overlapped = True
        return utterance, actions

    def forget(self) -> list[Action]:
        """Drop whoever speaks over the answer, which is as loud as before."""
        suspect = self._overheard.take()
        return [Duck(False)] if suspect is not None and suspect.ducked else []

    def know(self, levels: list[float]) -> None:
        """Learn how loud the person is, from the levels of a turn of theirs, dB."""
        if len(levels) >= windows(self._waits.least_push_ms):
            self._overheard.person(typical(levels))

    def _as_utterance(self, now: int, suspect: Suspect) -> Utterance:
        first = max(0, suspect.first - windows(self._waits.preroll_ms))
        utterance = Utterance(first, suspect.voiced, suspect.gap, announced=True, glance=suspect.ticket)
        spoken = max(0, now - first - suspect.gap)
        utterance.loudness = [1.0] * spoken + [0.0] * (now - first - spoken)
        utterance.levels, utterance.glanced = suspect.levels, suspect.looked
        return utterance
