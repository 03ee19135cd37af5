"""Provide the hub's ears and voice: the `Speech` port over the speech child."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import structlog

from hub import (
    Accepted,
    AudioFormat,
    Child,
    ChildSpec,
    Health,
    HubError,
    SpeechState,
    Started,
    Tile,
    Unavailable,
    events,
)
from hub_voice.capacity import capacity
from hub_voice.remote import SAMPLE_BYTES, RemoteSession
from hub_voice.requests import ChildEars, ChildMouth, Requests
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
EXTRA = (
    "speech-sample",
    "whisper-tiny-en-model",
    "whisper-tiny-en-config",
    "whisper-tiny-en-tokenizer",
    "whisper-tiny-en-vocabulary",
)
"""Models that the child can do without; it is told of those that are there."""

MEMORY_MB = 1100
"""Two recognisers (base-en adds 110 MiB, their arenas after 20 s as much again), two voices, and air."""

KOKORO_MB = 650
"""What Kokoro takes on top, where a person put it."""

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
        self._requests = Requests(self._send)
        self.ears = ChildEars(self._requests, self.described)
        """Recognition for whoever has a sound and no session."""
        self.mouth = ChildMouth(self._requests, self.described)
        """Synthesis for whoever has a text and no session."""

    # The port

    async def open(self, session: str, audio: AudioFormat) -> SpeechSession:
        """Open a session; raises `Unavailable` while the models or the child are not there."""
        _check(audio)
        if self._child is None or self._child.state != "ready":
            raise Unavailable(self._health.reason or "My ears are not there.", fix=self._health.fix)
        if (old := self._sessions.get(session)) is not None:
            await old.close()
        opened = RemoteSession(session, audio, self._child.send, self._forget, self._admit)
        self._sessions[session] = opened
        await opened.opened()
        self._tell_sessions()
        return opened

    @property
    def capacity(self) -> int:
        """How many may talk at once: as the settings say, or as the engines' measured cost allows."""
        said = int(self._settings.get("sessions", 0))
        return said or capacity(self.described().get("choice", {}).get("ms"))

    @property
    def active(self) -> int:
        """How many sessions listen or speak now."""
        return sum(session.active for session in self._sessions.values())

    def state(self) -> SpeechState:
        """Say what hears and speaks here, and for how many."""
        about = self.described()
        choice = about.get("choice", {})
        there = self._child is not None and self._child.state == "ready"
        missing = () if there else ((self._health.reason, self._health.fix),)
        return SpeechState(
            ears=str(about.get("ears", {}).get("title", "")),
            mouth=str(about.get("mouth", {}).get("title", "")),
            voice=str(self._settings.get("voice", "")),
            tier=str(choice.get("tier", "")),
            reason=str(choice.get("reason", "")),
            fix=str(choice.get("fix", "")),
            missing=missing,
            open=len(self._sessions),
            talking=self.active,
            most=self.capacity,
        )

    def _admit(self, session: RemoteSession) -> None:
        """Refuse to hear one more than this machine can answer in time."""
        others = sum(other.active for other in self._sessions.values() if other is not session)
        if others >= self.capacity:
            raise Unavailable(
                f"I am talking with {others} already, and can no more.",
                fix="Try again soon, or write meanwhile.",
            )

    def _tell_sessions(self) -> None:
        self._hub.bus.publish(events.SpeechSessions(open=len(self._sessions)))

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
        paths = {name: str(models.path(name)) for name in (*MODELS, *EXTRA) if self._has(name)}
        folders = {"data": str(self._hub.data)}
        folders |= {name: str(self._hub.data / name) for name in ("cache", "voices")}
        config = {"models": paths, **folders, **self._settings}
        kokoro = await asyncio.to_thread(lambda: [*(self._hub.data / "voices/kokoro").glob("*.onnx")])
        most = MEMORY_MB + (KOKORO_MB if kokoro else 0)
        spec = ChildSpec("speech", "hub_voice.child", config, most, READY_S)
        self._child = Child(spec, on_event=self._on_frame, on_state=self._on_state)
        self._hub.children.add(self._child, plugin="voice")
        await self._child.start()

    async def stop(self) -> None:
        """End every session and the child."""
        for session in tuple(self._sessions.values()):
            await session.close()
        self._requests.lost("My ears and voice are closed.", "Start the voice plugin again.")
        if self._child is not None:
            await self._child.stop()

    def _has(self, model: str) -> bool:
        known = {file.name for file in self._hub.models.files}
        return model in known and self._hub.models.state(model).state == "ready"

    def described(self) -> dict[str, Any]:
        """Return what the child said of its engines: ``ears``, ``mouth``, ``choice``; empty without one."""
        return self._child.info if self._child is not None else {}

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

    async def _send(self, kind: str, data: dict[str, Any], payload: bytes | None) -> None:
        if self._child is None or self._child.state != "ready":
            raise Unavailable(self._health.reason or "My ears are not there.", fix=self._health.fix)
        await self._child.send(kind, data, payload)

    async def _on_frame(self, frame: Event) -> None:
        if self._requests.happened(frame):
            return
        if frame.type == "hub.trouble":
            reason = str(frame.data["reason"])
            self._set(Health("degraded", reason, str(frame.data["fix"])) if reason else Health())
        session = self._sessions.get(str(frame.data.get("session", "")))
        if session is None:
            return
        data = frame.data
        if frame.type == "hub.taken":
            session.taken(data["bytes"])
        elif frame.type == "hub.interrupted":
            session.interrupted(data["request"], data["epoch"])
        elif frame.type == "hub.used":
            session.used(data["request"], data["reason"], data["fix"])
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
                self._requests.lost(self._health.reason, fix)
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
        self._tell_sessions()


def _check(audio: AudioFormat) -> None:
    """Raise `HubError` for a form of sound that I do not take."""
    limits = Input()
    known = audio.encoding in SAMPLE_BYTES and 1 <= audio.channels <= limits.most_channels
    if not known or not limits.lowest_rate <= audio.rate <= limits.highest_rate:
        raise HubError(
            f"I cannot take sound as {audio.encoding} at {audio.rate} Hz in {audio.channels} channels.",
            fix=f"Send s16le or f32le at {limits.lowest_rate} to {limits.highest_rate} Hz, mono or stereo.",
        )
