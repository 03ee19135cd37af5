"""Take the person's turns as the speech session or the client tells them, and answer them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from hub import ports
from hub.api.openai.errors import Refused, wrong
from hub.api.openai.offered import Offered
from hub.api.openai.realtime.answer import Answer
from hub.api.openai.realtime.items import Item, Items, new_id
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.api.openai.realtime.dialect import Teller
    from hub.api.openai.realtime.settings import Settings
    from hub.auth.sessions import Person
    from hub.hub import Hub

log = structlog.get_logger(__name__)

PREFIX_MS = 300


class Turns:
    """The turns of one talk, and the one answer that is being given.

    ``speech`` opens the speech session, or returns it; ``listen_again`` is called after each turn.
    ``settings`` and ``sent_ms``, the sound that came so far, are kept up to date by the call.
    """

    def __init__(
        self, hub: Hub, teller: Teller, person: Person, settings: Settings, *,
        speech: Callable[[], Awaitable[ports.SpeechSession]], listen_again: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._hub, self._teller, self._person = hub, teller, person
        self._open, self._listen_again = speech, listen_again
        self.settings, self.items, self.sent_ms = settings, Items(), 0.0
        self.answer: Answer | None = None
        self._offered = Offered(hub)
        self._drafted: tuple[int, str, Answer] | None = None
        self._speaking = ""  # the id of the item that is being said
        self._said: Item | None = None  # the latest turn by voice, while nothing of its answer was heard
        self._hearing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop whatever is heard or answered."""
        if self._hearing:
            self._hearing.cancel()
        if self.answer:
            self.answer.over = lambda _: None
            with suppress(Exception):
                await self.answer.stop()
        await self._drop_draft()

    # What the client committed

    def hear(self, item: Item, sound: ports.Sound) -> None:
        """Begin to write down what is in ``sound``; answers wait for it."""
        self._hearing = asyncio.create_task(self._hear(item, sound, self._hearing), name="realtime:hear")

    async def committed(self, item: Item) -> None:
        """Add a turn that has ended, and tell of it."""
        after = self.items.add(item)
        await self._teller.tell("input_audio_buffer.committed", previous_item_id=after, item_id=item.id)
        await self._teller.tell("conversation.item.added", previous_item_id=after, item=item.told())
        await self._teller.tell("conversation.item.done", previous_item_id=after, item=item.told())

    async def _hear(self, item: Item, sound: ports.Sound, before: asyncio.Task[None] | None) -> None:
        """Write down what is in ``sound``, after what came before it."""
        if before:
            await asyncio.wait({before})
        ears = self._hub.port(ports.SpeechToText)  # type: ignore[type-abstract]  # a Protocol is the key
        try:
            item.text = (await ears.transcribe(sound)).text
        except HubError as error:
            about = {"message": f"{error} {error.fix}", "type": "server_error", "code": "unavailable"}
            kind = "conversation.item.input_audio_transcription.failed"
            await self._teller.tell(kind, item_id=item.id, content_index=0, error=about)
            return
        await self._transcribed(item, sound.seconds)

    async def _transcribed(self, item: Item, seconds: float) -> None:
        await self._teller.tell(
            "conversation.item.input_audio_transcription.completed", item_id=item.id, content_index=0,
            transcript=item.text, usage={"type": "duration", "seconds": round(seconds, 2)},
        )  # fmt: skip

    # Answers

    async def respond(self, settings: Settings, items: Items, **how: Any) -> None:
        """Answer now, because the client asks for it; ``how`` as in `Answer`. Raises `Refused`."""
        if self.answer:
            raise wrong(
                "", "An answer is being given.", "Cancel it, or wait for response.done.",
                "conversation_already_has_active_response",
            )  # fmt: skip
        self._begin(self._make(settings, items, **how))

    async def cancel(self, response: str | None) -> None:
        """Stop the answer ``response``, or whichever is given. Raises `Refused`."""
        if self.answer is None or response not in {None, self.answer.id}:
            raise wrong(
                "", "There is no such answer to stop.", "Ask for one first.", "response_cancel_not_active"
            )
        await self.answer.stop()

    def _make(self, settings: Settings, items: Items, **how: Any) -> Answer:
        answer = Answer(
            self._hub, self._offered, self._teller, items, settings, self._person.id, self._open, **how
        )
        answer.over = self._over
        return answer

    def _begin(self, answer: Answer) -> None:
        self.answer = answer
        answer.start(asyncio.wait({self._hearing}) if self._hearing else None)

    def _over(self, answer: Answer) -> None:
        if self.answer is answer:
            self.answer = None

    # What the speech session tells

    async def follow(self, speech: ports.SpeechSession) -> None:
        """Do what the speech session tells, until it is closed."""
        try:
            async for event in speech.events():
                await self._happened(event)
        except (OSError, TimeoutError, RuntimeError) as error:
            log.debug("realtime.gone", reason=repr(error))
        except Refused as error:
            await self._teller.refuse(error)
        except Exception:
            log.exception("realtime speech failed")
            await self._teller.refuse(Refused(500, "My voice failed.", "Begin another session."))

    async def _happened(self, event: ports.SpeechEvent) -> None:  # noqa: C901  one case an event
        answer = self.answer
        match event:
            case ports.Audio() if answer:
                self._said = None
                await answer.sounds(event)
            case ports.Heard(turn, chars) if answer and answer.id == turn:
                answer.hears(chars)
            case ports.Finished(turn) if answer and answer.id == turn:
                answer.finish()
            case ports.Voiced(speaking):
                await self._voiced(speaking)
            case ports.BargeIn(_, heard):
                await self._voiced(True, sure=True)
                if answer:
                    await answer.stop("turn_detected", heard)
            case ports.Draft(revision, text):
                await self._draft(revision, text)
            case ports.Withdrawn():
                await self._drop_draft()
                await self._listen_again()
            case ports.Accepted(_, text):
                await self._accept(text)
                await self._listen_again()
            case ports.Trouble(reason, fix):
                await self._teller.refuse(Refused(503, reason, fix, code="unavailable"))
                if answer:
                    answer.finish()

    async def _voiced(self, speaking: bool, *, sure: bool = False) -> None:
        """Tell that the person speaks; over an answer only once it is ``sure``: clients fall silent at it."""
        if speaking and not self._speaking:
            if self.answer and self.answer.sounding and not sure:
                return
            self._speaking = new_id("item")
            start = max(0, round(self.sent_ms) - PREFIX_MS)
            kind = "input_audio_buffer.speech_started"
            await self._teller.tell(kind, audio_start_ms=start, item_id=self._speaking)
        elif not speaking and self._speaking:
            end, kind = round(self.sent_ms), "input_audio_buffer.speech_stopped"
            await self._teller.tell(kind, audio_end_ms=end, item_id=self._speaking)

    async def _draft(self, revision: int, text: str) -> None:
        """Begin to answer in silence: most drafts are final."""
        detection = self.settings.detection
        if detection is None or not detection.answers or self.answer:
            return
        if self._drafted and _words(self._drafted[1]) == _words(text):
            self._drafted = (revision, text, self._drafted[2])
            return
        await self._drop_draft()
        words = Item(new_id("item"), "message", text)
        answer = self._make(self.settings, self.items, more=(words,), silent=True)
        self._drafted = (revision, text, answer)
        answer.start()

    async def _drop_draft(self) -> None:
        drafted, self._drafted = self._drafted, None
        if drafted:
            await drafted[2].stop()

    async def _accept(self, text: str) -> None:
        """Take a turn that the person ended, and answer it."""
        drafted, self._drafted = self._drafted, None
        if self.answer:
            await self.answer.stop("turn_detected")
        await self._merge(text)
        item = Item(self._speaking or new_id("item"), "message", text, "user", sounded=True)
        self._speaking = ""
        await self.committed(item)
        await self._transcribed(item, 0.0)
        detection = self.settings.detection
        fits = drafted and _words(drafted[1]) == _words(text) and not drafted[2].failed
        if drafted and not fits:
            await drafted[2].stop()
        if detection is None or not detection.answers:
            return
        self._said = item
        if drafted and fits:
            self.answer = drafted[2]
            drafted[2].more = ()
            await drafted[2].accept()
        else:
            self._begin(self._make(self.settings, self.items))

    async def _merge(self, text: str) -> None:
        """Forget the turn before when this one is the same, gone on with: nobody heard an answer to it."""
        said, self._said = self._said, None
        if said and _words(text)[: len(_words(said.text))] == _words(said.text):
            with suppress(Refused):
                self.items.delete(said.id)
                await self._teller.tell("conversation.item.deleted", item_id=said.id)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()
