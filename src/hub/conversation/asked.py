"""Let a person call a tool by exact words in a talk: those of the notes, or ``use NAME with key=value``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hub.approvals.demo import meant
from hub.errors import HubError
from hub.llm.provider import Act, Caps, Declined, Done, Piece, Probe, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub.conversation.tools import Tool, Tools

_USE = re.compile(
    r"(?:please )?use (?:the )?(?:tool )?([a-z][a-z_ ]*?)(?: with (.+?))?[.!]?", re.IGNORECASE | re.DOTALL
)
_PAIR = re.compile(r"""\s*([a-z_]\w*)\s*=\s*("(?:[^"\\]|\\.)*"|[^,]*?)\s*(?:,|$)""", re.IGNORECASE)
MOST_CHARS = 2_000
MOST_SAID = 2_000


class Asked:
    """The `Provider` that calls tools through the gate; declines all other words.

    ``whose`` returns the person of a talk: for whom a tool is called is never taken from words.
    """

    name = "tools"
    caps = Caps(local=True, quality="exact", prompt_tokens=2_000, fixed_tokens=0, title="tools")

    def __init__(self, tools: Tools, whose: Callable[[str], Awaitable[str | None]]) -> None:
        self._tools, self._whose = tools, whose

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Call what the last message asks for, once it was accepted; raises `Declined`."""
        del deadline
        text = request.messages[-1].text if request.messages else ""
        wanted = self.understand(text) if len(text) <= MOST_CHARS else None
        if wanted is None:
            raise Declined
        yield Act(lambda: self._call(*wanted, request.conversation))
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)

    async def _call(self, tool: str, arguments: dict[str, Any], talk: str) -> str:
        from hub.approvals.approval import Done as Ran  # noqa: PLC0415  another Done than a stream's
        from hub.approvals.gate import spoken  # noqa: PLC0415

        person = await self._whose(talk) if talk else None
        if not person:
            raise HubError("I do not know who asks.", fix="Sign in and ask again.")
        return spoken(Ran(await self._tools.call(tool, arguments, person=person, talk=talk)))[:MOST_SAID]

    def understand(self, text: str) -> tuple[str, dict[str, Any]] | None:
        """Return the tool that ``text`` asks for, and its arguments; None for none."""
        if note := meant(text):
            return note
        match = _USE.fullmatch(" ".join(text.split()))
        tool = self._tools.get(match[1].strip().lower().replace(" ", "_")) if match else None
        if match is None or tool is None:
            return None
        arguments = _arguments(match[2] or "", tool)
        return None if arguments is None else (tool.name, arguments)


def _arguments(text: str, tool: Tool) -> dict[str, Any] | None:
    """Return the arguments in ``text``: a JSON object, ``key=value`` pairs, or the one text a tool takes."""
    if not text:
        return {}
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None
    pairs, place = dict[str, Any](), 0
    while place < len(text) and (pair := _PAIR.match(text, place)):
        pairs[pair[1]] = _value(pair[2], tool.schema.get("properties", {}).get(pair[1], {}))
        place = pair.end()
    if pairs and place == len(text):
        return pairs
    needs = [
        name for name, about in tool.schema.get("properties", {}).items() if about.get("type") == "string"
    ]
    return {needs[0]: text} if len(needs) == 1 and "=" not in text else None


def _value(text: str, about: dict[str, Any]) -> Any:
    """Return what ``text`` stands for: JSON where the tool wants no text, or where it is quoted."""
    if about.get("type") == "string" and not text.startswith('"'):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
