"""Schemathesis against our own OpenAPI document: what it allows is answered, and what it does not is refused."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.engines import Ears, Mouth
from tests.serving import Told, serving

from hub.ports import Embedder, SpeechToText, TextToSpeech, Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES, SEED = 12, 5
PATIENCE_S = 240.0
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,negative_data_rejection,unsupported_method,ignored_auth"
)


class Small:
    """An embedder that counts letters."""

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        return Vectors(tuple((float(len(text)), 0.5) for text in texts), model or "small", len(texts))


@pytest.mark.slow
async def test_the_document_and_the_server_agree(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    async with serving(tmp_path / "hub", Told("Whales sing.", tools=True)) as api:
        command = (
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{api.url}/openapi.json",
            "--include-path-regex", "^/v1/", "-H", f"Authorization: Bearer {api.key}",
            "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
            "--seed", str(SEED), "--generation-deterministic",
            "--request-timeout", "30", "--no-color",
        )  # fmt: skip
        api.hub.provide(Embedder, Small())
        api.hub.provide(SpeechToText, Ears())
        api.hub.provide(TextToSpeech, Mouth())
        root = Path(__file__).parents[2]
        env = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.interop.schemathesis_hooks",
            "PYTHONPATH": str(root),
        }
        pipes: Any = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
        run = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=env, **pipes)
        printed, _ = await asyncio.wait_for(run.communicate(), PATIENCE_S)
        if pytestconfig.option.verbose:
            print(printed.decode())
        assert run.returncode == 0, printed.decode()[-20_000:]
        assert "7 selected" in printed.decode()
