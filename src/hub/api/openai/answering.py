"""Have one question answered: the router's pieces, cut at the client's stop words, and counted."""

from __future__ import annotations

from contextlib import aclosing
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from hub.api.openai.errors import Refused
from hub.conversation.prompt import tokens
from hub.llm.canned import Canned
from hub.llm.provider import Answer, Delta, ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from hub.api.openai.offered import Choice
    from hub.hub import Hub

Commit = Literal["sentence", "token"]
_CLOSING = Canned.closing()


class Answering:
    """One answer in the making; ``by`` says who gives it, ``text`` and ``calls`` what came so far."""

    def __init__(self, hub: Hub, choice: Choice, commit: Commit, stops: Sequence[str] = ()) -> None:
        self._hub, self._choice, self._commit = hub, choice, commit
        self._cut = Stops(stops) if stops else None
        self._said: list[str] = []
        self.by = Answer()
        self.calls: list[ToolCall] = []
        self.torn = False
        """Nobody could bring it to its end, and its last sentence says so."""

    async def pieces(self) -> AsyncGenerator[str | ToolCall, None]:
        """Yield texts, never empty, and whole calls of tools. Raises `Refused` when nobody answers."""
        choice, cut = self._choice, self._cut
        answer = self._hub.router.answer(
            choice.question, self.by, deadlines=choice.deadlines, only=choice.only,
            models_only=choice.models_only, commit=self._commit,
        )  # fmt: skip
        first = True
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                if first and self.by.quality == "canned":
                    raise unanswered(self.by)
                first = False
                if not isinstance(piece, Delta):
                    self.calls.append(piece)
                    yield piece
                elif text := cut.feed(piece.text) if cut else piece.text:
                    self.torn = piece.text == _CLOSING
                    self._said.append(text)
                    yield text
                if cut and cut.hit:
                    return
        if first:
            raise unanswered(self.by)
        if cut and (text := cut.finish()):
            self._said.append(text)
            yield text

    @property
    def text(self) -> str:
        """All that was said so far."""
        return "".join(self._said)

    @property
    def finish(self) -> Literal["stop", "length", "tool_calls"]:
        """Why the answer is over."""
        if self.calls:
            return "tool_calls"
        if self.torn:
            return "length"  # of the words that there are for it, the one that says: not whole
        return "length" if self.by.reason == "length" and not (self._cut and self._cut.hit) else "stop"

    @property
    def usage(self) -> Usage:
        """What it cost in tokens; estimated where nobody said."""
        if self.by.usage is not None:
            return self.by.usage
        written = sum(tokens(call.name + call.arguments) for call in self.calls)
        said = self.text
        return Usage(self._choice.question.size, written + (tokens(said) if said else 0), estimated=True)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return who answers, and how many were asked in vain before."""
        return [
            (b"x-hub-provider", _header(self.by.provider)),
            (b"x-hub-fallbacks", b"%d" % len(self.by.refusals)),
        ]

    def cost(self) -> tuple[bytes, bytes]:
        """Return what it cost, as a header."""
        return (b"x-hub-cost-usd", b"%.6f" % self.by.cost)

    def about(self) -> dict[str, object]:
        """Return what stands beside the figures at the end of a stream."""
        return {
            "provider": self.by.provider, "cost_usd": self.by.cost, "fallbacks": len(self.by.refusals),
            "resumed": self.by.resumed, "torn": self.torn,
        }  # fmt: skip


class Stops:
    """Cuts a streamed text before the first of some words; ``hit`` once it has."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [word for word in words if word]
        self._kept = ""
        self.hit = False

    def feed(self, text: str) -> str:
        """Add ``text``; return what is certain to come before any of the words."""
        if self.hit:
            return ""
        self._kept += text
        found = [(at + len(word), at) for word in self._words if (at := self._kept.find(word)) >= 0]
        if found:  # the first that is whole, however the text was cut into pieces
            self.hit = True
            said, self._kept = self._kept[: min(found)[1]], ""
            return said
        held = max((_overlap(self._kept, word) for word in self._words), default=0)
        said, self._kept = self._kept[: len(self._kept) - held], self._kept[len(self._kept) - held :]
        return said

    def finish(self) -> str:
        """Return what was held back."""
        rest, self._kept = self._kept, ""
        return rest


def _overlap(text: str, word: str) -> int:
    """Return how many characters at the end of ``text`` begin ``word``."""
    for size in range(min(len(word) - 1, len(text)), 0, -1):
        if text.endswith(word[:size]):
            return size
    return 0


def unanswered(by: Answer) -> Refused:
    """Return the refusal when only the fixed line is left: for a program that is no answer."""
    why = " ".join(dict.fromkeys(by.refusals)) or "No language model can answer now."
    return Refused(
        HTTPStatus.SERVICE_UNAVAILABLE, why, "See Language on the hub's page.", code="no_model",
        headers=((b"x-hub-fallbacks", b"%d" % len(by.refusals)),),
    )  # fmt: skip


def _header(value: str) -> bytes:
    """Return ``value`` as a header can carry it (RFC 9110, section 5.5): a server names its models freely."""
    return bytes(byte if 0x20 < byte < 0x7F else 0x3F for byte in value.encode()[:200])  # noqa: PLR2004
