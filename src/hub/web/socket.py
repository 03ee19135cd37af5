"""Serve the tab's one WebSocket: words, states and sound in both directions (seed 004, and our pages)."""

from __future__ import annotations

import array
import asyncio
import struct
import sys
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from hub import ports
from hub.conversation.state import SessionState
from hub.conversation.talk import Flush, Talk
from hub.errors import HubError
from hub.telemetry import trace
from hub.web import messages
from hub.web.carrier import Carrier
from hub.web.outbox import Outbox, Slow
from hub.web.told import told
from hub.web.waking import Waking

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from hub.auth.sessions import Person
    from hub.conversation.conversation import Conversation
    from hub.hub import Hub
    from hub.web.carrier import Carried
    from hub.web.live import Live

log = structlog.get_logger(__name__)

HELLO_S = 5.0
STALL_S = 20.0
MOST_TABS = 1_024
"""Sockets of one person at once: each may hold some megabytes that wait."""

NOT_SIGNED_IN, TOO_SLOW, TOO_MANY = 4401, 4408, 4429
SOUND = 1
_STRANGER = "You are not signed in."
_CROWDED, _FEWER = "You have very many tabs open.", "Close some of them."
_SIGN_IN = "Open the link on the hub's console, or run `hub claim`."
_HEADER = struct.Struct("<BBHI")
_ANSWERING = {SessionState.PROCESSING, SessionState.SYNTHESIZING, SessionState.PLAYING}


def serve_tabs(hub: Hub, live: Live) -> list[BaseRoute]:
    """Return the routes of the tabs' socket, and of what stands in for it where it is blocked."""
    tabs: Counter[str] = Counter()

    async def endpoint(websocket: WebSocket | Carried) -> None:
        await websocket.accept()
        person = getattr(websocket.state, "person", None)
        if person is None:
            await websocket.send_text(_json(type="error", code="signed_out", message=_STRANGER, fix=_SIGN_IN))
            await websocket.close(NOT_SIGNED_IN, "not signed in")
            return
        if tabs[person.id] >= MOST_TABS:
            await websocket.send_text(_json(type="error", code="too_many", message=_CROWDED, fix=_FEWER))
            await websocket.close(TOO_MANY, "too many tabs")
            return
        tabs[person.id] += 1
        try:
            await Tab(hub, live, websocket).serve()
        finally:
            tabs[person.id] -= 1

    return [WebSocketRoute("/ws/session/{id}", endpoint), *Carrier(hub.sessions, endpoint).routes()]


