"""Tell what only asks for something from what tells something: in English, by how it begins and ends."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+")
_OPENING = r"(?:(?:and|so|but|then|ok|okay|well|hey|hub|please|now)\b[\s,]*)*"
_WHO = r"(?:i|you|we|he|she|it|they|there|the|an?|my|our|your|his|her|their|this|that|these|those)"
_HELP = r"(?:is|are|am|was|were|do|does|did|can|could|should|would|will|has|have|had)"
_ASKS = re.compile(
    rf"{_OPENING}(?:"
    r"(?:what|who|whom|whose|where|when|why|how|which)"
    rf"(?:['\u2019](?:s|re|d|ll)\b|(?: (?!{_WHO}\b)\w+){{0,2}} {_HELP}\b)"
    rf"|(?:what|how) about\b|who \w+(?:s|ed)\b|what \w+s\b"
    rf"|{_HELP}(?:n['\u2019]t)? {_WHO}\b"
    r"|(?:tell|give|show|teach|help|read|sing|write|find|get) (?:me|us)\b"
    r"|(?:explain|describe|suggest|recommend|translate|summari[sz]e|define|compare|spell|write|read|list)\b"
    r")",
    re.IGNORECASE,
)
LONGEST = 400
"""Characters beyond which something is told with it, whatever it asks."""


def only_asks(text: str) -> bool:
    """Say whether every sentence of ``text`` asks: then it tells nothing that is worth telling again."""
    if len(text) > LONGEST:
        return False
    return all(one.endswith("?") or _ASKS.match(one) for one in _SENTENCE.split(text.strip()))
