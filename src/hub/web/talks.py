"""Serve the talks: the list, the search, one talk to read, and what one may do with them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response, StreamingResponse

from hub.conversation import export
from hub.errors import HubError
from hub.store.query import parse
from hub.store.search import PAGE
from hub.web.render import SHOWN_TURNS
from hub.web.site import markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.conversation.conversation import Conversation
    from hub.conversation.conversations import Heading
    from hub.store.index import Found
    from hub.store.transcripts import Turn
    from hub.web.site import Site

LISTED = 60
AROUND = 25
SPANS = ((0, "Any time"), (1, "Today"), (7, "7 days"), (30, "30 days"))
_MARGIN_S = 1.0  # the index knows times to about a millisecond


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one day."""

    title: str
    items: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HitView:
    """What the page needs of one hit."""

    href: str
    title: str
    at: float
    pieces: tuple[tuple[str, bool], ...]


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    talks, post = Talks(site), ("POST",)
    return [
        site.page("/talks", talks.index),
        site.page("/talks/export", talks.export_all),
        site.page("/talks/{id}", talks.read),
        site.page("/talks/{id}/earlier", talks.earlier),
        site.page("/talks/{id}/export", talks.export),
        site.page("/talks/{id}/rename", talks.rename, methods=post),
        site.page("/talks/{id}/delete", talks.delete, methods=post),
        site.page("/talks/{id}/restore", talks.restore, methods=post),
        site.page("/talks/{id}/stop", talks.stop, methods=post),
        site.page("/talks/{id}/turns/{turn}/retry", talks.retry, methods=post),
        site.page("/talks/{id}/turns/{turn}/edit", talks.edit, methods=post),
    ]


