"""Do what is asked of the memory, exactly and offline; what destroys is asked about first."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal

from hub import Act, Caps, Declined, Delta, Done, MemoryQuery, MemorySelection, NewMemory, Probe
from hub_memory.spoken.commands import Drop, DropAll, HowTo, Keep, Know, understand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from hub import Memory, MemoryEntry, Request
    from hub_memory.spoken.commands import Command

    Kind = Literal["fact", "procedure"]
    Piece = Act | Delta | Done

CONFIRMED = 2
"""Trust of what a person asked to be remembered."""

HOUSE = "house"
"""The namespace of whoever is nobody: a device that anybody uses."""

TOLD, NAMED = 5, 3
"""Entries told in one answer, and named in a question."""

MOST_FORGOTTEN = 500
"""Entries that one command forgets."""

SHORT = 160
"""Characters of an entry in an answer."""

STILL = "Our talks still say it; the memory page forgets those too."
"""What stays: a transcript is forgotten whole, which is more than was asked for."""

SHALL = "Shall I?"
"""How a question before something is destroyed ends."""

_YES = frozenset(
    ("yes", "yes please", "yeah", "yep", "sure", "do it", "go ahead", "ok", "okay", "yes do it", "please do")
)
_NO = frozenset(
    ("no", "no thanks", "no thank you", "nope", "don't", "do not", "keep it", "keep them", "stop")
)


class Spoken:
    """The `hub.Provider` of the memory's own words; declines all others.

    ``spaces`` returns the namespaces that a person may read, their own first; ``unsay`` destroys what else
    says the words of what was forgotten.
    """

    name = "memory"
    caps = Caps(local=True, quality="exact", prompt_tokens=2_000, fixed_tokens=0, title="memory")

    def __init__(
        self,
        memory: Memory,
        spaces: Callable[[str], Awaitable[tuple[str, ...]]],
        unsay: Callable[[str, Sequence[str]], Awaitable[None]],
    ) -> None:
        self._memory, self._spaces, self._unsay = memory, spaces, unsay

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer the last message, read with my own last question if there was one. Raises `Declined`."""
        del deadline
        texts = [message.text for message in request.messages if message.role != "system"]
        command, agreed = _asked(texts)
        if command is None:
            raise Declined
        spaces = await self._spaces(request.person)
        yield await self._answer(command, spaces, request.conversation, agreed=agreed)
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)

    async def _answer(
        self, command: Command, spaces: tuple[str, ...], talk: str, *, agreed: bool | None
    ) -> Piece:
        if spaces[0] == HOUSE and not (isinstance(command, Know | HowTo) and command != Know()):
            return Delta("I do not know who asks. Tell me on a device of your own.")
        if isinstance(command, Keep):
            return Act(lambda: self._keep(command, spaces[0], talk))
        if isinstance(command, Know | HowTo):
            return Delta(await self._know(command, spaces))
        return await self._drop(command, spaces[0], talk, agreed=agreed)

    async def _drop(self, command: Drop | DropAll, space: str, talk: str, *, agreed: bool | None) -> Piece:
        if agreed is False:
            return Delta("All right, I keep it.")
        found = await self._meant(command, space, talk)
        if not found:
            return Delta(f"I remember nothing{_about(command)}.")
        if agreed or command == Drop():
            whole = isinstance(command, DropAll)
            return Act(lambda: self._forget(found, space, whole=whole))
        return Delta(_question(found))

    async def _keep(self, command: Keep, space: str, talk: str) -> str:
        kind: Kind = "procedure" if command.how else "fact"
        entry = NewMemory(command.text, space, kind=kind, trust=CONFIRMED, session=talk, importance=0.8)
        await self._memory.remember([entry])
        return "I will remember that."

    async def _know(self, command: Know | HowTo, spaces: tuple[str, ...]) -> str:
        if isinstance(command, HowTo):
            return await self._how(command.goal, spaces)
        if not command.topic:
            found = await self._memory.browse(MemorySelection(namespace=spaces[0]), limit=TOLD + 1)
            return _told(found) if found else "I remember nothing of you yet. Say: remember that, and what."
        query = MemoryQuery(command.topic, spaces, limit=TOLD + 1, minimum_trust=1)
        found = [hit.entry for hit in (await self._memory.recall(query)).hits]
        if not found:
            raise Declined  # it may be about the world
        return _told(found)

    async def _how(self, goal: str, spaces: tuple[str, ...]) -> str:
        """Return what was taught and has all words of ``goal``; other ways are a language model's to tell."""
        query = MemoryQuery(goal, spaces, limit=TOLD, kinds=("procedure",), minimum_trust=CONFIRMED)
        for hit in (await self._memory.recall(query)).hits:
            if _words(goal) <= _words(hit.entry.text):
                return hit.entry.text
        raise Declined

    async def _meant(self, command: Command, space: str, talk: str) -> Sequence[MemoryEntry]:
        """Return what is to be forgotten: only of the person's own, never of the house."""
        if isinstance(command, DropAll):
            return await self._memory.browse(MemorySelection(namespace=space), limit=MOST_FORGOTTEN)
        if isinstance(command, Drop) and command.topic:
            chosen = MemorySelection(namespace=space, topic=command.topic)
            return await self._memory.browse(chosen, limit=MOST_FORGOTTEN)
        last = await self._memory.browse(MemorySelection(namespace=space, session=talk), limit=2)
        return [entry for entry in last if entry.created == last[0].created]

    async def _forget(self, found: Sequence[MemoryEntry], space: str, *, whole: bool) -> str:
        """Forget what was ``found``; or the ``whole`` of ``space``, however much that is."""
        ids = () if whole else tuple(entry.id for entry in found)
        gone = await self._memory.forget(MemorySelection(space, ids))
        await self._unsay(space, [entry.text for entry in found])
        return f"Forgotten{'' if gone == 1 else f': {gone} things'}. {STILL}"


