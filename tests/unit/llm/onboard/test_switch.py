"""The hub thinks with the local model that was chosen, over a restart, and goes back when that is removed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub import config
from hub.errors import HubError, Unavailable
from hub.hub import Hub
from hub.llm.onboard import local
from hub.llm.provider import Delta, Message, Request
from hub.manifests import known_models
from hub.models import About, ModelFile, Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FOLDER = Path(os.environ.get("HUB_MODELS", Path(__file__).parents[4] / ".data" / "models"))
SMALL = next(file for file in known_models() if file.name == "smollm2")
pytestmark = pytest.mark.models


def another(name: str, **changes: object) -> ModelFile:
    """A second model that is the first under another name."""
    told = {"file": f"{name}.gguf", "size": SMALL.size, "sha256": SMALL.sha256} | changes
    about = About(name, "Another", purpose="language", optional=True)
    sources = (Upstream(f"http://127.0.0.1:9/{name}"),)
    return ModelFile(name=name, title="words", licence="MIT", sources=sources, about=about, **told)  # type: ignore[arg-type]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    if not (FOLDER / SMALL.file).exists():
        pytest.skip("no model: run make dev")
    models = tmp_path / "models"
    (models / "tuned").mkdir(parents=True)
    for name in (SMALL.file, "second.gguf"):
        shutil.copyfile(FOLDER / SMALL.file, models / name)
    (models / "notes.gguf").write_bytes(b"no model at all")
    notes = another("notes", size=15, sha256=hashlib.sha256(b"no model at all").hexdigest())
    huge = another("huge", size=1 << 50)
    hub = Hub(config.load(data=tmp_path), (SMALL, another("second"), notes, huge))
    await hub.open()
    await hub.models.ensure()
    hub.spawn(hub.embedded.start(), name="embedded")
    yield hub
    await hub.stop()


async def say(hub: Hub, text: str) -> str:
    while hub.embedded.child is None or not await hub.embedded.child.ready(60):
        await asyncio.sleep(0.05)
    request = Request((Message("system", "Answer in one word."), Message("user", text)))
    return "".join(
        [piece.text async for piece in hub.embedded.stream(request, 60) if isinstance(piece, Delta)]
    )


def loaded(hub: Hub) -> str:
    assert hub.embedded.child
    return Path(hub.embedded.child.spec.config["model"]).name


async def test_another_model_is_used_remembered_and_left_when_removed(hub: Hub, tmp_path: Path) -> None:
    while hub.embedded.child is None:
        await asyncio.sleep(0.01)
    before = hub.embedded.child
    await local.use(hub, "second")
    assert hub.embedded.child is not before
    assert before.state == "stopped"
    assert await say(hub, "Hello")
    assert loaded(hub) == "second.gguf"
    assert config.load(data=tmp_path).language_model == "second"
    assert (tmp_path / "models" / "tuned" / "second.fast.gguf").exists()

    await local.remove(hub, "second")
    assert loaded(hub) == SMALL.file
    assert config.load(data=tmp_path).language_model == "smollm2"
    assert not list((tmp_path / "models" / "tuned").glob("second*"))

    await local.remove(hub, "smollm2")  # its own last one: it says so, and what brings it back
    with pytest.raises(Unavailable, match="Somebody removed") as refusal:
        await say_now(hub)
    assert "hub models pull smollm2" in refusal.value.fix


async def say_now(hub: Hub) -> None:
    async for _ in hub.embedded.stream(Request((Message("user", "Hello"),)), 5):
        pass


async def test_what_cannot_be_used_is_refused_with_a_reason(hub: Hub, tmp_path: Path) -> None:
    for name, why in (("huge", "Nobody has fetched"), ("nonsense", "no model named")):
        with pytest.raises(HubError, match=why):
            await local.use(hub, name)
    hub.models._states["huge"] = hub.models.state("smollm2")  # as if there were such a disk
    with pytest.raises(HubError, match="GB of RAM"):
        await local.use(hub, "huge")
    assert not (tmp_path / "hub.toml").exists()
    assert hub.embedded.model == "smollm2"


async def test_a_file_that_is_no_model_says_so(hub: Hub) -> None:
    await local.use(hub, "notes")
    async with asyncio.timeout(60):
        while hub.embedded.child is None or "cannot be read" not in hub.embedded.child.reason:
            await asyncio.sleep(0.05)
    await local.use(hub, "smollm2")
    assert await say(hub, "Hello")
