"""The memory as JSON, with the real memory: the same rules as on the page, and bad input changes nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import hub_memory
from hub.api.app import build
from hub.auth.sessions import Person
from hub.ports.memory import CONFIRMED, HOUSE, OWNER, UNTRUSTED, Memory, MemorySelection, NewMemory
from hub.testing.inside import hub_with

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.hub import Hub

ADA, MIA, GUS = Person("o", "Ada", "owner"), Person("m", "Mia", "member"), Person("g", "Gus", "guest")
TABLET = Person("t", "Tablet", "device")
DAY_S = 86_400


@pytest.fixture
async def hub(tmp_path: Any) -> AsyncIterator[Hub]:
    async with hub_with(hub_memory, data=tmp_path) as hub:
        for person in (MIA, GUS):
            row = (person.id, person.name, person.role)
            await hub.core.execute("INSERT INTO person VALUES (?, ?, ?, 0)", row)
        yield hub


@pytest.fixture
def client(hub: Hub) -> Any:
    """Ask the API as somebody: ``await client(MIA, "GET", "/api/memory")``."""
    api = build(hub)

    async def call(person: Person | None, method: str, path: str, **body: Any) -> tuple[int, Any]:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await api(scope | {"state": {"person": person}}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as asking:
            response = await asking.request(method, path, json=body or None)
            return response.status_code, response.json()

    return call


async def keep(hub: Hub, *texts: str, of: str = MIA.id, **more: Any) -> list[str]:
    return list(await hub.port(Memory).remember([NewMemory(text, of, **more) for text in texts]))


async def left(hub: Hub, of: str = MIA.id) -> list[str]:
    return [one.text for one in await hub.port(Memory).browse(MemorySelection(namespace=of))]


async def test_entries_are_listed_in_pages_searched_and_counted(hub: Hub, client: Any) -> None:
    now = time.time()
    for at in range(5):
        await keep(hub, f"Walk {at}.", created=now - at)
    await keep(hub, "The roof leaks.", of=HOUSE, kind="fact", created=now - 10 * DAY_S)
    _, told = await client(MIA, "GET", "/api/memory?limit=4")
    assert [one["text"] for one in told["entries"]] == [f"Walk {at}." for at in range(4)]
    _, rest = await client(MIA, "GET", f"/api/memory?limit=4&after={told['next']}")
    assert ([one["text"] for one in rest["entries"]], rest["next"]) == (["Walk 4.", "The roof leaks."], "")
    _, told = await client(MIA, "GET", "/api/memory?of=house&kind=fact")
    assert len(told["entries"]) == 1
    _, told = await client(MIA, "GET", f"/api/memory?before={now - DAY_S}")
    assert [one["text"] for one in told["entries"]] == ["The roof leaks."]

    _, found = await client(MIA, "GET", "/api/memory/search?q=does+the+roof+leak")
    best = found["hits"][0]
    assert best["entry"]["text"] == "The roof leaks."
    assert sum(best["parts"].values()) == pytest.approx(best["score"], abs=1e-3)
    assert "words" in found["legs"]
    assert found["missing"] == {}
    _, asked = await client(MIA, "GET", "/api/memory/search?q=What+did+I+say+about+walks+today%3F")
    assert asked["since"] < now < asked["until"]

    _, health = await client(MIA, "GET", "/api/memory/health")
    assert health["by_kind"] == {"episodic": 5, "fact": 1}
    assert (await client(ADA, "GET", "/api/memory/health"))[1]["by_kind"] == {"fact": 1}


async def test_an_entry_is_changed_replaced_and_forgotten(hub: Hub, client: Any) -> None:
    (id_,) = await keep(hub, "Mia likes tea.", kind="fact")
    status, told = await client(MIA, "PATCH", f"/api/memory/{id_}", pinned=True, importance=0.9)
    assert (status, told["pinned"], told["importance"]) == (200, True, 0.9)
    _, new = await client(MIA, "PUT", f"/api/memory/{id_}", text="Mia likes coffee.")
    assert (new["text"], new["kind"], new["trust"], new["pinned"]) == (
        "Mia likes coffee.", "fact", CONFIRMED, True
    )  # fmt: skip
    _, whole = await client(MIA, "GET", f"/api/memory/{new['id']}")
    assert [one["text"] for one in whole["older"]] == ["Mia likes tea."]
    _, old = await client(MIA, "GET", f"/api/memory/{id_}")
    assert old["newer"]["id"] == new["id"]
    status, told = await client(MIA, "PUT", f"/api/memory/{id_}", text="Mia likes milk.")
    assert (status, told["error"]) == (409, "That entry was replaced before.")
    assert await client(MIA, "DELETE", f"/api/memory/{new['id']}") == (200, {"forgotten": 2})
    assert await left(hub) == []
    assert (await client(MIA, "DELETE", f"/api/memory/{new['id']}"))[0] == 404


async def test_an_edit_of_an_edit_keeps_all_that_held_before(hub: Hub, client: Any) -> None:
    (id_,) = await keep(hub, "Version 0.")
    for at in range(1, 4):
        id_ = (await client(MIA, "PUT", f"/api/memory/{id_}", text=f"Version {at}."))[1]["id"]
    _, whole = await client(MIA, "GET", f"/api/memory/{id_}")
    assert [one["text"] for one in whole["older"]] == ["Version 2.", "Version 1.", "Version 0."]


async def test_what_waits_is_let_in_by_whose_it_is(hub: Hub, client: Any) -> None:
    (hers,) = await keep(hub, "A page said so.", origin="web", trust=UNTRUSTED)
    (houses,) = await keep(hub, "A tool said so.", of=HOUSE, origin="tool", trust=UNTRUSTED)
    _, told = await client(MIA, "GET", "/api/memory?waiting=true")
    assert {one["id"] for one in told["entries"]} == {hers, houses}
    assert (await client(MIA, "GET", "/api/memory"))[1]["entries"] == []
    _, told = await client(MIA, "POST", f"/api/memory/{hers}/let-in")
    assert (told["quarantined"], told["trust"]) == (False, CONFIRMED)
    status, told = await client(MIA, "POST", f"/api/memory/{houses}/let-in")
    assert (status, told["error"]) == (403, "Only the owner may do that.")
    assert (await client(ADA, "POST", f"/api/memory/{houses}/let-in"))[1]["trust"] == OWNER


async def test_nobody_reads_or_changes_what_is_anothers(hub: Hub, client: Any) -> None:
    (id_,) = await keep(hub, "Mia keeps a falcon.")
    (guests,) = await keep(hub, "Gus was here.", of=GUS.id)
    (houses,) = await keep(hub, "The roof leaks.", of=HOUSE)
    (doubted,) = await keep(hub, "The roof is cheese.", of=HOUSE, origin="web", trust=UNTRUSTED)
    for who in (ADA, GUS, TABLET):
        for path in ("", "?of=mine", "/search?q=falcon", "/search?q=falcon&of=mine"):
            _, told = await client(who, "GET", f"/api/memory{path}")
            assert {one.get("entry", one)["id"] for one in told.get("entries", told.get("hits"))} <= {houses}
        for method, path, body in (
            ("GET", "", {}), ("PATCH", "", {"pinned": True}), ("PUT", "", {"text": "x"}), ("DELETE", "", {}),
            ("POST", "/let-in", {}),
        ):  # fmt: skip
            for foreign in (id_, guests) if who is ADA else (id_,):
                status, told = await client(who, method, f"/api/memory/{foreign}{path}", **body)
                assert status == (404 if who is ADA or method == "GET" else 403), (who, method)
                assert "falcon" not in str(told)
    for who in (GUS, TABLET):  # not even their own, and nothing that nobody has confirmed
        assert (await client(who, "GET", f"/api/memory/{guests}"))[0] == 404
        assert (await client(who, "GET", f"/api/memory/{doubted}"))[0] == 404
        assert (await client(who, "GET", "/api/memory?waiting=true"))[0] == 403
        assert (await client(who, "POST", "/api/memory/forget", everything=True))[0] == 403
        assert (await client(who, "DELETE", f"/api/memory/{houses}"))[0] == 403
    assert (await client(MIA, "DELETE", f"/api/memory/{houses}"))[0] == 403
    assert (await client(None, "GET", "/api/memory"))[0] == 401
    assert await left(hub) == ["Mia keeps a falcon."]
    assert await left(hub, HOUSE) == ["The roof leaks."]


async def test_what_waits_is_not_told_as_a_source_either(hub: Hub, client: Any) -> None:
    (source,) = await keep(hub, "The roof is cheese.", of=HOUSE)
    (made,) = await keep(hub, "The roof was spoken of.", of=HOUSE, kind="summary", sources=(source,))
    await hub.port(Memory).change([HOUSE], source, quarantined=True)
    for who, sources in ((MIA, [source]), (GUS, []), (TABLET, [])):
        _, told = await client(who, "GET", f"/api/memory/{made}")
        assert [one["id"] for one in told["sources"]] == sources, who


async def test_forgetting_says_before_what_it_takes_and_takes_only_that(hub: Hub, client: Any) -> None:
    now = time.time()
    await keep(hub, "My knee hurts.", "The car is red.")
    await keep(hub, "The knee was fine.", created=now - 30 * DAY_S)
    await keep(hub, "Ada's knee.", of=ADA.id)
    _, told = await client(MIA, "POST", "/api/memory/forget/preview", topic="knee", since=now - DAY_S)
    assert (told["entries"], told["more"]) == (1, False)
    assert len(await left(hub)) == 3
    _, told = await client(MIA, "POST", "/api/memory/forget", topic="knee", since=now - DAY_S)
    assert (told["entries"], told["owed"]) == (1, [])
    assert await left(hub) == ["The car is red.", "The knee was fine."]
    _, told = await client(MIA, "POST", "/api/memory/forget", topic="knee")
    assert told["entries"] == 1
    _, told = await client(MIA, "POST", "/api/memory/forget", everything=True)
    assert told["entries"] == 1
    assert await left(hub) == []
    assert await left(hub, ADA.id) == ["Ada's knee."]


async def test_a_topic_that_a_plugin_has_yet_to_forget_is_told(hub: Hub, client: Any) -> None:
    await keep(hub, "My knee hurts.")
    await hub.port(Memory).close()  # type: ignore[attr-defined]
    _, told = await client(MIA, "POST", "/api/memory/forget", topic="knee")
    assert told["entries"] == 0
    assert [one["plugin"] for one in told["owed"]] == ["Memory"]
    assert told["owed"][0]["reason"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/forget", {"topic": ""}), ("POST", "/forget", {"topic": " ", "talks": True}),
        ("POST", "/forget", {"topic": "x" * 201}), ("POST", "/forget", {"since": -1}),
        ("POST", "/forget", {"everything": True, "topic": "knee"}), ("POST", "/forget", {"topics": "knee"}),
        ("POST", "/forget", {"since": 20.0, "before": 10.0}), ("POST", "/forget", {"topic": "?!"}),
        ("PATCH", "/ID", {"importance": 2}), ("PATCH", "/ID", {"quarantined": True}), ("PUT", "/ID", {"text": ""}),
        ("PUT", "/ID", {"text": " "}), ("PUT", "/ID", {"text": "x" * 1_000_001}), ("PATCH", "/x", {"pinned": True}),
        ("PATCH", "/" + "0" * 32, {"pinned": True}), ("GET", "?after=zz", {}), ("GET", "?limit=0", {}),
        ("GET", "?kind=all", {}), ("GET", "?of=m", {}), ("GET", "/search?q=", {}), ("GET", "/search?q=x&since=nan", {}),
    ],
)  # fmt: skip
async def test_bad_input_is_refused_and_changes_nothing(
    hub: Hub, client: Any, method: str, path: str, body: dict[str, Any]
) -> None:
    (id_,) = await keep(hub, "My knee hurts.")
    status, told = await client(MIA, method, "/api/memory" + path.replace("ID", id_), **body)
    assert status in {404, 409, 413, 422}, told
    assert await left(hub) == ["My knee hurts."]
    (same,) = await hub.port(Memory).get([MIA.id], [id_])
    assert (same.pinned, same.importance, same.superseded_by) == (False, 0.5, "")


async def test_a_long_entry_is_whole_only_by_itself(hub: Hub, client: Any) -> None:
    (id_,) = await keep(hub, "word " * 200_000)
    _, listed = await client(MIA, "GET", "/api/memory")
    assert (len(listed["entries"][0]["text"]), listed["entries"][0]["cut"]) == (2_000, True)
    _, whole = await client(MIA, "GET", f"/api/memory/{id_}")
    assert len(whole["entry"]["text"]) == 1_000_000


async def test_without_a_memory_the_reason_and_the_fix_are_told(hub: Hub, client: Any) -> None:
    await hub.plugins.disable("memory")
    assert (await client(MIA, "GET", "/api/memory"))[1] == {"entries": [], "next": ""}
    _, health = await client(MIA, "GET", "/api/memory/health")
    assert (health["reason"], health["fix"]) == ("No memory is installed.", "Switch the memory plugin on.")
    _, found = await client(MIA, "GET", "/api/memory/search?q=knee")
    assert found["missing"]["words"] == "No memory is installed."
    assert (await client(MIA, "GET", "/api/memory/" + "0" * 32))[0] == 404
