"""The language page: who answers and how well, the servers with their keys, the tiers, and the box to try it."""

from __future__ import annotations

import asyncio
import dataclasses
import html
import json
import re
import tomllib
from types import SimpleNamespace

import pytest

from hub.errors import HubError
from hub.events import LanguageAsked
from hub.llm.provider import Price
from hub.testing import ScriptedModel
from hub.web.lanes import ticks
from hub.web.money import usd

COOKIE = "hub_test"


async def show(site, path="/language"):
    async with site.client.get(site.url + path) as response:
        return response.status, await response.text()


async def send(site, do, path="/language", **fields):
    """Send a form; return the status, and the page that came of it."""
    async with site.client.post(
        site.url + path, data=[*fields.items(), ("do", do)], allow_redirects=False
    ) as response:
        status, page = response.status, await response.text()
    return (status, (await show(site))[1]) if status == 303 else (status, page)


def field(page, name):
    return next(tag for tag in re.findall(r"<(?:input|textarea)[^>]*>", page) if f'name="{name}"' in tag)


async def ask(site, text, who="", stream=True):
    headers = {"accept": "application/x-ndjson"} if stream else {}
    data = {"text": text, "who": who}
    async with site.client.post(f"{site.url}/language/ask", data=data, headers=headers) as response:
        body = await response.text()
    if not stream or response.status != 200:
        return response.status, body
    return response.status, [json.loads(line) for line in body.splitlines()]


class Breakers:
    """Stands for breakers that say what the test wrote down."""

    def __init__(self, **states):
        self.states, self.changes = states, {}

    def refusal(self, name):
        return None

    def note(self, *_, **__):
        pass

    def state(self, name):
        told = {"state": "closed", "since": 0.0, "until": None, "why": "", "fix": ""}
        return SimpleNamespace(**told | self.states.get(name, {}))

    def history(self, name):
        return self.changes.get(name, [])


@pytest.fixture
def models(site):
    """Two language models, of which the first is elsewhere."""
    far, near = ScriptedModel("Far, far away.", name="far", local=False), ScriptedModel("Here.", name="near")
    site.hub.router.add(far)
    site.hub.router.add(near)
    return far, near


async def test_it_says_who_answers_and_how_well(site, models):
    hub = site.hub
    for outcome, more in (
        ("done", {"first_s": 0.3, "cost": 0.02}),
        ("done", {"first_s": 0.3}),
        ("failed", {}),
    ):
        hub.statistics.take(LanguageAsked(provider="far", model="script", outcome=outcome, seconds=1, **more))
    hub.statistics.take(
        LanguageAsked(
            provider="near", model="script", outcome="done", seconds=1, fallback_from="far", why="trip"
        )
    )
    status, page = await show(site)
    assert status == 200
    assert "A scripted model answers." in page
    assert re.search(r'id="lane-far".*?<b>67.%</b>', page, re.DOTALL)
    assert "A scripted model for A scripted model" in page
    assert "Because it failed, or was too slow. Last just now." in page
    assert "$0.02" in page
    assert re.search(r"<h2>Lost</h2><p class=.num.><b>0</b> so far", page)


async def test_a_provider_that_is_away_is_said_here_and_at_home(site, models):
    hub = site.hub
    models[0].caps = SimpleNamespace(
        **{name: getattr(models[0].caps, name) for name in models[0].caps.__slots__} | {"title": "Grok"}
    )
    hub.router.stations.breakers = breakers = Breakers(
        far={
            "state": "open",
            "since": hub.started,
            "until": hub.started + 1e6,
            "why": "It <b>did not</b> answer.",
        }
    )
    breakers.changes["far"] = [(hub.started, "open", "It did not answer.")]
    _, page = await show(site)
    assert "Grok is away; a scripted model answers." in page.replace("; A scripted", "; a scripted")
    assert "It &lt;b&gt;did not&lt;/b&gt; answer, since" in page
    assert "I look again by myself." in page
    assert 'class="is stop">away' in page
    assert re.search(r'id="lane-far".*?aria-label="Away for', page, re.DOTALL)
    _, home = await show(site, "/")
    assert re.search(r"Grok is away</a>; a scripted model answers", home, re.IGNORECASE)
    breakers.states["far"] |= {"state": "config", "fix": "Give it a new key."}
    _, home = await show(site, "/")
    async with asyncio.timeout(60):
        while "Grok needs you</a>" not in home:
            await asyncio.sleep(0.05)
            _, home = await show(site, "/")
    assert "Give it a new key." in home


