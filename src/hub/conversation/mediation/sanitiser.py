"""Take out of words what a reader cannot see and what a model could take for a command of its makers.

Text is brought to NFKC; control, format and other invisible characters and half characters go; then every
control token goes: tags of roles and tools, ``[RESPONSE]``, the marks of chat templates. One pass with a
stack finds the tokens that only come about by taking out others, so the result is a fixed point. Seed 000
section E has the list; its own sanitiser is passed by ``<sys<system>tem>``.
"""

from __future__ import annotations

import re
import unicodedata

MOST_CHARS = 2_000
"""Of an answer (S0-44)."""

_MOST_OPEN = 16
"""Openers that may wait for their end inside one another; the next one is taken out."""

_TAGS = (
    "system", "sys", "assistant", "developer", "instruction", "instructions", "tool", "tools", "tool_call",
    "tool_calls", "tool_code", "tool_output", "tool_outputs", "tool_response", "tool_responses",
    "tool_result", "tool_results", "function", "function_call", "function_calls", "function_result",
    "function_results",
    "invoke", "think", "thinking", "reasoning", "response", "start_of_turn", "end_of_turn",
    "start_of_image", "end_of_image", "im_start", "im_end", "bos", "eos", "pad", "unk", "s",
)  # fmt: skip
_SLOTS = (
    "response", "inst", "sys", "system", "system_prompt", "assistant", "tool_calls", "tool_results",
    "available_tools", "tool_content", "think", "bos", "eos", "end_of_turn",
)  # fmt: skip
_KNOWN = {"<": frozenset(_TAGS), "[": frozenset(_SLOTS)}
_BEGUN = {
    opener: frozenset(name[:end] for name in names for end in range(len(name) + 1))
    for opener, names in _KNOWN.items()
}
_ENDS = {">": "<", "]": "["}
_PLACE = re.compile(r"[<\[]")
_NAME = re.compile(r"\s{0,8}/?\s{0,8}([a-z_]*)", re.IGNORECASE)
_MORE = re.compile(r"[\s=:/,.-][^<>\[\]]{0,64}")
_BARRED = re.compile(r"\|[^|<>\[\]]{0,64}\|?")
_PLAIN = re.compile(r"[\t\n -;=-Z\\-~]*")
"""ASCII with nothing in it to look at."""

_SENTENCE = re.compile(r"[.!?][\"')\]]*(?=\s)")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d"
    "\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_LINES = re.compile("[\u2028\u2029]")
_KEPT = re.compile(
    "([\xa8\xaf\xb2-\xb4\xb8\xb9\xbc-\xbe\u02d8-\u02dd\u2070\u2074-\u208e\u2150-\u215f\u2189]+)"
)
"""NFKC would change what these mean: a square into a two, a half into three characters."""


def sanitise(text: str, limit: int | None = MOST_CHARS) -> str:
    """Return ``text`` without what must not get through, at most ``limit`` characters of it.

    Idempotent; the result holds no control token, whatever stood in another. Of a text that is far longer
    than ``limit`` the end is not even looked at.
    """
    text = text if limit is None else text[: 8 * limit]
    while True:
        sieve = _Sieve()
        clean = sieve.feed(normal(text)) + sieve.finish()
        if clean == text:
            break
        text = clean
    return text if limit is None or len(text) <= limit else sanitise(text[:limit], limit)


def normal(text: str) -> str:
    """Return ``text`` in NFKC and without anything that nobody can see."""
    if text.isascii():
        return _HIDDEN.sub("", text)
    while True:
        seen = _LINES.sub("\n", _HIDDEN.sub("", text))
        parts = _KEPT.split(seen)
        parts[::2] = [unicodedata.normalize("NFKC", part) for part in parts[::2]]
        seen = _HIDDEN.sub("", "".join(parts))
        if seen == text:
            return text
        text = seen


