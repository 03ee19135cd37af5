"""Keep the talk so far as items, and tell it to the language model as messages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from hub.api.openai.asked import MOST_MESSAGES, Lenient
from hub.api.openai.errors import wrong
from hub.llm.provider import Message, ToolCall

Role = Literal["user", "assistant", "system"]
MOST_CHARS = 2_000_000
"""Characters of all items: the talk lives in memory."""


class AskedPart(Lenient):
    """A part of a message's content."""

    type: str = Field(max_length=50)
    text: str | None = None
    audio: str | None = None
    transcript: str | None = None


class AskedItem(Lenient):
    """An item that a client brings."""

    id: str | None = Field(None, max_length=200)
    type: Literal["message", "function_call", "function_call_output"] = "message"
    role: Role | None = None
    content: list[AskedPart] | None = None
    call_id: str | None = Field(None, max_length=200)
    name: str | None = Field(None, max_length=64)
    arguments: str | None = None
    output: str | None = None


@dataclass(slots=True)
class Item:
    """One item. ``text``: words, arguments of a call, or its output; ``sounded``: it was spoken."""

    id: str
    kind: Literal["message", "function_call", "function_call_output"]
    text: str = ""
    role: Role = "user"
    sounded: bool = False
    call: str = ""
    name: str = ""
    done: bool = True

    def told(self) -> dict[str, Any]:
        """Return it as an object of the general API."""
        status = "completed" if self.done else "in_progress"
        told: dict[str, Any] = {"id": self.id, "object": "realtime.item", "type": self.kind, "status": status}
        if self.kind == "message":
            return told | {"role": self.role, "content": [self.part()] if self.text or self.sounded else []}
        if self.kind == "function_call":
            return told | {"call_id": self.call, "name": self.name, "arguments": self.text}
        return told | {"call_id": self.call, "output": self.text}

    def part(self) -> dict[str, Any]:
        """Return the content of a message."""
        if self.role == "assistant":
            said = "transcript" if self.sounded else "text"
            return {"type": "output_audio" if self.sounded else "output_text", said: self.text}
        if self.sounded:
            return {"type": "input_audio", "transcript": self.text}
        return {"type": "input_text", "text": self.text}


class Items:
    """The talk, oldest first."""

    def __init__(self) -> None:
        self._all: list[Item] = []

    def last(self) -> str | None:
        """Return the id of the latest item."""
        return self._all[-1].id if self._all else None

    def get(self, id_: str) -> Item:
        """Return an item. Raises `Refused`."""
        for item in self._all:
            if item.id == id_:
                return item
        raise wrong("item_id", "There is no such item.", "Name one that was told to you.")

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Add ``item`` at the end, at the "root", or ``after`` another; return the id before it.

        Raises `Refused`.
        """
        if len(self._all) >= MOST_MESSAGES or sum(len(one.text) for one in self._all) > MOST_CHARS:
            raise wrong("item", "This talk is full.", "Delete items, or begin another session.")
        if any(one.id == item.id for one in self._all):
            raise wrong("item.id", "There is an item of that id.", "Give each its own.")
        place = len(self._all)
        if after == "root":
            place = 0
        elif after:
            place = self._all.index(self.get(after)) + 1
        self._all.insert(place, item)
        return self._all[place - 1].id if place else None

    def delete(self, id_: str) -> None:
        """Take an item away. Raises `Refused`."""
        self._all.remove(self.get(id_))

    def messages(self, instructions: str, more: tuple[Item, ...] = ()) -> tuple[Message, ...]:
        """Return what the language model reads; a result whose call is gone is left out."""
        found = [Message("system", instructions)] if instructions else []
        known: set[str] = set()
        for item in (*self._all, *more):
            if item.kind == "function_call":
                known.add(item.call)
                call = ToolCall(item.call, item.name, item.text)
                last = found.pop() if found and found[-1].role == "assistant" else Message("assistant", "")
                found.append(Message("assistant", last.text, (*last.calls, call)))
            elif item.kind == "function_call_output":
                if item.call in known:
                    found.append(Message("tool", item.text, call=item.call))
            elif item.text:
                found.append(Message(item.role, item.text))
        return tuple(found)


def made(asked: AskedItem) -> Item:
    """Return the item that a client brings; sound in it is not heard here. Raises `Refused`."""
    id_ = asked.id or new_id("item")
    if asked.type == "function_call":
        if not asked.call_id or not asked.name:
            raise wrong("item", "A call has a call_id and a name.", "Send both.")
        return Item(id_, asked.type, asked.arguments or "", call=asked.call_id, name=asked.name)
    if asked.type == "function_call_output":
        if not asked.call_id:
            raise wrong("item.call_id", "Of which call is that the result?", "Send its call_id.")
        return Item(id_, asked.type, asked.output or "", call=asked.call_id)
    if asked.role is None:
        raise wrong("item.role", "The role is missing.", "Say user, assistant or system.")
    words = [part.text or part.transcript or "" for part in asked.content or ()]
    for part in asked.content or ():
        if part.type not in {"input_text", "output_text", "text", "input_audio", "output_audio", "audio"}:
            raise wrong("item.content", f"I cannot take {part.type[:40]!r}.", "Send text, or sound.")
    return Item(id_, "message", "\n".join(filter(None, words)), asked.role)


def new_id(kind: str) -> str:
    """Return a new id of its ``kind``: item, resp, event, call."""
    return f"{kind}_{os.urandom(12).hex()}"
