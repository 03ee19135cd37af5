"""Decide what is answered to a chat: numbered sentences, a call of a tool, or what the test says."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any

from hub.testing.upstream.told import last_told, sentence

_CALL = re.compile(r"\bcall (\w+) with (\{.*\})", re.DOTALL)
_QUESTION = re.compile(r"#(\w+)")
_WORDS = re.compile(r"\s*\S+")


@dataclass(frozen=True, slots=True)
class Call:
    """Want the tool called. ``arguments``: JSON, or what a model may write in its place."""

    name: str
    arguments: str = "{}"


Said = str | Call | tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Chat:
    """What of a request's body matters here."""

    question: str
    """The name of the question: what follows ``#`` in the person's words, else ""."""

    words: str
    prefix: str
    """What was already told of the answer: all messages after the question."""

    result: bool
    """Whether a tool's result came after it."""


def chat_of(body: dict[str, Any]) -> Chat:
    """Read a request's body: the latest question that has a name is asked, whatever comes after it."""
    messages = [each for each in body.get("messages") or [] if isinstance(each, dict)]
    people = [place for place, each in enumerate(messages) if each.get("role") == "user"]
    named = [place for place in people if _QUESTION.search(text_of(messages[place]))]
    place = (named or people or [-1])[-1]
    words = text_of(messages[place]) if messages else ""
    after = messages[place + 1 :] if place >= 0 else []
    found = _QUESTION.search(words)
    return Chat(
        question=found[1] if found else "",
        words=words,
        prefix=" ".join(text_of(each) for each in after if each.get("role") in ("assistant", "user")),
        result=any(each.get("role") == "tool" for each in after),
    )


def said_to(chat: Chat, letter: str, sentences: int, tools: list[Any]) -> Said:
    """Return the answer: the tool that the words want called, else the sentences not yet told."""
    wanted = _CALL.search(chat.words)
    if wanted and tools and not chat.result:
        return Call(wanted[1], wanted[2])
    question = chat.question or f"{zlib.crc32(chat.words.encode()):x}"
    first = 1 if chat.result else last_told(chat.prefix) + 1
    return " ".join(sentence(letter, question, number) for number in range(first, sentences + 1))


def tokens(text: str) -> list[str]:
    """Cut ``text`` into what is streamed and billed: words, each with the space before it."""
    return _WORDS.findall(text)


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a message, whether it is one or comes in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def prompt_tokens(body: dict[str, Any]) -> int:
    """Return what reading the prompt is billed as."""
    return sum(
        len(text_of(each).split()) + 4 for each in body.get("messages") or [] if isinstance(each, dict)
    )
