"""Read the chunks of a chat completion (OpenAI's format, as many servers bend it) into pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.llm.faults import Fault
from hub.llm.provider import Done, Piece, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN, _CLOSE = "<think>", "</think>"


class Reading:
    """What has been read of one answer: its text is handed on, its figures are kept for the end."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._thoughts = Thoughts()
        self._usage: Usage | None = None
        self._finish = ""
        self._ended = self._spoke = False

    def take(self, chunk: dict[str, Any]) -> str:
        """Return the text of ``chunk``, often none. Raises `Fault` when it says that the answer failed."""
        if chunk.get("error"):
            raise Fault("broken", f"{self._title} failed in mid-answer.", fix="Ask again.")
        self._usage = _usage(chunk.get("usage")) or self._usage
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        if not isinstance(choice, dict):
            return ""
        self._finish = str(choice.get("finish_reason") or self._finish)
        told = choice.get("delta") or choice.get("message") or {}
        text = self._thoughts.feed(_text(told.get("content")) if isinstance(told, dict) else "")
        self._spoke = self._spoke or bool(text)
        return text

    def end(self) -> None:
        """Note the mark that says: no more chunks."""
        self._ended = True

    def pieces(self) -> Iterator[Piece]:
        """Yield the last pieces. Raises `Fault` when the answer is empty, refused or not whole."""
        if not (self._ended or self._finish):
            raise Fault("cut", f"{self._title} stopped in mid-answer.", fix="Ask again.")
        if not self._spoke:
            raise self._silence()
        if self._usage:
            yield self._usage
        yield Done("length" if self._finish == "length" else "stop")

    def _silence(self) -> Fault:
        if self._finish == "content_filter":
            return Fault("refused", f"{self._title} would not answer that.", fix="Ask it differently.")
        if self._finish == "length":
            fix = "Choose a model in Settings that does not think first."
            return Fault("empty", f"{self._title} thought too long to answer.", fix=fix)
        return Fault("empty", f"{self._title} answered nothing.", fix="Ask again, or choose another model.")


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
    if not isinstance(told, dict):
        return None
    prompt, completion = told.get("prompt_tokens"), told.get("completion_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    return Usage(prompt, completion)
