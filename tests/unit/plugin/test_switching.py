"""Plugins come and go while the hub runs, and whatever they brought goes with them."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import textwrap
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from starlette.applications import Starlette

from hub import config, ports
from hub.errors import HubError
from hub.hub import Hub
from hub.llm.provider import Message, Request
from hub.plugin import lifecycle, manifest
from hub.plugin.acting import acting, current
from hub.plugin.dispatch import HookError
from hub.telemetry import logs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from hub.plugin.states import Plugin

    Add = Callable[..., None]

BUSY = '''
import asyncio
from hub import Speech, Tile, hookimpl
from hub.llm.provider import Caps, Delta, Done, Probe
from hub.plugin.acting import current
from starlette.responses import PlainTextResponse
import structlog

seen = {}
log = structlog.get_logger("hx_busy")

class Told:
    name, caps = "told", Caps(local=True, quality="full")
    async def stream(self, request, deadline):
        seen["stream"] = current.get()
        yield Delta("told")
        yield Done()
    async def probe(self):
        return Probe(ok=True)

async def page(request):
    seen["route"] = current.get()
    if "bad" in request.query_params:
        raise ValueError("no such thing")
    if "exit" in request.query_params:
        raise SystemExit(3)
    return PlainTextResponse("busy")

def count(things: int) -> int:
    """Count things."""
    seen["tool"] = current.get()
    if things < 0:
        raise RuntimeError("less than nothing")
    return things + 1

async def forever():
    seen["task"] = current.get()
    try:
        await asyncio.sleep(3600)
    finally:
        seen["ended"] = True

async def work(running):
    seen["job"] = current.get()

@hookimpl
def hub_start(hub, settings):
    log.warning("I begin")
    seen["settings"] = settings
    seen["starts"] = seen.get("starts", 0) + 1
    hub.provide(Speech, "ears")
    hub.jobs.register("busy.work", work)
    hub.spawn(forever(), name="forever")

@hookimpl
def hub_routes(register):
    register.route("/p/busy/page", page)

@hookimpl
def hub_tools(register):
    register.tool(count)

@hookimpl
def hub_providers(register):
    register.provider(Told())

@hookimpl
def hub_panels(register):
    register.tile(lambda: Tile(number="7"))
    register.panel("busy.html", lambda: {"who": current.get()})

@hookimpl
def hub_logins(register):
    register.login("busy", "Sign in with Busy", "/p/busy/login")

@hookimpl
def hub_before_tool(call):
    return None
'''


@pytest.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    monkeypatch.setattr(manifest, "installed", dict)
    hub = Hub(config.load(data=tmp_path / "data"), ())
    await hub.open()
    yield hub
    await hub.stop()
    for name in [name for name in sys.modules if name.startswith("hx_")]:
        del sys.modules[name]


@pytest.fixture
def add(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Put a plugin on the disk, as if it had been installed."""
    entries: dict[str, EntryPoint] = {}
    monkeypatch.setattr(manifest, "installed", lambda: entries)
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name: str, code: str = "", more: str = "") -> None:
        package = tmp_path / f"hx_{name}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text(code)
        head = f'name = "{name}"\ntitle = "{name.title()}"\nsummary = "A test."\nstart_s = 1\nstop_s = 1\n'
        (package / "hub-plugin.toml").write_text(head + textwrap.dedent(more))
        entries[name] = EntryPoint(name, f"hx_{name}", manifest.GROUP)

    return put


async def up(hub: Hub) -> None:
    hub.plugins.discover()
    await hub.plugins.start()


def of(hub: Hub, name: str) -> Plugin:
    plugin = hub.plugins.get(name)
    assert plugin is not None
    return plugin


def seen(name: str = "busy") -> dict[str, Any]:
    found: dict[str, Any] = sys.modules[f"hx_{name}"].seen
    return found


