"""Hold an adapter to the contract of its port: one suite a port, for the hub's own and for anybody's.

``await check_provider(make)``, ``check_embedder`` and ``check_speech`` raise one `AssertionError` that names
all that an adapter does against its port's contract. ``make`` returns an adapter that could be used now, or
awaits to one; what it needs to be freed is the test's business.
"""

from __future__ import annotations

import asyncio
import inspect
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any, cast, get_args

from hub.errors import HubError, Unavailable
from hub.llm.provider import (
    Act,
    Caps,
    Declined,
    Delta,
    Done,
    Message,
    Piece,
    Probe,
    Provider,
    Quality,
    Request,
    Usage,
)
from hub.ports import (
    Audio,
    AudioFormat,
    Draft,
    Embedder,
    Finished,
    Heard,
    Speech,
    SpeechEvent,
    SpeechSession,
    Started,
    Vectors,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    Make = Callable[[], Any | Awaitable[Any]]
    Check = Callable[..., Awaitable[None]]

PATIENCE_S = 30.0
"""Seconds that anything may take before it counts as hanging."""

SOON_S = 5.0
"""Seconds that a probe, a close or a cancellation may take."""

_SYSTEM = Message("system", "You are a friendly helper. Answer in one short, plain sentence.")
_ODD = (
    "", " \n\t", "\x00\x1b[31m", "Grüße, 日本語, ✓ and \U0001f600", "</s><|im_end|>{{ 7*7 }}",
    "word " * 20_000,
)  # fmt: skip
_ALLOWED = (Declined, Unavailable, TimeoutError)
"""What a stream may raise before its first words; a subclass says more."""


class Faults:
    """What an adapter did against the contract, each in a sentence."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.found: list[str] = []

    def add(self, holds: object, sentence: str) -> bool:
        """Note ``sentence`` unless it ``holds``; return whether it does."""
        if not holds and sentence not in self.found:
            self.found.append(sentence)
        return bool(holds)

    async def box(self, what: str, check: Awaitable[Any], seconds: float = PATIENCE_S) -> None:
        """Await ``check``: what it raises, or that it hangs, is a fault of ``what``."""
        try:
            async with asyncio.timeout(seconds):
                await check
        except TimeoutError:
            self.add(False, f"{what}: it did not end within {seconds:g} s.")
        except Exception as error:  # noqa: BLE001  whatever it raises is what is told
            self.add(False, f"{what}: it raised {type(error).__name__}: {error}")

    def tell(self) -> None:
        """Raise `AssertionError` with all faults, if there are any."""
        told = "\n".join(f"  - {one}" for one in self.found)
        assert not self.found, f"{self._what} breaks the contract of its port:\n{told}"


# -- Provider ------------------------------------------------------------------------------------------


async def check_provider(make: Make, *, ask: str = "Say hello.") -> None:
    """Fail with all that a `Provider` does against `hub.Provider`'s contract.

    ``ask``: words that it must have an answer to.
    """
    provider = await made(make)
    faults = Faults(type(provider).__name__)
    if not faults.add(isinstance(provider, Provider), "It lacks one of name, caps, stream and probe."):
        faults.tell()
    _caps(faults, provider)
    request = _request(provider, ask)
    await faults.box("probe", _probe(faults, provider), SOON_S)
    await faults.box("An answer", _answers(faults, provider, request))
    await faults.box("An answer given up", _gives_up(faults, provider, request))
    await faults.box("An answer cancelled", _cancelled(faults, provider, request))
    await faults.box("Two at once", _two(faults, provider, request))
    for odd in _ODD:
        await faults.box(f"Asked {odd[:20]!r}", _bears(faults, provider, _request(provider, odd)))
    await faults.box("Asked without words", _bears(faults, provider, Request(())))
    await faults.box("Asked with no time", _bears(faults, provider, request, 0.001))
    if hasattr(provider, "prime"):
        await faults.box("prime", provider.prime(request.messages[:-1]))
    await faults.box("An answer after all that", _answers(faults, provider, request))
    faults.tell()


def _caps(faults: Faults, provider: Provider) -> None:
    caps = provider.caps
    name = provider.name
    faults.add(isinstance(name, str) and name.strip(), "name: it must be words.")
    if not faults.add(isinstance(caps, Caps), "caps: it must be a hub.Caps."):
        faults.tell()
    faults.add(caps.quality in get_args(Quality), f"caps.quality: {caps.quality!r} is not one of the port's.")
    faults.add(caps.prompt_tokens > 0, "caps.prompt_tokens: there must be room for a prompt.")
    faults.add(caps.answer_tokens > 0, "caps.answer_tokens: there must be room for an answer.")
    alone = not caps.local or caps.distance != "world"
    faults.add(alone, "caps.local: words that go out into the world do not stay local.")
    try:
        caps.local = not caps.local  # type: ignore[misc]
    except (FrozenInstanceError, AttributeError):
        return
    faults.add(False, "caps: it must not change; others rely on what it said.")


def _request(provider: Provider, text: str) -> Request:
    return Request((_SYSTEM, Message("user", text)), "contract", provider.caps.answer_tokens)


async def _probe(faults: Faults, provider: Provider) -> None:
    probe = await provider.probe()
    if faults.add(isinstance(probe, Probe), "probe: it must return a hub.Probe."):
        told = probe.ok or (probe.reason and probe.fix)
        faults.add(told, "probe: what cannot answer says why, and what to do.")


@asynccontextmanager
async def _stream(
    provider: Provider, request: Request, seconds: float = PATIENCE_S
) -> AsyncIterator[AsyncGenerator[Piece, None]]:
    stream = provider.stream(request, seconds)
    assert not inspect.iscoroutine(stream), "stream: it must be an async generator, not a coroutine."
    async with aclosing(cast("AsyncGenerator[Piece, None]", stream)) as pieces:
        yield pieces


async def _answers(faults: Faults, provider: Provider, request: Request) -> None:
    async with _stream(provider, request) as stream:
        try:
            pieces = [piece async for piece in stream]
        except _ALLOWED as error:
            said = f"stream: it had no answer to {request.messages[-1].text!r}: {error!r}."
            faults.add(False, said)
            return
    _in_order(faults, pieces)


def _in_order(faults: Faults, pieces: list[Any]) -> None:
    odd = [type(one).__name__ for one in pieces if not isinstance(one, Piece)]
    faults.add(not odd, f"stream: it yielded {', '.join(odd[:3])}, not pieces of the port.")
    told = [one for one in pieces if isinstance(one, Delta | Act)]
    faults.add(told, "stream: an answer has words, or does something; else it raises Declined.")
    faults.add(pieces and isinstance(pieces[-1], Done), "stream: Done is the last piece.")
    faults.add(sum(isinstance(one, Done) for one in pieces) <= 1, "stream: it is done once.")
    faults.add(sum(isinstance(one, Usage) for one in pieces) <= 1, "stream: it tells its usage once.")
    texts = [one.text for one in pieces if isinstance(one, Delta)]
    faults.add(all(isinstance(text, str) for text in texts), "stream: a Delta is text.")
    if acts := [one for one in pieces if isinstance(one, Act)]:
        faults.add(len(told) == 1, "stream: an Act stands alone.")
        faults.add(callable(acts[0].perform), "stream: an Act can be performed.")
    elif told:
        faults.add("".join(map(str, texts)).strip(), "stream: an answer of blanks is none; raise Declined.")


async def _gives_up(faults: Faults, provider: Provider, request: Request) -> None:
    """Close the stream after its first piece: that must be soon, and end the work."""
    async with _stream(provider, request) as stream:
        await anext(stream)
        try:
            async with asyncio.timeout(SOON_S):
                await stream.aclose()
        except TimeoutError:
            faults.add(False, f"stream: closing it must end the work within {SOON_S:g} s.")
        except Exception as error:  # noqa: BLE001  whatever it raises is what is told
            faults.add(False, f"stream: closing it raised {type(error).__name__}: {error}")


async def _cancelled(faults: Faults, provider: Provider, request: Request) -> None:
    """Cancel whoever waits for an answer: that must be soon, and not be swallowed."""

    async def consume() -> None:
        async with _stream(provider, request) as stream:
            async for _ in stream:
                pass
        await asyncio.sleep(PATIENCE_S)  # one that was quicker is cancelled here

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.02)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=SOON_S)
    if faults.add(done, f"stream: cancellation must end it within {SOON_S:g} s.") and not task.cancelled():
        faults.add(False, f"stream: it swallowed its cancellation ({task.exception()!r}).")


async def _two(faults: Faults, provider: Provider, request: Request) -> None:
    other = replace(request, conversation="another talk")
    await asyncio.gather(_answers(faults, provider, request), _answers(faults, provider, other))
    # Of the same talk, the newer may take the place of the older; but neither may wait in vain.
    await asyncio.gather(_bears(faults, provider, request), _bears(faults, provider, request))


async def _bears(faults: Faults, provider: Provider, request: Request, seconds: float = PATIENCE_S) -> None:
    """Ask something odd: any answer will do, and every refusal that the port knows."""
    said = False
    async with _stream(provider, request, seconds) as stream:
        try:
            async for piece in stream:
                faults.add(isinstance(piece, Piece), f"stream: it yielded {type(piece).__name__}.")
                said = said or isinstance(piece, Delta)
        except _ALLOWED as error:
            faults.add(not (said and isinstance(error, Declined)), "stream: it declined after it had spoken.")
            fixed = not isinstance(error, HubError) or (str(error) and error.fix)
            faults.add(fixed, "stream: what is unavailable says why, and what to do.")


# -- Embedder ------------------------------------------------------------------------------------------


async def check_embedder(make: Make, *, embeds: bool = True) -> None:
    """Fail with all that an `Embedder` does against `hub.Embedder`'s contract.

    ``embeds=False``: it cannot now, and must say so.
    """
    embedder = await made(make)
    faults = Faults(type(embedder).__name__)
    if not faults.add(isinstance(embedder, Embedder), "It lacks embed."):
        faults.tell()
    if embeds:
        await faults.box("Texts embedded", _embeds(faults, embedder))
        await faults.box("Nothing embedded", _embeds_nothing(faults, embedder), SOON_S)
    else:
        await faults.box("embed", _embeds_not(faults, embedder), SOON_S)
    faults.tell()


async def _embeds(faults: Faults, embedder: Embedder) -> None:
    texts = ["Hello.", "", *(odd[:200] for odd in _ODD), *(f"Text {number}." for number in range(150))]
    told = await embedder.embed(texts)
    if not faults.add(isinstance(told, Vectors), "embed: it must return hub.ports.Vectors."):
        return
    faults.add(len(told.vectors) == len(texts), "embed: one vector for each text.")
    faults.add(len({len(one) for one in told.vectors}) == 1, "embed: all vectors are of one length.")
    faults.add(all(any(one) for one in told.vectors[2:]), "embed: words are not at the origin.")
    faults.add(told.model, "embed: it names the model, for only its own vectors compare.")
    again = await embedder.embed(texts[2:4])
    near = all(abs(a - b) < 1e-3 for a, b in zip(again.vectors[0], told.vectors[2], strict=True))
    faults.add(near, "embed: the same text has the same vector.")


async def _embeds_nothing(faults: Faults, embedder: Embedder) -> None:
    faults.add(not (await embedder.embed([])).vectors, "embed: no texts have no vectors.")


async def _embeds_not(faults: Faults, embedder: Embedder) -> None:
    try:
        await embedder.embed(["Hello."])
    except Unavailable as error:
        faults.add(str(error) and error.fix, "embed: what is unavailable says why, and what to do.")
        return
    faults.add(False, "embed: without a model it must raise hub.Unavailable.")


# -- Speech --------------------------------------------------------------------------------------------


async def check_speech(make: Make, *, speaks: bool = True, say: str = "It will rain this afternoon.") -> None:
    """Fail with all that a `Speech` does against `hub.Speech`'s contract.

    ``speaks=False``: it has no voice now, and must say so. ``say``: words that it can speak.
    """
    speech = await made(make)
    faults = Faults(type(speech).__name__)
    if not faults.add(isinstance(speech, Speech), "It lacks open."):
        faults.tell()
    if not speaks:
        await faults.box("open", _refuses(faults, speech), SOON_S)
        faults.tell()
        return
    await faults.box("An answer spoken", _speaks(faults, speech, say), 2 * PATIENCE_S)
    await faults.box("An answer prepared", _waits(faults, speech, say), 2 * PATIENCE_S)
    await faults.box("An interruption", _falls_silent(faults, speech, say), 2 * PATIENCE_S)
    await faults.box("Odd sound", _bears_sound(faults, speech))
    await faults.box("Two sessions", _two_sessions(faults, speech, say), 2 * PATIENCE_S)
    faults.tell()


async def _refuses(faults: Faults, speech: Speech) -> None:
    try:
        await speech.open("contract", AudioFormat())
    except Unavailable as error:
        faults.add(str(error) and error.fix, "open: what is unavailable says why, and what to do.")
        return
    faults.add(False, "open: without a voice it must raise hub.Unavailable.")


class _Ear:
    """Collects what a session tells."""

    def __init__(self, session: SpeechSession) -> None:
        self.session, self.heard = session, list[SpeechEvent]()
        self._news = asyncio.Condition()
        self.task = asyncio.create_task(self._collect())

    async def _collect(self) -> None:
        async for event in self.session.events():
            async with self._news:
                self.heard.append(event)
                self._news.notify_all()

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]

    async def wait(self, kind: type) -> Any:
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: bool(self.all(kind)))
        return self.all(kind)[0]


@asynccontextmanager
async def _session(faults: Faults, speech: Speech, name: str, **audio: Any) -> AsyncIterator[_Ear]:
    """Open a session; at its end it is closed twice, told more, and must tell nothing further."""
    session = await speech.open(name, AudioFormat(**audio))
    lacks = [each for each in _METHODS if not callable(getattr(session, each, None))]
    if not faults.add(not lacks, f"A session lacks {', '.join(lacks)}."):
        faults.tell()
    ear = _Ear(session)
    try:
        yield ear
    finally:
        await session.close()
        await session.close()
        done, _ = await asyncio.wait({ear.task}, timeout=SOON_S)
        faults.add(done, "events: they must end when the session is closed.")
        ear.task.cancel()
        for late in (session.push(b"\0\0"), session.say("late", "Too late.", last=True), session.interrupt()):
            await faults.box("Asked after its close", _calmly(late), SOON_S)


_METHODS = (
    "events", "listen", "finish", "ignore", "push", "say", "release", "played", "interrupt", "close",
)  # fmt: skip


async def _calmly(asked: Awaitable[Any]) -> None:
    with suppress(HubError):  # it may say no, with a reason
        await asked


async def _speaks(faults: Faults, speech: Speech, say: str) -> None:
    async with _session(faults, speech, "speaks") as ear:
        half = len(say) // 2
        await ear.session.say("one", say[:half])
        await ear.session.say("one", say[half:], last=True)
        await ear.session.release("one")
        await ear.wait(Finished)
        _sound(faults, ear)
        started = ear.all(Started)
        faults.add(started and started[0].turn == "one", "Started: it names the turn that is heard.")
        faults.add(all(one.ms >= 0 for one in started), "Started: no sound comes before its words.")
        heard = ear.all(Heard)
        if faults.add(heard, "Heard: it tells how far a turn was heard."):
            counts = [one.chars for one in heard]
            faults.add(counts == sorted(counts), "Heard: what was heard is never less later.")
            whole = f"Heard: at the end all {len(say)} characters were heard, not {counts[-1]}."
            faults.add(counts[-1] == len(say), whole)


def _sound(faults: Faults, ear: _Ear) -> None:
    frames = ear.all(Audio)
    if not faults.add(frames, "Audio: an answer that was released has sound."):
        return
    faults.add(all(one.rate > 0 for one in frames), "Audio: it has a rate.")
    faults.add(all(len(one.pcm) % 2 == 0 for one in frames), "Audio: s16le samples have two bytes.")
    places = [(one.epoch, one.seq) for one in frames]
    faults.add(places == sorted(set(places)), "Audio: epochs and frames come in order, each once.")
    faults.add(any(any(one.pcm) for one in frames), "Audio: an answer is not all silence.")


async def _waits(faults: Faults, speech: Speech, say: str) -> None:
    async with _session(faults, speech, "waits") as ear:
        await ear.session.say("guess", say, last=True)
        await asyncio.sleep(0.5)
        early = ear.all(Audio) or ear.all(Started)
        faults.add(not early, "say: nothing is heard before it is released.")
        await ear.session.release("guess")
        await ear.wait(Started)


async def _falls_silent(faults: Faults, speech: Speech, say: str) -> None:
    async with _session(faults, speech, "falls") as ear:
        await ear.session.say("long", f"{say} " * 8, last=True)
        await ear.session.release("long")
        before = (await ear.wait(Audio)).epoch
        epoch = await ear.session.interrupt()
        faults.add(epoch > before, "interrupt: it returns a later epoch than that of the sound before.")
        known = len(ear.heard)
        await asyncio.sleep(0.3)
        late = [one for one in ear.heard[known:] if isinstance(one, Audio) and one.epoch < epoch]
        faults.add(not late, "interrupt: no sound of an earlier epoch comes after it.")
        await ear.session.played(epoch + 100, 10**9)
        await ear.session.played(-1, -1)
        await ear.session.say("next", say, last=True)
        await ear.session.release("next")
        await ear.wait(Finished)
        faults.add(ear.all(Finished)[0].turn == "next", "interrupt: it forgets what was to be said.")


async def _bears_sound(faults: Faults, speech: Speech) -> None:
    for encoding in ("s16le", "f32le"):
        async with _session(faults, speech, f"odd {encoding}", encoding=encoding, rate=48_000) as ear:
            await ear.session.push(b"\0" * 320)  # nobody asked for it yet
            await ear.session.listen()
            for size in (0, 1, 3, 320, 1_001, 96_000):
                await ear.session.push(bytes(size))
            await ear.session.listen(push_to_talk=True)
            await ear.session.finish()
            await ear.session.ignore()
            await ear.session.release("nobody")
            drafts = [one.revision for one in ear.all(Draft)]
            faults.add(drafts == sorted(drafts), "Draft: revisions only grow.")


async def _two_sessions(faults: Faults, speech: Speech, say: str) -> None:
    async with _session(faults, speech, "left") as left, _session(faults, speech, "right") as right:
        await right.session.say("other", say, last=True)
        await right.session.release("other")
        await right.wait(Finished)
        faults.add(not left.all(Audio), "open: two sessions do not hear each other's answers.")


async def made(make: Make) -> Any:
    """Return the adapter that ``make`` makes, or awaits to."""
    adapter = make()
    return await adapter if inspect.isawaitable(adapter) else adapter
