"""An Ollama beside the real one's protocol: listing, abilities, fetching as a job, vectors."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from hub import config, ports
from hub.config import Invalid
from hub.errors import HubError, Unavailable
from hub.hub import Hub
from hub.llm.faults import Fault
from hub.llm.provider import Message, Request
from hub.llm.servers import pulling, setup
from hub.llm.servers.ollama import Ollama
from hub.llm.servers.openai import OpenAI, Server
from hub.llm.servers.presets import PRESETS
from hub.testing import check_embedder
from hub.testing.upstream import Upstream

GB = 1 << 30


async def nobodys():
    return None


@pytest.fixture
async def ollama(fake):
    made = []

    def make(model="llama3.2", url="", **about):
        made.append(
            Ollama("ollama", Server("Ollama", url or fake.url, model, kind="ollama", **about), nobodys)
        )
        return made[-1]

    yield make
    for one in made:
        await one.retire()


@pytest.fixture
async def hub(tmp_path):
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    hub.jobs.start()
    yield hub
    await hub.stop()


async def test_it_tells_its_models_and_what_its_own_can_do(ollama):
    one = ollama()
    assert await one.models() == ["gemma:2b", "llama3.2:latest", "qwen3:8b"]
    assert (one.caps.tools, one.known.efforts, one.caps.price) == (True, (), None)
    one = ollama("gemma:2b")
    await one.models()
    assert not one.caps.tools
    one = ollama("qwen3:8b")
    await one.models()
    assert "none" in one.known.efforts
    assert one.caps.prefill


async def test_it_does_not_think_before_it_speaks_and_forgets_thought_where_there_is_none(server):
    server.refuses = [("reasoning_effort", '"gemma:2b" does not support thinking')]
    one = Ollama(
        "ollama", Server("Ollama", server.url, "m", extra=PRESETS["ollama"].extra, kind="ollama"), nobodys
    )
    for _ in range(2):
        assert [piece async for piece in one.stream(Request((Message("user", "Hi."),)), 5)]
    assert [body.get("reasoning_effort") for body in server.asked] == ["none", None, None]
    await one.retire()


async def test_a_server_at_home_that_tells_its_room_gets_longer_prompts(server):
    one = OpenAI("lab", Server("Lab", server.url, "big-1", kind="vllm"), nobodys)
    assert one.caps.prompt_tokens == 3_000
    server.models = {"data": [{"id": "big-1", "max_model_len": 8_192}]}
    await one.models()
    assert one.caps.prompt_tokens == 8_192 - one.caps.answer_tokens
    server.models = {"data": [{"id": "big-1", "max_model_len": 1_000}]}
    await one.models()
    assert one.caps.prompt_tokens == 512
    await one.retire()


async def test_a_pull_tells_how_far_it_is(fake, ollama):
    steps = [step async for step in ollama().pull("qwen3:4b")]
    assert fake.pulled == ["qwen3:4b"]
    assert steps[-1].note == "success"
    assert steps[-1].done == steps[-1].total == 2 * GB + 1_000
    done = [step.done for step in steps]
    assert done == sorted(done)


@pytest.mark.parametrize(
    ("last", "what", "says"),
    [
        ({"error": "pull model manifest: file does not exist"}, "model", "There is no model"),
        ({"error": "write /root: no space left on device"}, "broken", "no room"),
        ({"error": "max retries exceeded"}, "broken", "could not fetch"),
        (None, "cut", "hung up"),
        ({"status": "verifying"}, "cut", "stopped fetching"),
    ],
)
async def test_a_pull_that_fails_says_why(fake, ollama, last, what, says):
    fake.steps = [*fake.steps[:3], last]
    with pytest.raises(Fault, match=says) as caught:
        [step async for step in ollama().pull("qwen3:4b")]
    assert caught.value.what == what
    assert caught.value.fix


async def test_who_gives_a_pull_up_ends_it_there(fake, ollama):
    fake.steps = [*fake.steps[:3], asyncio.Event()]
    stream = ollama().pull("qwen3:4b")
    await anext(stream)
    await stream.aclose()
    await asyncio.wait_for(fake.gone.wait(), 60)


async def test_a_model_is_fetched_as_a_job_once_and_goes_on_after_a_break(hub, fake, monkeypatch):
    monkeypatch.setattr(pulling, "PAUSES_S", (0.05, 0.05))
    name = await setup.add(hub, "ollama", {"base_url": fake.url, "model": "qwen3:4b"})
    whole, seen = fake.steps, asyncio.Event()
    fake.steps = [*whole[:3], seen, None]
    job = await hub.pulls.begin(name, " qwen3:4b ")
    assert (await hub.pulls.begin(name, "qwen3:4b")).id == job.id
    async with asyncio.timeout(60):
        while not (now := hub.jobs.get(job.id)).progress.done:
            await asyncio.sleep(0.01)
        assert (now.progress.done, now.progress.total) == (GB, 2 * GB)
        assert now.title == "Fetch qwen3:4b to Ollama"
        fake.steps = whole
        seen.set()
        await hub.jobs.ended(job.id)
    assert fake.pulled == ["qwen3:4b"] * 2
    assert (await hub.jobs.past(pulling.KIND))[0].state == "done"
    assert hub.providers.trials[name].words == "Ollama is there and has qwen3:4b."
    assert not hub.pulls.running(name)


async def test_a_fetch_can_be_cancelled_and_what_is_not_there_fails_with_its_fix(hub, fake):
    name = await setup.add(hub, "ollama", {"base_url": fake.url})
    fake.steps = [*fake.steps[:3], asyncio.Event()]
    job = await hub.pulls.begin(name, "qwen3:4b")
    async with asyncio.timeout(60):
        while not fake.pulled:
            await asyncio.sleep(0.01)
        await hub.jobs.cancel(job.id)
        await fake.gone.wait()
        fake.steps = [{"error": "pull model manifest: file does not exist"}]
        job = await hub.pulls.begin(name, "nothing")
        while hub.jobs.get(job.id):
            await asyncio.sleep(0.01)
    past = (await hub.jobs.past(pulling.KIND))[0]
    assert (past.state, past.reason, past.fix) == (
        "failed", "There is no model nothing to fetch.", "Look for its name on ollama.com.",
    )  # fmt: skip


@pytest.mark.parametrize("model", ["", " ", "two words", "x" * 300, "a\nb"])
async def test_what_is_no_name_is_not_fetched(hub, fake, model):
    name = await setup.add(hub, "ollama", {"base_url": fake.url})
    with pytest.raises(HubError, match="no model's name"):
        await hub.pulls.begin(name, model)
    lab = await setup.add(hub, "openai", {"title": "Lab", "base_url": fake.url})
    with pytest.raises(HubError, match="cannot be told"):
        await hub.pulls.begin(lab, "qwen3:4b")


# -- vectors ----------------------------------------------------------------------------------------------


async def test_texts_become_vectors_by_ollama_and_by_openais_protocol(ollama):
    one = ollama(embeds="nomic-embed-text")
    await check_embedder(lambda: one)
    assert (await one.embed(["a", "b"])).tokens == 2
    async with Upstream() as up:
        other = OpenAI("lab", Server("Lab", up.url, "big-1", embeds="small"), nobodys)
        await check_embedder(lambda: other)
        await other.retire()


async def test_vectors_that_are_none_are_a_fault(server, ollama):
    with pytest.raises(Fault) as caught:
        await ollama().embed(["a"], "unknown")
    assert caught.value.what == "model"
    with pytest.raises(Fault, match="no embedding model"):
        await ollama().embed(["a"])


@pytest.mark.parametrize("data", [
    [], [{"embedding": [1.0]}], [{"embedding": [1.0]}, {"embedding": [1.0, 2.0]}],
    [{"embedding": ["1"]}, {"embedding": ["2"]}], [{"embedding": None}, {}], "x", [3, 4], [{"embedding": []}, {"embedding": []}],
])  # fmt: skip
async def test_vectors_of_another_form_are_not_believed(data):
    async def embeddings(_request):
        return web.json_response({"data": data})

    app = web.Application()
    app.router.add_post("/v1/embeddings", embeddings)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    one = OpenAI("lab", Server("Lab", url, "m", embeds="m"), nobodys)
    with pytest.raises(Fault, match="another protocol"):
        await one.embed(["a", "b"])
    await one.retire()
    await runner.cleanup()


async def test_the_hub_embeds_with_the_first_server_that_can(hub, fake):
    embedder = hub.port(ports.Embedder)
    await check_embedder(lambda: embedder, embeds=False)
    name = await setup.add(hub, "ollama", {"base_url": fake.url, "embeds": "nomic-embed-text"})
    await check_embedder(lambda: embedder, embeds=False)  # nothing is asked before it is switched on
    await setup.switch(hub, name, on=True)
    await check_embedder(lambda: embedder)
    assert (await embedder.embed(["a"], f"{name}/nomic-embed-text")).model == "nomic-embed-text"
    with pytest.raises(Unavailable, match="another"):
        await embedder.embed(["a"], "another")


async def test_the_owners_catalog_is_read_with_the_settings(hub):
    (hub.data / "catalog.json").write_text('{"kinds": {"xai": {"models": {"grok-4.3": {"prompt": 7}}}}}')
    name = await setup.add(hub, "xai", {})
    await hub.providers.settle()
    assert hub.providers.get(name).caps.price.prompt == 7
    with pytest.raises(Invalid):
        await setup.add(hub, "vllm", {"base_url": "nonsense"})
