"""Write a reply into the slot that a speaking model reads (seed 000 section E, S0-49..51).

Four fields in a fixed order, a line each; no value can hold a line break or a token, so none can end the slot
or begin another field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.conversation.mediation.sanitiser import sanitise

if TYPE_CHECKING:
    from hub.conversation.mediation.reply import Said

FIELDS = ("text", "emotion", "pace", "volume")


def slot(said: Said) -> str:
    """Return ``said`` between ``[RESPONSE]`` and ``[/RESPONSE]``."""
    lines = [f"{field.title()}: {_line(str(getattr(said, field)))}" for field in FIELDS]
    return "\n".join(("[RESPONSE]", *lines, "[/RESPONSE]"))


def _line(value: str) -> str:
    return " ".join(sanitise(value).split())
