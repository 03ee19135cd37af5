"""The contract passes what keeps it, and names what breaks it."""

from __future__ import annotations

import importlib

import pytest

from hub.testing import assert_plugin_contract, plugin_faults

START = "from hub import hookimpl\n@hookimpl\ndef hub_start(settings): pass\n"
TOOL = START + "@hookimpl\ndef hub_tools(register): register.tool(ask)\n"

CLINGS = """
import asyncio
from hub import hookimpl
kept = []

async def work():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if len(kept) > 1:
                raise

@hookimpl
def hub_start():
    kept.append(asyncio.get_running_loop().create_task(work(), name="mine"))
"""

BROKEN = {
    "no hook": ("", "", "no hook at all"),
    "misspelt": ("from hub import hookimpl\n@hookimpl\ndef hub_begin(): pass\n", "", "hub_begin"),
    "no such hook": (START + "def hub_begin(): pass\n", "", "hub_begin is no hook"),
    "unmarked": (START + "def hub_stop(): pass\n", "", "hub_stop is not marked"),
    "argument": ("from hub import hookimpl\n@hookimpl\ndef hub_start(nonsense): pass\n", "", "nonsense"),
    "inner import": ("from hub.store import schema\n" + START, "", "__init__.py:1 imports hub.store"),
    "inner name": ("from hub import hookimpl, hub\n" + START, "", "imports hub.hub"),
    "no title": (START, '[settings.size]\ntype = "integer"\ndefault = 1\n', "settings.size has no title"),
    "no default": (START, '[settings.size]\ntitle = "Size"\ntype = "integer"\n', "settings.size has no default"),
    "wrong default": (
        START,
        '[settings.size]\ntitle = "Size"\ntype = "integer"\ndefault = "big"\n',
        "settings.size",
    ),
    "blocks": (START + "import time\nasync def wait(): time.sleep(9)\n", "", "__init__.py:5) holds the hub up"),
    "unknown event": (START, 'events = ["turn.finished"]\n', "turn.finished"),
    "unknown field": (START, "wish = 1\n", "wish"),
    "wrong api": (START, 'api = "99"\n', "api 99"),
    "raises": ("from hub import hookimpl\n@hookimpl\ndef hub_start(): raise ValueError('no disk')\n", "", "no disk"),
    "silent tool": (TOOL + "def ask(to: str): return to\n", "", "ask has no docstring"),
    "untyped tool": (TOOL + "def ask(to: object()): return to\n", "", "schema"),
    "degraded": (
        "from hub import Health, hookimpl\n@hookimpl\ndef hub_health(): return Health('degraded')\n",
        "",
        "says no reason",
    ),
    "slow tile": (
        START + "import time\nfrom hub import Tile\n@hookimpl\ndef hub_panels(register):\n"
        "  def show():\n    time.sleep(0.01)\n    return Tile()\n  register.tile(show)\n",
        "",
        "tile takes longer",
    ),
    "no template": (
        START + "@hookimpl\ndef hub_panels(register): register.panel('gone.html', dict)\n",
        "",
        "gone.html",
    ),
    "forgets only": (START + "@hookimpl\ndef hub_forget(selector): return 0\n", "", "export"),
    "forgets too much": (
        START + "@hookimpl\ndef hub_forget(selector): return 3\n@hookimpl\ndef hub_export(person): return None\n",
        "",
        "destroyed 3",
    ),
    "no json": (
        START
        + "@hookimpl\ndef hub_forget(selector): return 0\n@hookimpl\ndef hub_export(person): return {'a': object()}\n",
        "",
        "no JSON",
    ),
    "outlives": (CLINGS, "", "'mine' outlives it"),
}  # fmt: skip


def test_the_sample_keeps_it(hello) -> None:
    assert_plugin_contract(hello)


async def test_it_can_be_asked_where_a_loop_runs(hello) -> None:
    assert plugin_faults("hub_hello") == []


@pytest.mark.parametrize("package", ["hub_memory", "hub_nostr", "hub_executor", "hub_voice"])
def test_the_bundled_plugins_keep_it(package: str) -> None:
    assert_plugin_contract(importlib.import_module(package))


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_it_is_named(written, case: str) -> None:
    body, manifest, says = BROKEN[case]
    faults = plugin_faults(written(body, manifest))
    assert any(says in fault for fault in faults), faults
    assert all(fault.endswith(".") for fault in faults), "a sentence each, with what to do"


def test_all_that_is_wrong_is_told_at_once(written) -> None:
    with pytest.raises(
        AssertionError, match=r"(?s)breaks the contract.*imports hub\.store.*hub_stop|hub_stop.*hub\.store"
    ):
        assert_plugin_contract(written("from hub.store import schema\n" + START + "def hub_stop(): pass\n"))


def test_a_template_that_is_wrong_is_named(written) -> None:
    body = START + "@hookimpl\ndef hub_panels(register): register.panel('page.html', lambda: {'here': 1})\n"
    assert plugin_faults(written(body, files={"templates/page.html": "{{ here }}"})) == []
    for wrong in ("{{ gone }}", "{% if %}", "{{ ''.__class__.__mro__ }}"):
        faults = plugin_faults(written(body, files={"templates/page.html": wrong}))
        assert len(faults) == 1, (wrong, faults)
        assert "page.html" in faults[0]


def test_a_file_that_is_no_python_is_named(written) -> None:
    faults = plugin_faults(written(START, files={"odd.py": "def ("}))
    assert faults == ["ht_0/odd.py cannot be read as Python. Ship it as it is written."]