async def get(hub: Hub, path: str, person: str | None = "ada") -> tuple[int, str]:
    """Ask the plugins' routes for ``path``, as the server would."""
    path, _, query = path.partition("?")
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "root_path": "", "headers": [],
        "query_string": query.encode(), "state": {"person": person},
    }  # fmt: skip
    with contextlib.suppress(HookError):  # the server logs what was answered with 500
        await Starlette(routes=hub.routes)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


async def test_all_that_a_plugin_brought_goes_and_comes_back_with_it(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    await up(hub)
    busy = of(hub, "busy")

    def brought() -> tuple[Any, ...]:
        return (
            [getattr(route, "path", "") for route in hub.routes],
            [tool.name for tool in hub.tools if tool.owner == "busy"],
            [one.name for one in hub.router.providers if one.name == "told"],
            busy.panel is not None,
            [one.name for one in busy.logins],
            busy.tile().number,
            hub.port(ports.Speech) == "ears",
            hub.plugins.hooks.who("hub_before_tool"),
        )

    everything = (["/p/busy/page"], ["count"], ["told"], True, ["busy"], "7", True, ["busy"])
    assert brought() == everything
    await hub.plugins.disable("busy")
    assert (busy.state, busy.reason) == ("disabled", "Switched off")
    assert busy.fix
    assert brought() == ([], [], [], False, [], "", False, [])
    assert seen()["ended"]  # its task was ended with it
    await hub.plugins.enable("busy")
    assert busy.state == "ready"
    assert brought() == everything
    await hub.plugins.restart("busy")
    assert brought() == everything
    assert seen()["starts"] == 3


async def test_switching_off_is_kept_in_the_settings(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    await up(hub)
    await hub.plugins.disable("busy")
    assert 'disabled = ["busy"]' in (hub.data / config.FILE).read_text()
    assert config.load(data=hub.data).disabled == ("busy",)
    await hub.plugins.enable("busy")
    assert config.load(data=hub.data).disabled == ()


async def test_the_settings_page_switches_a_plugin_at_once(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    await up(hub)
    await hub.configuration.change({("disabled",): ["busy"]})
    await until(lambda: of(hub, "busy").state == "disabled")
    await hub.configuration.change({("disabled",): None})
    await until(lambda: of(hub, "busy").state == "ready")


async def test_another_setting_does_not_try_a_failed_plugin_again(hub: Hub, add: Add) -> None:
    add("bad", "raise ImportError('no CUDA here')")
    await up(hub)
    told = len(of(hub, "bad").history)
    await hub.configuration.change({("forget_after_days",): 30})
    await asyncio.sleep(0.2)
    assert len(of(hub, "bad").history) == told
    await hub.configuration.change({("disabled",): ["bad"]})
    await until(lambda: of(hub, "bad").reason == "Switched off")


async def test_a_plugin_installed_meanwhile_is_found_when_it_is_enabled(hub: Hub, add: Add) -> None:
    await up(hub)
    with pytest.raises(HubError, match="no plugin 'busy'"):
        await hub.plugins.enable("busy")
    add("busy", BUSY)
    await hub.plugins.enable("busy")
    assert of(hub, "busy").state == "ready"


async def test_a_mended_manifest_is_read_when_it_is_enabled(hub: Hub, add: Add) -> None:
    add("busy", BUSY, "wish = 1")
    await up(hub)
    assert "wish" in of(hub, "busy").reason
    add("busy", BUSY)
    await hub.plugins.enable("busy")
    assert of(hub, "busy").state == "ready"


async def test_a_restart_takes_new_settings(hub: Hub, add: Add) -> None:
    add("busy", BUSY, "[settings.pace]\ntype = 'integer'\ndefault = 3\n")
    await up(hub)
    assert seen()["settings"] == {"pace": 3}
    await hub.configuration.change({("plugins", "busy", "pace"): 5})
    await hub.plugins.restart("busy")
    assert seen()["settings"] == {"pace": 5}


async def test_the_history_says_how_it_came_to_its_state(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    add("ill", "raise ImportError('no CUDA here')")
    await up(hub)
    await hub.plugins.disable("busy")
    states = [change.state for change in of(hub, "busy").history]
    assert states == ["imported", "configured", "starting", "ready", "stopping", "stopped", "disabled"]
    times = [change.at for change in of(hub, "busy").history]
    assert times == sorted(times)
    last = of(hub, "ill").history[-1]
    assert (last.state, last.reason) == ("disabled", "ImportError: no CUDA here")
    assert last.fix


async def test_every_piece_of_its_code_runs_in_its_name(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    await up(hub)
    hub.jobs.start()
    await hub.jobs.add("busy.work", "Work", due=hub.jobs.clock.after(0))
    await hub.tools.call("count", {"things": 1})
    await get(hub, "/p/busy/page")
    told = next(one for one in hub.router.providers if one.name == "told")
    async for _ in told.stream(Request((Message("user", "hello"),)), 1):
        assert current.get() == ""  # who listens is not the plugin
    panel = of(hub, "busy").panel
    assert panel is not None
    assert panel.show() == {"who": "busy"}
    await until(lambda: "job" in seen())
    names = {key: seen()[key] for key in ("route", "tool", "task", "stream", "job")}
    assert set(names.values()) == {"busy"}, names
    assert current.get() == ""


async def test_faults_count_and_answers_do_not(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    await up(hub)
    busy = of(hub, "busy")
    for query in ("bad", "exit"):
        assert (await get(hub, f"/p/busy/page?{query}"))[0] == 500
    with pytest.raises(HubError, match="less than nothing"):
        await hub.tools.call("count", {"things": -1})
    with pytest.raises(HubError):
        await hub.tools.call("count", {"things": "many"})  # the caller's mistake
    await until(lambda: busy.budget.total == 3)
    assert busy.state == "ready"


async def test_five_faults_in_a_minute_degrade_and_twenty_switch_off(
    hub: Hub, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "RETRY_S", 0.5)
    add("busy", BUSY)
    await up(hub)
    busy = of(hub, "busy")
    fault = HookError("ValueError: x", fix="")
    for _ in range(4):
        hub.plugins.complain("busy", "hub_event", fault)
    assert busy.state == "ready"
    hub.plugins.complain("busy", "hub_event", fault)
    assert (busy.state, busy.reason) == ("degraded", "hub_event: ValueError: x")
    assert busy.fix
    for _ in range(15):
        hub.plugins.complain("busy", "hub_event", fault)
    await until(lambda: busy.state == "disabled")
    assert "Failed too often" in busy.reason
    assert busy.fix == "Enable it again on the plugins page."
    assert busy.retry_at is not None
    assert [tool for tool in hub.tools if tool.owner == "busy"] == []
    await until(lambda: busy.state == "ready")  # it is tried again by itself
    assert busy.budget.verdict == "well"


async def test_a_start_that_failed_is_tried_again(
    hub: Hub, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "RETRY_S", 0.2)
    add(
        "late",
        "from hub import hookimpl\nseen = []\n@hookimpl\ndef hub_start(hub):\n"
        "    seen.append(1)\n    if len(seen) < 2: raise OSError('the relay is away')\n",
    )
    await up(hub)
    assert of(hub, "late").state == "disabled"
    await until(lambda: of(hub, "late").state == "ready")


async def test_a_background_task_that_exits_costs_only_its_plugin(hub: Hub, add: Add) -> None:
    add(
        "quits",
        "from hub import hookimpl\nasync def leave():\n    raise SystemExit(3)\n@hookimpl\n"
        "def hub_start(hub):\n    hub.spawn(leave(), name='leave')\n",
    )
    await up(hub)
    await until(lambda: of(hub, "quits").budget.total == 1)
    assert "SystemExit: 3" in of(hub, "quits").budget.last


async def test_tasks_begun_behind_the_hubs_back_end_with_it_too(hub: Hub, add: Add) -> None:
    add(
        "sly",
        "import asyncio\nfrom hub import hookimpl\nseen = {}\n"
        "async def tick():\n    try:\n        await asyncio.sleep(3600)\n    finally:\n        seen['ended'] = True\n"
        "@hookimpl\ndef hub_start(hub):\n    seen['task'] = asyncio.create_task(tick())\n",
    )
    await up(hub)
    await asyncio.sleep(0)
    await hub.plugins.disable("sly")
    assert seen("sly")["ended"]
    assert seen("sly")["task"].cancelled()


@pytest.mark.parametrize(
    "returned",
    ["Health('stopped')", "None", "'ready'", "Health('ready', 'x' * 100_000)", "Health(['ready'])"],
)
async def test_a_health_that_is_none_is_not_believed(hub: Hub, add: Add, returned: str) -> None:
    add("odd", f"from hub import Health, hookimpl\n@hookimpl\ndef hub_health():\n    return {returned}\n")
    await up(hub)
    assert of(hub, "odd").state in {"ready", "degraded"}
    assert len(of(hub, "odd").reason) <= 300


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("@hookimpl(wrapper=True)\ndef hub_before_tool(call):\n    return (yield)\n", "wraps others"),
        ("@hookimpl\ndef hub_takeover(hub):\n    pass\n", "hub_takeover"),
        ("hub_start = 7\n", ""),
        ("def __getattr__(name):\n    raise RuntimeError('no ' + name)\n", ""),
        (
            (
                "class Odd:\n    __signature__ = 7\n    def __call__(self, call):\n        return None\n"
                "hub_before_tool = hookimpl(Odd())\n"
            ),
            "",
        ),
    ],
)
async def test_odd_modules_cost_only_themselves(hub: Hub, add: Add, code: str, says: str) -> None:
    add("odd", f"from hub import hookimpl\n{code}")
    add("busy", BUSY)
    await up(hub)
    assert of(hub, "busy").state == "ready"
    assert of(hub, "odd").state in {"ready", "degraded", "disabled"}
    assert says in of(hub, "odd").reason


async def test_a_plugin_may_not_switch_plugins(hub: Hub, add: Add) -> None:
    add("busy", BUSY)
    await up(hub)
    for switch in (hub.plugins.enable, hub.plugins.disable, hub.plugins.restart):
        with acting("sly"), pytest.raises(HubError, match="may not switch"):
            await switch("busy")
    assert of(hub, "busy").state == "ready"


THEFT = """
from hub import hookimpl
from hub.llm.provider import Caps

class Told:
    name, caps = "told", Caps(local=True, quality="full")
    async def stream(self, request, deadline):
        yield None
    async def probe(self):
        return None

async def page(request):
    return None

def count(things: int) -> int:
    return 0

@hookimpl
def {hook}:
    {body}
"""


@pytest.mark.parametrize(
    ("hook", "body", "more", "says"),
    [
        (
            "hub_routes(register)",
            "register.route('/p/busy/page', page)",
            "",
            "/p/busy/page is already busy's",
        ),
        ("hub_routes(register)", "register.route('/hello', page)", "", "its manifest does not name"),
        (
            "hub_routes(register)",
            "register.route('/status', page)",
            "public_paths = ['/status']",
            "the hub's",
        ),
        ("hub_logins(register)", "register.login('t', 'T', '/p/busy/login')", "", "sign people in"),
        ("hub_tools(register)", "register.tool(count, name='x', risk='none')", "", "risk 'none'"),
        ("hub_tools(register)", "register.tool(count)", "", "count is already busy's"),
        ("hub_providers(register)", "register.provider(Told())", "", "told is already there"),
        ("hub_providers(register)", "register.provider(object())", "", "no provider"),
        (
            "hub_panels(register)",
            "[register.panel('a.html', dict) for _ in range(2)]",
            "",
            "/p/thief/ is already thief's",
        ),
        ("hub_start(hub)", "hub.jobs.register('busy.work', page)", "", "busy.work are already busy's"),
        ("hub_stop(hub)", "pass", '[commands.serve]\nrun = "hx_thief:go"\nabout = "x"', "already the hub's"),
        ("hub_stop(hub)", "pass", '[commands.count]\nrun = "os:system"\nabout = "x"', "outside hx_thief"),
        ("hub_stop(hub)", "pass", '[commands.tally]\nrun = "hx_thief:go"\nabout = "x"', "already busy's"),
    ],
)
async def test_what_is_taken_is_refused_with_the_owner(  # noqa: PLR0917  a table
    hub: Hub, add: Add, hook: str, body: str, more: str, says: str
) -> None:
    add("busy", BUSY, '[commands.tally]\nrun = "hx_busy:count"\nabout = "Count."')
    await up(hub)
    assert of(hub, "busy").state == "ready", of(hub, "busy").reason
    add("thief", THEFT.format(hook=hook, body=body), more)
    await hub.plugins.enable("thief")
    thief = of(hub, "thief")
    assert thief.state in {"degraded", "disabled"}
    assert says in thief.reason
    assert thief.fix
    assert await hub.tools.call("count", {"things": 1}) == 2
    assert await get(hub, "/p/busy/page") == (200, "busy")


@pytest.mark.parametrize("required", [True, False])
async def test_a_missing_extra_disables_or_degrades(hub: Hub, add: Add, required: bool) -> None:
    more = f"""
        [extras.gpu]
        modules = ["json", "no_such_module.deep"]
        why = "It sees faster."
        required = {str(required).lower()}
    """
    add("busy", BUSY, more)
    await up(hub)
    busy = of(hub, "busy")
    assert busy.state == ("disabled" if required else "degraded")
    assert "no_such_module" in busy.reason
    assert "It sees faster" in busy.reason
    assert "no_such_module" in busy.fix
    assert ("hx_busy" in sys.modules) is not required


async def test_strangers_only_reach_what_is_public_or_signs_them_in(hub: Hub, add: Add) -> None:
    more = 'public_paths = ["/.well-known/busy"]'
    code = BUSY.replace(
        'register.route("/p/busy/page", page)',
        'register.route("/p/busy/page", page)\n    register.route("/.well-known/busy", page)\n'
        '    register.route("/p/busy/login/done", page)\n    register.route("/p/busy/loginother", page)',
    )
    add("busy", code, more)
    await up(hub)
    paths = ("/p/busy/page", "/p/busy/loginother", "/.well-known/busy", "/p/busy/login/done")
    assert [(await get(hub, path, None))[0] for path in paths] == [401, 401, 200, 200]
    assert [(await get(hub, path))[0] for path in paths] == [200] * 4
    assert [method.title for method in hub.plugins.logins()] == ["Sign in with Busy"]


async def test_its_log_lines_are_kept_without_secrets(
    hub: Hub, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    logs.configure(tty=False)
    try:
        add("busy", BUSY.replace('"I begin"', '"I begin", password="hunter2"'))
        await up(hub)
        lines = of(hub, "busy").log
    finally:
        structlog.configure(**before)
    texts = [line.text for line in lines]
    assert any("I begin" in text for text in texts), texts
    assert "hunter2" not in "".join(texts)
    assert all(line.at for line in lines)


async def test_a_plugin_that_clings_to_its_end_is_left_behind(hub: Hub, add: Add) -> None:
    add(
        "clings",
        textwrap.dedent("""
            import asyncio
            from hub import hookimpl
            async def cling():
                end = asyncio.get_running_loop().time() + 4
                while asyncio.get_running_loop().time() < end:
                    try:
                        await asyncio.sleep(0.1)
                    except asyncio.CancelledError:
                        pass
            @hookimpl
            def hub_start(hub):
                hub.spawn(cling(), name="cling")
            @hookimpl
            async def hub_stop(hub):
                await cling()
        """),
    )
    await up(hub)
    await asyncio.wait_for(hub.plugins.disable("clings"), 30)
    assert of(hub, "clings").state == "disabled"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)
