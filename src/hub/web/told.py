"""Put what happens in a voice session into the JSON messages of its socket."""

from __future__ import annotations

import dataclasses
from typing import Any

from hub import ports
from hub.conversation.talk import Note, StateChanged


def told(event: Any) -> dict[str, Any] | None:  # noqa: PLR0911  one case a message
    """Return the message that tells of ``event``, None when clients are told in another way."""
    match event:
        case StateChanged(state):
            return {"type": "state", "state": state}
        case ports.Started(turn, epoch, ms):
            return {"type": "playback_started", "turn": turn, "epoch": epoch & 0xFFFF, "ms": round(ms, 1)}
        case ports.Finished(turn, epoch):
            return {"type": "playback_complete", "turn": turn, "epoch": epoch & 0xFFFF}
        case ports.Trouble(reason, fix):
            return {"type": "error", "code": "speech", "message": reason, "fix": fix}
        case ports.Duck(on):
            return {"type": "duck", "on": on}
        case ports.Partial(text):
            return {"type": "caption", "text": text}
        case ports.Advice(text, suggests):
            return {"type": "advice", "text": text, "suggests": suggests}
        case ports.Timed():
            return {"type": "timing", **timing(event)}
        case Note(text):
            return {"type": "note", "text": text}
    return None


def timing(timed: ports.Timed) -> dict[str, Any]:
    """Return where the time to the first sound went, in whole milliseconds after the person fell silent."""
    found = dataclasses.asdict(timed)
    return {name: round(value) if isinstance(value, float) else value for name, value in found.items()}
