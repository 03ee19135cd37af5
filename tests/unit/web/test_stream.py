"""The event stream: told at once, in one rendering, without what was said, and only to who may read it."""

from __future__ import annotations

import json

import pytest

from hub import events
from hub.telemetry.happenings import KINDS, Filter, details, happening, kind_of, select, sentence, tone_of

TRACE = "ab" * 16
ACCEPTED = events.TurnAccepted(conversation="c", turn="t", text="my diary", source="text", trace=TRACE)
BROKEN = events.ChildChanged(child="speech", state="restarting", reason="killed by SIGKILL")
DISABLED = events.PluginChanged(plugin="x", title="X", state="disabled", reason="No <i>key</i>")


def test_every_event_has_a_kind_a_tone_and_a_sentence() -> None:
    assert [kind_of(event) for event in (ACCEPTED, BROKEN, DISABLED)] == ["talk", "plugins", "plugins"]
    assert [tone_of(event) for event in (ACCEPTED, BROKEN, DISABLED)] == ["", "care", "stop"]
    assert sentence(BROKEN) == BROKEN.line()
    assert kind_of(events.HubRecovered(down=1)) == "system"
    assert set(map(kind_of, (ACCEPTED, BROKEN))) <= set(KINDS)
    assert "diary" not in sentence(ACCEPTED)
    assert "8 characters" in sentence(ACCEPTED)


def test_a_title_is_words_of_a_talk() -> None:
    """It is made of its first words, and the owner who reads the stream is not always who said them."""
    renamed = events.TalkRenamed(conversation="c", text="My diary")
    assert "diary" not in f"{sentence(renamed)} {details(renamed)} {renamed.line()}"


def test_an_off_plugin_is_no_trouble() -> None:
    assert (
        tone_of(events.PluginChanged(plugin="x", title="X", state="disabled", reason="Not built yet")) == ""
    )


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(), [DISABLED, BROKEN, ACCEPTED]),
        (Filter("all"), [DISABLED, BROKEN, ACCEPTED]),
        (Filter("talk"), [ACCEPTED]),
        (Filter(text="sigkill"), [BROKEN]),
        (Filter(text="diary"), []),
        (Filter(trace=TRACE), [ACCEPTED]),
        (Filter(faults=True), [DISABLED, BROKEN]),
        (Filter(since=BROKEN.serial), [DISABLED]),
        (Filter("people"), []),
    ],
)
def test_filters_take_what_they_say(chosen: Filter, expected: list[events.Event]) -> None:
    assert select([ACCEPTED, BROKEN, DISABLED], chosen, 10) == expected


async def test_the_page_shows_the_latest_and_hides_what_the_filter_leaves_out(site) -> None:
    for event in (ACCEPTED, BROKEN, DISABLED):
        site.hub.bus.publish(event)
    async with site.client.get(f"{site.url}/events?kind=talk") as answer:
        page = await answer.text()
    assert f'id="e{ACCEPTED.serial}" data-kind="talk" data-trace="{TRACE}">' in page
    assert f'id="e{BROKEN.serial}" data-kind="plugins" data-trace="" hidden>' in page
    assert page.index(f'id="e{DISABLED.serial}"') < page.index(f'id="e{ACCEPTED.serial}"')
    assert "diary" not in page
    assert "No &lt;i&gt;key" in page


async def test_one_event_tells_all_but_the_words(site) -> None:
    site.hub.bus.publish(ACCEPTED)
    for path in (f"/events/{ACCEPTED.serial}", f"/events/{ACCEPTED.serial}?part"):
        async with site.client.get(site.url + path) as answer:
            page = await answer.text()
        assert "turn.accepted" in page
        assert f"/events?trace={TRACE}" in page
        assert "diary" not in page
    async with site.client.get(f"{site.url}/events/99999999") as answer:
        assert answer.status == 404


async def test_a_page_that_was_away_gets_what_it_missed(site) -> None:
    for event in (ACCEPTED, BROKEN, DISABLED):
        site.hub.bus.publish(event)
    async with site.client.get(f"{site.url}/events/rows?since={ACCEPTED.serial}") as answer:
        rows = await answer.text()
    known = [event.serial for event in (ACCEPTED, BROKEN, DISABLED) if f'id="e{event.serial}"' in rows]
    assert known == [BROKEN.serial, DISABLED.serial]
    for nonsense in ("-1", "x", "٣", "9" * 400):
        async with site.client.get(f"{site.url}/events/rows", params={"since": nonsense}) as answer:
            assert answer.status == 200


async def test_it_comes_by_the_socket_to_tabs_that_show_it_rendered_once(site) -> None:
    async with (
        site.tab({"talk": False, "parts": ["stream"]}) as one,
        site.tab({"talk": False, "parts": ["stream"]}) as two,
        site.tab({"talk": False, "parts": ["tiles"]}) as other,
    ):
        site.hub.bus.publish(events.TurnDelta(conversation="c", turn="t", text="gone in a moment"))
        site.hub.bus.publish(DISABLED)
        first, second = await one.until("happened"), await two.until("happened")
        assert first == second
        assert first["serial"] == DISABLED.serial
        assert "No &lt;i&gt;key" in first["html"]
        await other.send(type="ping")
        while (message := await other.receive())["type"] != "pong":
            assert message["type"] != "happened"


async def test_who_may_not_read_events_is_told_nothing(site, hub) -> None:
    await hub.core.execute("UPDATE person SET role = 'member'")
    await hub.sessions.open()
    async with site.client.get(f"{site.url}/events") as answer:
        assert answer.status == 403
    async with site.tab({"talk": False, "parts": ["stream"]}) as tab:
        hub.bus.publish(DISABLED)
        await tab.send(type="ping")
        while (message := await tab.receive())["type"] != "pong":
            assert message["type"] != "happened", message


def test_a_line_says_when_to_the_second() -> None:
    line = happening(BROKEN)
    assert len(line.clock) == 8
    assert json.dumps(line.what)
