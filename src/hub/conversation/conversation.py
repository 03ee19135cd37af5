"""One talk with one person: takes drafts and words, answers them, and keeps what was heard.

A turn goes draft -> accepted | withdrawn -> answering -> done | interrupted | failed | pending, which
waits for an approval: a turn of the hub's own tells what became of it. Drafts may be answered ahead of
time, in silence; nothing is stored, shown or heard of that before acceptance.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

import structlog

from hub.conversation.mediation.mediator import Asker, Mediator
from hub.conversation.persona import NOBODY, Persona
from hub.conversation.prompt import Prompt
from hub.errors import HubError
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
from hub.telemetry import trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub.conversation.recollection import Recollection
    from hub.events import Bus
    from hub.llm.router import Router
    from hub.ports.memory import MemoryHit
    from hub.store.transcripts import Transcripts

log = structlog.get_logger(__name__)

Origin = Literal["voice", "text", "api"]
Outcome = Literal["done", "interrupted", "failed", "pending"]
MAX_CHARS = 8_000
GOES_ON_S = 30.0
"""A turn taken too soon is taken back by the whole of what was said, when that comes within this time."""
MOST_KEPT = 200
"""Turns of a long talk that stay in memory; when there are more, half of them go."""


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
    trace: trace.Trace = field(default_factory=trace.begin)
    accepted: asyncio.Event = field(default_factory=asyncio.Event)
    stored: Turn | None = None
    answer: str = ""
    by: Answer = field(default_factory=Answer)
    asker: Asker = field(default_factory=Asker)
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
    def end(self) -> Outcome:
        """How it ends once all of it was told."""
        return "pending" if self.by.waits else "done"

    @property
    def said(self) -> str:
        """What the person got of the answer: all that was shown, or what was heard."""
        return self.answer[: self.heard] if self.speaker else self.answer


def title_of(text: str) -> str:
    """Return the title of a talk that begins with ``text``."""
    return " ".join(text.split()[:6])[:48].rstrip(".?!,;:")


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
        touch: Callable[[str, float], Awaitable[None]] | None = None,
        person: str = "",
        system_prompt: str = "",
        mediator: Mediator | None = None,
        recollection: Recollection | None = None,
    ) -> None:
        self.id, self.title, self.person = id, title, person
        self.gone = False
        self.persona: Persona = NOBODY
        self._history = history
        self._transcripts, self._router, self._bus = transcripts, router, bus
        self._mediator, self._recollection = mediator or Mediator(router), recollection
        self._rename, self._touch, self._system_prompt = rename, touch, system_prompt
        self._attempt: _Attempt | None = None
        self._lock = asyncio.Lock()
        self._taken: tuple[Speaker | None, int, list[str], str] = (None, -1, [], "")
        self._warming: asyncio.Task[None] | None = None
        self._touching: asyncio.Future[None] | None = None

    def history(self) -> list[Turn]:
        """Return the turns so far, oldest first; the last may still be answering."""
        current = self._attempt.stored if self._attempt else None
        return (
            [*self._history, replace(current, answer=self._attempt.said)]
            if current and self._attempt
            else [*self._history]
        )

    @property
    def trace(self) -> str:
        """The id of the trace of the turn in the making, or ""."""
        return self._attempt.trace.id if self._attempt else ""

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
                TurnDrafted(
                    conversation=self.id,
                    turn=running.turn,
                    text=text,
                    revision=revision,
                    trace=running.trace.id,
                )
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
        text = _checked(text)
        async with self._lock:
            if speaker and self._taken[:3] == (speaker, revision, _words(text)):
                return self._taken[3]  # told twice: what was asked is done once
            await self._stop()
            old = self._history.pop() if self._goes_on(text, speaker) else None
            try:
                return await self._accept(revision, text, source, speaker, old)
            except BaseException:
                if old and not (self._attempt and self._attempt.stored):
                    self._history.append(old)
                raise

    def _goes_on(self, text: str, speaker: Speaker | None) -> bool:
        """Tell whether ``text`` holds the words before, too: their answer was cut short by their rest."""
        last = self._history[-1] if self._history else None
        if speaker is None or last is None or last.state != "interrupted" or last.quality == "done":
            return False
        if self._taken[0] is not speaker or self._taken[3] != last.id or time.time() - last.at > GOES_ON_S:
            return False
        before, now = _words(last.text), _words(text)
        # the last word may be written otherwise now that others follow it
        return len(now) > len(before) > 1 and now[: len(before) - 1] == before[:-1]

    async def retry(self, turn: str, source: Origin = "text") -> str:
        """Answer the last words anew; return the new turn's id. Raises `HubError` for an older turn."""
        return await self._ask_again(turn, None, source)

    async def edit(self, turn: str, text: str, source: Origin = "text") -> str:
        """Answer ``text`` in the place of the last words; return the new turn's id.

        The version before is kept in the store, and no longer told. Raises `HubError` for an older
        turn, and `ValueError` on empty words.
        """
        return await self._ask_again(turn, _checked(text), source)

    async def _ask_again(self, turn: str, text: str | None, source: Origin) -> str:
        async with self._lock:
            self._refuse_if_gone()
            last = next(reversed(self.history()), None)
            if last is None or last.id != turn:
                raise HubError("I can only do that with your last words.", fix="Write them again below.")
            if last.source == "hub":
                raise HubError("Those were not your words.", fix="Write what you want below.")
            if text is None and last.quality == "done":
                raise HubError("That was done, not only said.", fix="Say it anew if you want it twice.")
            await self._stop()
            old = self._history.pop()
            if not self._history and self.title == title_of(old.text):
                self.title = ""
            try:
                return await self._accept(-1, text or old.text, source, None, old)
            except BaseException:
                if not (self._attempt and self._attempt.stored):
                    await self._drop()
                    self._history.append(old)
                raise

    async def _stop(self) -> None:
        """Interrupt the answer that is being given, if it is to words that were accepted."""
        if self._attempt and self._attempt.stored:
            await self._end(self._attempt, "interrupted")

    def _refuse_if_gone(self) -> None:
        if self.gone:
            raise HubError("This talk was deleted.", fix="Begin a new one.")

    async def _accept(
        self, revision: int, text: str, source: Origin, speaker: Speaker | None, old: Turn | None = None
    ) -> str:
        """Store words, in the place of an ``old`` turn if there is one, and answer. Holds the lock."""
        self._refuse_if_gone()
        attempt = self._attempt
        if (old and not speaker) or attempt is None or not attempt.fits(text, speaker):
            await self._drop()
            self._attempt = attempt = self._begin(revision, text, speaker)
        attempt.asked = time.monotonic()
        turn = Turn(attempt.turn, self.id, time.time(), source, text, "answering", "", "", "", 0.0)
        await self._transcripts.begin(turn, old)
        # From here to the end of the first delta nothing may wait: what was answered in silence is
        # told once, after the words it answers and before the rest.
        attempt.stored = turn
        attempt.accepted.set()
        self._taken = (speaker, revision, _words(text), turn.id)
        about = {"conversation": self.id, "turn": attempt.turn, "trace": attempt.trace.id}
        replaces = old.id if old else ""
        self._bus.publish(TurnAccepted(**about, text=text, source=source, replaces=replaces))
        if attempt.answer:
            self._bus.publish(TurnDelta(**about, text=attempt.answer))
        await self._name_after(text)
        self._note_touch(turn.at)
        if speaker:
            await speaker.release(attempt.turn)
        if attempt.whole and not speaker:
            await self._end(attempt, attempt.end)
        return attempt.turn

    async def tell(self, text: str, by: str = "hub") -> None:
        """Open a turn of the hub's own that says ``text``, after the answer that is being given, if any.

        Raises `HubError` when the talk was deleted.
        """
        while True:
            await self.settled_words()
            async with self._lock:
                if self._attempt and self._attempt.stored:
                    continue
                self._refuse_if_gone()
                await self._own(text, by)
                return

    async def _own(self, text: str, by: str) -> None:
        turn = Turn(uuid.uuid4().hex, self.id, time.time(), "hub", "", "done", text, by, "done", 0.0)
        await self._transcripts.begin(turn)
        self._history.append(turn)
        about = {"conversation": self.id, "turn": turn.id}
        self._bus.publish(TurnAccepted(**about, text="", source="hub"))
        self._bus.publish(
            TurnEnded(**about, state="done", answer=text, provider=by, quality="done", source="hub")
        )
        self._note_touch(turn.at)
        self.warm()

    async def settled_words(self) -> None:
        """Wait until no words that were accepted are being answered."""
        attempt = self._attempt
        if attempt and attempt.stored:
            await attempt.ended.wait()

    async def heard(self, turn: str, chars: int) -> None:
        """Note that ``chars`` characters of the answer to ``turn``, as it is written, have been heard."""
        attempt = self._attempt
        if attempt and attempt.turn == turn and chars > attempt.heard:
            attempt.heard = min(chars, len(attempt.answer))
            self._bus.publish(
                TurnHeard(conversation=self.id, turn=turn, chars=attempt.heard, trace=attempt.trace.id)
            )

    async def finished(self, turn: str) -> None:
        """Note that the whole answer to ``turn`` has been heard, or shown for want of a voice."""
        async with self._lock:
            attempt = self._attempt
            if attempt and attempt.turn == turn and attempt.stored:
                attempt.heard = len(attempt.answer)
                await self._end(attempt, attempt.end)

    async def voiceless(self, turn: str) -> None:
        """Go on in writing: the voice is gone, so the answer to ``turn`` counts as it is shown."""
        attempt = self._attempt
        if attempt and attempt.turn == turn:
            attempt.speaker = None
            if attempt.whole:
                await self.finished(turn)

    async def interrupt(self, heard: int | None = None) -> None:
        """Stop the answer; only what was heard (its characters) or shown of it is kept."""
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

    def forget_before(self, at: float) -> None:
        """Drop from memory the turns from before a time."""
        self._history = [turn for turn in self._history if turn.at >= at]

    def instruct(self, system_prompt: str) -> None:
        """Describe the hub by ``system_prompt`` from the next question on; "" by its own words."""
        self._system_prompt = system_prompt

    def warm(self) -> None:
        """Let the language model read the talk so far ahead of the next question."""
        if self._warming:
            self._warming.cancel()
        self._warming = asyncio.create_task(self._router.prime(self._prompt("")), name="prime")

    def _prompt(self, text: str, remembered: Sequence[MemoryHit] = ()) -> Prompt:
        return Prompt(self.id, self._history, text, self._system_prompt, self.persona, remembered=remembered)

    async def _remembered(self, text: str) -> Sequence[MemoryHit]:
        recollection = self._recollection
        return await recollection.about(text, person=self.person, talk=self.id) if recollection else ()

    def _begin(self, revision: int, text: str, speaker: Speaker | None) -> _Attempt:
        attempt = _Attempt(uuid.uuid4().hex, revision, text, speaker)
        listens = speaker is not None
        attempt.asker = Asker(attempt.turn, self.id, self.person, listens)
        with trace.entered(attempt.trace):
            attempt.task = asyncio.create_task(self._answer(attempt), name=f"answer:{attempt.turn[:8]}")
        return attempt

    async def _drop(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt:
            await _cancel(attempt.task)
            attempt.ended.set()
            self._bus.publish(TurnWithdrawn(conversation=self.id, turn=attempt.turn, trace=attempt.trace.id))

    async def _answer(self, attempt: _Attempt) -> None:
        try:
            prompt = self._prompt(attempt.text, await self._remembered(attempt.text))
            async for delta in self._mediator.answer(
                prompt, attempt.by, attempt.asker, accepted=attempt.accepted.wait
            ):
                attempt.first = attempt.first or time.monotonic()
                attempt.answer += delta.text
                if attempt.stored:
                    self._bus.publish(TurnDelta(conversation=self.id, turn=attempt.turn, text=delta.text))
                if attempt.speaker:
                    await attempt.speaker.say(attempt.turn, delta.text)
            if attempt.speaker:
                await attempt.speaker.say(attempt.turn, "", last=True)
            attempt.whole = True
        except Exception as error:
            log.exception("answer failed", turn=attempt.turn)
            attempt.failure = f"{type(error).__name__} in the language part"
            async with self._lock:
                await self._end(attempt, "failed", attempt.failure)
            return
        if attempt.stored and not attempt.speaker:
            async with self._lock:
                await self._end(attempt, attempt.end)

    async def _end(self, attempt: _Attempt, state: Outcome, reason: str = "") -> None:
        """Store how the turn ended and tell everyone. Holds the lock; does nothing the second time."""
        if self._attempt is not attempt or not attempt.stored:
            return
        if attempt.task is not asyncio.current_task():
            await _cancel(attempt.task)
        answer = attempt.answer if state in {"done", "pending"} else attempt.said
        seconds = max(0.0, (attempt.first or attempt.asked) - attempt.asked)
        by, usage = attempt.by, attempt.by.usage
        turn = replace(
            attempt.stored,
            state=state,
            answer=answer,
            provider=by.provider,
            quality=by.quality,
            seconds=seconds,
            read=attempt.asker.read,
        )
        self._attempt = None
        self._history.append(turn)
        if len(self._history) > MOST_KEPT:
            del self._history[: MOST_KEPT // 2]
        await self._transcripts.update(
            turn.id,
            turn.at,
            state=state,
            answer=answer,
            provider=by.provider,
            quality=by.quality,
            seconds=seconds,
            read=turn.read,
        )
        attempt.ended.set()
        self._bus.publish(
            TurnEnded(
                conversation=self.id, turn=turn.id, state=state, answer=answer, provider=by.provider,
                quality=by.quality, seconds=seconds, reason=reason, trace=attempt.trace.id,
                source=turn.source, total=time.monotonic() - attempt.asked,
                prompt_tokens=usage.prompt if usage else 0,
                completion_tokens=usage.completion if usage else 0, approval=by.waits,
            )
        )  # fmt: skip
        if self._recollection and state != "failed":
            await self._recollection.keep(turn, self.person)
        self.warm()

    async def _name_after(self, text: str) -> None:
        if self.title:
            return
        self.title = title_of(text)
        await self._rename(self.id, self.title)

    def _note_touch(self, at: float) -> None:
        """Note when the talk was last used, without letting the answer wait for the disk."""
        if self._touch:
            self._touching = asyncio.ensure_future(self._touch(self.id, at))
            self._touching.add_done_callback(_log_failure)


def _checked(text: str) -> str:
    text = text.strip()[:MAX_CHARS]
    if not text:
        raise ValueError("There were no words.")
    return text


def _log_failure(task: asyncio.Future[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.warning("talk not touched", reason=str(error))


async def _cancel(task: asyncio.Task[None] | None) -> None:
    if task and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
