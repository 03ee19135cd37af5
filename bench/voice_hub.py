"""Run the hub that the voice bench measures: a process of its own, real models, a canned language model."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_corpus import MODELS

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is timed has its bytecode, as for a person

PREPARED = bool(os.environ.get("HUB_BENCH_PREPARED"))
ABOUT = """name = "bench"
title = "Bench"
summary = "A fixed quick language model and a probe of the loop."
api = "1"
"""


@dataclass
class Measured:
    """A hub that runs; ``folder`` holds what it notes."""

    hub: RunningHub
    folder: Path
    _read: int = 0

    def plan(self, **plan: Any) -> None:
        """Have the canned model answer so from now on: ``first`` seconds, ``sentences``."""
        (self.folder / "plan.json").write_text(json.dumps(plan))

    def notes(self, kind: str = "") -> list[list[Any]]:
        """Return what the hub noted so far, up to half a second ago."""
        path = self.folder / "notes.jsonl"
        if not path.exists():
            return []
        lines = path.read_text().splitlines()
        return [line for line in map(_parsed, lines) if line and kind in ("", line[0])]

    def memory(self) -> dict[str, float]:
        """Return the resident MiB of the hub and of its speech child, and unique MiB of all."""
        children = self.hub.children()
        speech = next((one for name, one in children.items() if "voice" in name and "wake" not in name), None)
        worker = self.hub.worker()
        return {
            "hub": worker.memory_info().rss / 2**20,
            "speech": speech.memory_info().rss / 2**20 if speech else 0.0,
        }

    def processor(self) -> dict[str, float]:
        """Return the processor seconds that hub and speech child have used."""
        children = self.hub.children()
        used = {name: sum(one.cpu_times()[:2]) for name, one in children.items()}
        return used | {"hub": sum(self.hub.worker().cpu_times()[:2])}


def _parsed(line: str) -> list[Any] | None:
    try:
        return list(json.loads(line))
    except ValueError:
        return None


def _share(models: Path, into: Path) -> None:
    """Put the models into the data folder without their weight: by links, else by copies."""
    for path in models.rglob("*"):
        target = into / path.relative_to(models)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, target)
            except OSError:
                shutil.copyfile(path, target)


@contextlib.asynccontextmanager
async def hub_under_test(*, canned: bool = True, **env: str) -> AsyncIterator[Measured]:
    """Yield a hub whose voice is ready, signed in. Its data folder goes with it; the models are shared."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-voice-") as made:
        folder = Path(made)
        package = folder / "path" / "hub_bench"
        package.mkdir(parents=True)
        shutil.copyfile(Path(__file__).with_name("voice_canned.py"), package / "__init__.py")
        (package / "hub-plugin.toml").write_text(ABOUT)
        about = folder / "path" / "hub_bench-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hub_bench\nVersion: 1\n")
        (about / "entry_points.txt").write_text("[hub.plugins]\nbench = hub_bench\n")
        given = {
            "PYTHONPATH": str(folder / "path"), "HUB_MODELS": str(MODELS), "PIP_NO_INDEX": "1",
            "HUB_BENCH_NOTES": str(folder / "notes.jsonl"), **env,
        }  # fmt: skip
        if canned:
            given["HUB_BENCH_CANNED"] = str(folder / "plan.json")
        if PREPARED:  # the better ears, as `hub voice prepare` leaves them
            from voice_engines import base_folder

            _share(base_folder(), folder / "data" / "cache" / "moonshine-base")
        _share(MODELS, folder / "data" / "models")
        measured = Measured(RunningHub(folder / "data", env=given), folder)
        measured.plan(first=0.0)
        async with measured.hub as hub:
            await hub.sign_in()
            began = time.monotonic()
            await hub.until_ready("voice")
            print(f"  the hub is ready after {time.monotonic() - began:.1f} s", flush=True)
            yield measured
