"""Bind a speech session to a conversation: words go one way, answers and sound the other."""

from __future__ import annotations

import asyncio
import contextvars
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from hub import events, ports
from hub.conversation.state import SessionState, path
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.conversation.conversation import Conversation
    from hub.events import Bus, Event, SessionEvent

log = structlog.get_logger(__name__)

SILENCE_S = 600.0
QUEUE = 1_024


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The session went to ``state``."""

    state: SessionState


@dataclass(frozen=True, slots=True)
class Flush:
    """Nothing older than ``epoch`` may be played any more."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something the person should know, in a sentence."""

    text: str


TalkEvent = ports.SpeechEvent | StateChanged | Flush | Note


class Talk:
    """One voice session of one tab. It listens, answers aloud, and goes on listening."""

    def __init__(
        self, session: str, conversation: Conversation, speech: ports.SpeechSession, bus: Bus
    ) -> None:
        self.session, self.state = session, SessionState.IDLE
        self._conversation, self._speech, self._bus = conversation, speech, bus
        self._out: asyncio.Queue[TalkEvent | None] = asyncio.Queue(QUEUE)
        self._turn = self._begun = self._final = ""
        self._hands_free = self._stopping = False
        self._ducked_at: float | None = None
        self._silence: asyncio.TimerHandle | None = None
        # Each spoken turn is a trace of its own, not a part of the message that opened the session.
        self._pump = asyncio.create_task(
            self._run(), name=f"talk:{session[:8]}", context=contextvars.Context()
        )

    async def events(self) -> AsyncIterator[TalkEvent]:
        """Yield what the tab must know or play, until the talk is closed."""
        while (event := await self._out.get()) is not None:
            yield event

    async def start(self, *, push_to_talk: bool = False) -> None:
        """Listen. In the middle of an answer this stops the answer first."""
        if self.state in {SessionState.PROCESSING, SessionState.SYNTHESIZING, SessionState.PLAYING}:
            await self._hush()
        self._hands_free, self._stopping = not push_to_talk, False
        try:
            await self._speech.listen(push_to_talk=push_to_talk)
        except HubError:
            self._hands_free = False
            self._go(SessionState.IDLE)  # the answer before was stopped already
            raise
        self._publish(events.SessionControl, action="start")
        self._publish(events.RecordingStarted, push=push_to_talk)
        self._go(SessionState.RECORDING)

    async def stop(self) -> None:
        """Stop listening; what was said so far becomes the turn."""
        self._hands_free, self._stopping = False, True
        self._publish(events.SessionControl, action="stop")
        await self._speech.finish()

    async def cancel(self) -> None:
        """Stop everything: what was said is dropped and the answer falls silent."""
        self._hands_free = False
        await self._speech.ignore()
        await self._hush()
        self._go(SessionState.IDLE)

    async def push(self, pcm: bytes) -> None:
        """Take sound from the tab."""
        await self._speech.push(pcm)

    async def played(self, epoch: int, samples: int, *, dry: int = 0) -> None:
        """Take the tab's word on what it has played; ``dry``: gaps in its sound since it last told."""
        if dry:
            self._count("underrun", dry)
        await self._speech.played(epoch, samples)

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> None:
        """Go on with another voice, or listen while speaking or not; what is not given stays."""
        await self._speech.use(voice=voice, half_duplex=half_duplex)

    async def move(self, conversation: Conversation) -> None:
        """Go on in another conversation."""
        await self.cancel()
        self._conversation = conversation

    async def close(self) -> None:
        """End the session."""
        self._watch_silence(False)
        if self.state is not SessionState.IDLE:
            await self._conversation.interrupt()
        await self._speech.close()
        self._pump.cancel()
        self._emit(None)

    # -- the Speaker of the conversation ---------------------------------------------------------

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        """Prepare to speak a piece of the answer to ``turn``."""
        if self._begun != turn:
            self._publish(events.LlmResponseReceived, turn=turn)
        self._begun = turn
        self._synthesizing()
        await self._speech.say(turn, text, last=last)

    async def release(self, turn: str) -> None:
        """Let the answer to ``turn`` be heard."""
        self._turn = turn
        self._publish(events.TranscriptionComplete, turn=turn, text=self._final)
        self._publish(events.LlmRequestStarted, turn=turn)
        self._synthesizing()
        await self._speech.release(turn)

    # -- what the session tells ------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            async for event in self._speech.events():
                await self._handle(event)
                self._emit(event)
        except Exception:
            log.exception("speech session failed")
            await self._trouble(ports.Trouble("My voice failed.", "Press to talk again."))

    async def _handle(self, event: ports.SpeechEvent) -> None:
        match event:
            case ports.Draft(revision, text):
                self._publish(events.PartialTranscript, text=text, is_final=False)
                await self._conversation.draft(revision, text, self)
            case ports.Withdrawn(revision):
                await self._conversation.withdraw(revision)
                if self._stopping and self.state is SessionState.RECORDING:
                    self._go(SessionState.IDLE)  # nothing had been said
            case ports.Accepted(revision, text, silence_ms):
                await self._accept(revision, text)
                self._taken(silence_ms)
            case ports.Started(turn, _, ms):
                self._go(SessionState.PLAYING)
                self._publish(events.PlaybackStarted, turn=turn, ms=ms)
                self._tell(events.SpeechHeard, ms=ms, waiting=self._out.qsize())
            case ports.Heard(turn, chars):
                await self._conversation.heard(turn, chars)
            case ports.Finished(turn):
                await self._conversation.finished(turn)
                self._publish(events.PlaybackComplete, turn=turn)
                self._listen_on()
            case ports.BargeIn(_, heard):
                self._interrupted("user")
                await self._conversation.interrupt(heard)
                self._go(SessionState.RECORDING)
            case ports.Trouble():
                await self._trouble(event)
            case _:
                self._note(event)

    def _note(self, event: ports.SpeechEvent) -> None:
        """Note what changes nothing of the turn."""
        match event:
            case ports.Voiced():
                self._watch_silence(self.state is SessionState.RECORDING)
            case ports.Duck(on):
                self._ducked_at = time.monotonic() if on else None
            case ports.Counted(what, times):
                self._count(what, times)
            case ports.Timed():
                self._tell(events.SpeechTimed, timed=event)

    async def _accept(self, revision: int, text: str) -> None:
        self._go(SessionState.PROCESSING)
        self._final = text
        self._publish(events.PartialTranscript, text=text, is_final=True, transcript="final")
        await self._conversation.accept(revision, text, speaker=self)

    def _taken(self, ms: float) -> None:
        waiting = getattr(self._speech, "waiting", 0)  # only those who keep a queue tell
        self._tell(events.SpeechTaken, ms=ms, waiting=waiting)

    def _synthesizing(self) -> None:
        """Tell that the answer is the person's and its first words are there."""
        if self._begun == self._turn and self.state is SessionState.PROCESSING:
            self._go(SessionState.SYNTHESIZING)
            self._publish(events.SynthesisStarted, turn=self._turn)

    async def _trouble(self, trouble: ports.Trouble) -> None:
        """Go on in writing: the voice broke. The session listens again by itself."""
        self._tell(events.SpeechError, reason=trouble.reason, fix=trouble.fix)
        self._publish(events.SessionError, reason=trouble.reason, fix=trouble.fix)
        if self._turn:
            await self._conversation.voiceless(self._turn)
        if self.state not in {SessionState.RECORDING, SessionState.IDLE}:
            self._listen_on()

    async def _hush(self) -> None:
        if self.state is SessionState.PLAYING:
            self._interrupted("system")
        self._emit(Flush(await self._speech.interrupt()))
        await self._conversation.interrupt()

    def _listen_on(self) -> None:
        """After an answer: listen again, hands free, or be idle."""
        self._turn = ""
        self._go(SessionState.RECORDING if self._hands_free else SessionState.IDLE)

    def _go(self, state: SessionState) -> None:
        for step in path(self.state, state):
            self.state = step
            self._emit(StateChanged(step))
        self._watch_silence(self.state is SessionState.RECORDING)

    def _watch_silence(self, watch: bool) -> None:
        """Close an open microphone that nobody speaks into, in time, and tell the person."""
        if self._silence:
            self._silence.cancel()
            self._silence = None
        if watch and self._hands_free:
            self._silence = asyncio.get_running_loop().call_later(SILENCE_S, self._grew_silent)

    def _grew_silent(self) -> None:
        self._emit(Note("Ten silent minutes: I stopped listening. Press to talk."))
        self._closing = asyncio.ensure_future(self.cancel())

    def _interrupted(self, source: str) -> None:
        """Tell that an answer was cut short; only who speaks over one counts as an interruption."""
        if source == "user":
            since, self._ducked_at = self._ducked_at, None
            self._tell(events.SpeechInterrupted, ms=(time.monotonic() - since) * 1000 if since else 0.0)
        self._publish(events.Interruption, source=source, timestamp=int(time.time() * 1000))

    def _count(self, what: ports.Noticed, times: int) -> None:
        self._tell(events.SpeechCounted, what=what, times=times)

    def _publish(self, kind: type[SessionEvent], **fields: Any) -> None:
        """Tell the bus, under a name of the seeds."""
        self._tell(kind, conversation=self._conversation.id, **fields)

    def _tell(self, kind: type[Event], **fields: Any) -> None:
        fields = {"session": self.session, "trace": self._conversation.trace, **fields}
        self._bus.publish(kind(**fields))

    def _emit(self, event: TalkEvent | None) -> None:
        try:
            self._out.put_nowait(event)
        except asyncio.QueueFull:
            # The tab does not read; its socket will be closed for that. Sound is the first to go.
            log.warning("talk output dropped", session=self.session)
