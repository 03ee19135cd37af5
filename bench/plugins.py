"""Measure the plugin platform, llm and Datasette side by side. Writes bench/out/plugins.json.

Run ``make bench-plugins``, or ``python bench/plugins.py [section ...]``. The peers are installed from the
package index into an environment of this run's own; without a network their columns stay empty.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import uvloop
from rows import quantile, row, save

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))
from tests import hostile  # noqa: E402  the same that the tests install

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BIN = ROOT / ".venv" / "bin"
COUNT, HOSTILE = 20, ("raises", "sleeps", "fails", "clings", "feverish")
PORT = 18_431
RUNS = int(os.environ.get("HUB_BENCH_RUNS", "20"))
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}

CODE = '''"""A plugin that does nothing but show a tile."""
from hub import Tile, hookimpl

@hookimpl
def hub_panels(register):
    register.tile(lambda: Tile(number="{number}", unit="things", note="Counted just now"))
'''
ABOUT = """name = "load{number}"
title = "Load {number}"
summary = "Shows a tile."
api = "1"
order = {order}
"""


def install_ten(folder: Path) -> Path:
    """Put ten plugins with their entry points into ``folder``; return what belongs on PYTHONPATH."""
    for number in range(10):
        name = f"hub_load{number}"
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(CODE.format(number=number))
        (folder / name / "hub-plugin.toml").write_text(ABOUT.format(number=number, order=50 + number))
        _distribute(folder, name, "hub.plugins", f"load{number} = {name}")
    return folder


def _distribute(folder: Path, name: str, group: str, entry: str) -> None:
    about = folder / f"{name}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")


def twenty(folder: Path) -> Path:
    """Install as many that, with those that come along, there are 20; five of them hostile."""
    from hub.plugin import manifest

    bad = {name: hostile.ALL[name] for name in HOSTILE}
    calm = COUNT - len(bad) - len(manifest.installed())
    return hostile.install(
        folder, **bad, **{f"calm{letter}": hostile.CALM for letter in "abcdefghijklmnop"[:calm]}
    )


# -- the peers ------------------------------------------------------------------------------------


@cache
def peers() -> Path | None:
    """Return the bin folder of an environment with llm and Datasette; None when they cannot be had.

    ``HUB_BENCH_PEERS`` names one that is there already, and stays.
    """
    if given := os.environ.get("HUB_BENCH_PEERS"):
        return Path(given)
    folder = Path(tempfile.mkdtemp(prefix="hub-peers-"))
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = [str(folder / "bin" / "pip"), "install", "-q", "llm", "datasette"]
        subprocess.run(wanted, check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        print(f"The peers cannot be installed: {error.stderr.decode()[-200:] if error.stderr else error}")
        return None
    return folder / "bin"


def versions(bin_: Path) -> str:
    """Return which peers these are."""
    asked = (
        "from importlib.metadata import version as v; print('llm', v('llm') + ', Datasette', v('datasette'))"
    )
    return subprocess.check_output([str(bin_ / "python"), "-c", asked], text=True).strip()


def peer_plugins(folder: Path, group: str, code: str, count: int = COUNT, bad: str = "") -> Path:
    """Install ``count`` plugins of a peer, and with ``bad`` one whose code that is."""
    for number in range(count):
        name = f"{group}_calm{number}"
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(code.replace("NUMBER", str(number)))
        _distribute(folder, name, group, f"calm{number} = {name}")
    if bad:
        (folder / f"{group}_bad").mkdir(parents=True)
        (folder / f"{group}_bad" / "__init__.py").write_text(bad)
        _distribute(folder, f"{group}_bad", group, f"bad = {group}_bad")
    return folder


LLM = "import llm\n@llm.hookimpl\ndef register_template_loaders(register):\n    pass\n"
DATASETTE = """from datasette import hookimpl
@hookimpl
def extra_body_script(template):
    return "var calmNUMBER = 7;"