async def test_a_question_is_answered_as_it_comes(site, models):
    status, lines = await ask(site, "Where?")
    assert (status, "".join(line.get("text", "") for line in lines)) == (200, "Far, far away.")
    assert re.match(r"A scripted model, script\. First word after \d", lines[-1]["by"])
    assert models[0].requests[0].person == site.person
    assert [message.text for message in models[0].requests[0].messages][-1] == "Where?"
    _, lines = await ask(site, "And you?", "near")
    assert "".join(line.get("text", "") for line in lines) == "Here."
    async with site.client.get(f"{site.url}/talks") as response:
        assert "Where?" not in await response.text()


async def test_without_scripts_the_page_comes_with_the_answer(site, models):
    models[0].add("<b>bold</b>")
    status, page = await ask(site, "Where?", stream=False)
    assert status == 200
    assert "Far, far away." in page
    assert "First word after" in page
    _, page = await ask(site, "Again?", stream=False)
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("text", "who", "told"),
    [
        ("", "", "There is nothing to ask yet."),
        ("x" * 2_001, "", "longer than 2,000"),
        ("Hi", "nobody", "who that is"),
    ],
)
async def test_what_cannot_be_asked_is_said(site, models, text, who, told):
    for stream in (True, False):
        status, page = await ask(site, text, who, stream)
        assert (status, told in page) == (422, True)
    assert models[0].requests == []


async def test_one_who_fails_is_passed_over_and_it_is_said(site, models):
    models[0]._left = [HubError("Far is asleep.", fix="Wake it.")]
    _, lines = await ask(site, "Where?")
    assert "".join(line.get("text", "") for line in lines) == "Here."
    assert lines[-1]["passed"] == ["Far is asleep."]


async def test_one_question_at_a_time(site, models):
    models[0]._left = [["Well", 0.5, "."], "Second."]
    first = asyncio.create_task(ask(site, "Where?"))
    async with asyncio.timeout(60):
        while not models[0].requests:
            await asyncio.sleep(0.01)
    _, lines = await ask(site, "And?")
    assert "still answering" in lines[-1]["wrong"]
    assert "".join(line.get("text", "") for line in (await first)[1]) == "Well."
    _, lines = await ask(site, "And now?")
    assert "".join(line.get("text", "") for line in lines) == "Second."


async def test_who_goes_away_stops_the_answer(site, models):
    models[0]._left = [[step for count in range(2_000) for step in (f"It is {count}. ", 0.05)]]
    data, headers = {"text": "Count."}, {"accept": "application/x-ndjson"}
    response = await site.client.post(f"{site.url}/language/ask", data=data, headers=headers)
    await response.content.readline()
    response.close()
    async with asyncio.timeout(60):
        while not models[0].closed:
            await asyncio.sleep(0.01)
    assert "".join(line.get("text", "") for line in (await ask(site, "And?", "near"))[1]) == "Here."


async def test_members_see_and_ask_and_do_not_set(site, models):
    session = next(iter(site.hub.sessions._known.values()))
    session.person = dataclasses.replace(session.person, role="member")
    status, page = await show(site)
    assert (status, "Add Grok" in page, "Ask something" in page) == (200, False, True)
    assert (await send(site, "on:grok"))[0] == 403
    assert (await ask(site, "Where?"))[0] == 200
    session.person = dataclasses.replace(session.person, role="guest")
    assert (await show(site))[0] == 403
    assert (await ask(site, "Where?"))[0] == 403


async def test_caps_are_set_here_and_what_is_wrong_is_said(site):
    status, page = await send(
        site, "rules", **{"budget.daily_usd": "1.5", "budget.monthly_usd": "20", "breaker": "classic"}
    )
    assert status == 303
    assert "of $1.50" in page
    assert site.hub.settings.breaker == "classic"
    assert tomllib.loads((site.hub.data / "hub.toml").read_text())["budget"] == {
        "daily_usd": 1.5,
        "monthly_usd": 20.0,
    }
    status, page = await send(site, "rules", **{"budget.daily_usd": "much"})
    assert status == 422
    assert 'value="much"' in field(page, "budget.daily_usd")
    assert 'aria-invalid="true"' in field(page, "budget.daily_usd")


