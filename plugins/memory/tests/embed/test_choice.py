"""Which embedder answers: the chosen one, the table in its place, and what is said of that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hub import HubError, Unavailable, Vectors
from hub.ports import NullEmbedder
from hub.testing import check_embedder
from hub_memory.embed import choice as choices
from hub_memory.embed import endpoint
from hub_memory.embed.choice import Embedders
from hub_memory.embed.endpoint import EndpointEmbedder
from hub_memory.embed.port import HouseEmbedder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins.memory.tests.embed.conftest import SmallHub


class Server:
    """The core's embedder with one server, as `hub.llm` has it: it can be away, and refuse."""

    def __init__(self, size: int = 3) -> None:
        self.size, self.asked, self.away = size, list[tuple[int, str]](), None

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        self.asked.append((len(texts), model))
        if self.away:
            raise self.away
        vectors = tuple(tuple(float(len(text) + at) for at in range(self.size)) for text in texts)
        return Vectors(vectors, model.partition("/")[2] or "usual", 7)


def server(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"enabled": True, "embeds": "nomic", "order": 100} | fields)


async def opened(hub: SmallHub, choice: Any = "auto", core: Any = None) -> Embedders:
    embedders = Embedders(hub, core or NullEmbedder(), choice)  # type: ignore[arg-type]  # as much of a hub as it uses
    await embedders.open()
    return embedders


async def test_auto_is_the_table(hub: SmallHub) -> None:
    embedders = await opened(hub)
    assert embedders.chosen == embedders.active.model == "static-256@1"
    assert embedders.trouble is None
    model, vectors = await embedders.embed(["a lamp"])
    assert (model, vectors.shape) == ("static-256@1", (1, 256))


async def test_a_damaged_table_is_told_and_nothing_stands_in(
    hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise Unavailable("damaged", fix="reinstall")

    monkeypatch.setattr(choices, "StaticEmbedder", broken)
    embedders = await opened(hub)
    assert str(embedders.trouble) == "damaged"
    for ask in (lambda: embedders.active, lambda: embedders.by_model("static-256@1")):
        with pytest.raises(Unavailable, match="damaged"):
            ask()
    with pytest.raises(Unavailable, match="damaged"):
        await embedders.embed(["a lamp"])


async def test_minilm_without_its_model_is_stood_in_for_and_says_so(hub: SmallHub) -> None:
    embedders = await opened(hub, "minilm")
    assert embedders.chosen == "minilm-l6-int8@1"
    model, vectors = await embedders.embed(["a lamp"])
    assert (model, vectors.any()) == ("static-256@1", True)
    assert embedders.active.model == "static-256@1"
    assert embedders.trouble is not None
    assert "hub models pull minilm" in embedders.trouble.fix
    await embedders.close()


async def test_an_endpoint_answers_under_its_own_name(hub: SmallHub) -> None:
    core = Server()
    hub.settings.providers = {
        "late": server(order=200), "off": server(enabled=False), "chat": server(embeds=""), "box": server(),
    }  # fmt: skip
    embedders = await opened(hub, "endpoint", core)
    assert embedders.chosen == "endpoint:box/nomic"
    model, vectors = await embedders.embed(["ab", "abc" * 9_000])
    assert model == "endpoint:box/nomic"
    assert core.asked == [(2, "box/nomic")]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert embedders.active.dimensions == 3


@pytest.mark.parametrize(
    "error", [Unavailable("It is away.", fix="Start it."), HubError("Too dear.", fix="Pay.")]
)
async def test_a_server_that_is_away_is_stood_in_for_until_it_is_back(hub: SmallHub, error: HubError) -> None:
    core = Server()
    core.away = error  # type: ignore[assignment]  # None before
    hub.settings.providers = {"box": server()}
    embedders = await opened(hub, "endpoint", core)
    assert (await embedders.embed(["ab"]))[0] == "static-256@1"
    assert str(embedders.trouble) == str(error)
    assert embedders.active.model == "static-256@1"
    told = hub.checks
    await embedders.embed(["ab"])
    assert hub.checks == told == 1  # what is no news is not told again
    core.away = None
    assert (await embedders.embed(["ab"]))[0] == "endpoint:box/nomic"
    assert embedders.trouble is None


async def test_no_server_set_up_is_said(hub: SmallHub) -> None:
    embedders = await opened(hub, "endpoint")
    assert embedders.chosen == ""
    assert embedders.trouble is not None
    assert "under Language" in embedders.trouble.fix
    assert (await embedders.embed(["a lamp"]))[0] == "static-256@1"


async def test_an_older_model_is_found_by_name(hub: SmallHub) -> None:
    embedders = await opened(hub, "minilm", Server())
    assert embedders.by_model("static-256@1").dimensions == 256
    assert embedders.by_model("endpoint:box/nomic").model == "endpoint:box/nomic"
    with pytest.raises(Unavailable, match="Nothing here embeds with static-128"):
        embedders.by_model("static-128@1")
    await embedders.close()


@pytest.mark.parametrize(("first", "then"), [(3, 4), (3, 0)])
async def test_vectors_of_another_length_are_refused(first: int, then: int) -> None:
    core = Server(first)
    embedder = EndpointEmbedder(core, "box/nomic")
    await embedder.embed(["ab"])
    core.size = then
    with pytest.raises(Unavailable):
        await embedder.embed(["ab"])
    assert embedder.dimensions == first
    assert (await embedder.embed([])).shape == (0, first)


async def test_too_few_vectors_and_such_as_are_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd:
        async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
            return Vectors(((float("nan"), 1.0, float("inf")),), model)

    embedder = EndpointEmbedder(Odd(), "box/nomic")
    assert (await embedder.embed(["a"])).tolist() == [[0, 1, 0]]
    with pytest.raises(Unavailable, match="too few"):
        await embedder.embed(["a", "b"])


# -- the hub's own port ---------------------------------------------------------------------------------


async def house(hub: SmallHub, core: Any = None) -> HouseEmbedder:
    core = core or NullEmbedder()
    return HouseEmbedder(core, await opened(hub, "auto", core), lambda: endpoint.servers(hub))  # type: ignore[arg-type]


async def test_without_a_server_the_table_keeps_the_contract(hub: SmallHub) -> None:
    await check_embedder(lambda: house(hub))


async def test_a_server_that_a_person_chose_goes_first(hub: SmallHub) -> None:
    core, hub.settings.providers = Server(), {"box": server()}
    embedder = await house(hub, core)
    assert (await embedder.embed(["a"])).model == "usual"
    assert (await embedder.embed(["a"], "box/nomic")).model == "nomic"
    for name in ("static-256", "static-256@1"):
        told = await embedder.embed(["a lamp"], name)
        assert (told.model, len(told.vectors[0])) == ("static-256@1", 256)
    assert len(core.asked) == 2


async def test_an_unknown_model_is_refused_with_those_there_are(hub: SmallHub) -> None:
    with pytest.raises(Unavailable, match="text-embedding-3") as caught:
        await (await house(hub)).embed(["a"], "text-embedding-3-small")
    assert "static-256@1" in caught.value.fix
