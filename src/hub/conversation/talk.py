"""Bind a speech session to a conversation: words go one way, answers and sound the other."""

from __future__ import annotations

import asyncio
import contextvars
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from hub import ports
from hub.conversation.state import SessionState, path
from hub.events import SpeechError, SpeechHeard, SpeechInterrupted, SpeechTaken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.conversation.conversation import Conversation
    from hub.events import Bus

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
        self._turn = self._begun = ""
        self._hands_free = self._stopping = False
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
        await self._speech.listen(push_to_talk=push_to_talk)
        self._go(SessionState.RECORDING)

    async def stop(self) -> None:
        """Stop listening; what was said so far becomes the turn."""
        self._hands_free, self._stopping = False, True
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

    async def played(self, epoch: int, samples: int) -> None:
        """Take the tab's word on what it has played."""
        await self._speech.played(epoch, samples)

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
        self._begun = turn
        self._synthesizing()
        await self._speech.say(turn, text, last=last)

    async def release(self, turn: str) -> None:
        """Let the answer to ``turn`` be heard."""
        self._turn = turn
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

    async def _handle(self, event: ports.SpeechEvent) -> None:  # noqa: C901  one case an event
        match event:
            case ports.Draft(revision, text):
                await self._conversation.draft(revision, text, self)
            case ports.Withdrawn(revision):
                await self._conversation.withdraw(revision)
                if self._stopping and self.state is SessionState.RECORDING:
                    self._go(SessionState.IDLE)  # nothing had been said
            case ports.Accepted(revision, text, silence_ms):
                await self._accept(revision, text)
                self._taken(silence_ms)
            case ports.Voiced():
                self._watch_silence(self.state is SessionState.RECORDING)
            case ports.Started(_, _, ms):
                self._go(SessionState.PLAYING)
                self._bus.publish(
                    SpeechHeard(
                        session=self.session, ms=ms, waiting=self._out.qsize(), trace=self._conversation.trace
                    )
                )
            case ports.Heard(turn, chars):
                await self._conversation.heard(turn, chars)
            case ports.Finished(turn):
                await self._conversation.finished(turn)
                self._listen_on()
            case ports.BargeIn(_, heard):
                self._bus.publish(SpeechInterrupted(session=self.session, trace=self._conversation.trace))
                await self._conversation.interrupt(heard)
                self._go(SessionState.RECORDING)
            case ports.Trouble():
                await self._trouble(event)

    async def _accept(self, revision: int, text: str) -> None:
        self._go(SessionState.PROCESSING)
        await self._conversation.accept(revision, text, speaker=self)

    def _taken(self, ms: float) -> None:
        waiting = getattr(self._speech, "waiting", 0)  # only those who keep a queue tell
        self._bus.publish(
            SpeechTaken(session=self.session, ms=ms, waiting=waiting, trace=self._conversation.trace)
        )

    def _synthesizing(self) -> None:
        """Tell that the answer is the person's and its first words are there."""
        if self._begun == self._turn and self.state is SessionState.PROCESSING:
            self._go(SessionState.SYNTHESIZING)

    async def _trouble(self, trouble: ports.Trouble) -> None:
        """Go on in writing: the voice broke. The session listens again by itself."""
        self._bus.publish(SpeechError(session=self.session, reason=trouble.reason, fix=trouble.fix))
        if self._turn:
            await self._conversation.voiceless(self._turn)
        if self.state not in {SessionState.RECORDING, SessionState.IDLE}:
            self._listen_on()

    async def _hush(self) -> None:
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

    def _emit(self, event: TalkEvent | None) -> None:
        try:
            self._out.put_nowait(event)
        except asyncio.QueueFull:
            # The tab does not read; its socket will be closed for that. Sound is the first to go.
            log.warning("talk output dropped", session=self.session)
