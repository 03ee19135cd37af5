"""Answer one turn: offer the tools, carry out what the model calls, and clean every word.

Text of tools, pages and models never becomes more than text: a reply is typed and checked, a call goes
through the gate, its result comes back fenced, and only a person's yes lets anything above ``read`` happen.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from hub.conversation.mediation.calling import Calling, Carried
from hub.conversation.mediation.exchange import Exchange
from hub.conversation.mediation.fence import fenced
from hub.conversation.mediation.offered import Catalogue, Offered
from hub.conversation.mediation.sanitiser import Sanitiser
from hub.conversation.mediation.taint import EARLIER, Taint
from hub.conversation.mediation.thoughts import Thoughts
from hub.errors import HubError
from hub.llm.provider import Answer, Delta, ToolCall, Usage
from hub.llm.routing.deadlines import TEXT, VOICE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from hub.conversation.mediation.asking import Asking
    from hub.conversation.mediation.reply import Reply
    from hub.conversation.prompt import Prompt
    from hub.conversation.tools import Tool, Tools
    from hub.llm.router import Router
    from hub.llm.routing.deadlines import Deadlines

    Accepted = Callable[[], Awaitable[object]]

log = structlog.get_logger(__name__)

ROUNDS = 4
"""Rounds of calls in one turn; after them the model is asked once more, for words alone."""


@dataclass(slots=True)
class Asker:
    """Whose turn it is, and what is known of it once it was answered.

    ``read``: what the model had read that no person of this hub said; ``asking`` and ``reply``: the typed
    request, and the last typed reply with calls. ``listens``: the answer is spoken, so it must be soon.
    """

    turn: str = ""
    talk: str = ""
    person: str = ""
    listens: bool = False
    read: str = ""
    asking: Asking | None = None
    reply: Reply | None = None


@dataclass(slots=True)
class _Round:
    """What one request came to, gathered while it streams."""

    by: Answer = field(default_factory=Answer)
    calls: list[ToolCall] = field(default_factory=list)
    thoughts: Thoughts = field(default_factory=Thoughts)
    said: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        return "".join(self.said)


class Mediator:
    """Stands between the talks and the ``router``. Without ``tools`` it offers none."""

    def __init__(self, router: Router, tools: Tools | None = None) -> None:
        self._router, self._tools, self._catalogue = router, tools, Catalogue()

    async def answer(
        self,
        prompt: Prompt,
        by: Answer | None = None,
        asker: Asker | None = None,
        *,
        accepted: Accepted | None = None,
    ) -> AsyncGenerator[Delta, None]:
        """Yield the answer; ``by`` is filled in with who gave it, as `Router.answer` does.

        A tool is called only once the words are ``accepted``. When a call waits for a person, the answer
        says so and ends, and ``by.waits`` is the id of its approval. Raises nothing but for cancellation.
        """
        by, asker = by if by is not None else Answer(), asker or Asker()
        clean, joint = Sanitiser(), _Joint()
        async with aclosing(self._rounds(prompt, by, asker, accepted, joint)) as texts:
            async for text in texts:
                if told := joint.told(clean.feed(text)):
                    yield Delta(told)
                if clean.full:
                    return
        if told := joint.told(clean.finish()):
            yield Delta(told)

    async def _rounds(
        self, prompt: Prompt, by: Answer, asker: Asker, accepted: Accepted | None, joint: _Joint
    ) -> AsyncGenerator[str, None]:
        offered = await self._offered(prompt, asker)
        asker.asking = _asking(prompt, asker, offered)
        taint = Taint(lambda: prompt.words, [EARLIER] if prompt.read else [])
        exchange = Exchange(prompt, offered, asker.asking, asker.person)
        for number in range(ROUNDS + 1):
            exchange.closed = number == ROUNDS
            round_ = _Round()
            times = VOICE if asker.listens else TEXT
            async for text in self._stream(exchange, round_, by, accepted, times, again=number > 0):
                yield text
            asker.read = taint.told
            if not round_.calls or exchange.closed or self._tools is None:
                break
            if accepted:
                await accepted()
            carried = await _carried(Calling(self._tools, asker.asking, taint, asker.person), round_, asker)
            asker.read = taint.told
            if carried.held:
                first = carried.held[0]
                by.waits, by.quality = first.waits, ""
                joint.part()
                yield " ".join(f"{held} {held.fix}" for held in carried.held)
                return
            exchange.add(round_.text, round_.calls, carried.results)
            joint.part()
        if not joint.any:
            from hub.conversation.mediation.reply import FALLBACK  # noqa: PLC0415  pydantic, at need

            yield FALLBACK

    async def _stream(
        self,
        exchange: Exchange,
        round_: _Round,
        by: Answer,
        accepted: Accepted | None,
        times: Deadlines,
        *,
        again: bool,
    ) -> AsyncGenerator[str, None]:
        """Yield the words of one request; its calls and figures are gathered in ``round_`` and ``by``."""
        stream = self._router.answer(
            exchange, round_.by, accepted=accepted, deadlines=times, models_only=again
        )
        first = True
        try:
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    if first:
                        _told_by(by, round_.by)
                        first = False
                    if isinstance(piece, ToolCall):
                        round_.calls.append(piece)
                    elif text := round_.thoughts.feed(piece.text):
                        round_.said.append(text)
                        yield text
            if rest := round_.thoughts.finish():
                round_.said.append(rest)
                yield rest
        finally:
            _told_by(by, round_.by)
            _added(by, round_.by)

    async def _offered(self, prompt: Prompt, asker: Asker) -> Offered:
        """Return the tools for this turn: none when nobody could want them, or this person may call none."""
        tools = self._tools
        if tools is None or not asker.person or not any(one.caps.tools for one in self._router.providers):
            return Offered()
        if tools.gate is not None and await tools.gate.bars(asker.person):
            return Offered()
        return self._catalogue.offer(_skilled(tools, prompt), prompt.text)


def _skilled(tools: Iterable[Tool], prompt: Prompt) -> Iterable[Tool]:
    """Return the tools that the talk's persona may call."""
    skills = prompt.persona.skills
    return [tool for tool in tools if tool.name in skills] if skills else tools


