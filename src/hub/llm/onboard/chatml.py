"""Write a talk as the one text that the small model was trained on (ChatML), safe from its own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OPEN, CLOSE = "<|im_start|>", "<|im_end|>"
_ROLES = frozenset({"system", "user", "assistant"})


class ChatML:
    """Renders messages; texts that the tokenizer would take for ``control`` tokens are broken up.

    The engine reads control tokens anywhere in a prompt, so a person who writes one could end their
    own message and speak as the system. A space after its first character makes it plain text.
    """

    def __init__(self, control: Iterable[str]) -> None:
        words = {OPEN, CLOSE, "<|endoftext|>", *control}
        longest_first = sorted(filter(None, words), key=len, reverse=True)
        self._control = re.compile("|".join(re.escape(word) for word in longest_first))

    def clean(self, text: str) -> str:
        """Return ``text`` without anything that is a control token."""
        text = text.replace("\0", "").encode("utf-8", "replace").decode()
        while self._control.search(text):
            text = self._control.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
        return text.strip()

    def whole(self, messages: Sequence[Mapping[str, Any]]) -> str:
        """Return the prompt to which the model's continuation is the answer."""
        return self.prefix(messages) + f"{OPEN}assistant\n"

    def prefix(self, messages: Sequence[Mapping[str, Any]]) -> str:
        """Return the text of ``messages``; a later prompt that begins with them begins with this text."""
        return "".join(self._one(str(message["role"]), str(message["text"])) for message in messages)

    def ahead(self, messages: Sequence[Mapping[str, Any]]) -> str:
        """Return the prefix up to where the person's next words will stand."""
        return self.prefix(messages) + f"{OPEN}user\n"

    def _one(self, role: str, text: str) -> str:
        if role not in _ROLES:
            raise ValueError(f"no such role: {role!r}")
        return f"{OPEN}{role}\n{self.clean(text)}{CLOSE}\n"