async def test_how_far_words_go_is_set_here(site, models):
    _, page = await show(site)
    assert re.search(r'value="redacted" checked', page)
    status, page = await send(site, "privacy", privacy="local")
    assert status == 303
    assert re.search(r'value="local" checked', page)
    assert site.hub.settings.privacy == "local"
    assert (await send(site, "privacy", privacy="wide open"))[0] == 422
    assert site.hub.settings.privacy == "local"


async def test_the_figures_as_json(site, models):
    import aiohttp
    import uvicorn
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Mount

    from hub.api.app import build
    from hub.auth.guard import Guard

    del aiohttp
    guard = Middleware(Guard, sessions=site.hub.sessions, names=(), cookie=COOKIE)
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=[Mount("/", build(site.hub))], middleware=[guard]), port=0, log_level="warning"
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api/language"
    site.hub.statistics.take(
        LanguageAsked(provider="far", model="script", outcome="done", seconds=1, first_s=0.2)
    )
    async with site.client.get(address) as response:
        told = await response.json()
    assert told["sentence"] == "A scripted model answers."
    assert [one["name"] for one in told["providers"]][:2] == ["far", "near"]
    assert told["figures"]["providers"][0]["first"]["usual"] == pytest.approx(0.2, rel=0.03)
    assert {one["period"] for one in told["spending"]} == {"day", "month"}
    async with site.client.get(address, cookies={COOKIE: "nobody"}) as response:
        assert response.status == 401
    server.should_exit = True
    await task


def test_ticks_stand_in_their_order_and_height():
    assert ticks(["well", "stop"]) == [("s", "M8 10v4"), ("w", "M2 2v12")]


def test_sums_of_money():
    assert [usd(amount) for amount in (0, 0.04, 12.345, 1_234, 0.0004, 0.00123, 1e-9)] == [
        "$0", "$0.04", "$12.35", "$1,234.00", "$0.0004", "$0.0012", "under $0.000001",
    ]  # fmt: skip


async def test_a_tab_that_is_behind_takes_nothing_back(site, server):
    await send(site, "add:openai", title="Lab", base_url=server.url)
    _, page = await show(site)
    mine = next(
        one
        for one in (html.unescape(told) for told in re.findall(r'name="was" value="([^"]*)"', page))
        if "base_url" in one
    )
    await send(site, "save:lab", title="Lab", base_url=server.url, model="big-1", was=mine)
    await send(site, "save:lab", title="Shed", base_url=server.url, model="", was=mine)
    lab = (await site.hub.configuration.read()).providers["lab"]
    assert (lab.title, lab.model) == ("Shed", "big-1")


async def test_a_server_of_the_environment_is_shown_and_stays(site, monkeypatch):
    monkeypatch.setenv("HUB_PROVIDERS__GROK__KIND", "xai")
    monkeypatch.setenv("HUB_GROK_API_KEY", "xai-from-the-environment")
    _, page = await show(site)
    assert "Partly set by HUB_PROVIDERS__GROK__KIND." in page
    assert "Its key is set by HUB_GROK_API_KEY." in page
    assert "xai-from-the-environment" not in page
    status, page = await send(site, "remove:grok")
    assert status == 422
    assert "set by HUB_PROVIDERS__GROK__KIND" in page


