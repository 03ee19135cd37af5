"""Read what a person said from the exports of ChatGPT and Claude: conversations.json, one talk at a time.

A talk branches where a question was put anew, or an answer made anew; the branch that it ended with is taken.
Answers are nobody's memory; how many there were is told.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub import HubError, NewMemory
from hub_memory.exchange.reading import Found, Reading, Skipped
from hub_memory.exchange.rows import SAID, seconds
from hub_memory.store.check import NAME, checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PERSON, ANSWER = "person", "answer"
TITLE = "title="
"""How the tag of a talk's title begins."""

ANSWERS, WORDINGS, ATTACHMENTS = "answers", "other wordings", "attachments"
"""What stays behind of a talk, as it is told."""

_ROLES = {"user": PERSON, "human": PERSON, "assistant": ANSWER}
_SPACE = re.compile(r"[ \t\r\n]*")
_SPOKEN = ("text", "multimodal_text")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. ``who``: `PERSON`, `ANSWER`, or "" for what nobody sees; ``more``: files beside it."""

    id: str
    parent: str
    who: str
    text: str
    at: float
    more: int = 0


@dataclass(frozen=True, slots=True)
class Talk:
    """``session``: what it is called here, "" for none; ``last``: the id of the turn it ends with."""

    session: str
    title: str
    at: float
    turns: Sequence[Turn]
    last: str


def are(text: str) -> bool:
    """Say whether a JSON document is a list of talks, by its first."""
    if '"mapping"' not in text and '"chat_messages"' not in text:
        return False
    try:
        return bool(_format(next(elements(text), None)))
    except (ValueError, RecursionError):
        return False


def read(texts: Iterable[str], namespace: str) -> Reading:
    """Return what a person said in the talks of several documents. Raises `HubError` for a damaged one."""
    reading, line = Reading(""), 0
    for text in texts:
        try:
            for line, talk in enumerate(elements(text), line + 1):  # noqa: B020  it counts on
                _add(reading, line, talk, namespace)
        except (ValueError, RecursionError) as error:
            raise HubError("That export breaks off.", fix="Download it once more.") from error
    if not reading.format:
        raise HubError("That export holds no talks.", fix="Choose the one of ChatGPT or Claude.")
    return reading


def elements(text: str) -> Iterator[Any]:
    """Yield what a JSON list holds, one by one, so that only one lies in RAM. Raises ValueError."""
    decode, at = json.JSONDecoder().raw_decode, _after(text, 0)
    if text[at : at + 1] != "[":
        yield decode(text, at)[0]
        return
    at = _after(text, at + 1)
    ended = text[at : at + 1] == "]"
    while not ended:
        item, at = decode(text, at)
        yield item
        at = _after(text, at)
        if text[at : at + 1] not in {",", "]"}:
            raise ValueError(f"Neither , nor ] at {at}")
        ended = text[at] == "]"
        at = _after(text, at + 1)


def _after(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _format(given: Any) -> str:
    if isinstance(given, dict):
        if isinstance(given.get("mapping"), dict):
            return "chatgpt"
        if isinstance(given.get("chat_messages"), list):
            return "claude"
    return ""


def _add(reading: Reading, line: int, given: Any, namespace: str) -> None:
    found = _format(given)
    if not found:
        reading.skipped.append(Skipped(line, "It is no talk."))
        return
    reading.format = reading.format or found
    talk = _chatgpt(given) if found == "chatgpt" else _claude(given)
    kept, left = branch(talk)
    reading.lose(WORDINGS, sum(turn.who == PERSON and bool(turn.text.strip()) for turn in left))
    reading.lose(ANSWERS, sum(turn.who == ANSWER and bool(turn.text.strip()) for turn in kept))
    own = [turn for turn in kept if turn.who == PERSON]
    reading.lose(ATTACHMENTS, sum(turn.more for turn in own))
    reading.lose("title", len(talk.title) > NAME - len(TITLE))
    for place, turn in enumerate(turn for turn in own if turn.text.strip()):
        _keep(reading, line, _entry(talk, turn, place, namespace))


def _entry(talk: Talk, turn: Turn, place: int, namespace: str) -> NewMemory:
    titled = (f"{TITLE}{talk.title}",) if 0 < len(talk.title) <= NAME - len(TITLE) else ()
    return NewMemory(
        turn.text, namespace, origin="import", trust=SAID, session=talk.session,
        sequence=place if talk.session else 0, created=turn.at or talk.at, tags=titled,
    )  # fmt: skip


def _keep(reading: Reading, line: int, new: NewMemory) -> None:
    try:
        checked(new, 1.0)
    except HubError as error:
        reading.skipped.append(Skipped(line, str(error)))
    else:
        reading.found.append(Found(line, new))


def branch(talk: Talk) -> tuple[list[Turn], list[Turn]]:
    """Return the turns of the branch that a talk ends with, in order, and those of branches that were left.

    What hangs together with neither, in a damaged export, is taken; a ring ends where it began.
    """
    by = {turn.id: turn for turn in talk.turns}
    path, at = dict[str, None](), talk.last
    while at and at not in path:
        path[at] = None
        at = by[at].parent if at in by else ""
    leaves = dict.fromkeys(path, True)
    for turn in talk.turns:
        trail, at = [], turn.id
        while at and at not in leaves:
            leaves[at] = False
            trail.append(at)
            at = by[at].parent if at in by else ""
        leaves.update(dict.fromkeys(trail, leaves.get(at, False)))
    others = [turn for turn in talk.turns if turn.id not in path]
    kept = [turn for turn in others if not leaves[turn.id]] + [by[one] for one in reversed(path) if one in by]
    return kept, [turn for turn in others if leaves[turn.id]]


def _chatgpt(given: dict[str, Any]) -> Talk:
    turns = [_node(name, node) for name, node in given["mapping"].items() if isinstance(node, dict)]
    name = _name(given.get("conversation_id")) or _name(given.get("id"))
    title, at = _name(given.get("title")), seconds(given.get("create_time"))
    return Talk(_session("chatgpt", name), title, at, turns, _name(given.get("current_node")))


def _node(name: str, node: dict[str, Any]) -> Turn:
    message, parent = _object(node.get("message")), _name(node.get("parent"))
    content, about = _object(message.get("content")), _object(message.get("metadata"))
    who = _ROLES.get(_name(_object(message.get("author")).get("role")), "")
    if content.get("content_type") not in _SPOKEN or about.get("is_visually_hidden_from_conversation"):
        who = ""
    parts = [part for part in _list(content.get("parts")) if part is not None]
    words = [part if isinstance(part, str) else _heard(part) for part in parts]
    silent = sum(not isinstance(part, str) and not word for part, word in zip(parts, words, strict=True))
    more = max(silent, len(_list(about.get("attachments"))))
    return Turn(name, parent, who, _joined(words), seconds(message.get("create_time")), more)


def _heard(part: Any) -> str:
    """Return what was said by voice, "" for a picture or anything else."""
    given = _object(part)
    return _name(given.get("text")) if given.get("content_type") == "audio_transcription" else ""


def _claude(given: dict[str, Any]) -> Talk:
    turns, seen = [], set[str]()
    for place, message in enumerate(given["chat_messages"]):
        turn = _message(f"#{place}", _object(message), seen)
        seen.add(turn.id)
        turns.append(turn)
    name, title = _name(given.get("uuid")), _name(given.get("name"))
    last = _name(given.get("current_leaf_message_uuid")) or (turns[-1].id if turns else "")
    return Talk(_session("claude", name), title, seconds(given.get("created_at")), turns, last)


def _message(spare: str, message: dict[str, Any], seen: set[str]) -> Turn:
    name = _name(message.get("uuid"))
    blocks = [_object(block) for block in _list(message.get("content"))]
    words = _joined([_name(block.get("text")) for block in blocks if block.get("type") == "text"])
    return Turn(
        spare if not name or name in seen else name, _name(message.get("parent_message_uuid")),
        _ROLES.get(_name(message.get("sender")), ""), words or _name(message.get("text")),
        seconds(message.get("created_at")),
        len(_list(message.get("attachments"))) + len(_list(message.get("files"))),
    )  # fmt: skip


def _session(of: str, name: str) -> str:
    return f"{of}:{name}"[:NAME] if name else ""


def _joined(words: Iterable[str]) -> str:
    return "\n".join(one for one in words if one.strip())


def _object(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _name(given: Any) -> str:
    return given if isinstance(given, str) else ""
