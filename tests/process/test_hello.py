"""The sample of the guide, as a stranger would use it: a wheel, a clean environment, a hub, a talk, and gone again."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from tests.wheels import repository

from hub.testing import RunningHub

ROOT = Path(__file__).parents[2]
HELLO = ROOT / "examples" / "plugin-hello"


def built(project: Path, out: Path) -> Path:
    """Build the wheel of ``project`` by its own back end, with no network."""
    made = subprocess.run(
        (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)),
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return next(out.glob("*.whl"))


def needed() -> dict[str, metadata.Distribution]:
    """Return all packages that the hub itself needs here, by name; none of its own."""
    here = {(one.name or "").lower().replace("_", "-"): one for one in metadata.distributions()}
    found: dict[str, metadata.Distribution] = {}
    waiting = ["timmy-hub"]
    while waiting:
        for wanted in here[waiting.pop()].requires or ():
            name = re.split(r"[^A-Za-z0-9._-]", wanted)[0].lower().replace("_", "-")
            # What is not here is for another system.
            if "extra ==" not in wanted and name in here and name not in found and name != "timmy-hub":
                found[name] = here[name]
                waiting.append(name)
    return found


class Clean:
    """An environment with the hub's wheel and what it needs, and nothing of this repository's."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.bin = folder / "bin"
        self.packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        for distribution in needed().values():
            self._lend(distribution)
        # No index is asked, for packages or for models: all that is needed is here.
        hidden = {"PYTHONPATH", "VIRTUAL_ENV", "HUB_MODELS"}
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
        self.run("python", "-m", "pip", "install", "--no-deps", str(wheel))

    def run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            (str(self.bin / command), *arguments), capture_output=True, text=True, env=self.env,
            cwd=self.packages, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def there(self) -> set[str]:
        """Return what is installed."""
        return {path.name for path in self.packages.glob("*.dist-info")}

    def _lend(self, distribution: metadata.Distribution) -> None:
        """Link a package's files, compiled ones too: whatever is done to these names there, the files here stay."""
        for file in distribution.files or ():
            if ".." in file.parts:
                continue  # a script of the environment that it came from
            source, target = Path(str(distribution.locate_file(file))), self.packages / file
            _link(source, target)
            if source.suffix == ".py":
                _link(Path(cache_from_source(str(source))), Path(cache_from_source(str(target))))


def _link(source: Path, target: Path) -> None:
    if not source.is_file() or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


async def until(hub: RunningHub, state: str) -> dict[str, Any]:
    end = time.monotonic() + 60
    while True:
        found = {one["name"]: one for one in (await hub.get("/status"))["plugins"]}.get("hello", {})
        if found.get("state") == state:
            return found
        assert time.monotonic() < end, found
        await asyncio.sleep(0.1)


async def page(hub: RunningHub, path: str) -> str:
    async with hub.client.get(hub.url + path) as answer:
        assert answer.status == 200, await answer.text()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", await answer.text()))


async def say(hub: RunningHub, text: str) -> dict[str, Any]:
    async with hub.client.post(f"{hub.url}/api/talks") as begun:
        talk = (await begun.json())["id"]
    async with hub.client.post(f"{hub.url}/api/talks/{talk}/turns", json={"text": text}) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def test_the_sample_is_built_installed_ready_called_and_removed(tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("NOT TESTED: there is no build backend (hatchling) to make wheels with")
    untouched = repository()
    wheels = await asyncio.gather(
        asyncio.to_thread(built, ROOT, tmp_path / "hub"), asyncio.to_thread(built, HELLO, tmp_path / "hello")
    )
    clean = await asyncio.to_thread(Clean, tmp_path / "venv", wheels[0])
    before, data = clean.there(), tmp_path / "data"
    assert not any(name.startswith(("timmy_hub_", "hub_hello")) for name in before)

    async def plugins(*arguments: str) -> str:
        return await asyncio.to_thread(clean.run, "hub", "plugins", "--data", str(data), *arguments)

    assert "hello" not in await plugins("list")
    assert "Installed hub-hello 0.1.0" in await plugins("install", str(wheels[1]))
    assert clean.there() - before == {"hub_hello-0.1.0.dist-info"}
    # Its author needs nothing but the hub to hold it to the contract.
    contract = "import hub_hello; from hub.testing import assert_plugin_contract as hold; hold(hub_hello)"
    await asyncio.to_thread(clean.run, "python", "-c", contract)
    assert "Quality: silver" in await plugins("doctor", "hello")
    data.mkdir(exist_ok=True)
    (data / "hub.toml").write_text('[plugins.hello]\ngreeting = "Ahoy"\n')

    async with RunningHub(data, env=clean.env, command=(str(clean.bin / "hub"), "serve")) as hub:
        await hub.sign_in()
        await until(hub, "ready")
        assert "Hello" in await page(hub, "/plugins")
        about = await page(hub, "/plugins/hello")
        assert "Greets whoever you name" in about
        assert re.search(r"\bready\b", about, re.IGNORECASE)
        assert "0.1.0" in about
        assert "How I greet" in await page(hub, "/settings")
        assert "Ahoy. I have given 0 answers" in await page(hub, "/p/hello/")

        turn = await say(hub, "say hello to Ada")
        assert turn["answer"] == "Ahoy, Ada."
        assert (await say(hub, "use say_hello with to=Bob"))["answer"] == "Ahoy, Bob."
        end = time.monotonic() + 60  # the event is handed on in the background
        while "I have given 2 answers" not in (shown := await page(hub, "/p/hello/")):
            assert time.monotonic() < end, shown
            await asyncio.sleep(0.1)

        assert "Removed hub-hello 0.1.0" in await plugins("remove", "hello")
        await until(hub, "disabled")
        assert (await say(hub, "say hello to Ada"))["answer"] != "Ahoy, Ada."
    assert clean.there() == before
    assert "hello" not in await plugins("list")
    async with RunningHub(data, env=clean.env, command=(str(clean.bin / "hub"), "serve")) as hub:
        await hub.sign_in()
        assert (await hub.get("/health"))["status"]
        assert [one["name"] for one in (await hub.get("/status"))["plugins"]] == []
    assert repository() == untouched
