"""A question together with what was called for it so far, cut to the measure of each provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.conversation.prompt import tokens
from hub.errors import HubError
from hub.llm.provider import Caps, Message, Request, ToolCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.conversation.mediation.asking import Asking
    from hub.conversation.mediation.offered import Offered
    from hub.conversation.prompt import Prompt

_LEAST_ROOM = 256


class Exchange:
    """`Asked` by the router: the prompt, the tools, and the calls with their results, oldest first."""

    def __init__(self, prompt: Prompt, offered: Offered, asking: Asking, person: str = "") -> None:
        self._prompt, self._offered, self._asking, self._person = prompt, offered, asking, person
        self._messages: list[Message] = []
        self.closed = False
        """No more calls: what is asked for now is an answer in words."""

    def add(self, said: str, calls: Sequence[ToolCall], results: Sequence[str]) -> None:
        """Add a reply with its calls, and what each of them came to, fenced."""
        self._messages.append(Message("assistant", said, calls=tuple(calls)))
        for call, result in zip(calls, results, strict=True):
            self._messages.append(Message("tool", result, call=call.id))

    def for_provider(self, caps: Caps) -> Request:
        """Return the request that fits ``caps``; one that knows no tools is told the results in words."""
        tools = self._offered.fitting(caps.prompt_tokens) if caps.tools else ()
        told = self._messages if caps.tools else []
        extra = self._offered.cost(tools) + sum(tokens(each.text) for each in self._messages)
        request = self._prompt.for_provider(_less(caps, extra))
        self._refuse_mixed(request)
        last = request.messages[-1]
        if self._messages and not caps.tools:
            results = [each.text for each in self._messages if each.role == "tool"]
            last = replace(last, text="\n\n".join((last.text, *results)))
        return replace(
            request,
            messages=(*request.messages[:-1], last, *told),
            tools=tools,
            tool_choice="none" if self.closed and tools else "",
            person=self._person,
        )

    def _refuse_mixed(self, request: Request) -> None:
        """Raise when anything but the hub's own words would be told as the system's (S0-48)."""
        first, *others = request.messages
        own = self._asking.system_prompt
        if first.role != "system" or (own and first.text != own) or any(o.role == "system" for o in others):
            raise HubError("The system prompt was changed on the way.", fix="Tell the hub's makers.")

    def prefix(self, caps: Caps) -> Sequence[Message]:
        """Return what comes before the person's words."""
        return self._prompt.prefix(caps)


def _less(caps: Caps, extra: int) -> Caps:
    return replace(caps, prompt_tokens=max(_LEAST_ROOM, caps.prompt_tokens - extra)) if extra else caps
