"""`hub plugins` in an environment of its own: new, install, a hub that shows it ready, remove, and back again."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import time
from pathlib import Path

import pytest
from tests.wheels import Throwaway, repository, wheel

from hub.testing import RunningHub

pytestmark = pytest.mark.slow

RAISES = "raise ValueError('no water')"
COMMAND = """
[commands.boil]
run = "hub_kettle.cli:boil"
about = "Boil some water."
"""
CLI = '''
import click
@click.command()
@click.option("--cups", default=1)
def boil(cups):
    """Boil."""
    click.echo(f"{cups} cups")
'''


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels in a folder, in place of a package index."""
    folder = tmp_path_factory.mktemp("index")
    wheel(
        folder,
        "kettle",
        "1.0",
        requires=("timmy-hub", "steamlib>=2", 'fastheat; extra == "gpu"'),
        about=COMMAND,
        files={"hub_kettle/cli.py": CLI},
    )
    wheel(folder, "kettle", "2.0", code=RAISES, requires=("timmy-hub", "steamlib>=3"))
    wheel(folder, "steamlib", "2.5", plugin=False, requires=(), code="two = 2")
    wheel(folder, "steamlib", "3.0", plugin=False, requires=(), code="three = 3")
    wheel(folder, "fastheat", plugin=False, requires=())
    wheel(folder, "greedy", requires=("oldclick",))
    wheel(folder, "oldclick", plugin=False, requires=("click<8",))
    wheel(folder, "lonely", requires=("never-heard-of-it",))
    wheel(folder, "other", requires=("timmy-hub", "steamlib==2.5"))
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, index: Path) -> Throwaway:
    return Throwaway(tmp_path_factory.mktemp("venv"), index=index)


@pytest.fixture(autouse=True)
def only_there() -> object:
    """No test may install into the environment that it runs in."""
    before = repository()
    yield
    assert repository() == before


def listed(place: Throwaway, data: Path) -> dict[str, dict[str, object]]:
    return {
        row["name"]: row
        for row in json.loads(place.hub("plugins", "list", "--json", "--data", str(data)).stdout)
    }


async def until(hub: RunningHub, name: str, state: str, reason: str = "") -> None:
    end = time.monotonic() + 60
    while True:
        found = {one["name"]: one for one in (await hub.get("/status"))["plugins"]}.get(name, {})
        if found.get("state") == state and reason in found["reason"]:
            return
        assert time.monotonic() < end, found
        await asyncio.sleep(0.1)


