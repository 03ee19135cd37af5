"""Models on language servers: listed, priced and fetched, over the API and on the page."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import httpx

from hub.api.app import build
from hub.auth.sessions import Person
from hub.llm.servers import setup


@asynccontextmanager
async def api(hub):
    """Yield a client of the JSON API, signed in as the owner."""
    inner = build(hub)

    async def known(scope, receive, send):
        """Stand for the guard: say who asks."""
        scope.setdefault("state", {})["person"] = Person("p1", "Ada", "owner")
        await inner(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(known), base_url="http://hub") as client:
        yield client


async def test_an_ollama_lists_and_fetches_models(site, fake):
    hub, steps = site.hub, fake.steps
    hub.jobs.start()
    name = await setup.add(hub, "ollama", {"base_url": fake.url})
    at = f"/api/settings/providers/{name}/models"
    fake.steps = [*steps[:3], asyncio.Event()]
    async with api(hub) as owner:
        assert (await owner.get(at)).json()["models"] == ["gemma:2b", "llama3.2:latest", "qwen3:8b"]
        assert (await owner.post(at, json={"model": "qwen3:4b"})).status_code == 202
        while not hub.pulls.running(name)[0].progress.done:
            await asyncio.sleep(0.01)
        async with site.client.get(f"{site.url}/language") as response:
            assert "Fetching qwen3:4b: 50% of 2.1 GB." in await response.text()
        assert (await owner.delete(f"{at}/qwen3:4b")).json()["fetching"] == []
    await asyncio.wait_for(fake.gone.wait(), 60)
    fake.steps = steps
    form = {"do": f"pull:{name}", "fetch": "qwen3:4b"}
    async with site.client.post(f"{site.url}/language", data=form) as response:
        assert "I let it fetch qwen3:4b." in await response.text()
    while hub.pulls.running(name):
        await asyncio.sleep(0.01)
    assert "qwen3:4b" in fake.held
    async with site.client.post(f"{site.url}/language", data=form | {"fetch": "a b"}) as response:
        assert "That is no model&#39;s name." in await response.text()


async def test_the_page_says_what_a_model_costs_and_when_nobody_knows(site):
    await setup.add(site.hub, "xai", {})
    await setup.add(site.hub, "openrouter", {"model": "who/knows"})
    await setup.add(site.hub, "vllm", {"model": "m"})
    async with site.client.get(f"{site.url}/language") as response:
        page = await response.text()
    assert "$1.25 read, $2.50 written, a million tokens." in page
    assert "Its price is not known; I count $5.00 read" in page
    assert page.count("a million tokens") == 2  # what is at home costs nothing


async def test_an_embedding_model_is_chosen_on_the_page(site, fake):
    name = await setup.add(site.hub, "ollama", {"base_url": fake.url})
    form = {
        "do": f"save:{name}",
        "title": "Ollama",
        "base_url": fake.url,
        "model": "",
        "embeds": "nomic-embed-text",
    }
    async with site.client.post(f"{site.url}/language", data=form) as response:
        assert "Saved." in await response.text()
    assert site.hub.settings.providers[name].embeds == "nomic-embed-text"


async def test_a_model_that_is_gone_is_replaced_by_its_successor_with_one_press(site, server):
    name = await setup.add(site.hub, "xai", {"base_url": server.url, "model": "grok-4.1-fast"})
    await site.hub.secrets.set(f"provider.{name}", server.KEY)
    server.status, server.body = 404, '{"error": "The model grok-4.1-fast does not exist"}'
    server.models = {"data": [{"id": "grok-4.3"}]}
    trial = await site.hub.providers.test(name)
    assert (trial.ok, trial.fix) == (False, "Choose grok-4.3, or fetch this one there.")
    async with site.client.get(f"{site.url}/language") as response:
        assert f'value="newer:{name}">Use grok-4.3<' in await response.text()
    server.status = 200
    async with site.client.post(f"{site.url}/language", data={"do": f"newer:{name}"}) as response:
        page = await response.text()
    assert "Grok is there and has grok-4.3." in page
    assert "Use grok-4.3" not in page
    assert site.hub.settings.providers[name].model == "grok-4.3"
