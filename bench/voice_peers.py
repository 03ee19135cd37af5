"""Run Pipecat as it comes, in an environment of its own, on the same clips; its turns as ours are told."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rows import OUT
from voice_canned import ANSWERS
from voice_corpus import CACHE, MADE, MODELS, corpus, whisper_folder

if TYPE_CHECKING:
    from voice_corpus import Clip

WANTED = "pipecat-ai[silero,whisper,piper]==1.14.0"
"""Smart Turn comes with the package itself."""


def environment() -> Path:
    """Return the Python of an environment that has Pipecat, made once in the cache folder."""
    folder = CACHE / "pipecat"
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        print("  installing Pipecat, once", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", WANTED], check=True)
        (folder / "made").touch()
    return python


async def pipecat(clips: list[Clip], first: float = 0.0) -> list[dict[str, Any]]:
    """Return what came of each clip with Pipecat; ends early when it ends."""
    corpus()
    python = await asyncio.to_thread(environment)
    piper = CACHE / "piper"
    piper.mkdir(parents=True, exist_ok=True)
    for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"):
        if not (piper / name).exists():
            (piper / name).symlink_to(MODELS / name)
    about = [
        {"id": one.id, "kind": one.kind, "text": one.text, "end": one.end, "wav": str(MADE / f"{one.id}.wav")}
        for one in clips
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plan, (CACHE / "pipecat.log").open("wb") as log:
        plan.write(json.dumps({"clips": about, "answers": ANSWERS}))
        plan.flush()
        program = str(Path(__file__).with_name("voice_pipecat.py"))
        env = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        process = await asyncio.create_subprocess_exec(
            str(python), program, plan.name, str(whisper_folder()), str(piper), str(first),
            stdout=asyncio.subprocess.PIPE, stderr=log, env=env,
        )  # fmt: skip
        try:
            told = await asyncio.wait_for(_read(process, len(clips)), 60 + 14 * len(clips))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    (OUT / "voice-raw").mkdir(parents=True, exist_ok=True)
    (OUT / "voice-raw" / f"pipecat-{first:g}.json").write_text(json.dumps(told, indent=1) + "\n")
    return told


async def _read(process: asyncio.subprocess.Process, count: int) -> list[dict[str, Any]]:
    assert process.stdout is not None
    told: list[dict[str, Any]] = []
    while len(told) < count and (line := await process.stdout.readline()):
        if line.startswith(b"{"):
            told.append(json.loads(line))
    return told


if __name__ == "__main__":
    from voice_corpus import program

    for one in asyncio.run(pipecat(program(int(sys.argv[1])))):
        print(one)
