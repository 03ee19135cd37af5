"""Judge what is heard while an answer sounds: lower the answer at once, stop it only on words.

Pure like the turn machine, of which it is a part: it counts windows and answers with actions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub import Counted, Duck
from hub_voice.settings import WINDOW_MS, Waits, windows
from hub_voice.turn.actions import Action, Glance
from hub_voice.turn.backchannel import content, unsigned
from hub_voice.turn.echo import SURE, SURE_AGAIN, SURE_OF_COMMANDS, Overlap
from hub_voice.turn.endings import words
from hub_voice.turn.utterance import typical
from hub_voice.turn.weight import LONE, commands, fresh, weight

if TYPE_CHECKING:
    from collections.abc import Callable

GLANCE_PREROLL_MS = 200
"""Sound from before the onset that a look takes in."""

FASTEST = 30
"""Letters a second that a person says at most."""

SEEN = 40
"""Words kept of earlier looks."""

KEEP_MS = 400
"""Sound kept of an echo, so that words which begin in it are whole."""


@dataclass(slots=True, eq=False)
class Suspect:
    """Voice over an answer, from window ``first`` on; counts are in windows."""

    first: int
    voiced: int = 0
    gap: int = 0
    ducked: bool = False
    ticket: int = 0
    """Of the look that is under way; 0 when none is."""
    looked: int = 0
    """Voiced windows when the last look was asked for."""
    seen: tuple[str, ...] = ()
    """Words that the looks found, and that are no signs of listening."""
    echo: bool = False
    lifted: bool = False
    """Whether the answer is to stay as loud as it is until there are words."""
    levels: list[float] = field(default_factory=list)


class Overheard:
    """The machine for one session. ``ticket``: gives the next number."""

    def __init__(self, waits: Waits, ticket: Callable[[], int]) -> None:
        self._waits, self._ticket = waits, ticket
        self._suspect: Suspect | None = None
        self._wary = False
        """Whether an echo was heard: then words come first, and ducking second."""
        self.own_level: float | None = None
        """How loud the person usually is, dB; None until they said something."""

    @property
    def ticket(self) -> int:
        """Ticket of the look that is under way, 0 when none is."""
        return self._suspect.ticket if self._suspect else 0

    def window(self, now: int, probability: float, level: float, age: int) -> list[Action]:
        """Take a window; ``now``: the number of the next, ``age``: windows since the answer began."""
        young = age < windows(self._waits.young_ms)
        voiced = probability > (self._waits.voiced_over_young if young else self._waits.voiced_over_sound)
        suspect = self._suspect
        if suspect is None:
            if not voiced or self._distant(level, slack=3):
                return []
            self._suspect = suspect = Suspect(first=now - 1)
        if voiced:
            suspect.voiced += 1
            suspect.gap = 0
            suspect.levels.append(level)
        else:
            suspect.gap += 1
        actions: list[Action] = []
        if voiced and not (suspect.ducked or suspect.lifted or self._wary):
            suspect.ducked = True
            actions.append(Duck(True))
        return actions + self._go_on(suspect, now)

    def glimpsed(self, ticket: int, text: str, over: Overlap) -> tuple[bool, list[Action]]:
        """Take the words that were looked for; True: it is an interruption, see `take`."""
        suspect = self._suspect
        if suspect is None or ticket == 0 or ticket != suspect.ticket:
            return False, []
        suspect.ticket = 0
        sure = SURE_AGAIN if self._wary else SURE
        loud = commands(fresh(text, over)) and over.likeness < SURE_OF_COMMANDS
        if content(text) and not loud and over.is_echo(text, self._waits.echo_share, sure):
            return False, self._echoed(suspect)
        confirmed = self._convinces(suspect, text, over, 1.0 if loud else over.doubt(sure))
        suspect.seen = (*suspect.seen, *unsigned(text))[-SEEN:]
        if confirmed:
            self._wary = False  # what was taken for an echo then may have been this person
        return confirmed, []

    def take(self) -> Suspect | None:
        """Hand the suspect over; from then on it is somebody else's."""
        suspect, self._suspect = self._suspect, None
        return suspect

    def adopt(self, suspect: Suspect) -> None:
        """Go on with speech that began before the answer did."""
        self._suspect = suspect

    @property
    def voiced(self) -> bool:
        """Whether the latest window was voice over an answer."""
        return self._suspect is not None and self._suspect.gap == 0

    def person(self, level: float) -> None:
        """Learn how loud the person is, from a turn of theirs, dB."""
        self.own_level = level if self.own_level is None else 0.7 * self.own_level + 0.3 * level

    def _go_on(self, suspect: Suspect, now: int) -> list[Action]:
        waits = self._waits
        patience = windows(waits.overdue_ms if suspect.ticket else waits.dismiss_ms)
        if suspect.gap >= patience:
            over = not suspect.seen or suspect.gap >= patience + windows(waits.dismiss_ms)
            return self._doubt(suspect, over=over)
        long = suspect.voiced * WINDOW_MS >= waits.wordless_ms
        if long and suspect.ducked and not suspect.seen:
            suspect.lifted = True  # music, a crowd: go on listening, but let the answer be heard
            return [*self._lift(suspect), *self._look(suspect, now)]
        return self._look(suspect, now)

    def _look(self, suspect: Suspect, now: int) -> list[Action]:
        """Ask for the words when there is something new to look at."""
        waits = self._waits
        new = suspect.voiced - suspect.looked
        ended = suspect.gap == windows(waits.glance_gap_ms) and suspect.voiced >= windows(waits.least_word_ms)
        if suspect.ticket or not (new >= windows(waits.glance_ms) or (ended and new > 0)):
            return []
        if self._is_distant(suspect):
            return []
        suspect.ticket, suspect.looked = self._ticket(), suspect.voiced
        first = max(0, suspect.first - windows(GLANCE_PREROLL_MS))
        first = max(first, now - windows(6000))
        return [Glance(suspect.ticket, first, now)]

    def _convinces(self, suspect: Suspect, text: str, over: Overlap, doubt: float) -> bool:
        """Tell whether the voice so far, by what its words weigh and as far as it is no echo, is enough."""
        rushed, evidence = _is_rushed(text, suspect.voiced), weight(text, suspect.seen, over) * doubt
        if evidence == 0 or rushed or self._is_distant(suspect):
            return False
        if self._wary and evidence < LONE * doubt:  # an echo badly heard has words enough: they must stay
            return False
        return suspect.voiced >= windows(self._waits.convinced_ms / evidence)

    def _echoed(self, suspect: Suspect) -> list[Action]:
        """Lift the answer that was heard itself, and from now on look before ducking."""
        actions: list[Action] = self._lift(suspect)
        if not suspect.echo:
            actions.append(Counted("echo"))
        self._wary = suspect.echo = True
        suspect.first += max(0, suspect.voiced + suspect.gap - windows(KEEP_MS))
        suspect.voiced = suspect.looked = 0
        suspect.seen, suspect.levels = (), []
        return actions

    def _doubt(self, suspect: Suspect, *, over: bool) -> list[Action]:
        """Lift the answer over what came to nothing; who had words and soon goes on does not begin anew."""
        if over:
            self._suspect = None
        counted: list[Action] = [Counted("false_barge_in")] if suspect.ducked else []
        return self._lift(suspect) + counted

    @staticmethod
    def _lift(suspect: Suspect) -> list[Action]:
        if not suspect.ducked:
            return []
        suspect.ducked = False
        return [Duck(False)]

    def _distant(self, level: float, slack: float = 0.0) -> bool:
        return self.own_level is not None and level < self.own_level - self._waits.distant_db - slack

    def _is_distant(self, suspect: Suspect) -> bool:
        """Tell whether the louder half of it is still too quiet to be the person."""
        return bool(suspect.levels) and self._distant(typical(suspect.levels))


def _is_rushed(text: str, voiced: int) -> bool:
    """Tell whether nobody says ``text`` in so many ``voiced`` windows: a recogniser made it up."""
    return sum(map(len, words(text))) > FASTEST * (voiced * WINDOW_MS + GLANCE_PREROLL_MS) / 1000
