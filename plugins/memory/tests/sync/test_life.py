"""The settings, the job, the command and the notes of a sync."""

from __future__ import annotations

import asyncio
import socket

import pytest
from click.testing import CliRunner

import hub_memory
from hub import Memory, MemoryChange, MemorySelection, Selector
from hub_memory.commands import command
from hub_memory.store.clock import spelled
from hub_memory.sync.ledger import CONFLICTS
from hub_memory.sync.life import KIND, SECRET
from hub_memory.sync.phrase import keys
from hub_memory.sync.wire import Batch

from .test_http import hubs, kept, meet, say, signed_in


async def test_a_wrong_address_costs_no_other_its_turn(tmp_path, shared):
    async with hubs(tmp_path, sync_peers=["nonsense"], sync_folder=str(shared)) as (_, other):
        await say(other, "A heron.")
        status = await meet(other)
        assert "nonsense" in status["trouble"][0]["what"]
        assert len(list(shared.rglob("*.memory"))) == 1
        assert status["folder"] == str(shared)


async def test_a_name_that_nobody_has_is_told(tmp_path, shared):
    async with hubs(tmp_path, sync_people=["Nobody", "Owner"], sync_peers=[], sync_folder=str(shared)) as (
        _,
        other,
    ):
        assert [one["what"] for one in (await meet(other))["trouble"]] == ["I know nobody called Nobody."]


@pytest.mark.parametrize("how", ["hub", "port"])
async def test_what_is_forgotten_leaves_the_folder_without_waiting_a_minute(tmp_path, shared, how):
    async with hubs(tmp_path, sync_peers=[], sync_folder=str(shared)) as (_, other):
        await say(other, "quokkazebra")
        await meet(other)
        before = set(shared.rglob("*.memory"))
        assert before
        if how == "hub":
            await hub_memory.hub_forget(Selector(everything=True))
        else:
            await other.hub.port(Memory).forget(MemorySelection(everything=True))
        async with asyncio.timeout(30):
            while before & set(shared.rglob("*.memory")):
                await asyncio.sleep(0.01)
        assert await kept(other) == []


async def test_the_job_goes_on_after_trouble(tmp_path, shared):
    async with hubs(tmp_path, sync_peers=["nonsense"], sync_folder=str(shared / "none")) as (_, other):
        async with asyncio.timeout(30):
            while (job := other.hub.jobs.list(KIND)[0]).state != "waiting" or job.due.elapsed is None:
                await asyncio.sleep(0.01)
        assert job.reason == ""
        assert (await meet(other))["trouble"]


async def test_the_job_ends_where_there_is_nobody_to_meet(tmp_path):
    async with hubs(tmp_path) as (_, other):
        (job,) = other.hub.jobs.list(KIND)
        other.hub.plugins.get("memory")
        keeper = hub_memory._plugin._keeper
        keeper.sync._settings["sync_peers"] = []
        await keeper.sync.open(keeper.sync._sync.on_taken)
        assert other.hub.jobs.list(KIND) == []
        keeper.sync._settings["sync_peers"] = ["http://127.0.0.1:9"]
        await keeper.sync.open(keeper.sync._sync.on_taken)
        (fresh,) = other.hub.jobs.list(KIND)
        assert fresh.id != job.id


async def test_the_page_is_told_all_of_it_by_the_owner_alone(tmp_path):
    async with hubs(tmp_path) as (one, other):
        await say(one, "A heron.")
        told = await meet(other)
        async with await signed_in(other) as client, client.get("/p/memory/sync/status") as answer:
            assert answer.status == 200
            status = await answer.json()
        assert status.keys() == told.keys() == {
            "paired", "node", "name", "folder", "people", "peers", "places", "waiting", "conflicts", "trouble"
        }  # fmt: skip
        (visit,) = (await meet(one))["peers"]
        assert visit["place"] == "visits"
        assert visit["peer"] == status["node"]
        other.owner = type(other.owner)(other.owner.id, other.owner.name, "member")
        await other.hub.core.execute("UPDATE person SET role = 'member'")
        async with await signed_in(other) as client:
            for ask in (client.get("/p/memory/sync/status"), client.post("/p/memory/sync/now")):
                async with ask as answer:
                    assert answer.status == 403


async def test_the_latest_conflicts_are_kept(devices):
    one = await devices()
    names = [await one.say(f"Heron {at}.") for at in range(CONFLICTS + 5)]
    await one.ledger.conflicted(names[:10], 1.0)
    await one.ledger.conflicted(names[10:], 2.0)
    conflicts = (await one.sync.status())["conflicts"]
    assert len(conflicts) == CONFLICTS
    assert {conflict["at"] for conflict in conflicts} == {1.0, 2.0}
    assert all(conflict["won"] == one.node for conflict in conflicts)


async def test_devices_say_what_they_are_called_both_ways_and_by_folder(tmp_path, shared):
    first = {"sync_name": " The  kitchen\n", "sync_folder": str(shared)}
    async with hubs(tmp_path, first, sync_name="", sync_folder=str(shared)) as (one, other):
        await say(one, "A heron.")
        await meet(one)
        told = await meet(other)
        assert told["name"] == socket.gethostname().partition(".")[0]
        kitchen = [peer for peer in told["peers"] if peer["name"] == "The kitchen"]
        assert {peer["place"] for peer in kitchen} == {one.url, str(shared)}
        back = await meet(one)
        assert {peer["name"] for peer in back["peers"] if peer["peer"] == told["node"]} == {told["name"]}
        assert {peer["place"] for peer in back["peers"]} >= {"visits", str(shared)}


async def test_each_place_that_is_set_is_told_of_met_or_not(tmp_path, shared):
    away, off = "http://127.0.0.1:9", "nonsense"
    peers = [f" {away}/ ", off, away]
    async with hubs(tmp_path, sync_peers=peers, sync_folder=f"{shared} ") as (_, other):
        await say(other, "A heron.")
        await say(other, "Mine.", other.owner.id)
        async with await signed_in(other) as client, client.get("/p/memory/sync/status") as answer:
            before = (await answer.json())["places"]
        assert [place["place"] for place in before] == [str(shared), away, off]
        places = {place["place"]: place for place in (await meet(other))["places"]}
        assert [place["untold"] for place in places.values()] == [0, 1, 1]
        assert [place["at"] > 0 for place in places.values()] == [True, False, False]
        await say(other, "Another heron.")
        await other.hub.secrets.forget(SECRET)
        told = await meet(other)
        assert (told["paired"], len(told["places"])) == (False, 3)


async def test_a_device_that_was_named_anew_is_called_so(devices):
    one = await devices()
    for name in ("Old", "New", ""):
        await one.sync.take(one.folder.place, Batch("b" * 12, [], "[]", name=name))
    (peer,) = [peer for peer in (await one.sync.status())["peers"] if peer["peer"]]
    assert peer["name"] == "New"


async def test_lines_that_are_wrong_are_told_until_a_restart(devices):
    one = await devices()
    gone = MemoryChange("0" * 32, spelled(1), "b" * 12, "gone", {})
    await one.sync.take(one.folder.place, Batch("b" * 12, [gone], "[]", wrong=["Line 3: It is no JSON."]))
    status = await one.meet()
    assert "Line 3" in status["trouble"][0]["what"]
    assert (await one.meet())["trouble"] == status["trouble"]


def test_the_command_prints_a_phrase():
    told = CliRunner().invoke(command, ["pair"])
    assert told.exit_code == 0
    phrase, words = told.output.strip().split("\n")
    assert keys(phrase)
    assert "each device" in words