class _Joint:
    """Keeps the words of two rounds apart, and knows whether there were any."""

    def __init__(self) -> None:
        self.any = False
        self._parted = False
        self._last = ""

    def part(self) -> None:
        """Note that another round begins."""
        self._parted = True

    def told(self, text: str) -> str:
        """Return ``text``, with a space before it where it would run into the round before."""
        if not text:
            return text
        if self._parted and self.any and not self._last.isspace() and not text[0].isspace():
            text = f" {text}"
        self._parted, self._last = False, text[-1]
        self.any = self.any or not text.isspace()
        return text


async def _carried(calling: Calling, round_: _Round, asker: Asker) -> Carried:
    """Check the reply as a whole, then carry out its calls; what is rejected is told to the model."""
    from hub.conversation.mediation import reply  # noqa: PLC0415  pydantic, at need

    try:
        asker.reply = reply.whole(round_.text, round_.calls, round_.thoughts.trace, _metadata(round_))
    except HubError as error:
        log.info("reply rejected", reason=str(error), provider=round_.by.provider)
        told = fenced("the hub", f"Error: nothing was called. {error} {error.fix}")
        return Carried(tuple(told for _ in round_.calls))
    return await calling.carry_out(asker.reply.response.tool_calls)


def _asking(prompt: Prompt, asker: Asker, offered: Offered) -> Asking:
    """Return the typed request of the turn."""
    from hub.conversation.mediation import asking  # noqa: PLC0415  pydantic, at need

    return asking.Asking(
        conversation_id=asker.talk,
        turn_id=asker.turn,
        user_message=asking.UserMessage(text=prompt.text),
        context=asking.Context(
            persona=prompt.persona.name,
            active_tools=tuple(sorted(offered.names)),
            recent_turns=asking.RECENT_TURNS,
        ),
        system_prompt=prompt.own,
    )


def _metadata(round_: _Round) -> Any:
    from hub.conversation.mediation import reply  # noqa: PLC0415  pydantic, at need

    usage = round_.by.usage or Usage(0, 0)
    return reply.Metadata(
        model=(round_.by.model or round_.by.provider)[:200],
        latency_ms=(time.monotonic() - round_.began) * 1_000,
        tokens_used=reply.TokensUsed(prompt=max(0, usage.prompt), completion=max(0, usage.completion)),
    )


def _told_by(by: Answer, one: Answer) -> None:
    """Note in ``by`` who answers now."""
    if one.provider:
        by.provider, by.quality, by.model = one.provider, one.quality, one.model
    by.first_s = by.first_s if by.first_s is not None else one.first_s
    by.reason = one.reason


def _added(by: Answer, one: Answer) -> None:
    """Add to ``by`` what a request cost."""
    by.waits = by.waits or one.waits
    by.cost += one.cost
    by.resumed += one.resumed
    by.refusals += one.refusals
    if one.usage:
        old = by.usage or Usage(0, 0)
        by.usage = Usage(
            old.prompt + one.usage.prompt, old.completion + one.usage.completion,
            old.cached + one.usage.cached, old.estimated or one.usage.estimated,
        )  # fmt: skip
