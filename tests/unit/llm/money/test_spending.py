"""What was spent is on disk: after a crash, a full disk, a forgetting and a restart it is still counted, once."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.jobs.clock import Clock
from hub.llm.figures import overview
from hub.llm.money.budget import Budget, Reservation
from hub.llm.money.limits import Limited
from hub.llm.provider import Caps, Message, Price, Request, Usage
from hub.llm.stations import Refusal
from hub.store import spending
from hub.store.connection import connect
from hub.store.database import Database
from hub.store.migrations import backups
from hub.store.schema import CORE
from hub.store.slots import Slots
from hub.testing import ScriptedModel, hub_with
from hub.testing import ask as ask_hub
from hub.testing.upstream import Upstream

UNIT = Path(__file__).parents[2]
SRC = UNIT.parents[1] / "src"
KEY = bytes(range(32))
CAPS = Caps(local=False, quality="full", distance="world", model="m", price=Price(1.0, 1.0, 1.0))
NOON = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))
FREE = Caps(local=True, quality="basic", model="small")


async def opened(folder: Path, **more: Any) -> Budget:
    core = Database(folder / "core.db", KEY, CORE)
    await core.open()
    budget = Budget(core, **more)
    await budget.open()
    return budget


async def closed(budget: Budget) -> None:
    await budget.close()
    assert budget.ledger._core is not None
    await budget.ledger._core.close()


def ask(budget: Budget, person: str = "", caps: Caps = CAPS, **more: Any) -> Reservation:
    made = budget.reserve("p", caps, Request((Message("user", "hello"),), person=person, **more))
    assert isinstance(made, Reservation)
    return made


def told(budget: Budget) -> dict[Any, spending.Tally]:
    return dict(sorted(budget.ledger.tallies.items()))


async def rows(budget: Budget, table: str = "spending") -> list[Any]:
    assert budget.ledger._core is not None
    return await budget.ledger._core.rows(f"SELECT * FROM {table}")


async def people(budget: Budget, *ids: str) -> None:
    """Let there be people of those ids."""
    for id_ in ids:
        assert budget.ledger._core is not None
        await budget.ledger._core.execute("INSERT INTO person VALUES (?, ?, 'guest', 0)", (id_, id_))


async def test_what_was_counted_is_there_after_a_restart(tmp_path: Path) -> None:
    draw, clock = random.Random(5), [time.time()]
    budget = await opened(tmp_path, clock=lambda: clock[0])
    await people(budget, "ann", "bob")
    for _ in range(300):
        made = ask(budget, draw.choice(["", "ann", "bob"]), draw.choice([CAPS, FREE]))
        if draw.random() < 0.9:
            usage = Usage(draw.randrange(50), draw.randrange(90), draw.randrange(9), draw.random() < 0.2)
            made.settle(usage if draw.random() < 0.9 else None)
        else:
            made.release()
        clock[0] += draw.choice([0, 0, 0, 30, 40_000])
        if draw.random() < 0.05:
            await asyncio.sleep(0.01)  # let some of it be written
    before, days, stands = told(budget), budget.ledger.days, budget.standing()
    await closed(budget)
    again = await opened(tmp_path, clock=lambda: clock[0])
    assert told(again).keys() == before.keys()
    for account, tally in told(again).items():
        assert tally.seconds == pytest.approx(before[account].seconds)
        tally.seconds = before[account].seconds
        assert tally == before[account]
    assert again.ledger.days == days
    assert again.standing() == stands
    assert again.ledger.recovered == 0
    await closed(again)


async def test_a_limit_holds_over_a_restart_and_is_not_told_again(tmp_path: Path) -> None:
    from hub.events import Bus

    limits, bus = Limited(daily_usd=0.001, person_daily_minutes=1), Bus()
    budget = await opened(tmp_path, limits=lambda: limits)
    await people(budget, "ann")
    ask(budget, "ann").settle(Usage(500, 490))
    await closed(budget)
    again = await opened(tmp_path, limits=lambda: limits, bus=bus)
    refused = again.reserve("p", CAPS, Request((Message("user", "hello"),)))
    assert isinstance(refused, Refusal)
    assert [event.share for event in bus.recent()] == [1.0]  # type: ignore[attr-defined]
    limits = Limited(person_daily_minutes=1)
    assert isinstance(again.reserve("p", CAPS, Request((Message("user", "x"),), person="ann")), Refusal)
    await closed(again)


async def test_killed_in_the_middle_of_requests_it_counts_them_as_estimated(tmp_path: Path) -> None:
    said = await asyncio.to_thread(killed, tmp_path / "core.db", lines=random.randrange(20, 200))
    asked = {line.split()[1] for line in said if line.startswith("asked")}
    settled = {line.split()[1] for line in said if line.startswith("settled")}
    assert asked >= settled
    budget = await opened(tmp_path)
    day, _ = budget.standing()
    # Beyond what it said: up to eight were put aside or settled, of which it could say no more; and of
    # those that it called settled, the figures of the last second may still be what was put aside.
    late = 1_015e-6 * (len(asked - settled) + 8) + 515e-6 * len(settled)
    assert 500e-6 * len(asked) <= day.spent + 1e-9
    assert day.spent <= 500e-6 * len(settled) + late
    assert day.held == 0
    (all_,) = budget.spent()
    assert all_.requests >= len(asked)
    assert all_.guessed == budget.ledger.recovered >= len(asked - settled)
    assert all_.guessed_usd == pytest.approx(1_015e-6 * all_.guessed)
    assert await rows(budget, "spending_open") == []
    await closed(budget)
    again = await opened(tmp_path)  # and counts them once
    assert again.standing()[0].spent == day.spent
    assert again.ledger.recovered == 0
    await closed(again)


async def test_killed_in_the_middle_of_real_answers_it_counts_no_less_than_is_billed(tmp_path: Path) -> None:
    async with Upstream(gap_s=0.002) as up:
        await asyncio.to_thread(killed, tmp_path / "core.db", random.randrange(3, 60), up.url)
        async with asyncio.timeout(30):
            while up.ledger.running:
                await asyncio.sleep(0.01)
        entries = up.ledger.entries
    budget = await opened(tmp_path)
    (all_,) = budget.spent()
    billed = sum(entry.prompt_tokens + entry.completion_tokens for entry in entries)
    assert round(all_.usd * 1e6) >= billed
    assert len(entries) <= all_.requests <= len(entries) + 8
    assert all_.guessed == budget.ledger.recovered >= sum(entry.ended != "whole" for entry in entries)
    most = 1_000 * budget.ledger.recovered  # none puts more than that aside
    assert round((all_.usd - all_.guessed_usd) * 1e6) <= billed
    assert round(all_.guessed_usd * 1e6) <= most
    await closed(budget)


def killed(path: Path, lines: int, url: str = "") -> list[str]:
    """Run the spender until it has said so many lines, kill -9 it, and return all that it said."""
    child = subprocess.Popen(
        [sys.executable, "-m", "children.spender", str(path), KEY.hex(), url],
        stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": f"{SRC}{os.pathsep}{UNIT}"},
    )  # fmt: skip
    assert child.stdout is not None
    timer = threading.Timer(60, child.kill)
    timer.start()
    said = [child.stdout.readline() for _ in range(lines)]
    threading.Event().wait(random.random() * 0.01)
    child.kill()
    said += child.stdout.readlines()
    child.wait()
    timer.cancel()
    assert all(said[:lines]), "the spender ended by itself"
    return [line.strip() for line in said if line.endswith("\n")]


async def test_slots_hold_what_has_no_row_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = await opened(tmp_path)
    core, path = budget.ledger._core, tmp_path / "spending.slots"
    assert core is not None

    async def never(_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(core, "write", never)  # a disk so slow that no row is ever written
    held, settled, released, *_ = [ask(budget) for _ in range(300)]  # more than there are slots
    settled.settle(Usage(1, 1))
    released.release()
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (257 * 256, 0o600)
    ids = [one[0] for one in Slots(path, Clock().boot).left()]
    assert held.id in ids
    assert settled.id in ids  # its figures are on no disk
    assert released.id not in ids
    assert len(ids) == 256 - 1
    budget.ledger._keeper.cancel()  # type: ignore[union-attr]
    await core.close()
    shutil.copy(path, tmp_path / "old.slots")
    again = await opened(tmp_path)  # as if it were killed
    assert again.ledger.recovered == 255
    assert again.standing()[0].spent == pytest.approx(held.usd * 255)
    assert Slots(path, Clock().boot).left() == []
    await closed(again)
    assert len(Slots(tmp_path / "old.slots", Clock().boot).left()) == 255
    assert Slots(tmp_path / "old.slots", "another boot").left() == []  # what is left of them is old


@pytest.mark.parametrize(
    "content",
    [b"\xff" * 70_000, b"\x05{}{}{" * 9_000, b"\x02[]" + bytes(65_000), b"", bytes([60]) + b"[1,2]" * 50,
     bytes([44]) + b'[1,"2026-11-21","p","m","","stolen",1000000]'],
    ids=["noise", "braces", "empty-list", "empty", "cut", "purpose"],
)  # fmt: skip
async def test_damaged_slots_open_all_the_same(tmp_path: Path, content: bytes) -> None:
    boot = Clock().boot.encode().ljust(256, b"\0")
    (tmp_path / "spending.slots").write_bytes(content.ljust(65_536, b"\0")[:65_536] + boot)
    budget = await opened(tmp_path)
    assert budget.ledger.recovered == 0
    ask(budget).settle(Usage(1, 1))
    await closed(budget)
    assert (tmp_path / "spending.slots").stat().st_size == 257 * 256


async def test_without_slots_there_are_the_rows(tmp_path: Path) -> None:
    (tmp_path / "spending.slots").mkdir()
    budget = await opened(tmp_path)
    held = ask(budget)
    await held.stored()
    assert len(await rows(budget, "spending_open")) == 1
    held.settle(Usage(1, 1))
    await closed(budget)


async def test_a_disk_that_refuses_costs_no_figure_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = await opened(tmp_path)
    core, broken = budget.ledger._core, True
    assert core is not None
    write = core.write

    async def refuse(work: Any) -> Any:
        if broken:
            raise HubError("There is no room left.", fix="Free some space.")
        return await write(work)

    monkeypatch.setattr(core, "write", refuse)
    monkeypatch.setattr("hub.llm.money.spending.AGAIN_S", 0.01)
    kept = [ask(budget) for _ in range(4)]
    await kept[0].stored()  # gives up, and does not hang
    kept[0].settle(Usage(5, 5))
    kept[1].release()
    with pytest.raises(HubError):
        await budget.ledger.flush()
    kept[2].settle(None)
    assert await rows(budget, "spending_open") == []
    broken = False
    await budget.ledger.flush()
    assert [row[0] for row in await rows(budget, "spending_open")] == [kept[3].id]
    assert budget.spent()[0].requests == 2
    assert [row[5] for row in await rows(budget)] == [2]
    kept[3].release()
    await closed(budget)
    again = await opened(tmp_path)
    assert (again.spent()[0].requests, again.ledger.recovered) == (2, 0)
    await closed(again)


async def test_one_that_was_over_before_it_was_written_leaves_no_row(tmp_path: Path) -> None:
    budget = await opened(tmp_path)
    for _ in range(50):
        ask(budget).release()
    held = ask(budget)
    await held.stored()
    assert len(await rows(budget, "spending_open")) == 1
    held.settle(Usage(1, 1))
    await budget.ledger.flush()
    assert await rows(budget, "spending_open") == []
    assert len(await rows(budget)) == 1
    await closed(budget)


async def test_a_flush_that_nobody_waits_for_any_more_counts_once(tmp_path: Path) -> None:
    budget = await opened(tmp_path)
    for _ in range(20):
        ask(budget).settle(Usage(1, 1))
        task = asyncio.create_task(budget.ledger.flush())
        await asyncio.sleep(0)
        task.cancel()
    await closed(budget)
    again = await opened(tmp_path)
    assert again.spent()[0].requests == 20
    await closed(again)


async def test_forgetting_takes_the_name_and_leaves_the_sum(tmp_path: Path) -> None:
    limits = Limited(person_daily_usd=0.002)
    budget = await opened(tmp_path, limits=lambda: limits)
    await people(budget, "ann", "bob")
    for person in ("ann", "ann", "bob", ""):
        ask(budget, person).settle(Usage(400, 100))
    await budget.ledger.flush()
    ask(budget, "ann").settle(Usage(0, 100))  # not written yet
    running = ask(budget, "ann")
    spent = budget.standing()[0].spent
    assert await budget.people() == ["ann", "bob"]
    assert sum(row["requests"] for row in await budget.kept("ann")) == 3
    await budget.forget("ann")
    running.settle(Usage(1, 0))
    assert await budget.people() == ["bob"]
    assert await budget.kept("ann") == []
    assert budget.standing()[0].spent == pytest.approx(spent + 1e-6)
    assert {one.name: one.requests for one in budget.spent(by="person")} == {"": 5, "bob": 1}
    # A limit is not opened by being forgotten.
    assert budget.standing("ann")[0].spent == pytest.approx(0.0011)
    refused = budget.reserve("p", CAPS, Request((Message("user", "hello"),), person="ann", max_tokens=950))
    assert isinstance(refused, Refusal)
    await closed(budget)
    again = await opened(tmp_path)
    assert {one.name: one.requests for one in again.spent(by="person")} == {"": 5, "bob": 1}
    assert b"ann" not in (tmp_path / "core.db").read_bytes()  # it is encrypted anyway
    await closed(again)


async def test_forgetting_reaches_copies_made_before_a_migration(tmp_path: Path) -> None:
    budget = await opened(tmp_path)
    await people(budget, "ann")
    ask(budget, "ann").settle(Usage(1, 1))
    await closed(budget)
    core = Database(tmp_path / "core.db", KEY, (*CORE, "CREATE TABLE later (x)"))
    await core.open()
    (copy,) = backups(core.path)
    budget = Budget(core)
    await budget.open()
    await budget.forget("ann")
    await closed(budget)
    connection = connect(copy, KEY)
    assert connection.execute("SELECT person, requests FROM spending").fetchall() == [("", 1)]
    connection.close()


async def test_who_was_removed_as_the_hub_crashed_is_nobody_afterwards(tmp_path: Path) -> None:
    budget = await opened(tmp_path)
    await people(budget, "bob")
    assert budget.ledger._core is not None
    await budget.ledger._core.execute("INSERT INTO device VALUES ('tablet', 't', 'shared', 'bob', 0)")
    await budget.ledger._core.execute("INSERT INTO app_key VALUES (x'00', 'app', 'a', 'shared', 'bob', 0, 0)")
    for person in ("gone", "bob", "tablet", "app"):
        ask(budget, person).settle(Usage(1, 1))
    left = ask(budget, "gone")
    await left.stored()
    await budget.ledger.flush()
    await budget.ledger._core.close()  # as if it were killed
    again = await opened(tmp_path)
    assert sorted(await again.people()) == ["app", "bob", "tablet"]
    assert again.ledger.recovered == 1
    assert again.spent()[0].requests == 5
    await closed(again)


async def test_what_is_asked_as_the_hub_closes_is_counted(tmp_path: Path) -> None:
    budget = await opened(tmp_path)
    made = ask(budget)
    await closed(budget)
    made.settle(Usage(1, 1))  # too late, and harmless
    again = await opened(tmp_path)
    assert again.standing()[0].spent == pytest.approx(made.usd)
    assert (again.spent()[0].guessed, again.ledger.recovered) == (1, 0)
    await closed(again)


async def test_years_of_figures_stay_bounded_in_memory(tmp_path: Path) -> None:
    clock = [time.time()]
    budget = await opened(tmp_path, clock=lambda: clock[0])
    for _ in range(1_000):
        ask(budget).settle(Usage(1, 1))
        clock[0] += 86_400
    budget.standing()
    assert len(budget.ledger.tallies) <= spending.DETAIL_DAYS + 1
    assert len(budget.ledger.days) <= spending.SUM_DAYS + 1
    await closed(budget)
    again = await opened(tmp_path, clock=lambda: clock[0])
    assert len(again.ledger.tallies) == spending.DETAIL_DAYS
    assert len(await rows(again)) == 1_000
    await closed(again)


async def test_a_talk_is_paid_for_by_who_has_it(tmp_path: Path) -> None:
    """The whole way: words of a person, a server in the world that names no price, and a limit."""
    model = ScriptedModel("It is blue.", "It is red.", local=False)
    async with hub_with(model=model, data=tmp_path) as hub:
        owner = await hub.claims.owner()
        assert owner is not None
        assert await ask_hub(hub, "which colour is the sky of Neptune, do you think") == "It is blue."
        (spent,) = hub.budget.spent(by="person")
        assert (spent.name, spent.requests) == (owner.id, 1)
        assert spent.usd > 0
        limits = {("budget", "daily_usd"): spent.usd + 1e-6}
        assert overview.standings(hub)[0].ok
        await hub.configuration.change(limits)
        said = await ask_hub(hub, "and which colour is the sky of Mars, do you think")
        assert "red" not in said
        stands = overview.standings(hub)
        assert (stands[0].state, stands[0].ok) == ("spent", False)
        assert stands[0].why.startswith("Today's limit, $")
        assert overview.sentence(stands).startswith("A scripted model is over the limit; ")
        assert len(model.requests) == 1
    async with hub_with(model=model, data=tmp_path) as hub:
        assert hub.budget.spent()[0].requests == 1
        await ask_hub(hub, "and which colour is the sky of Mars, do you think")
        assert len(model.requests) == 1
        await hub.configuration.change({("budget", "daily_usd"): None})
        assert await ask_hub(hub, "and which colour is the sky of Mars, do you think") == "It is red."


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(["", "ann"]), st.integers(1, 500)),
        st.tuples(st.sampled_from(["settle", "release", "lose"]), st.integers(0, 9), st.integers(0, 200)),
        st.tuples(st.sampled_from(["flush", "crash", "restart"]), st.just(0), st.just(0)),
        st.tuples(st.just("clock"), st.just(0), st.sampled_from([-90_000, 30_000, 90_000])),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_no_less_is_counted_than_was_spent_and_not_much_more(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any, int]]
) -> None:
    asyncio.run(live(tmp_path_factory.mktemp("life"), steps))


async def live(folder: Path, steps: list[tuple[str, Any, int]]) -> None:
    """Take all ``steps``; after each the sums must lie between what was spent and what could have been."""
    clock = [NOON]
    budget = await opened(folder, clock=lambda: clock[0])
    await people(budget, "ann")
    held: list[Reservation] = []
    least = most = 0  # billionths of a dollar, over all days
    unsure = 0  # what a crash may count although it was given back, or at more than it was
    for what, which, number in steps:
        if what == "ask":
            held.append(ask(budget, which, max_tokens=number))
        elif what in {"settle", "release", "lose"} and held:
            made = held.pop(which % len(held))
            if what == "release":
                made.release()
                unsure += made.nano
            else:
                made.settle(Usage(0, number) if what == "settle" else None)
                least, most = least + round(made.cost * 1e9), most + round(made.cost * 1e9)
                unsure += max(0, made.nano - round(made.cost * 1e9))
        elif what == "flush":
            await budget.ledger.flush()
            unsure = 0
        elif what == "clock":
            clock[0] += number
        elif what == "restart":
            least, most = (sum((each.nano for each in held), one) for one in (least, most))
            await closed(budget)
            budget, held, unsure = await opened(folder, clock=lambda: clock[0]), [], 0
            assert budget.ledger.recovered == 0
        elif what == "crash":
            least, most = (sum((each.nano for each in held), one) for one in (least, most))
            most += unsure
            budget = await crashed(budget, folder, lambda: clock[0])
            held, unsure = [], 0
        counted = sum(sum(one.values()) for one in budget.ledger.days.values())
        assert least <= counted <= most, (what, least, counted, most)
        least = most = counted  # from here on it is known
    await closed(budget)
    again = await opened(folder)
    assert again.ledger.days == budget.ledger.days
    await closed(again)


async def crashed(budget: Budget, folder: Path, clock: Any) -> Budget:
    """Leave ``budget`` as a killed process would, and return the one that comes after it."""
    ledger = budget.ledger
    assert ledger._core is not None
    assert ledger._keeper is not None
    ledger._keeper.cancel()
    await asyncio.gather(ledger._keeper, return_exceptions=True)
    await ledger._core.close()  # what the disk was told to write it writes
    return await opened(folder, clock=clock)
