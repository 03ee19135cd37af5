from __future__ import annotations

import asyncio
import time

import pytest

from hub.errors import HubError
from hub.store.database import Database
from hub.store.schema import CORE
from hub.store.secrets import Secrets

KEY = b"k" * 32


@pytest.fixture
async def core(tmp_path):
    older = Database(tmp_path / "core.db", KEY, CORE[:1])  # a hub of before there were secrets
    await older.open()
    await older.close()
    core = Database(tmp_path / "core.db", KEY, CORE)
    await core.open()
    yield core
    await core.close()


async def test_a_secret_is_kept_listed_by_name_and_destroyed(core, tmp_path):
    secrets = Secrets(core)
    before = time.time()
    assert await secrets.get("grok") is None
    await secrets.set("grok", " sk-first \n")
    await secrets.set("grok", "sk-second")
    assert (await secrets.get("grok")).get_secret_value() == "sk-second"
    assert "sk-second" not in repr(await secrets.get("grok"))
    assert before <= (await secrets.known())["grok"] <= time.time()
    assert await secrets.forget("grok")
    assert not await secrets.forget("grok")
    assert await secrets.get("grok") is None
    assert await secrets.known() == {}
    assert not [file for file in tmp_path.iterdir() if b"sk-second" in file.read_bytes()]


async def test_one_that_changes_while_it_is_read_is_not_kept_as_it_was(core):
    secrets = Secrets(core)
    await secrets.set("grok", "sk-first")
    for number in range(20):
        await asyncio.gather(secrets.get("grok"), secrets.set("grok", f"sk-{number}"), secrets.get("grok"))
        assert (await secrets.get("grok")).get_secret_value() == f"sk-{number}"


@pytest.mark.parametrize("value", ["", "  ", "two words", "line\nbreak", "schlüssel", "x" * 5000, "a\0b"])
async def test_what_cannot_stand_in_a_header_is_no_key_and_is_not_repeated(core, value):
    with pytest.raises(HubError) as caught:
        await Secrets(core).set("grok", value)
    assert caught.value.fix
    assert not value.strip() or value not in str(caught.value)
    assert await Secrets(core).known() == {}
