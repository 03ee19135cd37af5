"""Hold a plugin to the contract: what an author can get wrong is found here, before a person finds it."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.loaders import FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

import hub
from hub import events, schema
from hub.errors import HubError
from hub.plugin import dispatch, hookspecs, manifest, source
from hub.plugin.hookspecs import Selector
from hub.testing.inside import entry_of, hub_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from hub.hub import Hub
    from hub.plugin.lifecycle import Plugin
    from hub.plugin.manifest import Manifest

SHOW_S = 0.001
STATES = {"ready", "degraded"}


def assert_plugin_contract(plugin: ModuleType | str, *, settings: Mapping[str, Any] | None = None) -> None:
    """Fail with every way in which ``plugin``, a package or its name, breaks the contract.

    It reads the manifest and the sources, then opens a hub in a folder of its own, starts the plugin with
    ``settings`` (default: its defaults), looks at what it registers, asks it to export and to forget,
    stops it and starts it again. May be called from any test, ``async`` or not.
    """
    faults = plugin_faults(plugin, settings=settings)
    name = plugin if isinstance(plugin, str) else plugin.__name__
    assert not faults, f"{name} breaks the contract of plugins:\n" + "\n".join(f"  - {one}" for one in faults)


def plugin_faults(plugin: ModuleType | str, *, settings: Mapping[str, Any] | None = None) -> list[str]:
    """Return the faults, each a sentence with its fix; empty when there are none."""
    try:
        entry = entry_of(plugin)
        about = manifest.read(entry)
    except AssertionError as error:
        return [str(error)]
    except HubError as error:
        return [f"{error} {error.fix}"]
    module = entry.load()
    folder = Path(module.__file__ or "").parent
    faults = [*_manifest(about), *_hooks(module, about), *_source(folder, entry.module)]
    if faults or not about.built:
        return faults
    given = {about.name: dict(settings or {})}
    # On a thread with a loop of its own, so that a test that already runs in one can call this too.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_run, module, given).result()


def _manifest(about: Manifest) -> Iterator[str]:

    for name, setting in about.settings.items():
        what = f"hub-plugin.toml: settings.{name}"
        if not setting.get("title"):
            yield f"{what} has no title. Add the words that stand beside its field."
        if "type" not in setting and "enum" not in setting:
            yield f"{what} has no type. Say what it may be."
        if not schema.is_secret(setting) and "default" not in setting:
            yield f"{what} has no default. Give one that works offline."
    known = _event_names()
    for pattern in getattr(about, "events", ()):
        if not any(_matches(pattern, name) for name in known):
            yield f"hub-plugin.toml: no event is called {pattern!r}. See docs/reference/events.md."
    for name, permission in about.permissions.items():
        if not permission.why.strip():
            yield f"hub-plugin.toml: permissions.{name} does not say why. Tell the person."


def _hooks(module: ModuleType, about: Manifest) -> Iterator[str]:

    known = {name for name in vars(hookspecs) if name.startswith("hub_")}
    try:
        hooks = dispatch.implementations(dispatch.validator(), module.__name__, module)
    except HubError as error:
        yield f"{error} {error.fix}"
        return
    for name in vars(module):
        if not name.startswith("hub_") or not inspect.isroutine(getattr(module, name)):
            continue
        if name not in known:
            yield f"{name} is no hook. See docs/reference/hooks.md, or choose a name without hub_."
        elif name not in hooks:
            yield f"{name} is not marked. Put @hookimpl above it."
    if about.built and not hooks:
        yield "It has no hook at all. Mark one with @hookimpl."


def _source(folder: Path, own: str) -> Iterator[str]:
    read = source.read(folder)
    yield from (f"{name} cannot be read as Python. Ship it as it is written." for name in read.unreadable)
    yield from (f"{place} holds the hub up. Await asyncio.to_thread for it." for place in read.blocking)
    if not read.unreadable:
        yield from _imports(folder, own)


def _imports(folder: Path, own: str) -> Iterator[str]:

    others = {entry.module.partition(".")[0] for entry in manifest.installed().values()} - {
        own.partition(".")[0]
    }
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(folder.parent)}:{getattr(node, 'lineno', 0)}"
            for module, name in _imported(node):
                root = module.partition(".")[0]
                if root == "hub" and (module != "hub" or (name and name not in hub.__all__)):
                    yield f"{where} imports {module}.{name}: only what `from hub import ...` offers stays."
                elif root in others:
                    yield f"{where} imports {root}, another plugin. Use a port, an event or a tool."


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        yield from ((node.module or "", alias.name) for alias in node.names)


def _run(module: ModuleType, settings: dict[str, dict[str, Any]]) -> list[str]:
    """Run `_life` to its end. Unlike `asyncio.run` it does not wait for who swallows its cancellation."""
    loop = asyncio.new_event_loop()
    try:
        faults = loop.run_until_complete(_life(module, settings))
        if left := asyncio.all_tasks(loop):
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=1))
        return faults
    finally:
        loop.close()


async def _life(module: ModuleType, settings: dict[str, dict[str, Any]]) -> list[str]:
    """Start the plugin in a hub, look at all of it, stop it, and once more."""
    faults: list[str] = []
    for again in ("", "When it is started again: "):
        async with hub_with(module, settings=settings) as home:
            plugin = next(iter(home.plugins))
            faults += [again + fault for fault in await _alive(home, plugin, module)]
            await home.plugins.stop()
            await asyncio.sleep(0.05)  # what was cancelled must come to its end
            left = {task.get_name() for task in asyncio.all_tasks() if _is_of(task, module)}
            faults += [f"{again}Its task {name!r} outlives it. End it in hub_stop." for name in sorted(left)]
            if plugin.state != "stopped" and not faults:
                faults.append(f"{again}It is {plugin.state} after its stop: {plugin.reason} {plugin.fix}")
        if faults:
            break
    return faults


async def _alive(home: Hub, plugin: Plugin, module: ModuleType) -> list[str]:
    if plugin.state not in STATES:
        return [f"It does not start: {plugin.reason} {plugin.fix}"]
    faults = []
    if plugin.state == "degraded" and not (plugin.reason and plugin.fix):
        faults.append("It is degraded and says no reason or no fix. Give both in hub_health.")
    if plugin.flaw:
        faults.append(f"{plugin.flaw.reason} {plugin.flaw.fix}")
    if plugin.show and (wrong := _slow(plugin.show)):
        faults.append(f"Its tile {wrong}")
    faults += [
        f"The tool {tool.name} has no docstring. The model and the person read it."
        for tool in home.tools
        if tool.owner == plugin.name and not tool.about
    ]
    faults += _panel(plugin, module)
    return faults + [fault async for fault in _data(plugin)]


def _panel(plugin: Plugin, module: ModuleType) -> Iterator[str]:

    panel = getattr(plugin, "panel", None)
    if panel is None:
        return
    if wrong := _slow(panel.show):
        yield f"Its panel {wrong}"
        return
    loader = FileSystemLoader(Path(module.__file__ or "").parent / "templates")
    dress = ImmutableSandboxedEnvironment(loader=loader, autoescape=True, undefined=StrictUndefined)
    try:
        dress.get_template(panel.template).render(**panel.show())
    except TemplateError as error:
        yield f"Its template {panel.template} does not render: {type(error).__name__}: {error}."


def _slow(show: Any) -> str:
    """Return what is wrong with a function that pages call often, else ""; the best of ten counts."""
    took = []
    for _ in range(10):
        began = time.perf_counter()
        try:
            shown = show()
        except Exception as error:  # noqa: BLE001  whatever it raises is its author's to see
            return f"raises {type(error).__name__}: {error}. Show what there is."
        took.append(time.perf_counter() - began)
        if inspect.isawaitable(shown):
            return "is async. Keep what it shows, and return that at once."
    return "takes longer than a millisecond. Keep what it shows." if min(took) > SHOW_S else ""


async def _data(plugin: Plugin) -> Any:

    forget, export = plugin.hooks.get("hub_forget"), plugin.hooks.get("hub_export")
    if bool(forget) != bool(export):
        yield "It can export but not forget, or forget but not export. Who keeps data does both."
    try:
        if forget:
            for selector, least in ((Selector(), "nothing"), (Selector(everything=True), "everything")):
                count = await dispatch.call(forget, 30, selector=selector)
                if count is not None and (not isinstance(count, int) or count < 0):
                    yield f"hub_forget returned {count!r} for {least}. Return how many things, or None."
                elif count and not selector.everything:
                    yield f"hub_forget destroyed {count} for a selector of nothing. Let that be nothing."
        if export:
            kept = await dispatch.call(export, 30, person="nobody")
            json.dumps(kept if kept is None else dict(kept))
    except HubError as error:
        yield f"Forgetting or exporting fails: {error} {error.fix}"
    except (TypeError, ValueError) as error:
        yield f"hub_export returned what is no JSON: {error}. Return plain values."


def _is_of(task: asyncio.Task[Any], module: ModuleType) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    folder = str(Path(module.__file__ or "").parent)
    return code is not None and code.co_filename.startswith(folder) and not task.done()


def _event_names() -> set[str]:

    found = (getattr(events, name) for name in events.__all__)
    return {one.name for one in found if inspect.isclass(one) and issubclass(one, events.Event)} - {"event"}


def _matches(pattern: str, name: str) -> bool:
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
