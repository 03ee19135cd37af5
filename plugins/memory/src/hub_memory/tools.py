"""The memory as tools: recall at once, remember and forget after a person's yes to the exact words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hub import HubError, MemoryQuery, MemorySelection, NewMemory, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub import Call, Memory, MemoryEntry, Register
    from hub_memory.life.procedures import Procedures, Suggestion

HOUSE = "house"
CONFIRMED = 2
MOST = 20
"""Entries that one recall tells, or one call forgets."""

LONGEST_FACT = 2_000
"""Characters of a fact: what is longer nobody reads before a yes."""

NOTHING = "I know no tool for that, and nobody taught me."

TOLD = 1_000
"""Characters of an entry in an answer; a longer one cannot be named by its words."""


class Tools:
    """The tools over ``memory``, for whom `hub.Hub.calling` says that they run.

    ``spaces`` returns the namespaces that a person may read, their own first; ``unsay`` destroys what else
    says the words of what was forgotten.
    """

    def __init__(
        self,
        memory: Memory,
        spaces: Callable[[str], Awaitable[tuple[str, ...]]],
        calling: Callable[[], Call | None],
        unsay: Callable[[str, Sequence[str]], Awaitable[None]],
        procedures: Procedures | None = None,
    ) -> None:
        self._memory, self._spaces, self._calling = memory, spaces, calling
        self._unsay, self._procedures = unsay, procedures

    def register(self, to: Register) -> None:
        """Offer them; each takes two arguments, so that a sentence that begins with its name is none."""
        to.tool(self.recall, name="recall", risk="read")
        to.tool(self.remember, name="remember", risk="write")
        to.tool(self.forget, name="forget", risk="danger")
        if self._procedures:
            to.tool(self.suggest, name="suggest", risk="read")

    async def recall(self, about: str, most: int = 6) -> str:
        """Recall what this person said, or their documents say, about something; each line is one entry."""
        spaces = await self._spaces(self._person())
        query = MemoryQuery(about, spaces, limit=max(1, min(most, MOST)))
        hits = (await self._memory.recall(query)).hits
        return "\n".join(_line(hit.entry) for hit in hits) or "I remember nothing about that."

    async def remember(self, fact: str, importance: float = 0.5) -> str:
        """Remember a fact about this person or their home, in one sentence that stands by itself."""
        if len(fact) > LONGEST_FACT:
            raise HubError("That is too long for a fact.", fix="Say it in one sentence.")
        call, space = self._calling(), await self._own()
        read = call.read if call else ""
        new = NewMemory(
            fact, space, kind="fact", origin="tool" if read else "assistant",
            trust=0 if read else CONFIRMED, importance=importance, quarantined=bool(read),
            tags=(f"read={read[:150]}",) if read else (),
        )  # fmt: skip
        await self._memory.remember([new])
        if read:
            return "Kept aside: look at it on the memory page, for I had read something before."
        return f"I will remember: {fact}"

    async def forget(self, words: list[str], about: str = "") -> str:
        """Forget entries for good: the exact words of each, as recall told them."""
        del about  # what it was about is for whoever is asked
        space = await self._own()
        found = await self._meant(space, words)
        if not found:
            raise HubError("I remember nothing in these words.", fix="Recall it first.")
        gone = await self._memory.forget(MemorySelection(space, tuple(entry.id for entry in found)))
        await self._unsay(space, [entry.text for entry in found])
        return "Forgotten." if gone == 1 else f"Forgotten: {gone} entries."

    async def suggest(self, wish: str, most: int = 3) -> str:
        """Suggest tools that may do what is wished for, and how this person said it is done."""
        if self._procedures is None:
            return NOTHING
        spaces = await self._spaces(self._person())
        found = await self._procedures.suggest(wish, spaces, limit=max(1, min(most, MOST)))
        return "\n".join(_suggested(one) for one in found) or NOTHING

    async def refuses(self, call: Call) -> Refusal | None:
        """Return why a call should not even be asked about: forgetting what is not there names nothing."""
        words = call.arguments.get("words")
        if not isinstance(words, list | tuple):
            return None
        spaces = await self._spaces(call.person)
        if spaces[0] != HOUSE and await self._meant(spaces[0], [str(one) for one in words]):
            return None
        return Refusal("I remember nothing in these words.", "Recall it, then give its exact words.")

    async def _meant(self, space: str, words: Sequence[str]) -> list[MemoryEntry]:
        """Return the entries of ``space`` that say exactly one of ``words``."""
        if len(words) > MOST:
            raise HubError("That is too much to forget at once.", fix=f"Name at most {MOST} entries.")
        found: dict[str, MemoryEntry] = {}
        for one in words:
            plain = _plain(one)
            chosen = MemorySelection(space, topic=one)
            for entry in await self._memory.browse(chosen, limit=100) if plain else ():
                if _plain(entry.text) == plain:
                    found[entry.id] = entry
        return list(found.values())

    def _person(self) -> str:
        call = self._calling()
        return call.person if call else ""

    async def _own(self) -> str:
        """Return the namespace of whoever asks. Raises `HubError` for a device that anybody uses."""
        space = (await self._spaces(self._person()))[0]
        if space == HOUSE:
            raise HubError("I do not know who asks.", fix="Ask me from a device of your own.")
        return space


def _suggested(one: Suggestion) -> str:
    if not one.tool:
        return f"As this person taught me: {_plain(one.text)[:TOLD]}"
    return f"The tool {one.tool}: {_plain(one.text)[:TOLD]}"


def _line(entry: MemoryEntry) -> str:
    day = time.strftime("%d %B %Y", time.localtime(entry.created))
    return f"{day}, {_who(entry)}: {_plain(entry.text)[:TOLD]}"


def _who(entry: MemoryEntry) -> str:
    if entry.origin == "document":
        return next((f"in {tag[9:]}" for tag in entry.tags if tag.startswith("document:")), "in a document")
    if entry.origin == "assistant":
        return "I said"
    return "you said" if entry.origin.startswith("user") else "noted"


def _plain(text: str) -> str:
    return " ".join(text.split())
