"""Serve timers, alarms and reminders: the page that sets them, and the bar that rings on every page."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.timers import SNOOZE_S, phrases
from hub.timers.weekly import DAYS, weekly
from hub.web.tiles import TICKS, TileView, ticks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.hub import Hub
    from hub.timers import Ring, Timer
    from hub.web.site import Site

QUICK = (1, 3, 5, 10, 30)
"""Minutes that one press sets."""

REPEATS = {
    "": ("Once", "", ""),
    "daily": ("Every day", "FREQ=DAILY", "every day"),
    "weekdays": ("On weekdays", *weekly(tuple(DAYS)[:5])),
    "weekly": ("Every week", "FREQ=WEEKLY", "every week"),
    "monthly": ("Every month", "FREQ=MONTHLY", "every month"),
}
"""How often a reminder comes: its words on the page, its rule (RFC 5545), and how it is told."""

_HOW = {"stopped": "stopped", "snoozed": "snoozed", "missed": "nobody came", "": "rings"}
_LATE_S = 60


def routes(site: Site) -> list[BaseRoute]:
    """Offer the parts ``timers`` and ``alarms``; return the routes."""
    pages = TimerPages(site)
    site.part("timers", pages.running)
    site.part("alarms", pages.alarms)
    sets = {"timer": pages.set_timer, "alarm": pages.set_alarm, "reminder": pages.set_reminder}
    acts: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "cancel": pages.cancel, "undo": pages.undo, "stop": pages.stop, "snooze": pages.snooze,
        "pause": pages.pause, "resume": pages.resume, "more": pages.more,
    }  # fmt: skip
    return [
        site.page("/timers", pages.show),
        *(site.page(f"/timers/{name}", act, methods=("POST",)) for name, act in sets.items()),
        *(site.page(f"/timers/{{id}}/{name}", act, methods=("POST",)) for name, act in acts.items()),
    ]


class TimerPages:
    """The page about timers."""

    def __init__(self, site: Site) -> None:
        self._site, self._timers = site, site.hub.timers

    # -- show ------------------------------------------------------------------------------------------

    async def show(
        self,
        request: Request,
        *,
        form: str = "",
        wrong: HubError | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Response:
        """Show what is set, the three forms, and what rang.

        ``form``: the one with something ``wrong`` in what was ``given``.
        """
        undo = request.query_params.get("undo", "")
        gone = await self._timers.cancelled(undo) if undo else None
        return self._site.show(
            request, "timers.html", title="Timers", parts=("timers",), quick=QUICK, days=DAYS,
            repeats={value: words for value, (words, _, _) in REPEATS.items()}, gone=gone,
            rings=[self._rang(ring) for ring in await self._timers.rings()],
            today=self._timers.now().date().isoformat(), form=form, wrong=wrong, given=given or {},
        )  # fmt: skip

    def running(self) -> str:
        """Return what is set, the next first, as markup."""
        rows = [(timer, self._when(timer)) for timer in self._timers.list()]
        return self._site.renderer.page("parts/timers.html", rows=rows)

    def alarms(self) -> str:
        """Return what rings now, as markup."""
        minutes = round(SNOOZE_S / 60)
        return self._site.renderer.page(
            "parts/alarms.html",
            ringing=[(timer, call(timer)) for timer in self._timers.ringing()],
            minutes=minutes,
        )

    def _when(self, timer: Timer) -> str:
        if timer.state == "ringing":
            return "Rings now"
        if timer.due is None:
            return f"Paused with {phrases.countdown(timer.left)} left"
        said = f"Rings {phrases.at(self._timers.local(timer.due), self._timers.now())}"
        return f"{said}, {timer.every}" if timer.every else said

    def _rang(self, ring: Ring) -> tuple[str, str, bool]:
        late = f", {phrases.span(ring.late // 60 * 60)} late" if ring.late >= _LATE_S else ""
        at = phrases.moment(self._timers.local(ring.rang), self._timers.now())
        return ring.title, f"{at}{late}, {_HOW[ring.how]}", ring.how == "missed" or bool(late)

    # -- set -------------------------------------------------------------------------------------------

    async def set_timer(self, request: Request) -> Response:
        """Set a timer, from a quick press or from minutes."""
        form = await self._site.form(request)
        try:
            minutes = _number(form.get("quick") or form.get("minutes", ""))
            timer = await self._timers.timer(minutes * 60, form.get("name", ""))
        except HubError as error:
            return await self.show(request, form="timer", wrong=error, given=form)
        return self._told(request, timer)

    async def set_alarm(self, request: Request) -> Response:
        """Set an alarm for the next time it is that late, or for days of the week."""
        fields = await self._site.fields(request)
        form = dict(fields)
        chosen = [value for name, value in fields if name == "day"]
        try:
            rule, every = weekly(chosen)
            at = self._next(_time(form.get("time", "")))
            timer = await self._timers.alarm(at, form.get("name", ""), rule=rule, every=every)
        except HubError as error:
            return await self.show(request, form="alarm", wrong=error, given=form | {"chosen": chosen})
        return self._told(request, timer)

    async def set_reminder(self, request: Request) -> Response:
        """Set a reminder, once or again and again."""
        form = await self._site.form(request)
        try:
            _, rule, every = REPEATS.get(form.get("repeat", ""), REPEATS[""])
            late = _time(form.get("time", ""))
            day = form.get("date", "")
            at = datetime.combine(_date(day), late) if day else self._next(late)
            timer = await self._timers.remind(at, form.get("text", ""), rule=rule, every=every)
        except HubError as error:
            return await self.show(request, form="reminder", wrong=error, given=form)
        return self._told(request, timer)

    def _next(self, late: time) -> datetime:
        """Return the next local moment when it is that late; of a day that skips it, a little later."""
        now = self._timers.now()
        for ahead in (0, 1):
            at = datetime.combine(now.date() + timedelta(days=ahead), late)
            if at.replace(tzinfo=now.tzinfo) > now:
                return at
        return at

    def _told(self, request: Request, timer: Timer) -> Response:
        then = phrases.at(self._timers.local(timer.due or 0.0), self._timers.now())
        return self._site.back(request, "/timers", said=f"{timer.title} set; it rings {then}.")

    # -- act -------------------------------------------------------------------------------------------

    async def cancel(self, request: Request) -> Response:
        """Cancel one; the page then offers to undo that."""
        timer = await self._timers.cancel(_id(request))
        return self._site.back(request, f"/timers?undo={timer.id}")

    async def undo(self, request: Request) -> Response:
        """Set a cancelled one again."""
        timer = await self._timers.restore(_id(request))
        return self._site.back(request, "/timers", said=f"{timer.title} is set again.")

    async def pause(self, request: Request) -> Response:
        """Hold a timer."""
        return self._site.back(
            request, "/timers", said=f"{(await self._timers.pause(_id(request))).title} paused."
        )

    async def resume(self, request: Request) -> Response:
        """Let a paused timer go on."""
        return self._site.back(
            request, "/timers", said=f"{(await self._timers.resume(_id(request))).title} goes on."
        )

    async def more(self, request: Request) -> Response:
        """Add a minute."""
        timer = await self._timers.add(_id(request), 60)
        return self._site.back(request, "/timers", said=f"{timer.title}: one minute more.")

    async def stop(self, request: Request) -> Response:
        """Stop a ring; from the bar of whatever page."""
        return self._site.back(
            request, _page(request), said=f"{(await self._timers.stop(_id(request))).title} stopped."
        )

    async def snooze(self, request: Request) -> Response:
        """Snooze a ring; from the bar of whatever page."""
        timer = await self._timers.snooze(_id(request))
        return self._site.back(
            request, _page(request), said=f"{timer.title} snoozed for {phrases.span(SNOOZE_S)}."
        )


def call(timer: Timer) -> str:
    """Return what the bar says while ``timer`` rings."""
    if timer.kind == "reminder":
        return timer.name
    return f"{timer.title}: time is up" if timer.kind == "timer" else timer.title


def tile(hub: Hub) -> TileView:
    """Return a tile for home: what rings next, and when it was set."""
    waiting = [timer for timer in hub.timers.list() if timer.state == "set"]
    if hub.timers.ringing():
        return _tile("ringing", "care", note=call(hub.timers.ringing()[0]))
    if not waiting:
        return _tile("ready", "well", note="Nothing is set")
    return _next_tile(hub, waiting)


def _next_tile(hub: Hub, waiting: Sequence[Timer]) -> TileView:
    first = waiting[0]
    what = first.name or ("it rings" if first.kind == "timer" else "the alarm")
    more = f"; {len(waiting) - 1} more" if len(waiting) > 1 else ""
    note = f"Set at {phrases.clock(hub.timers.local(first.created))}{more}"
    whole = max(first.left, (first.due or 0.0) - first.created, 1.0)
    return _tile(
        "ready", "well", number=phrases.countdown(first.left), unit=f"until {what}", note=note,
        left=first.left / whole, due=first.due,
    )  # fmt: skip


def _tile(
    state: str,
    tone: Any,
    *,
    number: str = "",
    unit: str = "",
    note: str = "",
    left: float = 0.0,
    due: float | None = None,
) -> TileView:
    """Return the tile; its ticks are what is ``left``, a share of one, of the time."""
    count = math.ceil(left * TICKS)
    told = f"{count} of {TICKS} parts of the time left" if count else "Nothing runs"
    return TileView(
        "timers", "Timers", state, tone, ticks(["ready"] * count), told, number, unit, note, "", "", due
    )


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _page(request: Request) -> str:
    """Return the path of the page that the bar was pressed on."""
    came, here = request.headers.get("referer", ""), str(request.base_url)
    path = came.removeprefix(here) if came.startswith(here) else "timers"
    return "/" + path.split("#")[0].lstrip("/")


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise HubError("That is no number of minutes.", fix="Write minutes, such as 12.5.") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise HubError("That is no time of day.", fix="Write it as 07:30.") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HubError("That is no date.", fix="Write it as 2027-01-31.") from None