"""
BOOM = "raise ImportError('no CUDA here')\n"


# -- rows -----------------------------------------------------------------------------------------


async def page_hostile() -> list[dict[str, Any]]:
    """From the command to the first page served, plugins still starting; Datasette with 20 calm ones."""
    from hub.testing import RunningHub

    samples, warm = [], []
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as place:
        folder = Path(place)
        env = {"PYTHONPATH": str(twenty(folder / "plugins")), "HUB_PORT": str(PORT), **OFFLINE}
        data = folder / "data"
        async with RunningHub(data, env=env) as hub:
            await hub.sign_in()
            cookies = {cookie.key: cookie.value for cookie in hub.client.cookie_jar}
            listed = await hub.get("/api/plugins")
            assert len(listed) == COUNT, len(listed)
            await asyncio.sleep(15)  # each was tried, and has failed in its way
            for _ in range(100):
                began = time.perf_counter()
                async with hub.client.get(hub.url + "/") as response:
                    await response.read()
                warm.append((time.perf_counter() - began) * 1e3)
        for _ in range(RUNS):
            began = time.monotonic()
            hub = RunningHub(data, env=env)
            starting = asyncio.create_task(hub.start())
            try:
                samples.append(await _served(f"http://127.0.0.1:{PORT}/", "ring", cookies) - began)
                await starting
            finally:
                await hub.stop()
                await hub.client.close()
        beside, note = await _datasette(folder)
    note = (
        f"From the command to the first page, {len(HOSTILE)} of {COUNT} hostile: {', '.join(HOSTILE)}. "
        f"Once it runs, a page takes {quantile(warm, 0.5):.1f} ms (p50). {note}"
    )
    return [
        row(
            "plugins.page_hostile",
            "s",
            samples,
            1.0,
            peer="Datasette" if beside else None,
            peer_samples=beside,
            note=note,
        )
    ]


async def _served(url: str, holds: str, cookies: dict[str, str] | None = None) -> float:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            async with aiohttp.ClientSession(cookies=cookies) as client, client.get(url) as response:
                text = await response.text()
                assert response.status == 200, response.status
                assert holds in text
                return time.monotonic()
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.005)
    raise AssertionError(f"{url} was not served")


async def _datasette(folder: Path) -> tuple[list[float], str]:
    """Return seconds from the command to the first page with 20 calm plugins; say what a raising one does."""
    bin_ = peers()
    if bin_ is None:
        return [], "Datasette could not be installed."
    calm = peer_plugins(folder / "datasette", "datasette", DATASETTE)
    command = [str(bin_ / "datasette"), "serve", "--port", str(PORT + 1), "--memory"]
    env = {**os.environ, "PYTHONPATH": str(calm)}
    samples = []
    for _ in range(RUNS):
        began = time.monotonic()
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            samples.append(await _served(f"http://127.0.0.1:{PORT + 1}/", "calm19") - began)
        finally:
            process.terminate()
            process.wait()
    bad = peer_plugins(folder / "broken", "datasette", DATASETTE, 1, BOOM)
    said = subprocess.run(
        command, env=env | {"PYTHONPATH": str(bad)}, capture_output=True, text=True, timeout=60, check=False
    )
    note = f"{versions(bin_)}: Datasette has {COUNT} calm plugins; with one that raises at import it "
    return samples, note + ("does not start." if said.returncode else "starts.")


async def dispatch() -> list[dict[str, Any]]:
    """Overhead per plugin and call over calling the functions by hand; peers through their own managers."""
    rows = []
    for name, target, hooks, kind in (
        ("sync", 1.0, [_plain_hook() for _ in range(8)], "llm"),
        ("async", 5.0, [_async_hook() for _ in range(8)], "Datasette"),
    ):
        bin_ = peers()
        beside = (
            json.loads(
                subprocess.check_output([str(bin_ / "python"), str(ROOT / "bench" / "peers.py"), name])
            )
            if bin_
            else None
        )
        note = "Eight plugins whose hook does next to nothing, less what calling them by hand takes."
        samples = [await _overhead(hooks, waits=name == "async") for _ in range(60)]
        rows.append(
            row(
                f"plugins.dispatch_{name}",
                "µs",
                samples,
                target,
                peer=kind if bin_ else None,
                peer_samples=beside,
                note=note,
            )
        )
    return rows


def _plain_hook() -> Any:
    def hub_event(event: object) -> object:
        return event

    return hub_event


def _async_hook() -> Any:
    async def hub_event(event: object) -> object:
        return event

    return hub_event


async def _overhead(hooks: list[Any], *, waits: bool, calls: int = 2_000) -> float:
    from hub.plugin.hooks import Hooks

    asked = Hooks(lambda *_: None)
    asked.bind((f"plugin{number}", {"hub_event": hook}) for number, hook in enumerate(hooks))
    began = time.perf_counter()
    for _ in range(calls):
        await asked.each("hub_event", 1.0, event=None)
    took = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(calls):
        for hook in hooks:
            if waits:
                await hook(event=None)
            else:
                hook(event=None)
    return (took - (time.perf_counter() - began)) / calls / len(hooks) * 1e6


async def help_() -> list[dict[str, Any]]:
    """``hub --help`` and ``llm --help`` with 20 plugins; once untimed, for the compiled files."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as place:
        ours = hostile.install(
            Path(place) / "hub", **{f"calm{letter}": _commanding(letter) for letter in "abcdefghijklmnopqrst"}
        )
        data = {"HUB_DATA": f"{place}/data"}
        samples = _timed([str(BIN / "hub"), "--help"], {"PYTHONPATH": str(ours), **data})
        beside, note = None, f"{COUNT} plugins, each with a command."
        if bin_ := peers():
            llm = peer_plugins(Path(place) / "llm", "llm", LLM)
            env = {"PYTHONPATH": str(llm), "LLM_USER_PATH": f"{place}/llm-user"}
            beside = _timed([str(bin_ / "llm"), "--help"], env)
            bad = peer_plugins(Path(place) / "bad", "llm", LLM, 1, BOOM)
            broken = subprocess.run(
                [str(bin_ / "llm"), "--help"],
                env={**os.environ, **env, "PYTHONPATH": str(bad)},
                capture_output=True,
                check=False,
            )
            does = "answers no command" if broken.returncode else "answers"
            note += f" {versions(bin_)}: with one plugin that raises at import llm {does}."
    return [
        row(
            "plugins.help", "ms", samples, 200, peer="llm" if beside else None, peer_samples=beside, note=note
        )
    ]


