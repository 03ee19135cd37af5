"""Language servers as a person sets them up, in a real hub: order, switch, keys, tests, and honest answers."""

from __future__ import annotations

import asyncio
import dataclasses
import logging

import pytest

from hub import config
from hub.config import Invalid
from hub.errors import HubError
from hub.hub import Hub
from hub.llm.canned import Canned
from hub.llm.servers import setup


@pytest.fixture
async def hub(tmp_path):
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    yield hub
    await hub.stop()


async def names(hub):
    return [one["name"] for one in await hub.router.status() if one["quality"] not in {"exact", "limit"}]


async def about(hub, name):
    return next(one for one in await hub.router.status() if one["name"] == name)


async def test_a_server_is_asked_only_once_switched_on_and_in_its_place(hub, server):
    grok = await setup.add(hub, "xai", {})
    lab = await setup.add(hub, "openai", {"title": "My Lab", "base_url": server.url, "model": "big-1"})
    ollama = await setup.add(hub, "ollama", {})
    again = await setup.add(hub, "ollama", {"base_url": "http://nas:11434/v1"})
    assert (grok, lab, ollama, again) == ("grok", "my-lab", "ollama", "ollama-2")
    assert await names(hub) == ["embedded"]
    for name in (grok, lab, ollama):
        await setup.switch(hub, name, on=True)
    assert await names(hub) == ["grok", "my-lab", "ollama", "embedded"]
    await setup.move(hub, lab, -1)
    await setup.move(hub, lab, -5)
    await setup.move(hub, grok, 9)
    assert await names(hub) == ["my-lab", "ollama", "grok", "embedded"]
    await setup.remove(hub, ollama)
    await setup.switch(hub, grok, on=False)
    assert await names(hub) == ["my-lab", "embedded"]
    assert (hub.data / "hub.toml").read_text().count("[providers.") == 3


async def test_a_conversation_is_answered_and_survives_the_server(hub, server):
    """End to end over real HTTP: answered, passed over when it dies before the first word, honest when after."""
    name = await setup.add(hub, "openai", {"title": "Lab", "base_url": server.url, "model": "big-1"})
    await setup.switch(hub, name, on=True)
    talk = await hub.conversations.new()

    async def ask(words):
        await talk.write(words)
        await talk.settled()
        return talk.history()[-1]

    turn = await ask("Who wrote Faust?")
    assert (turn.answer, turn.provider, turn.quality, turn.state) == (
        "Hello there.",
        "lab/big-1",
        "full",
        "done",
    )
    roles = [message["role"] for message in server.asked[-1]["messages"]]
    assert (roles[0], roles[-1], server.asked[-1]["max_tokens"]) == ("system", "user", 1024)
    server.script = (server.ROLE, None)
    turn = await ask("And Hamlet?")
    assert (turn.quality, turn.state) == ("canned", "done")  # it was asked once more, in vain
    server.script = server.HELLO
    assert (await hub.providers.test(name)).ok
    server.script = (server.text("It was"), None)
    turn = await ask("And Emma?")
    assert turn.answer == "It was" + Canned.closing()
    assert (turn.provider, turn.state) == ("lab/big-1", "done")
    server.script = server.HELLO
    assert (await hub.providers.test(name)).ok  # it failed twice and is let be, until somebody finds it well
    assert (await ask("And Dune?")).answer == "Hello there."
    assert server.asked[-1]["messages"][-2]["content"] == "It was" + Canned.closing()
    await setup.switch(hub, name, on=False)
    count = len(server.asked)
    assert (await ask("And Ulysses?")).quality == "canned"
    assert len(server.asked) == count


async def test_a_running_answer_ends_though_its_server_is_removed(hub, server):
    name = await setup.add(hub, "openai", {"title": "Lab", "base_url": server.url, "model": "big-1"})
    await setup.switch(hub, name, on=True)
    server.script = (server.text("one"), 0.3, server.text(" two"), server.STOP)
    talk = await hub.conversations.new()
    await talk.write("Tell me a tale.")
    while not server.asked:
        await asyncio.sleep(0.01)
    await setup.remove(hub, name)
    await talk.settled()
    assert talk.history()[-1].answer == "one two"


