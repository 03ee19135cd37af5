"""Write a new plugin that works as it stands: a tool, a page, a manifest, and a test that passes."""

from __future__ import annotations

import keyword
import re
import shutil
from importlib.machinery import PathFinder
from string import Template
from typing import TYPE_CHECKING, Literal, get_args

from hub.errors import HubError
from hub.plugin import manifest

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["tool", "panel", "provider"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "$distribution"
version = "0.1.0"
description = "$summary"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["timmy-hub"]

[project.entry-points."hub.plugins"]
$name = "$package"

[tool.hatch.build.targets.wheel]
packages = ["src/$package"]

[tool.pytest.ini_options]
pythonpath = ["src"]
"""

_README = """\
# $title

$summary

```
pytest                             its test
hub plugins install ./$folder      build it and install it
hub plugins doctor $name           what is not right yet, and how good it is
```

It starts with the hub. `hub plugins remove $name` takes it out again.
"""

_MANIFEST = """\
name = "$name"
title = "$title"
summary = "$summary"
api = "$api"
"""

_TOOL = '''\
"""$summary"""

from hub import Register, Selector, Tile, hookimpl

count: dict[str, int] = {"calls": 0}


def $tool(name: str) -> str:
    """Greet somebody by name."""
    count["calls"] += 1
    return f"Good day, {name}, from $title."


@hookimpl
def hub_tools(register: Register) -> None:
    """Offer the tool to talks."""
    register.tool($tool, risk="read")


@hookimpl
def hub_panels(register: Register) -> None:
    """Show a tile and a page of its own."""
    register.tile(lambda: Tile(number=str(count["calls"]), unit="greetings"))
    register.panel("$name.html", lambda: count, refresh_on=("tool.called",))


@hookimpl
def hub_forget(selector: Selector) -> int:
    """Destroy what is kept: all of it, or nothing, for no name is kept with it."""
    return count.update(calls=0) or 1 if selector.everything else 0


@hookimpl
def hub_export(person: str) -> None:
    """Nothing is kept of anybody."""
'''

_TOOL_PAGE = """\
<p>I have greeted {{ calls }} times since I started.</p>
"""

_TOOL_TEST = '''\
"""It keeps the contract, and does what it is for."""

import $package
from hub.testing import PluginHub, assert_plugin_contract


def test_the_contract() -> None:
    assert_plugin_contract($package)


def test_it_greets() -> None:
    with PluginHub($package) as home:
        assert home.state("$name")[0] == "ready"
        assert home.call("$tool", name="Ada") == "Good day, Ada, from $title."
'''

_PANEL = '''\
"""$summary"""

from hub import Register, Tile, events, hookimpl

now: dict[str, int] = {"answers": 0}


@hookimpl
def hub_event(event: events.TurnEnded) -> None:
    """Count the answers."""
    now["answers"] += event.state == "done"


@hookimpl
def hub_panels(register: Register) -> None:
    """Show a tile and a page of its own."""
    register.tile(lambda: Tile(number=str(now["answers"]), unit="answers"))
    register.panel("$name.html", lambda: now, refresh_on=("turn.ended",))
'''

_PANEL_PAGE = """\
<p>{{ answers }} answers since I started.</p>
"""

_PANEL_TEST = '''\
"""It keeps the contract, and does what it is for."""

import $package
from hub.testing import PluginHub, assert_plugin_contract


def test_the_contract() -> None:
    assert_plugin_contract($package)


def test_it_counts_answers() -> None:
    before = $package.now["answers"]
    with PluginHub($package) as home:
        assert "4" in home.say("what is 2 plus 2")
        home.until(lambda: $package.now["answers"] > before)
'''

_PROVIDER = '''\
"""$summary"""

from collections.abc import AsyncIterator

from hub import Caps, Declined, Delta, Done, Probe, Register, Request, hookimpl


class $cls:
    """Answers what begins with its name, and declines all else: then the next provider is asked."""

    name = "$name"
    caps = Caps(local=True, quality="full", title="$title")  # "basic" is asked after the hub's own model

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Delta | Done]:
        """Yield the answer piece by piece; ``deadline``: seconds to the first."""
        asked, _, words = request.messages[-1].text.partition(" ")
        if asked.lower() != "$name" or not words:
            raise Declined
        for number, word in enumerate(reversed(words.split())):
            yield Delta(f" {word}" if number else word)
        yield Done()

    async def probe(self) -> Probe:
        """Say whether it could answer now."""
        return Probe(ok=True)


@hookimpl
def hub_providers(register: Register) -> None:
    """Offer the model."""
    register.provider($cls())
'''

_PROVIDER_TEST = '''\
"""It keeps the contract, and does what it is for."""

import $package
from hub.testing import PluginHub, assert_plugin_contract


def test_the_contract() -> None:
    assert_plugin_contract($package)


def test_it_answers_what_is_meant_for_it() -> None:
    with PluginHub($package) as home:
        assert home.say("$name red green") == "green red"
'''

_SUMMARIES: dict[Kind, str] = {
    "tool": "Greets whom you name.",
    "panel": "Counts the answers that were given.",
    "provider": "Says your words backwards.",
}
_PARTS: dict[Kind, tuple[str, str, str]] = {
    "tool": (_TOOL, _TOOL_TEST, _TOOL_PAGE),
    "panel": (_PANEL, _PANEL_TEST, _PANEL_PAGE),
    "provider": (_PROVIDER, _PROVIDER_TEST, ""),
}
_EXTRA: dict[Kind, str] = {
    "tool": 'nav = "$title"\n',
    "panel": 'nav = "$title"\nevents = ["turn.ended"]\n',
    "provider": "",
}


def files(name: str, kind: Kind = "tool", folder: str = "") -> dict[str, str]:
    """Return the files of a new plugin, by path. Raises `HubError` when ``name`` will not do."""
    check(name)
    title = name.replace("_", " ").capitalize()[:24].strip()
    package = f"hub_{name}"
    words = {
        "name": name, "title": title, "package": package, "distribution": package.replace("_", "-"),
        "summary": _SUMMARIES[kind], "api": manifest.API,
        "tool": f"greet_by_{re.sub('[0-9]', '', name)}".rstrip("_"),  # tools have no digits in their names
        "cls": "".join(part.capitalize() for part in name.split("_")), "folder": folder or name,
    }  # fmt: skip
    code, test, page = _PARTS[kind]
    home = f"src/{package}"
    texts = {
        "pyproject.toml": _PROJECT,
        "README.md": _README,
        f"{home}/__init__.py": code,
        f"{home}/hub-plugin.toml": _MANIFEST + _EXTRA[kind],
        f"{home}/py.typed": "",
        f"tests/test_{name}.py": test,
    }
    if page:
        texts[f"{home}/templates/{name}.html"] = page
    return {path: Template(text).substitute(words) for path, text in texts.items()}


def check(name: str) -> None:
    """Raise `HubError` when a plugin cannot be called ``name``."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) or name.endswith("_"):
        raise HubError(
            f"{name!r} is no name for a plugin.",
            fix="Use small letters, digits and underscores, a letter first, 32 at most.",
        )
    if keyword.iskeyword(name):
        raise HubError(f"{name} is a word of Python's.", fix="Choose another name.")
    if name in manifest.installed():
        raise HubError(f"There is a plugin {name} already.", fix="Choose another name.")
    if PathFinder.find_spec(f"hub_{name}"):
        raise HubError(f"There is a package hub_{name} already.", fix="Choose another name.")


def write(name: str, folder: Path, kind: Kind = "tool") -> list[Path]:
    """Write a new plugin into ``folder``, which must be empty or not there; return its files.

    Raises `HubError`; then nothing is left behind.
    """
    texts = files(name, kind, folder.name)
    there = folder.exists()
    try:
        if there and (not folder.is_dir() or any(folder.iterdir())):
            raise HubError(f"{folder} is there already, and not empty.", fix="Choose another folder.")
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        if not there:
            shutil.rmtree(folder, ignore_errors=True)
        raise HubError(
            f"{folder} cannot be written: {error.strerror}.", fix="Choose another folder."
        ) from error
    return [folder / path for path in texts]
