"""Serve ``/stream``: sound in over a WebSocket, words out while it is still coming.

in    {"type": "start", "rate": 16000, "encoding": "s16le", "language": ""}   first, or left out
      PCM as binary messages, mono, of any length
      {"type": "finish"}: what is left is final; the socket stays open for more
out   {"type": "ready", "rate": 16000, "encoding": "s16le"}
      {"type": "transcript", "text": "...", "is_final": false, "start": 0.0, "end": 1.2}
      {"type": "finished"} after all that was asked for with finish
      {"type": "error", "error": "...", "fix": "..."}
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub import HubError, Sound, SpeechToText
from hub_voice.routes.door import Refused, entered
from hub_voice.routes.samples import Samples
from hub_voice.routes.segments import Cut, Segmenter, joined

if TYPE_CHECKING:
    from hub import Hub, Register

LARGEST = 1 << 20
"""Bytes of one message."""

MOST_WAITING = 4
"""Final stretches that wait for the engine; who sends faster is read more slowly."""

SIGNED_OUT, TOO_MANY = 4401, 4429


def register_all(register: Register, hub: Hub) -> None:
    """Register it."""

    async def serve(socket: WebSocket) -> None:
        try:
            async with entered(hub, socket, "device", keys=True):
                await socket.accept()
                await Stream(hub, socket).run()
        except Refused as error:
            await socket.close(TOO_MANY if error.status == 429 else SIGNED_OUT, str(error)[:120])  # noqa: PLR2004  as HTTP

    register.websocket("/stream", serve)


class Stream:
    """One socket: a reader that never waits for the engine unless it is far behind, and a writer."""

    def __init__(self, hub: Hub, socket: WebSocket) -> None:
        self._ears = hub.port(SpeechToText)  # type: ignore[type-abstract]  # a Protocol is the key
        self._socket, self._language = socket, ""
        self._samples, self._segments = Samples("s16le", 16_000), Segmenter(16_000)
        self._finals: asyncio.Queue[Cut | None] = asyncio.Queue(MOST_WAITING)
        self._news = asyncio.Event()
        self._last = ""

    async def run(self) -> None:
        """Serve until the client leaves."""
        writing = asyncio.create_task(self._write(), name="stream")
        try:
            await self._tell_ready()
            while (message := await self._socket.receive())["type"] != "websocket.disconnect":
                if writing.done():
                    writing.result()
                await self._take(message)
        except (WebSocketDisconnect, RuntimeError):
            pass
        except HubError as error:
            await self._wrong(error)
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, HubError):
                await writing
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.close()

    async def _take(self, message: Any) -> None:
        if (pcm := message.get("bytes")) is not None:
            if len(pcm) > LARGEST:
                raise HubError("That message is too large.", fix=f"Send at most {LARGEST:,} bytes at once.")
            for cut in self._segments.feed(self._samples.take(pcm)):
                await self._finals.put(cut)
            self._news.set()
            return
        told = _read(message.get("text") or "")
        if told["type"] == "start":
            self._start(told)
            await self._tell_ready()
        elif told["type"] == "finish":
            if (last := self._segments.finish()) is not None:
                await self._finals.put(last)
            await self._finals.put(None)
            self._news.set()
        else:
            raise HubError("I do not know that message.", fix="Send start, finish, or sound.")

    def _start(self, told: dict[str, Any]) -> None:
        rate, encoding = told.get("rate", 16_000), told.get("encoding", "s16le")
        language = told.get("language") or ""
        if not isinstance(language, str) or len(language) > 35:  # noqa: PLR2004  as RFC 5646
            raise HubError("That is no language.", fix="Send a code such as en.")
        self._samples, self._segments = Samples(encoding, rate), Segmenter(rate)
        self._language = language

    async def _write(self) -> None:
        """Tell finals in their order; between them, words so far, as often as the engine bears."""
        while True:
            while not self._finals.empty():
                cut = self._finals.get_nowait()
                if cut is None:
                    await self._send({"type": "finished"})
                else:
                    await self._final(cut)
            self._news.clear()
            if self._finals.empty() and (part := self._segments.so_far()) is not None:
                began = asyncio.get_running_loop().time()
                text = await self._words(part)
                self._segments.took(asyncio.get_running_loop().time() - began)
                if text and self._finals.empty():
                    await self._transcript(part, text, final=False)
                continue
            await self._news.wait()

    async def _final(self, cut: Cut) -> None:
        text = await self._words(cut)
        if cut.overlaps:
            text = joined(self._last, text)
        self._last = text
        if text:
            await self._transcript(cut, text, final=True)

    async def _words(self, cut: Cut) -> str:
        try:
            heard = await self._ears.transcribe(Sound(cut.pcm, cut.rate), language=self._language)
        except HubError as error:
            await self._wrong(error)
            raise
        return heard.text.strip()

    async def _transcript(self, cut: Cut, text: str, *, final: bool) -> None:
        times = {"start": round(cut.start, 2), "end": round(cut.end, 2)}
        await self._send({"type": "transcript", "text": text, "is_final": final, **times})

    async def _tell_ready(self) -> None:
        await self._send({
            "type": "ready", "rate": self._samples.rate, "encoding": self._samples.encoding,
        })  # fmt: skip

    async def _wrong(self, error: HubError) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._send({"type": "error", "error": str(error), "fix": error.fix})

    async def _send(self, value: dict[str, Any]) -> None:
        await self._socket.send_text(orjson.dumps(value).decode())


def _read(text: str) -> dict[str, Any]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        raise HubError(
            "That message is not JSON of mine.", fix='Send {"type": "start"} or {"type": "finish"}.'
        )
    return told
