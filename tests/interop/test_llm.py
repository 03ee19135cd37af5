"""The llm command line against the hub, set up as its manual says for servers like OpenAI's."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

from tests.interop.conftest import MODEL
from tests.serving import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Serving

EXTRA = """\
- model_id: house
  model_name: {model}
  api_base: {base}
  api_key_name: hub
  supports_tools: true
"""
TOOL = """
def turn_on(lamp: str) -> str:
    "Turn a lamp on."
    return f"The {lamp} lamp is on."
"""


async def run(home: Path, *words: str) -> tuple[int, str, str]:
    env = {**os.environ, "LLM_USER_PATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    command = (sys.executable, "-m", "llm", *words)
    llm = await asyncio.create_subprocess_exec(*command, env=env, stdin=asyncio.subprocess.DEVNULL, **pipes)
    printed, complaint = await asyncio.wait_for(llm.communicate(), PATIENCE_S)
    assert llm.returncode is not None
    return llm.returncode, printed.decode().strip(), complaint.decode()


def set_up(home: Path, api: Serving, key: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "extra-openai-models.yaml").write_text(EXTRA.format(model=MODEL, base=api.v1))
    (home / "keys.json").write_text(json.dumps({"hub": key}))


async def test_it_asks_streams_and_calls_tools(api: Serving, tmp_path: Path) -> None:
    home = tmp_path / "llm"
    set_up(home, api, api.key)
    status, streamed, complaint = await run(home, "-m", "house", "Tell me about whales #7")
    assert status == 0, complaint
    status, whole, complaint = await run(home, "-m", "house", "--no-stream", "Tell me about whales #7")
    assert status == 0, complaint
    assert streamed == whole != ""
    asked = 'call turn_on with {"lamp": "desk"}'
    status, told, complaint = await run(home, "-m", "house", "--td", "--functions", TOOL, asked)
    assert status == 0, complaint
    assert "The desk lamp is on." in complaint
    assert told


async def test_a_wrong_key_is_told_with_its_fix(api: Serving, tmp_path: Path) -> None:
    home = tmp_path / "llm"
    set_up(home, api, "hub_wrong")
    status, _, complaint = await run(home, "-m", "house", "Hi")
    assert status != 0
    assert "Keys for apps" in complaint