def _asked(texts: Sequence[str]) -> tuple[Command | None, bool | None]:
    """Return the command of the last text, or the one that I asked about, and whether that was agreed to."""
    if not texts:
        return None, None
    if len(texts) > 2 and texts[-2].endswith(SHALL):  # noqa: PLR2004  the order, my question, the answer
        answer = " ".join("".join(c if c.isalnum() or c == "'" else " " for c in texts[-1].lower()).split())
        order = understand(texts[-3])
        if isinstance(order, Drop | DropAll) and answer in _YES | _NO:
            return order, answer in _YES
    return understand(texts[-1]), None


def _question(found: Sequence[MemoryEntry]) -> str:
    more = f", and {len(found) - NAMED} more" if len(found) > NAMED else ""
    named = "; ".join(_quoted(entry) for entry in found[:NAMED])
    least = "at least " if len(found) >= MOST_FORGOTTEN else ""
    things = "one thing" if len(found) == 1 else f"{least}{len(found)} things"
    return f"That would forget {things} for good: {named}{more}. {SHALL}"


def _told(found: Sequence[MemoryEntry]) -> str:
    lines = [f"{_who(entry)} on {_day(entry)}: {_quoted(entry)}." for entry in found[:TOLD]]
    more = " There is more on the memory page." if len(found) > TOLD else ""
    return " ".join(lines) + more


def _who(entry: MemoryEntry) -> str:
    if entry.kind == "summary":
        return "We spoke"
    if entry.origin == "document":
        return next((tag[9:] for tag in entry.tags if tag.startswith("document:")), "A document")
    return "I said" if entry.origin == "assistant" else "You said"


def _day(entry: MemoryEntry) -> str:
    then = time.localtime(entry.created)
    return f"{then.tm_mday} {time.strftime('%B', then)}"


def _quoted(entry: MemoryEntry) -> str:
    text = " ".join(entry.text.split()).rstrip(".!")
    return f"“{text if len(text) <= SHORT else text[:SHORT].rsplit(' ', 1)[0] + '…'}”"


def _words(text: str) -> set[str]:
    return {*re.findall(r"\w+", text.casefold())} - {"the", "a", "an", "my", "our"}


def _about(command: Command) -> str:
    topic = getattr(command, "topic", "")
    return f" about {topic}" if topic else ""
