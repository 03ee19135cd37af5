"""One talk with one person: takes drafts and words, answers them, and keeps what was heard.

A turn goes draft -> accepted | withdrawn -> answering -> done | interrupted | failed. Drafts may be
answered ahead of time, in silence; nothing is stored, shown or heard of that before acceptance.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

import structlog

from hub.conversation.prompt import Prompt
from hub.conversation.sentences import Pieces
from hub.events import (
    TurnAccepted,
    TurnDelta,
    TurnDrafted,
    TurnEnded,
    TurnHeard,
    TurnWithdrawn,
)
from hub.llm.provider import Answer
from hub.store.transcripts import Turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.events import Bus
    from hub.llm.router import Router
    from hub.store.transcripts import Transcripts

log = structlog.get_logger(__name__)

Origin = Literal["voice", "text", "api"]
Outcome = Literal["done", "interrupted", "failed"]
MAX_CHARS = 8_000


class Speaker(Protocol):
    """Whoever speaks the answer aloud."""

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        """Prepare to speak a piece of the answer to ``turn``."""

    async def release(self, turn: str) -> None:
        """Let it be heard."""


@dataclass(slots=True, eq=False)
class _Attempt:
    """An answer in the making, perhaps to words that are not final yet."""

    turn: str
    revision: int
    text: str
    speaker: Speaker | None
    stored: Turn | None = None
    answer: str = ""
    by: Answer = field(default_factory=Answer)
    asked: float = field(default_factory=time.monotonic)
    first: float | None = None
    whole: bool = False
    failure: str = ""
    heard: int = 0
    task: asyncio.Task[None] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, text: str, speaker: Speaker | None) -> bool:
        """Say whether what was begun ahead of time answers ``text`` for ``speaker``."""
        return not self.failure and self.speaker is speaker and _words(self.text) == _words(text)

    @property
    def said(self) -> str:
        """What the person got of the answer: all that was shown, or what was heard."""
        return self.answer[: self.heard] if self.speaker else self.answer


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


class Conversation:
    """One talk. Every method may be called at any time; they take effect one after the other."""

    def __init__(
        self,
        id: str,  # noqa: A002  it is the talk's id
        title: str,
        history: list[Turn],
        *,
        transcripts: Transcripts,
        router: Router,
        bus: Bus,
        rename: Callable[[str, str], Awaitable[None]],
        system_prompt: str = "",
    ) -> None:
        self.id, self.title = id, title
        self._history = history
        self._transcripts, self._router, self._bus = transcripts, router, bus
        self._rename, self._system_prompt = rename, system_prompt
        self._attempt: _Attempt | None = None
        self._lock = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None

    def history(self) -> list[Turn]:
        """Return the turns so far, oldest first; the last may still be answering."""
        current = self._attempt.stored if self._attempt else None
        return (
            [*self._history, replace(current, answer=self._attempt.said)]
            if current and self._attempt
            else [*self._history]
        )

    async def draft(self, revision: int, text: str, speaker: Speaker | None = None) -> None:
        """Take words that may not be final, show them, and begin to answer in silence."""
        async with self._lock:
            running = self._attempt
            if running and running.stored:
                return  # the person speaks over an answer: not before it is theirs
            if running and _words(running.text) == _words(text):
                running.revision = revision
            else:
                await self._drop()
                self._attempt = running = self._begin(revision, text, speaker)
            self._bus.publish(
                TurnDrafted(conversation=self.id, turn=running.turn, text=text, revision=revision)
            )

    async def withdraw(self, revision: int) -> None:
        """Forget the draft of ``revision``."""
        async with self._lock:
            if self._attempt and not self._attempt.stored and self._attempt.revision <= revision:
                await self._drop()

    async def write(self, text: str, source: Origin = "text") -> str:
        """Take final words, store them, and answer; return the turn's id."""
        return await self.accept(-1, text, source=source)

    async def accept(
        self, revision: int, text: str, *, source: Origin = "voice", speaker: Speaker | None = None
    ) -> str:
        """Take final words. They are on disk when this returns; the answer follows by events.

        A turn that is still being answered is interrupted. Raises `ValueError` on empty words.
        """
        text = text.strip()[:MAX_CHARS]
        if not text:
            raise ValueError("There were no words.")
        async with self._lock:
            if self._attempt and self._attempt.stored:
                await self._end(self._attempt, "interrupted")
            attempt = self._attempt
            if attempt is None or not attempt.fits(text, speaker):
                await self._drop()
                self._attempt = attempt = self._begin(revision, text, speaker)
            attempt.asked = time.monotonic()
            turn = Turn(attempt.turn, self.id, time.time(), source, text, "answering", "", "", "", 0.0)
            await self._transcripts.begin(turn)
            # From here to the end of the first delta nothing may wait: what was answered in silence is
            # told once, after the words it answers and before the rest.
            attempt.stored = turn
            self._bus.publish(TurnAccepted(conversation=self.id, turn=attempt.turn, text=text, source=source))
            if attempt.answer:
                self._bus.publish(TurnDelta(conversation=self.id, turn=attempt.turn, text=attempt.answer))
            await self._name_after(text)
            if speaker:
                await speaker.release(attempt.turn)
            if attempt.whole and not speaker:
                await self._end(attempt, "done")
            return attempt.turn

    async def heard(self, turn: str, chars: int) -> None:
        """Note that ``chars`` characters of the answer to ``turn`` have been heard."""
        attempt = self._attempt
        if attempt and attempt.turn == turn and chars > attempt.heard:
            attempt.heard = min(chars, len(attempt.answer))
            self._bus.publish(TurnHeard(conversation=self.id, turn=turn, chars=attempt.heard))

    async def finished(self, turn: str) -> None:
        """Note that the whole answer to ``turn`` has been heard, or shown for want of a voice."""
        async with self._lock:
            attempt = self._attempt
            if attempt and attempt.turn == turn and attempt.stored:
                attempt.heard = len(attempt.answer)
                await self._end(attempt, "done")

    async def voiceless(self, turn: str) -> None:
        """Go on in writing: the voice is gone, so the answer to ``turn`` counts as it is shown."""
        attempt = self._attempt
        if attempt and attempt.turn == turn:
            attempt.speaker = None
            if attempt.whole:
                await self.finished(turn)

    async def interrupt(self, heard: int | None = None) -> None:
        """Stop the answer; only what was heard (characters) or shown of it is kept."""
        async with self._lock:
            attempt = self._attempt
            if attempt is None:
                return
            if not attempt.stored:
                await self._drop()
                return
            if heard is not None:
                attempt.heard = min(heard, len(attempt.answer))
            await self._end(attempt, "interrupted")

    async def settled(self) -> None:
        """Wait until no turn is being answered."""
        if attempt := self._attempt:
            await attempt.ended.wait()

    async def close(self) -> None:
        """Stop everything; an answer in the making ends as interrupted."""
        await self.interrupt()
        if self._warming:
            self._warming.cancel()

    def warm(self) -> None:
        """Let the language model read the talk so far ahead of the next question."""
        if self._warming:
            self._warming.cancel()
        self._warming = asyncio.create_task(self._router.prime(self._prompt("")), name="prime")

    def _prompt(self, text: str) -> Prompt:
        return Prompt(self.id, self._history, text, self._system_prompt)

    def _begin(self, revision: int, text: str, speaker: Speaker | None) -> _Attempt:
        attempt = _Attempt(uuid.uuid4().hex, revision, text, speaker)
        attempt.task = asyncio.create_task(self._answer(attempt), name=f"answer:{attempt.turn[:8]}")
        return attempt

    async def _drop(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt:
            await _cancel(attempt.task)
            attempt.ended.set()
            self._bus.publish(TurnWithdrawn(conversation=self.id, turn=attempt.turn))

    async def _answer(self, attempt: _Attempt) -> None:
        pieces = Pieces()
        try:
            async for delta in self._router.answer(self._prompt(attempt.text), attempt.by):
                attempt.first = attempt.first or time.monotonic()
                attempt.answer += delta.text
                if attempt.stored:
                    self._bus.publish(TurnDelta(conversation=self.id, turn=attempt.turn, text=delta.text))
                for piece in pieces.feed(delta.text):
                    await self._say(attempt, piece)
            await self._say(attempt, pieces.finish(), last=True)
            attempt.whole = True
        except Exception as error:
            log.exception("answer failed", turn=attempt.turn)
            attempt.failure = f"{type(error).__name__} in the language part"
            async with self._lock:
                await self._end(attempt, "failed", attempt.failure)
            return
        if attempt.stored and not attempt.speaker:
            async with self._lock:
                await self._end(attempt, "done")

    async def _say(self, attempt: _Attempt, text: str, *, last: bool = False) -> None:
        if attempt.speaker and (text or last):
            await attempt.speaker.say(attempt.turn, text, last=last)

    async def _end(self, attempt: _Attempt, state: Outcome, reason: str = "") -> None:
        """Store how the turn ended and tell everyone. Holds the lock; does nothing the second time."""
        if self._attempt is not attempt or not attempt.stored:
            return
        if attempt.task is not asyncio.current_task():
            await _cancel(attempt.task)
        answer = attempt.answer if state == "done" else attempt.said
        seconds = max(0.0, (attempt.first or attempt.asked) - attempt.asked)
        by = attempt.by
        turn = replace(
            attempt.stored,
            state=state,
            answer=answer,
            provider=by.provider,
            quality=by.quality,
            seconds=seconds,
        )
        self._attempt = None
        self._history.append(turn)
        await self._transcripts.update(
            turn.id,
            turn.at,
            state=state,
            answer=answer,
            provider=by.provider,
            quality=by.quality,
            seconds=seconds,
        )
        attempt.ended.set()
        self._bus.publish(
            TurnEnded(
                conversation=self.id, turn=turn.id, state=state, answer=answer, provider=by.provider,
                quality=by.quality, seconds=seconds, reason=reason,
            )
        )  # fmt: skip
        self.warm()

    async def _name_after(self, text: str) -> None:
        if self.title:
            return
        words = text.split()
        self.title = " ".join(words[:6])[:48].rstrip(".?!,;:")
        await self._rename(self.id, self.title)


async def _cancel(task: asyncio.Task[None] | None) -> None:
    if task and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