async def test_grok_is_added_tested_switched_on_and_removed(site, server):
    server.key = server.KEY
    status, page = await send(site, "add:xai", key="not\x01a key")
    assert status == 422
    assert not (site.hub.data / "hub.toml").exists()
    status, page = await send(site, "add:xai")
    assert (status, "Grok is added, still off." in page) == (303, True)
    assert "Your words go to api.x.ai." in page
    await send(site, "save:grok", title="Grok", base_url=server.url, model="big-1")
    status, page = await send(site, "key:grok", key=server.KEY + "x")
    assert "Grok refused the key." in page
    status, page = await send(site, "key:grok", key=server.KEY)
    assert re.search(r"On this machine|has big-1\. \d+ ms\.", page)
    assert "A key is set, since" in page
    assert '<option value="big-2">' in page
    assert 'value=""' in field(page, "key")
    status, page = await send(site, "on:grok")
    assert "Grok is asked from now on." in page
    talk = await site.hub.conversations.new((await site.hub.claims.owner()).id)
    await talk.write("Who wrote Faust?")
    await talk.settled()
    assert talk.history()[-1].answer == "Hello there."
    pages = [page]
    for path in ("/language", "/", "/health", "/events"):
        async with site.client.get(site.url + path) as response:
            pages.append(await response.text())
    assert server.KEY not in "".join(pages)
    assert "Grok, big-1" in pages[2]
    assert "Language on Grok; " in pages[2]
    _, page = await send(site, "forget:grok")
    assert "The key is forgotten." in page
    _, page = await send(site, "remove:grok")
    assert "Grok is removed" in page
    assert "Language on Grok" not in page


async def test_servers_are_ordered_and_their_faults_keep_what_was_written(site, server):
    status, page = await send(site, "add:openai", title="My lab", base_url="http://api.x.ai/v1")
    assert status == 422
    assert "Use https" in page
    assert 'value="http://api.x.ai/v1"' in page
    assert 'value="My lab"' in page
    await send(site, "add:openai", title="My lab", base_url=server.url)
    await send(site, "add:ollama", base_url="http://localhost:11434/v1")
    _, page = await show(site)
    assert page.index('id="language-my-lab"') < page.index('id="language-ollama"') < page.index(
        'id="language-embedded"') < page.index('id="language-canned"')  # fmt: skip
    _, page = await send(site, "up:ollama")
    assert page.index('id="language-ollama"') < page.index('id="language-my-lab"')
    status, page = await send(site, "save:my-lab", title="My lab", base_url="nonsense", model="big-1")
    assert status == 422
    assert 'value="nonsense"' in page
    status, page = await send(site, "test:my-lab")
    assert "My lab is there. Choose one of its models." in page


async def test_home_says_what_today_cost_of_its_cap(site):
    _, page = await show(site, "/")
    assert "Cost today" not in page
    await site.hub.configuration.change({("budget", "daily_usd"): 2.0})
    async with asyncio.timeout(60):
        while "Cost today <b>$0</b> of $2.00" not in page:
            await asyncio.sleep(0.05)
            _, page = await show(site, "/")


async def test_the_box_is_no_way_around_the_tier_or_a_limit(site, models):
    """One who is chosen by name is still not asked when the words may not go there, or nothing may be spent."""
    far, hub = models[0], site.hub
    await send(site, "privacy", privacy="local")
    _, lines = await ask(site, "Where?", "far")
    assert far.requests == []
    assert lines[-1]["by"].startswith("A fixed line.")
    await send(site, "privacy", privacy="redacted")
    await hub.configuration.change({("budget", "daily_usd"): 0.000001})
    far.caps = dataclasses.replace(far.caps, price=Price(1.0, 1.0, 1.0))
    _, lines = await ask(site, "Where?", "far")
    assert far.requests == []
    assert any("cost more than" in why for why in lines[-1]["passed"])
    await hub.configuration.change({("budget", "daily_usd"): 1.0})
    await ask(site, "I am at 10.20.30.40, where is that?", "far")
    assert "10.20.30.40" not in far.asked[0]


async def test_what_it_cost_is_said_and_counted_as_the_persons(site, models):
    far, hub = models[0], site.hub
    far.caps = dataclasses.replace(far.caps, price=Price(1_000.0, 1_000.0, 2_000.0))
    _, lines = await ask(site, "Where?", "far")
    spent = hub.budget.spent("day", "person", site.person)
    assert [one.name for one in spent] == [site.person]
    assert f"{usd(spent[0].usd)}." in lines[-1]["by"]
    _, page = await show(site)
    assert re.search(
        rf"<h3>Owner</h3><p>1 request</p></div><p class=.num.><b>{re.escape(usd(spent[0].usd))}</b>", page
    )
