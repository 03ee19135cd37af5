"""Say how the hub and the speech child talk: the frames, and their translation to port events.

Every frame's data carries ``session``. Hub to child:

    hub.open       audio {encoding, rate, channels}, epoch, revision: numbering goes on from there
    hub.close
    hub.listen     push: bool
    hub.finish
    hub.ignore
    audio-chunk    payload: PCM in the session's format
    hub.say        turn, text, last, at: offset of text within the answer, in characters
    hub.release    turn
    hub.played     epoch, samples
    hub.interrupt  request: answered by hub.interrupted
    hub.use        request: answered by hub.used; voice: name, or "" to leave it; half_duplex: bool, or
                   null to leave it

Frames that carry ``request``, a number, and no session, ask the engines beside the talks (`requests`):

    hub.transcribe  rate, language, first, more: bool; payload: a part of the sound, mono s16le
    hub.speak       text, voice, speed
    hub.more        one audio-chunk of that request has been taken
    hub.voices
    hub.cancel

and are answered by ``hub.transcript`` (a `Transcript`), by ``audio-chunk`` (rate, remaining) and at the
end ``hub.spoken``, by ``hub.voices`` (voices), or by ``hub.failed`` (reason, fix, unavailable: bool).

Child to hub: one frame per `SpeechEvent`, ``hub.draft``, ``hub.accepted`` and so on, with the
event's fields as data; `Audio` is Wyoming's own ``audio-chunk`` with ``epoch`` and ``seq`` added
and the PCM as payload. Besides:

    hub.taken        bytes of PCM worked off since hub.open
    hub.interrupted  request, epoch: the new one
    hub.trouble      no session; reason, fix: an engine was replaced by another, "" once that is over
    hub.used         request, reason and fix: why not, or both ""
"""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from hub import (
    Accepted,
    Advice,
    Audio,
    BargeIn,
    Counted,
    Draft,
    Duck,
    Finished,
    Heard,
    Partial,
    SpeechEvent,
    Started,
    Timed,
    Trouble,
    Voiced,
    Withdrawn,
)

EVENTS: dict[str, type] = {
    f"hub.{kind.__name__.lower()}": kind
    for kind in (
        Draft,
        Partial,
        Accepted,
        Withdrawn,
        Voiced,
        BargeIn,
        Duck,
        Heard,
        Started,
        Finished,
        Trouble,
        Counted,
        Advice,
        Timed,
    )
}
AUDIO = "audio-chunk"

Frame = tuple[str, dict[str, Any], bytes | None]


def encode(session: str, event: SpeechEvent) -> Frame:
    """Return the frame that carries ``event``: its type, data and payload."""
    if isinstance(event, Audio):
        data = {"rate": event.rate, "width": 2, "channels": 1, "epoch": event.epoch, "seq": event.seq}
        return AUDIO, {"session": session, **data}, event.pcm
    return f"hub.{type(event).__name__.lower()}", {"session": session, **dataclasses.asdict(event)}, None


def decode(kind: str, data: dict[str, Any], payload: bytes | None) -> SpeechEvent | None:
    """Return the event that a frame carries, None for a frame of another kind."""
    if kind == AUDIO:
        return Audio(data["epoch"], data["seq"], data["rate"], payload or b"")
    if kind not in EVENTS:
        return None
    fields = {name: value for name, value in data.items() if name != "session"}
    return cast("SpeechEvent", EVENTS[kind](**fields))