async def test_a_key_is_tested_at_once_and_found_nowhere_afterwards(hub, server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    server.key = server.KEY
    name = await setup.add(hub, "xai", {"base_url": server.url, "model": "big-1"})
    settings = (await hub.configuration.read()).providers[name]
    wrong = await setup.give_key(hub, name, server.KEY + "x")
    assert (wrong.ok, wrong.words) == (False, "Grok refused the key.")
    right = await setup.give_key(hub, name, f" {server.KEY}\n")
    assert right.ok
    assert right.models == ("big-1", "big-2")
    assert right.ms > 0
    await setup.switch(hub, name, on=True)
    key = await hub.providers.key(name, settings)
    shown = [
        repr(wrong),
        repr(right),
        repr(key),
        repr(await hub.router.status()),
        caplog.text,
        *capfd.readouterr(),
    ]
    shown += [(hub.data / "hub.toml").read_text(), repr(vars(hub.providers)), repr(hub.settings)]
    shown += [repr(event) for event in hub.bus.recent(500)]
    assert server.KEY not in "".join(shown)
    assert not [
        file for file in hub.data.iterdir() if file.is_file() and server.KEY.encode() in file.read_bytes()
    ]
    await setup.forget_key(hub, name)
    assert not (await hub.providers.key(name, settings)).there
    assert (await about(hub, name))["reason"] == "Grok has no key yet."


async def test_a_key_does_not_go_to_another_host(hub, server):
    name = await setup.add(
        hub, "openai", {"title": "Lab", "base_url": "https://one.example/v1", "model": "m"}
    )
    await hub.secrets.set(f"provider.{name}", server.KEY)
    assert not await setup.change(hub, name, {"model": "other"})
    assert await hub.secrets.known()
    assert await setup.change(hub, name, {"base_url": server.url})
    assert not await hub.secrets.known()


async def test_a_key_of_the_environment_counts_for_its_own_vendor(hub, server, monkeypatch):
    name = await setup.add(hub, "xai", {})
    monkeypatch.setenv("XAI_API_KEY", server.KEY)
    settings = (await hub.configuration.read()).providers[name]
    assert (await hub.providers.key(name, settings)).variable == "XAI_API_KEY"
    await setup.change(hub, name, {"base_url": server.url})
    settings = (await hub.configuration.read()).providers[name]
    assert not (await hub.providers.key(name, settings)).there
    monkeypatch.setenv("HUB_GROK_API_KEY", server.KEY)
    await setup.change(hub, name, {"model": "big-1"})
    assert (await hub.providers.test(name)).ok
    assert server.seen[-1]["Authorization"] == f"Bearer {server.KEY}"
    monkeypatch.setenv("HUB_GROK_API_KEY", "two\nlines")
    trial = await hub.providers.test(name)
    assert "HUB_GROK_API_KEY" in trial.words
    assert "two" not in repr(trial)


async def test_a_test_says_in_words_what_it_found(hub, server):
    name = await setup.add(hub, "ollama", {"base_url": server.url})
    assert (await hub.providers.test(name)).words == "Ollama is there. Choose one of its models."
    await setup.change(hub, name, {"model": "big-9"})
    trial = await hub.providers.test(name)
    assert (trial.ok, trial.words) == (False, "Ollama has no model big-9.")
    server.models = {"data": [{"id": "big-9:latest"}]}
    assert (await hub.providers.test(name)).words == "Ollama is there and has big-9."
    assert not server.asked  # a local server would have to load the model for it
    server.models = None  # it lists none: then only an answer proves it
    assert (await hub.providers.test(name)).words == "Ollama answers with big-9."
    server.script = ({"choices": [{"delta": {}, "finish_reason": "length"}]},)
    assert (await hub.providers.test(name)).ok
    server.status = 503
    assert (await hub.providers.test(name)).words == "Ollama is out of order."
    with pytest.raises(HubError):
        await hub.providers.test("nobody")


async def test_a_server_that_failed_is_looked_at_again_while_somebody_watches(hub, server, monkeypatch):
    monkeypatch.setattr("hub.llm.servers.openai.AGAIN_S", 0.0)
    name = await setup.add(hub, "openai", {"title": "Lab", "base_url": server.url, "model": "big-1"})
    await setup.switch(hub, name, on=True)
    server.status, models = 503, server.models
    server.models = None
    talk = await hub.conversations.new()
    await talk.write("Who wrote Faust?")
    await talk.settled()
    assert (await about(hub, name))["reason"] == "Lab is out of order."
    server.models = models
    while not (await about(hub, name))["ok"]:
        await asyncio.sleep(0.01)


async def test_the_prompt_changes_with_the_next_question(hub, server):
    name = await setup.add(hub, "openai", {"title": "Lab", "base_url": server.url, "model": "big-1"})
    await setup.switch(hub, name, on=True)
    talk = await hub.conversations.new()
    for prompt in ("You are a pirate.", "You are a monk."):
        await hub.configuration.change({("system_prompt",): prompt})
        await talk.write("Who are you really?")
        await talk.settled()
        assert server.asked[-1]["messages"][0]["content"] == prompt


async def test_what_is_not_right_is_named_and_nothing_is_written(hub):
    for kind, fields in (
        ("openai", {}),
        ("openai", {"base_url": "http://api.x.ai"}),
        ("xai", {"base_url": "x"}),
    ):
        with pytest.raises(Invalid) as caught:
            await setup.add(hub, kind, fields)
        assert next(iter(caught.value.fields)).endswith("base_url")
    assert not (hub.data / "hub.toml").exists()
    with pytest.raises(HubError):
        await setup.switch(hub, "nobody", on=True)


def test_words_go_no_further_than_the_hub_says():
    """Every preset that leaves the house is off until somebody switches it on."""
    assert dataclasses.asdict(setup.PRESETS["xai"])["base_url"] == "https://api.x.ai/v1"
    assert not config.ProviderSettings(kind="xai").enabled
