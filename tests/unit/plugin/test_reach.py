"""To forget, and to hand out, reaches every plugin: those that fail or do not run are asked until they have."""

from __future__ import annotations

import asyncio
import io
import json
import time
import zipfile

import orjson
import pytest
from tests import keeping

from hub import kept
from hub.auth.people import add
from hub.auth.roles import MEMBER
from hub.backup.restore import _forget_again
from hub.conversation import conversations
from hub.errors import HubError
from hub.plugin import reach
from hub.plugin.acting import acting
from hub.plugin.hookspecs import Selector
from hub.store import forgotten
from hub.store.keys import master_key


async def say(home, person: str, text: str) -> str:
    """Say something in a new talk; return its id once the keeper has it."""
    talk = await home.hub.conversations.new(person)
    await talk.write(text)
    await talk.settled()
    await home.until(lambda: talk.id in home.kept("keeper", "said"))
    return talk.id


async def nothing_owed(home) -> bool:
    return not await home.hub.reach.owed()


async def test_a_talk_that_is_deleted_goes_from_a_plugin_too_caches_included(home, monkeypatch):
    monkeypatch.setattr(conversations, "UNDO_S", 0.01)
    home.plant("keeper")
    hub = await home.open()
    first, second = await say(home, "ann", "a secret plan"), await say(home, "ann", "an open word")
    await hub.conversations.delete(first, "ann")
    await home.until(lambda: first not in home.kept("keeper", "said"))
    assert second in home.kept("keeper", "said")
    assert "secret" not in home.kept("keeper", "index")
    assert "open" in home.kept("keeper", "index")
    await home.until(lambda: nothing_owed(home))


async def test_a_person_who_is_removed_goes_from_plugins_too(home):
    home.plant("keeper")
    hub = await home.open()
    owner = await hub.claims.redeem(await hub.claims.new_code())
    guest = await hub.core.write(lambda db: add(db, "Ann", MEMBER))
    talk = await say(home, guest.id, "mine")
    await hub.tools.call("keeper_keep", {"person": guest.id, "words": "allergic to nuts"})
    await hub.people.remove(owner, guest.id)
    await home.until(
        lambda: home.kept("keeper", "people") == "{}" and talk not in home.kept("keeper", "said")
    )
    await home.until(lambda: nothing_owed(home))


async def test_retention_reaches_plugins_even_when_no_talk_is_left(home):
    home.plant("keeper")
    hub = await home.open()
    old = json.dumps({"gone": [[time.time() - 40 * 86_400, "old words"]], "new": [[time.time(), "new"]]})
    (home.data / "keeper-said.json").write_text(old)
    await hub.conversations.forget_old(30)
    await home.until(lambda: "old words" not in home.kept("keeper", "said"))
    assert "new" in home.kept("keeper", "said")


async def test_one_that_fails_is_told_of_and_asked_again_until_it_succeeds(home, monkeypatch):
    monkeypatch.setattr(reach, "FIRST_S", 0.2)
    home.plant("keeper")
    home.plant("other")
    hub = await home.open()
    for name in ("keeper", "other"):
        await hub.tools.call(f"{name}_keep", {"person": "ann", "words": "one"})
    (home.data / "keeper-refuses").touch()
    done = await hub.reach.forget(Selector(person="ann"))
    assert done.counts == {"other": 1}
    (owed,) = done.failed
    assert (owed.plugin, owed.title, owed.selector) == ("keeper", "Keeper", Selector(person="ann"))
    assert "the disk is gone" in owed.reason
    assert owed.fix
    await home.until(lambda: tried(home, 2))
    assert "one" in home.kept("keeper", "people")
    (home.data / "keeper-refuses").unlink()
    await home.until(lambda: nothing_owed(home))
    assert home.kept("keeper", "people") == "{}"


async def test_one_that_failed_is_asked_at_once_in_the_next_life(home, monkeypatch):
    monkeypatch.setattr(reach, "FIRST_S", 3_600.0)
    home.plant("keeper")
    hub = await home.open()
    await hub.tools.call("keeper_keep", {"person": "ann", "words": "one"})
    (home.data / "keeper-refuses").touch()
    assert (await hub.reach.forget(Selector(person="ann"))).failed
    (home.data / "keeper-refuses").unlink()
    await home.again()
    await home.until(lambda: nothing_owed(home))
    assert home.kept("keeper", "people") == "{}"


async def tried(home, times: int) -> bool:
    return any(one.tries >= times for one in await home.hub.reach.owed())