class Talks:
    """The talks of whoever asks."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._conversations = site.hub.conversations

    async def index(self, request: Request) -> Response:
        """List the talks, or show what was searched for."""
        q = request.query_params.get("q", "").strip()[:200]
        days = _number(request, "days")
        told = await (self._found(request, q, days) if q else self._listed(request))
        return self._site.show(
            request, "talks.html", title="Talks", q=q, days=days, spans=SPANS,
            progress=self._hub.search.progress if q else None,
            damaged=len(self._hub.transcripts.damaged) if q else 0, **told,
        )  # fmt: skip

    async def _listed(self, request: Request) -> dict[str, Any]:
        before = _number(request, "before", float) or None
        talks = await self._conversations.list(_person(request), LISTED, before, deleted=True)
        groups = _by_day(talks, lambda talk: talk.touched)
        if groups and groups[0].title == request.query_params.get("day"):
            groups[0] = Group("", groups[0].items)  # the page goes on below the same heading
        older = ""
        if len(talks) == LISTED:
            last = talks[-1].touched
            older = "/talks?" + urlencode({"before": repr(last), "day": day_name(last)})
        return {"groups": groups, "older": older}

    async def _found(self, request: Request, q: str, days: int) -> dict[str, Any]:
        page = max(0, _number(request, "page"))
        found, titles = await self._conversations.search(q, _person(request), days=days, page=page)
        more = ""
        if (page + 1) * PAGE < found.total:
            more = "/talks?" + urlencode({"q": q, "days": days, "page": page + 1})
        hits = [
            HitView(
                f"/talks/{hit.talk}?at={hit.at}#you-{hit.turn}",
                titles.get(hit.talk) or "A talk",
                hit.at,
                hit.pieces,
            )
            for hit in found.hits
        ]
        return {
            "found": _by_best_day(hits), "more": more, "told": _counted(found), "blank": not parse(q).match,
        }  # fmt: skip

    async def read(self, request: Request) -> Response:
        """Show a part of one talk: around a time, before or after one, or the latest."""
        talk = await self._conversations.heading(request.path_params["id"], _person(request))
        turns, earlier, later = await self._window(request, talk.id)
        kept = self._site.renderer.kept_turn
        shown = [
            Group(group.title, [markup(kept(turn)) for turn in group.items])
            for group in _by_day(turns, lambda turn: turn.at)
        ]
        link = f"/talks/{talk.id}?"
        return self._site.show(
            request, "talk.html", title=talk.title or "A talk", talk=talk, groups=shown,
            earlier=link + urlencode({"before": repr(turns[0].at)}) if earlier else "",
            later=link + urlencode({"after": repr(turns[-1].at)}) if later else "",
        )  # fmt: skip

    async def _window(self, request: Request, talk: str) -> tuple[list[Turn], bool, bool]:
        """Return the turns to show, and whether there are earlier and later ones."""
        store = self._hub.transcripts
        if at := _number(request, "at", float):
            before = await store.of(talk, AROUND, at - _MARGIN_S)
            after = await store.after(talk, at - _MARGIN_S, AROUND + 1)
            return [*before, *after[:AROUND]], len(before) == AROUND, len(after) > AROUND
        if after_time := _number(request, "after", float):
            turns = await store.after(talk, after_time, SHOWN_TURNS + 2)
            turns = [turn for turn in turns if turn.at > after_time]
            return turns[:SHOWN_TURNS], bool(turns), len(turns) > SHOWN_TURNS
        if before_time := _number(request, "before", float):
            turns = await store.of(talk, SHOWN_TURNS, before_time)
            return turns, len(turns) == SHOWN_TURNS, bool(turns)
        turns = await store.of(talk, SHOWN_TURNS)
        return turns, len(turns) == SHOWN_TURNS, False

    async def earlier(self, request: Request) -> Response:
        """Return, for the page of a talk that goes on, the turns before those it shows."""
        talk = await self._conversations.heading(request.path_params["id"], _person(request))
        before = _number(request, "before", float)
        turns = await self._hub.transcripts.of(talk.id, SHOWN_TURNS, before)
        return self._site.answer(request, self._site.renderer.earlier(talk.id, turns))

    async def export(self, request: Request) -> Response:
        """Hand out one talk as a file."""
        talk = await self._conversations.heading(request.path_params["id"], _person(request))
        format = _format(request)  # noqa: A001
        return _download(
            export.write(self._hub.transcripts, talk, format), export.KINDS[format], talk.title, format
        )

    async def export_all(self, request: Request) -> Response:
        """Hand out all talks as a zip."""
        talks = self._conversations.all(_person(request))
        pack = export.archive(self._hub.transcripts, talks, _format(request))
        return _download(pack, "application/zip", f"Talks {time.strftime('%Y-%m-%d')}", "zip")

    async def rename(self, request: Request) -> Response:
        """Give a talk a title."""
        title = (await self._site.form(request)).get("title", "")
        await self._conversations.rename(request.path_params["id"], title, _person(request))
        return self._site.back(request, "/talks", said="Renamed." if title else "Named by its words again.")

    async def delete(self, request: Request) -> Response:
        """Delete a talk; the list offers to bring it back."""
        await self._conversations.delete(request.path_params["id"], _person(request))
        return self._site.back(request, "/talks", said="Deleted. You can still bring it back.")

    async def restore(self, request: Request) -> Response:
        """Bring a deleted talk back."""
        await self._conversations.restore(request.path_params["id"], _person(request))
        return self._site.back(request, "/talks", said="It is back.")

    async def stop(self, request: Request) -> Response:
        """Stop the answer that is being given."""
        talk = await self._talk(request)
        await talk.interrupt()
        return _to(talk)

    async def retry(self, request: Request) -> Response:
        """Answer the last words anew."""
        talk = await self._talk(request)
        await talk.retry(request.path_params["turn"])
        return _to(talk)

    async def edit(self, request: Request) -> Response:
        """Take other words in the place of the last, and answer those."""
        talk, text = await self._talk(request), (await self._site.form(request)).get("text", "")
        if not text:
            raise HubError("There were no words.", fix="Go back and write something.")
        await talk.edit(request.path_params["turn"], text)
        return _to(talk)

    async def _talk(self, request: Request) -> Conversation:
        return await self._conversations.get(request.path_params["id"], _person(request))


def day_name(at: float) -> str:
    """Return how a person calls the day of a time."""
    day, now = time.localtime(at), time.localtime()
    if day[:3] == now[:3]:
        return "Today"
    if day[:3] == time.localtime(time.time() - 86_400)[:3]:
        return "Yesterday"
    return time.strftime("%A, %-d %B" if day.tm_year == now.tm_year else "%A, %-d %B %Y", day)


def _by_day(items: Sequence[Any], at: Callable[[Any], float]) -> list[Group]:
    return [Group(day, list(group)) for day, group in groupby(items, lambda item: day_name(at(item)))]


def _by_best_day(hits: Iterable[HitView]) -> list[Group]:
    """Group hits, best first, by their days; a day stands where its best hit does."""
    groups: dict[str, Group] = {}
    for hit in hits:
        day = day_name(hit.at)
        groups.setdefault(day, Group(day)).items.append(hit)
    return list(groups.values())


def _counted(found: Found) -> str:
    if not found.total:
        return "Nothing found."
    if found.more:
        return f"The best of more than {found.total:,}."
    return f"{found.total:,} found, best first." if found.total > 1 else "One found."


def _person(request: Request) -> str:
    return str(request.state.person.id)


def _number(request: Request, name: str, kind: Callable[[str], Any] = int) -> Any:
    try:
        number = kind(request.query_params.get(name, "0"))
    except (ValueError, OverflowError):
        return kind("0")
    return number if 0 <= number <= 1e11 else kind("0")  # noqa: PLR2004  the year 5138


def _format(request: Request) -> export.Format:
    name = request.query_params.get("format", "md")
    for known in get_args(export.Format):
        if name == known:
            return known  # type: ignore[no-any-return]  # one of its own values
    raise HubError("I do not write that format.", fix="Ask for md, json or txt.")


def _download(content: Any, kind: str, title: str, ending: str) -> Response:
    headers = {
        "content-disposition": export.disposition(title, ending),
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return StreamingResponse(content, media_type=kind, headers=headers)


def _to(talk: Conversation | Heading) -> Response:
    return RedirectResponse(f"/?talk={talk.id}", status_code=303)
