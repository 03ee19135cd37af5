"""Listen for the wake word that the settings choose: the `hub.WakeWord` over its child process."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from hub import Child, ChildSpec, Health, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming.event import Event

    from hub import AudioFormat, Hub

log = structlog.get_logger(__name__)

OFF = "off"
WORDS = {
    "okay_nabu": "Okay Nabu",
    "hey_jarvis": "Hey Jarvis",
    "hey_mycroft": "Hey Mycroft",
    "alexa": "Alexa",
    "hey_rhasspy": "Hey Rhasspy",
}
MEMORY_MB, READY_S = 300, 30.0
_FIX = "Choose another wake word, or off, in the voice's settings."


class Wake:
    """The wake word of this hub; its process runs only when one is chosen."""

    def __init__(self, hub: Hub, settings: dict[str, Any]) -> None:
        self._hub = hub
        self._name = str(settings.get("wake_word", OFF))
        self._model = str(settings.get("wake_model", ""))
        self._child: Child | None = None
        self._woken: dict[str, tuple[AudioFormat, Callable[[], None]]] = {}
        self.trouble: Health | None = None
        """Why it does not listen, though it should."""

    @property
    def wanted(self) -> bool:
        """Whether a word is chosen."""
        return self._name != OFF

    @property
    def word(self) -> str:
        """The word as a person says it."""
        if self._model:
            return Path(self._model).stem.replace("_", " ").title()
        return WORDS.get(self._name, "")

    async def start(self) -> None:
        """Start the process, if a word is chosen."""
        if not self.wanted:
            return
        spec = ChildSpec(
            "wake", "hub_voice.wake_child", {"word": self._name, "model": self._model}, MEMORY_MB, READY_S
        )
        self._child = Child(spec, on_event=self._on_frame, on_state=self._on_state)
        self._hub.children.add(self._child, plugin="voice")
        await self._child.start()

    async def stop(self) -> None:
        """End it. Safe to call twice."""
        child, self._child = self._child, None
        if child is not None:
            await child.stop()

    async def watch(self, session: str, audio: AudioFormat, woken: Callable[[], None]) -> _Watch:
        """Listen to a microphone. Raises `Unavailable`."""
        if not self.wanted:
            raise Unavailable("No wake word is chosen.", fix="Choose one under Plugins, Voice.")
        self._woken[session] = (audio, woken)
        try:
            await self._open(session, audio)
        except Unavailable:
            self._woken.pop(session, None)
            raise
        return _Watch(self, session)

    async def push(self, session: str, pcm: bytes) -> None:
        """Pass sound on; while the process is away nobody listens."""
        if self._child is not None and self._child.state == "ready" and session in self._woken:
            await self._child.send("audio-chunk", {"session": session}, pcm)

    async def close(self, session: str) -> None:
        """Listen to that microphone no more."""
        if self._woken.pop(session, None) and self._child is not None and self._child.state == "ready":
            await self._child.send("hub.close", {"session": session}, None)

    async def _open(self, session: str, audio: AudioFormat) -> None:
        if self._child is None or self._child.state != "ready":
            told = self.trouble or Health("degraded", "My wake word is not ready yet.", "Try again soon.")
            raise Unavailable(told.reason, fix=told.fix)
        await self._child.send("hub.watch", {"session": session, "audio": asdict(audio)}, None)

    async def _on_frame(self, frame: Event) -> None:
        known = self._woken.get(str(frame.data.get("session", "")))
        if frame.type == "hub.woken" and known:
            log.info("wake.woken", word=self.word, score=frame.data.get("score"))
            known[1]()

    def _on_state(self, child: Child) -> None:
        match child.state:
            case "ready":
                self.trouble = None
                self._hub.spawn(self._resume(), name="wake:resume")
            case "restarting" | "failed":
                reason = "What listens for my wake word ended."
                if self._model:
                    reason = f"{Path(self._model).name} is no wake word's model, it seems."
                self.trouble = Health("degraded", reason, _FIX)
        self._hub.recheck("voice")

    async def _resume(self) -> None:
        """Take every microphone up in the new process."""
        for session, (audio, _) in tuple(self._woken.items()):
            try:
                await self._open(session, audio)
            except Unavailable as error:
                log.info("wake.not_resumed", reason=str(error))


class _Watch:
    """One microphone."""

    def __init__(self, wake: Wake, session: str) -> None:
        self._wake, self._session = wake, session

    async def push(self, pcm: bytes) -> None:
        """Take sound; lost while the process is away."""
        try:
            await self._wake.push(self._session, pcm)
        except Unavailable:
            return

    async def close(self) -> None:
        """Listen no more."""
        try:
            await self._wake.close(self._session)
        except Unavailable:
            return
