"""Be the speech process: load the models, then serve the sessions that the hub opens (frames: `wire`)."""

from __future__ import annotations

import asyncio
import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from hub import AudioFormat, run_child
from hub_voice import engines
from hub_voice.session import Session
from hub_voice.settings import Waits, waits
from hub_voice.wire import encode

if TYPE_CHECKING:
    from wyoming.event import Event

    from hub import Link, SpeechEvent

log = structlog.get_logger(__name__)

TAKEN_BYTES = 1600
"""How much sound is worked off between two `hub.taken` frames: 50 ms at 16 kHz."""


class Speaker:
    """The sessions of this process, by name."""

    def __init__(self, link: Link, models: engines.Engines, waits: Waits) -> None:
        self._link, self._waits = link, waits
        self._engines = models
        self._sessions: dict[str, Session] = {}
        self._taken: dict[str, list[int]] = {}

    async def handle(self, frame: Event) -> None:
        """Do what a frame says; a frame that makes no sense is logged and changes nothing."""
        name = str(frame.data.get("session", ""))
        try:
            if frame.type == "hub.open":
                await self._open(name, frame.data)
            elif (session := self._sessions.get(name)) is not None:
                await self._pass_on(name, session, frame)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("frame.bad", type=frame.type, reason=repr(error))

    async def close(self) -> None:
        """End all sessions."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    @property
    def idle(self) -> bool:
        """Whether no session is listening or speaking."""
        return all(session.idle for session in self._sessions.values())

    async def _open(self, name: str, data: dict[str, Any]) -> None:
        if (old := self._sessions.pop(name, None)) is not None:
            await old.close()
        emit = functools.partial(self._emit, name)
        audio = AudioFormat(**data["audio"])
        self._taken[name] = [0, 0]
        self._sessions[name] = Session(
            audio, self._engines, emit, self._waits, epoch=data["epoch"], revision=data["revision"]
        )

    async def _pass_on(self, name: str, session: Session, frame: Event) -> None:
        data = frame.data
        match frame.type:
            case "audio-chunk":
                await session.push(frame.payload or b"")
                await self._take(name, len(frame.payload or b""))
            case "hub.say":
                await session.say(data["turn"], data["text"], last=data["last"], at=data["at"])
            case "hub.release":
                session.release(data["turn"])
            case "hub.played":
                session.played(data["epoch"], data["samples"])
            case "hub.listen":
                await session.listen(push=data["push"])
            case "hub.finish":
                await session.finish()
            case "hub.ignore":
                await session.ignore()
            case "hub.interrupt":
                answer = {"session": name, "request": data["request"], "epoch": session.interrupt()}
                await self._link.send("hub.interrupted", answer)
            case "hub.close":
                await self._sessions.pop(name).close()
            case other:
                log.warning("frame.unknown", type=other)

    async def _take(self, name: str, size: int) -> None:
        """Tell the hub how far this child has come, so that it can bound what is under way."""
        taken = self._taken[name]
        taken[0] += size
        if taken[0] - taken[1] >= TAKEN_BYTES:
            taken[1] = taken[0]
            await self._link.send("hub.taken", {"session": name, "bytes": taken[0]})

    async def _emit(self, name: str, event: SpeechEvent) -> None:
        await self._link.send(*encode(name, event))


async def main(link: Link) -> None:
    """Serve until the link ends, or until the hub asks to drain and nobody speaks."""
    speaker: Speaker | None = None
    draining: asyncio.Task[None] | None = None
    try:
        async for frame in link:
            if frame.type == "hub.config":
                began = time.monotonic()
                models = await engines.load(
                    frame.data["models"], Path(frame.data["cache"]), frame.data.get("speed", 1.0)
                )
                speaker = Speaker(link, models, waits(frame.data.get("patience", "normal")))
                await link.send("hub.ready", {"rate": models.rate, "load_s": time.monotonic() - began})
            elif frame.type == "hub.drain":
                draining = draining or asyncio.ensure_future(_drain(link, speaker))
            elif speaker is not None:
                await speaker.handle(frame)
    finally:
        if draining is not None:
            draining.cancel()
        if speaker is not None:
            await speaker.close()


async def _drain(link: Link, speaker: Speaker | None) -> None:
    """Leave as soon as nobody is in the middle of a word; the hub starts a fresh child."""
    while speaker is not None and not speaker.idle:  # noqa: ASYNC110  once in a child's life
        await asyncio.sleep(0.5)
    await link.close()


if __name__ == "__main__":
    run_child(main)
