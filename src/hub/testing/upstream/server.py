"""Serve chats, models and embeddings as OpenAI does, and meet the trouble that is planned for each."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

import orjson

from hub.testing.upstream.ledger import Entry, Ledger
from hub.testing.upstream.reply import Chat, Said, chat_of, prompt_tokens, said_to
from hub.testing.upstream.telling import HANG_S, Telling
from hub.testing.upstream.troubles import Schedule, Trouble, named, never
from hub.testing.upstream.wire import Asked, Connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "error": (500, {"error": {"message": "The server had an error.", "type": "server_error"}}),
    "pace": (429, {"error": {"message": "Rate limit reached.", "code": "rate_limit_exceeded"}}),
    "key": (400, {"code": "Invalid argument", "error": "Incorrect API key provided: x***x."}),
    "model": (404, {"error": {"message": "The model `gone` does not exist.", "code": "model_not_found"}}),
    "keyless": (401, {"error": {"message": "No API key was given.", "type": "invalid_request_error"}}),
}


class Upstream:
    """A server on a free loopback port (or ``port``) while it is entered.

    ``schedule``, ``say``, ``ill`` and the figures may be changed while it runs. ``letter``: whose words it
    writes; ``sentences``: how many an answer has; ``gap_s``: seconds between two words; ``first_s``: before
    the first; ``burst``: all chunks of an answer without trouble and gaps leave in one piece. ``key``: the
    only one it takes. ``say(body)``: an answer in place of the sentences, or None. ``ill``: listing the
    models fails too, so that probes do.
    """

    def __init__(
        self, schedule: Schedule = never, *, letter: str = "P", sentences: int = 5, gap_s: float = 0.0,
        first_s: float = 0.0, key: str = "", models: tuple[str, ...] = ("big-1", "big-2"), port: int = 0,
        burst: bool = False,
        say: Callable[[dict[str, Any]], Said | None] | None = None,
    ) -> None:  # fmt: skip
        self.schedule, self.letter, self.sentences = schedule, letter, sentences
        self.gap_s, self.first_s, self.key, self.models, self.port, self.say = (
            gap_s,
            first_s,
            key,
            models,
            port,
            say,
        )
        self.burst = burst
        self.ill = False
        self.ledger = Ledger()
        self.asked: list[dict[str, Any]] = []
        """The bodies of the latest questions, oldest first; at most 1,000."""
        self.headers: list[dict[str, str]] = []
        """Their headers, names in lower case."""
        self._server: asyncio.Server | None = None
        self._open: set[Connection] = set()
        self._attempts: Counter[str] = Counter()
        self._talks: dict[str, int] = {}  # tokens of the prompt last read in a talk
        self._began = 0.0

    @property
    def url(self) -> str:
        """The address that clients take, up to ``/v1``."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._answer, self._open), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._began = loop.time()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.away()

    async def away(self) -> None:
        """Stop listening and drop all connections: nobody is there any more. `back` returns."""
        if self._server:
            self._server.close()
        for connection in tuple(self._open):
            connection.drop()
        await asyncio.sleep(0.01)

    async def back(self) -> None:
        """Listen again on the same port."""
        await self.__aenter__()

    # -- paths --------------------------------------------------------------------------------------------

    async def _answer(self, asked: Asked, line: Connection) -> None:
        path = asked.path.partition("?")[0].removeprefix("/v1")
        if path == "/chat/completions":
            await self._chat(asked, line)
        elif path == "/models":
            self._list(line)
        elif path == "/embeddings":
            self._embed(orjson.loads(asked.body), line)
        elif path == "/ledger":
            line.reply(200, self.ledger.told())
        elif path == "/plan":
            self._plan(orjson.loads(asked.body), line)
        else:
            line.reply(404, {"error": {"message": f"Unknown path: {path}"}})

    def _list(self, line: Connection) -> None:
        self.ledger.looks += 1
        if self.ill:
            line.reply(500, _ERRORS["error"][1])
        else:
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in self.models]
            line.reply(200, {"object": "list", "data": data})

    def _embed(self, body: dict[str, Any], line: Connection) -> None:
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        self.ledger.embedded += len(texts)
        data = [
            {"object": "embedding", "index": place, "embedding": _vector(str(text))}
            for place, text in enumerate(texts)
        ]
        read = sum(len(str(text).split()) for text in texts)
        usage = {"prompt_tokens": read, "total_tokens": read}
        line.reply(200, {"object": "list", "data": data, "model": body.get("model", ""), "usage": usage})

    def _plan(self, body: dict[str, Any], line: Connection) -> None:
        """Take another plan from whoever runs this process: ``{"trouble": "mixed", "seed": 1}``."""
        if name := body.pop("trouble", ""):
            more = {key: body.pop(key) for key in ("seed", "after", "seconds") if key in body}
            self.schedule = named(name, **more)
        for key, value in body.items():
            setattr(self, key, value)
        self.ledger, self._attempts = Ledger(), Counter()
        self._began = asyncio.get_running_loop().time()
        line.reply(200, {})

    # -- a chat -------------------------------------------------------------------------------------------

    async def _chat(self, asked: Asked, line: Connection) -> None:
        body = orjson.loads(asked.body)
        if len(self.asked) < 1_000:
            self.asked.append(body)
            self.headers.append(asked.headers)
        chat = chat_of(body)
        entry, trouble = self._enter(chat, body)
        try:
            if wrong := self._wrong_key(asked) or trouble.kind * (trouble.kind in _ERRORS):
                self._refuse(wrong, trouble, line, entry)
            elif trouble.kind in ("close", "drop"):
                entry.ended = "refused"
                line.cut() if trouble.kind == "close" else line.drop()
            elif trouble.kind == "hang":
                await asyncio.sleep(HANG_S)
            else:
                entry.prompt_tokens = prompt_tokens(body)
                entry.cached_tokens = self._cached(asked, entry.prompt_tokens)
                await Telling(self, line, entry, trouble, body).tell(self._said(chat, body, trouble))
        finally:
            # Cancelled: the connection was lost, which only whoever asked does here.
            entry.ended = entry.ended or "closed"
            entry.over = asyncio.get_running_loop().time()

    def _enter(self, chat: Chat, body: dict[str, Any]) -> tuple[Entry, Trouble]:
        now, place = asyncio.get_running_loop().time(), self.ledger.requests
        attempt = self._attempts[chat.question] if chat.question else 0
        self._attempts[chat.question] += 1
        number = int(chat.question) if chat.question.isdigit() else place
        trouble = self.schedule(number, attempt, now - self._began)
        entry = Entry(place, chat.question, attempt, trouble.kind, now, stream=bool(body.get("stream")))
        self.ledger.entries.append(entry)
        return entry, trouble

    def _cached(self, asked: Asked, read: int) -> int:
        """Return how many tokens of a talk were read before: those that its header leads back to here."""
        talk = asked.headers.get("x-grok-conv-id", "")
        before, self._talks[talk] = self._talks.get(talk, 0), read
        return min(before, read) if talk else 0

    def _wrong_key(self, asked: Asked) -> str:
        given = asked.headers.get("authorization", "")
        if not self.key or given == f"Bearer {self.key}":
            return ""
        return "key" if given.removeprefix("Bearer").strip() else "keyless"

    def _refuse(self, wrong: str, trouble: Trouble, line: Connection, entry: Entry) -> None:
        entry.ended = "refused"
        status, told = _ERRORS[wrong]
        headers = {"retry_after": f"{trouble.seconds:.0f}"} if wrong == "pace" else {}
        line.reply(status, told, **headers)

    def _said(self, chat: Chat, body: dict[str, Any], trouble: Trouble) -> Said:
        said = self.say(body) if self.say else None
        if said is None:
            said = said_to(chat, self.letter, self.sentences, body.get("tools") or [])
        if trouble.kind == "empty":
            return ""
        if trouble.kind == "echo" and isinstance(said, str):
            return f"{chat.prefix.rstrip()} {said}".lstrip()
        return said


def _vector(text: str, size: int = 16) -> list[float]:
    """Return numbers of length one that depend on the words, the same for the same words."""
    drawn = [byte - 127.5 for byte in hashlib.sha256(text.encode()).digest()[:size]]
    length = sum(number * number for number in drawn) ** 0.5
    return [number / length for number in drawn]
