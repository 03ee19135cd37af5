"""Provide the hub's ears and voice: the `Speech` port over the speech child."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import structlog

from hub import Accepted, AudioFormat, Child, ChildSpec, Health, HubError, Started, Tile, Unavailable, events
from hub_voice.remote import SAMPLE_BYTES, RemoteSession
from hub_voice.settings import Input
from hub_voice.wire import decode

if TYPE_CHECKING:
    from wyoming.event import Event

    from hub import Hub, SpeechSession

log = structlog.get_logger(__name__)

MODELS = (
    "moonshine-encoder",
    "moonshine-decoder",
    "moonshine-tokens",
    "silero",
    "smart-turn",
    "piper-voice",
    "piper-voice-config",
)
MEMORY_MB = 700
READY_S = 60.0
RETRY_S = 3.0


class ChildSpeech:
    """The `hub.Speech` of this machine; it owns the speech child and outlives each one."""

    def __init__(self, hub: Hub, settings: dict[str, Any] | None = None) -> None:
        self._hub = hub
        self._settings = settings or {}
        self._child: Child | None = None
        self._sessions: dict[str, RemoteSession] = {}
        self._health = Health("degraded", "Getting my ears and voice.", "Wait a moment.")
        self._first_sound_ms: float | None = None
        self._answered_at: float | None = None

    # The port

    async def open(self, session: str, audio: AudioFormat) -> SpeechSession:
        """Open a session; raises `Unavailable` while the models or the child are not there."""
        limits = Input()
        if audio.encoding not in SAMPLE_BYTES or not limits.lowest_rate <= audio.rate <= limits.highest_rate:
            raise HubError(
                f"I cannot take sound as {audio.encoding} at {audio.rate} Hz.",
                fix=f"Send s16le or f32le at {limits.lowest_rate} to {limits.highest_rate} Hz.",
            )
        if self._child is None or self._child.state != "ready":
            raise Unavailable(self._health.reason or "My ears are not there.", fix=self._health.fix)
        if (old := self._sessions.get(session)) is not None:
            await old.close()
        opened = RemoteSession(session, audio, self._child.send, self._forget)
        self._sessions[session] = opened
        await opened.opened()
        return opened

    # Life

    async def start(self) -> None:
        """Wait for the models, then start the child; a failed download is waited out."""
        models = self._hub.models
        while True:
            try:
                await models.wait(*MODELS)
                break
            except Unavailable as error:
                self._set(Health("degraded", str(error), error.fix))
                await asyncio.sleep(RETRY_S)
        paths = {name: str(models.path(name)) for name in MODELS}
        config = {"models": paths, "cache": str(self._hub.data / "cache"), **self._settings}
        spec = ChildSpec("speech", "hub_voice.child", config, MEMORY_MB, READY_S)
        self._child = Child(spec, on_event=self._on_frame, on_state=self._on_state)
        self._hub.children.add(self._child, plugin="voice")
        await self._child.start()

    async def stop(self) -> None:
        """End every session and the child."""
        for session in tuple(self._sessions.values()):
            await session.close()
        if self._child is not None:
            await self._child.stop()

    def health(self) -> Health:
        """Say how ears and voice do."""
        return self._health

    def tile(self) -> Tile:
        """Show the time to first sound of the latest answer."""
        if self._first_sound_ms is None or self._answered_at is None:
            return Tile()
        clock = time.strftime("%H:%M", time.localtime(self._answered_at))
        return Tile(f"{self._first_sound_ms / 1000:.1f} s", "to first sound", f"Answered at {clock}")

    # What the child tells

    async def _on_frame(self, frame: Event) -> None:
        session = self._sessions.get(str(frame.data.get("session", "")))
        if session is None:
            return
        data = frame.data
        if frame.type == "hub.taken":
            session.taken(data["bytes"])
        elif frame.type == "hub.interrupted":
            session.interrupted(data["request"], data["epoch"])
        elif (event := decode(frame.type, data, frame.payload)) is not None:
            self._note(event)
            session.happened(event)

    def _note(self, event: object) -> None:
        match event:
            case Started(_, _, ms) if ms > 0:
                self._first_sound_ms, self._answered_at = ms, time.time()
            case Accepted(_, _, silence_ms):
                log.debug("turn.accepted", silence_ms=round(silence_ms))

    def _on_state(self, child: Child) -> None:
        self._hub.bus.publish(events.ChildChanged(child="speech", state=child.state, reason=child.reason))
        match child.state:
            case "ready":
                self._set(Health())
                self._hub.spawn(self._resume(), name="speech:resume")
            case "starting":
                self._set(Health("degraded", "Warming up my ears and voice.", "Wait a few seconds."))
            case "restarting" | "failed":
                fix = "Say your last words again in a few seconds."
                if child.state == "failed":
                    fix = "See the log. Writing works meanwhile."
                self._set(Health("degraded", "My ears and voice stopped; I am starting them again.", fix))
                for session in self._sessions.values():
                    session.lost(self._health.reason, fix)

    async def _resume(self) -> None:
        """Take every open session up in the new child."""
        for session in tuple(self._sessions.values()):
            await session.opened()

    def _set(self, health: Health) -> None:
        self._health = health
        self._hub.recheck("voice")

    def _forget(self, name: str) -> None:
        self._sessions.pop(name, None)
