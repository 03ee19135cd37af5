"""The openai package of npm against the hub, in a real Node.js."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.interop.conftest import MODEL
from tests.serving import PATIENCE_S

if TYPE_CHECKING:
    from tests.serving import Serving

SCRIPT = Path(__file__).with_name("openai_npm.mjs")
PACKAGE = Path(__file__).parents[2] / "node_modules" / "openai"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not PACKAGE.is_dir(), reason="needs Node.js and `npm ci`: the openai package of npm"
)


async def test_all_that_its_users_do(api: Serving) -> None:
    assert NODE is not None
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    node = await asyncio.create_subprocess_exec(NODE, str(SCRIPT), api.v1, api.key, MODEL, **pipes)
    printed, complaint = await asyncio.wait_for(node.communicate(), PATIENCE_S)
    assert node.returncode == 0, complaint.decode()
    told = json.loads(printed)
    assert told["models"][:4] == ["hub/auto", "hub/voice", "hub/local", MODEL]
    assert told["whole"] == told["streamed"] == told["response"] == told["responded"] != ""
    assert told["total"] == told["figures"] > 0
    assert told["provider"] == MODEL
    assert told["request"]
    assert (told["call"]["name"], json.loads(told["call"]["arguments"])) == ("turn_on", {"lamp": "desk"})
    assert json.loads(told["accumulated"]) == {"lamp": "desk"}
    assert told["after"]
    assert told["errors"] == {
        "model": ["NotFoundError", 404, "model_not_found"],
        "several": ["BadRequestError", 400, "invalid_value"],
        "key": ["AuthenticationError", 401, "invalid_api_key"],
        "vectors": ["InternalServerError", 503, ""],
    }
