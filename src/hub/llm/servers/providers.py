"""Turn the language servers that a person has set up into providers, with their keys and a test of each."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.errors import HubError, Unavailable
from hub.llm.faults import Fault
from hub.llm.money.paying import paying
from hub.llm.provider import Message, Request, Usage
from hub.llm.servers.catalog import Catalog
from hub.llm.servers.ollama import Ollama
from hub.llm.servers.openai import OpenAI, Server
from hub.llm.servers.presets import PRESETS
from hub.llm.servers.xai import Grok
from hub.ports import NullEmbedder, Vectors
from hub.store.secrets import checked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from pydantic import SecretStr

    from hub.config import ProviderSettings
    from hub.llm.router import Router
    from hub.llm.stations import Budget
    from hub.store.secrets import Secrets

TRIAL_S = 20.0

ADAPTERS: dict[str, type[OpenAI]] = {"xai": Grok, "ollama": Ollama}
"""Who speaks with servers of a kind; those of the others speak OpenAI's protocol as it is."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a provider's key comes from: the ``variable`` of the environment, or kept ``since`` (Unix s)."""

    variable: str = ""
    since: float | None = None

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return bool(self.variable) or self.since is not None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of asking a server: in ``words``, with a ``fix``; how long it took; its ``models``."""

    ok: bool
    words: str
    fix: str = ""
    ms: float = 0.0
    models: tuple[str, ...] = ()
    at: float = 0.0


class Providers:
    """The servers of the settings in the router's order, and what the latest test of each showed.

    ``data``: the folder in which somebody may have written a catalog of models of their own.
    """

    def __init__(self, router: Router, secrets: Secrets, data: Path | None = None) -> None:
        self._router, self._secrets, self._data = router, secrets, data
        self.catalog = Catalog()
        if data:
            self.catalog.load(data)
        self._all: dict[str, tuple[ProviderSettings, OpenAI]] = {}
        self._leaving: list[OpenAI] = []
        self.trials: dict[str, Trial] = {}
        self.on_answered: Callable[[str], None] | None = None
        """Told the name of a server that a test has shown to be well."""

    def apply(self, chosen: Mapping[str, ProviderSettings]) -> None:
        """Ask the servers that are switched on, from the next question on; running answers go on."""
        before, self._all = self._all, {}
        for name, settings in in_order(chosen):
            known = before.get(name)
            one = known[1] if known and _same(known[0], settings) else self._adapter(name, settings)
            self._all[name] = settings, one
        kept = [one for _, one in self._all.values()]
        self._leaving += [one for _, one in before.values() if one not in kept]
        self._router.choose([one for settings, one in self._all.values() if settings.enabled])
        self.trials = {name: trial for name, trial in self.trials.items() if name in self._all}

    async def settle(self) -> None:
        """Take in what is written of models by now; close connections to servers that are asked no more."""
        if self._data:
            await asyncio.to_thread(self.catalog.load, self._data)
            for _, one in self._all.values():
                one.measure()
        while self._leaving:
            await self._leaving.pop().retire()

    async def close(self) -> None:
        """Close all connections."""
        self._leaving += [one for _, one in self._all.values()]
        self._all = {}
        while self._leaving:
            await self._leaving.pop().retire()

    async def test(self, name: str) -> Trial:
        """Ask the server now, whether it is switched on or not, and keep what came of it."""
        self.trials[name] = trial = await _try(self.get(name), self._router.stations.budget)
        if trial.ok and self.on_answered:
            self.on_answered(name)
        return trial

    def get(self, name: str) -> OpenAI:
        """Return the server of that name, whether it is switched on or not. Raises `HubError`."""
        if name not in self._all:
            raise HubError(f"There is no language server {name}.", fix="Add it under Language.")
        return self._all[name][1]

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        """Return the vectors of ``texts``, as `hub.ports.Embedder` says, by a server with a model for it.

        ``model``: "server/model" or the model of one of them; "" for the first server's.
        """
        able = [one for settings, one in self._all.values() if settings.enabled and one.server.embeds]
        held: HubError | None = None
        for one in able:
            if model in ("", one.server.embeds, f"{one.name}/{one.server.embeds}"):
                try:
                    allowed = await self._allowed(texts, one)
                except HubError as error:  # those words may not go there
                    held = held or error
                    continue
                return await self._paid(allowed, one)
        if held:
            raise Unavailable(str(held), fix=held.fix)
        if able:
            raise Unavailable(
                f"Nothing here embeds with {model[:60]}.", fix="Leave the model out, or choose it."
            )
        return await NullEmbedder().embed(texts)

    async def _paid(self, texts: Sequence[str], one: OpenAI) -> Vectors:
        """Return the vectors of ``texts``. Raises `HubError` when there is no money for them, or `Fault`."""
        server = one.server
        known = self.catalog.about(
            server.kind, server.embeds, host=server.host, free=one.caps.distance != "world"
        )
        caps = replace(one.caps, price=known.price, model=server.embeds, answer_tokens=0)
        asked = Request(tuple(Message("user", text) for text in texts), max_tokens=0)
        with paying(self._router.stations.budget, one.name, caps, asked) as bill:
            vectors = await one.embed(texts)
            bill.usage = Usage(vectors.tokens, 0)
        return vectors

    async def _allowed(self, texts: Sequence[str], one: OpenAI) -> Sequence[str]:
        """Return what of ``texts`` may be told to a server. Raises `HubError` when nothing may be."""
        privacy = self._router.stations.privacy
        asked = Request(tuple(Message("user", text) for text in texts))
        await privacy.read(asked, one.caps)
        told, _ = privacy.apply(asked, one.caps)
        return [message.text for message in told.messages[-len(texts) :]] if texts else texts

    async def key(self, name: str, settings: ProviderSettings) -> Key:
        """Say where the key of a server comes from."""
        if variable := variable_of(name, settings):
            return Key(variable)
        return Key(since=(await self._secrets.known()).get(secret_of(name, settings)))

    def _adapter(self, name: str, settings: ProviderSettings) -> OpenAI:
        adapter = ADAPTERS.get(settings.kind, OpenAI)
        return adapter(name, _server(settings), self._reader(name, settings), self.catalog)

    def _reader(self, name: str, settings: ProviderSettings) -> Callable[[], Awaitable[SecretStr | None]]:
        async def read() -> SecretStr | None:
            variable = variable_of(name, settings)
            if not variable:
                return await self._secrets.get(secret_of(name, settings))
            try:
                return checked(os.environ[variable])
            except HubError:
                raise Fault(
                    "key", f"The key in {variable} cannot be one.", fix=f"Correct {variable} and restart me."
                ) from None

        return read