def _commanding(letter: str) -> Any:
    about = f'commands = {{ greet{letter} = {{ run = "hx_calm{letter}:greet", about = "Say hello." }} }}'
    return hostile.Hostile(hostile.CALM.code, about)


def _timed(command: list[str], env: dict[str, str]) -> list[float]:
    samples = []
    for number in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run(command, env={**os.environ, **env}, check=True, capture_output=True)
        if number:
            samples.append((time.perf_counter() - began) * 1e3)
    return samples


async def new_to_ready() -> list[dict[str, Any]]:
    """``hub plugins new``, ``install`` and ``hub serve`` until it is ready, in an environment of its own."""
    from hub.testing import RunningHub

    samples = []
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as place:
        folder = Path(place)
        python = _environment(folder / "venv")
        for number in range(min(5, RUNS)):
            name, data = f"bench_{'abcde'[number]}", folder / f"data{number}"
            hub_ = [str(python), "-m", "hub.cli"]
            began = time.monotonic()
            subprocess.run([*hub_, "plugins", "new", name], cwd=folder, check=True, capture_output=True)
            done = subprocess.run(
                [*hub_, "plugins", "install", f"./{name}", "--yes", "--data", str(data)],
                cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            async with RunningHub(data, env=OFFLINE, command=(*hub_, "serve")) as hub:
                await hub.sign_in()
                while not any(
                    p["name"] == name and p["state"] == "ready" for p in await hub.get("/api/plugins")
                ):
                    assert time.monotonic() - began < 60, await hub.get("/api/plugins")
                    await asyncio.sleep(0.02)
                samples.append(time.monotonic() - began)
    return [
        row("plugins.new_to_ready", "s", samples, 10, note="Offline; the wheel is built on this machine.")
    ]


def _environment(folder: Path) -> Path:
    """Make an environment that has all that this one has, and can be installed into."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    here = next((ROOT / ".venv" / "lib").glob("python*/site-packages"))
    there = next((folder / "lib").glob("python*/site-packages"))
    shutil.copytree(here, there, dirs_exist_ok=True, copy_function=_link)
    return folder / "bin" / "python"


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


async def gate() -> list[dict[str, Any]]:
    """What the gate takes to decide, five plugins asked each time, and a thousand double yeses."""
    import logging

    import structlog

    from hub.approvals.approval import Done, Pending
    from hub.auth.sessions import Person
    from hub.testing import hub_with

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    watch = hostile.Hostile(
        "from hub import hookimpl\n@hookimpl\ndef hub_before_tool(call):\n    return None\n", state="ready"
    )
    decided, asked, raced = [], [], []
    ran: list[int] = []

    def look() -> str:
        """Look."""
        return "seen"

    def note(number: int) -> str:
        """Note it."""
        ran.append(number)
        return "noted"

    with tempfile.TemporaryDirectory(prefix="hub-bench-") as place:
        names = [f"watch{letter}" for letter in "abcde"]
        sys.path.insert(0, str(hostile.install(Path(place), **dict.fromkeys(names, watch))))
        async with hub_with(*(f"hx_{name}" for name in names)) as hub:
            owner = await hub.claims.redeem(await hub.claims.new_code())
            person = Person(owner.id, owner.name, "owner")
            hub.tools.add("bench", look)
            hub.tools.add("bench", note, risk="danger")
            for number in range(2_200):
                began = time.perf_counter()
                outcome = await hub.gate.call("look", {}, person=person.id)
                if number >= 200:
                    decided.append((time.perf_counter() - began) * 1e3)
                assert isinstance(outcome, Done)
            for number in range(50):
                began = time.perf_counter()
                outcome = await hub.gate.call("note", {"number": number}, person=person.id)
                asked.append((time.perf_counter() - began) * 1e3)
                assert isinstance(outcome, Pending), outcome
                approval = outcome.approval
                if number < 10:
                    yes = [hub.gate.approve(approval.id, approval.digest, person) for _ in range(1_000)]
                    outcomes = await asyncio.gather(*yes)
                    assert sum(isinstance(one, Done) for one in outcomes) == 1
                    raced.append(float(ran.count(number)))
                else:
                    await hub.gate.deny(approval.id, person)
    assert min(raced) == 1.0
    about = (
        "A whole call of a tool that only reads: digest, the person's standing, five plugins, the call. "
        f"To write down one that must wait takes {quantile(asked, 0.5):.1f} ms (p50): it is on the disk then."
    )
    return [
        row("plugins.gate", "ms", decided, 1.0, by="p99", note=about),
        row(
            "plugins.grant_race",
            "runs",
            raced,
            1.0,
            by="max",
            note="1,000 yeses at once for each of 10 grants; never 0.",
        ),
    ]


SECTIONS: dict[str, Callable[[], Awaitable[list[dict[str, Any]]]]] = {
    "page_hostile": page_hostile,
    "dispatch": dispatch,
    "help": help_,
    "new_to_ready": new_to_ready,
    "gate": gate,
}


async def main(wanted: list[str]) -> None:
    """Run the sections wanted and keep their rows in bench/out/plugins.json."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name in wanted or list(SECTIONS):
        save("plugins", await SECTIONS[name]())
    if "HUB_BENCH_PEERS" not in os.environ and peers.cache_info().currsize and (bin_ := peers()):
        shutil.rmtree(bin_.parent)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the loop that the hub runs on
        runner.run(main(sys.argv[1:]))