async def test_one_that_hangs_costs_its_time_and_no_more(home, monkeypatch):
    monkeypatch.setattr(reach, "PATIENCE_S", 0.1)
    home.plant("keeper")
    home.plant("other")
    hub = await home.open()
    (home.data / "keeper-hangs").touch()
    done = await hub.reach.forget(Selector(person="ann"))
    assert "other" in done.counts
    assert "longer than" in done.failed[0].reason
    (home.data / "keeper-hangs").unlink()


async def test_one_that_is_switched_off_is_asked_when_it_next_starts(home):
    home.plant("keeper")
    hub = await home.open()
    await hub.tools.call("keeper_keep", {"person": "ann", "words": "one"})
    hub = await home.again("keeper")
    done = await hub.reach.forget(Selector(person="ann"))
    assert "not running" in done.failed[0].reason
    assert "one" in home.kept("keeper", "people")
    hub = await home.again()
    await home.until(lambda: nothing_owed(home))
    assert home.kept("keeper", "people") == "{}"


async def test_one_that_is_not_installed_for_a_while_is_asked_when_it_is_back(home):
    home.plant("keeper")
    hub = await home.open()
    await hub.tools.call("keeper_keep", {"person": "ann", "words": "one"})
    await home.until(lambda: hub.remembered.had("hub_forget"))
    entries, home.entries = home.entries, {}
    hub = await home.again()
    done = await hub.reach.forget(Selector(person="ann"))
    assert "not installed" in done.failed[0].reason
    home.entries = entries
    await home.again()
    await home.until(lambda: nothing_owed(home))
    assert home.kept("keeper", "people") == "{}"


async def test_a_crash_between_the_deed_and_the_asking_loses_nothing(home):
    home.plant("keeper")
    hub = await home.open()
    owner = await hub.claims.redeem(await hub.claims.new_code())
    guest = await hub.core.write(lambda db: add(db, "Ann", MEMBER))
    await hub.tools.call("keeper_keep", {"person": guest.id, "words": "one"})

    async def crash(_: str) -> None:
        raise KeyboardInterrupt

    hub.people._forget = crash
    with pytest.raises(KeyboardInterrupt):
        await hub.people.remove(owner, guest.id)
    assert "one" in home.kept("keeper", "people")
    await home.again()
    await home.until(lambda: home.kept("keeper", "people") == "{}")
    await home.until(lambda: nothing_owed(home))


@pytest.mark.parametrize("answer", ["'three'", "-1", "True", "[1]"])
async def test_an_answer_that_is_no_number_is_a_failure(home, answer):
    code = f"from hub import hookimpl\n@hookimpl\ndef hub_forget(selector): return {answer}\n"
    home.plant("odd", code, "")
    hub = await home.open()
    done = await hub.reach.forget(Selector(talk="t"))
    assert not done.counts
    assert "not with a number" in done.failed[0].reason


async def test_what_it_keeps_is_noted_before_it_can_keep_anything(home):
    home.plant("keeper", keeping.KEEPER.replace("global home", "raise OSError('no')"))
    hub = await home.open()
    assert hub.plugins.get("keeper").state == "disabled"
    assert hub.remembered.had("hub_forget") == ["keeper"]
    hub = await home.again("keeper")
    assert "not running" in (await hub.reach.forget(Selector(talk="t"))).failed[0].reason


async def test_a_plugin_without_the_hook_owes_nothing_however_it_does(home):
    home.plant("plain", "", "")
    hub = await home.open()
    assert await hub.reach.forget(Selector(talk="t")) == reach.Forgotten({})
    await home.until(lambda: hub.remembered.knows("plain"))
    hub = await home.again("plain")
    assert await hub.reach.forget(Selector(talk="t")) == reach.Forgotten({})


async def test_a_later_moment_takes_the_place_of_an_earlier_one(home):
    home.plant("keeper")
    await home.open()
    hub = await home.again("keeper")
    for before in (100.0, 300.0, 200.0):
        await hub.reach.forget(Selector(before=before))
    await hub.reach.forget(Selector(before=50.0, talk="t"))
    found = [one.selector for one in await hub.reach.owed()]
    assert Selector(before=300.0) in found
    assert Selector(before=100.0) not in found
    assert Selector(before=50.0, talk="t") in found


async def test_a_selector_that_names_nothing_selects_nothing(home):
    home.plant("keeper")
    hub = await home.open()
    (home.data / "keeper-refuses").touch()
    assert await hub.reach.forget(Selector()) == reach.Forgotten({})


