"""A language model that says what the test wrote down, behind the hub's real `Provider` protocol."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.llm.provider import Caps, Declined, Delta, Done, Piece, Probe, Request, ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    Step = str | float | BaseException | ToolCall
    Answer = str | BaseException | Sequence[Step] | Callable[[Request], str | Sequence[Step]]

_PIECES = re.compile(r"\s*\S+|\s+$")


class ScriptedModel:
    """A script of answers: ``ScriptedModel("Hello.", TimeoutError(), ["Half an", 0.2, ConnectionError()])``.

    It answers one request after the other by: a text, streamed word by word; an exception, raised before
    the first word; a function of the request; or steps: texts, seconds to wait, a `ToolCall` that it
    wants made, and an exception at which the stream breaks. Once all were given it declines, so that the
    hub asks the next one.
    ``local=False`` makes it a server elsewhere, to which the rules of privacy apply; ``tools=True`` one
    that is told of tools, and can call them.
    """

    def __init__(
        self, *answers: Answer, name: str = "scripted", local: bool = True, tools: bool = False
    ) -> None:
        self.name = name
        self.caps = Caps(
            local=local,
            quality="full",
            title="a scripted model",
            model="script",
            distance="machine" if local else "world",
            tools=tools,
        )
        self.requests: list[Request] = []
        """What it was asked, oldest first; also what it then declined."""
        self.closed = 0
        """Streams that were given up before their end."""
        self._left = list(answers)

    @property
    def asked(self) -> list[str]:
        """The last message of each request: the person's words."""
        return [request.messages[-1].text for request in self.requests]

    def add(self, *answers: Answer) -> None:
        """Let it answer so much more."""
        self._left.extend(answers)

    def forget(self) -> None:
        """Drop what is left of the script."""
        self._left.clear()

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Give the next answer; raises what the script says, and `Declined` at its end."""
        del deadline
        self.requests.append(request)
        if not self._left:
            raise Declined
        said, whole, called = "", False, False
        try:
            for step in _steps(self._left.pop(0), request):
                if isinstance(step, BaseException):
                    whole = True
                    raise step
                if isinstance(step, str):
                    said += step
                    yield Delta(step)
                if isinstance(step, ToolCall):
                    called = True
                    yield step
                await asyncio.sleep(step if isinstance(step, int | float) else 0)
            yield Usage(sum(len(each.text.split()) for each in request.messages), len(said.split()))
            whole = True
            yield Done("tools" if called else "stop")
        finally:
            self.closed += not whole

    async def probe(self) -> Probe:
        """Say that it could answer, or what it will say instead of it."""
        if not self._left:
            return Probe(ok=False, reason="The script is over.", fix="Give it more answers.")
        first = self._left[0]
        if isinstance(first, HubError):
            return Probe(ok=False, reason=str(first), fix=first.fix)
        return Probe(ok=True)


def _steps(answer: Answer, request: Request) -> list[Step]:
    if callable(answer):
        answer = answer(request)
    if isinstance(answer, str):
        return [*_PIECES.findall(answer)]
    if isinstance(answer, BaseException):
        return [answer]
    return [*answer]
