"""Keep every open tab up to date: one reader of the bus renders once and hands the same bytes to all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from hub import events
from hub.auth.roles import allows
from hub.errors import HubError
from hub.events.approvals import ApprovalEvent
from hub.store.transcripts import Turn

if TYPE_CHECKING:
    from hub.auth.sessions import Person
    from hub.conversation.conversation import Conversation
    from hub.hub import Hub
    from hub.web.site import Site
    from hub.web.socket import Tab

log = structlog.get_logger(__name__)

SETTLE_S = 0.06
_TOLD_BY_THEMSELVES = (events.TurnDelta, events.TurnHeard, events.TurnDrafted)
"""Events that come by the dozen and change no part."""

TICK_S = 5.0
MEASURE_EVERY = 3


class Live:
    """All open tabs, and what they are told. Works only while there are any."""

    def __init__(self, hub: Hub, site: Site) -> None:
        self._hub, self._parts, self.renderer = hub, site.parts, site.renderer
        self._asks = site.asks
        self._tabs: set[Tab] = set()
        self._sent: dict[tuple[str, str], str] = {}
        self._dirty = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, tab: Tab, rev: str) -> None:
        """Add ``tab``, which shows its parts as of revision ``rev``, and bring it up to date."""
        if not self._tabs:
            self._wake()
        self._tabs.add(tab)
        tab.parts = self._parts.shown_to(tab.person, tab.parts)
        if rev != self._parts.revision(tab.parts, tab.person):
            for name in tab.parts:
                if name in self._parts.streams:
                    continue
                tab.outbox.put(_swap(name, self._parts.html(name, tab.person)), name)

    def leave(self, tab: Tab) -> None:
        """Forget ``tab``."""
        self._tabs.discard(tab)
        if not self._tabs:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    def _wake(self) -> None:
        self._parts.renew()
        self._sent = {}
        self._tasks = [
            self._hub.spawn(work, name=name)
            for work, name in (
                (self._follow(), "tabs"),
                (self._refresh(), "parts"),
                (self._tick(), "figures"),
            )
        ]

    async def _follow(self) -> None:
        with self._hub.bus.subscribe("*", size=4_096) as subscription:
            async for event in subscription:
                self._stream(event)
                if isinstance(event, ApprovalEvent):
                    await self._read_asks()
                if not isinstance(event, _TOLD_BY_THEMSELVES):
                    self._dirty.set()
                if isinstance(event, events.ChildChanged):
                    await self.renderer.probe()
                if isinstance(event, events.TalkEvent):
                    self._tell_talk(event)
                if isinstance(event, events.TurnEvent):
                    try:
                        await self._tell(event)
                    except Exception:
                        log.exception("tabs not told", happened=event.name)

    async def _read_asks(self) -> None:
        """Read what waits for a yes; a store that fails must not end what keeps the tabs up to date."""
        try:
            await self._asks.refresh()
        except HubError as error:
            log.warning("asks not read", reason=str(error), fix=error.fix)

    async def _refresh(self) -> None:
        """Push the parts that say something new: the first at once, then at most one in a few hundredths."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            self._parts.renew()
            self._push()
            await asyncio.sleep(SETTLE_S)

    def _push(self) -> None:
        shown = dict.fromkeys(name for tab in self._tabs for name in tab.parts)  # in the order of the pages
        for name in (name for name in shown if name not in self._parts.streams):
            if self._parts.is_personal(name):
                for person in {tab.person for tab in self._tabs if name in tab.parts}:
                    self._push_part(name, person)
            else:
                self._push_part(name, None)

    def _push_part(self, name: str, person: Person | None) -> None:
        """Push a part that says something new: to all who show it, or to the tabs of one ``person``."""
        html, key = self._parts.html(name, person), (name, person.id if person else "")
        if self._sent.get(key) == html:
            return
        self._sent[key] = html
        message = _swap(name, html)
        for tab in self._tabs:
            if name in tab.parts and person in (None, tab.person):
                tab.outbox.put(message, name)

    async def _tick(self) -> None:
        """Let heartbeats and figures move on when nothing else happens."""
        count = 0
        while True:
            if count % MEASURE_EVERY == 0:
                await asyncio.to_thread(self.renderer.measure)
            count += 1
            await self.renderer.probe()
            await self._read_asks()
            self._dirty.set()
            await asyncio.sleep(TICK_S)

    def _stream(self, event: events.Event) -> None:
        """Tell those who watch what happened, at once: rendered and encoded once for all of them."""
        for name, (tell, needs) in self._parts.streams.items():
            tabs = [tab for tab in self._tabs if name in tab.parts and allows(tab.person, needs)]
            try:
                message = tell(event) if tabs else None
            except Exception:
                log.exception("stream not told", happened=event.name)
                continue
            if message:
                text = _json(**message)
                for tab in tabs:
                    tab.outbox.put(text)

    async def _tell(self, event: events.TurnEvent) -> None:
        """Tell the tabs of one talk what happened in it."""
        tabs = [tab for tab in self._tabs if tab.conversation and tab.conversation.id == event.conversation]
        if not tabs or tabs[0].conversation is None:
            return
        for_all, for_pages = self._messages(event, tabs[0].conversation)
        for tab in tabs:
            for message in (*for_all, *(for_pages if tab.page else ())):
                tab.outbox.put(message)

    def _tell_talk(self, event: events.TalkEvent) -> None:
        """Tell the pages of one talk what happened to it as a whole."""
        match event:
            case events.TalkRenamed(text=title):
                message = _json(type="title", text=title or "This talk")
            case events.TalkDeleted():
                message = _json(type="gone")
            case _:
                message = _json(type="back")
        for tab in self._tabs:
            if tab.page and tab.conversation and tab.conversation.id == event.conversation:
                tab.outbox.put(message)

    def _messages(self, event: events.TurnEvent, conversation: Conversation) -> tuple[list[str], list[str]]:
        """Return what every client of the talk is sent, and what pages get besides."""
        turn, for_pages = event.turn, list[str]()
        match event:
            case events.TurnDrafted(text=text, revision=number):
                for_all = _json(type="transcription", text=text, is_final=False, turn=turn, revision=number)
            case events.TurnWithdrawn():
                for_all = _json(type="withdrawn", turn=turn)
            case events.TurnAccepted(source="hub"):
                return [], self._accepted(event, conversation.title)
            case events.TurnAccepted(text=text):
                for_all = _json(type="transcription", text=text, is_final=True, turn=turn, revision=-1)
                for_pages = self._accepted(event, conversation.title)
            case events.TurnDelta(text=text):
                for_all = _json(type="llm_response", turn=turn, text=text, final=False)
                for_pages = [_json(type="delta", turn=turn, text=text)]
            case events.TurnHeard(chars=chars):
                for_all = _json(type="heard", turn=turn, chars=chars)
            case events.TurnEnded():
                return self._ended(event, _find(conversation, turn))
            case _:
                return [], []
        return [for_all], for_pages

    def _accepted(self, event: events.TurnAccepted, title: str) -> list[str]:
        # From the event alone: what there is of an answer by now comes again as the deltas behind it.
        turn = Turn(
            event.turn, event.conversation, event.at, event.source, event.text, "answering", "", "", "", 0.0
        )
        # A spoken turn has its own states, in the tab that talks; the others only read along.
        answering = [_json(type="answering", on=True)] if event.source != "voice" else []
        replaced = [_json(type="replaced", turn=event.replaces)] if event.replaces else []
        return [
            *replaced,
            _json(type="swap", target="#lines", how="beforeend", html=self.renderer.turn(turn, last=True)),
            _json(type="title", text=title or "This talk"),
            *answering,
        ]

    def _ended(self, event: events.TurnEnded, turn: Turn | None) -> tuple[list[str], list[str]]:
        spoken = bool(turn and turn.source == "voice")
        final = _json(
            type="llm_response", turn=event.turn, text=event.answer, final=True, state=event.state,
            provider=event.provider, quality=event.quality, seconds=event.seconds, spoken=spoken,
        )  # fmt: skip
        for_pages = [_json(type="answering", on=False)]
        if turn:
            html = self.renderer.turn(turn, half="hub", reason=event.reason, last=True)
            for_pages.insert(0, _json(type="swap", target=f"#hub-{turn.id}", how="outerMorph", html=html))
        return [final], for_pages


def _swap(name: str, html: str) -> str:
    return _json(type="swap", target=f"#{name}", how="outerMorph", html=html)


def _find(conversation: Conversation, turn: str) -> Turn | None:
    return next((known for known in reversed(conversation.history()) if known.id == turn), None)


def _json(**message: Any) -> str:
    return orjson.dumps(message).decode()
