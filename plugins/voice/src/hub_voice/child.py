"""Be the speech process: load the models, then serve the sessions that the hub opens (frames: `wire`)."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from hub import AudioFormat, run_child
from hub_voice.answers import KINDS, Answers
from hub_voice.engine import engines
from hub_voice.engine.hearers import hearing
from hub_voice.session import Session
from hub_voice.settings import Waits, waits
from hub_voice.wire import encode

if TYPE_CHECKING:
    from wyoming.event import Event

    from hub import Link, SpeechEvent

log = structlog.get_logger(__name__)

TAKEN_BYTES = 1600
"""How much sound is worked off between two `hub.taken` frames: 50 ms at 16 kHz."""


WATCH_S = 1.0
"""How often it is looked whether an engine had to be replaced."""


class Speaker:
    """The sessions of this process, by name."""

    def __init__(
        self, link: Link, models: engines.Engines, waits: Waits, *, half_duplex: bool = False
    ) -> None:
        self._half_duplex = half_duplex
        self._link, self._waits = link, waits
        self._engines = models
        self._answers = Answers(link, models)
        self._tasks: set[asyncio.Task[None]] = set()
        self._sessions: dict[str, Session] = {}
        self._taken: dict[str, list[int]] = {}

    async def handle(self, frame: Event) -> None:
        """Do what a frame says; a frame that makes no sense is logged and changes nothing."""
        name = str(frame.data.get("session", ""))
        try:
            if frame.type in KINDS:
                await self._answers.handle(frame)
            elif frame.type == "hub.open":
                await self._open(name, frame.data)
            elif (session := self._sessions.get(name)) is not None:
                await self._pass_on(name, session, frame)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("frame.bad", type=frame.type, reason=repr(error))

    async def close(self) -> None:
        """End all sessions and requests."""
        await self._answers.close()
        for task in self._tasks:
            task.cancel()
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    @property
    def idle(self) -> bool:
        """Whether no session is listening or speaking, and nothing else is asked for."""
        return self._answers.idle and all(session.idle for session in self._sessions.values())

    async def _open(self, name: str, data: dict[str, Any]) -> None:
        if (old := self._sessions.pop(name, None)) is not None:
            await old.close()
        emit = functools.partial(self._emit, name)
        audio = AudioFormat(**data["audio"])
        self._taken[name] = [0, 0]
        self._sessions[name] = Session(
            audio,
            self._engines,
            emit,
            self._waits,
            epoch=data["epoch"],
            revision=data["revision"],
            half_duplex=self._half_duplex,
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
            case "hub.close":
                await self._sessions.pop(name).close()
            case _:
                await self._reply(name, session, frame)

    async def _reply(self, name: str, session: Session, frame: Event) -> None:
        """Do what is answered."""
        answer = {"session": name, "request": frame.data.get("request", 0)}
        match frame.type:
            case "hub.interrupt":
                await self._link.send("hub.interrupted", answer | {"epoch": session.interrupt()})
            case "hub.use":
                # A voice may have to be opened first: meanwhile every talk goes on.
                task = asyncio.create_task(self._use(session, frame.data, answer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case other:
                log.warning("frame.unknown", type=other)

    async def _use(self, session: Session, data: dict[str, Any], answer: dict[str, Any]) -> None:
        reason, fix = await session.use(voice=data["voice"], half_duplex=data["half_duplex"])
        with contextlib.suppress(ConnectionError):
            await self._link.send("hub.used", answer | {"reason": reason, "fix": fix})

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
    watching: asyncio.Task[None] | None = None
    try:
        async for frame in link:
            if frame.type == "hub.config":
                began = time.monotonic()
                models = await _load(frame.data)
                patience, half = frame.data.get("patience", "normal"), frame.data.get("half_duplex", False)
                speaker = Speaker(link, models, waits(patience), half_duplex=bool(half))
                await link.send("hub.ready", _about(models) | {"load_s": time.monotonic() - began})
                watching = asyncio.ensure_future(_watch(link, models))
            elif frame.type == "hub.drain":
                draining = draining or asyncio.ensure_future(_drain(link, speaker))
            elif speaker is not None:
                await speaker.handle(frame)
    finally:
        for task in (draining, watching):
            if task is not None:
                task.cancel()
        if speaker is not None:
            await speaker.close()


async def _watch(link: Link, models: engines.Engines) -> None:
    """Tell the hub when something else hears or speaks than the settings say, and when that is over.

    With an engine that hangs it leaves, and the hub starts another child: no talk waits for it for ever.
    """
    told = ""
    with contextlib.suppress(ConnectionError):
        while True:
            if models.hung:
                log.error("engine.hung", engines=models.hung)
                await link.close()
                return
            trouble = models.trouble
            reason = str(trouble) if trouble else ""
            if reason != told:
                told = reason
                await link.send("hub.trouble", {"reason": reason, "fix": trouble.fix if trouble else ""})
            await asyncio.sleep(WATCH_S)


async def _load(config: dict[str, Any]) -> engines.Engines:
    """Open the models as the settings in ``config`` say."""
    cache = Path(config["cache"])
    voices = Path(config["voices"]) if "voices" in config else None
    return await engines.load(
        config["models"],
        cache,
        speed=float(config.get("speed", 1.0)),
        voice=str(config.get("voice", "")),
        voices=voices,
        hearing=hearing(config),
        wyoming=str(config.get("wyoming_voice", "")),
    )


def _about(models: engines.Engines) -> dict[str, Any]:
    """Say what was opened: the hub shows it, and its ports answer by it."""
    return {
        "rate": models.rate,
        "ears": asdict(models.ears.info),
        "mouth": asdict(models.mouths.info),
        "choice": models.choice.plain(),
    }


async def _drain(link: Link, speaker: Speaker | None) -> None:
    """Leave as soon as nobody is in the middle of a word; the hub starts a fresh child."""
    while speaker is not None and not speaker.idle:  # noqa: ASYNC110  once in a child's life
        await asyncio.sleep(0.5)
    await link.close()


if __name__ == "__main__":
    run_child(main)