async def test_it_cannot_be_asked_from_inside_nor_by_a_plugin_for_everything(home):
    home.plant("loops", LOOPS, "")
    hub = await home.open()
    done = await hub.reach.forget(Selector(talk="t"))
    assert "being forgotten already" in done.failed[0].reason
    with acting("loops"):
        with pytest.raises(HubError, match="Only a person"):
            await hub.reach.forget(Selector(everything=True))
        with pytest.raises(HubError, match="Only a person"):
            await hub.reach.export("ann")


LOOPS = """
from hub import Selector, hookimpl
@hookimpl
def hub_start(hub):
    global reach
    reach = hub.reach
@hookimpl
async def hub_forget(selector):
    await reach.forget(Selector(talk="other"))
"""


async def test_export_takes_along_what_plugins_keep_and_names_who_failed(home):
    home.plant("keeper")
    home.plant("other")
    home.plant(
        "odd", "from hub import hookimpl\n@hookimpl\ndef hub_export(person): return {'x': object()}\n", ""
    )
    hub = await home.open()
    owner = await hub.claims.redeem(await hub.claims.new_code())
    await hub.tools.call("keeper_keep", {"person": owner.id, "words": "likes tea"})
    await hub.tools.call("keeper_keep", {"person": "ann", "words": "hers alone"})
    await say(home, owner.id, "what I said")
    (home.data / "other-refuses").touch()
    packed = b"".join([piece async for piece in kept.export(hub, owner, "json")])
    with zipfile.ZipFile(io.BytesIO(packed)) as pack:
        assert pack.testzip() is None
        files = {name: pack.read(name) for name in pack.namelist()}
    assert orjson.loads(files["plugins/keeper.json"]) == {"notes": ["likes tea"]}
    about = orjson.loads(files["about.json"])
    assert about["plugins"] == ["keeper"]
    assert "the disk is gone" in about["missing"]["other"]
    assert "no JSON" in about["missing"]["odd"]
    assert any(b"what I said" in content for content in files.values())
    assert b"hers alone" not in b"".join(files.values())


async def test_to_forget_all_of_mine_leaves_me_and_everybody_else(home):
    home.plant("keeper")
    hub = await home.open()
    owner = await hub.claims.redeem(await hub.claims.new_code())
    for whose in (owner.id, "ann"):
        await hub.tools.call("keeper_keep", {"person": whose, "words": f"of {whose}"})
    mine, hers = await say(home, owner.id, "mine"), await say(home, "ann", "hers")
    done = await kept.forget(hub, owner.id)
    assert done.counts == {"keeper": 1}
    await home.until(lambda: mine not in home.kept("keeper", "said"))
    assert hers in home.kept("keeper", "said")
    assert "of ann" in home.kept("keeper", "people")
    assert await hub.conversations.count(owner.id) == 0
    assert await hub.conversations.count("ann") == 1
    assert [person.id for person in await hub.people.all()] == [owner.id]
    done = await kept.forget_everything(hub)
    assert done.counts["keeper"] >= 1
    assert await hub.conversations.count("ann") == 0
    assert home.kept("keeper", "people") == "{}"


async def test_the_restore_of_an_older_backup_has_plugins_forget_again(home, tmp_path):
    home.plant("keeper")
    hub = await home.open()
    await hub.tools.call("keeper_keep", {"person": "ann", "words": "one"})
    await home.close()
    before = (home.data / "keeper-people.json").read_bytes()
    core = (home.data / "core.db").read_bytes()
    hub = await home.open()
    await hub.reach.forget(Selector(person="ann"))
    await hub.reach.forget(Selector(topic="words that must not stand there in the clear"))
    assert b"in the clear" not in forgotten.read(home.data)
    await home.close()
    # What a backup from before brings back, and what the restore then does in it.
    staging = tmp_path / "staging"
    staging.mkdir()
    (staging / "core.db").write_bytes(core)
    (staging / "keeper-people.json").write_bytes(before)
    deeds = await asyncio.to_thread(_forget_again, staging, home.data, master_key(home.data))
    assert deeds == 1
    (staging / "keys").mkdir()
    for key in (home.data / "keys").iterdir():
        (staging / "keys" / key.name).write_bytes(key.read_bytes())
    home.data = staging
    await home.open()
    await home.until(lambda: home.kept("keeper", "people") == "{}")


def test_the_keeper_of_these_tests_is_no_mock(tmp_path):
    entry = keeping.plant(tmp_path, "keeper")
    assert (tmp_path / entry.module / "hub-plugin.toml").exists()
