"""What the first answer needs is loaded when somebody comes, and not at the start."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from hub import config
from hub.conversation import ahead
from hub.hub import Hub

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FIRST = """
import asyncio, re, sys
from hub.conversation import ahead
from hub import intents
before = "hub.intents.units" in sys.modules
{load}
known, made = set(sys.modules), []
from re import _compiler
compile = _compiler.compile
_compiler.compile = lambda *given: made.append(given[0]) or compile(*given)
said = intents.answer("Why is bread so good?"), intents.answer("What is three times four?")
assert said == (None, "3 times 4 is 12."), said
new = [name for name in set(sys.modules) - known if name.startswith("hub.")]
print(before, len(new), len(made))
"""


def first(load: str) -> tuple[str, int, int]:
    told = subprocess.run([sys.executable, "-c", FIRST.format(load=load)], capture_output=True, check=True)
    before, modules, patterns = told.stdout.decode().split()
    return before, int(modules), int(patterns)


def test_a_first_question_finds_everything_loaded() -> None:
    before, modules, patterns = first("asyncio.run(ahead.load())")
    assert before == "False", "the start loads none of it"
    assert modules == 0
    cold = first("")
    assert cold[1] > 20
    assert patterns < cold[2] / 4, "a few are made for the cues of that question"


async def test_it_is_loaded_once_whoever_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = list[None]()

    async def load() -> None:
        loads.append(None)

    monkeypatch.setattr(ahead, "load", load)
    hub = Hub(config.Settings(data=tmp_path), [])
    hub.ahead()
    hub.ahead()
    while hub._tasks:
        await next(iter(hub._tasks))
    assert len(loads) == 1
