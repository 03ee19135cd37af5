"""Carry out the calls of one reply: by the tools that were offered, checked arguments, and the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.approvals.approval import Done
from hub.approvals.gate import spoken
from hub.conversation.mediation.fence import fenced
from hub.errors import HubError
from hub.llm.private.redaction.placeholders import stands_for
from hub.llm.provider import Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.conversation.mediation.asking import Asking
    from hub.conversation.mediation.reply import WantedCall
    from hub.conversation.mediation.taint import Taint
    from hub.conversation.tools import Tools


@dataclass(frozen=True, slots=True)
class Carried:
    """What the calls of a reply came to: ``results``, one for each, and those that wait for a person."""

    results: tuple[str, ...]
    held: tuple[Held, ...] = ()


class Calling:
    """The calls of one turn for a ``person``; none but of the tools that its request names as active."""

    def __init__(self, tools: Tools, asking: Asking, taint: Taint, person: str) -> None:
        self._tools, self._taint = tools, taint
        self._active = frozenset(asking.context.active_tools)
        self._person, self._talk = person, asking.conversation_id

    async def carry_out(self, wanted: Sequence[WantedCall]) -> Carried:
        """Make the calls in their order. What goes wrong is told to the model; nothing is raised.

        Once one waits for a person, only what waits for one too is still asked for: the turn ends with that.
        """
        results, held = [], list[Held]()
        for call in wanted:
            try:
                results.append(await self._made(call, after=bool(held)))
            except Held as waits:
                held.append(waits)
                results.append("It waits for a person.")
            except HubError as error:
                results.append(fenced(f"the refusal of {call.name}", f"Error: {error} {error.fix}".strip()))
        return Carried(tuple(results), tuple(held))

    async def _made(self, call: WantedCall, *, after: bool) -> str:
        tool = self._tools.get(call.name) if call.name in self._active else None
        if tool is None:
            raise HubError(f"There is no tool {call.name}.", fix="Call one of those that you were told of.")
        if stands_for(call.arguments):
            raise HubError("Its arguments were hidden from you.", fix="Ask the person to do that themselves.")
        tool.check(call.arguments)
        strays = tool.risk == "read" and self._taint.strays(call.arguments)
        if after and tool.risk == "read" and not strays:
            raise HubError("Not called: something else waits for a person first.", fix="Call it later.")
        result = await self._tools.call(
            call.name, call.arguments, person=self._person, talk=self._talk, read=self._taint.told, ask=strays
        )
        self._taint.note(call.name)
        return fenced(call.name, spoken(Done(result)))
