"""The page about timers, without scripts: forms that set, change, cancel and undo, and the bar that rings."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from tests.unit.jobs.conftest import SetClock, until

from hub.api import Lazy
from hub.auth.guard import Guard
from hub.jobs import Clock

from .conftest import COOKIE


@pytest.fixture
async def clock(hub: Any, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    from hub.jobs import scheduler

    monkeypatch.setattr(scheduler, "WATCH_S", 0.005)
    clock = SetClock()
    clock._wall = Clock().wall()
    hub.jobs.clock = clock
    hub.jobs.start()
    return clock


async def page(site: Any, path: str = "/timers") -> str:
    async with site.client.get(site.url + path) as response:
        assert response.status == 200
        return await response.text()


async def post(site: Any, path: str, headers: dict[str, str] | None = None, **fields: Any) -> str:
    """Send a form; return the page that follows."""
    async with site.client.post(site.url + path, data=fields, headers=headers) as response:
        assert response.status == 200, await response.text()
        return await response.text()


async def ring(site: Any, clock: SetClock, seconds: float) -> None:
    clock.pass_(seconds)
    await until(lambda: site.hub.timers.ringing() and site.hub.timers._bells)
    await asyncio.sleep(0.3)  # a part may be a quarter of a second old while no tab is open


async def test_an_empty_page_says_what_would_fill_it(site, clock):
    text = await page(site)
    assert "set a timer for five minutes" in text
    assert "Nothing yet" in text
    assert 'id="alarms" aria-label="Ringing" hidden' in text


async def test_sets_a_timer_by_minutes_and_by_one_press(site, clock):
    text = await post(site, "/timers/timer", minutes="12,5", name="Pasta <b>")
    assert "Pasta &lt;b&gt; timer set; it rings at" in text
    assert "<b>" not in re.findall(r"<h3>.*?</h3>", text)[0]
    await post(site, "/timers/timer", minutes="", quick="5")
    assert [timer.span for timer in site.hub.timers.list()] == [300, 750]
    assert "+1 min" in text


WRONG = (
    ("timer", {"minutes": "soon", "name": "tea"}, "no number of minutes"),
    ("timer", {"minutes": "0"}, "at least one second"),
    ("timer", {"minutes": "nan"}, "A timer"),
    ("timer", {"minutes": "inf"}, "30 days at most"),
    ("timer", {"request": "x", "form": "y", "wrong": "z"}, "no number"),
    ("alarm", {"time": "25:00"}, "no time of day"),
    ("alarm", {}, "no time of day"),
    ("reminder", {"time": "07:00"}, "needs words"),
    ("reminder", {"text": "x", "time": "07:00", "date": "soon"}, "no date"),
    ("reminder", {"text": "x", "time": "07:00", "date": "2001-01-01"}, "has passed"),
)


async def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_lost(site, clock):
    for path, fields, said in WRONG:
        text = await post(site, f"/timers/{path}", **fields)
        assert said in text
        assert 'class="wrong"' in text
        assert not site.hub.timers.list()
        if fields.get("name"):
            assert f'value="{fields["name"]}"' in text


async def test_sets_alarms_for_days_and_reminders_again_and_again(site, clock):
    async with site.client.post(
        site.url + "/timers/alarm",
        data=[("time", "07:30"), ("day", "MO"), ("day", "FR"), ("day", "XX"), ("name", "school")],
    ) as response:
        assert "School alarm set" in await response.text()
    text = await post(site, "/timers/reminder", text="Put the bins out", time="09:00", repeat="weekly")
    assert "every Monday and Friday" in text
    assert "Reminder: Put the bins out" in text
    alarm = next(timer for timer in site.hub.timers.list("alarm"))
    assert site.hub.timers.local(alarm.due).strftime("%a %H:%M") in ("Mon 07:30", "Fri 07:30")


async def test_more_pause_go_on_cancel_and_undo(site, clock):
    await post(site, "/timers/timer", minutes="5", name="tea")
    timer = site.hub.timers.list()[0]
    assert "one minute more" in await post(site, f"/timers/{timer.id}/more")
    assert "Paused with 6:00 left" in await post(site, f"/timers/{timer.id}/pause")
    assert "goes on" in await post(site, f"/timers/{timer.id}/resume")
    text = await post(site, f"/timers/{timer.id}/cancel")
    assert "Tea timer cancelled." in text
    assert not site.hub.timers.list()
    undo = re.search(r'action="(/timers/[^"]+/undo)"', text)[1]
    assert "is set again" in await post(site, undo)
    assert site.hub.timers.list()[0].left == 360


async def test_the_bar_is_on_every_page_while_it_rings_and_stop_stays_there(site, clock):
    await post(site, "/timers/timer", minutes="1", name="tea")
    await ring(site, clock, 60)
    timer = site.hub.timers.ringing()[0]
    for path in ("/", "/timers", "/style"):
        text = await page(site, path)
        assert '<p role="alert">Tea timer: time is up</p>' in text
        assert f'data-timer="{timer.id}"' in text
    async with site.client.post(
        f"{site.url}/timers/{timer.id}/snooze",
        headers={"referer": f"{site.url}/style"},
        allow_redirects=False,
    ) as response:
        assert (response.status, response.headers["location"]) == (303, "/style")
    await ring(site, clock, 300)
    async with site.client.post(
        f"{site.url}/timers/{timer.id}/stop",
        headers={"referer": "https://evil.example/x"},
        allow_redirects=False,
    ) as response:
        assert (response.status, response.headers["location"]) == (303, "/timers")
    text = await page(site)
    assert "snoozed" in text
    assert "stopped" in text
    assert 'aria-label="Ringing" hidden' in text


async def test_the_bar_comes_to_open_tabs_and_goes(site, clock):
    async with site.tab({"parts": ["alarms"], "talk": False}) as tab:
        timer = await site.hub.timers.timer(60, "tea")
        await ring(site, clock, 60)
        while "time is up" not in (swap := await tab.until("swap"))["html"]:
            pass
        assert swap["target"] == "#alarms"
        await site.hub.timers.stop(timer.id)
        while "time is up" in (await tab.until("swap"))["html"]:
            pass


async def test_a_late_ring_and_one_that_nobody_came_to_stand_in_the_list(site, clock, monkeypatch):
    from hub.timers import timers

    monkeypatch.setattr(timers, "RING_S", 0.02)
    await site.hub.timers.timer(60, "tea")
    clock.pass_(660)
    await until(lambda: [event for event in site.hub.bus.recent(100) if event.name == "timer.ended"])
    text = await page(site)
    assert "10 minutes late, nobody came" in text


async def test_acting_on_what_is_gone_is_explained(site, clock):
    for act in ("cancel", "stop", "snooze", "pause", "resume", "more", "undo"):
        async with site.client.post(f"{site.url}/timers/nothing/{act}") as response:
            assert response.status == 404
            assert "never was" in await response.text()


async def test_home_has_a_tile_that_counts(site, clock):
    from hub.web.timers import tile

    assert tile(site.hub).note == "Nothing is set"
    await site.hub.timers.timer(500, "pasta")
    shown = tile(site.hub)
    assert (shown.number, shown.unit) == ("8:20", "until pasta")
    assert shown.note.startswith("Set at ")
    await ring(site, clock, 500)
    assert tile(site.hub).note == "Pasta timer: time is up"


# -- as JSON ------------------------------------------------------------------------------------------------


@pytest.fixture
async def api(site, clock):
    """The same site with the JSON API behind the pages."""
    hub = site.hub
    lazy = Lazy(hub)
    await lazy.warm()
    app = Starlette(
        routes=[Mount("/", lazy)],
        middleware=[Middleware(Guard, sessions=hub.sessions, names=(), cookie=COOKIE)],
    )
    token = next(cookie.value for cookie in site.client.cookie_jar)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", cookies={COOKIE: token}
    ) as client:
        yield client


async def test_timers_as_json(site, api, clock):
    made = await api.post("/api/timers", json={"kind": "timer", "seconds": 60, "name": "tea"})
    assert (made.status_code, made.json()["title"], made.json()["left"]) == (201, "Tea timer", 60)
    alarm = await api.post("/api/timers", json={"kind": "alarm", "at": "2090-01-01T07:00:00", "days": []})
    assert alarm.status_code == 409  # more than ten years ahead
    assert alarm.json()["fix"]
    weekly = await api.post(
        "/api/timers", json={"kind": "alarm", "at": "2026-01-01T07:00:00", "days": ["MO", "TU"]}
    )
    assert weekly.json()["every"] == "every Monday and Tuesday"
    reminder = await api.post("/api/timers", json={"kind": "reminder", "seconds": 90, "name": "Stir"})
    assert reminder.json()["title"] == "Reminder: Stir"
    listed = (await api.get("/api/timers")).json()
    assert [one["title"] for one in listed["timers"]] == ["Tea timer", "Reminder: Stir", "Alarm"]
    gone = await api.delete(f"/api/timers/{reminder.json()['id']}")
    assert gone.status_code == 200
    await ring(site, clock, 60)
    assert (
        await api.post(f"/api/timers/{made.json()['id']}/snooze", json={"seconds": 30})
    ).status_code == 200
    await ring(site, clock, 30)
    assert (await api.post(f"/api/timers/{made.json()['id']}/stop")).status_code == 200
    assert (await api.get("/api/timers")).json()["rings"][0]["how"] == "stopped"
    assert (await api.delete("/api/timers/nothing")).status_code == 409

    for body in NONSENSE:
        assert (await api.post("/api/timers", json=body)).status_code == 422, body
    api.cookies.clear()
    assert (await api.get("/api/timers")).status_code == 401
    assert (await api.post("/api/timers", json={"seconds": 5})).status_code == 401
    assert [timer.kind for timer in site.hub.timers.list()] == ["alarm"]


NONSENSE = (
    {}, {"seconds": -1}, {"seconds": "NaN"}, {"seconds": 1, "at": "2027-01-01T07:00:00"},
    {"kind": "timer", "at": "2027-01-01T07:00:00"}, {"kind": "song", "seconds": 5},
    {"kind": "alarm", "seconds": 5, "days": ["MO"]}, {"seconds": 5, "surprise": 1},
)  # fmt: skip