class Sanitiser:
    """The same for words that come piece by piece: no token gets through by being cut in two.

    What may still become a token is held back. ``full`` says that ``limit`` was reached and no more
    is let through; a piece that is too long ends with a sentence, or at least with a word. An accent that
    comes apart from its letter, in the next piece, stays so.
    """

    def __init__(self, limit: int | None = MOST_CHARS) -> None:
        self._sieve, self._left = _Sieve(), limit

    @property
    def full(self) -> bool:
        """Whether no more is let through."""
        return self._left is not None and self._left <= 0

    def feed(self, text: str) -> str:
        """Return what of ``text``, and of what was held back, can be told now."""
        if self.full:
            return ""
        if _PLAIN.fullmatch(text) and self._sieve.idle:
            return self._cut(text)
        return self._cut(self._sieve.feed(normal(text)))

    def finish(self) -> str:
        """Return what was held back and came to nothing."""
        return self._cut(self._sieve.finish())

    def _cut(self, text: str) -> str:
        if self._left is None:
            return text
        told = text if len(text) <= self._left else _ended(text[: self._left])
        self._left = self._left - len(text) if len(text) <= self._left else 0
        return told


def _ended(text: str) -> str:
    """Return ``text``, which had to be cut, up to its last whole sentence, or else its last whole word."""
    ends = [found.end() for found in _SENTENCE.finditer(text)]
    return text[: ends[-1]] if ends else text[: text.rfind(" ")] if " " in text else text


class _Sieve:
    """A stack of characters from whose top a token is taken as soon as it is whole."""

    def __init__(self) -> None:
        self._kept: list[str] = []  # from the first opener on, one character each
        self._open: list[int] = []  # where openers stand that may still begin a token
        self._swallow = False

    @property
    def idle(self) -> bool:
        """Whether nothing is held back."""
        return not self._open and not self._swallow

    def feed(self, text: str) -> str:
        out: list[str] = []
        place = 0
        while place < len(text):
            if self._swallow:
                self._swallow = False
                if text[place] == ">":  # the second of <<SYS>>
                    place += 1
                    continue
            if not self._open:
                found = _PLACE.search(text, place)
                end = found.start() if found else len(text)
                out.append(text[place:end])
                place = end
                if not found:
                    break
            self._take(text[place])
            place += 1
            if not self._open and self._kept:
                out.append("".join(self._kept))
                self._kept.clear()
        return "".join(out)

    def finish(self) -> str:
        rest = "".join(self._kept)
        self._kept.clear()
        self._open.clear()
        self._swallow = False
        return rest

    def _take(self, sign: str) -> None:
        if sign in _KNOWN:
            if len(self._open) < _MOST_OPEN:
                self._open.append(len(self._kept))
                self._kept.append(sign)
            return
        opener, body = self._kept[self._open[-1]], "".join(self._kept[self._open[-1] + 1 :])
        if _ENDS.get(sign) == opener and _whole(opener, body):
            del self._kept[self._open.pop() :]
            double = self._open and self._open[-1] == len(self._kept) - 1 and self._kept[-1] == "<"
            if opener == "<" and double:
                del self._kept[self._open.pop() :]
                self._swallow = True
            return
        self._kept.append(sign)
        if sign in _ENDS or not _begun(opener, body + sign):
            self._open.clear()  # the innermost stays, so what is around it can be no token either


def _whole(opener: str, body: str) -> bool:
    """Say whether ``body`` with its brackets is a control token."""
    if opener == "<" and body.startswith("|"):
        return len(body) > 1 and body.endswith("|") and _BARRED.fullmatch(body) is not None
    name = _NAME.match(body)
    if name is None or name[1].lower() not in _KNOWN[opener]:
        return False
    more = body[name.end() :]
    return not more or _MORE.fullmatch(more) is not None


def _begun(opener: str, body: str) -> bool:
    """Say whether ``body`` may still grow into one."""
    if opener == "<" and body.startswith("|"):
        return _BARRED.fullmatch(body) is not None
    name = _NAME.match(body)
    if name is None:
        return False
    more = body[name.end() :]
    if not more:
        return name[1].lower() in _BEGUN[opener]
    return name[1].lower() in _KNOWN[opener] and _MORE.fullmatch(more) is not None
