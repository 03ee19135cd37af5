"""The pages of backups and of the check-up: who may, what the buttons do, and what is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from hub.auth.sessions import Person
from hub.backup import keeper, seal
from hub.backup.note import last
from hub.backup.restore import verify

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site

PAGE = "/settings/backup"
PASSPHRASE = "four words nobody guesses"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "COST", 10)


async def read(site: Site, path: str = PAGE) -> str:
    async with site.client.get(site.url + path) as response:
        assert response.status == 200
        return await response.text()


async def post(site: Site, path: str, **fields: str) -> str:
    async with site.client.post(site.url + path, data=fields, headers={"origin": site.url}) as response:
        return await response.text()


async def made(site: Site) -> keeper.Made:
    """Make a backup through the page and wait until it is there."""
    site.hub.jobs.start()
    said = await post(site, PAGE, passphrase=PASSPHRASE, again=PASSPHRASE)
    assert "I am backing up." in said
    async with asyncio.timeout(60):
        while not (found := await site.hub.backups.made()) or site.hub.backups.current():
            await asyncio.sleep(0.05)
    return found[0]


async def until_over(site: Site, job: str) -> None:
    async with asyncio.timeout(60):
        while site.hub.jobs.get(job):
            await asyncio.sleep(0.05)


async def test_without_a_backup_it_says_what_is_at_stake(site: Site) -> None:
    assert "all is lost" in await read(site)
    assert last(site.hub) is None


@pytest.mark.parametrize(
    ("passphrase", "again", "words"),
    [("short", "short", "at least 10"), (PASSPHRASE, "else", "not the same")],
)
async def test_a_passphrase_that_will_not_do_is_told_and_not_shown(
    site: Site, passphrase: str, again: str, words: str
) -> None:
    page = await post(site, PAGE, passphrase=passphrase, again=again)
    assert words in page
    assert f'"{passphrase}"' not in page
    assert site.hub.backups.current() is None


async def test_one_is_made_verified_and_handed_out(site: Site) -> None:
    one = await made(site)
    page = await read(site)
    assert "verified" in page
    assert last(site.hub)[1]
    async with site.client.get(f"{site.url}{PAGE}/files/{one.path.name}") as response:
        assert "attachment" in response.headers["content-disposition"]
        assert await response.read() == one.path.read_bytes()
    assert verify(one.path, lambda _: PASSPHRASE.encode()).rows
    stored = await site.hub.core.rows("SELECT * FROM job")
    assert PASSPHRASE not in repr(stored)
    await asyncio.sleep(1.1)  # its name tells the second
    other = await made(site)
    assert [backup.path for backup in await site.hub.backups.made()] == [other.path]  # the older one went
    assert "Deleted." in await post(site, f"{PAGE}/delete", name=other.path.name)
    assert await site.hub.backups.made() == []


@pytest.mark.parametrize("name", ["..%2f..%2fcore.db", "core.db", "hub-2026-11-21-030000.backup"])
async def test_nothing_else_is_handed_out(site: Site, name: str) -> None:
    async with site.client.get(f"{site.url}{PAGE}/files/{name}") as response:
        assert response.status == 404
    assert "no such backup" in await post(site, f"{PAGE}/delete", name="../core.db")
    assert (site.hub.data / "core.db").exists()


async def test_one_that_is_stopped_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "COST", 18)  # time to press the button
    site.hub.jobs.start()
    await post(site, PAGE, passphrase=PASSPHRASE, again=PASSPHRASE)
    assert "Stop it" in await read(site)
    assert "Stopped." in await post(site, f"{PAGE}/cancel")
    assert site.hub.backups.current() is None
    assert not [path for path in site.hub.data.rglob("*backup") if path.is_file()]


async def test_after_a_restart_it_has_forgotten_the_passphrase_and_says_so(site: Site) -> None:
    await post(site, PAGE, passphrase=PASSPHRASE, again=PASSPHRASE)
    site.hub.backups._passphrases.clear()  # as a kill does
    site.hub.jobs.start()
    async with asyncio.timeout(60):
        while site.hub.backups.current():
            await asyncio.sleep(0.02)
    assert "restarted" in await read(site)


async def test_regular_ones_need_a_folder_and_a_passphrase(site: Site, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    regular = f"{PAGE}/regular"
    assert "There is no folder" in await post(
        site, regular, folder=str(stick), passphrase=PASSPHRASE, again=PASSPHRASE
    )
    stick.mkdir()
    assert "I need a passphrase" in await post(site, regular, folder=str(stick), days="7")
    said = await post(site, regular, folder=str(stick), days="7", passphrase=PASSPHRASE, again=PASSPHRASE)
    assert "by myself from now on" in said
    assert PASSPHRASE not in said
    (job,) = site.hub.jobs.list(keeper.REGULAR)
    assert job.rule == "FREQ=DAILY;INTERVAL=7"
    assert job.due.wall > site.hub.jobs.clock.wall()
    for number in range(9):
        (stick / f"hub-2026-01-0{number + 1}-030000.backup").write_text("older")
    (stick / "holiday.jpg").write_text("not ours")
    await site.hub.jobs.change(job.id, due=site.hub.jobs.clock.at(0))
    site.hub.jobs.start()
    async with asyncio.timeout(60):
        while not (last(site.hub) or (0, False))[1] or site.hub.backups.current():
            await asyncio.sleep(0.2)
    assert len(list(stick.glob("*.backup"))) == keeper.KEPT
    newest = max(stick.glob("*.backup"))
    assert verify(newest, lambda _: PASSPHRASE.encode()).rows
    assert (stick / "holiday.jpg").exists()
    assert site.hub.jobs.list(keeper.REGULAR)[0].due.wall > site.hub.jobs.clock.wall()
    assert "no longer" in await post(site, regular, folder="")
    assert site.hub.jobs.list(keeper.REGULAR) == []
    stray = await site.hub.jobs.add(keeper.REGULAR, "Regular backup", id="stray")
    await until_over(site, stray.id)  # without a folder it goes nowhere, and not where the hub was started
    assert (await site.hub.jobs.past(keeper.REGULAR))[0].state == "failed"
    assert "by myself from now on" in await post(site, regular, folder=str(stick), days="²")
    await post(site, regular, folder=str(stick), days="7")  # and again, with the passphrase it has
    assert len(site.hub.jobs.list(keeper.REGULAR)) == 1


async def test_the_check_up_tells_and_looks_again(site: Site) -> None:
    page = await read(site, "/settings/doctor")
    assert "I am looking" in page
    async with asyncio.timeout(60):
        while "I am looking" in page:
            await asyncio.sleep(0.1)
            page = await read(site, "/settings/doctor")
    for words in ("Python", "core.db", "Time zone", "hub backup FILE"):
        assert words in page
    assert "I am looking" in await post(site, "/settings/doctor")


@pytest.mark.parametrize("path", [PAGE, "/settings/doctor", f"{PAGE}/files/hub-2026-11-21-030000.backup"])
async def test_only_the_owner_may(site: Site, path: str) -> None:
    hub = site.hub
    await hub.core.execute("INSERT INTO person (id, name, role, created) VALUES ('mia', 'Mia', 'member', 0)")
    cookies = {"hub_test": await hub.sessions.start(Person("mia", "Mia", "member"), "test")}
    async with aiohttp.ClientSession(cookies=cookies) as mia, mia.get(site.url + path) as response:
        assert response.status == 403
