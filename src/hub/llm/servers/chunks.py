"""Read the chunks of a chat completion (OpenAI's format, as many servers bend it) into pieces."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, TypeGuard

from hub.llm import faults
from hub.llm.faults import Fault
from hub.llm.provider import Done, Piece, Usage
from hub.llm.servers.calls import Calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.llm.provider import Request

_CHARS_PER_TOKEN = 3.6
_MOST_TOKENS = 1 << 40
_OPEN, _CLOSE = "<think>", "</think>"


class Reading:
    """What has been read of one answer: its text is handed on, its calls and figures are kept for the end."""

    def __init__(self, title: str, model: str = "") -> None:
        self._title, self._model = title, model
        self._thoughts = Thoughts()
        self._calls = Calls()
        self._usage: Usage | None = None
        self._finish = ""
        self._paid = 0  # characters written, thoughts too
        self._spoke = False
        self.ended = False
        """The server has said: no more."""
        self.steps = 0
        """Chunks that brought the answer on."""

        self.signs = 0
        """Chunks without words that show it is at work: thoughts, and parts of a call."""

    def take(self, chunk: dict[str, Any]) -> str:
        """Return the text of ``chunk``, often none. Raises `Fault` when it says that the answer failed."""
        if chunk.get("error"):
            raise faults.of_chunk(chunk["error"], self._title, self._model, began=self.steps > 0)
        if told := chunk.get("usage"):
            self._usage = _usage(told) or self._usage
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        if finish := choice.get("finish_reason"):
            self._finish = str(finish)
        told = choice.get("delta") or choice.get("message")
        if not isinstance(told, dict):
            return ""
        if (calls := told.get("tool_calls")) and self._calls.take(calls):
            self.steps += 1
            self.signs += 1
        content = told.get("content") or told.get("refusal")
        if not content:
            if thought := told.get("reasoning_content") or told.get("reasoning"):
                self.signs += 1
                self._paid += len(thought) if isinstance(thought, str) else 1
            return ""
        content = content if isinstance(content, str) else _text(content)
        self._paid += len(content)
        text = self._thoughts.feed(content)
        if not text:
            self.signs += 1
            return ""
        self.steps += 1
        self._spoke = True
        return text if text.isascii() else _clean(text)

    def pieces(self, request: Request) -> Iterator[Piece]:
        """Yield the last pieces. Raises `Fault` when the answer is empty, refused or not whole."""
        if not (self.ended or self._finish):
            raise Fault("cut", f"{self._title} stopped in mid-answer.", fix="Ask again.")
        if not self._spoke and not self._calls:
            raise self._silence()
        if self._calls and self._finish == "length" and self._calls.torn():
            raise Fault("cut", f"{self._title} stopped in mid-answer.", fix="Ask again.")
        calls = list(self._calls.whole())
        yield from calls
        yield self.usage(request)
        yield Done("tools" if calls else "length" if self._finish == "length" else "stop")

    def usage(self, request: Request) -> Usage:
        """Return what the answer to ``request`` cost so far, as told or else as estimated."""
        return self._usage or estimated(request, self._paid + self._calls.size)

    def _silence(self) -> Fault:
        if self._finish == "content_filter":
            return Fault("refused", f"{self._title} would not answer that.", fix="Ask it differently.")
        if self._finish == "length":
            fix = "Choose a model under Language that does not think first."
            return Fault("empty", f"{self._title} thought too long to answer.", fix=fix)
        return Fault("empty", f"{self._title} answered nothing.", fix="Ask again, or choose another model.")


def estimated(request: Request, written: int) -> Usage:
    """Return what a ``request`` costs whose answer has ``written`` characters, rather too much."""
    texts = [message.text for message in request.messages] + [request.prefix]
    read = sum(len(text) if text.isascii() else len(text.encode("utf-8", "replace")) for text in texts)
    read += sum(len(tool.about) + len(repr(tool.schema)) for tool in request.tools)
    return Usage(
        int(read / _CHARS_PER_TOKEN) + 4 * len(texts), ceil(written / _CHARS_PER_TOKEN), estimated=True
    )


class Thoughts:
    """Leaves out what a model thinks aloud before it answers: ``<think>...</think>`` at the start."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._over = False

    def feed(self, text: str) -> str:
        """Return what of the answer so far may be shown, perhaps nothing."""
        if self._over:
            return text
        self._held += text
        start = self._held.lstrip()
        if not self._thinking and _OPEN.startswith(start[: len(_OPEN)]) and len(start) < len(_OPEN):
            return ""  # nothing yet, or what may become the mark
        self._thinking = self._thinking or start.startswith(_OPEN)
        if not self._thinking:
            return self._release(start)
        _, mark, answer = self._held.partition(_CLOSE)
        if not mark:
            self._held = self._held[-len(_CLOSE) :]
            return ""
        self._thinking, self._held = False, answer
        return self._release(answer.lstrip()) if answer.strip() else ""

    def _release(self, text: str) -> str:
        self._over, self._held = True, ""
        return text


def _text(content: object) -> str:
    """Return the text of a ``content``: a string, or parts of which some are text."""
    if isinstance(content, list):
        parts = (
            part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"
        )
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _usage(told: object) -> Usage | None:
    """Return the figures. What was thought is paid as written, though not every vendor counts it so."""
    if not isinstance(told, dict):
        return None
    prompt, completion = told.get("prompt_tokens"), told.get("completion_tokens")
    if not _is_count(prompt) or not _is_count(completion):
        return None
    total = told.get("total_tokens")
    thought = total - prompt if _is_count(total) else 0
    details = told.get("prompt_tokens_details")
    cached = (
        details.get("cached_tokens") if isinstance(details, dict) else told.get("prompt_cache_hit_tokens")
    )
    return Usage(prompt, max(completion, thought), min(cached, prompt) if _is_count(cached) else 0)


def _is_count(told: Any) -> TypeGuard[int]:
    return isinstance(told, int) and not isinstance(told, bool) and 0 <= told < _MOST_TOKENS


def _clean(text: str) -> str:
    """Return ``text`` with "?" for half a surrogate pair, which no encoding can carry."""
    return text.encode("utf-8", "replace").decode()