def in_order(chosen: Mapping[str, ProviderSettings]) -> list[tuple[str, ProviderSettings]]:
    """Return the servers as they are asked: by place, then by name."""
    return sorted(chosen.items(), key=lambda one: (one[1].order, one[0]))


def _same(one: ProviderSettings, other: ProviderSettings) -> bool:
    """Say whether both mean the same model on the same server, whatever their place."""
    return one.model_copy(update={"enabled": other.enabled, "order": other.order}) == other


def secret_of(name: str, settings: ProviderSettings) -> str:
    """Return the name under which a server's key is kept: among keys of servers, whatever is set."""
    return f"provider.{(settings.secret or name).removeprefix('provider.')}"


def variable_of(name: str, settings: ProviderSettings) -> str:
    """Return the environment variable that holds a server's key; it wins over a key that is kept.

    The variable that other programs use for a vendor's key counts for that vendor's own address only.
    """
    preset = PRESETS[settings.kind]
    usual = preset.variables if settings.address == preset.base_url else ()
    own = f"HUB_{name.upper().replace('-', '_')}_API_KEY"
    return next((variable for variable in (own, *usual) if os.environ.get(variable)), "")


def _server(settings: ProviderSettings) -> Server:
    preset = PRESETS[settings.kind]
    return Server(
        settings.called, settings.address, settings.asked_for,
        needs_key=preset.needs_key, extra=preset.extra, kind=settings.kind, embeds=settings.embeds,
    )  # fmt: skip


async def _try(one: OpenAI, budget: Budget) -> Trial:
    """List the server's models; where that proves too little (a server of the world), ask it a word."""
    title, model = one.server.title, one.server.model
    began, models = time.perf_counter(), list[str]()
    try:
        try:
            models = await one.models()
        except Fault as fault:
            if fault.what != "foreign" or not model:
                raise  # a few servers list nothing, and answer all the same
        if one.caps.local and models:
            return _listed(one, models, began)
        if not model:
            return _trial(True, f"{title} is there. Choose one of its models.", began, models)
        began = time.perf_counter()
        await _ask_a_word(one, budget)
    except HubError as error:
        return _trial(False, f"{error}", began, models, fix=error.fix)
    return _trial(True, f"{title} answers with {model}.", began, models)


def _listed(one: OpenAI, models: list[str], began: float) -> Trial:
    title, model = one.server.title, one.server.model
    if not model:
        return _trial(True, f"{title} is there. Choose one of its models.", began, models)
    if one.missing:
        fix = f"Choose {one.newer or 'one of its models'}, or fetch this one there."
        return _trial(False, f"{title} has no model {model}.", began, models, fix=fix)
    return _trial(True, f"{title} is there and has {model}.", began, models)


async def _ask_a_word(one: OpenAI, budget: Budget) -> None:
    """Ask for one word, which proves key and model. Raises `Fault`; `HubError` when it may cost no more."""
    question = Request((Message("user", "Say yes."),), max_tokens=16)
    try:
        with paying(budget, one.name, one.caps, question) as bill:
            async for piece in one.stream(question, TRIAL_S):
                if isinstance(piece, Usage):
                    bill.usage = piece
    except Fault as fault:
        if fault.what != "empty":  # it did answer, within so few tokens
            raise


def _trial(ok: bool, words: str, began: float, models: list[str], fix: str = "") -> Trial:
    return Trial(ok, words, fix, (time.perf_counter() - began) * 1e3, tuple(models), time.time())
