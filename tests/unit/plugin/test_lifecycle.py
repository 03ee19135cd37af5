"""Hostile plugins cost themselves and nobody else."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub.conversation.tools import Tools
from hub.events import Bus
from hub.llm.canned import Canned
from hub.llm.router import Router
from hub.plugin import lifecycle, manifest

HOSTILE = {
    "good": ("async def hub_start(hub, settings): hub.seen = settings", "ready", ""),
    "raises": ("raise ImportError('no CUDA here')", "disabled", "no CUDA here"),
    "slow": ("import time; time.sleep(3)", "disabled", "longer than"),
    "exits": ("import sys; sys.exit(3)", "disabled", "SystemExit: 3"),
    "hangs": ("import asyncio\nasync def hub_start(hub): await asyncio.sleep(60)", "disabled", "longer than"),
    "fails": ("async def hub_start(hub): raise RuntimeError('relay refused')", "disabled", "relay refused"),
    "quits": ("async def hub_start(hub): raise SystemExit(4)", "disabled", "SystemExit"),
    "clings": (
        (
            "import asyncio\nasync def hub_start(hub):\n  end = asyncio.get_running_loop().time() + 2\n"
            "  while asyncio.get_running_loop().time() < end:\n"
            "    try: await asyncio.sleep(0.2)\n    except asyncio.CancelledError: pass"
        ),
        "disabled",
        "longer than",
    ),
    "unwell": (
        "from hub import Health\ndef hub_health(hub): return Health('degraded', 'no disk', 'add one')",
        "degraded",
        "no disk",
    ),
    "feverish": ("def hub_health(hub): raise ValueError('x')", "degraded", "ValueError: x"),
    "misfit": ("def hub_start(hub, nonsense): pass", "disabled", "nonsense"),
    "thief": ("def hub_routes(register): register.route('/health', None)", "degraded", "/health"),
}


class Configured:
    """hub.toml, kept in memory."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub

    async def read(self) -> Any:
        return self._hub.settings

    async def change(self, changes: Any) -> None:
        for (name,), value in changes.items():
            setattr(self._hub.settings, name, tuple(value or ()))


class FakeHub:
    """The few things of the Hub that a lifecycle touches."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.bus, self.routes, self.tools = Bus(), [], Tools()
        self.data = Path(tempfile.mkdtemp())
        self.settings = SimpleNamespace(plugins=settings, disabled=("off",))
        self.configuration = Configured(self)
        self.router = Router([], Canned())
        self.reserved: list[Any] = []
        self.tasks: list[asyncio.Task[Any]] = []

    async def withdraw(self, plugin: str) -> None:
        pass

    def spawn(self, work: Any, *, name: str) -> asyncio.Task[Any]:
        self.tasks.append(asyncio.create_task(work, name=name))
        return self.tasks[-1]


def install(folder: Path, name: str, body: str, more: str = "") -> EntryPoint:
    package = folder / f"hx_{name}"
    package.mkdir()
    body = "".join(
        f"@hookimpl\n{line}\n"
        if line.lstrip().startswith(("def hub_", "async def hub_")) and not line.startswith(" ")
        else f"{line}\n"
        for line in body.split("\n")
    )
    (package / "__init__.py").write_text(f"from hub import hookimpl\n{body}")
    (package / "hub-plugin.toml").write_text(
        f'name = "{name}"\ntitle = "{name.title()}"\nsummary = "A test."\nstart_s = 0.4\n{more}'
    )
    return EntryPoint(name, f"hx_{name}", manifest.GROUP)


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(lifecycle, "IMPORT_S", 0.5)
    entries: dict[str, EntryPoint] = {}
    monkeypatch.setattr(manifest, "installed", lambda: entries)
    yield tmp_path, entries
    for name in [name for name in sys.modules if name.startswith("hx_")]:
        del sys.modules[name]


async def start(entries: Any, **settings: Any) -> tuple[FakeHub, lifecycle.Plugins]:
    hub = FakeHub(settings)
    plugins = lifecycle.Plugins(hub)  # type: ignore[arg-type]
    plugins.discover()
    await plugins.start()
    await asyncio.sleep(0.05)  # the first health check is a task of its own
    return hub, plugins


async def test_each_hostile_plugin_costs_only_itself(plugged: Any) -> None:
    folder, entries = plugged
    for name, (body, _, _) in HOSTILE.items():
        entries[name] = install(folder, name, body)
    hub, plugins = await start(entries)
    for name, (_, state, reason) in HOSTILE.items():
        plugin = plugins.get(name)
        assert plugin is not None
        assert plugin.state == state, (name, plugin.reason)
        assert reason in plugin.reason
        assert state == "ready" or plugin.fix
    await plugins.stop()
    assert plugins.get("good").state == "stopped"  # type: ignore[union-attr]
    for task in hub.tasks:
        task.cancel()


async def test_a_plugin_that_is_not_built_says_so(plugged: Any) -> None:
    folder, entries = plugged
    entries["later"] = install(
        folder, "later", "raise RuntimeError('must not be imported')", "built = false\n"
    )
    _, plugins = await start(entries)
    plugin = plugins.get("later")
    assert plugin is not None
    assert (plugin.state, plugin.reason) == ("disabled", "Not built yet")
    assert "hx_later" not in sys.modules


async def test_a_switched_off_plugin_is_not_imported(plugged: Any) -> None:
    folder, entries = plugged
    entries["off"] = install(folder, "off", "raise RuntimeError")
    _, plugins = await start(entries)
    assert plugins.get("off").reason == "Switched off"  # type: ignore[union-attr]
    assert "hx_off" not in sys.modules


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 'odd'\ntitle = 'x'\nsummary = ''\napi = '99'", "api 99"),
        ("name = 'else'\ntitle = 'x'\nsummary = ''", "is for else"),
        ("name = 'odd'", "title"),
        ("name = 'odd'\ntitle = 'x'\nsummary = ''\nwish = 1", "wish"),
        ("not toml at all [", "cannot be read"),
    ],
)
async def test_a_bad_manifest_disables_with_the_reason(plugged: Any, text: str, says: str) -> None:
    folder, entries = plugged
    entries["odd"] = install(folder, "odd", "")
    (folder / "hx_odd" / "hub-plugin.toml").write_text(text)
    _, plugins = await start(entries)
    plugin = plugins.get("odd")
    assert plugin is not None
    assert plugin.state == "disabled"
    assert says in plugin.reason


async def test_settings_have_defaults_and_unknown_ones_are_refused(plugged: Any) -> None:
    folder, entries = plugged
    more = textwrap.dedent("""
        [settings.pace]
        default = 3
        [settings.tone]
        default = "warm"
    """)
    entries["good"] = install(folder, "good", HOSTILE["good"][0], more)
    hub, _ = await start(entries, good={"pace": 5})
    assert hub.seen == {"pace": 5, "tone": "warm"}  # type: ignore[attr-defined]
    _, plugins = await start(entries, good={"paec": 5})
    assert "paec" in plugins.get("good").reason  # type: ignore[union-attr]