class Tab:
    """One tab, or one client of the same protocol, for as long as it is connected."""

    def __init__(self, hub: Hub, live: Live, websocket: WebSocket | Carried) -> None:
        self._hub, self._live, self._websocket = hub, live, websocket
        self.session: str = websocket.path_params["id"][:64]
        self.outbox = Outbox()
        self.page = False
        self.person: Person | None = getattr(websocket.state, "person", None)
        self.parts: tuple[str, ...] = ()
        self.audio = messages.Format()
        self.conversation: Conversation | None = None
        self._talk: Talk | None = None
        self._waking = Waking(hub, self._woken)
        self._epoch = 0
        self._wishes: dict[str, Any] = {}
        """How the client wants its talks: what it said last of voice and half duplex."""
        self._pump: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Serve until the client leaves or stops reading."""
        writer = asyncio.create_task(self._write(), name=f"tab:{self.session[:8]}")
        reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._live.leave(self)
            for task in (reader, writer):
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
            await self._end_talk()

    # -- out ------------------------------------------------------------------------------------

    def send(self, **message: Any) -> None:
        """Queue a JSON message."""
        self.outbox.put(_json(**message))

    async def _write(self) -> None:
        """Send what waits; a client that does not read is closed with a reason."""
        try:
            while True:
                message = await self.outbox.get()
                sent = self._websocket.send_text if isinstance(message, str) else self._websocket.send_bytes
                # Not wait_for, which on Python 3.11 may swallow the cancellation that ends this task.
                async with asyncio.timeout(STALL_S):
                    await sent(message)  # type: ignore[arg-type]  # each takes its own kind
        except (Slow, TimeoutError):
            log.warning("tab closed: it does not read", session=self.session)
            with suppress(Exception):
                await asyncio.wait_for(self._websocket.close(TOO_SLOW, "you stopped reading"), 1)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return

    # -- in -------------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            first = await self._first()
            await self._welcome(first if isinstance(first, messages.Hello) else messages.Hello())
            if first is not None and not isinstance(first, messages.Hello):
                await self._guarded(self._take(first))
            while True:
                await self._guarded(self._receive())
        except (WebSocketDisconnect, RuntimeError):
            return  # it left

    async def _first(self) -> messages.Message | bytes | None:
        """Return the first message, or None when none comes in time or it makes no sense."""
        try:
            return await asyncio.wait_for(self._next(), HELLO_S)
        except TimeoutError:
            return None
        except HubError as error:
            self._refuse(error)
            return None

    async def _next(self) -> messages.Message | bytes:
        frame = await self._websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1005))
        sound = frame.get("bytes")
        if sound is None:
            return messages.read(frame["text"])
        if len(sound) > messages.MAX_SOUND:
            raise HubError(
                f"That frame has {len(sound):,} bytes.", fix=f"Send at most {messages.MAX_SOUND:,} at once."
            )
        return bytes(sound)

    async def _receive(self) -> None:
        message = await self._next()
        if not isinstance(message, bytes):  # sound belongs to the trace of the turn it becomes
            trace.enter(trace.fresh())
        await self._take(message)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Tell the client what went wrong, and go on."""
        try:
            await work
        except HubError as error:
            self._refuse(error)
        except (WebSocketDisconnect, RuntimeError):
            raise
        except Exception:
            log.exception("message failed", session=self.session)
            self.send(
                type="error",
                code="failed",
                message="That went wrong here.",
                fix="Try again; the log tells why.",
            )

    def _refuse(self, error: HubError) -> None:
        code = "unavailable" if type(error).__name__ == "Unavailable" else "refused"
        self.send(type="error", code=code, message=str(error), fix=error.fix)

    async def _welcome(self, hello: messages.Hello) -> None:
        self.page, self.audio = hello.page, hello.audio
        self.parts = hello.parts if hello.page else ()
        if hello.talk:
            await self._enter(hello.conversation)
        talk = self.conversation.id if self.conversation else ""
        self.send(type="welcome", session=self.session, conversation=talk)
        self.send(type="state", state=SessionState.IDLE)
        self._live.join(self, hello.rev)
        if self.page and self.conversation:
            self._resync(self.conversation)
        if hello.talk:
            self._hub.ahead()

    async def _enter(self, talk: str) -> Conversation:
        """Go into the talk of that id; into the latest when there is none, and say so."""
        conversations, person = self._hub.conversations, self._websocket.state.person.id
        try:
            self.conversation = await (
                conversations.get(talk, person) if talk else conversations.latest(person)
            )
        except HubError as error:
            self._refuse(error)
            self.conversation = await conversations.latest(person)
        return self.conversation

    def _resync(self, conversation: Conversation) -> None:
        """Bring the script up to date: turns may have passed while the tab was away."""
        html = self._live.renderer.lines(conversation)
        turns = conversation.history()
        self.send(type="swap", target="#lines", how="outerMorph", html=html)
        self.send(
            type="answering",
            on=bool(turns and turns[-1].state == "answering" and turns[-1].source != "voice"),
        )

    async def _take(self, message: messages.Message | bytes) -> None:
        match message:
            case bytes() | messages.Played() | messages.StopRecording():
                await self._hear(message)
            case messages.Ping():
                self.send(type="pong")
            case messages.Write(text=text):
                await self._write_turn(text)
            case messages.Retry() | messages.Edit():
                await self._ask_again(message)
            case messages.StartRecording(mode=mode):
                await (await self._open_talk()).start(push_to_talk=mode == "push")
                self.send(type="recording_started")
            case messages.Cancel():
                await self._cancel()
            case messages.Use() | messages.SetVoice() | messages.SetPersona() | messages.Wake():
                await self._change(message)
            case messages.Hello():
                raise HubError("We have met.", fix="Say hello only as the first message of a connection.")

    async def _hear(self, message: bytes | messages.Played | messages.StopRecording) -> None:
        """Hand sound to the talk, or to what listens for the wake word while nobody talks."""
        idle = self._talk is None or self._talk.state is SessionState.IDLE
        if isinstance(message, bytes) and idle and self._waking.on:
            await self._waking.push(message)
        elif self._talk:
            await _hand(self._talk, message)

    async def _change(
        self, message: messages.Use | messages.SetVoice | messages.SetPersona | messages.Wake
    ) -> None:
        """Go on as the client wants it, from the next talk on if there is none; a persona brings a voice."""
        wish: dict[str, Any] = {}
        match message:
            case messages.Wake(on=on):
                await self._wake(on=on)
            case messages.Use(half_duplex=half_duplex):
                wish["half_duplex"] = half_duplex
            case messages.SetVoice(voice=voice):
                wish["voice"] = voice
            case messages.SetPersona(persona=name):
                conversation = self.conversation or await self._enter("")
                persona = await self._hub.personas.use(conversation.id, name, conversation.person)
                wish = {"voice": persona.voice or await self._usual_voice()}
        wish = {name: value for name, value in wish.items() if value != ""}
        if self._talk and wish:
            await self._talk.use(**wish)
        self._wishes |= wish

    async def _usual_voice(self) -> str:
        """Return the voice to go back to; "" where none was ever left."""
        if not self._wishes.get("voice"):
            return ""
        voices = await self._hub.port(ports.TextToSpeech).voices()  # type: ignore[type-abstract]  # as above
        return voices[0].name if voices else ""

    async def _write_turn(self, text: str) -> None:
        if not text.strip():
            raise HubError("There were no words.", fix="Write something.")
        await self._hush()
        await (self.conversation or await self._enter("")).write(text, "text")

    async def _ask_again(self, message: messages.Retry | messages.Edit) -> None:
        await self._hush()
        conversation = self.conversation or await self._enter("")
        if isinstance(message, messages.Retry):
            await conversation.retry(message.turn)
        elif message.text.strip():
            await conversation.edit(message.turn, message.text)
        else:
            raise HubError("There were no words.", fix="Write something.")

    async def _hush(self) -> None:
        """Stop speaking: who writes wants no more of the answer before."""
        if self._talk and self._talk.state in _ANSWERING:
            await self._talk.cancel()

    async def _cancel(self) -> None:
        if self._talk:
            await self._talk.cancel()
        if self.conversation:
            await self.conversation.interrupt()

    # -- the talk -------------------------------------------------------------------------------

    async def _open_talk(self) -> Talk:
        """Return the voice session of this tab. Raises `Unavailable` with the reason and the fix."""
        if self._talk is None:
            conversation = self.conversation or await self._enter("")
            audio = ports.AudioFormat(self.audio.encoding, self.audio.rate, self.audio.channels)
            # Who opens a session takes it over: clients choose its name, so each person has their own.
            name = f"{conversation.person}.{self.session}"
            speech = await self._hub.port(ports.Speech).open(name, audio)  # type: ignore[type-abstract]  # a Protocol is the key
            self._talk = Talk(self.session, conversation, speech, self._hub.bus)
            self._pump = asyncio.create_task(self._pass_on(self._talk), name=f"sound:{self.session[:8]}")
            voice = conversation.persona.voice
            wishes = ({"voice": voice} if voice else {}) | self._wishes
            if wishes:
                await self._guarded(self._talk.use(**wishes))
        return self._talk

    async def _wake(self, *, on: bool) -> None:
        """Listen for the wake word, or no more. Raises `Unavailable`."""
        person = self.person.id if self.person else ""
        audio = ports.AudioFormat(self.audio.encoding, self.audio.rate, self.audio.channels)
        word = await self._waking.turn(on, f"{person}.{self.session}", audio)
        self.send(type="wake", on=on, word=word)

    def _woken(self) -> None:
        """Begin to listen: the wake word was said."""
        self._waken = asyncio.create_task(self._guarded(self._answer_word()), name="woken")

    async def _answer_word(self) -> None:
        self.send(type="woken")
        await self._take(messages.StartRecording(type="start_recording"))

    async def _end_talk(self) -> None:
        await self._waking.close()
        if self._pump:
            self._pump.cancel()
        if self._talk:
            await self._talk.close()

    async def _pass_on(self, talk: Talk) -> None:
        """Send on what the talk says; when it ends by itself the next press opens another."""
        async for event in talk.events():
            self._tell(event)
        self._talk = None

    def _tell(self, event: Any) -> None:
        match event:
            case ports.Audio():
                self._epoch = event.epoch
                self.outbox.put(self._sound(event))
            case Flush(epoch):
                self._flush(epoch)
            case ports.BargeIn():
                self._flush(self._epoch + 1)
            case ports.Partial():  # only the newest is of use
                self.outbox.put(_json(**(told(event) or {})), "caption")
            case _:
                if message := told(event):
                    self.send(**message)

    def _flush(self, epoch: int) -> None:
        """Have the client fall silent; sound of ``epoch`` and later may be played."""
        self.outbox.drop_sound()
        self.send(type="flush", epoch=epoch & 0xFFFF)

    def _sound(self, event: ports.Audio) -> bytes:
        if self.page:
            return _HEADER.pack(SOUND, 0, event.epoch & 0xFFFF, event.rate) + event.pcm
        return event.pcm if self.audio.encoding == "s16le" else floats(event.pcm)


async def _hand(talk: Talk, message: bytes | messages.Played | messages.StopRecording) -> None:
    """Hand ``message`` to the talk that it is about."""
    match message:
        case bytes():
            await talk.push(message)
        case messages.Played(epoch=epoch, samples=samples, dry=dry):
            await talk.played(epoch, samples, dry=0 if isinstance(dry, bool) else dry)
        case _:
            await talk.stop()


def floats(pcm: bytes) -> bytes:
    """Return s16le samples as f32le."""
    whole = array.array("h", pcm)
    if sys.byteorder == "big":
        whole.byteswap()
    out = array.array("f", (sample / 32_768 for sample in whole))
    if sys.byteorder == "big":
        out.byteswap()
    return out.tobytes()


def _json(**message: Any) -> str:
    return orjson.dumps(message).decode()