async def test_what_was_written_is_installed_ready_and_removed(tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("NOT TESTED: there is no build backend (hatchling) to make a wheel with")
    place, data = Throwaway(tmp_path / "venv", index=tmp_path), tmp_path / "data"

    async def plugins(*arguments: str) -> str:
        done = await asyncio.to_thread(place.hub, "plugins", "--data", str(data), *arguments, cwd=tmp_path)
        return done.stdout

    await plugins("new", "teapot")
    assert len([path for path in (tmp_path / "teapot").rglob("*") if path.is_file()]) <= 7
    assert "Installed hub-teapot 0.1.0" in await plugins("install", "./teapot")
    assert place.own() == {"hub_teapot-0.1.0.dist-info"}
    serve = (str(place.python), "-m", "hub.cli", "serve")
    async with RunningHub(data, env=place.env | {"HUB_DATA": str(data)}, command=serve) as hub:
        await hub.sign_in()
        await until(hub, "teapot", "ready")
        row = listed(place, data)["teapot"]
        assert (row["version"], row["state"], row["distribution"]) == ("0.1.0", "on", "hub-teapot")
        assert len(str(row["sha256"])) == 64
        assert "Quality: silver" in await plugins("doctor", "teapot")

        # what a terminal does beside a hub that runs, that hub follows
        await plugins("disable", "teapot")
        await until(hub, "teapot", "disabled", "Switched off")
        await plugins("enable", "teapot")
        await until(hub, "teapot", "ready")
        await plugins("new", "samovar", "--kind", "panel")
        await plugins("install", "./samovar")
        await until(hub, "samovar", "ready")
        assert "Removed hub-teapot 0.1.0" in await plugins("remove", "teapot")
        await until(hub, "teapot", "disabled", "It was removed")
        assert place.own() == {"hub_samovar-0.1.0.dist-info"}
    assert "teapot" not in listed(place, data)


def test_a_life_of_packages(place: Throwaway, index: Path, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    first = {"hub_kettle-1.0.dist-info", "steamlib-2.5.dist-info"}
    place.hub("plugins", "install", "hub-kettle<2", "steamlib<3", *data)
    assert place.own() == first

    # its command is the hub's
    assert "boil" in place.hub("--help").stdout
    assert place.hub("boil", "--cups", "3").stdout == "3 cups\n"
    assert "Boil." in place.hub("boil", "--help").stdout

    # an extra of it comes later, and goes with it
    place.hub("plugins", "install", "hub-kettle[gpu]", *data)
    assert place.own() == first | {"fastheat-1.0.dist-info"}
    place.run("-m", "pip", "uninstall", "--yes", "fastheat")
    assert "hub-kettle 1.0 is back" in place.hub("plugins", "sync", *data).stdout
    first |= {"fastheat-1.0.dist-info"}
    assert place.own() == first

    # a newer one that cannot be loaded leaves all as it was
    failed = place.hub("plugins", "install", "hub-kettle==2.0", *data, check=False)
    assert failed.returncode == 1
    assert "ValueError: no water" in failed.stderr
    assert place.own() == first
    place.run("-c", "import hub_kettle, steamlib; assert steamlib.two == 2")
    assert listed(place, tmp_path / "data")["kettle"]["version"] == "1.0"

    # what another needs stays when the first goes
    place.hub("plugins", "install", "hub-other", *data)
    place.hub("plugins", "remove", "kettle", *data)
    assert place.own() == {"hub_other-1.0.dist-info", "steamlib-2.5.dist-info"}

    # what an update lost is brought back, from the wheel that was kept
    place.run("-m", "pip", "uninstall", "--yes", "hub-other", "steamlib")
    gone = listed(place, tmp_path / "data")["other"]
    assert (gone["state"], gone["fix"]) == ("gone", "hub plugins sync")
    assert "hub-other 1.0 is back" in place.hub("plugins", "sync", *data).stdout
    assert place.own() == {"hub_other-1.0.dist-info", "steamlib-2.5.dist-info"}

    # without that wheel it is fetched, and must be the very same
    (kept,) = (tmp_path / "data" / "plugins" / "wheels").iterdir()
    kept.write_bytes(b"spoilt")
    place.run("-m", "pip", "uninstall", "--yes", "hub-other")
    right = (index / kept.name).read_bytes()
    wheel(index, "other", requires=("timmy-hub", "steamlib==2.5"), code="another = 1")
    wrong = place.hub("plugins", "sync", *data, check=False)
    assert wrong.returncode == 1
    assert "could not be brought back" in wrong.stdout
    assert place.own() == {"steamlib-2.5.dist-info"}
    (index / kept.name).write_bytes(right)
    assert "hub-other 1.0 is back" in place.hub("plugins", "sync", *data).stdout
    assert "hub_other-1.0.dist-info" in place.own()


def test_what_is_refused_changes_nothing(place: Throwaway, tmp_path: Path) -> None:
    before = place.own()
    data = ("--data", str(tmp_path))
    greedy = place.hub("plugins", "install", "hub-greedy", *data, check=False)
    assert greedy.returncode == 1
    assert "It would move click" in greedy.stderr
    assert "oldclick asks for click<8" in greedy.stderr
    lonely = place.hub("plugins", "install", "hub-lonely", *data, check=False)
    assert "no wheel" in lonely.stderr
    comes = place.hub("plugins", "remove", "voice", *data, check=False)
    assert "comes with the hub" in comes.stderr
    assert "hub plugins disable voice" in comes.stderr
    nobody = place.hub("plugins", "remove", "nobody", *data, check=False)
    assert "There is no plugin nobody" in nobody.stderr
    assert place.own() == before
    assert not (tmp_path / "plugins").exists()
