"""Serve one socket: the events that a client sends, and the sound in them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from pydantic import Field, ValidationError

from hub import ports
from hub.api.openai.asked import Lenient
from hub.api.openai.errors import Refused, unreadable, wrong
from hub.api.openai.realtime.items import AskedItem, Item, Items, made, new_id
from hub.api.openai.realtime.settings import USUAL_VOICES, AskedSession, Settings
from hub.api.openai.realtime.sound import RATES, decode
from hub.api.openai.realtime.turns import Turns
from hub.errors import HubError

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from hub.api.openai.realtime.dialect import Teller
    from hub.auth.sessions import Person
    from hub.hub import Hub

MOST_BUFFER_S = 300.0
LEAST_BUFFER_S = 0.1

Shape = TypeVar("Shape", bound=Lenient)


class Update(Lenient):
    """``session.update``."""

    session: AskedSession


class Append(Lenient):
    """``input_audio_buffer.append``."""

    audio: str


class Create(Lenient):
    """``conversation.item.create``."""

    item: AskedItem
    previous_item_id: str | None = None


class Named(Lenient):
    """What is about one item."""

    item_id: str = Field(max_length=200)
    audio_end_ms: int = Field(0, ge=0)


class AskedResponse(AskedSession):
    """How one response is to differ."""

    conversation: str | None = None
    input: list[AskedItem] | None = None
    metadata: dict[str, Any] | None = None


class Respond(Lenient):
    """``response.create``."""

    response: AskedResponse | None = None


class Cancel(Lenient):
    """``response.cancel``."""

    response_id: str | None = None


class Call:
    """One talk, for as long as its socket holds."""

    def __init__(self, hub: Hub, websocket: WebSocket, teller: Teller, person: Person, model: str) -> None:
        self._hub, self._websocket, self._teller, self._person = hub, websocket, teller, person
        self.id = new_id("sess")
        self._turns = Turns(
            hub, teller, person, Settings(model), speech=self.speech, listen_again=self._listen_again
        )
        self._speech: ports.SpeechSession | None = None
        self._opening = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None
        self._listening = self._again = False
        self._buffer = bytearray()
        self._commands = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "conversation.item.create": self._create,
            "conversation.item.retrieve": self._retrieve,
            "conversation.item.truncate": self._truncate,
            "conversation.item.delete": self._delete,
            "response.create": self._respond,
            "response.cancel": self._cancel,
            "output_audio_buffer.clear": self._cancel,
        }

    async def serve(self) -> None:
        """Answer until the client leaves."""
        try:
            await self._teller.tell("session.created", session=self._told())
            if self._teller.beta:
                await self._teller.tell("conversation.created", conversation={"id": new_id("conv")})
            while True:
                await self._take(await self._websocket.receive_text())
        finally:
            await self._close()

    async def _close(self) -> None:
        if self._pump:
            self._pump.cancel()
        await self._turns.close()
        if self._speech:
            await self._speech.close()

    async def _take(self, text: str) -> None:
        """Do what one event says; what is wrong with it is told, and the session goes on."""
        event: Any = None
        try:
            try:
                event = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise wrong("", "That is not JSON.", "Send one JSON object.", "invalid_json") from None
            if not isinstance(event, dict) or not isinstance(kind := event.get("type"), str):
                raise wrong("type", "An event has a type.", "See the guide, docs/guide/openai.md.")
            if (command := self._commands.get(kind)) is None:
                raise wrong("type", f"I do not know {kind[:60]!r}.", "See the guide, docs/guide/openai.md.")
            await command(event)
        except Refused as error:
            await self._teller.refuse(error, event.get("event_id") if isinstance(event, dict) else None)
        except HubError as error:
            told = Refused(getattr(error, "status", 503), str(error), error.fix, code="unavailable")
            await self._teller.refuse(told, event.get("event_id"))

    # The session

    def _told(self) -> dict[str, Any]:
        return self._turns.settings.told(self.id, beta=self._teller.beta)

    async def _update(self, event: dict[str, Any]) -> None:
        asked = _read(Update, event).session
        if asked.type not in {None, "realtime"}:
            raise wrong("session.type", f"I serve no {asked.type!r} sessions.", "Ask for realtime.")
        before = self._turns.settings
        settings = replace(before, **before.changed(asked))
        if settings.voice != before.voice:
            await self._check_voice(settings.voice)
        self._turns.settings = settings
        if self._speech and settings.input != before.input:
            await self._reopen()
        elif self._speech and (settings.voice != before.voice or settings.detection != before.detection):
            await self._use(self._speech)
        if settings.detection is None and self._listening:
            self._listening = False
            await (await self.speech()).ignore()
        await self._teller.tell("session.updated", session=self._told())

    async def _check_voice(self, voice: str) -> None:
        if not voice or voice in USUAL_VOICES:
            return
        mouth = self._hub.port(ports.TextToSpeech)  # type: ignore[type-abstract]  # a Protocol is the key
        names = [one.name for one in await mouth.voices()]
        if voice not in names:
            there = ", ".join(names[:12]) or "none"
            raise wrong("session.voice", f"There is no voice {voice[:60]!r}.", f"Choose one of: {there}.")

    async def speech(self) -> ports.SpeechSession:
        """Return the speech session, opened now if need be. Raises `Unavailable`."""
        async with self._opening:
            if self._speech is None:
                port = self._hub.port(ports.Speech)  # type: ignore[type-abstract]  # a Protocol is the key
                audio = ports.AudioFormat("s16le", RATES[self._turns.settings.input])
                self._speech = await port.open(f"{self._person.id}.{self.id}", audio)
                await self._use(self._speech)
                self._pump = asyncio.create_task(
                    self._turns.follow(self._speech), name=f"realtime:{self.id[:13]}"
                )
            return self._speech

    async def _use(self, speech: ports.SpeechSession) -> None:
        settings = self._turns.settings
        voice = "" if settings.voice in USUAL_VOICES else settings.voice
        yields = settings.detection is None or settings.detection.yields
        await speech.use(voice=voice, half_duplex=not yields)

    async def _reopen(self) -> None:
        """Begin a speech session anew: the client sends another format from now on."""
        if self._turns.answer:
            await self._turns.answer.stop()
        speech, self._speech, self._listening = self._speech, None, False
        if self._pump:
            self._pump.cancel()
        if speech:
            await speech.close()

    # The client's sound

    async def _append(self, event: dict[str, Any]) -> None:
        form = self._turns.settings.input
        pcm = decode(_read(Append, event).audio, form)
        self._turns.sent_ms += len(pcm) / 2 / RATES[form] * 1000
        if self._turns.settings.detection is None:
            if len(self._buffer) + len(pcm) > MOST_BUFFER_S * RATES[form] * 2:
                raise wrong("audio", "That is more sound than I keep.", "Commit it, or clear it.")
            self._buffer += pcm
            return
        speech = await self.speech()
        if not self._listening:
            await speech.listen()
            self._listening = True
        await speech.push(pcm)

    async def _commit(self, _: dict[str, Any]) -> None:
        if self._turns.settings.detection is not None:
            if self._speech is None or not self._listening:
                raise _nothing()
            self._listening, self._again = False, True
            await self._speech.finish()
            return
        rate = RATES[self._turns.settings.input]
        if len(self._buffer) < LEAST_BUFFER_S * rate * 2:
            raise _nothing()
        sound, self._buffer = ports.Sound(bytes(self._buffer), rate), bytearray()
        item = Item(new_id("item"), "message", "", "user", sounded=True)
        await self._turns.committed(item)
        self._turns.hear(item, sound)

    async def _clear(self, _: dict[str, Any]) -> None:
        self._buffer = bytearray()
        if self._speech and self._listening:
            await self._speech.ignore()
            await self._speech.listen()
        await self._teller.tell("input_audio_buffer.cleared")

    # Items

    async def _create(self, event: dict[str, Any]) -> None:
        asked = _read(Create, event)
        item = made(asked.item)
        sounds = [part.audio for part in asked.item.content or () if part.audio]
        after = self._turns.items.add(item, asked.previous_item_id)
        if sounds and item.role == "user" and not item.text:
            item.sounded = True
            form = self._turns.settings.input
            pcm = b"".join(decode(sound, form) for sound in sounds)
            self._turns.hear(item, ports.Sound(pcm, RATES[form]))
        await self._teller.tell("conversation.item.added", previous_item_id=after, item=item.told())
        await self._teller.tell("conversation.item.done", previous_item_id=after, item=item.told())

    async def _retrieve(self, event: dict[str, Any]) -> None:
        item = self._turns.items.get(_read(Named, event).item_id)
        await self._teller.tell("conversation.item.retrieved", item=item.told())

    async def _truncate(self, event: dict[str, Any]) -> None:
        asked = _read(Named, event)
        item = self._turns.items.get(asked.item_id)
        if item.role != "assistant" or not item.sounded:
            raise wrong("item_id", "Only what I said can be cut short.", "Name an answer with sound.")
        if self._turns.answer:
            self._turns.answer.cut(item, asked.audio_end_ms)
        await self._teller.tell(
            "conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=asked.audio_end_ms
        )

    async def _delete(self, event: dict[str, Any]) -> None:
        id_ = _read(Named, event).item_id
        self._turns.items.delete(id_)
        await self._teller.tell("conversation.item.deleted", item_id=id_)

    # Answers

    async def _respond(self, event: dict[str, Any]) -> None:
        asked = _read(Respond, event).response or AskedResponse()
        settings = replace(self._turns.settings, **self._turns.settings.changed(asked))
        more = tuple(made(one) for one in asked.input or ())
        apart = asked.conversation == "none"
        items = Items() if apart or asked.input is not None else self._turns.items
        await self._turns.respond(settings, items, more=more, apart=apart, metadata=asked.metadata)

    async def _cancel(self, event: dict[str, Any]) -> None:
        await self._turns.cancel(_read(Cancel, event).response_id)

    async def _listen_again(self) -> None:
        """Listen on after a commit by hand."""
        if self._again and self._speech and self._turns.settings.detection is not None:
            self._again, self._listening = False, True
            await self._speech.listen()


def _read(shape: type[Shape], event: dict[str, Any]) -> Shape:
    try:
        return shape.model_validate(event)
    except ValidationError as error:
        raise unreadable(error) from None


def _nothing() -> Refused:
    why = "There is no sound to commit."
    return wrong("", why, "Append at least 100 ms first.", "input_audio_buffer_commit_empty")
